#pragma once

#include <string>
#include <vector>

#include "abilities/angel/ability_angel.h"

// From a wish to numbers, and from numbers to Lua.
namespace cherub::abilities::angel {

inline constexpr int kAreaTargetsMax = 3;  // of an ability that meets all who are near

struct PlannedEffect {
  WishedEffect wish;
  double amount = 0;      // in the effect's unit; things: how many
  double seconds = 0;     // of a shield
  std::string constant;   // its name in the script; empty: nothing to say
  double price = 0;       // at the full range, of all whom it meets
  std::string reckoning;  // "0.1333 health x 0.5 x (1 + 10 m / 20) = 0.1"
};

struct AbilityPlan {
  std::string name, goal;
  AbilityWish wish;
  std::vector<PlannedEffect> effects;
  double energy_cost = 0, cooldown_s = 0, range_m = 0, radius_m = 0;
  std::vector<std::string> notes;

  [[nodiscard]] bool is_area() const {
    return wish.aim == AbilityAim::kAroundUser || wish.aim == AbilityAim::kAroundTarget;
  }
};

// Shares the energy out among the effects by the engine's price list. kInvalidArgument: what the
// goal asks for costs more than it allows, or than anybody has; the message says what it costs.
base::Result<AbilityPlan> plan_ability(const AbilityBrief& brief, AbilityWish wish);
// As a file; plain Lua with comments.
std::string print_ability(const AbilityPlan& plan, const engine::Scenario& scenario);

}  // namespace cherub::abilities::angel
