#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace cherub::abilities {

// Between two warnings; those in between are counted.
inline constexpr std::chrono::seconds kWarningInterval{1};

// How long a tick may take before the run says so. Nothing is cut off: the budget is soft.
class TickBudget {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // From now on the period of the world's rate; none when it has no rate. The default.
  void follow_rate() { fixed_ms_.reset(); }
  void set(double ms) { fixed_ms_ = ms; }  // 0: off
  [[nodiscard]] bool follows_rate() const { return !fixed_ms_; }
  // What holds at this rate (Hz; empty: as fast as possible); empty: none.
  [[nodiscard]] std::optional<double> limit_ms(std::optional<double> hz) const;

  // To be called after every tick. A warning is due: how many were kept back since the last one.
  std::optional<std::uint64_t> over(double tick_ms, std::optional<double> hz, Time now);

 private:
  std::optional<double> fixed_ms_;
  std::optional<Time> last_warning_;
  std::uint64_t suppressed_ = 0;
};

}  // namespace cherub::abilities
