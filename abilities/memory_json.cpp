#include "abilities/memory_json.h"

#include <cmath>
#include <limits>
#include <utility>

#include "abilities/counts_json.h"
#include "engine/base/base64.h"
#include "engine/base/json.h"
#include "engine/base/json_cursor.h"
#include "engine/base/utf8.h"

namespace cherub::abilities {
namespace {

using base::JsonCursor;
using sandbox::Value;

constexpr int kFormat = 3, kFormatWithoutCounts = 2;
constexpr std::size_t kAgentsMax = std::size_t{1} << 24;  // some are there for several versions
constexpr std::size_t kVersionsMax = 16, kShardsMax = 64;
constexpr std::size_t kEntriesMax = 100'000;  // of one table; as ValueLimits

bool is_sequence(const Value::Table& table) {
  for (std::size_t i = 0; i < table.size(); ++i) {
    const double* key = std::get_if<double>(&table[i].key.data);
    if (key == nullptr || *key != static_cast<double>(i + 1)) return false;
  }
  return true;
}

// Names only, none of which looks like a wrapper.
bool is_record(const Value::Table& table) {
  for (const Value::Entry& entry : table) {
    const auto* key = std::get_if<std::string>(&entry.key.data);
    if (key == nullptr || key->starts_with('$') || !base::is_utf8(*key)) return false;
  }
  return true;
}

void append(std::string& json, const Value& value);

void append(std::string& json, double number) {
  if (std::isnan(number)) {
    json += R"({"$number":"nan"})";
  } else if (std::isinf(number)) {
    json += number > 0 ? R"({"$number":"inf"})" : R"({"$number":"-inf"})";
  } else {
    json += base::json_number(number);
  }
}

void append(std::string& json, const std::string& text) {
  json += base::is_utf8(text) ? base::json_string(text)
                              : R"({"$base64":")" + base::base64(text) + R"("})";
}

void append(std::string& json, const Value::Table& table) {
  const bool sequence = is_sequence(table);
  const bool record = !sequence && is_record(table);
  json += sequence ? "[" : record ? "{" : R"({"$entries":[)";
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (i > 0) json += ',';
    if (!sequence) {
      append(json, table[i].key);
      json += record ? ':' : ',';
    }
    append(json, table[i].value);
  }
  json += sequence ? "]" : record ? "}" : "]}";
}

void append(std::string& json, const Value& value) {
  if (value.is_nil()) {
    json += "null";
  } else if (const bool* flag = std::get_if<bool>(&value.data)) {
    json += *flag ? "true" : "false";
  } else {
    std::visit(
        [&](const auto& part) {
          using Part = std::decay_t<decltype(part)>;
          if constexpr (!std::is_same_v<Part, bool> && !std::is_same_v<Part, std::monostate>) {
            append(json, part);
          }
        },
        value.data);
  }
}

// The nesting of values is bounded by the cursor's.
Value read_value(JsonCursor& cursor);

Value read_sequence(JsonCursor& cursor) {
  Value::Table table;
  cursor.array([&](std::size_t index) {
    if (index >= kEntriesMax) return cursor.fail("The table has too many entries.");
    Value value = read_value(cursor);
    table.push_back({Value{static_cast<double>(index + 1)}, std::move(value)});
  });
  return {std::move(table)};
}

Value read_entries(JsonCursor& cursor) {
  Value::Table table;
  cursor.array([&](std::size_t index) {
    if (index >= 2 * kEntriesMax) return cursor.fail("The table has too many entries.");
    if (index % 2 == 0) {
      table.push_back({read_value(cursor), {}});
    } else {
      table.back().value = read_value(cursor);
    }
  });
  for (const Value::Entry& entry : table) {
    const double* number = std::get_if<double>(&entry.key.data);
    const bool good = !entry.key.is_nil() && !entry.value.is_nil() &&
                      (number == nullptr || !std::isnan(*number)) &&
                      !std::holds_alternative<Value::Table>(entry.key.data);
    if (!good) cursor.fail("No table has such a key, or a key without a value.");
  }
  return {std::move(table)};
}

Value read_wrapped_number(JsonCursor& cursor) {
  const std::string name = cursor.string();
  const double infinity = std::numeric_limits<double>::infinity();
  if (name == "inf") return {infinity};
  if (name == "-inf") return {-infinity};
  if (name != "nan") cursor.fail("Must be nan, inf or -inf.");
  return {std::numeric_limits<double>::quiet_NaN()};
}

Value read_object(JsonCursor& cursor) {
  Value::Table table;
  Value wrapped;
  bool is_wrapped = false;
  cursor.object([&](std::string_view name) {
    if (is_wrapped || (name.starts_with('$') && !table.empty())) {
      return cursor.fail("A wrapper is alone in its object.");
    }
    if (table.size() >= kEntriesMax) return cursor.fail("The table has too many entries.");
    if (!name.starts_with('$')) {
      Value value = read_value(cursor);
      table.push_back({Value{std::string(name)}, std::move(value)});
      return;
    }
    is_wrapped = true;
    if (name == "$number") {
      wrapped = read_wrapped_number(cursor);
    } else if (name == "$entries") {
      wrapped = read_entries(cursor);
    } else if (name == "$base64") {
      auto bytes = base::from_base64(cursor.string());
      if (!bytes) cursor.fail("Must be base64.");
      wrapped.data = std::move(bytes).value_or("");
    } else {
      cursor.fail("There is no such wrapper.");
    }
  });
  return is_wrapped ? std::move(wrapped) : Value{std::move(table)};
}

Value read_value(JsonCursor& cursor) {
  switch (cursor.peek()) {
    case '"':
      return {cursor.string()};
    case '[':
      return read_sequence(cursor);
    case '{':
      return read_object(cursor);
    default:
      if (cursor.take_word("null")) return {};
      if (cursor.take_word("true")) return {true};
      if (cursor.take_word("false")) return {false};
      return {cursor.number<double>()};
  }
}

scripting::AgentMemory read_agent(JsonCursor& cursor) {
  scripting::AgentMemory agent;
  bool has_id = false, has_memory = false;
  cursor.object([&](std::string_view name) {
    if (name == "id") {
      agent.agent = base::EntityId::unpack(cursor.number<std::uint64_t>());
      has_id = true;
    } else if (name == "memory") {
      agent.memory = read_value(cursor);
      has_memory = true;
    } else if (name == "seat") {
      agent.seat = cursor.number<std::uint8_t>();
    } else if (name == "kept") {
      agent.drives = !cursor.take_word("true");
      if (agent.drives) cursor.fail("Must be true, or not there.");
    } else if (name == "saved_fuel") {
      agent.saved_fuel = cursor.number<double>();
      if (!(agent.saved_fuel >= 0)) cursor.fail("Must be at least 0.");
    } else {
      cursor.fail("No such field of an agent's memory.");
    }
  });
  if (!has_id || !has_memory) cursor.fail("An agent has its id and its memory.");
  return agent;
}

scripting::SavedVersion read_version(JsonCursor& cursor) {
  scripting::SavedVersion version;
  int fields = 0;
  cursor.object([&](std::string_view name) {
    ++fields;
    if (name == "seat") {
      version.seat = cursor.number<std::uint8_t>();
    } else if (name == "joined") {
      version.joined = cursor.number<std::uint64_t>();
    } else if (name == "sha256") {
      version.sha256 = cursor.string();
    } else {
      cursor.fail("No such field of a version.");
    }
  });
  if (fields != 3) cursor.fail("A version has seat, joined and sha256.");
  return version;
}

std::string versions_json(const std::vector<scripting::SavedVersion>& versions) {
  base::JsonArray array;
  for (const scripting::SavedVersion& version : versions) {
    array.raw(base::JsonObject()
                  .add("seat", version.seat)
                  .add("joined", version.joined)
                  .add("sha256", version.sha256)
                  .text());
  }
  return array.text();
}

// Reads the field of the name; the cursor stands at its value.
void read_field(JsonCursor& cursor, std::string_view name, scripting::SavedPolicies& policies) {
  if (name == "cherub_memories") {
    const int format = cursor.number<int>();
    if (format != kFormat && format != kFormatWithoutCounts) {
      cursor.fail("This version of Cherub reads the formats 2 and 3.");
    }
  } else if (name == "tick") {
    cursor.number<engine::Tick>();
  } else if (name == "versions") {
    cursor.array([&](std::size_t index) {
      if (index >= kVersionsMax) return cursor.fail("Too many versions.");
      policies.versions.push_back(read_version(cursor));
    });
  } else if (name == "migration") {
    cursor.array([&](std::size_t index) {
      if (index >= kShardsMax) return cursor.fail("Too many shards.");
      policies.migration.push_back(cursor.number<std::uint32_t>());
    });
  } else if (name == "counts") {
    policies.counts = read_counts(cursor);
  } else if (name == "agents") {
    cursor.array([&](std::size_t index) {
      if (index >= kAgentsMax) return cursor.fail("Too many agents.");
      policies.agents.push_back(read_agent(cursor));
    });
  } else {
    cursor.fail("No such field in saved memories.");
  }
}

}  // namespace

