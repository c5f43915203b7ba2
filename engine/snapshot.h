#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/columns.h"
#include "engine/ecology/ecology.h"
#include "engine/maze.h"
#include "engine/society.h"
#include "engine/terrain.h"
#include "engine/world.h"

namespace cherub::engine {

// An immutable copy of all that is state in a world, between two ticks: what a save keeps. Commands
// that wait for the next tick are not part of it; the journal has them.
struct Snapshot {
  Tick tick = 0;  // ticks done
  std::uint64_t seed = 0;
  std::uint64_t hash = 0;  // World::state_hash
  std::string scenario_yaml;
  double rain_intensity = 0;
  Tick rain_until = 0;
  std::vector<ScriptSlot> slots;
  Society society;
  Terrain terrain;
  MazeFacts maze;
  std::vector<std::uint32_t> free_rows;  // the one freed last is used first
  std::vector<std::string> maps;         // by row: seen_map_text; empty where none are kept
  Columns columns;
  std::optional<Ecology> ecology;
};

// A readable JSON object: one array per column, terrain as a map of characters. Numbers read back
// to the same bits.
std::string snapshot_to_json(const Snapshot& snapshot);
// Errors name the field. What they mean for a world is checked by World::restore.
base::Result<Snapshot> snapshot_from_json(std::string_view json);

// Where two snapshots of one world differ: the first column that does, in the order of
// for_each_column, and there the lowest row.
struct SnapshotDifference {
  std::string column;              // or "tick", "terrain", "free_rows" …
  std::optional<EntityId> entity;  // when it is a column, as the first snapshot names it
  std::string first, second;       // values
};
std::optional<SnapshotDifference> first_difference(const Snapshot& first, const Snapshot& second);

}  // namespace cherub::engine
