#pragma once

#include <span>
#include <string>

#include "engine/base/random.h"
#include "engine/scenario.h"

// Where things stand in a village: a market place in the middle, homes around it, fields on one
// side and woods on the other. Which side, the seed says.
namespace cherub::engine {

// The names that a spawn's `place` can have in any world without walls.
inline constexpr std::string_view kTownPlaces[] = {"centre", "homes", "fields", "woods", "edge"};
bool is_town_place(std::string_view place);

struct TownPoint {
  double x = 0, y = 0;  // m
};
// Where the member `index` of spawns[spawn] stands. `random` is the member's own.
TownPoint town_point(const Scenario& scenario, std::size_t spawn, std::uint32_t index,
                     std::uint64_t seed, base::RandomStream& random);

// Turns counts per head (SpawnSpec::per) into counts.
void count_heads(Scenario& scenario);

}  // namespace cherub::engine
