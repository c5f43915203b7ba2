#include "abilities/run_control.h"

#include <utility>

namespace cherub::abilities {
namespace {

using base::Error;
using base::ErrorCode;

template <class Kind>
bool is(const ConsoleCommand& command) {
  return std::holds_alternative<Kind>(command);
}

// What the run knows before any world lives.
bool concerns_the_run(const ConsoleCommand& command) {
  return is<console::Profile>(command) || is<console::ShowScenario>(command);
}

bool looks_at_the_world(const ConsoleCommand& command) {
  return is<console::Debug>(command) || is<console::Follow>(command) ||
         is<console::Dump>(command) || is<console::Save>(command) || is<console::Load>(command) ||
         is<console::ListSaves>(command) || is<console::Forget>(command) ||
         is<console::ShowSettings>(command);
}

ConsoleReply waiting_reply() {
  ConsoleReply reply;
  reply.waits = true;
  reply.text = "Waits for the live world.";
  reply.json = R"({"waits":true})";
  return reply;
}

constexpr const char* kOver = "This run is over; nothing can change it.";
constexpr const char* kNothingSwapped = "The run has ended; nothing was swapped.";

}  // namespace

void ReloadRequest::refuse(std::string stage, std::string message) const {
  if (!done) return;
  ReloadOutcome outcome;
  outcome.verdict.stage = std::move(stage);
  sandbox::Diagnostic diagnostic;
  diagnostic.message = std::move(message);
  outcome.verdict.diagnostics.push_back(std::move(diagnostic));
  done(outcome);
}

std::optional<InboxItem> RunControl::State::take() {
  const std::lock_guard lock(mutex);
  if (waiting.empty()) return std::nullopt;
  InboxItem oldest = std::move(waiting.front());
  waiting.pop_front();
  return oldest;
}

std::vector<InboxItem> RunControl::State::take_early() {
  const std::lock_guard lock(mutex);
  std::vector<InboxItem> taken;
  std::deque<InboxItem> kept;
  for (InboxItem& item : waiting) {
    const auto* ask = std::get_if<AskRequest>(&item);
    const auto* reload = std::get_if<ReloadRequest>(&item);
    const bool early =
        ask != nullptr ? concerns_the_run(ask->command) : reload != nullptr && !reload->waits;
    if (early) {
      taken.push_back(std::move(item));
    } else {
      kept.push_back(std::move(item));
    }
  }
  waiting.swap(kept);
  return taken;
}

void RunControl::State::wait_for_live(ReloadRequest request) {
  request.done = nullptr;
  request.waits = true;
  (void)push(std::move(request), nullptr, WhenEarly::kWait);
}

void RunControl::State::wait(std::optional<Clock::time_point> deadline) {
  std::unique_lock lock(mutex);
  const auto arrived = [&] { return !waiting.empty() || cancel.load(); };
  if (deadline) {
    changed.wait_until(lock, *deadline, arrived);
  } else {
    changed.wait(lock, arrived);
  }
}

void RunControl::State::begin_live() {
  const std::lock_guard lock(mutex);
  stage = Stage::kLive;
}

void RunControl::State::rule_out_live() {
  const std::lock_guard lock(mutex);
  stage = Stage::kNoWorld;
}

void RunControl::State::close() {
  std::deque<InboxItem> left;
  {
    const std::lock_guard lock(mutex);
    stage = Stage::kClosed;
    left.swap(waiting);
  }
  for (const InboxItem& item : left) {
    if (const auto* reload = std::get_if<ReloadRequest>(&item)) {
      reload->refuse("closed", kNothingSwapped);
    } else if (const auto* ask = std::get_if<AskRequest>(&item)) {
      ask->reply(console_refusal({ErrorCode::kConflict, kOver, "run_id"}));
    }
  }
}

void RunControl::State::deliver(InboxItem made) {
  const std::lock_guard lock(mutex);
  if (stage == Stage::kClosed) return;
  waiting.push_back(std::move(made));
  changed.notify_all();
}

std::optional<ConsoleReply> RunControl::State::push(InboxItem item, const ConsoleCommand* asked,
                                                    WhenEarly early) {
  const std::lock_guard lock(mutex);
  if (stage == Stage::kClosed) return console_refusal({ErrorCode::kConflict, kOver, "run_id"});
  std::optional<ConsoleReply> at_once;
  const bool no_world_yet = stage == Stage::kBefore || stage == Stage::kNoWorld;
  const bool full = waiting.size() >= kInboxMax;
  if (asked != nullptr && is<console::Quit>(*asked) && (no_world_yet || full)) {
    cancel = true;
    changed.notify_all();
    ConsoleReply reply;
    reply.text = "The run ends.";
    return reply;
  }
  if (asked != nullptr && no_world_yet && !concerns_the_run(*asked)) {
    if (stage == Stage::kNoWorld) {
      return console_refusal(
          {ErrorCode::kConflict, "This run has no live world: live_seconds is 0.", "run_id"});
    }
    if (early == WhenEarly::kAnswer && looks_at_the_world(*asked)) {
      return console_refusal({ErrorCode::kConflict,
                              "There is no live world yet: the run is still searching. Ask again "
                              "when it has begun.",
                              "run_id"});
    }
    if (early == WhenEarly::kAnswer) at_once = waiting_reply();
  }
  if (full) {
    return console_refusal({ErrorCode::kUnavailable,
                            "Too many commands wait already (" + std::to_string(kInboxMax) +
                                "); this one was not taken. Try again when some are done.",
                            "command"});
  }
  // What was answered now is not answered again.
  if (at_once) std::get<AskRequest>(item).done = nullptr;
  waiting.push_back(std::move(item));
  changed.notify_all();
  return at_once;
}

RunControl::RunControl() : state_(std::make_unique<State>()) {}
RunControl::~RunControl() = default;

void RunControl::terminate() {
  const std::lock_guard lock(state_->mutex);
  state_->cancel = true;
  state_->changed.notify_all();
}

void RunControl::close() {
  state_->close();
}

void RunControl::ask(ConsoleCommand command, std::function<void(ConsoleReply)> done,
                     WhenEarly early) {
  std::optional<ConsoleReply> reply;
  if (const auto* help = std::get_if<console::Help>(&command)) {
    const auto text = console_help(help->topic);
    reply = text ? ConsoleReply{} : console_refusal(text.error());
    if (text) {
      reply->text = *text;
      reply->json = base::JsonObject().add("help", *text).text();
    }
  } else {
    const ConsoleCommand asked = command;
    reply = state_->push(AskRequest{std::move(command), done}, &asked, early);
  }
  if (reply && done) done(std::move(*reply));
}

void RunControl::pause() {
  ask(console::Pause{}, nullptr);
}
void RunControl::resume() {
  ask(console::Resume{}, nullptr);
}
void RunControl::step(std::uint32_t ticks) {
  ask(console::Step{ticks}, nullptr);
}
void RunControl::save() {
  ask(console::Save{}, nullptr);
}
bool RunControl::submit(engine::Command command) {
  return !state_->push(std::move(command), nullptr, WhenEarly::kWait);
}

void RunControl::reload(std::string slot, std::string source,
                        std::function<void(const ReloadOutcome&)> done, ReloadForce force) {
  ReloadRequest request{std::move(slot), std::move(source), std::move(done), force, false};
  const auto refused = state_->push(request, nullptr, WhenEarly::kWait);
  if (!refused) return;
  const bool over = refused->code == ErrorCode::kConflict;
  request.refuse("closed", over ? kNothingSwapped
                                : "Too many requests wait already; try again when some are done.");
}

}  // namespace cherub::abilities
