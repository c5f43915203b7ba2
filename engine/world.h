#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/random.h"
#include "engine/base/result.h"
#include "engine/base/worker_pool.h"
#include "engine/behaviour.h"
#include "engine/columns.h"
#include "engine/commands.h"
#include "engine/events.h"
#include "engine/grid.h"
#include "engine/intents.h"
#include "engine/maze.h"
#include "engine/phase.h"
#include "engine/scenario.h"
#include "engine/sighting.h"
#include "engine/society.h"
#include "engine/terrain.h"
#include "engine/version_past.h"

namespace cherub::engine {

struct Ecology;
struct Snapshot;
struct WorldState;

// Generous, yet a world of this size still fits a laptop.
inline constexpr std::uint32_t kEntitiesMax = 1u << 21;
inline constexpr std::uint32_t kSpawnCountMax = 100'000;  // of one command
inline constexpr std::uint32_t kPendingCommandsMax = 10'000;

struct ScriptSlot {
  std::string name;
  std::string sha256;  // installed version; empty: native behaviour
  // While the version is on probation: the one that entities go back to if it is withdrawn; else
  // empty.
  std::string fallback_sha256;
  VersionPast past;
};

// The hash of one part of the state, so that a difference can be named.
struct ColumnHash {
  std::string_view
      name;  // of for_each_column, or "free_rows", "script_slots", "weather", "society"
  std::uint64_t hash = 0;
};

// A living world: columns, terrain, and the tick that moves them. Owned and stepped by one thread;
// readable from several while a Behaviour decides. Same scenario, seed and commands, same state
// hash on every tick.
class World {
 public:
  static base::Result<std::unique_ptr<World>> create(Scenario scenario, std::uint64_t seed);
  // Goes on from a save, bit for bit. What does not make a world is refused: engine/snapshot.h.
  static base::Result<std::unique_ptr<World>> restore(const Snapshot& snapshot);
  // Begins again as create() would with this seed, in the memory that is there, by the rules that
  // are compiled. Commands that waited are forgotten; the pool and the listener stay.
  void reset(std::uint64_t seed);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // Applies at the start of the next step, in the order submitted. Bad commands (unknown species,
  // slot, dead entity, over kEntitiesMax) are refused here, before they are journaled.
  base::Result<StampedCommand> submit(Command command);

  // One tick: commands, sense, decide, resolve, live, publish (docs/ARCHITECTURE.md).
  TickReport step(Behaviour& behaviour);

  // Where the phases run from now on; must outlive the world. Without one, on the caller's thread.
  // What is computed does not depend on it.
  void use(base::WorkerPool& pool);
  [[nodiscard]] base::WorkerPool& pool() const;
  // At most one listener, which must outlive the world; nullptr: none.
  void listen(PhaseListener* listener);

  [[nodiscard]] Tick tick() const;      // ticks done; while one runs, its index
  [[nodiscard]] double tick_s() const;  // world seconds per tick
  [[nodiscard]] std::uint64_t seed() const;
  [[nodiscard]] const Scenario& scenario() const;
  [[nodiscard]] const Columns& columns() const;
  [[nodiscard]] const Terrain& terrain() const;
  // The maze's start, target cells and shortest ways.
  [[nodiscard]] const MazeFacts& maze_facts() const;
  // Entities as they stood when the running (or else last) tick sensed.
  [[nodiscard]] const Grid& grid() const;
  [[nodiscard]] const std::vector<ScriptSlot>& script_slots() const;  // [0] is "policy"
  // What the agents asked for in the last tick, by row.
  [[nodiscard]] const Intents& intents() const;
  // Rows that decide, ascending: alive entities of species with Kind::kAgent.
  [[nodiscard]] std::span<const std::uint32_t> agent_rows() const;
  [[nodiscard]] std::uint32_t alive_count() const;
  [[nodiscard]] std::uint32_t alive_count(SpeciesIndex species) const;
  // The species that this one eats.
  [[nodiscard]] SpeciesMask diet(SpeciesIndex species) const;
  // In ecosystems: the species that eat this one.
  [[nodiscard]] SpeciesMask threats(SpeciesIndex species) const;
  // Whether the scenario lists the action (one of kActionNames).
  [[nodiscard]] bool has_action(std::string_view action) const;
  // All that were ever installed or named by a role; those with an empty sha256 cannot be used.
  [[nodiscard]] std::span<const AbilitySpec> abilities() const;
  [[nodiscard]] std::optional<AbilityIndex> find_ability(std::string_view name) const;
  // What the agent's role and itself know.
  [[nodiscard]] AbilityMask known_abilities(std::uint32_t row) const;
  [[nodiscard]] double cooldown_left_s(std::uint32_t row, AbilityIndex ability) const;  // 0: ready
  [[nodiscard]] std::span<const ItemCount> items_of(std::uint32_t row) const;  // in its hands
  [[nodiscard]] const Society& society() const;
  // Matter, modes and soil of an ecosystem; nullptr in other worlds.
  [[nodiscard]] const Ecology* ecology() const;
  [[nodiscard]] double rain_intensity() const;  // 0: dry
  [[nodiscard]] bool exists(EntityId id) const;
  [[nodiscard]] EntityId id_of(std::uint32_t row) const;
  [[nodiscard]] base::RandomStream random(std::uint64_t entity, base::Stream stream) const;
  // Covers every column, the terrain, slots, weather and the tick.
  [[nodiscard]] std::uint64_t state_hash() const;
  // The same in parts, always in one order; behind a tick they are known already.
  [[nodiscard]] std::vector<ColumnHash> column_hashes() const;
  [[nodiscard]] Snapshot snapshot() const;  // between ticks
  // The living entity of Kind::kTarget in the lowest row, or nullptr when there is none; its
  // `distance` is 0.
  [[nodiscard]] const Sighting* target() const;

  // For the engine's own functions; declared in world_state.h.
  [[nodiscard]] const WorldState& state() const { return *state_; }

 private:
  explicit World(std::unique_ptr<WorldState> state);
  std::unique_ptr<WorldState> state_;
};

}  // namespace cherub::engine
