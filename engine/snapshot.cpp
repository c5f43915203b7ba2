#include "engine/snapshot.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>

#include "engine/base/hash.h"
#include "engine/base/sha256.h"
#include "engine/intents.h"
#include "engine/society_check.h"
#include "engine/world_state.h"

namespace cherub::engine {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kRowsMax = std::size_t{kEntitiesMax} + kEntitiesMax / 4;  // with retired rows

Error wrong(std::string where, std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message), std::move(where)};
}

std::string item(std::string_view column, std::size_t row) {
  return "columns." + std::string(column) + "[" + std::to_string(row) + "]";
}

// What a column may hold; low and high inclusive.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};

Range range_of(std::string_view column, const WorldState& state) {
  if (column == "alive" || column == "reached") return {0, 1};
  if (column == "species") return {0, static_cast<double>(state.rules.size()) - 1};
  if (column == "generation") return {0, kGenerationMax};
  if (column == "x") return {0, static_cast<double>(state.terrain.width)};
  if (column == "y") return {0, static_cast<double>(state.terrain.depth)};
  if (column == "z") return {0, static_cast<double>(state.terrain.height)};
  if (column.ends_with("_receipt")) return {0, kReceiptCount - 1};
  return {};
}

Result<void> check_columns(const WorldState& state) {
  const std::size_t rows = state.columns.size();
  if (rows > kRowsMax) return wrong("columns", "A world holds fewer entities than these.");
  Result<void> outcome;
  for_each_column(state.columns, [&](std::string_view name, const auto& column) {
    if (!outcome) return;
    if (column.size() != rows) {
      outcome = wrong("columns." + std::string(name), "Has " + std::to_string(column.size()) +
                                                          " values; alive has " +
                                                          std::to_string(rows) + ".");
      return;
    }
    const Range range = range_of(name, state);
    for (std::size_t row = 0; row < rows; ++row) {
      const auto value = static_cast<double>(column[row]);
      if (std::isfinite(value) && value >= range.low && value <= range.high) continue;
      outcome = wrong(item(name, row), "This value is out of range.");
      return;
    }
  });
  if (!outcome) return outcome;
  for (std::size_t row = 0; row < rows; ++row) {
    const std::uint8_t role = state.columns.role[row];
    if (role != kNoRole && role >= state.scenario.roles.size()) {
      return wrong(item("role", row), "The scenario has no such role.");
    }
    const std::uint16_t script = state.columns.script[row];
    if (script == kNoScript || (script < state.slots.size() && state.columns.alive[row] != 0)) {
      continue;
    }
    return wrong(item("script", row), "Names no script slot of a living entity.");
  }
  return {};
}

// A row is either alive, or free and listed once, or retired.
Result<void> check_free_rows(const WorldState& state) {
  const Columns& columns = state.columns;
  std::vector<bool> listed(columns.size(), false);
  for (std::size_t i = 0; i < state.free_rows.size(); ++i) {
    const std::uint32_t row = state.free_rows[i];
    const bool is_free = row < columns.size() && columns.alive[row] == 0 && !listed[row] &&
                         columns.generation[row] < kGenerationMax;
    if (!is_free) {
      return wrong("free_rows[" + std::to_string(i) + "]",
                   "Row " + std::to_string(row) + " is not free, or listed twice.");
    }
    listed[row] = true;
  }
  for (std::size_t row = 0; row < columns.size(); ++row) {
    const bool accounted =
        columns.alive[row] != 0 || listed[row] || columns.generation[row] == kGenerationMax;
    if (!accounted) {
      return wrong("free_rows", "Row " + std::to_string(row) + " is free, but not listed.");
    }
  }
  return {};
}

Result<void> check_terrain(const TerrainSpec& spec, const Snapshot& snapshot) {
  const Terrain& terrain = snapshot.terrain;
  if (terrain.width != spec.width || terrain.depth != spec.depth || terrain.height != spec.height) {
    return wrong("terrain", "Is not of the size that the scenario says.");
  }
  const std::size_t cells = std::size_t{terrain.width} * terrain.depth * terrain.height;
  if (terrain.blocks.size() != cells) return wrong("terrain", "Has too few or too many cells.");
  for (const std::uint8_t block : terrain.blocks) {
    if (block > static_cast<std::uint8_t>(Block::kWater)) {
      return wrong("terrain", "Has a cell that is no block.");
    }
  }
  const MazeFacts& maze = snapshot.maze;
  const auto inside = [&](Cell cell) {
    return cell.x >= 0 && cell.y >= 0 && static_cast<std::uint32_t>(cell.x) < terrain.width &&
           static_cast<std::uint32_t>(cell.y) < terrain.depth && cell.z >= 0 &&
           static_cast<std::uint32_t>(cell.z) < terrain.height;
  };
  const auto is_length = [](double value) { return std::isfinite(value) && value >= 0; };
  if (!inside(maze.start) || !inside(maze.target) || !is_length(maze.shortest_path_m) ||
      !is_length(maze.shortest_risky_m)) {
    return wrong("maze", "Its cells or lengths are out of range.");
  }
  return {};
}

