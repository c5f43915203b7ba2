// Hot reload of the policy in a live world: what ReloadSlot asks of its slot.
#include <utility>

#include "abilities/live_slots.h"
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

}  // namespace

void LiveWorld::Session::Policies::tell(const char* type, const base::JsonObject& json) {
  session_.owner.observer_.on_record(record(type, json));
}

void LiveWorld::Session::take_up(const ReloadRequest& request) {
  if (request.slot == kAbilitySlot) return ability_slots->submit(request);
  if (request.slot == kPolicySlot) return policy_slot->submit(request);
  request.refuse("slot", "There is no script slot \"" + request.slot + "\"; this world has \"" +
                             kPolicySlot + "\" and \"" + kAbilitySlot + "\".");
}

void LiveWorld::Session::take_up(const std::shared_ptr<CheckedVersion>& made) {
  if (policy_slot->take(made) || ability_slots->take(made)) return;
  // It was superseded meanwhile.
  maker.free(std::move(made->version));
  maker.free(std::move(made->shadow));
  maker.free(std::move(made->ability));
  maker.free(std::move(made->ability_shadow));
}

VersionMaker::Order LiveWorld::Session::order_of(const Reload& reload, ScriptKind kind) {
  VersionMaker::Order order;
  order.number = reload.number;
  order.version = reload.version;
  order.scenario = owner.scenario_;
  order.options = owner.options_.host;
  order.rows = world->columns().size();
  order.with_shadow = !reload.is_forced();
  order.kind = kind;
  return order;
}

void LiveWorld::Session::Policies::submit(const ReloadRequest& request) {
  Reload reload(request, session_.owner.registry_->add(request.source), current(), limits());
  supersede("Another version was submitted.");
  tell(reload, {});
  if (settle_at_once(reload)) return;
  reload.number = ++session_.orders;
  session_.maker.order(session_.order_of(reload, ScriptKind::kPolicy));
  await(std::move(reload));
}

std::optional<std::string> LiveWorld::Session::Policies::fallback() const {
  const std::string& sha256 = slot().fallback_sha256;
  return sha256.empty() ? std::nullopt : std::optional(sha256);
}

bool LiveWorld::Session::Policies::is_quarantined(const std::string& sha256) const {
  return slot().past.is_quarantined(sha256);
}

ReloadFacts LiveWorld::Session::Policies::shadow_facts() const {
  ReloadFacts facts;
  facts.tick = now();
  facts.old_version = counts_of(session_.host->stats());
  if (const scripting::ShadowReport* const shadow = session_.host->shadow()) {
    facts.new_version = counts_of(*shadow);
    facts.agents = shadow->agents;
    facts.not_migrated = shadow->not_migrated;
  }
  return facts;
}

ReloadFacts LiveWorld::Session::Policies::acting_facts(const std::string& sha256) const {
  ReloadFacts facts;
  facts.tick = now();
  if (const scripting::PolicyStats* const stats = session_.host->stats_of(sha256)) {
    facts.new_version = counts_of(*stats);
  }
  facts.migrating = session_.host->migration().going;
  return facts;
}

void LiveWorld::Session::Policies::begin_shadow(Reload& reload) {
  session_.host->begin_shadow(std::move(reload.made->shadow));
}

void LiveWorld::Session::Policies::probation_changed() {
  session_.host->watch_receipts(is_on_probation() || has_shadow());
}

void LiveWorld::Session::Policies::discard(Reload& reload) {
  session_.maker.free(std::move(reload.made->version));
  session_.maker.free(std::move(reload.made->shadow));
}

base::Result<void> LiveWorld::Session::Policies::install(Reload& reload, bool on_probation) {
  const std::string& sha256 = reload.version->sha256;
  if (auto installed = session_.install(sha256, on_probation); !installed) return installed;
  session_.host->hand_over(std::move(reload.made->version));
  auto& told = session_.result.reloads;
  if (told.size() < kReloadsTold) told.push_back(sha256);
  return {};
}

base::Result<void> LiveWorld::Session::Policies::accept() {
  return session_.submit_only(engine::AcceptScript{kPolicySlot});
}

base::Result<void> LiveWorld::Session::Policies::restore() {
  const auto former = fallback();
  session_.result.sha256 = former.value_or("");
  return former ? session_.submit_only(engine::RestoreScript{kPolicySlot})
                : session_.submit_only(engine::InstallScript{kPolicySlot, "", false});
}

void LiveWorld::Session::Policies::add_shadow(Figures& figures) const {
  const auto* const report = session_.host->shadow();
  if (report == nullptr) return;
  const auto share = [&](std::uint64_t count) {
    return report->compared > 0 ? double(count) / double(report->compared) : 0.0;
  };
  figures.add("shadow_ticks", double(report->ticks), "ticks")
      .add("shadow_agents", double(report->agents), "agents")
      .add("not_migrated", double(report->not_migrated), "agents")
      .add("fuel_per_act", report->acts > 0 ? double(report->fuel) / double(report->acts) : 0,
           "fuel")
      .add("other_moves", share(report->other_moves), "share")
      .add("other_abilities", share(report->other_abilities), "share")
      .add("other_messages", share(report->other_messages), "share");
}

void LiveWorld::Session::Policies::add_moves(Figures& figures) const {
  const scripting::Migration moves = session_.host->migration();
  figures.add("agents_moved", double(moves.moved), "agents")
      .add("agents_stayed", double(moves.stayed), "agents");
}

std::string LiveWorld::Session::Policies::shadow_fault() const {
  const auto* const shadow = session_.host->shadow();
  return shadow == nullptr ? std::string() : shadow->first_fault;
}

std::string LiveWorld::Session::Policies::first_fault(const std::string& sha256) const {
  const auto* const stats = session_.host->stats_of(sha256);
  return stats == nullptr ? std::string() : stats->first_fault;
}

void LiveWorld::Session::Policies::take_over() {
  session_.host->retire_to(
      [this](scripting::PreparedVersion version) { session_.maker.free(std::move(version)); });
  session_.result.sha256 = slot().sha256;
  forget_acting();
  const auto version = session_.owner.registry_->find(slot().sha256);
  if (slot().fallback_sha256.empty() || !version) return;
  go_on_with(Reload(ReloadRequest{}, version, slot().fallback_sha256, limits()));
}

void LiveWorld::Session::Policies::after_tick() {
  // A command that waited when the world was loaded has changed what acts.
  if (slot().sha256 != current()) take_over();
  const bool was_on_probation = is_on_probation();
  advance();
  if (!was_on_probation && !is_on_probation()) watch_for_quarantine();
}

void LiveWorld::Session::Policies::watch_for_quarantine() {
  const auto window = session_.host->window().full();
  const std::string bad = current();
  if (!window || bad.empty() || !fails_too_often({window->acts, window->faults, 0, 0})) return;
  const std::string restored = slot().past.last_good();
  if (!restored.empty() && !session_.owner.registry_->find(restored)) return;
  base::JsonObject json;
  json.add("slot", kPolicySlot)
      .add("tick", now())
      .add("sha256", bad)
      .add("restored", restored)
      .raw("figures", Figures()
                          .add("faults", double(window->faults), "faults")
                          .add("acts", double(window->acts), "acts")
                          .add("window", double(window->tick), "ticks")
                          .text())
      .add("agents", session_.world->agent_rows().size())
      .add("first_fault", first_fault(bad));
  const auto stamped = session_.submit(engine::QuarantineScript{kPolicySlot, bad, restored});
  if (!stamped) return session_.tell_refused(stamped.error());
  session_.result.sha256 = restored;
  tell("quarantine", json);
}

}  // namespace cherub::abilities
