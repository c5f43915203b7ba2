#include "abilities/angel/ability_angel.h"

#include <algorithm>
#include <cmath>

#include "abilities/angel/ability_plan.h"
#include "abilities/angel/prompt_parts.h"

namespace cherub::abilities::angel {
namespace {

using base::Error;
using base::ErrorCode;
using engine::EffectKind;
using engine::EffectPrice;

constexpr double kDigits = 1e4;  // strengths have four decimals, rounded toward cheap
constexpr double kShare = 0.5;   // of a shield when nothing is said
constexpr double kRadius = 5;    // m

// What an effect is when the goal does not say, and how its ability is used.
struct Usual {
  double amount = 0, range = 0, cooldown = 1;
  const char* constant = "";
};

Usual usual_of(EffectKind kind) {
  switch (kind) {
    case EffectKind::kDamage:
      return {0.2, 10, 5, "DAMAGE"};
    case EffectKind::kHeal:
      return {0.2, 5, 3, "HEALING"};
    case EffectKind::kFeed:
      return {0.3, 3, 3, "FOOD"};
    case EffectKind::kEnergise:
      return {0.1, 5, 5, "ENERGY"};
    case EffectKind::kPush:
      return {2, 5, 3, "PUSH"};
    case EffectKind::kDash:
      return {3, 20, 5, "LEAP"};
    case EffectKind::kShield:
      return {kShare, 5, 5, "SHARE"};
    case EffectKind::kCall:
      return {40, 0, 1, "EARSHOT"};
    case EffectKind::kTell:
      return {0, 100, 1, ""};
    case EffectKind::kSteal:
      return {1, 2, 5, "COUNT"};
    case EffectKind::kGive:
      return {1, 3, 0, "COUNT"};
    case EffectKind::kDrop:
      return {1, 0, 0, "COUNT"};
    case EffectKind::kPlant:
      return {0, 3, 2, ""};
    case EffectKind::kDrink:
      return {0.3, 0, 1, "THIRST"};
    default:
      return {0, 3, 0, ""};
  }
}

bool counts_things(EffectKind kind) {
  return kind == EffectKind::kSteal || kind == EffectKind::kGive || kind == EffectKind::kDrop;
}

double amount_max(EffectKind kind) {
  if (kind == EffectKind::kPush || kind == EffectKind::kDash) return engine::kPushMax_m;
  if (kind == EffectKind::kCall) return engine::kCallRadiusMax_m;
  return counts_things(kind) ? engine::kEffectCountMax : 1;
}

double down(double value) {
  return std::floor(value * kDigits + 1e-6) / kDigits;
}
double up(double value) {
  return std::ceil(value * kDigits - 1e-6) / kDigits;
}

class Planner {
 public:
  Planner(const AbilityBrief& brief, AbilityWish wish) : brief_(brief) {
    plan_.wish = std::move(wish);
  }

  base::Result<AbilityPlan> run() {
    plan_.name = brief_.demands.name;
    plan_.goal = brief_.goal;
    plan_.notes = brief_.notes;
    set_frame();
    for (const WishedEffect& wish : plan_.wish.effects) plan_.effects.push_back(begin(wish));
    if (auto paid = share_out(); !paid) return paid.error();
    return std::move(plan_);
  }

 private:
  // Range, radius and cooldown.
  void set_frame() {
    const AbilityNumbers& numbers = plan_.wish.numbers;
    const EffectKind first = main_effect(plan_.wish).kind;
    const Usual usual = usual_of(first);
    const bool alone = plan_.wish.aim == AbilityAim::kUser && first != EffectKind::kDash;
    plan_.radius_m = plan_.is_area() ? numbers.radius_m.value_or(kRadius) : 0;
    double range = numbers.range_m.value_or(usual.range);
    if (plan_.wish.aim == AbilityAim::kAroundUser) {
      plan_.radius_m = numbers.radius_m ? *numbers.radius_m : numbers.range_m.value_or(kRadius);
      range = plan_.radius_m;
    }
    plan_.range_m = brief_.demands.range_m.value_or(alone ? 0 : range);
    plan_.cooldown_s = brief_.demands.cooldown_s.value_or(usual.cooldown);
  }

  PlannedEffect begin(const WishedEffect& wish) const {
    PlannedEffect effect;
    effect.wish = wish;
    effect.wish.on_user |= needs_no_target(wish.kind);
    const Usual usual = usual_of(wish.kind);
    effect.amount = wish.amount.value_or(usual.amount);
    effect.constant = usual.constant;
    if (wish.kind == EffectKind::kShield) {
      effect.seconds = plan_.wish.numbers.duration_s.value_or(4);
    }
    return effect;
  }

  // How many times it happens, and how much dearer it is at the full range.
  [[nodiscard]] double times(const PlannedEffect& effect) const {
    return plan_.is_area() && !effect.wish.on_user ? kAreaTargetsMax : 1;
  }
  [[nodiscard]] double distance(const PlannedEffect& effect) const {
    return effect.wish.on_user ? 0 : plan_.range_m;
  }
  [[nodiscard]] double far(const PlannedEffect& effect) const {
    const EffectPrice price = engine::price_of(effect.wish.kind);
    return price.grows ? 1 + distance(effect) / engine::kPriceDoubles_m : 1;
  }

