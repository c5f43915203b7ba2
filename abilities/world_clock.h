#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "engine/base/ids.h"

namespace cherub::abilities {

// When a live world makes its ticks: at a rate or as fast as possible, standing still, so many
// steps, or up to a tick. Knows wall time only by what it is told; what a tick computes does not
// depend on it.
class WorldClock {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // `hz` empty: as fast as possible. The first tick is due at once.
  WorldClock(std::optional<double> hz, Time now);

  // The next tick is due a new period after the last one.
  void set_rate(std::optional<double> hz, Time now);
  void pause();
  void resume(Time now);
  // So many ticks more, as fast as possible; stands still before and after. Adds to steps not done.
  void step(base::Tick tick, std::uint64_t ticks);
  // Goes on at the rate, and stands still once `tick` ticks are done.
  void run_until(base::Tick tick, Time now);

  // `tick`: of the world, which has done so many.
  [[nodiscard]] bool due(base::Tick tick, Time now) const;
  void ticked(base::Tick tick, Time now);
  // Another world took the place of this one: what counted its ticks is void.
  void forget_ticks();

  [[nodiscard]] bool paused() const { return paused_; }  // also between steps
  [[nodiscard]] std::uint64_t steps_left(base::Tick tick) const;
  [[nodiscard]] base::Tick steps_end() const { return steps_end_; }
  [[nodiscard]] std::optional<base::Tick> until() const { return until_; }
  [[nodiscard]] std::optional<double> rate() const { return hz_; }
  // When the next tick of a paced world is due; empty while it stands still.
  [[nodiscard]] std::optional<Time> next() const;

 private:
  [[nodiscard]] std::chrono::steady_clock::duration period() const;

  std::optional<double> hz_;
  Time last_;  // when the last tick was due
  bool paused_ = false;
  base::Tick steps_end_ = 0;
  std::optional<base::Tick> until_;
};

// A paced world that fell behind more than this gives up on it.
inline constexpr std::chrono::seconds kLagMax{1};

}  // namespace cherub::abilities
