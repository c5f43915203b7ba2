#include <algorithm>
#include <cmath>

#include "engine/ecology/systems.h"
#include "engine/economy/systems.h"
#include "engine/feeding.h"
#include "engine/hands.h"
#include "engine/uses.h"
#include "engine/world_state.h"

namespace cherub::engine {
namespace {

// Which kinds of entities an effect can be aimed at.
bool suits(EffectKind effect, Kind target) {
  switch (effect) {
    case EffectKind::kDamage:
      return target == Kind::kAgent || target == Kind::kPlant;
    case EffectKind::kEat:
      return true;  // the diet says what
    case EffectKind::kPickUp:
      return target == Kind::kItem;
    case EffectKind::kGive:
    case EffectKind::kSteal:
      return target == Kind::kAgent || target == Kind::kPlace;
    case EffectKind::kFetch:
      return target == Kind::kPlace;
    default:
      return target == Kind::kAgent;
  }
}

// What goes from hand to hand, or from the ground into one.
bool needs_reach(EffectKind kind) {
  return kind == EffectKind::kPickUp || kind == EffectKind::kGive || kind == EffectKind::kSteal ||
         kind == EffectKind::kAccept || kind == EffectKind::kFetch;
}

// Applies the effects of one use.
class Use {
 public:
  Use(WorldState& state, const Intents::Use& use)
      : state_(state),
        columns_(state.columns),
        row_(use.row),
        spec_(state.society.abilities[use.ability]),
        chance_(state.random(state.id_of(use.row).packed(), base::Stream::kAbility)) {}

  Receipt apply(const Effect& effect) {
    // An effect before this one may have been the user's end.
    if (state_.is_dying(row_)) return Receipt::kExhausted;
    if (needs_target(effect.kind)) {
      const Receipt receipt = check_target(effect);
      if (receipt != Receipt::kAccepted) return receipt;
    }
    return act(effect);
  }

 private:
  Receipt check_target(const Effect& effect) const {
    const std::uint32_t target = effect.target.index;
    if (!state_.exists(effect.target) || state_.is_dying(target)) return Receipt::kNoSuchTarget;
    if (!suits(effect.kind, state_.rules_of(target).kind)) return Receipt::kNotAvailable;
    if (target == row_ || effect.kind == EffectKind::kTell) return Receipt::kAccepted;
    const double distance = distance_between(columns_, row_, target);
    const double reach = state_.scenario.species[columns_.species[row_]].reach;
    const bool near = distance <= spec_.range && (!needs_reach(effect.kind) || distance <= reach);
    return near ? Receipt::kAccepted : Receipt::kOutOfReach;
  }

  Receipt act(const Effect& effect) {
    const std::uint32_t target = effect.target.index;
    switch (effect.kind) {
      case EffectKind::kDamage:
        return hurt(target, effect.amount);
      case EffectKind::kHeal:
        return raise(columns_.health[target], effect.amount);
      case EffectKind::kFeed:
        return feed(target, effect.amount);
      case EffectKind::kEnergise:
        return raise(columns_.energy[target], effect.amount);
      case EffectKind::kEat:
        return once(ate_) ? eat(effect) : Receipt::kNotReady;
      case EffectKind::kDrink:
        return once(drank_) ? drink(effect.amount) : Receipt::kNotReady;
      case EffectKind::kRest:
        return once(rested_) ? rest() : Receipt::kNotReady;
      case EffectKind::kPush:
        return shove(state_, target, effect.x, effect.y) ? Receipt::kAccepted : Receipt::kBlocked;
      case EffectKind::kDash:
        return dash(effect.x, effect.y);
      case EffectKind::kShield:
        return shield(target, effect);
      case EffectKind::kPlant:
        return plant(effect);
      case EffectKind::kPickUp:
        return pick_up(state_, row_, effect.target);
      case EffectKind::kDrop:
        return drop(state_, row_, effect.item, effect.count);
      case EffectKind::kGive:
        return give(state_, row_, target, effect.item, effect.count);
      case EffectKind::kSteal:
        return steal(state_, row_, target, effect.item, effect.count, chance_);
      case EffectKind::kOffer:
        return offer(state_, row_, effect);
      case EffectKind::kAccept:
        return accept(state_, row_, target);
      case EffectKind::kTell:
        return speak(SoundKind::kTell, effect);
      case EffectKind::kCall:
        return speak(SoundKind::kCall, effect);
      case EffectKind::kFetch:
        return state_.economy ? fetch(state_, row_, target, effect.item, effect.count)
                              : Receipt::kNotAvailable;
      case EffectKind::kCraft:
        return once(crafted_) ? work(effect.item) : Receipt::kNotReady;
    }
    return Receipt::kNotAvailable;
  }

  static bool once(bool& done) { return !std::exchange(done, true); }

  static Receipt raise(float& value, double amount) {
    value = std::min(1.0f, value + static_cast<float>(amount));
    return Receipt::kAccepted;
  }
  static Receipt lower(float& value, double amount) {
    value = std::max(0.0f, value - static_cast<float>(amount));
    return Receipt::kAccepted;
  }

  Receipt hurt(std::uint32_t target, double amount) {
    const Shield* const shield = state_.society.shields.find(target);
    const bool shielded = shield != nullptr && shield->until > state_.tick;
    const auto wound = static_cast<float>(amount * (shielded ? 1 - shield->share : 1.0));
    const float lost = std::min(wound, columns_.health[target]);
    columns_.health[target] -= lost;
    columns_.damage[target] += lost;
    Event event = event_at(state_, EventKind::kDamage, target, lost);
    event.other = state_.id_of(row_);
    state_.events.push_back(std::move(event));
    if (state_.economy) after_blow(state_, row_, target);
    if (columns_.health[target] <= 0) kill(state_, target, DeathCause::kKilled);
    return Receipt::kAccepted;
  }

