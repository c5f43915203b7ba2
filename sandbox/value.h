#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/result.h"

namespace cherub::sandbox {

// Plain data as it crosses the border of a Vm: nil, boolean, number, string, or a table of those.
// Tables keep their entries in the order that a script's pairs() shows.
struct Value {
  struct Entry;
  using Table = std::vector<Entry>;
  std::variant<std::monostate, bool, double, std::string, Table> data;

  [[nodiscard]] bool is_nil() const { return data.index() == 0; }
  bool operator==(const Value& other) const;
};

struct Value::Entry {
  Value key, value;
  bool operator==(const Entry&) const = default;
};

// The bounds of a value that leaves or enters a Vm.
struct ValueLimits {
  int depth = 32;
  std::size_t entries = 100'000;  // table entries, all levels together
  std::size_t bytes = 1u << 20;   // of all strings together
};

// Compact JSON. A table whose keys are exactly 1 … n is an array, an empty one is `[]`; other
// tables are objects whose keys are written as strings. NaN and infinities become null, bytes that
// are not UTF-8 become U+FFFD.
std::string to_json(const Value& value);
// The reverse, for JSON from outside: arrays get the keys 1 … n, null entries are left out.
base::Result<Value> value_from_json(std::string_view json);

}  // namespace cherub::sandbox
