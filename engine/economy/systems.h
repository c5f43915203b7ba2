#pragma once

#include "engine/world_state.h"

// What happens in an economy. All of these are for worlds that have one (WorldState::economy).
namespace cherub::engine {

inline constexpr double kPriceRadius_m = 10;
// Of each price, so many nearest holders are asked what they hold.
inline constexpr std::size_t kPriceHoldersMax = 128;
inline constexpr double kRoofFactor = 3;       // rest under a roof restores so many times as much
inline constexpr double kRoof_m = 1.5;         // from the middle of a house to where its roof ends
inline constexpr double kTheftChance = 0.5;    // of one that nobody sees
inline constexpr double kWitnessRadius_m = 5;  // who stands so near makes theft harder
inline constexpr float kRipe = 0.8f;           // how far a plant must have grown for a harvest
inline constexpr float kStubble = 0.1f;        // what a harvested plant goes on with

// compile.cpp: a checked scenario's economy with names resolved. Ticks: time is rounded up.
EconomyRules compile_economy(const Scenario& scenario, double tick_s);
// stores.cpp: at the beginning, what species hold, and whose places are whose.
void stock_and_settle(WorldState& state);
// Who may help himself out of the store of a place: its owner, and whom it serves.
bool may_take(const WorldState& state, std::uint32_t row, std::uint32_t place);
// Things from a store to the hands of who may take them.
Receipt fetch(WorldState& state, std::uint32_t row, std::uint32_t place, SpeciesIndex item,
              std::uint32_t count);
// Whether a place or a thing on the ground belongs to the row.
bool is_own(const WorldState& state, std::uint32_t row, std::uint32_t thing);
// Whether a thing on the ground is somebody else's, who lives.
bool belongs_to_another(const WorldState& state, std::uint32_t row, std::uint32_t thing);
// Forgets what a freed row owned, did and meant to others.
void forget_person(WorldState& state, std::uint32_t row);
// The chance that a theft by `row` from `victim` works: less under the eyes of others.
double theft_chance(const WorldState& state, std::uint32_t row, std::uint32_t victim);
// Whether an agent stands under a roof that is its own or nobody's.
bool is_sheltered(const WorldState& state, std::uint32_t row);

// crafting.cpp: one tick of work on `output`; when it is the last, inputs turn into outputs.
Receipt craft(WorldState& state, std::uint32_t row, SpeciesIndex output);
void forget_idle_crafts(WorldState& state);

// prices.cpp: base / (1 + how many of the item lie or are held within kPriceRadius_m), coins.
double price_at(const WorldState& state, SpeciesIndex item, double x, double y, double z);

// standing.cpp: what deeds do to reputation and ties.
void after_theft(WorldState& state, std::uint32_t thief, EntityId victim);
void after_gift(WorldState& state, std::uint32_t giver, std::uint32_t to);
// `given` and `got` are worth in coins what each side gave.
void after_trade(WorldState& state, std::uint32_t one, std::uint32_t other, double given,
                 double got);
void after_blow(WorldState& state, std::uint32_t attacker, std::uint32_t victim);
std::int32_t reputation_of(const WorldState& state, std::uint32_t row);
std::int32_t relationship_of(const WorldState& state, std::uint32_t row, EntityId other);

}  // namespace cherub::engine