  static double units(const PlannedEffect& effect) {
    return effect.wish.kind == EffectKind::kShield ? effect.amount * effect.seconds : effect.amount;
  }

  void price(PlannedEffect& effect) const {
    const EffectPrice price = engine::price_of(effect.wish.kind);
    const double one = (price.base + price.per_unit * units(effect)) * far(effect) +
                       price.per_metre * distance(effect);
    effect.price = one * times(effect);
    if (effect.price == 0) return;
    std::string text = engine::effect_name(effect.wish.kind);
    if (price.base > 0) text += " " + number(price.base);
    if (price.per_unit > 0) {
      text += (price.base > 0 ? " + " : " ") + number(price.per_unit) + " x " +
              number(units(effect)) + " " + price.unit;
    }
    if (price.per_metre > 0) {
      text += " " + number(price.per_metre) + " x " + number(distance(effect)) + " m";
    }
    if (price.grows && distance(effect) > 0) {
      text +=
          " x (1 + " + number(distance(effect)) + " m / " + number(engine::kPriceDoubles_m) + " m)";
    }
    if (times(effect) > 1) text += " x " + number(times(effect)) + " targets";
    effect.reckoning = text + " = " + number(effect.price);
  }

  // Whether its strength follows from the energy.
  [[nodiscard]] bool is_free(const PlannedEffect& effect) const {
    const bool lasts = effect.wish.kind == EffectKind::kShield;
    const bool open = !effect.wish.amount || (lasts && !plan_.wish.numbers.duration_s);
    return open && engine::price_of(effect.wish.kind).per_unit > 0;
  }

  base::Result<void> share_out() {
    double fixed = 0;
    std::size_t free = 0;
    const auto& wanted = brief_.demands.energy_cost;
    for (PlannedEffect& effect : plan_.effects) {
      price(effect);
      const bool open = wanted && is_free(effect);
      free += open ? 1 : 0;
      fixed += open ? 0 : effect.price;
    }
    if (!wanted) {
      plan_.energy_cost = up(fixed);
      return plan_.energy_cost <= 1 ? base::Result<void>() : too_dear(fixed, 1);
    }
    plan_.energy_cost = *wanted;
    if (fixed > *wanted + 1e-9) return too_dear(fixed, *wanted);
    const double each = free == 0 ? 0 : (*wanted - fixed) / static_cast<double>(free);
    double paid = fixed;
    for (PlannedEffect& effect : plan_.effects) {
      if (!is_free(effect)) continue;
      if (!fit(effect, each)) return too_dear(least(effect) + fixed, *wanted);
      paid += effect.price;
    }
    if (*wanted - paid > 1e-3) {
      plan_.notes.push_back("What it does is worth " + number(paid) + " of self.energy; it costs " +
                            number(*wanted) + " as was asked for.");
    }
    return {};
  }

  // The cheapest that it could be.
  double least(const PlannedEffect& effect) const {
    PlannedEffect small = effect;
    small.amount = counts_things(effect.wish.kind) ? 1 : 1 / kDigits;
    price(small);
    return small.price;
  }

  // Makes it as strong as the energy pays for. False: not even a little.
  bool fit(PlannedEffect& effect, double energy) {
    const EffectPrice price_row = engine::price_of(effect.wish.kind);
    const double once = energy / times(effect) / far(effect);
    const double units = (once - price_row.base) / price_row.per_unit;
    const double most = amount_max(effect.wish.kind);
    if (effect.wish.kind == EffectKind::kShield) {
      const bool timed = plan_.wish.numbers.duration_s.has_value();
      if (timed) effect.amount = std::min(1.0, down(units / std::max(effect.seconds, 1e-9)));
      if (!timed) effect.seconds = std::min(engine::kShieldMax_s, down(units / effect.amount));
    } else {
      effect.amount = counts_things(effect.wish.kind) ? std::floor(units + 1e-9) : down(units);
      effect.amount = std::min(effect.amount, most);
    }
    price(effect);
    return effect.amount > 0 && (effect.wish.kind != EffectKind::kShield || effect.seconds > 0);
  }

  [[nodiscard]] base::Error too_dear(double costs, double allowed) const {
    std::string text =
        "What the goal asks for costs at least " + number(up(costs)) + " of self.energy, and " +
        (allowed < 1 ? "it allows " + number(allowed) : std::string("nobody has more than 1")) +
        ":";
    for (const PlannedEffect& effect : plan_.effects) {
      if (!effect.reckoning.empty()) text += "\n  " + effect.reckoning;
    }
    return {ErrorCode::kInvalidArgument,
            text + "\nAsk for less strength, a shorter range, or more energy.", "goal"};
  }

  const AbilityBrief& brief_;
  AbilityPlan plan_;
};

}  // namespace

base::Result<AbilityPlan> plan_ability(const AbilityBrief& brief, AbilityWish wish) {
  return Planner(brief, std::move(wish)).run();
}

base::Result<AbilityDraft> BuiltinAbilityAngel::draft(const AbilityBrief& brief,
                                                      const std::atomic<bool>*) {
  auto wish = understand_ability(brief.goal, *brief.scenario);
  if (!wish) return wish.error();
  const auto plan = plan_ability(brief, std::move(*wish));
  if (!plan) return plan.error();
  return AbilityDraft{print_ability(*plan, *brief.scenario), plan->notes};
}

}  // namespace cherub::abilities::angel
