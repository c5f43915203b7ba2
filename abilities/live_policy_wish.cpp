#include "abilities/live_policy_wish.h"

#include <utility>

#include "abilities/run_records.h"
#include "engine/base/json.h"

namespace cherub::abilities {

LiveWorld::Session::PolicyWish::PolicyWish(Session& session)
    : session_(session),
      writer_(
          session.owner.tools_.write_policy,
          [this](const PolicyOrder& order, const RunRecord& told) { tell_search(order, told); },
          [&control = session.owner.control_](std::shared_ptr<FinishedPolicy> finished) {
            control.deliver(std::move(finished));
          }) {}

void LiveWorld::Session::PolicyWish::tell(const char* state, std::uint64_t number,
                                          const std::string& goal, base::JsonObject more) {
  more.add("state", state)
      .add("number", number)
      .add("tick", session_.world->tick())
      .add("goal", goal);
  session_.owner.observer_.on_record(record("policy", more));
}

// From the search's threads: the world may not be looked at.
void LiveWorld::Session::PolicyWish::tell_search(const PolicyOrder& order, const RunRecord& told) {
  if (told.type != "iteration" && told.type != "best" && told.type != "warning") return;
  session_.owner.observer_.on_record(record("policy", base::JsonObject()
                                                          .add("state", "searching")
                                                          .add("number", order.number)
                                                          .add("goal", order.goal)
                                                          .raw("search", told.json)));
}

base::Result<std::uint64_t> LiveWorld::Session::PolicyWish::ask(const std::string& goal) {
  if (goal.find_first_not_of(" \t\r\n") == std::string::npos) {
    return base::Error{base::ErrorCode::kInvalidArgument,
                       "Say in words what the policy is to do, or \"off\".", "goal"};
  }
  if (!session_.owner.tools_.write_policy) {
    return base::Error{base::ErrorCode::kUnavailable, "Nobody writes policies for this world.",
                       "goal"};
  }
  if (writer_.working()) {
    return base::Error{base::ErrorCode::kConflict,
                       wish_ ? "The policy of wish " + std::to_string(wish_->number) +
                                   " is being searched for; `policy off` ends that."
                             : "The search before is ending; ask again in a moment.",
                       "goal"};
  }
  wish_ = Wish{++numbers_, goal};
  tell("asked", wish_->number, goal);
  const auto acting = session_.owner.registry_->find(session_.result.sha256);
  writer_.begin(
      {wish_->number, goal, acting ? acting->source : std::string(), session_.world->scenario()});
  return wish_->number;
}

void LiveWorld::Session::PolicyWish::take_up(const FinishedPolicy& finished) {
  writer_.finished();
  if (!wish_) return;  // dropped meanwhile
  const RunSummary& summary = finished.summary;
  if (summary.end == RunEnd::kDone && !summary.best_code.empty()) return reload(summary);
  const Wish wish = *std::exchange(wish_, std::nullopt);
  tell("refused", wish.number, wish.goal, base::JsonObject().add("message", summary.error));
}

void LiveWorld::Session::PolicyWish::reload(const RunSummary& summary) {
  const Wish wish = *std::exchange(wish_, std::nullopt);
  base::JsonObject found;
  found.add("sha256", summary.best_sha256)
      .add("success_rate", summary.success_rate)
      .add("score", summary.score)
      .add("dir", summary.dir);
  if (summary.best_sha256 == session_.result.sha256) {
    found.add("message", "Nothing better was found than what acts already.");
    return tell("kept", wish.number, wish.goal, std::move(found));
  }
  tell("found", wish.number, wish.goal, std::move(found));
  ReloadRequest request;
  request.slot = kPolicySlot;
  request.source = summary.best_code;
  request.done = [this, wish](const ReloadOutcome& outcome) {
    base::JsonObject json;
    json.add("sha256", outcome.sha256);
    if (outcome.verdict.ok) return tell("installed", wish.number, wish.goal, std::move(json));
    json.add("stage", outcome.verdict.stage);
    if (!outcome.verdict.diagnostics.empty()) {
      json.add("message", outcome.verdict.diagnostics.front().message);
    }
    tell("refused", wish.number, wish.goal, std::move(json));
  };
  session_.take_up(request);
}

bool LiveWorld::Session::PolicyWish::drop(const std::string& reason) {
  writer_.cancel();
  if (!wish_) return false;
  const Wish wish = *std::exchange(wish_, std::nullopt);
  tell("dropped", wish.number, wish.goal, base::JsonObject().add("message", reason));
  return true;
}

ConsoleReply LiveWorld::Session::execute(const console::WritePolicy& wish, Answer&) {
  ConsoleReply reply;
  if (wish.goal == "off") {
    const bool dropped = policy_wish->drop("It is no longer wanted.");
    reply.text = dropped ? "The search ends." : "No policy was being searched for.";
    reply.json = base::JsonObject().add("tick", world->tick()).add("dropped", dropped).text();
    return reply;
  }
  const auto number = policy_wish->ask(wish.goal);
  if (!number) return console_refusal(number.error());
  reply.text = "The angel searches for it; policy records tell what comes of wish " +
               std::to_string(*number) + ".";
  reply.json = base::JsonObject().add("tick", world->tick()).add("number", *number).text();
  return reply;
}

void LiveWorld::Session::take_up(const std::shared_ptr<FinishedPolicy>& finished) {
  policy_wish->take_up(*finished);
}

}  // namespace cherub::abilities
