#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/scenario.h"
#include "engine/world.h"
#include "scripting/policy_host.h"

namespace cherub::abilities {

// The steps that a policy takes before it is measured, cheap first. What fails on one is not tried
// on the next. docs/LADDER.md lists all codes.
enum class Rung {
  kText,      // V0: size, text only, parses
  kContract,  // V1: contract, names, misuse, hidden state
  kLoad,      // V2: runs once in a fresh Vm under budget
  kFixtures,  // V3: acts in small worlds, twice alike, and on from a save
  // Of abilities: ability_ladder.h.
  kAbilityText,      // A0: size, text only, parses
  kAbilityContract,  // A1: contract, names, misuse, what was asked for
  kAbilityRuns,      // A2: loads and runs under budget, whoever it is used on
  kAbilityPrice,     // A3: never asks for more than its energy_cost
  kAbilityFight,     // A4: does something in a small world, twice alike
};
const char* rung_name(Rung rung);  // "V0" … "V3", "A0" … "A4"

// One reason to refuse a policy or an ability.
struct Refusal {
  Rung rung = Rung::kText;
  std::string code;                     // one word for programs: "syntax", "fault_error" …
  std::optional<sandbox::Range> range;  // in the source, where one place is to blame
  std::string message;                  // what was found
  std::string hint;                     // what to do instead; may be empty
  // Of V3: the world it happened in, the tick in it, and who acted.
  std::string fixture;
  std::optional<engine::Tick> tick;
  std::optional<engine::EntityId> entity;
};

// `[{"rung":"V3","code":…,"line":…,"column":…,"offset":…,"length":…,"severity":"error",
// "message":…,"hint":…,"fixture":…,"tick":…,"entity":…},…]`: diagnostics that tell more. What is
// not known of a refusal is left out.
std::string refusals_json(std::span<const Refusal> refusals);
// The same for people and models: where, what, the line with a caret, what to do. `script` is what
// is refused: "policy" or "ability".
std::string refusals_text(std::span<const Refusal> refusals, const std::string& source,
                          const std::string& script = "policy");

// What makes a source no text, before anything reads it as a program; of the first rung.
std::optional<Refusal> refusal_of_text(const std::string& source);
// The errors among what a checker found.
std::vector<Refusal> refusals_of(const sandbox::Diagnostics& diagnostics, Rung rung,
                                 const char* code);

struct LadderVerdict {
  bool ok = false;
  std::vector<Refusal> refusals;     // why not, all of one rung
  sandbox::Diagnostics diagnostics;  // the refusals, and what else the checker found

  // Whether it works, though not as well as an angel's should: all refusals are about intents that
  // the world does not take. What a person hands in is measured all the same.
  [[nodiscard]] bool works() const;
  // Whether acts faulted in a fixture.
  [[nodiscard]] bool faulted() const;
};

// In a fixture, a larger share of acts that fault refuses.
inline constexpr double kFaultShareMax = 0.2;
// Over all fixtures, a larger share of intents that are mistakes refuses.
inline constexpr double kMistakeShareMax = 0.05;

// Whether an intent with this receipt was asked for by mistake: a policy could have known that it
// cannot be. What the world does to a good intent is no mistake: walls, somebody who was faster, no
// room, no luck, a body too tired to go all of its way.
enum class IntentSlot { kMove, kAbility, kMessage };
bool is_mistake(engine::Receipt receipt, IntentSlot slot);

// V0 to V2. `load` parses, checks and loads what is text at all; nothing else calls it.
LadderVerdict climb_to_load(const std::string& source,
                            const std::function<scripting::LoadVerdict()>& load);

struct FixtureWorld;

// Checks policies for one scenario. Its fixtures are worlds like the scenario's but small, made
// once. A policy of the usual size takes milliseconds; verdicts depend on nothing but scenario,
// source and options. One thread.
class Ladder {
 public:
  Ladder(const engine::Scenario& scenario, std::shared_ptr<scripting::ScriptRegistry> registry,
         scripting::HostOptions options);
  ~Ladder();

  // V0 to V3. The last verdict is kept: who asks again for the same is answered at once.
  const LadderVerdict& climb(const std::string& source);

 private:
  LadderVerdict check(const std::string& source);

  const engine::Scenario scenario_;  // of the fixtures
  const std::shared_ptr<scripting::ScriptRegistry> registry_;
  const scripting::HostOptions options_;
  std::vector<FixtureWorld> fixtures_;  // made when the first policy comes so far
  std::string last_source_;
  std::optional<LadderVerdict> last_;
};

}  // namespace cherub::abilities
