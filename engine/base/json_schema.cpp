#include "engine/base/json_schema.h"

#include "engine/base/json.h"

namespace cherub::base {
namespace {

Schema of_type(const char* type) {
  return Schema(JsonObject().add("type", type).text());
}

Schema ranged(const char* type, double low, double high) {
  return Schema(JsonObject().add("type", type).add("minimum", low).add("maximum", high).text());
}

JsonObject object_of(const std::vector<SchemaMember>& members) {
  JsonObject properties;
  JsonArray required;
  bool any_required = false;
  for (const SchemaMember& member : members) {
    properties.raw(member.name, member.schema.json());
    if (member.presence == Presence::kMay) continue;
    required.add(member.name);
    any_required = true;
  }
  JsonObject object;
  object.add("type", "object").raw("properties", properties.text());
  if (any_required) object.raw("required", required.text());
  return object;
}

}  // namespace

Schema Schema::with(std::string_view keyword, std::string_view value_json) const {
  std::string json = json_.substr(0, json_.size() - 1);
  if (json.size() > 1) json += ',';
  json += json_string(keyword);
  json += ':';
  json += value_json;
  return Schema(json + "}");
}

Schema Schema::about(std::string_view description) const {
  return with("description", json_string(description));
}

Schema Schema::or_null() const {
  return either_schema({*this, of_type("null")});
}

Schema any_schema() {
  return Schema("{}");
}

Schema boolean_schema() {
  return of_type("boolean");
}

Schema text_schema() {
  return of_type("string");
}

Schema text_schema(std::size_t bytes_max) {
  return text_schema().with("maxLength", std::to_string(bytes_max));
}

Schema choice_schema(const std::vector<std::string>& choices) {
  JsonArray values;
  for (const std::string& choice : choices) values.add(choice);
  return text_schema().with("enum", values.text());
}

Schema constant_schema(std::string_view text) {
  return Schema(JsonObject().add("const", text).text());
}

Schema number_schema() {
  return of_type("number");
}

Schema number_schema(double low, double high) {
  return ranged("number", low, high);
}

Schema whole_schema() {
  return of_type("integer").with("minimum", "0");
}

Schema whole_schema(double low, double high) {
  return ranged("integer", low, high);
}

Schema list_schema(const Schema& item) {
  return of_type("array").with("items", item.json());
}

Schema object_schema(const std::vector<SchemaMember>& members) {
  return Schema(object_of(members).add("additionalProperties", false).text());
}

Schema open_schema(const std::vector<SchemaMember>& members) {
  return Schema(object_of(members).text());
}

Schema map_schema(const Schema& value) {
  return of_type("object").with("additionalProperties", value.json());
}

Schema either_schema(const std::vector<Schema>& choices) {
  JsonArray any;
  for (const Schema& choice : choices) any.raw(choice.json());
  return Schema(JsonObject().raw("anyOf", any.text()).text());
}

Schema named_schema(std::string_view name) {
  return Schema(JsonObject().add("$ref", "#/components/schemas/" + std::string(name)).text());
}

}  // namespace cherub::base