Result<void> check_slots(const WorldState& state, const std::vector<ScriptSlot>& slots) {
  const bool known =
      slots.size() == state.slots.size() &&
      std::equal(slots.begin(), slots.end(), state.slots.begin(),
                 [](const ScriptSlot& a, const ScriptSlot& b) { return a.name == b.name; });
  if (!known) return wrong("slots", "These are not the script slots of the scenario.");
  const auto names_version = [](const std::string& sha256) {
    return sha256.empty() || base::is_sha256(sha256);
  };
  for (const ScriptSlot& slot : slots) {
    if (!names_version(slot.sha256) || !names_version(slot.fallback_sha256) ||
        !is_sound(slot.past)) {
      return wrong("slots", "A sha256 has 64 hexadecimal digits, or none.");
    }
  }
  return {};
}

Result<void> read_maps(const std::vector<std::string>& texts, WorldState& state) {
  if (texts.size() > (state.scenario.keeps_map ? state.columns.size() : 0)) {
    return wrong("maps", "There are more of them than agents that keep one.");
  }
  state.maps.resize(texts.size());
  for (std::size_t row = 0; row < texts.size(); ++row) {
    if (read_seen_map(texts[row], state.terrain, state.maps[row])) continue;
    return wrong("maps[" + std::to_string(row) + "]", "Is no map of this terrain.");
  }
  return {};
}

Result<void> take_over_ecology(WorldState& state, const Snapshot& snapshot) {
  if (snapshot.ecology.has_value() != state.ecology.has_value()) {
    return wrong("ecology", "Must be there in worlds with an environment, and in no others.");
  }
  if (!state.ecology) return {};
  auto checked =
      check_ecology(*snapshot.ecology, *state.ecology, state.columns.size(), state.rules.size());
  if (!checked) return checked;
  const Soil shape = state.ecology->soil;
  state.ecology = snapshot.ecology;
  state.ecology->soil.cells_x = shape.cells_x;
  state.ecology->soil.cells_y = shape.cells_y;
  state.ecology->soil.cell_m = shape.cell_m;
  return {};
}

void count_population(WorldState& state) {
  state.alive = 0;
  std::fill(state.population.begin(), state.population.end(), 0u);
  for (std::size_t row = 0; row < state.columns.size(); ++row) {
    if (state.columns.alive[row] == 0) continue;
    ++state.alive;
    ++state.population[state.columns.species[row]];
  }
  state.carried = 0;
  state.society.hands.for_each(
      [&](std::uint32_t, const Hands& hands) { state.carried += total_of(hands); });
  state.rows_changed = true;
}

template <class Value>
std::string text_of(Value value) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

// Compares what is not a column; `differs` takes a name and two values.
template <class Differs>
void compare_rest(const Snapshot& first, const Snapshot& second, Differs&& differs) {
  const auto compare = [&](const char* name, auto a, auto b) {
    if (a != b) differs(name, text_of(a), text_of(b));
  };
  compare("tick", first.tick, second.tick);
  compare("seed", first.seed, second.seed);
  compare("rain_intensity", first.rain_intensity, second.rain_intensity);
  compare("rain_until", first.rain_until, second.rain_until);
  for (std::size_t i = 0; i < std::min(first.slots.size(), second.slots.size()); ++i) {
    const ScriptSlot &one = first.slots[i], &other = second.slots[i];
    if (one.sha256 != other.sha256) differs("script_slots", one.sha256, other.sha256);
    if (one.fallback_sha256 != other.fallback_sha256) {
      differs("script_slots", "fallback " + one.fallback_sha256,
              "fallback " + other.fallback_sha256);
    }
    if (one.past != other.past) differs("script_slots", "one past", "another");
  }
  if (const char* const part = difference_of(first.society, second.society)) {
    differs(part, "one", "another");
  }
  if (first.ecology && second.ecology) {
    const char* const field = difference_of(*first.ecology, *second.ecology);
    if (field != nullptr) differs(field, "one", "another");
  }
  if (first.terrain.blocks != second.terrain.blocks) differs("terrain", "one map", "another");
  if (first.maps != second.maps) differs("maps", "one", "another");
  if (first.free_rows != second.free_rows) {
    differs("free_rows", text_of(first.free_rows.size()) + " rows",
            text_of(second.free_rows.size()) + " rows, or another order");
  }
}

}  // namespace

