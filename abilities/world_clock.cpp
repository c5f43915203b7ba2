#include "abilities/world_clock.h"

#include <algorithm>

namespace cherub::abilities {

WorldClock::WorldClock(std::optional<double> hz, Time now) : hz_(hz), last_(now - period()) {}

std::chrono::steady_clock::duration WorldClock::period() const {
  if (!hz_) return {};
  return std::chrono::duration_cast<std::chrono::steady_clock::duration>(
      std::chrono::duration<double>(1 / *hz_));
}

void WorldClock::set_rate(std::optional<double> hz, Time now) {
  if (!hz_) last_ = now;
  hz_ = hz;
  // What the faster rate would have made already is not caught up.
  last_ = std::max(last_, now - period());
}

void WorldClock::pause() {
  paused_ = true;
  steps_end_ = 0;
  until_.reset();
}

void WorldClock::resume(Time now) {
  if (paused_) last_ = now - period();
  paused_ = false;
  steps_end_ = 0;
  until_.reset();
}

void WorldClock::step(base::Tick tick, std::uint64_t ticks) {
  const std::uint64_t left = steps_left(tick);
  pause();
  steps_end_ = tick + left + ticks;
}

void WorldClock::run_until(base::Tick tick, Time now) {
  resume(now);
  until_ = tick;
}

bool WorldClock::due(base::Tick tick, Time now) const {
  if (paused_) return tick < steps_end_;
  return !hz_ || now >= last_ + period();
}

void WorldClock::ticked(base::Tick tick, Time now) {
  if (paused_) return;
  if (until_ && tick >= *until_) {
    pause();
    return;
  }
  last_ = hz_ ? last_ + period() : now;
  if (now - (last_ + period()) > kLagMax) last_ = now - period();
}

void WorldClock::forget_ticks() {
  steps_end_ = 0;
  until_.reset();
}

std::uint64_t WorldClock::steps_left(base::Tick tick) const {
  return paused_ && steps_end_ > tick ? steps_end_ - tick : 0;
}

std::optional<WorldClock::Time> WorldClock::next() const {
  if (paused_) return std::nullopt;
  return last_ + period();
}

}  // namespace cherub::abilities
