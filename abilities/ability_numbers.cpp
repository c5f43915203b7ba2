// The numbers of a goal for an ability, and its name.
#include <algorithm>

#include "abilities/ability_goal.h"
#include "abilities/ability_words.h"
#include "abilities/agent_report.h"
#include "abilities/catalogue.h"

namespace cherub::abilities {
namespace {

using base::Error;
using base::ErrorCode;

constexpr double kPercentMax = 100;
constexpr double kSecondsPerMinute = 60;
constexpr std::size_t kNameWords = 3, kNameBytesMax = 32;

bool is_energy_cost(const GoalTokens& tokens, std::size_t at) {
  if (says_before(tokens, at, 3,
                  {"cost", "costs", "costing", "price", "spends", "spending", "pays", "needs",
                   "uses", "using", "drains"})) {
    return true;
  }
  const bool gives = says_before(
      tokens, at, 2,
      {"give", "gives", "giving", "restore", "restores", "transfer", "transfers", "with"});
  return !gives && says_behind(tokens, at, 4, {"energy", "cost"});
}

Error out_of_range(const std::string& what, double value, const std::string& range) {
  return {ErrorCode::kInvalidArgument,
          "The goal's " + what + " of " + short_text(value) + " is out of range: " + range + ".",
          "goal"};
}

class NumberReader {
 public:
  explicit NumberReader(const GoalTokens& tokens) : tokens_(tokens) {}

  base::Result<AbilityNumbers> run() {
    for (std::size_t at = 0; at < tokens_.size(); ++at) {
      if (tokens_[at].kind == GoalToken::Kind::kNumber) read(at);
      if (error_) return *error_;
    }
    return std::move(numbers_);
  }

 private:
  void read(std::size_t at) {
    const double value = tokens_[at].value;
    const std::string unit = at + 1 < tokens_.size() ? tokens_[at + 1].text : "";
    if (is_one_of(unit, {"m", "metre", "metres", "meter", "meters"})) return read_metres(at, value);
    if (is_one_of(unit, {"s", "sec", "secs", "second", "seconds"})) return read_seconds(at, value);
    if (is_one_of(unit, {"min", "minute", "minutes"})) {
      return read_seconds(at, value * kSecondsPerMinute);
    }
    if (is_energy_cost(tokens_, at)) read_cost(at, value);
  }

  void read_cost(std::size_t at, double value) {
    const bool percent =
        value > 1 || (at + 1 < tokens_.size() && tokens_[at + 1].text == "percent");
    if (value > kPercentMax) {
      error_ =
          out_of_range("energy cost", value, "0 to 1 of self.energy, or 1 to 100 percent of it");
      return;
    }
    numbers_.energy_cost = percent ? value / kPercentMax : value;
    if (percent) {
      numbers_.notes.push_back(
          "energy " + tokens_[at].text +
          " is read as percent of self.energy: " + short_text(*numbers_.energy_cost));
    }
  }

  void read_metres(std::size_t at, double value) {
    const bool area = says_before(tokens_, at, 3, {"radius", "area", "around", "circle"}) ||
                      says_behind(tokens_, at, 3, {"radius", "around", "wide"});
    // "leaps 4 m away": how far it goes, not whom it reaches.
    const bool moves = says_before(
        tokens_, at, 3,
        {"leap", "leaps", "jump", "jumps", "dash", "dashes", "blink", "blinks", "push", "pushes",
         "throw", "throws", "knock", "knocks", "pull", "pulls", "shove", "shoves"});
    const bool aimed =
        says_before(tokens_, at, 3, {"range", "within", "at", "from", "reach", "far", "up"}) ||
        (!moves && says_behind(tokens_, at, 2, {"range", "away", "far"}));
    if (area) {
      numbers_.radius_m = value;
    } else if (aimed) {
      numbers_.range_m = value;
    } else {
      return;  // how far something is moved: the effect's own
    }
    if (value > engine::kAbilityRangeMax_m) {
      error_ = out_of_range(area ? "radius" : "range", value, "at most 100 m");
    }
  }

