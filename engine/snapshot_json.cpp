#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "engine/base/hash.h"
#include "engine/base/json.h"
#include "engine/base/json_cursor.h"
#include "engine/snapshot.h"

namespace cherub::engine {
namespace {

using base::JsonCursor;

constexpr int kFormat = 2;
constexpr std::size_t kValuesMax = std::size_t{1} << 22;  // of one array
constexpr std::size_t kSlotsMax = 64;
// What stands for each Block on the map.
constexpr std::string_view kBlockLetters = ".#^~";

template <class Number>
void append(std::string& text, Number value) {
  std::array<char, 32> buffer{};
  if constexpr (std::is_floating_point_v<Number>) {
    if (!std::isfinite(value)) {
      text += "null";
      return;
    }
  }
  text.append(buffer.data(),
              std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr);
}

template <class Number>
void append_array(std::string& text, std::string_view name, const std::vector<Number>& values) {
  text += base::json_string(name) + ":[";
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) text += ',';
    append(text, values[i]);
  }
  text += ']';
}

// Rows of the map from y = 0 on, layer by layer from the ground up.
void append_map(std::string& text, const Terrain& terrain) {
  text += "\"map\":[";
  for (std::size_t at = 0; at < terrain.blocks.size(); at += terrain.width) {
    text += at > 0 ? ",\n\"" : "\n\"";
    for (std::size_t x = 0; x < terrain.width; ++x) {
      const std::uint8_t block = terrain.blocks[at + x];
      text += block < kBlockLetters.size() ? kBlockLetters[block] : '?';
    }
    text += '"';
  }
  text += ']';
}

template <class Number>
std::vector<Number> read_array(JsonCursor& cursor) {
  std::vector<Number> values;
  cursor.array([&](std::size_t index) {
    if (index >= kValuesMax) return cursor.fail("Too many values.");
    values.push_back(cursor.number<Number>());
  });
  return values;
}

std::uint64_t read_hex(JsonCursor& cursor) {
  const std::string text = cursor.string();
  std::uint64_t value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (text.size() != 16 || status != std::errc{} || end != text.data() + 16) {
    cursor.fail("Must be 16 hexadecimal digits.");
  }
  return value;
}

void unknown(JsonCursor& cursor) {
  cursor.fail("No such field in a saved state.");
}

// Reads the text of a snapshot; which of the fields were there is checked at the end.
class SnapshotReader {
 public:
  explicit SnapshotReader(std::string_view json) : cursor_(json) {}

  base::Result<Snapshot> read() {
    cursor_.object([&](std::string_view name) { read_field(name); });
    cursor_.expect_end();
    if (cursor_.ok() && fields_ != kFields)
      cursor_.fail("The state lacks fields, or repeats some.");
    if (!cursor_.ok()) return cursor_.error();
    return std::move(made_);
  }

 private:
  static constexpr int kFields = 12;

  void read_field(std::string_view name) {
    if (name == "ecology") {  // of worlds with an environment
      if (made_.ecology) return cursor_.fail("This was given before.");
      made_.ecology = read_ecology(cursor_);
      return;
    }
    ++fields_;
    if (name == "cherub_state") {
      if (cursor_.number<int>() != kFormat) cursor_.fail("This version of Cherub reads format 2.");
    } else if (name == "tick") {
      made_.tick = cursor_.number<Tick>();
    } else if (name == "seed") {
      made_.seed = read_hex(cursor_);
    } else if (name == "hash") {
      made_.hash = read_hex(cursor_);
    } else if (name == "scenario") {
      made_.scenario_yaml = cursor_.string();
    } else if (name == "weather") {
      read_weather();
    } else if (name == "slots") {
      read_slots();
    } else if (name == "society") {
      made_.society = read_society(cursor_);
    } else if (name == "terrain") {
      read_terrain();
    } else if (name == "maze") {
      read_maze();
    } else if (name == "free_rows") {
      made_.free_rows = read_array<std::uint32_t>(cursor_);
    } else if (name == "maps") {
      --fields_;  // where maps are kept only
      if (!made_.maps.empty()) cursor_.fail("The maps were given before.");
      cursor_.array([&](std::size_t) { made_.maps.push_back(cursor_.string()); });
    } else if (name == "columns") {
      read_columns();
    } else {
      unknown(cursor_);
    }
  }

  void read_weather() {
    cursor_.object([&](std::string_view name) {
      if (name == "rain_intensity") {
        made_.rain_intensity = cursor_.number<double>();
      } else if (name == "rain_until") {
        made_.rain_until = cursor_.number<Tick>();
      } else {
        unknown(cursor_);
      }
    });
  }

  void read_slots() {
    cursor_.array([&](std::size_t index) {
      if (index >= kSlotsMax) return cursor_.fail("Too many script slots.");
      ScriptSlot slot;
      cursor_.object([&](std::string_view name) {
        if (name == "name") {
          slot.name = cursor_.string();
        } else if (name == "sha256") {
          slot.sha256 = cursor_.string();
        } else if (name == "fallback_sha256") {
          slot.fallback_sha256 = cursor_.string();
        } else if (!read_member(cursor_, name, slot.past)) {
          unknown(cursor_);
        }
      });
      made_.slots.push_back(std::move(slot));
    });
  }

