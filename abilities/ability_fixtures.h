#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/behaviour.h"
#include "engine/scenario.h"
#include "engine/world.h"
#include "scripting/ability_host.h"

// The small worlds in which new abilities are tried: A2 to A4 of the ladder.
namespace cherub::abilities {

// A world for abilities of no scenario in particular: people with hands, plants, things, water.
engine::Scenario ability_workshop();

// One way to use the ability.
struct TrialUse {
  std::string on;  // "the user itself", "an agent at 12 m", "a place at 3 m" …
  std::optional<engine::EntityId> target;
  bool at_place = false;
  double x = 0, y = 0;
};

// Whether bodies are whole and rested, or wounded and tired.
enum class Bodies { kFresh, kWorn };

// Somebody who knows the ability, and whoever and whatever it could be used on, with things in
// everybody's hands and an offer to the user. The same arguments make the same world.
class AbilityScene {
 public:
  // For prices: agents, plants, things and places in line, up to the ability's range and a bit
  // less; a crowd about the user.
  static AbilityScene line(const engine::Scenario& scenario, const engine::AbilitySpec& spec,
                           Bodies bodies);
  // For fights: a few of everything near the user, who stands by water.
  static AbilityScene camp(const engine::Scenario& scenario, const engine::AbilitySpec& spec,
                           Bodies bodies);

  engine::World& world() { return *world_; }
  [[nodiscard]] const std::vector<TrialUse>& uses() const { return uses_; }
  [[nodiscard]] engine::EntityId user() const { return user_; }

  // What the script lists for the use in the world as it stands; nothing happens.
  engine::Intents::Use probe(scripting::AbilityHost& host, const TrialUse& use,
                             const sandbox::Value& details, std::string& fault);
  // A tick in which the user uses it; or nobody does anything.
  engine::TickReport step(scripting::AbilityHost& host, const TrialUse& use,
                          const sandbox::Value& details);
  engine::TickReport step_idle();

 private:
  AbilityScene(const engine::Scenario& scenario, const engine::AbilitySpec& spec);
  void put(const std::string& species, double x, double y);
  void settle();
  void stage(Bodies bodies);
  [[nodiscard]] scripting::AskedUse asked(const TrialUse& use, const sandbox::Value& details) const;
  void add_target(std::size_t entity, const std::string& on);
  void add_place(double x, double y, const std::string& on);

  std::unique_ptr<engine::World> world_;
  engine::AbilitySpec spec_;
  engine::EntityId user_;
  std::vector<std::size_t> people_;  // agents that get things in hands, in the order of put()
  std::size_t count_ = 0;            // entities put so far
  std::vector<TrialUse> uses_;
};

// What policies could hand on: nothing, and texts and counts with each kind of thing.
std::vector<sandbox::Value> trial_details(const engine::Scenario& scenario);

}  // namespace cherub::abilities
