#include "abilities/angel/wording.h"

#include <cctype>

namespace cherub::abilities::angel {
namespace {

std::string name_of(std::size_t thing, const std::vector<Thing>& things) {
  return thing < things.size() ? things[thing].name : "";
}

std::string test_words(const Condition& condition, const std::vector<Thing>& things) {
  const std::string name = name_of(condition.thing, things);
  switch (condition.test) {
    case Test::kHungry:
      return "hungry";
    case Test::kTired:
      return "tired";
    case Test::kEnergetic:
      return "strong";
    case Test::kHurt:
      return "hurt";
    case Test::kSees:
      return name + " is near";
    case Test::kMissing:
      return "no " + name + " is near";
    case Test::kCrowded:
      return "in a crowd of " + name;
    case Test::kSparse:
      return "in no crowd of " + name;
    case Test::kWayClear:
      return things[condition.thing].is_target ? "the straight way to the " + name + " is free"
                                               : "the way ahead is free";
    case Test::kBlocked:
      return "stopped by a wall";
    case Test::kOftenHere:
      return "here for more than a few times";
    case Test::kFresh:
      return "here for one of the first times";
    case Test::kChance:
      return "chance has it";
    case Test::kLate:
      return "it is late";
    case Test::kEarly:
      return "it is early";
    case Test::kThirsty:
      return "thirsty";
    case Test::kReady:
      return "ready to have young";
    case Test::kReached:
      return "the target has been reached";
    case Test::kRole:
      return "working as " + name;
  }
  return "";
}

std::string deed_words(const Action& action, const std::vector<Thing>& things) {
  const std::string name = name_of(action.thing, things);
  switch (action.deed) {
    case Deed::kApproach:
      return "go straight toward the " + name;
    case Deed::kFlee:
      return "keep a distance from " + name;
    case Deed::kFollowPath:
      return "follow a way toward the " + name;
    case Deed::kProspect:
      return "step into the most promising cell beside this one";
    case Deed::kSeek:
      return "make for the most promising cell in sight";
    case Deed::kExplore:
      return "make for ground that is little known";
    case Deed::kEat:
      return "eat the nearest " + name + ", and go to it if need be";
    case Deed::kReproduce:
      return action.go_on ? "have a child beside all else" : "have a child";
    case Deed::kRest:
      return "rest";
    case Deed::kKeepOn:
      return "keep on while the way ahead is free";
    case Deed::kWander:
      return "wander";
    case Deed::kPlan:
      return "go on along the shortest way to the " + name + " that the map leaves open";
    case Deed::kStay:
      return "stand still";
    case Deed::kWork:
      return "make " + name;
    case Deed::kStore:
      return "bring " + name + " to the common store";
    case Deed::kFetch:
      return "fetch " + name + " from the common store";
    case Deed::kSnack:
      return "eat " + name + " out of the hands";
    case Deed::kSell:
      return "sell " + name;
    case Deed::kStrike:
      return "go for the nearest " + name + " and strike";
    case Deed::kWay:
      return "go to the " + name + " on known ways, and find others where they end";
    case Deed::kSurvey:
      return "go to where the map ends";
    case Deed::kGoBack:
      return "go back to where it began";
    case Deed::kDrink:
      return "drink, and go to the water if need be";
    case Deed::kForage:
      return "eat of the best food, and go to it if need be";
    case Deed::kMate:
      return "go to another of its kind and have young";
    case Deed::kPollinate:
      return "visit the nearest flower with nectar";
  }
  return "";
}

}  // namespace

std::string rule_words(const Rule& rule, const std::vector<Thing>& things) {
  std::string words;
  for (const Condition& condition : rule.conditions) {
    words += (words.empty() ? "when " : " and ") + test_words(condition, things);
  }
  if (!words.empty()) words += ", ";
  words += deed_words(rule.action, things) + ".";
  words[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(words[0])));
  return words;
}

}  // namespace cherub::abilities::angel
