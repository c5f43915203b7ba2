#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/columns.h"
#include "engine/commands.h"
#include "engine/ecology/ecology.h"
#include "engine/events.h"
#include "engine/grid.h"
#include "engine/intents.h"
#include "engine/maze.h"
#include "engine/scenario.h"
#include "engine/seen_map.h"
#include "engine/sighting.h"
#include "engine/society.h"
#include "engine/sounds.h"
#include "engine/terrain.h"
#include "engine/world.h"

namespace cherub::engine {

// A species as the systems use it: numbers per tick, names resolved to indices.
struct SpeciesRules {
  Kind kind = Kind::kAgent;
  SpeciesMask diet = 0;
  float body_radius = 0;
  float step_m = 0;  // farthest movement of a tick
  double sense_radius = 0;
  float energy_per_m = 0;
  std::uint8_t role = kNoRole;
  float hunger_per_tick = 0, thirst_per_tick = 0, starve_per_tick = 0, rest_per_tick = 0,
        growth_per_tick = 0;
  double spread_chance = 0;  // per tick
  std::uint64_t adult_ticks = 0;
  std::uint64_t lifetime_ticks = 0;  // 0: ageless
  Gait gait;
  Route route = Route::kNone;
  float lift_m = 0;          // farthest up or down in a tick
  double turn_per_tick = 0;  // rad; 0: as far as it likes
  double view_half = 0;      // rad to each side of the heading; 0: all around
  float contact_damage = 0;  // health per tick

  // Of ecosystems.
  float drain_per_tick = 0, drive_per_tick = 0, parch_per_tick = 0;
  std::vector<SpeciesIndex> diet_order;  // best first
  SpeciesMask threats = 0;               // who eats it
  SpeciesMask blossoms = 0;              // what it pollinates
  SpeciesMask roost = 0;
};

struct Weather {
  double rain_intensity = 0;
  Tick rain_until = 0;
};

struct Death {
  std::uint32_t row;
  DeathCause cause;
};

struct Birth {
  SpeciesIndex species;
  EntityId parent;
  float x, y, z;
  float energy;
  std::uint32_t matter = 0;  // of ecosystems: units that the parents put aside
};

// What one task of a phase wants to happen, in row order.
struct TaskLog {
  std::vector<Event> events;
  std::vector<Death> deaths;
  std::vector<Birth> births;        // for which there may be no room
  std::vector<std::uint32_t> rows;  // for whom more is to be done, one after the other
};

// Finds who offers something to somebody.
struct OfferIndexEntry {
  std::uint64_t to = 0;  // EntityId::packed
  Tick until = 0;
  std::uint32_t from_row = 0;
  auto operator<=>(const OfferIndexEntry&) const = default;
};

// All of a world. The systems are free functions over it, each run once per tick by World::step.
struct WorldState {
  Scenario scenario;
  std::vector<SpeciesRules> rules;  // by species
  std::optional<EconomyRules> economy;  // of scenarios that have one
  std::uint64_t seed = 0;
  Tick tick = 0;
  std::uint64_t tick_key = 0;  // of the tick's random streams; set_tick keeps it right
  double tick_s = 0.1;

  Columns columns;
  std::vector<std::uint32_t> free_rows;   // the one freed last is used first
  std::vector<std::uint32_t> population;  // alive, by species
  std::uint32_t alive = 0;
  Terrain terrain;
  MazeFacts maze;
  std::uint64_t terrain_hash = 0;
  bool has_hazards = false;
  bool has_walls = false;             // somewhere a body cannot pass, within the map
  bool walls_hide = false;            // there are walls, and sight stops at them
  bool some_look_ahead = false;       // a species does not see all around
  std::vector<std::uint64_t> buried;  // voxels that only who is in them can see; with maps only
  SpeciesMask agent_species = 0, obstacle_species = 0;
  double obstacle_radius_max = 0;
  Weather weather;
  std::vector<ScriptSlot> slots;
  Society society;
  std::optional<Ecology> ecology;  // of scenarios with an environment
  std::uint64_t carried = 0;       // items in all hands: each has its room among the entities
  std::vector<SeenMap> maps;       // by row; empty where the scenario keeps none

  // Made from the above at every sense phase.
  Grid grid;
  std::vector<std::uint32_t> agent_rows;
  SpeciesMask target_species = 0;
  std::uint32_t targets = 0;
  Sighting target{};
  std::uint32_t target_row = 0;                           // where there is one
  std::vector<std::uint32_t> patrol_rows, obstacle_rows;  // who goes about by itself; ascending

  // Made from the terrain and the rules, for ecosystems.
  std::vector<std::uint32_t> nearest_water;  // by cell of the ground: a cell, or kNoWater
  SpeciesMask flowers = 0;                   // that somebody pollinates

  // Made from society at the end of every tick.
  SoundMap sound_map;
  std::vector<OfferIndexEntry> offer_index;  // standing offers, ascending

  // Of the running tick; kept between ticks for their memory only.
  Intents intents;
  std::vector<Sound> spoken;  // heard in the next tick
  std::vector<Event> events, faults;
  std::vector<Death> deaths;
  std::vector<Birth> births;
  std::vector<std::uint32_t> unborn;  // births by species
  std::vector<TaskLog> task_logs;
  bool rows_changed = false;              // agents or targets came or went: refresh_rows
  std::vector<ColumnHash> column_hashes;  // behind the last tick; empty before the first