  Receipt feed(std::uint32_t target, double amount) {
    return state_.ecology ? share_reserve(state_, row_, target, amount)
                          : lower(columns_.hunger[target], amount);
  }

  Receipt eat(const Effect& effect) {
    if (effect.target.index != row_) return engine::eat(state_, row_, effect.target);
    return eat_from_hands(state_, row_, effect.item);
  }

  Receipt drink(double amount) {
    if (!water_in_reach()) return Receipt::kOutOfReach;
    return lower(columns_.thirst[row_], amount);
  }

  [[nodiscard]] bool water_in_reach() const {
    const double reach = state_.scenario.species[columns_.species[row_]].reach;
    const double x = columns_.x[row_], y = columns_.y[row_];
    const std::int64_t layer = cell_at(columns_.z[row_]);
    // How far a coordinate is from the cell [cell, cell + 1].
    const auto gap = [](double at, std::int64_t cell) {
      const auto low = static_cast<double>(cell);
      return std::max({0.0, low - at, at - low - 1});
    };
    for (std::int64_t cell_y = cell_at(y - reach); cell_y <= cell_at(y + reach); ++cell_y) {
      for (std::int64_t cell_x = cell_at(x - reach); cell_x <= cell_at(x + reach); ++cell_x) {
        const double dx = gap(x, cell_x), dy = gap(y, cell_y);
        const bool near = dx * dx + dy * dy <= reach * reach;
        if (near && state_.terrain.at(cell_x, cell_y, layer) == Block::kWater) return true;
      }
    }
    return false;
  }

  Receipt rest() {
    const auto move = static_cast<MoveKind>(state_.intents.move[row_]);
    const bool moved = move != MoveKind::kNone && move != MoveKind::kTurn;
    return moved ? Receipt::kNotAvailable : engine::rest(state_, row_);
  }

  Receipt dash(double x, double y) {
    const float from_x = columns_.x[row_], from_y = columns_.y[row_];
    const bool free = shove(state_, row_, x, y);
    const double dx = double{columns_.x[row_]} - double{from_x};
    const double dy = double{columns_.y[row_]} - double{from_y};
    columns_.travelled[row_] += static_cast<float>(std::sqrt(dx * dx + dy * dy));
    return free ? Receipt::kAccepted : Receipt::kBlocked;
  }

  Receipt work(SpeciesIndex output) {
    return state_.economy ? craft(state_, row_, output) : Receipt::kNotAvailable;
  }

  // Of two shields the stronger counts, of equal ones the one that lasts longer.
  Receipt shield(std::uint32_t target, const Effect& effect) {
    const double ticks = std::ceil(effect.seconds / state_.tick_s - 1e-9);
    const Shield made{effect.amount, state_.tick + 1 + static_cast<Tick>(std::max(0.0, ticks))};
    Shield& worn = state_.society.shields[target];
    const bool runs = worn.until > state_.tick;
    const bool better =
        !runs || made.share > worn.share || (made.share == worn.share && made.until > worn.until);
    if (better) worn = made;
    return better ? Receipt::kAccepted : Receipt::kFailed;
  }

  Receipt plant(const Effect& effect) {
    const bool known =
        effect.item < state_.rules.size() && state_.rules[effect.item].kind == Kind::kPlant;
    if (!known) return Receipt::kNotAvailable;
    GridQuery room;
    room.x = static_cast<float>(effect.x);
    room.y = static_cast<float>(effect.y);
    room.z = columns_.z[row_];
    const double dx = double{columns_.x[row_]} - double{room.x};
    const double dy = double{columns_.y[row_]} - double{room.y};
    if (dx * dx + dy * dy > spec_.range * spec_.range) return Receipt::kOutOfReach;
    const Block ground = state_.terrain.at(cell_at(room.x), cell_at(room.y), cell_at(room.z));
    if (ground != Block::kOpen) return Receipt::kBlocked;
    const SpeciesSpec& species = state_.scenario.species[effect.item];
    room.radius = species.density_radius;
    room.species = SpeciesMask{1} << effect.item;
    const bool crowded = state_.grid.count(room) >= species.density_max;
    if (crowded || !has_room(state_, effect.item)) return Receipt::kCrowded;
    expect_birth(state_,
                 {effect.item, state_.id_of(row_), room.x, room.y, room.z, kSeedlingEnergy});
    return Receipt::kAccepted;
  }

  Receipt speak(SoundKind kind, const Effect& effect) {
    if (effect.text.size() > kMessageBytesMax) return Receipt::kTooLong;
    Sound sound = sound_at(state_, kind, row_, effect.text);
    if (kind == SoundKind::kTell) sound.to = effect.target;
    if (kind == SoundKind::kCall) sound.radius = effect.amount;
    Event event = event_at(state_, EventKind::kMessage, row_);
    event.other = sound.to;
    event.text = effect.text;
    state_.events.push_back(std::move(event));
    state_.spoken.push_back(std::move(sound));
    return Receipt::kAccepted;
  }

  WorldState& state_;
  Columns& columns_;
  std::uint32_t row_;
  AbilitySpec spec_;
  base::RandomStream chance_;
  bool ate_ = false, drank_ = false, rested_ = false, crafted_ = false;
};

}  // namespace

Receipt apply_effects(WorldState& state, const Intents::Use& use) {
  Use in_progress(state, use);
  Receipt receipt = Receipt::kAccepted;
  for (const Effect& effect : use.effects) {
    const Receipt of_effect = in_progress.apply(effect);
    if (receipt == Receipt::kAccepted) receipt = of_effect;
  }
  return receipt;
}

}  // namespace cherub::engine