std::string agent_memory_json(const scripting::AgentMemory& agent) {
  std::string json = "{\"id\":" + std::to_string(agent.agent.packed()) + ",\"memory\":";
  append(json, agent.memory);
  if (agent.seat > 0) json += ",\"seat\":" + std::to_string(agent.seat);
  if (!agent.drives) json += ",\"kept\":true";
  if (agent.saved_fuel > 0) json += ",\"saved_fuel\":" + base::json_number(agent.saved_fuel);
  return json + "}";
}

std::string memories_to_json(engine::Tick tick, const scripting::SavedPolicies& policies) {
  base::JsonArray migration;
  for (const std::uint32_t row : policies.migration) migration.raw(std::to_string(row));
  std::string json =
      "{\"cherub_memories\":" + std::to_string(kFormat) + ",\"tick\":" + std::to_string(tick) +
      ",\"versions\":" + versions_json(policies.versions) + ",\"migration\":" + migration.text() +
      ",\"counts\":" + counts_json(policies.counts) + ",\"agents\":[";
  for (std::size_t i = 0; i < policies.agents.size(); ++i) {
    json += i > 0 ? ",\n" : "\n";
    json += agent_memory_json(policies.agents[i]);
  }
  return json + "]}\n";
}

base::Result<scripting::SavedPolicies> memories_from_json(std::string_view json) {
  JsonCursor cursor(json);
  scripting::SavedPolicies policies;
  int fields = 0;
  bool has_counts = false;
  cursor.object([&](std::string_view name) {
    has_counts = has_counts || name == "counts";
    ++fields;
    read_field(cursor, name, policies);
  });
  cursor.expect_end();
  if (cursor.ok() && fields != (has_counts ? 6 : 5))
    cursor.fail("The memories lack fields, or repeat some.");
  if (!cursor.ok()) return cursor.error();
  return policies;
}

}  // namespace cherub::abilities
