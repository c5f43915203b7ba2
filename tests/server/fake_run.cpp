#include "fake_run.h"

#include <stdexcept>

#include "abilities/run_control.h"

namespace cherub::server {

abilities::RunRecord record(const std::string& type, const std::string& more) {
  return {type, "{\"type\":\"" + type + "\"" + (more.empty() ? "" : "," + more) + "}"};
}

RunFunction FakeRun::function() {
  return [this](const RunOrder& order, abilities::RunControl& control,
                abilities::RunObserver& observer) {
    ++started_;
    if (order.resumes) ++resumed_;
    const abilities::RunRequest& request = order.request;
    if (request.user_goal == "throw") throw std::runtime_error("a fault of the run");
    observer.on_record(record("connected"));
    observer.on_record(record("step", R"("t":0.1)"));
    observer.on_record(record("best", R"("code":"return 1","sha256":"aa")"));
    if (request.user_goal != "search") control.state().begin_live();
    while (!released_ && !control.state().cancel) {
      while (auto item = control.state().take()) {
        if (const auto* asked = std::get_if<abilities::AskRequest>(&*item)) {
          if (std::holds_alternative<abilities::console::Quit>(asked->command)) {
            control.terminate();
          }
          abilities::ConsoleReply reply;
          reply.text = "done";
          asked->reply(reply);
        }
        if (!std::holds_alternative<abilities::ReloadRequest>(*item)) continue;
        const auto& reload = std::get<abilities::ReloadRequest>(*item);
        abilities::ReloadOutcome outcome;
        outcome.verdict.ok = reload.source != "bad";
        outcome.verdict.stage = "parse";
        if (!outcome.verdict.ok) outcome.verdict.diagnostics.push_back({{}, {}, "no", "yes"});
        if (reload.source != "early") outcome.tick = 42;
        outcome.sha256 = "bb";
        reload.done(outcome);
      }
      control.state().wait(std::chrono::steady_clock::now() + std::chrono::milliseconds(2));
    }
    abilities::RunSummary summary;
    summary.run_id = order.run_id;
    const bool ended = control.state().cancel;
    summary.end = ended ? abilities::RunEnd::kTerminated : abilities::RunEnd::kDone;
    summary.json = record(ended ? "terminated" : "done", R"("score":1)").json;
    summary.best_code = "return 2";
    summary.best_sha256 = "cc";
    observer.on_record(record(ended ? "terminated" : "done", R"("score":1)"));
    control.state().close();
    return summary;
  };
}

}  // namespace cherub::server
