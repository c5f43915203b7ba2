#pragma once

#include "engine/world_state.h"

// What a body does for itself: as actions of agents, and as effects of abilities.
namespace cherub::engine {

// The agent of the row eats what its diet lists and its reach allows.
Receipt eat(WorldState& state, std::uint32_t row, EntityId food);
Receipt eat_within(WorldState& state, std::uint32_t row, EntityId food, double reach_m);
// The same with one of the things in its hands.
Receipt eat_from_hands(WorldState& state, std::uint32_t row, SpeciesIndex item);
Receipt rest(WorldState& state, std::uint32_t row);
// Whether the agent's body is ready for offspring: its own business, no matter what others do.
Receipt check_fitness(const WorldState& state, std::uint32_t row);
Receipt reproduce(WorldState& state, std::uint32_t row);

}  // namespace cherub::engine
