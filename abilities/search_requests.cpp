#include "abilities/profile_report.h"
#include "abilities/search.h"
#include "scripting/ability_host.h"

// What is asked of a run while it searches.
namespace cherub::abilities {

// There is no live world yet: what is accepted waits for it.
void Search::answer(const ReloadRequest& request) {
  const bool is_ability = request.slot == "ability";
  if (!is_ability && request.slot != "policy") {
    request.refuse("slot", "There is no script slot \"" + request.slot + "\".");
    return;
  }
  if (setup_.request.live_seconds <= 0) {
    request.refuse("live", "This run has no live world to reload into.");
    return;
  }
  ReloadOutcome reload;
  reload.sha256 = setup_.registry->add(request.source)->sha256;
  scripting::PolicyHost host(setup_.registry, setup_.host);
  reload.verdict = is_ability ? host.abilities().prepare(reload.sha256, setup_.scenario).load
                              : host.prepare(reload.sha256, setup_.scenario);
  if (reload.verdict.ok && (is_ability || request.force == ReloadForce::kYes)) {
    setup_.control.wait_for_live(request);
  } else if (reload.verdict.ok) {
    outcome_.waiting_sha256 = reload.sha256;
  }
  if (request.done) request.done(reload);
}

void Search::answer(const AskRequest& request) {
  if (std::holds_alternative<console::ShowScenario>(request.command)) {
    request.reply(scenario_report(setup_.scenario));
    return;
  }
  ProfileSources sources;
  sources.ledger = setup_.asks_model ? &setup_.ledger : nullptr;
  request.reply(profile_report(sources));
}

void Search::answer_requests() {
  for (const InboxItem& item : setup_.control.take_early()) {
    if (const auto* reload = std::get_if<ReloadRequest>(&item)) answer(*reload);
    if (const auto* ask = std::get_if<AskRequest>(&item)) answer(*ask);
  }
}

}  // namespace cherub::abilities
