#include "abilities/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "engine/base/random.h"

namespace cherub::abilities {
namespace {

constexpr double kZ95 = 1.959963984540054;  // the normal quantile of a two-sided 95 % interval
constexpr double kTail = 0.025;             // beyond either end of the interval

double mean_of(std::span<const double> values) {
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  return sum / static_cast<double>(values.size());
}

}  // namespace

Interval wilson_interval(std::uint64_t successes, std::uint64_t trials) {
  if (trials == 0) return {};
  const double n = static_cast<double>(trials);
  const double p = static_cast<double>(successes) / n;
  const double z2 = kZ95 * kZ95;
  const double centre = (p + z2 / (2 * n)) / (1 + z2 / n);
  const double half = kZ95 / (1 + z2 / n) * std::sqrt(p * (1 - p) / n + z2 / (4 * n * n));
  return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

Interval bootstrap_interval(std::span<const double> values, std::uint64_t seed) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (values.size() < 2) return {-kInfinity, kInfinity};
  base::RandomStream random(seed, 0, 0, base::Stream::kStatistics);
  std::vector<double> means(kResamples);
  for (double& mean : means) {
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) sum += values[random.below(values.size())];
    mean = sum / static_cast<double>(values.size());
  }
  // Two of them are needed in their order, the others need not be sorted.
  const auto beyond = static_cast<std::ptrdiff_t>(kTail * kResamples);
  const auto low = means.begin() + beyond, high = means.end() - 1 - beyond;
  std::nth_element(means.begin(), low, means.end());
  std::nth_element(low + 1, high, means.end());
  return {*low, *high};
}

Spread spread_of(std::vector<double> values, Worst worst) {
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  Spread spread;
  spread.count = values.size();
  if (values.empty()) {
    spread.mean = spread.median = spread.min = spread.max = spread.worst_tenth = std::nan("");
    return spread;
  }
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  spread.min = values.front();
  spread.max = values.back();
  spread.mean = mean_of(values);
  spread.median =
      values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  const std::size_t tenth = (values.size() + 9) / 10;
  const std::span<const double> sorted(values);
  spread.worst_tenth = mean_of(worst == Worst::kLowest ? sorted.first(tenth) : sorted.last(tenth));
  return spread;
}

}  // namespace cherub::abilities
