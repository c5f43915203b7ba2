#include "abilities/angel/call_gate.h"

#include <algorithm>
#include <utility>

namespace cherub::abilities::angel {
namespace {

constexpr double kMinuteS = 60;
constexpr double kPollS = 0.02;  // replies take seconds

}  // namespace

CallGate::Pass::Pass(Pass&& other) noexcept
    : gate_(std::exchange(other.gate_, nullptr)), number_(other.number_) {}

CallGate::Pass::~Pass() {
  if (gate_) gate_->leave();
}

void CallGate::Pass::settle(std::uint64_t tokens) {
  const std::lock_guard lock(gate_->mutex_);
  for (Passed& passed : gate_->minute_) {
    if (passed.number == number_) passed.tokens = tokens;
  }
}

bool CallGate::may_pass(std::uint64_t tokens, double now_s) {
  while (!minute_.empty() && minute_.front().at_s <= now_s - kMinuteS) minute_.pop_front();
  if (limits_.at_once > 0 && inside_ >= limits_.at_once) return false;
  if (limits_.requests_per_minute > 0 && minute_.size() >= limits_.requests_per_minute) {
    return false;
  }
  if (limits_.tokens_per_minute == 0 || minute_.empty()) return true;
  std::uint64_t used = 0;
  for (const Passed& passed : minute_) used += passed.tokens;
  return used + tokens <= limits_.tokens_per_minute;
}

CallGate::Pass CallGate::enter(std::uint64_t tokens, double patience_s, const Pacing& pacing,
                               const std::atomic<bool>* cancel) {
  const double end_s = pacing.now_s() + patience_s;
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    number = next_++;
    queue_.push_back(number);
  }
  while (true) {
    const double now_s = pacing.now_s();
    if ((cancel && cancel->load()) || now_s > end_s) break;
    {
      const std::lock_guard lock(mutex_);
      if (queue_.front() == number && may_pass(tokens, now_s)) {
        queue_.pop_front();
        ++inside_;
        const bool counts = limits_.requests_per_minute > 0 || limits_.tokens_per_minute > 0;
        if (counts) minute_.push_back({number, now_s, tokens});
        return {*this, number};
      }
    }
    pacing.sleep(kPollS, cancel);
  }
  give_up(number);
  return {};
}

void CallGate::give_up(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  std::erase(queue_, number);
}

void CallGate::leave() {
  const std::lock_guard lock(mutex_);
  --inside_;
}

}  // namespace cherub::abilities::angel
