#pragma once

#include <rapidjson/document.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "abilities/angel/parameters.h"
#include "engine/base/random.h"
#include "engine/scenario.h"

// The behaviour programs that the built-in angel searches among: rules in order of priority, each a
// list of conditions and one action, out of what the API manifest offers in a scenario.
namespace cherub::abilities::angel {

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
  bool go_on = false;  // abilities: act, and let the rules below choose a movement too
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

// Whether the tick is decided by this rule whatever the world looks like.
bool ends_act(const Rule& rule);

inline constexpr std::size_t kRulesMax = 8;
inline constexpr std::size_t kConditionsMax = 3;

// What programs must know of an item of a village.
struct Trade {
  std::optional<engine::RecipeSpec> recipe;  // by which it is made
  bool harvested = false;                    // recipe->at is a plant
  std::string store;                         // the place that keeps it for all; empty: none
  std::string buyer, currency;               // who pays for it, and how; empty: nobody
};

// Something in the world that programs refer to: a species, or a role of the agents.
struct Thing {
  std::string name;
  bool is_role = false;    // all below is false then
  bool is_target = false;  // seen by world.target() at any distance, else by world.nearest()
  bool edible = false;     // the agent's species eats it
  bool hunter = false;     // it eats the agent's species
  bool item = false;       // it can be carried
  bool place = false;      // where things are done or kept
  bool foe = false;        // it can be struck: an agent of another species
  Trade trade;             // of items
};

// Whether the word can be about the thing.
bool suits(Test test, const Thing& thing);
bool suits(Deed deed, const Thing& thing);

// What programs can be made of in one scenario, and how to make, change and write them. Immutable.
class Grammar {
 public:
  explicit Grammar(const engine::Scenario& scenario);

  [[nodiscard]] Program random_program(base::RandomStream& random) const;
  // Simple programs to begin with: everything that agents can do once, with typical values, alone
  // and below the rules that see to their needs. In a fixed order.
  [[nodiscard]] std::vector<Program> templates() const;
  // A program as people build them: needs first, then one or two purposes, then what is left to do.
  [[nodiscard]] Program composed_program(base::RandomStream& random) const;
  // Another program: one to three small changes of rules, conditions and parameters.
  [[nodiscard]] Program mutated(const Program& program, base::RandomStream& random) const;
  // The upper rules of one and the lower rules of the other.
  [[nodiscard]] Program crossed(const Program& upper, const Program& lower,
                                base::RandomStream& random) const;
  // The same behaviour in fewer words: without the rules that can never have their turn, and
  // without conditions that repeat others.
  [[nodiscard]] Program normalised(Program program) const;
  // Every program that is one rule or one condition shorter, rules first; then those that are
  // plainer by one constant of fewer digits or one flag less.
  [[nodiscard]] std::vector<Program> simplified(const Program& program) const;
  // Every constant of a program. Good as long as its rules and conditions stay where they are.
  [[nodiscard]] static std::vector<Parameter> parameters(Program& program);
  // Readable Lua under the policy contract. `heading` is put in front as comment lines.
  [[nodiscard]] std::string print(const Program& program,
                                  const std::vector<std::string>& heading) const;

  // The program as JSON, and back; nothing when the text is no program of this grammar. Texts may
  // come from anywhere.
  [[nodiscard]] std::string text(const Program& program) const;
  [[nodiscard]] std::optional<Program> read(std::string_view text) const;

  [[nodiscard]] const std::vector<Thing>& things() const { return things_; }
  [[nodiscard]] const Scales& scales() const { return scales_; }

 private:
  [[nodiscard]] Condition random_condition(base::RandomStream& random) const;
  [[nodiscard]] Action random_action(base::RandomStream& random) const;
  [[nodiscard]] Rule random_rule(base::RandomStream& random) const;
  [[nodiscard]] bool can(Test test) const;
  [[nodiscard]] bool can(Deed deed) const;
  [[nodiscard]] std::vector<Rule> needs() const;
  void add_needs_for(std::size_t thing, std::vector<Rule>& rules) const;
  [[nodiscard]] std::vector<Rule> purposes() const;
  [[nodiscard]] std::vector<Action> pastimes() const;
  void mutate_once(Program& program, base::RandomStream& random) const;
  void nudge(Program& program, base::RandomStream& random) const;
  [[nodiscard]] std::size_t random_thing(Test test, base::RandomStream& random) const;
  [[nodiscard]] std::size_t random_thing(Deed deed, base::RandomStream& random) const;

  bool read_thing(const rapidjson::Value& object, std::size_t& out) const;
  template <class Word>
  [[nodiscard]] bool is_about(Word word, std::size_t thing) const;
  bool read_rule(const rapidjson::Value& object, Rule& rule) const;

  std::vector<Thing> things_;
  std::vector<Test> tests_;
  std::vector<Deed> deeds_;
  Scales scales_;
  double reproduce_energy_ = 0;  // 0 … 1, below which agents have no offspring
};

}  // namespace cherub::abilities::angel
