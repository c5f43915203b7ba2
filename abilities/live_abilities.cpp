// Abilities and roles in the live world: new versions, quarantine, and who knows what.
#include <algorithm>

#include "abilities/agent_report.h"
#include "abilities/builtin_abilities.h"
#include "abilities/live_slots.h"

namespace cherub::abilities {
namespace {

std::string role_names(const engine::World& world) {
  std::string names;
  for (const engine::RoleSpec& role : world.scenario().roles) {
    names += (names.empty() ? "" : ", ") + role.name;
  }
  return names.empty() ? "none" : names;
}

std::vector<std::string> names_of(const engine::World& world, engine::AbilityMask mask) {
  std::vector<std::string> names;
  const auto abilities = world.abilities();
  for (std::size_t i = 0; i < abilities.size(); ++i) {
    if ((mask >> i & 1) != 0) names.push_back(abilities[i].name);
  }
  return names;
}

}  // namespace

base::Result<void> LiveWorld::Session::install_builtin_abilities() {
  const auto installs = builtin_installs(world->scenario(), host->abilities());
  if (!installs) return installs.error();
  for (const engine::InstallAbility& install : *installs) {
    if (auto done = install_ability(install.spec); !done) return done;
  }
  return {};
}

// The version is prepared already.
base::Result<void> LiveWorld::Session::install_ability(const engine::AbilitySpec& spec) {
  if (!spec.sha256.empty()) record_source(spec.sha256);
  if (auto done = submit_only(engine::InstallAbility{spec}); !done) return done;
  ability_slots->installed(spec);
  return {};
}

// An id, or the name of a role.
base::Result<LiveWorld::Session::Holder> LiveWorld::Session::holder_of(
    const std::string& text) const {
  Holder holder;
  if (world->scenario().find_role(text)) {
    holder.role = text;
    holder.name = "role " + text;
    return holder;
  }
  const auto ref = parse_entity_ref(text);
  if (!ref) {
    return base::Error{base::ErrorCode::kInvalidArgument,
                       "'" + text + "' is neither the id of an agent nor a role; roles here: " +
                           role_names(*world) + ".",
                       "who"};
  }
  const auto id = find_entity(*world, *ref);
  if (!id) return id.error();
  holder.entity = *id;
  holder.name = entity_name(*world, *id);
  return holder;
}

ConsoleReply LiveWorld::Session::execute(const console::Grant& grant, Answer&) {
  const auto holder = holder_of(grant.who);
  if (!holder) return console_refusal(holder.error());
  return settled(engine::GrantAbility{grant.ability, holder->entity, holder->role},
                 "Grants " + grant.ability + " to " + holder->name);
}

ConsoleReply LiveWorld::Session::execute(const console::Revoke& revoke, Answer&) {
  const auto holder = holder_of(revoke.who);
  if (!holder) return console_refusal(holder.error());
  return settled(engine::RevokeAbility{revoke.ability, holder->entity, holder->role},
                 "Revokes " + revoke.ability + " from " + holder->name);
}

ConsoleReply LiveWorld::Session::execute(const console::GiveRole& role, Answer&) {
  const auto id = find_entity(*world, role.agent);
  if (!id) return console_refusal(id.error());
  return settled(
      engine::SetRole{*id, role.role},
      entity_name(*world, *id) + (role.role.empty() ? " has no role" : " becomes " + role.role));
}

ConsoleReply LiveWorld::Session::execute(const console::ShowAbilities&, Answer&) {
  ConsoleReply reply;
  base::JsonArray abilities, roles;
  const auto& stats = host->abilities().stats();
  for (const engine::AbilitySpec& spec : world->abilities()) {
    const auto found = stats.find(spec.sha256);
    const scripting::AbilityStats counted =
        found == stats.end() ? scripting::AbilityStats{} : found->second;
    abilities.raw(base::JsonObject()
                      .add("name", spec.name)
                      .add("sha256", spec.sha256)
                      .add("energy_cost", spec.energy_cost)
                      .add("cooldown_s", spec.cooldown_s)
                      .add("range", spec.range)
                      .add("uses", counted.uses)
                      .add("accepted", counted.accepted)
                      .add("faults", counted.faults)
                      .add("fuel", counted.fuel)
                      .text());
    reply.text +=
        spec.name +
        (spec.sha256.empty() ? ": no script"
                             : ": energy " + short_text(spec.energy_cost) + ", cooldown " +
                                   short_text(spec.cooldown_s) + " s, range " +
                                   short_text(spec.range) + " m; " + std::to_string(counted.uses) +
                                   " uses, " + std::to_string(counted.faults) + " faults") +
        "\n";
  }
  const auto& known = world->society().role_abilities;
  for (std::size_t i = 0; i < world->scenario().roles.size() && i < known.size(); ++i) {
    const std::string& name = world->scenario().roles[i].name;
    base::JsonArray names;
    reply.text += "role " + name + ":";
    for (const std::string& ability : names_of(*world, known[i])) {
      names.add(ability);
      reply.text += " " + ability;
    }
    reply.text += "\n";
    roles.raw(base::JsonObject().add("name", name).raw("abilities", names.text()).text());
  }
  if (reply.text.empty()) reply.text = "This world has no abilities.\n";
  reply.text.pop_back();
  reply.json =
      base::JsonObject().raw("abilities", abilities.text()).raw("roles", roles.text()).text();
  return reply;
}

}  // namespace cherub::abilities
