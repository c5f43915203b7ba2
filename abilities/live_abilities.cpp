// Abilities and roles in the live world: new versions, quarantine, and who knows what.
#include <algorithm>

#include "abilities/agent_report.h"
#include "abilities/builtin_abilities.h"
#include "abilities/live_session.h"
#include "abilities/run_records.h"
#include "engine/base/sha256.h"
#include "sandbox/syntax/diagnostic.h"

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
  if (auto stamped = submit(engine::InstallAbility{spec}); !stamped) return stamped.error();
  ability_watch.installed(spec);
  return {};
}

// A refused version changes nothing: the old one goes on.
void LiveWorld::Session::reload_ability(const ReloadRequest& request) {
  const scripting::AbilityVerdict verdict =
      host->abilities().add(request.source, world->scenario());
  ReloadOutcome outcome;
  outcome.sha256 = base::sha256_hex(request.source);
  outcome.verdict = verdict.load;
  base::JsonObject json;
  json.add("slot", request.slot).add("tick", world->tick()).add("new_sha256", outcome.sha256);
  if (verdict.load.ok) {
    json.add("ability", verdict.spec.name);
    const auto old = world->find_ability(verdict.spec.name);
    if (old) json.add("old_sha256", world->abilities()[*old].sha256);
    if (const auto installed = install_ability(verdict.spec); installed) {
      outcome.tick = world->tick();
      json.add("state", "accepted");
    } else {
      outcome.verdict.ok = false;
      outcome.verdict.stage = "install";
      sandbox::Diagnostic why;
      why.message = installed.error().text();
      outcome.verdict.diagnostics.push_back(why);
    }
  }
  if (!outcome.verdict.ok) {
    json.add("state", "refused")
        .add("stage", outcome.verdict.stage)
        .raw("diagnostics", sandbox::diagnostics_json(outcome.verdict.diagnostics));
  }
  owner.observer_.on_record(record("reload", json));
  if (request.done) request.done(outcome);
}

// Of a world that comes from a save: what is installed counts as good.
void LiveWorld::Session::watch_installed_abilities() {
  ability_watch = {};
  for (const engine::AbilitySpec& spec : world->abilities()) {
    if (!spec.sha256.empty()) ability_watch.installed(spec);
  }
}

void LiveWorld::Session::watch_abilities() {
  for (const auto& bad : ability_watch.judge(host->abilities().stats())) {
    const auto& spec = bad.instead.spec;
    base::JsonObject json;
    json.add("slot", kAbilitySlot)
        .add("ability", spec.name)
        .add("tick", world->tick())
        .add("old_sha256", bad.sha256)
        .add("new_sha256", spec.sha256)
        .add("uses", bad.uses)
        .add("faults", bad.faults)
        .add("message", bad.first_fault);
    const auto stamped = submit(bad.instead);
    json.add("state", stamped ? "rolled_back" : "refused");
    owner.observer_.on_record(record("reload", json));
  }
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
