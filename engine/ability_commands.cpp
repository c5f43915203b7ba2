#include "engine/ability_commands.h"

#include <algorithm>
#include <cstdio>
#include <set>
#include <string>

#include "engine/base/sha256.h"
#include "engine/scenario_fields.h"

namespace cherub::engine {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Error refusal(ErrorCode code, std::string message, std::string where) {
  return {code, std::move(message), std::move(where)};
}

Result<void> in_range(const char* where, double value, double high) {
  if (value >= 0 && value <= high) return {};  // not so for what is no number
  char text[64];
  std::snprintf(text, sizeof text, "Must be from 0 to %g.", high);
  return refusal(ErrorCode::kInvalidArgument, text, where);
}

// Names that InstallAbility commands will have made when this tick's commands are applied.
std::set<std::string_view> names_to_come(const WorldState& state) {
  std::set<std::string_view> names;
  for (const StampedCommand& stamped : state.pending) {
    const auto* const install = std::get_if<InstallAbility>(&stamped.command);
    if (install == nullptr || find_ability(state.society, install->spec.name)) continue;
    names.insert(install->spec.name);
  }
  return names;
}

Result<void> check_role(const WorldState& state, const std::string& role, const char* where) {
  if (state.scenario.find_role(role)) return {};
  std::string known;
  for (const RoleSpec& entry : state.scenario.roles) known += " " + entry.name;
  return refusal(ErrorCode::kNotFound,
                 "No role '" + role.substr(0, 64) + "' in this scenario; there are" +
                     (known.empty() ? " none." : ":" + known + "."),
                 where);
}

Result<void> check_agent(const WorldState& state, EntityId entity, const char* where) {
  if (state.exists(entity) && state.rules_of(entity.index).kind == Kind::kAgent) return {};
  return refusal(ErrorCode::kNotFound, "No living agent has this id.", where);
}

// Of GrantAbility and RevokeAbility.
template <class Change>
Result<void> check_change(const WorldState& state, const Change& change) {
  const bool known = find_ability(state.society, change.ability).has_value() ||
                     names_to_come(state).contains(change.ability);
  if (!known) {
    return refusal(ErrorCode::kNotFound,
                   "No ability '" + change.ability.substr(0, 64) + "' in this world.", "ability");
  }
  if (change.entity && !change.role.empty()) {
    return refusal(ErrorCode::kInvalidArgument, "Give an id or a role, not both.", "role");
  }
  return change.entity ? check_agent(state, *change.entity, "id")
                       : check_role(state, change.role, "role");
}

// Calls visit(mask) for what the entity or the role knows by itself.
template <class Change, class Visit>
void change_knowledge(WorldState& state, const Change& change, Visit&& visit) {
  const auto ability = find_ability(state.society, change.ability);
  if (!ability) return;
  const AbilityMask bit = ability_bit(*ability);
  if (!change.entity) {
    visit(state.society.role_abilities[*state.scenario.find_role(change.role)], bit);
    return;
  }
  // An earlier command of this tick may have removed it.
  if (!state.exists(*change.entity)) return;
  AbilityMask& own = state.society.own_abilities[change.entity->index];
  visit(own, bit);
  if (own == 0) state.society.own_abilities.erase(change.entity->index);
}

Result<void> check_spec(const AbilitySpec& spec) {
  if (!is_plain_name(spec.name)) {
    return refusal(ErrorCode::kInvalidArgument,
                   "Must be a name of a-z, 0-9 and _, at most 32 long, beginning with a letter.",
                   "name");
  }
  if (!spec.sha256.empty() && !base::is_sha256(spec.sha256)) {
    return refusal(ErrorCode::kInvalidArgument,
                   "Must be 64 lower-case hexadecimal digits, or empty to withdraw it.", "sha256");
  }
  for (const auto& checked : {in_range("energy_cost", spec.energy_cost, 1),
                              in_range("cooldown_s", spec.cooldown_s, kAbilityCooldownMax_s),
                              in_range("range", spec.range, kAbilityRangeMax_m)}) {
    if (!checked) return checked.error();
  }
  return {};
}

Result<void> check_known(const WorldState& state, const std::string& ability, const char* where) {
  if (find_ability(state.society, ability)) return {};
  return refusal(ErrorCode::kNotFound, "No ability '" + ability.substr(0, 64) + "' in this world.",
                 where);
}

// Changes what the ability has been through; nothing is kept of one that has no past.
template <class Change>
void change_past(Society& society, AbilityIndex ability, Change&& change) {
  AbilityPast& past = society.ability_pasts[ability];
  change(past);
  if (past.empty()) society.ability_pasts.erase(ability);
}

// Lets the version be used from this tick on.
void give(WorldState& state, AbilityIndex ability, const AbilitySpec& spec) {
  state.society.abilities[ability] = spec;
  Event event;
  event.kind = EventKind::kReload;
  event.text = "ability " + spec.name + " " + spec.sha256;
  state.events.push_back(std::move(event));
}

}  // namespace

