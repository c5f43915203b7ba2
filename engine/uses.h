#pragma once

#include "engine/intents.h"
#include "engine/world.h"

// Uses of abilities: who may, what it costs, and what then happens.
namespace cherub::engine {

// What an agent wants to use, and on what.
struct UseRequest {
  AbilityIndex ability = 0;
  EntityId target;        // the user itself when none was named
  bool at_place = false;  // aimed at (x, y), m, rather than at the target
  double x = 0, y = 0;
};

// Whether the agent of the row can begin this use in the frozen world: kAccepted, or why not. A
// pure function, for any thread. The same is checked again when it happens.
Receipt check_use(const World& world, std::uint32_t row, const UseRequest& request);
// What the effect costs in the frozen world when the agent of the row asks for it; infinite when it
// cannot be. What all effects of a use cost together must not be more than the ability's
// energy_cost (but for rounding: kPriceSlack).
double effect_price(const World& world, std::uint32_t row, const Effect& effect);
inline constexpr double kPriceSlack = 1e-9;

struct WorldState;

AbilityMask known_abilities(const WorldState& state, std::uint32_t row);
Tick ticks_until_ready(const WorldState& state, std::uint32_t row, AbilityIndex ability);
// m, centre to centre.
double distance_between(const Columns& columns, std::uint32_t a, std::uint32_t b);

// Pays for the use and applies its effects; returns its receipt.
Receipt resolve_use(WorldState& state, const Intents::Use& use);
// effects.cpp: applies the effects of a use that is paid for, in order. Returns what became of the
// first that failed, or kAccepted.
Receipt apply_effects(WorldState& state, const Intents::Use& use);

}  // namespace cherub::engine
