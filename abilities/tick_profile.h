#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/phase.h"

namespace cherub::abilities {

inline constexpr std::size_t kProfiledTicks = 1000;

// Wall time of one tick, ms.
struct TickTimes {
  std::array<float, engine::kPhaseCount> phases{};
  float total = 0;
  // Which phase took most.
  [[nodiscard]] engine::Phase longest() const;
};

struct TimeSpread {
  double mean = 0, p50 = 0, p99 = 0, max = 0;
};
// Percentiles by nearest rank: the smallest value that so many are not above. Reorders the values.
TimeSpread spread_of(std::vector<float>& values);

// How long the last ticks took, phase by phase. Costs a look at the clock for each phase.
class TickProfile final : public engine::PhaseListener {
 public:
  using Clock = std::chrono::steady_clock;
  using Now = Clock::time_point (*)();
  explicit TickProfile(Now now = &Clock::now) : now_(now) {}

  void on_phase(engine::Phase phase) override;
  void on_tick_done() override;
  // The world goes on after it stood still, or at another rate: ticks_per_s() counts from here.
  void interrupted() { counted_ = 0; }

  [[nodiscard]] std::size_t ticks() const { return ring_.size(); }  // that are known, the last ones
  [[nodiscard]] const TickTimes& last() const { return last_; }
  [[nodiscard]] TimeSpread phase(engine::Phase phase) const;
  [[nodiscard]] TimeSpread total() const;
  // Reached over the known ticks since the last interruption; 0: too few.
  [[nodiscard]] double ticks_per_s() const;

 private:
  Now now_;
  TickTimes times_, last_;
  int running_ = -1;  // phase
  Clock::time_point entered_, began_;
  std::vector<TickTimes> ring_;
  std::vector<Clock::time_point> ends_;  // beside ring_
  std::size_t next_ = 0;
  std::size_t counted_ = 0;  // ends since the last interruption, at most all
};

}  // namespace cherub::abilities
