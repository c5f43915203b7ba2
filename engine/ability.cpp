#include "engine/ability.h"

#include <cmath>

namespace cherub::engine {

const char* effect_name(EffectKind kind) {
  constexpr const char* kNames[] = {"damage", "heal",  "feed",    "energise", "eat",
                                    "drink",  "rest",  "push",    "dash",     "shield",
                                    "plant",  "pick_up", "drop",  "give",     "steal",
                                    "offer",  "accept", "tell",   "call"};
  return kNames[static_cast<int>(kind)];
}

double effect_price(const Effect& effect, double distance) {
  const double far = 1 + distance / 20;
  switch (effect.kind) {
    case EffectKind::kDamage:
      return 0.5 * effect.amount * far;
    case EffectKind::kHeal:
      return 0.4 * effect.amount * far;
    case EffectKind::kPush:
      return 0.02 * std::hypot(effect.x, effect.y) * far;
    case EffectKind::kTell:
      return 0.0005 * distance;
    case EffectKind::kCall:
      return 0.0002 * effect.amount;
    default:
      return 0;
  }
}

}  // namespace cherub::engine
