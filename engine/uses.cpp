#include "engine/uses.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/world_state.h"

namespace cherub::engine {
namespace {

double distance_to_place(const Columns& columns, std::uint32_t row, double x, double y) {
  const double dx = double{columns.x[row]} - x, dy = double{columns.y[row]} - y;
  return std::sqrt(dx * dx + dy * dy);
}

// Where and whom the use is aimed at.
Receipt check_aim(const WorldState& state, std::uint32_t row, const UseRequest& request,
                  double range) {
  if (request.at_place) {
    if (!std::isfinite(request.x) || !std::isfinite(request.y)) return Receipt::kNotFinite;
    const bool near = distance_to_place(state.columns, row, request.x, request.y) <= range;
    return near ? Receipt::kAccepted : Receipt::kOutOfReach;
  }
  if (!state.exists(request.target) || state.is_dying(request.target.index)) {
    return Receipt::kNoSuchTarget;
  }
  if (request.target.index == row) return Receipt::kAccepted;
  return distance_between(state.columns, row, request.target.index) <= range ? Receipt::kAccepted
                                                                             : Receipt::kOutOfReach;
}

Receipt check_request(const WorldState& state, std::uint32_t row, const UseRequest& request) {
  if (!allows(state, Action::kUse)) return Receipt::kNotAvailable;
  const auto& abilities = state.society.abilities;
  const bool known = request.ability < abilities.size() &&
                     (known_abilities(state, row) & ability_bit(request.ability)) != 0;
  if (!known || abilities[request.ability].sha256.empty()) return Receipt::kUnknownAbility;
  const AbilitySpec& spec = abilities[request.ability];
  if (ticks_until_ready(state, row, request.ability) > 0) return Receipt::kCoolingDown;
  if (double{state.columns.energy[row]} < spec.energy_cost) return Receipt::kExhausted;
  return check_aim(state, row, request, spec.range);
}

double price_in(const WorldState& state, std::uint32_t row, const Effect& effect) {
  double distance = 0;
  if (effect.kind == EffectKind::kPlant) {
    distance = distance_to_place(state.columns, row, effect.x, effect.y);
  } else if (state.exists(effect.target)) {
    distance = distance_between(state.columns, row, effect.target.index);
  }
  return effect_price(effect, distance);
}

Receipt check_price(const WorldState& state, const Intents::Use& use) {
  if (use.effects.size() > kEffectsMax) return Receipt::kTooLong;
  double price = 0;
  for (const Effect& effect : use.effects) {
    if (!is_sound(effect)) return Receipt::kNotFinite;
    price += price_in(state, use.row, effect);
  }
  const double paid = state.society.abilities[use.ability].energy_cost;
  return price <= paid + kPriceSlack ? Receipt::kAccepted : Receipt::kUnpaid;
}

void start_cooldown(WorldState& state, const Intents::Use& use) {
  const double seconds = state.society.abilities[use.ability].cooldown_s;
  if (seconds <= 0) return;
  // A quotient that should be whole may come out a little above.
  const double ticks = std::max(1.0, std::ceil(seconds / state.tick_s - 1e-9));
  std::vector<Cooldown>& running = state.society.cooldowns[use.row];
  std::erase_if(running, [&](const Cooldown& cooldown) {
    return cooldown.until <= state.tick || cooldown.ability == use.ability;
  });
  running.push_back({use.ability, state.tick + static_cast<Tick>(ticks)});
}

}  // namespace

double distance_between(const Columns& columns, std::uint32_t a, std::uint32_t b) {
  const double dx = double{columns.x[a]} - double{columns.x[b]};
  const double dy = double{columns.y[a]} - double{columns.y[b]};
  const double dz = double{columns.z[a]} - double{columns.z[b]};
  return std::sqrt(dx * dx + dy * dy + dz * dz);
}

AbilityMask known_abilities(const WorldState& state, std::uint32_t row) {
  if (row >= state.columns.size()) return 0;
  const std::uint8_t role = state.columns.role[row];
  const auto& of_roles = state.society.role_abilities;
  const AbilityMask* const own = state.society.own_abilities.find(row);
  return (role < of_roles.size() ? of_roles[role] : 0) | (own != nullptr ? *own : 0);
}

Tick ticks_until_ready(const WorldState& state, std::uint32_t row, AbilityIndex ability) {
  const auto* const running = state.society.cooldowns.find(row);
  if (running == nullptr) return 0;
  for (const Cooldown& cooldown : *running) {
    if (cooldown.ability != ability) continue;
    return cooldown.until > state.tick ? cooldown.until - state.tick : 0;
  }
  return 0;
}

Receipt check_use(const World& world, std::uint32_t row, const UseRequest& request) {
  const WorldState& state = world.state();
  if (row >= state.columns.size() || state.columns.alive[row] == 0) return Receipt::kNoSuchTarget;
  return check_request(state, row, request);
}

double effect_price(const World& world, std::uint32_t row, const Effect& effect) {
  const WorldState& state = world.state();
  if (row >= state.columns.size()) return std::numeric_limits<double>::infinity();
  return price_in(state, row, effect);
}

// Effects are priced in the world that their script saw: who runs away does not make them dearer.
void price_uses(WorldState& state) {
  std::vector<Intents::Use>& uses = state.intents.uses;
  std::stable_sort(uses.begin(), uses.end(),
                   [](const auto& a, const auto& b) { return a.row < b.row; });
  for (Intents::Use& use : uses) {
    if (use.receipt != Receipt::kAccepted) continue;
    const bool known =
        use.row < state.columns.size() && use.ability < state.society.abilities.size();
    use.receipt = known ? check_price(state, use) : Receipt::kUnknownAbility;
  }
}

Receipt resolve_use(WorldState& state, const Intents::Use& use) {
  if (use.receipt != Receipt::kAccepted) return use.receipt;
  const UseRequest request{use.ability, use.target, use.at_place, use.x, use.y};
  const Receipt receipt = check_request(state, use.row, request);
  if (receipt != Receipt::kAccepted) return receipt;
  const AbilitySpec& spec = state.society.abilities[use.ability];
  float& energy = state.columns.energy[use.row];
  energy = std::max(0.0f, energy - static_cast<float>(spec.energy_cost));
  start_cooldown(state, use);
  Event event = event_at(state, EventKind::kAbility, use.row, spec.energy_cost);
  event.other = use.target;
  event.text = spec.name;
  state.events.push_back(std::move(event));
  return apply_effects(state, use);
}

}  // namespace cherub::engine
