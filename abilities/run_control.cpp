#include "abilities/run_control.h"

#include <utility>

namespace cherub::abilities {

void ReloadRequest::refuse(std::string stage, std::string message) const {
  if (!done) return;
  ReloadOutcome outcome;
  outcome.verdict.stage = std::move(stage);
  sandbox::Diagnostic diagnostic;
  diagnostic.message = std::move(message);
  outcome.verdict.diagnostics.push_back(std::move(diagnostic));
  done(outcome);
}

Inbox RunControl::State::take() {
  const std::lock_guard lock(mutex);
  Inbox inbox;
  inbox.commands.assign(std::make_move_iterator(commands.begin()),
                        std::make_move_iterator(commands.end()));
  inbox.reloads.assign(std::make_move_iterator(reloads.begin()),
                       std::make_move_iterator(reloads.end()));
  commands.clear();
  reloads.clear();
  seen_arrivals = arrivals;
  return inbox;
}

std::vector<ReloadRequest> RunControl::State::take_reloads() {
  const std::lock_guard lock(mutex);
  std::vector<ReloadRequest> taken(std::make_move_iterator(reloads.begin()),
                                   std::make_move_iterator(reloads.end()));
  reloads.clear();
  return taken;
}

bool RunControl::State::paused() const {
  const std::lock_guard lock(mutex);
  return is_paused;
}

bool RunControl::State::take_step() {
  const std::lock_guard lock(mutex);
  // What came in before the step must be done before it.
  if (steps_granted == 0 || arrivals != seen_arrivals) return false;
  --steps_granted;
  return true;
}

bool RunControl::State::take_save() {
  const std::lock_guard lock(mutex);
  return std::exchange(save_wanted, false);
}

void RunControl::State::wait(std::optional<Clock::time_point> deadline) {
  std::unique_lock lock(mutex);
  const auto arrived = [&] { return arrivals != seen_arrivals || cancel.load(); };
  if (deadline) {
    changed.wait_until(lock, *deadline, arrived);
  } else {
    changed.wait(lock, arrived);
  }
}

void RunControl::State::close() {
  std::deque<ReloadRequest> left;
  {
    const std::lock_guard lock(mutex);
    is_closed = true;
    left.swap(reloads);
    commands.clear();
  }
  for (const ReloadRequest& request : left) {
    request.refuse("closed", "The run has ended; nothing was swapped.");
  }
}

RunControl::RunControl() : state_(std::make_unique<State>()) {}
RunControl::~RunControl() = default;

void RunControl::terminate() {
  const std::lock_guard lock(state_->mutex);
  state_->cancel = true;
  state_->changed.notify_all();
}

void RunControl::pause() {
  const std::lock_guard lock(state_->mutex);
  state_->is_paused = true;
  state_->steps_granted = 0;
  ++state_->arrivals;
  state_->changed.notify_all();
}

void RunControl::resume() {
  const std::lock_guard lock(state_->mutex);
  state_->is_paused = false;
  state_->steps_granted = 0;
  ++state_->arrivals;
  state_->changed.notify_all();
}

void RunControl::step(std::uint32_t ticks) {
  const std::lock_guard lock(state_->mutex);
  if (!state_->is_paused) return;
  state_->steps_granted += ticks;
  ++state_->arrivals;
  state_->changed.notify_all();
}

void RunControl::save() {
  const std::lock_guard lock(state_->mutex);
  state_->save_wanted = true;
  ++state_->arrivals;
  state_->changed.notify_all();
}

void RunControl::submit(engine::Command command) {
  const std::lock_guard lock(state_->mutex);
  if (state_->is_closed || state_->commands.size() >= kInboxMax) return;
  state_->commands.push_back(std::move(command));
  ++state_->arrivals;
  state_->changed.notify_all();
}

void RunControl::reload(std::string slot, std::string source,
                        std::function<void(const ReloadOutcome&)> done) {
  ReloadRequest request{std::move(slot), std::move(source), std::move(done)};
  const char* refusal = nullptr;
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->is_closed) {
      refusal = "The run has ended; nothing was swapped.";
    } else if (state_->reloads.size() >= kInboxMax) {
      refusal = "Too many reloads wait already; try again when some are done.";
    } else {
      state_->reloads.push_back(std::move(request));
      ++state_->arrivals;
      state_->changed.notify_all();
      return;
    }
  }
  request.refuse("closed", refusal);
}

}  // namespace cherub::abilities
