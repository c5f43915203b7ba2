#include "abilities/tick_profile.h"

#include <algorithm>
#include <cmath>

namespace cherub::abilities {
namespace {

float ms(TickProfile::Clock::duration time) {
  return std::chrono::duration<float, std::milli>(time).count();
}

}  // namespace

engine::Phase TickTimes::longest() const {
  const auto most = std::max_element(phases.begin(), phases.end());
  return static_cast<engine::Phase>(most - phases.begin());
}

TimeSpread spread_of(std::vector<float>& values) {
  TimeSpread spread;
  if (values.empty()) return spread;
  std::sort(values.begin(), values.end());
  double sum = 0;
  for (const float value : values) sum += static_cast<double>(value);
  const auto rank = [&](double share) {
    const auto at = static_cast<std::size_t>(std::ceil(share * double(values.size())));
    return static_cast<double>(values[std::max<std::size_t>(at, 1) - 1]);
  };
  spread.mean = sum / static_cast<double>(values.size());
  spread.p50 = rank(0.50);
  spread.p99 = rank(0.99);
  spread.max = static_cast<double>(values.back());
  return spread;
}

void TickProfile::on_phase(engine::Phase phase) {
  const auto now = now_();
  if (running_ < 0) {
    began_ = now;
    times_ = {};
  } else {
    times_.phases[static_cast<std::size_t>(running_)] += ms(now - entered_);
  }
  running_ = static_cast<int>(phase);
  entered_ = now;
}

void TickProfile::on_tick_done() {
  const auto now = now_();
  if (running_ >= 0) {
    times_.phases[static_cast<std::size_t>(running_)] += ms(now - entered_);
    times_.total = ms(now - began_);
  }
  running_ = -1;
  last_ = times_;
  if (ring_.size() < kProfiledTicks) {
    ring_.push_back(times_);
    ends_.push_back(now);
  } else {
    ring_[next_] = times_;
    ends_[next_] = now;
  }
  next_ = (next_ + 1) % kProfiledTicks;
  counted_ = std::min(counted_ + 1, kProfiledTicks);
}

TimeSpread TickProfile::phase(engine::Phase phase) const {
  std::vector<float> values;
  values.reserve(ring_.size());
  for (const TickTimes& tick : ring_) {
    values.push_back(tick.phases[static_cast<std::size_t>(phase)]);
  }
  return spread_of(values);
}

TimeSpread TickProfile::total() const {
  std::vector<float> values;
  values.reserve(ring_.size());
  for (const TickTimes& tick : ring_) values.push_back(tick.total);
  return spread_of(values);
}

double TickProfile::ticks_per_s() const {
  if (counted_ < 2) return 0;
  const std::size_t size = ring_.size();
  const auto last = ends_[(next_ + size - 1) % size];
  const auto first = ends_[(next_ + size - counted_) % size];
  const double seconds = std::chrono::duration<double>(last - first).count();
  return seconds > 0 ? static_cast<double>(counted_ - 1) / seconds : 0;
}

}  // namespace cherub::abilities
