#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ability.h"
#include "engine/base/json_cursor.h"
#include "engine/columns.h"
#include "engine/economy/economy.h"
#include "engine/heartbeat.h"
#include "engine/side_table.h"
#include "engine/version_past.h"

namespace cherub::engine {

inline constexpr std::uint8_t kNoRole = 0xff;
inline constexpr std::size_t kRolesMax = 64;
inline constexpr double kOfferLifetime_s = 10;

struct Cooldown {
  AbilityIndex ability = 0;
  Tick until = 0;  // the first tick in which it can be used again
  bool operator==(const Cooldown&) const = default;
};

// So many things of one item species, never 0.
struct ItemCount {
  SpeciesIndex item = 0;
  std::uint32_t count = 0;
  bool operator==(const ItemCount&) const = default;
};
using Hands = std::vector<ItemCount>;  // by item, ascending

struct Shield {
  double share = 0;  // of damage that is kept off, 0 … 1
  Tick until = 0;    // the first tick without it
  bool operator==(const Shield&) const = default;
};

// What the entity of the row offers another one.
struct Offer {
  EntityId to;
  SpeciesIndex item = 0, want_item = 0;
  std::uint32_t count = 0, want_count = 0;
  Tick until = 0;  // the first tick in which it no longer stands
  bool operator==(const Offer&) const = default;
};

enum class SoundKind : std::uint8_t { kSay, kCall, kTell };
// Something said in the last tick, which can be heard in this one.
struct Sound {
  SoundKind kind = SoundKind::kSay;
  SpeciesIndex species = 0;  // of the speaker
  EntityId speaker;
  EntityId to;                // of kTell: who hears it
  float x = 0, y = 0, z = 0;  // where it was said
  double radius = 0;          // of kCall, m; kSay: as far as the hearer's senses
  std::string text;
  bool operator==(const Sound&) const = default;
};

// What a world knows about abilities, belongings, speech and reports of clients beside its columns.
// All of it is state.
struct Society {
  std::vector<AbilitySpec> abilities;                 // by AbilityIndex
  std::map<AbilityIndex, AbilityPast> ability_pasts;  // of those that have one
  std::vector<AbilityMask> role_abilities;  // what a role knows, by index of Scenario::roles
  SideTable<AbilityMask> own_abilities;     // beyond the role's
  SideTable<std::vector<Cooldown>> cooldowns;
  SideTable<Hands> hands;  // of agents, and the stores of places
  SideTable<Shield> shields;
  SideTable<Offer> offers;  // by who offers
  std::vector<Sound> sounds;
  ReportHistory reports;
  Economy economy;  // empty where the scenario has none
};

inline AbilityMask ability_bit(AbilityIndex ability) {
  return AbilityMask{1} << ability;
}
std::optional<AbilityIndex> find_ability(const Society& society, std::string_view name);

// Whether there is nothing in it at all, as in worlds that know no abilities and say nothing.
bool is_blank(const Society& society);
// Of all of it; does not depend on the order in which the tables were filled.
std::uint64_t hash_of(const Society& society);
// As snapshots hold it; society_json.cpp. Tables are lists in the order of rows.
std::string society_json(const Society& society);
Society read_society(base::JsonCursor& cursor);
// The name of the first part in which the two differ, or nullptr.
const char* difference_of(const Society& first, const Society& second);

std::uint64_t count_of(const Hands& hands, SpeciesIndex item);
std::uint64_t total_of(const Hands& hands);

}  // namespace cherub::engine
