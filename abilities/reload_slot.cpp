#include "abilities/reload_slot.h"

#include <utility>

namespace cherub::abilities {
namespace {

// "policy:12: attempt to …" at its line.
sandbox::Diagnostic diagnostic_of(const std::string& fault) {
  sandbox::Diagnostic diagnostic;
  diagnostic.message = fault;
  std::size_t at = 0;
  for (const char* const name : {"policy:", "ability:"}) {
    if (fault.starts_with(name)) at = std::string_view(name).size();
  }
  if (at == 0) return diagnostic;
  std::uint32_t line = 0;
  for (; at < fault.size() && fault[at] >= '0' && fault[at] <= '9'; ++at) {
    if (line < 100'000) line = line * 10 + static_cast<std::uint32_t>(fault[at] - '0');
  }
  if (line > 0) diagnostic.range.line = line;
  return diagnostic;
}

}  // namespace

Figures& Figures::add(const char* name, double value, const char* unit) {
  array_.raw(base::JsonObject().add("name", name).add("value", value).add("unit", unit).text());
  return *this;
}

void Figures::add(const std::string& prefix, const ActCounts& counts) {
  add((prefix + "acts").c_str(), double(counts.acts), "acts");
  add((prefix + "fault_share").c_str(), counts.fault_share(), "share");
  add((prefix + "refused_share").c_str(), counts.refused_share(), "share");
}

void ReloadSlot::tell(const Reload& reload, const std::string& figures) {
  base::JsonObject json;
  json.add("state", reload_state_name(reload.watch.state()));
  identify(json);
  json.add("tick", now())
      .add("old_sha256", reload.old_sha256)
      .add("new_sha256", reload.version->sha256);
  if (reload.is_forced()) json.add("forced", true);
  if (!reload.watch.reason().empty()) json.add("message", reload.watch.reason());
  if (!reload.outcome.verdict.stage.empty()) json.add("stage", reload.outcome.verdict.stage);
  if (!reload.outcome.verdict.diagnostics.empty()) {
    json.raw("diagnostics", sandbox::diagnostics_json(reload.outcome.verdict.diagnostics));
  }
  if (!figures.empty()) json.raw("figures", figures);
  tell("reload", json);
}

void ReloadSlot::answer(Reload& reload) {
  if (auto done = std::exchange(reload.request.done, nullptr)) done(reload.outcome);
}

void ReloadSlot::refuse(Reload& reload, const std::string& stage, const std::string& reason) {
  if (reload.made) discard(reload);
  reload.outcome.verdict.ok = false;
  reload.outcome.verdict.stage = stage;
  if (reload.outcome.verdict.diagnostics.empty()) {
    reload.outcome.verdict.diagnostics.push_back(diagnostic_of(reason));
  }
  tell(reload, {});
  answer(reload);
}

bool ReloadSlot::settle_at_once(Reload& reload) {
  const std::string& sha256 = reload.version->sha256;
  const bool comes_back = acting_ && fallback() == sha256;
  if (comes_back) {
    acting_->watch.withdraw("The former version was submitted again.");
    settle();
  } else if (current() == sha256) {
    if (acting_ && reload.is_forced()) {
      acting_->watch.accept("It was forced.");
      settle();
    }
  } else if (is_quarantined(sha256) && !reload.is_forced()) {
    reload.watch.refuse(
        "It is in quarantine: it failed too often in this world. Change it, or "
        "force it.");
    refuse(reload, "quarantine", reload.watch.reason());
    return true;
  } else {
    return false;
  }
  supersede("Another version was submitted.");
  reload.outcome.verdict.ok = true;
  reload.outcome.tick = now();
  answer(reload);
  return true;
}

void ReloadSlot::await(Reload reload) {
  supersede("Another version was submitted.");
  coming_ = std::move(reload);
}

bool ReloadSlot::take(const std::shared_ptr<CheckedVersion>& made) {
  if (!coming_ || coming_->number != made->number) return false;
  coming_->outcome.verdict = std::move(made->verdict);
  if (!made->is_ready()) {
    Reload refused = std::move(*coming_);
    coming_.reset();
    const std::string stage = refused.outcome.verdict.stage;
    refused.watch.refuse("It does not pass the stage \"" + stage + "\".");
    refuse(refused, stage, refused.watch.reason());
    return true;
  }
  coming_->made = made;
  begin(*coming_);
  return true;
}

// By force there is no shadow, nor where there is nothing to be beside of.
void ReloadSlot::begin(Reload& reload) {
  const ReloadTrial trial = reload.is_forced() ? ReloadTrial::kNone
                            : is_alone()       ? ReloadTrial::kProbation
                                               : ReloadTrial::kFull;
  reload.watch.checked(shadow_facts(), trial);
  tell(reload, {});
  if (trial == ReloadTrial::kFull) {
    begin_shadow(reload);
    probation_changed();
  } else if (reload.watch.on_tick(shadow_facts())) {
    swap();
  }
}

void ReloadSlot::advance() {
  if (acting_ && acting_->watch.on_tick(acting_facts(acting_->version->sha256))) {
    if (is_over(acting_->watch.state())) {
      settle();
    } else {
      tell(*acting_, acting_figures());
    }
  }
  if (coming_ && coming_->made && coming_->watch.on_tick(shadow_facts())) {
    if (coming_->watch.state() == ReloadState::kShadowed) {
      swap();
    } else {
      refuse_shadow();
    }
  }
}

void ReloadSlot::refuse_shadow() {
  Reload refused = std::move(*coming_);
  coming_.reset();
  std::string fault = shadow_fault();
  if (fault.empty()) fault = refused.watch.reason();
  refused.outcome.verdict.diagnostics = {diagnostic_of(fault)};
  end_shadow();
  refuse(refused, "shadow", refused.watch.reason());
  probation_changed();
}

// At the next tick boundary it acts.
void ReloadSlot::swap() {
  Reload next = std::move(*coming_);
  coming_.reset();
  Figures figures;
  figures.add("old_", next.watch.baseline().value_or(ActCounts{}));
  figures.add("new_", next.watch.seen());
  add_shadow(figures);
  tell(next, figures.text());
  end_shadow();
  next.old_sha256 = current();
  ReloadFacts before;
  before.tick = now();
  before.new_version = acting_facts(next.version->sha256).new_version;
  if (auto installed = install(next, !next.is_forced()); !installed) {
    next.watch.refuse(installed.error().text());
    refuse(next, "install", next.watch.reason());
    return probation_changed();
  }
  if (acting_) {
    acting_->watch.supersede("Another version was swapped in during its probation.");
    tell(*acting_, acting_figures());
  }
  next.made.reset();
  next.watch.swapped(before);
  next.outcome.tick = now();
  acting_ = std::move(next);
  probation_changed();
  tell(*acting_, {});
  answer(*acting_);
}

std::string ReloadSlot::acting_figures() const {
  Figures figures;
  add_moves(figures);
  figures.add("old_", acting_->watch.baseline().value_or(ActCounts{}));
  figures.add("new_", acting_->watch.seen());
  return figures.text();
}

// The probation is over, one way or the other.
void ReloadSlot::settle() {
  const bool accepted = acting_->watch.state() == ReloadState::kAccepted;
  const std::string figures = acting_figures();
  acting_->outcome.verdict.diagnostics.clear();  // warnings of the check were told
  const std::string fault = accepted ? "" : first_fault(acting_->version->sha256);
  if (!fault.empty()) acting_->outcome.verdict.diagnostics = {diagnostic_of(fault)};
  const auto done = accepted ? accept() : restore();
  const Reload settled = std::move(*acting_);
  acting_.reset();
  tell(settled, figures);
  if (!done) tell_failure(done.error());
  probation_changed();
}

void ReloadSlot::give_up_coming(const char* stage, ReloadState state, const std::string& reason) {
  if (!coming_) return;
  Reload given_up = std::move(*coming_);
  coming_.reset();
  end_shadow();
  if (state == ReloadState::kSuperseded) {
    given_up.watch.supersede(reason);
  } else {
    given_up.watch.abandon(reason);
  }
  given_up.outcome.verdict.diagnostics.clear();
  refuse(given_up, stage, reason);
  probation_changed();
}

void ReloadSlot::supersede(const std::string& reason) {
  give_up_coming("superseded", ReloadState::kSuperseded, reason);
}

void ReloadSlot::abandon(const std::string& reason) {
  if (acting_) {
    acting_->watch.abandon(reason);
    tell(*acting_, acting_figures());
    acting_.reset();
  }
  give_up_coming("closed", ReloadState::kAbandoned, reason);
}

void ReloadSlot::answer_standing() {
  if (coming_ && coming_->watch.state() == ReloadState::kChecked) answer(*coming_);
}

void ReloadSlot::go_on_with(Reload reload) {
  acting_ = std::move(reload);
  acting_->watch = ReloadWatch::on_probation(limits_, acting_facts(acting_->version->sha256));
  probation_changed();
  tell(*acting_, {});
}

}  // namespace cherub::abilities
