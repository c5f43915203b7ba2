#include <algorithm>
#include <limits>
#include <vector>

#include "engine/base/json.h"
#include "engine/economy/economy.h"
#include "engine/world.h"

// Each table is a list of [row, number …].
namespace cherub::engine {
namespace {

using base::JsonArray;
using base::JsonCursor;
using base::JsonObject;

constexpr std::size_t kEntriesMax = std::size_t{1} << 22;
// Points are written without a sign.
constexpr std::int32_t kPointsShift = 1 << 20;

std::uint64_t shifted(std::int32_t points) {
  return static_cast<std::uint64_t>(std::int64_t{points} + kPointsShift);
}

std::vector<std::uint64_t> numbers_of(EntityId owner) {
  return {owner.packed()};
}
std::vector<std::uint64_t> numbers_of(const Craft& craft) {
  return {craft.output, craft.ticks, craft.last};
}
std::vector<std::uint64_t> numbers_of(const Standing& standing) {
  return {shifted(standing.points), standing.praised};
}
std::vector<std::uint64_t> numbers_of(const Bonds& bonds) {
  std::vector<std::uint64_t> numbers;
  for (const Bond& bond : bonds) {
    numbers.push_back(bond.other.packed());
    numbers.push_back(shifted(bond.points));
  }
  return numbers;
}

template <class Value>
std::string table_json(const SideTable<Value>& table) {
  JsonArray array;
  for (const std::uint32_t row : table.sorted_rows()) {
    std::string entry = "[" + std::to_string(row);
    for (const std::uint64_t number : numbers_of(*table.find(row))) {
      entry += "," + std::to_string(number);
    }
    array.raw(entry + "]");
  }
  return array.text();
}

class EconomyReader {
 public:
  explicit EconomyReader(JsonCursor& cursor) : cursor_(cursor) {}

  Economy read() {
    int parts = 0;
    cursor_.object([&](std::string_view name) {
      ++parts;
      read_part(name);
    });
    if (cursor_.ok() && parts != kParts) cursor_.fail("A part of the economy is missing.");
    return std::move(made_);
  }

 private:
  static constexpr int kParts = 4;
  using Numbers = std::vector<std::uint64_t>;

  void read_part(std::string_view name) {
    if (name == "owners") {
      table(made_.owners, 1,
            [](EntityId& owner, const Numbers& n) { owner = EntityId::unpack(n[0]); });
    } else if (name == "crafts") {
      table(made_.crafts, 3, [&](Craft& craft, const Numbers& n) {
        craft = {narrow<SpeciesIndex>(n[0]), narrow<std::uint32_t>(n[1]), n[2]};
      });
    } else if (name == "standings") {
      table(made_.standings, 2, [&](Standing& standing, const Numbers& n) {
        standing = {points_of(n[0]), n[1]};
      });
    } else if (name == "bonds") {
      table(made_.bonds, 0, [&](Bonds& bonds, const Numbers& n) {
        for (std::size_t i = 0; i + 1 < n.size(); i += 2) {
          bonds.push_back({EntityId::unpack(n[i]), points_of(n[i + 1])});
        }
      });
    } else {
      cursor_.fail("No such part of an economy.");
    }
  }

  template <class Number>
  Number narrow(std::uint64_t value) {
    if (value > std::numeric_limits<Number>::max()) cursor_.fail("A number is out of range.");
    return static_cast<Number>(value);
  }

  std::int32_t points_of(std::uint64_t value) {
    if (value > 2 * std::uint64_t{kPointsShift}) {
      cursor_.fail("These are no points.");
      return 0;
    }
    return static_cast<std::int32_t>(static_cast<std::int64_t>(value) - kPointsShift);
  }

  // Entries are [row, number …]: so many numbers, or pairs of them when `count` is 0.
  template <class Value, class Fill>
  void table(SideTable<Value>& table, std::size_t count, Fill&& fill) {
    cursor_.array([&](std::size_t index) {
      if (index >= kEntriesMax) return cursor_.fail("Too many entries.");
      Numbers numbers;
      cursor_.array([&](std::size_t at) {
        if (at > 2 * kBondsMax) return cursor_.fail("Too many numbers.");
        numbers.push_back(cursor_.number<std::uint64_t>());
      });
      if (!cursor_.ok()) return;
      const bool right =
          count > 0 ? numbers.size() == count + 1 : numbers.size() >= 3 && numbers.size() % 2 == 1;
      if (!right) return cursor_.fail("An entry has too few or too many numbers.");
      const std::uint64_t row = numbers.front();
      // A row to which no entity can belong would make a table as long as its number.
      if (row >= 2 * std::uint64_t{kEntitiesMax} || table.find(static_cast<std::uint32_t>(row))) {
        return cursor_.fail("This row cannot be, or is listed twice.");
      }
      numbers.erase(numbers.begin());
      fill(table[static_cast<std::uint32_t>(row)], numbers);
    });
  }

  JsonCursor& cursor_;
  Economy made_;
};

template <class Value>
bool same(const SideTable<Value>& first, const SideTable<Value>& second) {
  const std::vector<std::uint32_t> rows = first.sorted_rows();
  return rows == second.sorted_rows() &&
         std::all_of(rows.begin(), rows.end(),
                     [&](std::uint32_t row) { return *first.find(row) == *second.find(row); });
}

}  // namespace

std::string economy_json(const Economy& economy) {
  return JsonObject()
      .raw("owners", table_json(economy.owners))
      .raw("crafts", table_json(economy.crafts))
      .raw("standings", table_json(economy.standings))
      .raw("bonds", table_json(economy.bonds))
      .text();
}

Economy read_economy(JsonCursor& cursor) {
  return EconomyReader(cursor).read();
}

const char* difference_of(const Economy& first, const Economy& second) {
  if (!same(first.owners, second.owners)) return "society.economy.owners";
  if (!same(first.crafts, second.crafts)) return "society.economy.crafts";
  if (!same(first.standings, second.standings)) return "society.economy.standings";
  if (!same(first.bonds, second.bonds)) return "society.economy.bonds";
  return nullptr;
}

}  // namespace cherub::engine
