#include "tests/bench/phase_times.h"

#include <algorithm>

namespace cherub::bench {
namespace {

double nanoseconds(std::chrono::steady_clock::duration time) {
  return std::chrono::duration<double, std::nano>(time).count();
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

void PhaseTimes::end_phase(Clock::time_point now) {
  if (running_ >= 0) {
    phases_[static_cast<std::size_t>(running_)].push_back(nanoseconds(now - phase_begin_));
  }
}

void PhaseTimes::on_phase(engine::Phase phase) {
  const auto now = Clock::now();
  if (phase == engine::Phase::kCommands) tick_begin_ = now;
  end_phase(now);
  running_ = static_cast<int>(phase);
  phase_begin_ = now;
}

void PhaseTimes::on_tick_done() {
  const auto now = Clock::now();
  end_phase(now);
  running_ = -1;
  ticks_.push_back(nanoseconds(now - tick_begin_));
}

double PhaseTimes::median_ns(engine::Phase phase) const {
  return median(phases_[static_cast<std::size_t>(phase)]);
}

double PhaseTimes::median_tick_ns() const {
  return median(ticks_);
}

}  // namespace cherub::bench
