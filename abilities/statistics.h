#pragma once

#include <cstdint>
#include <span>
#include <vector>

// What numbers of episodes say, and how surely. The same numbers give the same bits everywhere.
namespace cherub::abilities {

struct Interval {
  double low = 0, high = 1;
};

// Wilson's score interval at 95 % for a success rate (E. B. Wilson 1927, without correction for
// continuity). No trials: [0, 1].
Interval wilson_interval(std::uint64_t successes, std::uint64_t trials);

inline constexpr std::uint32_t kResamples = 2000;

// The 95 % interval of the mean by the percentile bootstrap (Efron and Tibshirani 1993, chapter
// 13): kResamples times as many values are drawn with replacement, and the middle 95 % of their
// means is the interval. Of differences between two policies on the same seeds it is the paired
// bootstrap. The draws are those of `seed`. Fewer than two values say nothing: [-infinity,
// infinity].
Interval bootstrap_interval(std::span<const double> values, std::uint64_t seed);

// Which end of the values is the bad one.
enum class Worst { kLowest, kHighest };

struct Spread {
  double mean = 0, median = 0, min = 0, max = 0;
  double worst_tenth = 0;   // mean of the worst tenth of the values, rounded up to whole ones
  std::uint64_t count = 0;  // finite values that it is made of
};
// What is not finite is left out; NaN throughout when nothing remains.
Spread spread_of(std::vector<double> values, Worst worst);

}  // namespace cherub::abilities
