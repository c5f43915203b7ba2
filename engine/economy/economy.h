#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/ability.h"
#include "engine/base/json_cursor.h"
#include "engine/columns.h"
#include "engine/grid.h"
#include "engine/side_table.h"

// Work, belongings and standing: what makes a world with hands a village. Only scenarios with an
// `economy` have any of it.
namespace cherub::engine {

// So many things of one item species, by name.
struct StackSpec {
  std::string item;
  std::uint32_t count = 1;
};

// How one kind of thing is made. There is one recipe for each output.
struct RecipeSpec {
  std::string output;
  std::uint32_t count = 1;
  std::vector<StackSpec> inputs;  // out of the worker's hands, used up when the work is done
  // A species that must be in reach: a place where the work is done, or a plant, which must be ripe
  // and is harvested. Empty: anywhere.
  std::string at;
  std::string tool;   // an item that must be in hands and stays there; empty: none
  double time_s = 1;  // of work, world seconds
};

// How many there are of what the spawns count per head: the difficulty of a village.
struct TownSpec {
  std::uint32_t people = 12, thieves = 2, traders = 1;
  double scarcity = 0;  // 0 … 1: the share by which what is `scarce` is cut
};

struct EconomySpec {
  std::string currency;  // an item species, whose price is always its own
  std::vector<RecipeSpec> recipes;
  TownSpec town;
};

struct Stack {
  SpeciesIndex item = 0;
  std::uint32_t count = 0;
};

// A recipe as the systems use it.
struct Recipe {
  SpeciesIndex output = 0;
  std::uint32_t count = 1;
  std::vector<Stack> inputs;
  std::optional<SpeciesIndex> at;
  bool harvests = false;  // `at` is a plant
  std::optional<SpeciesIndex> tool;
  std::uint32_t ticks = 1;
};

struct EconomyRules {
  std::vector<Recipe> recipes;
  std::vector<double> prices;       // base price by species, coins
  std::vector<SpeciesMask> serves;  // by species of a place: who may take from its store
  std::vector<std::uint8_t> owned;  // by species: 1 when each such place belongs to somebody
  SpeciesMask shelters = 0;
  SpeciesMask holders = 0;  // species that can hold things
  SpeciesIndex currency = 0;

  [[nodiscard]] const Recipe* find(SpeciesIndex output) const;
};

// Work that somebody is at.
struct Craft {
  SpeciesIndex output = 0;
  std::uint32_t ticks = 0;  // done of it
  Tick last = 0;            // the tick in which it was gone on with
  bool operator==(const Craft&) const = default;
};

// What others think of somebody. No entry: 0 points.
struct Standing {
  std::int32_t points = 0;  // -kReputationMax … kReputationMax
  Tick praised = 0;         // until then, no good deed counts
  bool operator==(const Standing&) const = default;
};
inline constexpr std::int32_t kReputationMax = 100;

// What somebody feels for another one, never 0.
struct Bond {
  EntityId other;
  std::int32_t points = 0;  // -kBondMax … kBondMax
  bool operator==(const Bond&) const = default;
};
inline constexpr std::int32_t kBondMax = 100;
// How many ties somebody keeps in mind: beyond, the weakest is forgotten.
inline constexpr std::size_t kBondsMax = 16;
using Bonds = std::vector<Bond>;  // by EntityId::packed, ascending

// The state of it, all in side tables by row.
struct Economy {
  SideTable<EntityId> owners;  // of places, and of things on the ground that somebody let fall
  SideTable<Craft> crafts;
  SideTable<Standing> standings;
  SideTable<Bonds> bonds;

  [[nodiscard]] bool empty() const {
    return owners.empty() && crafts.empty() && standings.empty() && bonds.empty();
  }
};

std::uint64_t hash_of(const Economy& economy);
// As snapshots hold it, in the order of rows; economy_json.cpp.
std::string economy_json(const Economy& economy);
Economy read_economy(base::JsonCursor& cursor);
// The name of the first part in which the two differ, or nullptr.
const char* difference_of(const Economy& first, const Economy& second);

}  // namespace cherub::engine
