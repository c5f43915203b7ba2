#include "engine/society_check.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "engine/base/sha256.h"
#include "engine/scenario_fields.h"

namespace cherub::engine {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Error wrong(std::string where, std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message), "society." + std::move(where)};
}

bool is_share(double value, double high = 1) {
  return value >= 0 && value <= high;  // false for what is no number
}

bool is_item(const WorldState& state, SpeciesIndex item) {
  return item < state.rules.size() && state.rules[item].kind == Kind::kItem;
}

Result<void> check_abilities(const Society& society) {
  const auto& abilities = society.abilities;
  if (abilities.size() > kAbilitiesMax) return wrong("abilities", "There are too many.");
  for (std::size_t i = 0; i < abilities.size(); ++i) {
    const AbilitySpec& spec = abilities[i];
    const bool sound =
        is_plain_name(spec.name) && (spec.sha256.empty() || base::is_sha256(spec.sha256)) &&
        is_share(spec.energy_cost) && is_share(spec.cooldown_s, kAbilityCooldownMax_s) &&
        is_share(spec.range, kAbilityRangeMax_m) &&
        find_ability(society, spec.name) == static_cast<AbilityIndex>(i);
    if (!sound) {
      return wrong("abilities[" + std::to_string(i) + "]", "Is not an ability, or there twice.");
    }
  }
  return {};
}

Result<void> check_pasts(const Society& society) {
  for (const auto& [ability, past] : society.ability_pasts) {
    const std::string fallback = past.fallback_sha256.value_or("");
    const bool sound = ability < society.abilities.size() && !past.empty() &&
                       (fallback.empty() || base::is_sha256(fallback)) && is_sound(past.versions);
    if (!sound) {
      return wrong("ability_pasts", "That of ability " + std::to_string(ability) + " cannot be.");
    }
  }
  return {};
}

// The bits of abilities that there are.
bool are_known(const Society& society, AbilityMask mask) {
  const std::size_t count = society.abilities.size();
  return count == kAbilitiesMax || mask >> count == 0;
}

// Whose entries a table has.
enum class Of { kAgents, kAgentsAndPlaces, kAnything };
bool fits(const WorldState& state, std::uint32_t row, Of of) {
  if (row >= state.columns.size() || state.columns.alive[row] == 0) return false;
  const Kind kind = state.rules_of(row).kind;
  return of == Of::kAnything || kind == Kind::kAgent ||
         (of == Of::kAgentsAndPlaces && kind == Kind::kPlace);
}

// Calls holds(row, value) for the entries of a table: each must be of somebody alive and hold.
template <class Value, class Holds>
Result<void> check_table(const WorldState& state, const char* name, const SideTable<Value>& table,
                         Holds&& holds, Of of = Of::kAgents) {
  for (const std::uint32_t row : table.sorted_rows()) {
    if (fits(state, row, of) && holds(row, *table.find(row))) continue;
    return wrong(name, "The entry of row " + std::to_string(row) + " cannot be.");
  }
  return {};
}

bool are_hands(const WorldState& state, std::uint32_t row, const Hands& hands) {
  const std::uint64_t capacity = state.scenario.species[state.columns.species[row]].hands;
  for (std::size_t i = 0; i < hands.size(); ++i) {
    const bool ascends = i == 0 || hands[i - 1].item < hands[i].item;
    if (!ascends || !is_item(state, hands[i].item) || hands[i].count == 0) return false;
  }
  return !hands.empty() && total_of(hands) <= capacity;
}

bool is_sound_heard(const WorldState& state, const Sound& sound) {
  const bool finite = std::isfinite(sound.x) && std::isfinite(sound.y) && std::isfinite(sound.z);
  return finite && sound.kind <= SoundKind::kTell && sound.species < state.rules.size() &&
         is_share(sound.radius, kCallRadiusMax_m) && sound.text.size() <= kMessageBytesMax;
}

bool are_points(std::int32_t points, std::int32_t most) {
  return points >= -most && points <= most;
}

bool are_bonds(const Bonds& bonds) {
  for (std::size_t i = 0; i < bonds.size(); ++i) {
    const bool ascends = i == 0 || bonds[i - 1].other.packed() < bonds[i].other.packed();
    if (!ascends || bonds[i].points == 0 || !are_points(bonds[i].points, kBondMax)) return false;
  }
  return !bonds.empty() && bonds.size() <= kBondsMax;
}

Result<void> check_economy(const WorldState& state) {
  const Economy& economy = state.society.economy;
  if (!state.economy) {
    if (economy.empty()) return {};
    return wrong("economy", "The scenario has none.");
  }
  const Result<void> tables[] = {
      check_table(
          state, "economy.owners", economy.owners,
          [&](std::uint32_t row, EntityId owner) {
            const Kind kind = state.rules_of(row).kind;
            return (kind == Kind::kItem || kind == Kind::kPlace) && state.exists(owner) &&
                   state.rules_of(owner.index).kind == Kind::kAgent;
          },
          Of::kAnything),
      check_table(state, "economy.crafts", economy.crafts,
                  [&](std::uint32_t, const Craft& work) {
                    const Recipe* const recipe = state.economy->find(work.output);
                    return recipe != nullptr && work.ticks > 0 && work.ticks < recipe->ticks &&
                           work.last < state.tick;
                  }),
      check_table(state, "economy.standings", economy.standings,
                  [](std::uint32_t, const Standing& standing) {
                    return are_points(standing.points, kReputationMax);
                  }),
      check_table(state, "economy.bonds", economy.bonds,
                  [](std::uint32_t, const Bonds& bonds) { return are_bonds(bonds); }),
  };
  for (const Result<void>& table : tables) {
    if (!table) return table.error();
  }
  return {};
}

}  // namespace

Result<void> check_society(const WorldState& state) {
  const Society& society = state.society;
  if (auto checked = check_abilities(society); !checked) return checked.error();
  if (auto checked = check_pasts(society); !checked) return checked.error();
  const auto known = [&](AbilityMask mask) { return are_known(society, mask); };
  const auto& roles = society.role_abilities;
  if (roles.size() != state.scenario.roles.size() ||
      !std::all_of(roles.begin(), roles.end(), known)) {
    return wrong("role_abilities", "These are not the roles of the scenario.");
  }
  const Result<void> tables[] = {
      check_table(state, "own_abilities", society.own_abilities,
                  [&](std::uint32_t, AbilityMask mask) { return mask != 0 && known(mask); }),
      check_table(state, "cooldowns", society.cooldowns,
                  [&](std::uint32_t, const std::vector<Cooldown>& running) {
                    return !running.empty() && running.size() <= kAbilitiesMax &&
                           std::all_of(running.begin(), running.end(), [&](const auto& entry) {
                             return entry.ability < society.abilities.size();
                           });
                  }),
      check_table(
          state, "hands", society.hands,
          [&](std::uint32_t row, const Hands& hands) { return are_hands(state, row, hands); },
          Of::kAgentsAndPlaces),
      check_table(state, "shields", society.shields,
                  [](std::uint32_t, const Shield& shield) { return is_share(shield.share); }),
      check_table(state, "offers", society.offers,
                  [&](std::uint32_t, const Offer& offer) {
                    return is_item(state, offer.item) && is_item(state, offer.want_item);
                  }),
  };
  for (const Result<void>& table : tables) {
    if (!table) return table.error();
  }
  for (const Sound& sound : society.sounds) {
    if (!is_sound_heard(state, sound)) return wrong("sounds", "Has one that cannot be.");
  }
  return check_economy(state);
}

}  // namespace cherub::engine
