#include "abilities/builtin_abilities.h"

#include <set>

#include "abilities/generated_abilities.h"

namespace cherub::abilities {
namespace {

struct Builtin {
  std::string_view name;
  std::string_view source;
};

const std::vector<Builtin>& builtins() {
  static const std::vector<Builtin> all = {
      {"eat", builtin::k_eat_lua},
      {"graze", builtin::k_graze_lua},
      {"attack", builtin::k_attack_lua},
      {"defend", builtin::k_defend_lua},
      {"heal", builtin::k_heal_lua},
      {"flee_burst", builtin::k_flee_burst_lua},
      {"pick_up", builtin::k_pick_up_lua},
      {"drop", builtin::k_drop_lua},
      {"give", builtin::k_give_lua},
      {"trade_offer", builtin::k_trade_offer_lua},
      {"trade_accept", builtin::k_trade_accept_lua},
      {"steal", builtin::k_steal_lua},
      {"drink", builtin::k_drink_lua},
      {"rest", builtin::k_rest_lua},
      {"call", builtin::k_call_lua},
      {"plant", builtin::k_plant_lua},
      {"fireball", builtin::k_fireball_lua},
      {"telepathy", builtin::k_telepathy_lua},
      {"craft", builtin::k_craft_lua},
      {"fetch", builtin::k_fetch_lua},
      {"snack", builtin::k_snack_lua},
  };
  return all;
}

}  // namespace

std::vector<std::string> builtin_ability_names() {
  std::vector<std::string> names;
  for (const Builtin& ability : builtins()) names.emplace_back(ability.name);
  return names;
}

std::string_view builtin_ability(std::string_view name) {
  for (const Builtin& ability : builtins()) {
    if (ability.name == name) return ability.source;
  }
  return {};
}

base::Result<std::vector<engine::InstallAbility>> builtin_installs(const engine::Scenario& scenario,
                                                                   scripting::AbilityHost& host) {
  std::set<std::string> wanted;
  for (const engine::RoleSpec& role : scenario.roles) {
    wanted.insert(role.abilities.begin(), role.abilities.end());
  }
  std::vector<engine::InstallAbility> installs;
  for (const std::string& name : wanted) {
    const std::string_view source = builtin_ability(name);
    if (source.empty()) continue;
    const scripting::AbilityVerdict verdict = host.add(std::string(source), scenario);
    if (!verdict.load.ok) {
      return base::Error{
          base::ErrorCode::kInternal,
          "The built-in ability cannot be loaded: " +
              sandbox::diagnostics_text(verdict.load.diagnostics, name, std::string(source)),
          name};
    }
    installs.push_back({verdict.spec});
  }
  return installs;
}

}  // namespace cherub::abilities
