#pragma once

#include <rapidjson/document.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/random.h"
#include "engine/scenario.h"

// The behaviour programs that the built-in angel searches among: rules in order of priority, each a
// list of conditions and one action, out of what the API manifest offers in a scenario.
namespace cherub::abilities::angel {

// What a condition asks.
enum class Test {
  kHungry,     // self.hunger > a
  kTired,      // self.energy < a
  kEnergetic,  // self.energy > a
  kHurt,       // self.health < a
  kSees,       // the thing is within a metres
  kMissing,    // … is not
  kCrowded,    // more than b of the thing within a metres
  kSparse,     // at most b of them
  kWayClear,   // nothing solid for a metres toward the thing
  kBlocked,    // the last move ended at a wall
  kOftenHere,  // the agent came into this cell more than a times
  kFresh,      // … at most a times
  kChance,     // with probability a
};

// What a rule does. An action that finds nothing to do leaves the tick to the rules below it.
enum class Deed {
  kApproach,    // straight toward the thing
  kFlee,        // straight away from the thing within a metres
  kFollowPath,  // one cell of a way toward the thing, a hazard counting a cells
  kProspect,  // into the cheapest neighbouring cell: distance, visits (a), hazard (b), dead end (c)
  kEat,       // goes to the thing within a metres and eats it
  kReproduce,
  kRest,
  kKeepOn,  // further along the heading while nothing solid is within a metres
  kWander,
};

struct Condition {
  Test test = Test::kChance;
  std::size_t thing = 0;  // index into Grammar::things
  double a = 0, b = 0;
  bool operator==(const Condition&) const = default;
};

struct Action {
  Deed deed = Deed::kWander;
  std::size_t thing = 0;
  double a = 0, b = 0, c = 0;
  bool commit = false;  // deeds that go to a cell: finish the step before deciding anew
  bool go_on = false;   // abilities: act, and let the rules below choose a movement too
  bool operator==(const Action&) const = default;
};

struct Rule {
  std::vector<Condition> conditions;  // all must hold
  Action action;
  bool operator==(const Rule&) const = default;
};

struct Program {
  std::vector<Rule> rules;
  [[nodiscard]] std::size_t size() const;  // rules and conditions
  bool operator==(const Program&) const = default;
};

inline constexpr std::size_t kRulesMax = 8;
inline constexpr std::size_t kConditionsMax = 3;

// Something in the world that programs refer to.
struct Thing {
  std::string name;        // of the species
  bool is_target = false;  // seen by world.target() at any distance, else by world.nearest()
  bool edible = false;     // the agent's species eats it
  bool hunter = false;     // it eats the agent's species
};

// What programs can be made of in one scenario, and how to make, change and write them. Immutable.
class Grammar {
 public:
  explicit Grammar(const engine::Scenario& scenario);

  [[nodiscard]] Program random_program(base::RandomStream& random) const;
  // Another program: one to three small changes of rules, conditions and parameters.
  [[nodiscard]] Program mutated(const Program& program, base::RandomStream& random) const;
  // The upper rules of one and the lower rules of the other.
  [[nodiscard]] Program crossed(const Program& upper, const Program& lower,
                                base::RandomStream& random) const;
  // Every program that is one rule or one condition shorter, rules first.
  [[nodiscard]] std::vector<Program> shortened(const Program& program) const;
  // Readable Lua under the policy contract. `heading` is put in front as comment lines.
  [[nodiscard]] std::string print(const Program& program,
                                  const std::vector<std::string>& heading) const;

  // The program as JSON, and back; nothing when the text is no program of this grammar. Texts may
  // come from anywhere.
  [[nodiscard]] std::string text(const Program& program) const;
  [[nodiscard]] std::optional<Program> read(std::string_view text) const;

  [[nodiscard]] const std::vector<Thing>& things() const { return things_; }

 private:
  [[nodiscard]] Condition random_condition(base::RandomStream& random) const;
  [[nodiscard]] Action random_action(base::RandomStream& random) const;
  [[nodiscard]] Rule random_rule(base::RandomStream& random) const;
  void draw_values(Condition& condition, base::RandomStream& random) const;
  void draw_values(Action& action, base::RandomStream& random) const;
  void mutate_once(Program& program, base::RandomStream& random) const;
  void nudge(Program& program, base::RandomStream& random) const;
  [[nodiscard]] std::size_t random_thing(Deed deed, base::RandomStream& random) const;

  bool read_thing(const rapidjson::Value& object, std::size_t& out) const;
  bool read_rule(const rapidjson::Value& object, Rule& rule) const;

  std::vector<Thing> things_;
  std::vector<Test> tests_;
  std::vector<Deed> deeds_;
  double sense_radius_ = 1;  // m
};

}  // namespace cherub::abilities::angel
