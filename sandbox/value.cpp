#include "sandbox/value.h"

#include "engine/base/json.h"

namespace cherub::sandbox {
namespace {

bool is_array(const Value::Table& table) {
  double expected = 1;
  for (const auto& [key, value] : table) {
    const double* number = std::get_if<double>(&key.data);
    if (number == nullptr || *number != expected) return false;
    ++expected;
  }
  return true;
}

std::string key_text(const Value& key) {
  if (const auto* text = std::get_if<std::string>(&key.data)) return *text;
  return to_json(key);
}

std::string table_json(const Value::Table& table) {
  if (is_array(table)) {
    base::JsonArray array;
    for (const auto& entry : table) array.raw(to_json(entry.value));
    return array.text();
  }
  base::JsonObject object;
  for (const auto& [key, value] : table) object.raw(key_text(key), to_json(value));
  return object.text();
}

Value from_document(const rapidjson::Value& node) {
  if (node.IsBool()) return Value{node.GetBool()};
  if (node.IsNumber()) return Value{node.GetDouble()};
  if (node.IsString()) return Value{std::string(node.GetString(), node.GetStringLength())};
  if (!node.IsArray() && !node.IsObject()) return Value{};
  Value::Table table;
  if (node.IsArray()) {
    for (rapidjson::SizeType i = 0; i < node.Size(); ++i) {
      if (!node[i].IsNull()) table.push_back({Value{i + 1.0}, from_document(node[i])});
    }
  } else {
    for (const auto& member : node.GetObject()) {
      if (member.value.IsNull()) continue;
      table.push_back({Value{std::string(member.name.GetString(), member.name.GetStringLength())},
                       from_document(member.value)});
    }
  }
  return Value{std::move(table)};
}

}  // namespace

bool Value::operator==(const Value& other) const {
  return data == other.data;
}

std::string to_json(const Value& value) {
  if (const auto* boolean = std::get_if<bool>(&value.data)) return *boolean ? "true" : "false";
  if (const auto* number = std::get_if<double>(&value.data)) return base::json_number(*number);
  if (const auto* text = std::get_if<std::string>(&value.data)) return base::json_string(*text);
  if (const auto* table = std::get_if<Value::Table>(&value.data)) return table_json(*table);
  return "null";
}

base::Result<Value> value_from_json(std::string_view json) {
  const auto document = base::parse_json(json);
  if (!document.ok()) return document.error();
  return from_document(*document);
}

}  // namespace cherub::sandbox
