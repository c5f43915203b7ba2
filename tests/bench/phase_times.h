#pragma once

#include <array>
#include <chrono>
#include <vector>

#include "engine/phase.h"

namespace cherub::bench {

// How long each phase of each tick took, in ns.
class PhaseTimes final : public engine::PhaseListener {
 public:
  void on_phase(engine::Phase phase) override;
  void on_tick_done() override;
  [[nodiscard]] double median_ns(engine::Phase phase) const;
  [[nodiscard]] double median_tick_ns() const;

 private:
  using Clock = std::chrono::steady_clock;
  void end_phase(Clock::time_point now);

  std::array<std::vector<double>, engine::kPhaseCount> phases_;
  std::vector<double> ticks_;
  Clock::time_point phase_begin_, tick_begin_;
  int running_ = -1;
};

}  // namespace cherub::bench