Result<void> check(const WorldState& state, const InstallAbility& install) {
  const AbilitySpec& spec = install.spec;
  if (auto good = check_spec(spec); !good) return good;
  if (find_ability(state.society, spec.name)) return {};
  const auto coming = names_to_come(state);
  if (coming.contains(spec.name)) return {};
  if (state.society.abilities.size() + coming.size() >= kAbilitiesMax) {
    return refusal(ErrorCode::kRefused,
                   "A world has at most " + std::to_string(kAbilitiesMax) +
                       " abilities. Give another version of one that is no longer needed.",
                   "name");
  }
  return {};
}

// Whether a version is on probation when the command is applied, is seen then.
Result<void> check(const WorldState& state, const AcceptAbility& accept) {
  return check_known(state, accept.ability, "ability");
}

Result<void> check(const WorldState& state, const RestoreAbility& restore) {
  if (auto good = check_spec(restore.spec); !good) return good;
  return check_known(state, restore.spec.name, "name");
}

Result<void> check(const WorldState& state, const QuarantineAbility& quarantine) {
  if (!base::is_sha256(quarantine.sha256)) {
    return refusal(ErrorCode::kInvalidArgument, "Must be 64 lower-case hexadecimal digits.",
                   "quarantined_sha256");
  }
  if (auto good = check_spec(quarantine.restored); !good) return good;
  return check_known(state, quarantine.restored.name, "name");
}

Result<void> check(const WorldState& state, const GrantAbility& grant) {
  return check_change(state, grant);
}
Result<void> check(const WorldState& state, const RevokeAbility& revoke) {
  return check_change(state, revoke);
}

Result<void> check(const WorldState& state, const SetRole& set) {
  if (const auto checked = check_agent(state, set.entity, "id"); !checked) return checked.error();
  return set.role.empty() ? Result<void>() : check_role(state, set.role, "role");
}

void apply(WorldState& state, const InstallAbility& install) {
  Society& society = state.society;
  const AbilitySpec& spec = install.spec;
  if (!find_ability(society, spec.name)) society.abilities.emplace_back().name = spec.name;
  const AbilityIndex ability = *find_ability(society, spec.name);
  const std::string& before = society.abilities[ability].sha256;
  change_past(society, ability, [&](AbilityPast& past) {
    if (!install.on_probation || spec.sha256.empty()) {
      const std::string good = past.fallback_sha256.value_or(before);
      if (good != spec.sha256) past.versions.gives_way(good);
      past.fallback_sha256.reset();
    } else if (!past.fallback_sha256 && before != spec.sha256) {
      past.fallback_sha256 = before;
    }
    past.versions.comes_in(spec.sha256);
  });
  give(state, ability, spec);
}

void apply(WorldState& state, const AcceptAbility& accept) {
  change_past(state.society, *find_ability(state.society, accept.ability), [](AbilityPast& past) {
    past.versions.gives_way(past.fallback_sha256.value_or(""));
    past.fallback_sha256.reset();
  });
}

void apply(WorldState& state, const RestoreAbility& restore) {
  const AbilityIndex ability = *find_ability(state.society, restore.spec.name);
  change_past(state.society, ability, [&](AbilityPast& past) {
    if (past.fallback_sha256 != restore.spec.sha256) return;  // it was accepted or replaced
    past.fallback_sha256.reset();
    give(state, ability, restore.spec);
  });
}

void apply(WorldState& state, const QuarantineAbility& quarantine) {
  const AbilityIndex ability = *find_ability(state.society, quarantine.restored.name);
  // An earlier command of this tick may have taken it away.
  if (state.society.abilities[ability].sha256 != quarantine.sha256) return;
  change_past(state.society, ability, [&](AbilityPast& past) {
    past.fallback_sha256.reset();
    past.versions.comes_in(quarantine.restored.sha256);
    past.versions.quarantine(quarantine.sha256);
  });
  give(state, ability, quarantine.restored);
}

void apply(WorldState& state, const GrantAbility& grant) {
  change_knowledge(state, grant, [](AbilityMask& mask, AbilityMask bit) { mask |= bit; });
}
void apply(WorldState& state, const RevokeAbility& revoke) {
  change_knowledge(state, revoke, [](AbilityMask& mask, AbilityMask bit) { mask &= ~bit; });
}

void apply(WorldState& state, const SetRole& set) {
  if (!state.exists(set.entity)) return;
  const auto role = state.scenario.find_role(set.role);
  state.columns.role[set.entity.index] = role ? static_cast<std::uint8_t>(*role) : kNoRole;
}

}  // namespace cherub::engine
