#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ability.h"
#include "engine/base/result.h"
#include "engine/scenario.h"

// What a goal in words wants an ability to be.
namespace cherub::abilities {

inline constexpr std::size_t kAbilityGoalBytesMax = 500;
inline constexpr std::size_t kWishedEffectsMax = 3;

// What the goal says in numbers, whatever it is to do. Energy is written as policies see it, from 0
// to 1; numbers above 1 are percent: "costs 10 energy" and "costs 10 %" are 0.1. What was read so
// is told in `notes`.
struct AbilityNumbers {
  std::optional<double> energy_cost;  // 0 … 1
  std::optional<double> cooldown_s;
  std::optional<double> range_m;     // of whom it is aimed at
  std::optional<double> radius_m;    // of the area that it meets
  std::optional<double> duration_s;  // of what lasts
  std::vector<std::string> notes;
};

struct WishedEffect {
  engine::EffectKind kind = engine::EffectKind::kDamage;
  std::optional<double> amount;  // in the effect's own unit (EffectPrice); of things: how many
  bool on_user = false;          // whatever the ability is aimed at
  bool turned = false;           // a push that pulls, a dash that leads toward the target
  bool operator==(const WishedEffect&) const = default;
};

enum class AbilityAim {
  kUser,        // works on who uses it, or on nobody
  kOther,       // on one target
  kAroundUser,  // on those near the user
  kAroundTarget,
};

struct AbilityWish {
  AbilityNumbers numbers;
  std::vector<WishedEffect> effects;  // 1 … kWishedEffectsMax, in the order of the words
  AbilityAim aim = AbilityAim::kOther;
  std::string item;   // species' name of what is given, stolen, planted …; empty: the policy says
  std::string words;  // what is called or told, unless the policy says something else
};

// Whether the effect is the user's own doing, whatever the ability is aimed at: a leap, a call.
bool needs_no_target(engine::EffectKind kind);
// The one that decides how the ability is aimed: the first with a target, else the first.
const WishedEffect& main_effect(const AbilityWish& wish);

// Beside the effects, what both minds are told of a goal.
struct AbilityTitle {
  std::string name;    // a lower-case word, from `called NAME` or the goal's first telling words
  bool named = false;  // the goal itself gives the name
  std::string role;    // of the scenario, when the goal begins with it: "give the healers a …"
};

// kInvalidArgument: a number that is out of range, with what would be right.
base::Result<AbilityNumbers> ability_numbers(std::string_view goal);
AbilityTitle ability_title(std::string_view goal, const engine::Scenario& scenario);

// All of it. kInvalidArgument when no word of the goal names an effect, or the scenario lacks what
// it needs; the message lists what is understood.
base::Result<AbilityWish> understand_ability(std::string_view goal,
                                             const engine::Scenario& scenario);
// The list of what is understood, one line for each effect.
std::string understood_effects();

// Lower case, single blanks, without punctuation: two goals with the same key are asked once.
std::string ability_goal_key(std::string_view goal);

}  // namespace cherub::abilities
