#include "abilities/memory_json.h"

#include <cmath>
#include <limits>
#include <utility>

#include "engine/base/base64.h"
#include "engine/base/json.h"
#include "engine/base/json_cursor.h"

namespace cherub::abilities {
namespace {

using base::JsonCursor;
using sandbox::Value;

constexpr int kFormat = 1;
constexpr std::size_t kAgentsMax = std::size_t{1} << 22;
constexpr std::size_t kEntriesMax = 100'000;  // of one table; as ValueLimits

bool is_ascii(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

bool is_utf8(std::string_view text) {
  if (is_ascii(text)) return true;
  const auto read = base::parse_json(base::json_string(text));
  return read.ok() && std::string_view(read->GetString(), read->GetStringLength()) == text;
}

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
    if (key == nullptr || key->starts_with('$') || !is_utf8(*key)) return false;
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
  json +=
      is_utf8(text) ? base::json_string(text) : R"({"$base64":")" + base::base64(text) + R"("})";
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
  int fields = 0;
  cursor.object([&](std::string_view name) {
    ++fields;
    if (name == "id") {
      agent.agent = base::EntityId::unpack(cursor.number<std::uint64_t>());
    } else if (name == "memory") {
      agent.memory = read_value(cursor);
    } else {
      cursor.fail("No such field of an agent's memory.");
    }
  });
  if (fields != 2) cursor.fail("An agent has its id and its memory.");
  return agent;
}

}  // namespace

std::string memories_to_json(engine::Tick tick, std::span<const scripting::AgentMemory> memories) {
  std::string json = "{\"cherub_memories\":" + std::to_string(kFormat) +
                     ",\"tick\":" + std::to_string(tick) + ",\"agents\":[";
  for (std::size_t i = 0; i < memories.size(); ++i) {
    json += i > 0 ? ",\n" : "\n";
    json += "{\"id\":" + std::to_string(memories[i].agent.packed()) + ",\"memory\":";
    append(json, memories[i].memory);
    json += '}';
  }
  return json + "]}\n";
}

base::Result<std::vector<scripting::AgentMemory>> memories_from_json(std::string_view json) {
  JsonCursor cursor(json);
  std::vector<scripting::AgentMemory> memories;
  int fields = 0;
  cursor.object([&](std::string_view name) {
    ++fields;
    if (name == "cherub_memories") {
      if (cursor.number<int>() != kFormat) cursor.fail("This version of Cherub reads format 1.");
    } else if (name == "tick") {
      cursor.number<engine::Tick>();
    } else if (name == "agents") {
      cursor.array([&](std::size_t index) {
        if (index >= kAgentsMax) return cursor.fail("Too many agents.");
        memories.push_back(read_agent(cursor));
      });
    } else {
      cursor.fail("No such field in saved memories.");
    }
  });
  cursor.expect_end();
  if (cursor.ok() && fields != 3) cursor.fail("The memories lack fields, or repeat some.");
  if (!cursor.ok()) return cursor.error();
  return memories;
}

}  // namespace cherub::abilities
