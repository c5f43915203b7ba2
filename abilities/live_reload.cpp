// Hot reload in a live world: does what ReloadWatch says, and tells every step.
#include <utility>

#include "abilities/live_session.h"
#include "abilities/run_records.h"
#include "engine/base/json.h"

namespace cherub::abilities {
namespace {

ActCounts counts_of(const scripting::PolicyStats& stats) {
  return {stats.acts, stats.fault_count(), stats.judged, stats.refused};
}

ActCounts counts_of(const scripting::ShadowReport& report) {
  return {report.acts, report.faults, report.acts, report.refused};
}

class Figures {
 public:
  Figures& add(const char* name, double value, const char* unit) {
    array_.raw(base::JsonObject().add("name", name).add("value", value).add("unit", unit).text());
    return *this;
  }
  void add(const std::string& prefix, const ActCounts& counts) {
    add((prefix + "acts").c_str(), double(counts.acts), "acts");
    add((prefix + "fault_share").c_str(), counts.fault_share(), "share");
    add((prefix + "refused_share").c_str(), counts.refused_share(), "share");
  }
  [[nodiscard]] std::string text() const { return array_.text(); }

 private:
  base::JsonArray array_;
};

void add_shadow(Figures& figures, const scripting::ShadowReport& report) {
  const auto share = [&](std::uint64_t count) {
    return report.compared > 0 ? double(count) / double(report.compared) : 0.0;
  };
  figures.add("shadow_ticks", double(report.ticks), "ticks")
      .add("shadow_agents", double(report.agents), "agents")
      .add("not_migrated", double(report.not_migrated), "agents")
      .add("fuel_per_act", report.acts > 0 ? double(report.fuel) / double(report.acts) : 0, "fuel")
      .add("other_moves", share(report.other_moves), "share")
      .add("other_abilities", share(report.other_abilities), "share")
      .add("other_messages", share(report.other_messages), "share");
}

// "policy:12: attempt to …" at its line.
sandbox::Diagnostic diagnostic_of(const std::string& fault) {
  constexpr std::string_view kName = "policy:";
  sandbox::Diagnostic diagnostic;
  diagnostic.message = fault;
  if (fault.compare(0, kName.size(), kName) != 0) return diagnostic;
  std::uint32_t line = 0;
  for (std::size_t i = kName.size(); i < fault.size() && fault[i] >= '0' && fault[i] <= '9'; ++i) {
    if (line < 100'000) line = line * 10 + static_cast<std::uint32_t>(fault[i] - '0');
  }
  if (line > 0) diagnostic.range.line = line;
  return diagnostic;
}

}  // namespace

void LiveWorld::Session::tell(const Reload& reload, const std::string& figures) {
  base::JsonObject json;
  json.add("state", reload_state_name(reload.watch.state()))
      .add("slot", kPolicySlot)
      .add("tick", world->tick())
      .add("old_sha256", reload.old_sha256)
      .add("new_sha256", reload.version->sha256);
  if (reload.request.force == ReloadForce::kYes) json.add("forced", true);
  if (!reload.watch.reason().empty()) json.add("message", reload.watch.reason());
  if (!reload.outcome.verdict.stage.empty()) json.add("stage", reload.outcome.verdict.stage);
  if (!reload.outcome.verdict.diagnostics.empty()) {
    json.raw("diagnostics", sandbox::diagnostics_json(reload.outcome.verdict.diagnostics));
  }
  if (!figures.empty()) json.raw("figures", figures);
  owner.observer_.on_record(record("reload", json));
}

void LiveWorld::Session::answer(Reload& reload) {
  if (auto done = std::exchange(reload.request.done, nullptr)) done(reload.outcome);
}

// Ends a reload that never acted. The old version was not touched.
void LiveWorld::Session::refuse(Reload& reload, const std::string& stage,
                                const std::string& reason) {
  reload.outcome.verdict.ok = false;
  reload.outcome.verdict.stage = stage;
  if (reload.outcome.verdict.diagnostics.empty()) {
    reload.outcome.verdict.diagnostics.push_back(diagnostic_of(reason));
  }
  tell(reload, {});
  answer(reload);
}

void LiveWorld::Session::take_up(const ReloadRequest& request) {
  if (request.slot == kAbilitySlot) return reload_ability(request);
  if (request.slot != kPolicySlot) {
    request.refuse("slot", "There is no script slot \"" + request.slot + "\"; this world has \"" +
                               kPolicySlot + "\" and \"" + kAbilitySlot + "\".");
    return;
  }
  Reload reload(request, owner.registry_->add(request.source), result.sha256, limits);
  const std::string& sha256 = reload.version->sha256;
  supersede("Another version was submitted.");
  tell(reload, {});
  if (acting && world->script_slots().front().fallback_sha256 == sha256) {
    return withdraw_for(reload);
  }
  if (result.sha256 == sha256) return acts_already(reload);
  if (history.is_quarantined(sha256) && request.force == ReloadForce::kNo) {
    reload.watch.refuse(
        "It is in quarantine: it failed too often in this world. Change it, or "
        "force it.");
    return refuse(reload, "quarantine", reload.watch.reason());
  }
  VersionMaker::Order order;
  order.number = reload.number = ++orders;
  order.version = reload.version;
  order.scenario = owner.scenario_;
  order.options = owner.options_.host;
  order.rows = world->columns().size();
  order.with_shadow = request.force == ReloadForce::kNo;
  coming = std::move(reload);
  maker.order(std::move(order));
}

// The version that acts was submitted again: nothing is to be done, unless it is to stay by force.
void LiveWorld::Session::acts_already(Reload& reload) {
  reload.outcome.verdict.ok = true;
  reload.outcome.tick = world->tick();
  if (acting && reload.request.force == ReloadForce::kYes) {
    acting->watch.accept("It was forced.");
    settle_acting();
  }
  answer(reload);
}

// The former version was submitted while another is on probation: it comes back as it was.
void LiveWorld::Session::withdraw_for(Reload& reload) {
  acting->watch.withdraw("The former version was submitted again.");
  settle_acting();
  reload.outcome.verdict.ok = true;
  reload.outcome.tick = world->tick();
  answer(reload);
}

void LiveWorld::Session::take_up(const std::shared_ptr<CheckedVersion>& made) {
  if (!coming || coming->number != made->number) {  // superseded meanwhile
    maker.free(std::move(made->version));
    maker.free(std::move(made->shadow));
    return;
  }
  coming->outcome.verdict = std::move(made->verdict);
  if (!made->version) {
    coming->watch.refuse("It does not pass the stage \"" + coming->outcome.verdict.stage + "\".");
    Reload refused = std::move(*coming);
    coming.reset();
    return refuse(refused, refused.outcome.verdict.stage, refused.watch.reason());
  }
  coming->prepared = std::move(made->version);
  const bool forced = coming->request.force == ReloadForce::kYes;
  coming->watch.checked(shadow_facts(), forced);
  tell(*coming, {});
  if (!forced) {
    host->begin_shadow(std::move(made->shadow));
    host->watch_receipts(true);
  } else if (coming->watch.on_tick(shadow_facts())) {
    swap_coming();
  }
}

ReloadFacts LiveWorld::Session::shadow_facts() const {
  ReloadFacts facts;
  facts.tick = world->tick();
  facts.old_version = counts_of(host->stats());
  if (const scripting::ShadowReport* const shadow = host->shadow()) {
    facts.new_version = counts_of(*shadow);
    facts.agents = shadow->agents;
    facts.not_migrated = shadow->not_migrated;
  }
  return facts;
}

ReloadFacts LiveWorld::Session::acting_facts() const {
  ReloadFacts facts;
  facts.tick = world->tick();
  if (const scripting::PolicyStats* const stats = host->stats_of(result.sha256)) {
    facts.new_version = counts_of(*stats);
  }
  facts.migrating = host->migration().going;
  return facts;
}

// Behind every tick.
void LiveWorld::Session::advance_reloads() {
  if (world->script_slots().front().sha256 != result.sha256) follow_slot();
  if (acting && acting->watch.on_tick(acting_facts())) {
    if (is_over(acting->watch.state())) {
      settle_acting();
    } else {
      tell(*acting, acting_figures());
    }
  }
  if (coming && coming->watch.on_tick(shadow_facts())) {
    if (coming->watch.state() == ReloadState::kShadowed) {
      swap_coming();
    } else {
      refuse_shadow();
    }
  }
  if (!acting) watch_for_quarantine();
}

void LiveWorld::Session::stop_shadow() {
  host->end_shadow();
  host->watch_receipts(acting.has_value());
}

void LiveWorld::Session::refuse_shadow() {
  Reload refused = std::move(*coming);
  coming.reset();
  std::string fault = refused.watch.reason();
  if (const auto* shadow = host->shadow(); shadow != nullptr && !shadow->first_fault.empty()) {
    fault = shadow->first_fault;
  }
  refused.outcome.verdict.diagnostics = {diagnostic_of(fault)};
  stop_shadow();
  maker.free(std::move(refused.prepared));
  refuse(refused, "shadow", refused.watch.reason());
}

// At the next tick boundary it acts.
void LiveWorld::Session::swap_coming() {
  Reload next = std::move(*coming);
  coming.reset();
  Figures figures;
  figures.add("old_", next.watch.baseline().value_or(ActCounts{}));
  figures.add("new_", next.watch.seen());
  if (const auto* shadow = host->shadow()) add_shadow(figures, *shadow);
  tell(next, figures.text());
  host->end_shadow();
  const bool forced = next.request.force == ReloadForce::kYes;
  const std::string sha256 = next.version->sha256;
  next.old_sha256 = result.sha256;
  host->hand_over(std::move(next.prepared));
  const auto* const known = host->stats_of(sha256);
  ReloadFacts before;
  before.tick = world->tick();
  if (known != nullptr) before.new_version = counts_of(*known);
  if (auto installed = install(sha256, !forced); !installed) {
    next.watch.refuse(installed.error().text());
    stop_shadow();
    return refuse(next, "install", next.watch.reason());
  }
  if (result.reloads.size() < kReloadsTold) result.reloads.push_back(sha256);
  if (acting) {
    acting->watch.supersede("Another version was swapped in during its probation.");
    tell(*acting, acting_figures());
  }
  next.watch.swapped(before);
  next.outcome.tick = world->tick();
  acting = std::move(next);
  host->watch_receipts(true);
  tell(*acting, {});
  answer(*acting);
}

std::string LiveWorld::Session::acting_figures() const {
  const scripting::Migration moves = host->migration();
  Figures figures;
  figures.add("agents_moved", double(moves.moved), "agents")
      .add("agents_stayed", double(moves.stayed), "agents");
  figures.add("old_", acting->watch.baseline().value_or(ActCounts{}));
  figures.add("new_", acting->watch.seen());
  return figures.text();
}

// The probation is over, one way or the other.
void LiveWorld::Session::settle_acting() {
  Reload settled = std::move(*acting);
  const std::string& fallback = world->script_slots().front().fallback_sha256;
  const bool accepted = settled.watch.state() == ReloadState::kAccepted;
  base::Result<engine::StampedCommand> stamped = engine::StampedCommand{};
  if (accepted) {
    if (!fallback.empty()) stamped = submit(engine::AcceptScript{kPolicySlot});
  } else if (!fallback.empty()) {
    result.sha256 = fallback;
    stamped = submit(engine::RestoreScript{kPolicySlot});
  } else {
    result.sha256.clear();
    stamped = submit(engine::InstallScript{kPolicySlot, "", false});
  }
  if (!accepted) {
    if (const auto* stats = host->stats_of(settled.version->sha256)) {
      if (!stats->first_fault.empty()) {
        settled.outcome.verdict.diagnostics = {diagnostic_of(stats->first_fault)};
      }
    }
  } else {
    settled.outcome.verdict.diagnostics.clear();  // warnings of the check were told
  }
  acting = std::move(settled);
  tell(*acting, acting_figures());
  acting.reset();
  if (!stamped) tell_refused(stamped.error());
  host->watch_receipts(host->shadow() != nullptr);
  quarantine.begin(world->tick(), counts_of(host->stats()));
}

// What comes is given up; what acts is left to its probation.
void LiveWorld::Session::supersede(const std::string& reason) {
  if (!coming) return;
  Reload given_up = std::move(*coming);
  coming.reset();
  stop_shadow();
  if (given_up.prepared) maker.free(std::move(given_up.prepared));
  given_up.watch.supersede(reason);
  given_up.outcome.verdict.diagnostics.clear();
  refuse(given_up, "superseded", reason);
}

// The world ends, or is another from now on.
void LiveWorld::Session::abandon_reloads(const std::string& reason) {
  if (acting) {
    acting->watch.abandon(reason);
    tell(*acting, acting_figures());
    acting.reset();
  }
  if (!coming) return;
  Reload given_up = std::move(*coming);
  coming.reset();
  stop_shadow();
  given_up.watch.abandon(reason);
  given_up.outcome.verdict.diagnostics.clear();
  refuse(given_up, "closed", reason);
}

// Whoever waits for a swap does not wait for a world that stands still.
void LiveWorld::Session::answer_standing() {
  if (coming && coming->watch.state() == ReloadState::kChecked) answer(*coming);
}

// Of a world that was loaded: a version may be on probation, and the journal knows the past.
void LiveWorld::Session::take_over(const std::vector<engine::StampedCommand>& past) {
  history = {};
  for (const engine::StampedCommand& stamped : past) history.note(stamped.command);
  // What acts was good, whatever else is not known any more.
  const engine::ScriptSlot& acts = world->script_slots().front();
  if (!acts.fallback_sha256.empty()) {
    history.note(engine::InstallScript{acts.name, acts.fallback_sha256, false});
    history.note(engine::InstallScript{acts.name, acts.sha256, true});
  } else if (!acts.sha256.empty()) {
    history.note(engine::InstallScript{acts.name, acts.sha256, false});
  }
  host->retire_to([this](scripting::PreparedVersion version) { maker.free(std::move(version)); });
  follow_slot();
}

// A command that waited when the world was loaded has changed what acts, or nothing is known yet.
void LiveWorld::Session::follow_slot() {
  quarantine.begin(world->tick(), counts_of(host->stats()));
  const engine::ScriptSlot& slot = world->script_slots().front();
  result.sha256 = slot.sha256;
  acting.reset();
  const auto version = owner.registry_->find(slot.sha256);
  if (slot.fallback_sha256.empty() || !version) return;
  acting.emplace(ReloadRequest{}, version, slot.fallback_sha256, limits);
  acting->watch = ReloadWatch::on_probation(limits, acting_facts());
  host->watch_receipts(true);
  tell(*acting, {});
}

void LiveWorld::Session::watch_for_quarantine() {
  const auto window = quarantine.on_tick(world->tick(), counts_of(host->stats()));
  if (!window || result.sha256.empty()) return;
  const std::string bad = result.sha256;
  const std::string restored = history.last_good(bad);
  if (!restored.empty() && !owner.registry_->find(restored)) return;
  const auto* const stats = host->stats_of(bad);
  base::JsonObject json;
  json.add("slot", kPolicySlot)
      .add("tick", world->tick())
      .add("sha256", bad)
      .add("restored", restored)
      .raw("figures", Figures()
                          .add("faults", double(window->faults), "faults")
                          .add("acts", double(window->acts), "acts")
                          .add("window", double(QuarantineWatch::kWindowTicks), "ticks")
                          .text())
      .add("agents", world->agent_rows().size());
  if (stats != nullptr) json.add("first_fault", stats->first_fault);
  if (auto stamped = submit(engine::QuarantineScript{kPolicySlot, bad, restored}); !stamped) {
    return tell_refused(stamped.error());
  }
  result.sha256 = restored;
  quarantine.begin(world->tick(), counts_of(host->stats()));
  owner.observer_.on_record(record("quarantine", json));
}

}  // namespace cherub::abilities
