#include "abilities/tick_budget.h"

#include <utility>

namespace cherub::abilities {

std::optional<double> TickBudget::limit_ms(std::optional<double> hz) const {
  if (!fixed_ms_) return hz ? std::optional(1000 / *hz) : std::nullopt;
  return *fixed_ms_ > 0 ? fixed_ms_ : std::nullopt;
}

std::optional<std::uint64_t> TickBudget::over(double tick_ms, std::optional<double> hz, Time now) {
  const auto limit = limit_ms(hz);
  if (!limit || tick_ms <= *limit) return std::nullopt;
  if (last_warning_ && now - *last_warning_ < kWarningInterval) {
    ++suppressed_;
    return std::nullopt;
  }
  last_warning_ = now;
  return std::exchange(suppressed_, 0);
}

}  // namespace cherub::abilities