Snapshot World::snapshot() const {
  const WorldState& state = *state_;
  Snapshot copy;
  copy.tick = state.tick;
  copy.seed = state.seed;
  copy.hash = state_hash();
  copy.scenario_yaml = state.scenario.yaml;
  copy.rain_intensity = state.weather.rain_intensity;
  copy.rain_until = state.weather.rain_until;
  copy.slots = state.slots;
  copy.society = state.society;
  copy.terrain = state.terrain;
  copy.maze = state.maze;
  copy.free_rows = state.free_rows;
  for (const SeenMap& map : state.maps) copy.maps.push_back(seen_map_text(map));
  copy.columns = state.columns;
  copy.ecology = state.ecology;
  return copy;
}

base::Result<std::unique_ptr<World>> World::restore(const Snapshot& snapshot) {
  auto scenario = parse_scenario(snapshot.scenario_yaml);
  if (!scenario) return scenario.error();
  std::unique_ptr<WorldState> state = lay_out(std::move(*scenario), snapshot.seed);
  if (auto checked = check_terrain(state->scenario.terrain, snapshot); !checked) {
    return checked.error();
  }
  if (auto checked = check_slots(*state, snapshot.slots); !checked) return checked.error();
  if (!(snapshot.rain_intensity >= 0 && snapshot.rain_intensity <= 1)) {
    return wrong("weather.rain_intensity", "Must be from 0 to 1.");
  }
  set_terrain(*state, {snapshot.terrain, snapshot.maze});
  state->set_tick(snapshot.tick);
  state->weather = {snapshot.rain_intensity, snapshot.rain_until};
  state->slots = snapshot.slots;
  state->society = snapshot.society;
  state->columns = snapshot.columns;
  state->free_rows = snapshot.free_rows;
  if (auto checked = check_columns(*state); !checked) return checked.error();
  if (auto checked = check_free_rows(*state); !checked) return checked.error();
  if (auto checked = check_society(*state); !checked) return checked.error();
  if (auto read = read_maps(snapshot.maps, *state); !read) return read.error();
  if (auto taken = take_over_ecology(*state, snapshot); !taken) return taken.error();
  count_population(*state);
  if (state->alive + state->carried > kEntitiesMax) {
    return wrong("columns.alive", "Too many entities live or are carried.");
  }
  state->intents.clear(state->columns.size());
  if (state->ecology) state->intents.mode.assign(state->columns.size(), kNoMode);
  sense(*state);
  index_society(*state);
  const std::uint64_t hash = hash_state(*state);
  if (hash != snapshot.hash) {
    return wrong("hash", "The state is not the one that was saved: its hash is " +
                             base::hex64(hash) + ", the save says " + base::hex64(snapshot.hash) +
                             ".");
  }
  return std::unique_ptr<World>(new World(std::move(state)));
}

std::vector<ColumnHash> World::column_hashes() const {
  const WorldState& state = *state_;
  std::vector<ColumnHash> hashes = state.column_hashes;
  if (hashes.empty()) hash_columns(state, hashes);
  base::Hasher slots, weather;
  for (const ScriptSlot& slot : state.slots) {
    slots.add(std::string_view(slot.name));
    slots.add(std::string_view(slot.sha256));
    if (!slot.fallback_sha256.empty()) slots.add(std::string_view(slot.fallback_sha256));
  }
  hashes.push_back({"script_slots", slots.value()});
  weather.add(std::span<const double>(&state.weather.rain_intensity, 1));
  weather.add(state.weather.rain_until);
  hashes.push_back({"weather", weather.value()});
  hashes.push_back({"society", hash_of(state.society)});
  if (state.scenario.keeps_map) hashes.push_back({"maps", hash_of(state.maps)});
  if (state.ecology) hashes.push_back({"ecology", hash_of(*state.ecology)});
  return hashes;
}

std::optional<SnapshotDifference> first_difference(const Snapshot& first, const Snapshot& second) {
  std::optional<SnapshotDifference> found;
  const auto differs = [&](std::string_view name, std::string a, std::string b) {
    if (!found) found = {std::string(name), std::nullopt, std::move(a), std::move(b)};
  };
  if (first.columns.size() != second.columns.size()) {
    differs("rows", text_of(first.columns.size()), text_of(second.columns.size()));
  }
  const auto& generations = first.columns.generation;
  for_each_column(first.columns, [&](std::string_view name, const auto& mine) {
    for_each_column(second.columns, [&](std::string_view other, const auto& theirs) {
      if constexpr (std::is_same_v<decltype(mine), decltype(theirs)>) {
        if (found || name != other) return;
        for (std::size_t row = 0; row < std::min(mine.size(), theirs.size()); ++row) {
          if (std::memcmp(&mine[row], &theirs[row], sizeof mine[row]) == 0) continue;
          differs(name, text_of(mine[row]), text_of(theirs[row]));
          const auto generation = row < generations.size() ? generations[row] : 0;
          found->entity = EntityId{static_cast<std::uint32_t>(row), generation};
          return;
        }
      }
    });
  });
  if (!found) compare_rest(first, second, differs);
  return found;
}

}  // namespace cherub::engine
