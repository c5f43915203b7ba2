#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/events.h"
#include "engine/world.h"

namespace cherub::engine {

// Who is as near follows the target, and is home, m.
inline constexpr double kFollowing_m = 4, kHome_m = 1.5;

// Follows one episode and computes the metrics its scenario declares, in the scenario's order. All
// are means over the agents that were there at the start, but for counts, which are sums.
class EpisodeMetrics {
 public:
  explicit EpisodeMetrics(const World& world);  // before the first step
  ~EpisodeMetrics();
  void observe(const World& world, const TickReport& report);  // after every step
  [[nodiscard]] std::vector<double> values() const;            // as Scenario::metrics
  // True once nothing more can change: every agent has reached its target or died.
  [[nodiscard]] bool finished() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cherub::engine
