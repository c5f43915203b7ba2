#include "engine/ability.h"

#include <cmath>
#include <limits>

namespace cherub::engine {
namespace {

double vector_length(const Effect& effect) {
  return std::sqrt(effect.x * effect.x + effect.y * effect.y);
}

// How many of EffectPrice::unit the effect asks for.
double units(const Effect& effect) {
  switch (effect.kind) {
    case EffectKind::kDamage:
    case EffectKind::kHeal:
    case EffectKind::kFeed:
    case EffectKind::kEnergise:
    case EffectKind::kCall:
      return effect.amount;
    case EffectKind::kPush:
    case EffectKind::kDash:
      return vector_length(effect);
    case EffectKind::kShield:
      return effect.amount * effect.seconds;
    case EffectKind::kSteal:
      return effect.count;
    default:
      return 0;
  }
}

// The greatest `amount` that means something.
double amount_max(EffectKind kind) {
  return kind == EffectKind::kCall ? kCallRadiusMax_m : 1;
}

// The x and y of a kPlant are a place, of all others a way.
double coordinate_max(EffectKind kind) {
  return kind == EffectKind::kPlant ? 1e6 : kPushMax_m;
}

}  // namespace

const char* effect_name(EffectKind kind) {
  switch (kind) {
    case EffectKind::kDamage:
      return "damage";
    case EffectKind::kHeal:
      return "heal";
    case EffectKind::kFeed:
      return "feed";
    case EffectKind::kEnergise:
      return "energise";
    case EffectKind::kEat:
      return "eat";
    case EffectKind::kDrink:
      return "drink";
    case EffectKind::kRest:
      return "rest";
    case EffectKind::kPush:
      return "push";
    case EffectKind::kDash:
      return "dash";
    case EffectKind::kShield:
      return "shield";
    case EffectKind::kPlant:
      return "plant";
    case EffectKind::kPickUp:
      return "pick_up";
    case EffectKind::kDrop:
      return "drop";
    case EffectKind::kGive:
      return "give";
    case EffectKind::kSteal:
      return "steal";
    case EffectKind::kOffer:
      return "offer";
    case EffectKind::kAccept:
      return "accept";
    case EffectKind::kTell:
      return "tell";
    case EffectKind::kCall:
      return "call";
    case EffectKind::kFetch:
      return "fetch";
    case EffectKind::kCraft:
      return "craft";
  }
  return "unknown";
}

EffectPrice price_of(EffectKind kind) {
  switch (kind) {
    case EffectKind::kDamage:
      return {0, 0.5, "health", 0, true};
    case EffectKind::kHeal:
      return {0, 0.4, "health", 0, true};
    case EffectKind::kFeed:
      return {0, 0.3, "hunger", 0, false};
    case EffectKind::kEnergise:
      return {0.02, 1, "energy", 0, false};
    case EffectKind::kPush:
      return {0, 0.02, "m", 0, true};
    case EffectKind::kDash:
      return {0, 0.02, "m", 0, false};
    case EffectKind::kShield:
      return {0, 0.05, "share x s", 0, false};
    case EffectKind::kPlant:
      // As much energy as a seedling holds, so that eating one's own gains nothing.
      return {0.1, 0, "", 0, false};
    case EffectKind::kSteal:
      return {0, 0.02, "item", 0, false};
    case EffectKind::kTell:
      return {0, 0, "", 0.0005, false};
    case EffectKind::kCall:
      return {0, 0.0002, "m", 0, false};
    case EffectKind::kCraft:
      return {0.002, 0, "", 0, false};
    case EffectKind::kFetch:
    case EffectKind::kEat:
    case EffectKind::kDrink:
    case EffectKind::kRest:
    case EffectKind::kPickUp:
    case EffectKind::kDrop:
    case EffectKind::kGive:
    case EffectKind::kOffer:
    case EffectKind::kAccept:
      return {};
  }
  return {};
}

bool is_sound(const Effect& effect) {
  const auto within = [](double value, double low, double high) {
    return value >= low && value <= high;  // false for what is not a number
  };
  const double coordinate = coordinate_max(effect.kind);
  return static_cast<int>(effect.kind) < kEffectKindCount &&
         within(effect.amount, 0, amount_max(effect.kind)) &&
         within(effect.seconds, 0, kShieldMax_s) && within(effect.x, -coordinate, coordinate) &&
         within(effect.y, -coordinate, coordinate) && effect.count <= kEffectCountMax &&
         effect.want_count <= kEffectCountMax;
}

double effect_price(const Effect& effect, double distance) {
  if (!is_sound(effect) || !(distance >= 0)) return std::numeric_limits<double>::infinity();
  const EffectPrice price = price_of(effect.kind);
  const double far = price.grows ? 1 + distance / kPriceDoubles_m : 1;
  return (price.base + price.per_unit * units(effect)) * far + price.per_metre * distance;
}

bool needs_target(EffectKind kind) {
  switch (kind) {
    case EffectKind::kDrink:
    case EffectKind::kRest:
    case EffectKind::kDash:
    case EffectKind::kPlant:
    case EffectKind::kDrop:
    case EffectKind::kCall:
    case EffectKind::kCraft:
      return false;
    default:
      return true;
  }
}

}  // namespace cherub::engine