  base::SerialPool serial;
  base::WorkerPool* pool = &serial;
  PhaseListener* listener = nullptr;

  std::vector<StampedCommand> pending;
  std::vector<ReportedEvent> reported;  // of clients, for this tick's resolve phase
  std::uint64_t pending_spawns = 0;
  std::array<bool, std::size(kActionNames)> has_action{};

  [[nodiscard]] const SpeciesRules& rules_of(std::uint32_t row) const {
    return rules[columns.species[row]];
  }
  [[nodiscard]] EntityId id_of(std::uint32_t row) const { return {row, columns.generation[row]}; }
  // Whether a query may find somebody who cannot be seen.
  [[nodiscard]] bool hides() const { return walls_hide || some_look_ahead; }
  [[nodiscard]] bool is_buried(std::size_t voxel) const {
    return (buried[voxel / 64] >> (voxel % 64) & 1) != 0;
  }
  [[nodiscard]] bool exists(EntityId id) const {
    return id.index < columns.size() && columns.alive[id.index] != 0 &&
           columns.generation[id.index] == id.generation;
  }
  [[nodiscard]] base::RandomStream random(std::uint64_t entity, base::Stream stream) const {
    return base::RandomStream::of(tick_key, entity, stream);
  }
  void set_tick(Tick now) {
    tick = now;
    tick_key = base::RandomStream::tick_key(seed, now);
  }
  // Dead within this tick already, though its row is not free yet.
  [[nodiscard]] bool is_dying(std::uint32_t row) const { return columns.health[row] <= 0; }
};

// No water anywhere.
inline constexpr std::uint32_t kNoWater = 0xffffffff;
// What a seedling holds of energy.
inline constexpr float kSeedlingEnergy = 0.1f;
// A row whose generation has reached this is retired: beyond it an id no longer fits a Lua number.
inline constexpr std::uint32_t kGenerationMax = (1u << 21) - 1;

// world.cpp: an empty world of a checked scenario, and the ground under it.
std::unique_ptr<WorldState> lay_out(Scenario scenario, std::uint64_t seed);
void set_terrain(WorldState& state, GeneratedTerrain made);

// Order of kActionNames.
enum class Action : std::size_t {
  kMove,
  kMoveTo,
  kWander,
  kEat,
  kReproduce,
  kRest,
  kSay,
  kTurn,
  kUse,
  kDrink,
  kPollinate,
};
inline bool allows(const WorldState& state, Action action) {
  return state.has_action[static_cast<std::size_t>(action)];
}

// An event about a living row, at its place.
Event event_at(const WorldState& state, EventKind kind, std::uint32_t row, double value = 0);

// population.cpp: the only functions that add and free rows.
std::uint32_t add_entity(WorldState& state, SpeciesIndex species, float x, float y, float z);
void free_entity(WorldState& state, std::uint32_t row);
// Whether one more of the species may be born in this tick.
bool has_room(const WorldState& state, SpeciesIndex species);
// Whether so many more things may be made.
bool has_room_for_items(const WorldState& state, std::uint32_t count);
void expect_birth(WorldState& state, const Birth& birth);           // at the end of this tick
void kill(WorldState& state, std::uint32_t row, DeathCause cause);  // at the end of this tick
void spawn_population(WorldState& state);                           // of the scenario, at tick 0
void spawn_group(WorldState& state, const Spawn& spawn);
void refresh_rows(WorldState& state);    // agent_rows, patrol_rows and target
void refresh_target(WorldState& state);  // where the target is now
// Brings the body's centre to where it overlaps no wall, within the cell that it is in.
void settle(const Terrain& terrain, float body_radius, float z, float& x, float& y);
// A point within `radius` on open ground; false when none was found in a few tries.
bool open_point_near(const Terrain& terrain, base::RandomStream& random, double radius, float z,
                     float& x, float& y);

void apply_commands(WorldState& state);    // command_apply.cpp
void sense(WorldState& state);             // world.cpp
void index_society(WorldState& state);     // world.cpp
void resolve_movement(WorldState& state);  // movement.cpp
// Moves a body by (dx, dy), m; false when a wall stopped it short.
bool shove(WorldState& state, std::uint32_t row, double dx, double dy);  // movement.cpp
void resolve_abilities(WorldState& state);                               // feeding.cpp
void resolve_messages(WorldState& state);                                // feeding.cpp
void price_uses(WorldState& state);       // uses.cpp, before anybody has moved
void notice_targets(WorldState& state);   // targets.cpp
void burn_in_hazards(WorldState& state);  // hazards.cpp
// Takes health; the agent dies when none is left.
void hurt(WorldState& state, std::uint32_t row, float damage);  // hazards.cpp
void walk_patrols(WorldState& state);                           // patrols.cpp
void hurt_by_obstacles(WorldState& state);                      // patrols.cpp
void metabolise(WorldState& state);                             // life.cpp
void grow_plants(WorldState& state);                            // plants.cpp
void bury_and_bear(WorldState& state);                          // life.cpp
bool is_old(const WorldState& state, std::uint32_t row);        // life.cpp: its time has come
// state_hash.cpp: of the columns and free_rows, and of all with them.
void hash_columns(const WorldState& state, std::vector<ColumnHash>& hashes);
std::uint64_t hash_state(const WorldState& state, std::span<const ColumnHash> columns);
std::uint64_t hash_state(const WorldState& state);

}  // namespace cherub::engine
