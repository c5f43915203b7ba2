#include "engine/field_checks.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "engine/yaml_reader.h"

namespace cherub::engine {

using base::Error;
using base::ErrorCode;
using base::Result;

Error invalid(std::string where, std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message), std::move(where)};
}

std::string plain_number(double value) {
  char text[32];
  const bool is_whole = value == std::floor(value) && std::abs(value) < 1e15;
  std::snprintf(text, sizeof text, is_whole ? "%.0f" : "%.6g", value);
  return text;
}

std::string entry_of(std::string_view list, std::size_t index) {
  return std::string(list) + "[" + std::to_string(index) + "]";
}

Result<void> in_range(const std::string& where, double value, double low, double high) {
  if (value >= low && value <= high) return {};
  return invalid(where, "Must be from " + plain_number(low) + " to " + plain_number(high) +
                            ", not " + plain_number(value) + ".");
}

Result<void> is_known(const std::string& where, const std::string& name,
                      const std::vector<std::string>& names) {
  if (std::find(names.begin(), names.end(), name) != names.end()) return {};
  const std::string near = nearest_word(name, names);
  std::string hint = near.empty() ? "Known:" : "Did you mean " + quoted(near) + "?";
  if (near.empty()) {
    for (const std::string& known : names) hint += " " + known;
  }
  return invalid(where, "Unknown name " + quoted(name) + ". " + hint);
}

}  // namespace cherub::engine