  void read_seconds(std::size_t at, double value) {
    const bool lasts = says_before(tokens_, at, 2, {"for", "lasts", "lasting", "during"});
    const bool again = says_before(tokens_, at, 3, {"every", "each", "cooldown", "once", "per"}) ||
                       says_behind(tokens_, at, 2, {"cooldown"});
    auto& place = lasts && !again ? numbers_.duration_s : numbers_.cooldown_s;
    place = value;
    if (value > engine::kAbilityCooldownMax_s) {
      error_ = out_of_range("time", value, "at most 3600 s");
    }
  }

  const GoalTokens& tokens_;
  AbilityNumbers numbers_;
  std::optional<Error> error_;
};

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kNameBytesMax && text.front() >= 'a' &&
         text.front() <= 'z' &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

// "healers" means the role healer.
std::string role_of(const GoalToken& token, const engine::Scenario& scenario) {
  for (const engine::RoleSpec& role : scenario.roles) {
    if (token.text == role.name || token.text == role.name + "s") return role.name;
  }
  return "";
}

// Where the words begin that say what it is: behind "give the healers a way to".
std::size_t begin_of_wish(const GoalTokens& tokens, const engine::Scenario& scenario,
                          std::string& role) {
  std::size_t at = 0;
  const auto skip = [&](std::initializer_list<std::string_view> words) {
    const bool there = at < tokens.size() && is_one_of(tokens[at].text, words);
    if (there) ++at;
    return there;
  };
  if (skip({"give", "grant", "teach", "let", "allow", "enable"})) {
    skip({"the", "all", "every"});
    role = at < tokens.size() ? role_of(tokens[at], scenario) : "";
    const bool way = says_behind(tokens, at, 3, {"way", "ability", "power", "means", "how"});
    const bool all = at < tokens.size() && is_one_of(tokens[at].text, {"agents", "people", "them",
                                                                       "everyone", "everybody"});
    const bool receiver = !role.empty() || way || all;
    at = receiver ? at + 1 : 0;
  }
  while (skip({"a", "an", "the", "some", "way", "ability", "power", "means", "to", "of", "how",
               "for", "i", "want", "need", "please", "that", "can"})) {
  }
  return at < tokens.size() ? at : 0;
}

bool ends_name(const GoalToken& token) {
  return token.kind != GoalToken::Kind::kWord || token.text == "percent" ||
         is_one_of(token.text, {"that", "which", "with", "costing", "costs", "cost", "within",
                                "every", "range", "called", "named", "from", "at"});
}

}  // namespace

base::Result<AbilityNumbers> ability_numbers(std::string_view goal) {
  const GoalTokens tokens = goal_tokens(goal);
  return NumberReader(tokens).run();
}

AbilityTitle ability_title(std::string_view goal, const engine::Scenario& scenario) {
  const GoalTokens tokens = goal_tokens(goal);
  AbilityTitle title;
  const std::size_t begin = begin_of_wish(tokens, scenario, title.role);
  for (std::size_t at = 0; at + 1 < tokens.size(); ++at) {
    const bool gives_name = is_one_of(tokens[at].text, {"called", "named"});
    if (!gives_name || !is_name(tokens[at + 1].text)) continue;
    title.name = tokens[at + 1].text;
    title.named = true;
    return title;
  }
  std::string words;
  for (std::size_t at = begin; at < tokens.size() && !ends_name(tokens[at]); ++at) {
    words += tokens[at].text + " ";
  }
  std::size_t count = 0;
  for (const std::string& word : catalogue_words(words)) {
    const std::string longer = title.name.empty() ? word : title.name + "_" + word;
    if (count++ == kNameWords || !is_name(longer)) break;
    title.name = longer;
  }
  if (title.name.empty()) title.name = "ability";
  return title;
}

std::string ability_goal_key(std::string_view goal) {
  std::string key;
  for (const GoalToken& token : goal_tokens(goal)) key += (key.empty() ? "" : " ") + token.text;
  return key;
}

}  // namespace cherub::abilities
