#include "abilities/angel/world_lines.h"

namespace cherub::abilities::angel {
namespace {

std::string hazard_cost(const Action& action, Constants& constants) {
  return constants.name("hazard_cost", action.a, "steps that a hazard counts");
}

constexpr const char* kStep = "if step then return self:move_to(step.x, step.y, step.z) end";

// Where the known ways toward the target end, it looks for others for a while: else it would go
// back to that end at once.
std::vector<std::string> way_lines(const Action& action, Constants& constants) {
  const std::string cost = hazard_cost(action, constants);
  const std::string survey =
      constants.name("survey_time", action.b, "s that it looks for other ways after a dead end");
  return {"local memory = self.memory",
          "local step = target and world.way_step(target.x, target.y, target.z, " + cost + ")",
          "local dead_end = step and not step.there and step.length == 0",
          "if dead_end then memory.survey_until = world.time + " + survey + " end",
          "local surveys = world.time < (memory.survey_until or 0)",
          "if not step or not step.there and surveys then",
          "  step = world.frontier_step(" + cost + ") or step",
          "end",
          kStep};
}

std::vector<std::string> survey_lines(const Action& action, Constants& constants) {
  return {"local step = world.frontier_step(" + hazard_cost(action, constants) + ")", kStep};
}

std::vector<std::string> back_lines(const Action& action, Constants& constants) {
  return {
      "local home = self.memory.home",
      "local step = world.way_step(home.x, home.y, home.z, " + hazard_cost(action, constants) + ")",
      kStep};
}

// "return …, or walk there" for what was found.
std::vector<std::string> go_and(const std::string& found, const std::string& sense,
                                const std::string& deed) {
  return {"local " + found + " = " + sense,
          "if " + found + " and " + found + ".distance <= self.reach then return " + deed + " end",
          "if " + found + " then return self:move_to(" + found + ".x, " + found + ".y) end"};
}

}  // namespace

std::vector<std::string> world_lines(const Action& action, Constants& constants) {
  switch (action.deed) {
    case Deed::kWay:
      return way_lines(action, constants);
    case Deed::kSurvey:
      return survey_lines(action, constants);
    case Deed::kGoBack:
      return back_lines(action, constants);
    case Deed::kDrink:
      return go_and("water", "world.water()", "self:drink()");
    case Deed::kForage:
      return go_and("food",
                    "world.forage(" +
                        constants.name("forage_radius", action.a, "m that it goes for food") + ")",
                    "self:eat(food)");
    case Deed::kMate:
      return go_and("partner", "world.nearest(self.species, self.sense_radius)",
                    "self:reproduce()");
    case Deed::kPollinate:
      return go_and("flower",
                    "self.pause == 0 and world.blossom(" +
                        constants.name("flower_radius", action.a, "m that it goes for a flower") +
                        ")",
                    "self:pollinate(flower)");
    default:
      return {};
  }
}

}  // namespace cherub::abilities::angel
