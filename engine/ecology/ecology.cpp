#include "engine/ecology/ecology.h"

#include <cmath>
#include <numeric>
#include <span>
#include <type_traits>

#include "engine/base/hash.h"
#include "engine/base/json.h"

namespace cherub::engine {
namespace {

using base::Error;
using base::ErrorCode;
using base::JsonCursor;
using base::Result;

constexpr std::size_t kValuesMax = std::size_t{1} << 22;  // of one array

// Calls visit(name, vector) for all arrays, and visit_number(name, number) for what is one number.
template <class AnyEcology, class Visit>
void for_each_array(AnyEcology& ecology, Visit&& visit) {
  visit(std::string_view("nutrient"), ecology.soil.nutrient);
  visit(std::string_view("litter"), ecology.soil.litter);
  visit(std::string_view("moisture"), ecology.soil.moisture);
  for_each_body_column(ecology.bodies, visit);
  visit(std::string_view("colony"), ecology.colony);
}

template <class AnyEcology, class Visit>
void for_each_number(AnyEcology& ecology, Visit&& visit) {
  visit(std::string_view("fertile_until"), ecology.fertile_until);
  visit(std::string_view("brought_nutrient"), ecology.brought_nutrient);
  visit(std::string_view("brought_organic"), ecology.brought_organic);
  visit(std::string_view("bound"), ecology.bound);
  visit(std::string_view("mineralised"), ecology.mineralised);
}

template <class Number>
std::string array_json(const std::vector<Number>& values) {
  base::JsonArray array;
  for (const Number value : values) {
    if constexpr (std::is_integral_v<Number>) {
      array.raw(std::to_string(value));
    } else {
      array.add(double{value});
    }
  }
  return array.text();
}

template <class Number>
void read_array(JsonCursor& cursor, std::vector<Number>& values) {
  if (!values.empty()) return cursor.fail("This was given before.");
  cursor.array([&](std::size_t index) {
    if (index >= kValuesMax) return cursor.fail("Too many values.");
    values.push_back(cursor.number<Number>());
  });
}

template <class Units>
std::uint64_t sum(const std::vector<Units>& units) {
  return std::accumulate(units.begin(), units.end(), std::uint64_t{0});
}

Error wrong(std::string_view where, std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message), "ecology." + std::string(where)};
}

bool in_range(std::string_view name, double value) {
  if (name == "moisture" || name == "drive" || name == "colony") return value >= 0 && value <= 1;
  if (name == "mode") return value < static_cast<double>(kModeNames.size());
  return true;  // of an unsigned type
}

}  // namespace

MatterBalance balance_of(const Ecology& ecology) {
  return {sum(ecology.soil.nutrient), sum(ecology.soil.litter), sum(ecology.bodies.matter)};
}

std::uint64_t hash_of(const Ecology& ecology) {
  base::Hasher hasher;
  for_each_array(ecology, [&](std::string_view, const auto& values) {
    using Number = typename std::decay_t<decltype(values)>::value_type;
    hasher.add(std::span<const Number>(values));
  });
  for_each_number(ecology, [&](std::string_view, std::uint64_t value) { hasher.add(value); });
  return hasher.value();
}

std::string ecology_json(const Ecology& ecology) {
  base::JsonObject json;
  for_each_number(ecology,
                  [&](std::string_view name, std::uint64_t value) { json.add(name, value); });
  for_each_array(ecology, [&](std::string_view name, const auto& values) {
    json.raw(name, array_json(values));
  });
  return json.text();
}

Ecology read_ecology(JsonCursor& cursor) {
  Ecology made;
  cursor.object([&](std::string_view field) {
    bool known = false;
    for_each_number(made, [&](std::string_view name, std::uint64_t& value) {
      if (name != field) return;
      known = true;
      value = cursor.number<std::uint64_t>();
    });
    for_each_array(made, [&](std::string_view name, auto& values) {
      if (name != field) return;
      known = true;
      read_array(cursor, values);
    });
    if (!known) cursor.fail("No such field in a saved ecosystem.");
  });
  return made;
}

const char* difference_of(const Ecology& first, const Ecology& second) {
  const char* found = nullptr;
  const auto compare = [&](const auto& mine, std::string_view name, const auto& theirs,
                           std::string_view other) {
    if constexpr (std::is_same_v<decltype(mine), decltype(theirs)>) {
      if (found == nullptr && name == other && mine != theirs) found = name.data();
    }
  };
  for_each_array(first, [&](std::string_view name, const auto& mine) {
    for_each_array(second, [&](std::string_view other, const auto& theirs) {
      compare(mine, name, theirs, other);
    });
  });
  for_each_number(first, [&](std::string_view name, const auto& mine) {
    for_each_number(second, [&](std::string_view other, const auto& theirs) {
      compare(mine, name, theirs, other);
    });
  });
  return found;
}

Result<void> check_ecology(const Ecology& saved, const Ecology& empty, std::size_t rows,
                           std::size_t species) {
  Result<void> outcome;
  for_each_array(saved, [&](std::string_view name, const auto& values) {
    const bool of_soil = name == "nutrient" || name == "litter" || name == "moisture";
    const std::size_t size = of_soil            ? empty.soil.nutrient.size()
                             : name == "colony" ? species
                                                : rows;
    if (outcome.ok() && values.size() != size) {
      outcome = wrong(name, "Has " + std::to_string(values.size()) + " values instead of " +
                                std::to_string(size) + ".");
    }
    for (const auto value : values) {
      if (outcome.ok() && !in_range(name, static_cast<double>(value))) {
        outcome = wrong(name, "A value is out of range.");
      }
    }
  });
  if (!outcome.ok()) return outcome;
  const MatterBalance balance = balance_of(saved);
  const std::uint64_t organic = saved.brought_organic + saved.bound - saved.mineralised;
  if (balance.litter + balance.bodies != organic ||
      balance.total() != saved.brought_nutrient + saved.brought_organic) {
    return wrong("bodies", "There is not as much matter as came in.");
  }
  return {};
}

}  // namespace cherub::engine
