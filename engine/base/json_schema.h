#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cherub::base {

// A JSON Schema (draft 2020-12) as its own text: what is told of a table is made from the table.
//   object_schema({{"run_id", text_schema()}, {"tick", whole_schema(), Presence::kMay}})
class Schema {
 public:
  // `json` must be a complete JSON object.
  explicit Schema(std::string json) : json_(std::move(json)) {}
  [[nodiscard]] const std::string& json() const { return json_; }

  // The same with a description, an example, a default …; `value_json` must be complete JSON.
  [[nodiscard]] Schema about(std::string_view description) const;
  [[nodiscard]] Schema with(std::string_view keyword, std::string_view value_json) const;
  // The same, or null.
  [[nodiscard]] Schema or_null() const;

 private:
  std::string json_;
};

enum class Presence { kMust, kMay };
struct SchemaMember {
  std::string name;
  Schema schema;
  Presence presence = Presence::kMust;
};

Schema any_schema();
Schema boolean_schema();
Schema text_schema();
Schema text_schema(std::size_t bytes_max);
// One of these texts; the only one.
Schema choice_schema(const std::vector<std::string>& choices);
Schema constant_schema(std::string_view text);
Schema number_schema();
Schema number_schema(double low, double high);
// A whole number, not negative; within bounds.
Schema whole_schema();
Schema whole_schema(double low, double high);
Schema list_schema(const Schema& item);
// Exactly these members; a closed object.
Schema object_schema(const std::vector<SchemaMember>& members);
// These members, and others whose names are not fixed.
Schema open_schema(const std::vector<SchemaMember>& members);
// Any names, each with a value of this kind.
Schema map_schema(const Schema& value);
Schema either_schema(const std::vector<Schema>& choices);
// That of a name under "#/components/schemas".
Schema named_schema(std::string_view name);

}  // namespace cherub::base
