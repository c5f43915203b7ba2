#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/ids.h"

// Abilities: what agents can do beyond moving and speaking. An ability is a script; what it costs
// and reaches is declared here, and the engine holds every use to it, whatever the script does.
namespace cherub::engine {

using base::EntityId;

// Index into World::abilities(). An ability keeps its index for ever; scripts are replaced.
using AbilityIndex = std::uint16_t;
inline constexpr std::size_t kAbilitiesMax = 64;  // of one world: agents know them by a bit each
using AbilityMask = std::uint64_t;                // bit i is ability i

struct AbilitySpec {
  std::string name;    // a lower-case word: [a-z][a-z0-9_]*, at most 32 bytes
  std::string sha256;  // of the script that executes it; empty: withdrawn, nobody can use it
  // Of self.energy, 0 … 1: paid at every use, and all that its effects may cost together.
  double energy_cost = 0;
  double cooldown_s = 0;  // world seconds until the same agent may use it again, 0 … 3600
  // m, 0 … 100: how far its target, its place and all that its effects meet may be from the user
  // (save the hearers of kTell and kCall); 0: the user itself only.
  double range = 0;

  bool operator==(const AbilitySpec&) const = default;
};
inline constexpr double kAbilityCooldownMax_s = 3600, kAbilityRangeMax_m = 100;

// What an ability does to the world. Scripts list effects; the engine checks and prices each, and
// applies them in order. Append only: recorded.
enum class EffectKind : std::uint8_t {
  kDamage,    // `amount` of health off `target`, less what shields it
  kHeal,      // `amount` of health to `target`
  kFeed,      // `amount` of hunger off `target`
  kEnergise,  // `amount` of energy to `target`; the price covers it
  kEat,       // the user eats `target` by the rules of self:eat; if that is the user itself, one
              // `item` out of its hands
  kDrink,     // the user drinks from water within its reach: `amount` of thirst
  kRest,      // the user rests by the rules of self:rest: not in a tick in which it moves
  kPush,      // moves `target` by the vector (x, y), m; walls stop it
  kDash,      // moves the user by the vector (x, y), m, beyond its movement; walls stop it
  kShield,    // `target` takes `amount` (a share, 0 … 1) less damage for `seconds`
  kPlant,     // a seedling of plant species `item` grows at (x, y), where its kind has room
  kPickUp,    // the thing `target` on the ground goes into the user's hands
  kDrop,      // `count` of `item` from the user's hands to the ground at its feet
  kGive,      // `count` of `item` from the user's hands to `target`'s
  kSteal,     // `count` of `item` from `target`'s hands to the user's, if the chance of it holds
  kOffer,     // the user offers `target` `count` of `item` for `want_count` of `want_item`; a new
              // offer takes the place of the old one
  kAccept,  // the user takes up `target`'s standing offer: both hands change at once or not at all
  kTell,    // `text` is heard by `target`, however far
  kCall,    // `text` is heard by all agents within `amount` m
  kFetch,   // `count` of `item` from the store of the place `target`, which the user may use
  kCraft,   // one tick of work on `item`, by the scenario's recipe for it
};
inline constexpr int kEffectKindCount = 21;
const char* effect_name(EffectKind kind);  // "damage", "pick_up" …

inline constexpr std::size_t kEffectsMax = 64;  // of one use
// Bounds of an effect's numbers.
inline constexpr double kPushMax_m = 50, kShieldMax_s = 3600, kCallRadiusMax_m = 200;
inline constexpr std::uint32_t kEffectCountMax = 1000;

struct Effect {
  EffectKind kind = EffectKind::kDamage;
  EntityId target;
  double amount = 0, seconds = 0;
  double x = 0, y = 0;
  std::uint16_t item = 0, want_item = 0;  // species of Kind::kItem, or of Kind::kPlant
  std::uint32_t count = 0, want_count = 0;
  std::string text;
};

// One row of the price list, in units of self.energy.
struct EffectPrice {
  double base = 0;        // of the effect as such
  double per_unit = 0;    // of what `unit` says
  const char* unit = "";  // "health", "m", "share x s", "item" …; empty: priced by `base` only
  double per_metre = 0;   // between the user and whom it meets
  bool grows = false;     // times (1 + distance / kPriceDoubles_m)
};
inline constexpr double kPriceDoubles_m = 20;
// The one price list; docs/ABILITIES.md shows it.
EffectPrice price_of(EffectKind kind);
// Whether it happens to somebody who must exist.
bool needs_target(EffectKind kind);
// What the effect costs when the user and whom it meets are `distance` m apart. Infinite when its
// numbers are none or out of range.
double effect_price(const Effect& effect, double distance);
// Whether all of the effect's numbers are finite and within their bounds.
bool is_sound(const Effect& effect);

}  // namespace cherub::engine
