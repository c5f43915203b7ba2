#pragma once

#include <cstdint>

#include "engine/base/ids.h"
#include "engine/sighting.h"
#include "engine/world.h"

// What one agent can know of the frozen world: every query is cut to the agent's sense radius (m)
// and has a defined order. These are the functions behind `world.…` in Lua; scripting/ hands them
// to the policy through FFI, so they take and give plain memory only, never throw and never
// allocate.
namespace cherub::engine {

struct Step {
  std::int32_t found;
  std::int32_t length;  // cells on the way that was found
  double x, y;          // where to go now: straight there, no corner is in the way
};

inline constexpr int kNeighborsMax = 32;
inline constexpr int kPathCellsMax = 1024;  // cells that one path search may visit
inline constexpr int kAnySpecies = -1;
inline constexpr int kFoodSpecies = -2;  // whatever the agent's diet lists

extern "C" {

// The nearest living entity of the species (an index, kAnySpecies or kFoodSpecies; never the agent
// itself) within `radius`, ties by lower id.
void cherub_sense_nearest(const cherub::engine::World* world, std::uint32_t row,
                          std::int32_t species, double radius,
                          cherub::engine::Sighting* out) noexcept;
// Up to kNeighborsMax of them, nearest first, ties by lower id. Returns how many.
std::int32_t cherub_sense_neighbors(const cherub::engine::World* world, std::uint32_t row,
                                    std::int32_t species, double radius,
                                    cherub::engine::Sighting* out) noexcept;
// How many living entities of the species are within `radius`.
std::int32_t cherub_sense_count(const cherub::engine::World* world, std::uint32_t row,
                                std::int32_t species, double radius) noexcept;
// The scenario's target as a compass shows it: at any distance. found == 0 when there is none.
void cherub_sense_target(const cherub::engine::World* world, std::uint32_t row,
                         cherub::engine::Sighting* out) noexcept;
// The Block at (x, y) in the agent's layer, or -1 when that point is beyond its senses.
std::int32_t cherub_sense_tile(const cherub::engine::World* world, std::uint32_t row, double x,
                               double y) noexcept;
// How far the agent's body could go along the direction (dx, dy) before a wall, at most
// min(limit, senses), m. 0 for no direction.
double cherub_sense_clear(const cherub::engine::World* world, std::uint32_t row, double dx,
                          double dy, double limit) noexcept;
// The next point of a shortest way (4-connected, cells of the hazard block cost `hazard_cost`
// extra, 0 to 100) toward the cell of (x, y). Sees only passable cells whose centres are within the
// sense radius (as a square around the agent) and visits at most kPathCellsMax; when the goal is
// beyond, the way leads to the reachable cell in view that is nearest to it. The point is the
// centre of the way's next cell, or of the agent's own cell while its body would catch on a corner;
// so an agent that goes to each point in turn touches no wall. Same inputs, same way: ties go east,
// north, west, south. Already on the best cell: found with length 0 and that cell's centre.
void cherub_sense_path(const cherub::engine::World* world, std::uint32_t row, double x, double y,
                       double hazard_cost, cherub::engine::Step* out) noexcept;

}  // extern "C"
}  // namespace cherub::engine
