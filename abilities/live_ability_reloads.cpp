// Hot reload of abilities in a live world: what ReloadSlot asks of each of them.
#include <algorithm>
#include <utility>

#include "abilities/ability_watch.h"
#include "abilities/live_slots.h"
#include "abilities/run_records.h"

namespace cherub::abilities {
namespace {

ActCounts counts_of(const scripting::AbilityStats& stats) {
  return {stats.uses, stats.faults, stats.uses, stats.refused};
}

ActCounts counts_of(const scripting::AbilityShadowReport& report) {
  return {report.uses, report.faults, report.uses, report.refused};
}

engine::AbilitySpec withdrawn(engine::AbilitySpec spec) {
  spec.sha256.clear();
  return spec;
}

}  // namespace

// ---- one ability

engine::AbilitySpec LiveWorld::Session::AbilitySlot::spec() const {
  if (changed_at_ == now()) return submitted_;
  const auto index = session_.world->find_ability(name_);
  return index ? session_.world->abilities()[*index] : engine::AbilitySpec{};
}

const engine::AbilityPast* LiveWorld::Session::AbilitySlot::past() const {
  const auto index = session_.world->find_ability(name_);
  if (!index) return nullptr;
  const auto& pasts = session_.world->society().ability_pasts;
  const auto found = pasts.find(*index);
  return found == pasts.end() ? nullptr : &found->second;
}

std::optional<std::string> LiveWorld::Session::AbilitySlot::fallback() const {
  if (changed_at_ != now()) return past() == nullptr ? std::nullopt : past()->fallback_sha256;
  return fallback_ ? std::optional(fallback_->sha256) : std::nullopt;
}

bool LiveWorld::Session::AbilitySlot::is_quarantined(const std::string& sha256) const {
  return past() != nullptr && past()->versions.is_quarantined(sha256);
}

bool LiveWorld::Session::AbilitySlot::knows(const std::string& sha256) const {
  return current() == sha256 || fallback() == sha256 || is_quarantined(sha256);
}

void LiveWorld::Session::AbilitySlot::changed(engine::AbilitySpec spec,
                                              std::optional<engine::AbilitySpec> fallback) {
  changed_at_ = now();
  submitted_ = std::move(spec);
  fallback_ = std::move(fallback);
}

void LiveWorld::Session::AbilitySlot::installed(const engine::AbilitySpec& spec) {
  changed(spec, std::nullopt);
}

ReloadFacts LiveWorld::Session::AbilitySlot::acting_facts(const std::string& sha256) const {
  ReloadFacts facts;
  facts.tick = now();
  facts.new_version = counts_of(session_.host->abilities().stats_of(sha256));
  return facts;
}

ReloadFacts LiveWorld::Session::AbilitySlot::shadow_facts() const {
  ReloadFacts facts;
  facts.tick = now();
  const auto& abilities = session_.host->abilities();
  facts.old_version = counts_of(abilities.stats_of(current()));
  if (const auto shadow = abilities.shadow(name_)) facts.new_version = counts_of(*shadow);
  return facts;
}

void LiveWorld::Session::AbilitySlot::begin_shadow(Reload& reload) {
  session_.host->abilities().begin_shadow(name_, std::move(reload.made->ability_shadow));
}

void LiveWorld::Session::AbilitySlot::discard(Reload& reload) {
  session_.maker.free(std::move(reload.made->ability));
  session_.maker.free(std::move(reload.made->ability_shadow));
}

base::Result<void> LiveWorld::Session::AbilitySlot::install(Reload& reload, bool on_probation) {
  const engine::AbilitySpec next = reload.made->ability->spec();
  const engine::AbilitySpec before = spec();
  session_.record_source(next.sha256);
  auto done = session_.submit_only(engine::InstallAbility{next, on_probation});
  if (!done) return done;
  session_.host->abilities().hand_over(std::move(reload.made->ability));
  if (!on_probation) {
    changed(next, std::nullopt);
  } else if (is_on_probation()) {
    changed(next, fallback_);  // that of the version whose probation it ends
  } else {
    changed(next, before);
    fallback_->name = name_;
  }
  return {};
}

base::Result<void> LiveWorld::Session::AbilitySlot::accept() {
  changed(spec(), std::nullopt);
  return session_.submit_only(engine::AcceptAbility{name_});
}

base::Result<void> LiveWorld::Session::AbilitySlot::restore() {
  if (!fallback_) return {};
  const engine::AbilitySpec former = *fallback_;
  changed(former, std::nullopt);
  return session_.submit_only(engine::RestoreAbility{former});
}

void LiveWorld::Session::AbilitySlot::identify(base::JsonObject& json) const {
  json.add("slot", kAbilitySlot);
  if (!name_.empty()) json.add("ability", name_);
}

void LiveWorld::Session::AbilitySlot::tell(const char* type, const base::JsonObject& json) {
  session_.owner.observer_.on_record(record(type, json));
}

void LiveWorld::Session::AbilitySlot::add_shadow(Figures& figures) const {
  const auto report = session_.host->abilities().shadow(name_);
  if (!report) return;
  const auto share = [](std::uint64_t count, std::uint64_t of) {
    return of > 0 ? double(count) / double(of) : 0.0;
  };
  figures.add("shadow_uses", double(report->uses), "uses")
      .add("fuel_per_use", share(report->fuel, report->uses), "fuel")
      .add("other_answers", share(report->other_answers, report->compared), "share")
      .add("other_effects", share(report->other_effects, report->compared), "share");
}

std::string LiveWorld::Session::AbilitySlot::shadow_fault() const {
  const auto report = session_.host->abilities().shadow(name_);
  return report ? report->first_fault : std::string();
}

std::string LiveWorld::Session::AbilitySlot::first_fault(const std::string& sha256) const {
  return session_.host->abilities().stats_of(sha256).first_fault;
}

void LiveWorld::Session::AbilitySlot::take_checked(Reload reload,
                                                   const std::shared_ptr<CheckedVersion>& made) {
  reload.old_sha256 = current();
  await(std::move(reload));
  take(made);
}

// Of a world that was loaded: all is known of a version on probation but how the old one did.
void LiveWorld::Session::AbilitySlot::take_over() {
  const auto version = session_.owner.registry_->find(current());
  const auto before = fallback();
  if (!before || !version) return;
  engine::AbilitySpec former = withdrawn(spec());
  if (!before->empty()) {
    const auto loaded = session_.host->abilities().prepare(*before, session_.world->scenario());
    if (loaded.load.ok) former = loaded.spec;
  }
  fallback_ = former;
  go_on_with(Reload(ReloadRequest{}, version, *before, limits()));
}

void LiveWorld::Session::AbilitySlot::after_tick() {
  const std::string acts = current();
  if (is_on_probation() && acting_sha256() != acts) forget_acting();
  if (!is_idle()) advance();
}

// ---- all of them

LiveWorld::Session::AbilitySlot& LiveWorld::Session::Abilities::slot(const std::string& name) {
  return slots_.try_emplace(name, session_, name).first->second;
}

void LiveWorld::Session::Abilities::submit(const ReloadRequest& request) {
  Reload reload(request, session_.owner.registry_->add(request.source), "", kAbilityReloadLimits);
  for (const engine::AbilitySpec& spec : session_.world->abilities()) slot(spec.name);
  for (auto& [name, slot] : slots_) {
    if (!slot.knows(reload.version->sha256)) continue;
    slot.tell(reload, {});
    if (slot.settle_at_once(reload)) return;
    return check(std::move(reload));
  }
  unnamed_.tell(reload, {});
  check(std::move(reload));
}

void LiveWorld::Session::Abilities::check(Reload reload) {
  reload.number = ++session_.orders;
  session_.maker.order(session_.order_of(reload, ScriptKind::kAbility));
  checking_.push_back(std::move(reload));
}

bool LiveWorld::Session::Abilities::take(const std::shared_ptr<CheckedVersion>& made) {
  const auto found = std::find_if(checking_.begin(), checking_.end(), [&](const Reload& reload) {
    return reload.number == made->number;
  });
  if (found == checking_.end()) return false;
  Reload reload = std::move(*found);
  checking_.erase(found);
  if (!made->ability) {
    unnamed_.take_checked(std::move(reload), made);  // which refuses it
    return true;
  }
  AbilitySlot& its = slot(made->ability->spec().name);
  // The same source may have come in meanwhile.
  if (its.settle_at_once(reload)) return false;
  its.take_checked(std::move(reload), made);
  return true;
}

void LiveWorld::Session::Abilities::take_over() {
  slots_.clear();
  session_.host->abilities().retire_to(
      [this](scripting::PreparedAbility version) { session_.maker.free(std::move(version)); });
  for (const engine::AbilitySpec& spec : session_.world->abilities()) slot(spec.name).take_over();
}

void LiveWorld::Session::Abilities::after_tick() {
  for (auto& entry : slots_) entry.second.after_tick();
  watch_for_quarantine();
}

void LiveWorld::Session::Abilities::answer_standing() {
  for (auto& entry : slots_) entry.second.answer_standing();
}

void LiveWorld::Session::Abilities::abandon(const std::string& reason) {
  for (Reload& reload : checking_) {
    reload.watch.abandon(reason);
    unnamed_.refuse(reload, "closed", reason);
  }
  checking_.clear();
  for (auto& entry : slots_) entry.second.abandon(reason);
}

void LiveWorld::Session::Abilities::watch_for_quarantine() {
  std::vector<engine::AbilitySpec> bad;
  for (const auto& [sha256, stats] : session_.host->abilities().stats()) {
    if (!fails_too_often(stats)) continue;
    for (const engine::AbilitySpec& spec : session_.world->abilities()) {
      if (spec.sha256 == sha256 && slot(spec.name).may_be_quarantined()) bad.push_back(spec);
    }
  }
  for (const engine::AbilitySpec& spec : bad) quarantine(spec);
}

void LiveWorld::Session::Abilities::quarantine(const engine::AbilitySpec& bad) {
  const scripting::AbilityStats stats = session_.host->abilities().stats_of(bad.sha256);
  engine::AbilitySpec restored = withdrawn(bad);
  const std::string good = slot(bad.name).last_good();
  if (!good.empty()) {
    const auto loaded = session_.host->abilities().prepare(good, session_.world->scenario());
    if (loaded.load.ok) restored = loaded.spec;
  }
  base::JsonObject json;
  json.add("slot", kAbilitySlot)
      .add("ability", bad.name)
      .add("tick", session_.world->tick())
      .add("sha256", bad.sha256)
      .add("restored", restored.sha256)
      .raw("figures", Figures()
                          .add("faults", double(stats.faults), "faults")
                          .add("uses", double(stats.uses), "uses")
                          .text())
      .add("first_fault", stats.first_fault);
  const auto stamped = session_.submit(engine::QuarantineAbility{bad.sha256, restored});
  if (!stamped) return session_.tell_refused(stamped.error());
  slot(bad.name).installed(restored);
  unnamed_.tell("quarantine", json);
}

}  // namespace cherub::abilities
