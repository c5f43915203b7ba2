#pragma once

#include <chrono>
#include <optional>

namespace cherub::abilities {

// Wall time since its making. What it says never steers a search: it is only reported.
class Stopwatch {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(Clock::now() - start_).count();
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

// Lets something through at most every `interval_s` of wall time: for records that only people
// read.
class RateGate {
 public:
  explicit RateGate(double interval_s) : interval_s_(interval_s) {}
  bool pass() {
    const double now = stopwatch_.seconds();
    if (last_s_ && now - *last_s_ < interval_s_) return false;
    last_s_ = now;
    return true;
  }

 private:
  Stopwatch stopwatch_;
  double interval_s_;
  std::optional<double> last_s_;
};

}  // namespace cherub::abilities
