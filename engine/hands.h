#pragma once

#include "engine/world_state.h"

// Things that agents carry, and what lies in the stores of places. These are the only functions
// that change either; none of them makes or loses an item, but eating and crafts (use_up, put_new).
namespace cherub::engine {

Receipt pick_up(WorldState& state, std::uint32_t row, EntityId thing);
Receipt drop(WorldState& state, std::uint32_t row, SpeciesIndex item, std::uint32_t count);
Receipt give(WorldState& state, std::uint32_t row, std::uint32_t to, SpeciesIndex item,
             std::uint32_t count);
// Works with an even chance, drawn from `chance`.
Receipt steal(WorldState& state, std::uint32_t row, std::uint32_t from, SpeciesIndex item,
              std::uint32_t count, base::RandomStream& chance);
// `effect` is a kOffer.
Receipt offer(WorldState& state, std::uint32_t row, const Effect& effect);
// Takes up what the agent of row `from` offers.
Receipt accept(WorldState& state, std::uint32_t row, std::uint32_t from);
// Takes one out for good; false when there is none.
bool consume(WorldState& state, std::uint32_t row, SpeciesIndex item);

// From one pair of hands or store into another.
Receipt move_items(WorldState& state, std::uint32_t from, std::uint32_t to, SpeciesIndex item,
                   std::uint32_t count);
// Makes things where there is room, and takes things that are there out for good.
void put_new(WorldState& state, std::uint32_t row, SpeciesIndex item, std::uint32_t count);
void use_up(WorldState& state, std::uint32_t row, SpeciesIndex item, std::uint32_t count);
std::uint64_t count_in_hands(const WorldState& state, std::uint32_t row, SpeciesIndex item);
std::uint64_t room_in_hands(const WorldState& state, std::uint32_t row);

// Of a row that is freed: things fall to the ground at the end of the tick, all else is forgotten.
void release_belongings(WorldState& state, std::uint32_t row);
// Now and then: takes cooldowns, shields and offers that have run out from the tables.
void forget_what_passed(WorldState& state);
// Makes WorldState::offer_index.
void index_offers(WorldState& state);

}  // namespace cherub::engine