  void read_terrain() {
    Terrain& terrain = made_.terrain;
    cursor_.object([&](std::string_view name) {
      if (name == "width") {
        terrain.width = cursor_.number<std::uint32_t>();
      } else if (name == "depth") {
        terrain.depth = cursor_.number<std::uint32_t>();
      } else if (name == "height") {
        terrain.height = cursor_.number<std::uint32_t>();
      } else if (name == "map") {
        cursor_.array([&](std::size_t) { read_map_row(); });
      } else {
        unknown(cursor_);
      }
    });
  }

  void read_map_row() {
    const std::string row = cursor_.string();
    if (row.size() != made_.terrain.width) {
      return cursor_.fail("A row of the map must be as long as the width before it says.");
    }
    for (const char letter : row) {
      const std::size_t block = kBlockLetters.find(letter);
      if (block == std::string_view::npos) {
        return cursor_.fail("A map is made of the letters " + std::string(kBlockLetters) +
                            " only.");
      }
      made_.terrain.blocks.push_back(static_cast<std::uint8_t>(block));
    }
  }

  void read_maze() {
    MazeFacts& maze = made_.maze;
    const auto cell = [&] {
      const auto parts = read_array<std::int32_t>(cursor_);
      const bool is_cell = parts.size() == 2 || parts.size() == 3;
      if (!is_cell) cursor_.fail("A cell is [x, y] or [x, y, z].");
      return is_cell ? Cell{parts[0], parts[1], parts.size() == 3 ? parts[2] : 0} : Cell{};
    };
    cursor_.object([&](std::string_view name) {
      if (name == "has_target") {
        maze.has_target = cursor_.take_word("true");
        if (!maze.has_target && !cursor_.take_word("false")) cursor_.fail("Must be true or false.");
      } else if (name == "start") {
        maze.start = cell();
      } else if (name == "target") {
        maze.target = cell();
      } else if (name == "shortest_path_m") {
        maze.shortest_path_m = cursor_.number<double>();
      } else if (name == "shortest_risky_m") {
        maze.shortest_risky_m = cursor_.number<double>();
      } else {
        unknown(cursor_);
      }
    });
  }

  void read_columns() {
    std::size_t read = 0;
    cursor_.object([&](std::string_view name) {
      bool known = false;
      for_each_column(made_.columns, [&](std::string_view column_name, auto& column) {
        if (known || column_name != name) return;
        known = true;
        if (!column.empty()) return cursor_.fail("This column was given before.");
        using Number = typename std::remove_reference_t<decltype(column)>::value_type;
        column = read_array<Number>(cursor_);
      });
      if (!known) cursor_.fail("There is no such column.");
      ++read;
    });
    if (read != kColumnCount) cursor_.fail("A column is missing.");
  }

  JsonCursor cursor_;
  Snapshot made_;
  int fields_ = 0;
};

std::string slots_json(const std::vector<ScriptSlot>& slots) {
  base::JsonArray array;
  for (const ScriptSlot& slot : slots) {
    base::JsonObject json;
    json.add("name", slot.name).add("sha256", slot.sha256);
    if (!slot.fallback_sha256.empty()) json.add("fallback_sha256", slot.fallback_sha256);
    add_to(json, slot.past);
    array.raw(json.text());
  }
  return array.text();
}

std::string cell_json(Cell cell) {
  const std::string height = cell.z != 0 ? "," + std::to_string(cell.z) : "";
  return "[" + std::to_string(cell.x) + "," + std::to_string(cell.y) + height + "]";
}

}  // namespace

std::string snapshot_to_json(const Snapshot& snapshot) {
  std::string text = "{\"cherub_state\":" + std::to_string(kFormat);
  const auto field = [&](std::string_view name, std::string_view json) {
    text += ",\n" + base::json_string(name) + ":";
    text += json;
  };
  field("tick", std::to_string(snapshot.tick));
  field("seed", base::json_string(base::hex64(snapshot.seed)));
  field("hash", base::json_string(base::hex64(snapshot.hash)));
  field("scenario", base::json_string(snapshot.scenario_yaml));
  field("weather", base::JsonObject()
                       .add("rain_intensity", snapshot.rain_intensity)
                       .add("rain_until", snapshot.rain_until)
                       .text());
  field("slots", slots_json(snapshot.slots));
  field("society", society_json(snapshot.society));
  if (snapshot.ecology) field("ecology", ecology_json(*snapshot.ecology));
  const Terrain& terrain = snapshot.terrain;
  field("terrain", "{\"width\":" + std::to_string(terrain.width) +
                       ",\"depth\":" + std::to_string(terrain.depth) +
                       ",\"height\":" + std::to_string(terrain.height) + ",");
  append_map(text, terrain);
  text += '}';
  field("maze", base::JsonObject()
                    .add("has_target", snapshot.maze.has_target)
                    .raw("start", cell_json(snapshot.maze.start))
                    .raw("target", cell_json(snapshot.maze.target))
                    .add("shortest_path_m", snapshot.maze.shortest_path_m)
                    .add("shortest_risky_m", snapshot.maze.shortest_risky_m)
                    .text());
  text += ",\n";
  append_array(text, "free_rows", snapshot.free_rows);
  if (!snapshot.maps.empty()) {
    base::JsonArray maps;
    for (const std::string& map : snapshot.maps) maps.add(map);
    field("maps", maps.text());
  }
  field("columns", "{");
  bool first = true;
  for_each_column(snapshot.columns, [&](std::string_view name, const auto& column) {
    text += std::exchange(first, false) ? "\n" : ",\n";
    append_array(text, name, column);
  });
  return text + "}}\n";
}

base::Result<Snapshot> snapshot_from_json(std::string_view json) {
  return SnapshotReader(json).read();
}

}  // namespace cherub::engine
