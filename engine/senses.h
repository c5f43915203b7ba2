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

// A step on a way over what an agent's map knows.
struct MapStep {
  std::int32_t found;
  std::int32_t length;  // cells on the way that was found
  std::int32_t there;   // 1: the way leads to what was asked for
  double x, y, z;       // where to go now: straight there, no corner is in the way
};

// Something that was said in the last tick.
struct Heard {
  Sighting speaker;  // as it stood when it spoke
  const char* text;  // bytes, not terminated; good until the next tick
  std::uint32_t text_bytes;
  std::uint32_t kind;  // SoundKind
};

// A standing offer: `count` of `item` for `want_count` of `want_item`.
struct OfferSeen {
  std::int32_t found;
  std::int32_t item, want_item;  // species
  std::uint32_t count, want_count;
  double from;    // EntityId::packed
  double left_s;  // until it is withdrawn, world seconds
};

inline constexpr int kNeighborsMax = 32;
inline constexpr int kPathCellsMax = 1024;     // cells that one path search may visit
inline constexpr int kMapPathCellsMax = 4096;  // the same over a map
inline constexpr int kAnySpecies = -1;
inline constexpr int kThreatSpecies = -3;             // ecosystems: whatever eats the agent
inline constexpr int kRoostSpecies = -4;              // ecosystems: what the agent roosts by
inline constexpr std::int32_t kNoReputation = -1000;  // of who is not seen, or no agent
inline constexpr int kFoodSpecies = -2;               // whatever the agent's diet lists

extern "C" {

// Where walls hide what is behind them (`senses: {walls: block}`, and in mazes), nearest,
// neighbors, count, tile and voxel know nothing of what no straight line without a wall leads to;
// of each query only the nearest kSightCandidatesMax entities are looked at. A way (path) is felt
// along the ground, so it goes around corners, and sounds pass walls.

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

// The Block at (x, y, z), or -1 when that point is beyond its senses or behind a wall that hides.
std::int32_t cherub_sense_voxel(const cherub::engine::World* world, std::uint32_t row, double x,
                                double y, double z) noexcept;
// 1 when no wall is between the agent and the point and the point is within its senses, else 0.
std::int32_t cherub_sense_line_of_sight(const cherub::engine::World* world, std::uint32_t row,
                                        double x, double y, double z) noexcept;
// The Block that the agent has seen at (x, y, z) at any time, or -1. This and the next two know
// nothing where the scenario keeps no maps.
std::int32_t cherub_sense_seen(const cherub::engine::World* world, std::uint32_t row, double x,
                               double y, double z) noexcept;
// The next point of a shortest way to the cell of (x, y, z) by the species' gait over voxels that
// the agent has seen; cells of hazard cost `hazard_cost` extra, 0 to 100. Visits at most
// kMapPathCellsMax. there == 0: no way was found, and this one leads to the known place that is
// nearest to the goal. Ties go east, north, west, south, up, down. The point is the centre of the
// way's next cell, or of the agent's own while its body would catch on a corner. found == 0: no
// map.
void cherub_sense_way(const cherub::engine::World* world, std::uint32_t row, double x, double y,
                      double z, double hazard_cost, cherub::engine::MapStep* out) noexcept;
// The same to the nearest known place beside which a voxel is not known yet. found == 0: nothing
// that is left can be reached.
void cherub_sense_frontier(const cherub::engine::World* world, std::uint32_t row,
                           double hazard_cost, cherub::engine::MapStep* out) noexcept;
// What the agent hears of the last tick, nearest first, into kHeardMax entries: what was said
// within its own senses, called so that it carries as far, or told to it alone. Returns how many.
std::int32_t cherub_sense_heard(const cherub::engine::World* world, std::uint32_t row,
                                cherub::engine::Heard* out) noexcept;
// The eldest offer that stands for the agent. found == 0 when there is none.
void cherub_sense_offer(const cherub::engine::World* world, std::uint32_t row,
                        cherub::engine::OfferSeen* out) noexcept;
// How many of the item species are in the agent's hands.
std::uint32_t cherub_sense_items(const cherub::engine::World* world, std::uint32_t row,
                                 std::int32_t species) noexcept;
// 1 when the agent knows the ability and it has a script.
std::int32_t cherub_sense_knows(const cherub::engine::World* world, std::uint32_t row,
                                std::int32_t ability) noexcept;
// World seconds until the agent can use the ability again; 0: now.
double cherub_sense_cooldown(const cherub::engine::World* world, std::uint32_t row,
                             std::int32_t ability) noexcept;
double cherub_sense_rain(const cherub::engine::World* world) noexcept;  // 0 dry … 1

// Of ecosystems (engine/ecology); elsewhere they find nothing.

// The nearest ripe plant or living prey of the species that stands first in the diet and of which
// there is any within `radius`; of each, the kNeighborsMax nearest are looked at.
void cherub_sense_forage(const cherub::engine::World* world, std::uint32_t row, double radius,
                         cherub::engine::Sighting* out) noexcept;
// The nearest flower that the agent's species pollinates and that has nectar, of as many.
void cherub_sense_blossom(const cherub::engine::World* world, std::uint32_t row, double radius,
                          cherub::engine::Sighting* out) noexcept;
// The centre of the nearest cell with water, however far; only x, y, z and distance count.
void cherub_sense_water(const cherub::engine::World* world, std::uint32_t row,
                        cherub::engine::Sighting* out) noexcept;
// World seconds until the agent may hunt, or visit a flower, again; 0: now.
double cherub_sense_pause(const cherub::engine::World* world, std::uint32_t row) noexcept;
// How well the colony of the agent's species is, 0 … 1; 1 without one.
double cherub_sense_colony(const cherub::engine::World* world, std::uint32_t row) noexcept;
double cherub_sense_light(const cherub::engine::World* world) noexcept;        // 0 … 1
double cherub_sense_temperature(const cherub::engine::World* world) noexcept;  // °C
// Where there is an economy; sense_economy.cpp. `id` is EntityId::packed of somebody or something
// that the agent sees, or of itself.

// The nearest plant of the species that is ripe for harvest, of the kNeighborsMax nearest.
void cherub_sense_ripe(const cherub::engine::World* world, std::uint32_t row, std::int32_t species,
                       double radius, cherub::engine::Sighting* out) noexcept;
// Coins for one of the item species at (x, y): base / (1 + supply within 10 m). -1 when the point
// is beyond the agent's senses, or that is no item.
double cherub_sense_price(const cherub::engine::World* world, std::uint32_t row, std::int32_t item,
                          double x, double y) noexcept;
// EntityId::packed of whose it is; -1: nobody's, or not seen.
double cherub_sense_owner(const cherub::engine::World* world, std::uint32_t row,
                          double id) noexcept;
// Index of Scenario::roles; -1: none, or not seen.
std::int32_t cherub_sense_role(const cherub::engine::World* world, std::uint32_t row,
                               double id) noexcept;
// -100 … 100, or kNoReputation.
std::int32_t cherub_sense_reputation(const cherub::engine::World* world, std::uint32_t row,
                                     double id) noexcept;
// What the agent feels for somebody, seen or not, -100 … 100; 0: nothing.
std::int32_t cherub_sense_relationship(const cherub::engine::World* world, std::uint32_t row,
                                       double id) noexcept;
// How many of the item species are in somebody's hands or in a store; -1: not seen, or it has none.
std::int32_t cherub_sense_stock(const cherub::engine::World* world, std::uint32_t row, double id,
                                std::int32_t item) noexcept;

}  // extern "C"
}  // namespace cherub::engine
