#include "abilities/statistics.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "engine/base/random.h"

namespace cherub::abilities {
namespace {

// About normal, mean 0 and variance 1 (sums of twelve), from a stream of their own.
std::vector<double> about_normal(std::size_t count, std::uint64_t seed) {
  base::RandomStream random(seed, 7, 7, base::Stream::kSpawn);
  std::vector<double> values(count, -6);
  for (double& value : values) {
    for (int i = 0; i < 12; ++i) value += random.uniform();
  }
  return values;
}

}  // namespace

// The values of method 3 in Newcombe, Statistics in Medicine 17 (1998), table I.
TEST_CASE("Wilson's interval has its published values") {
  struct Known {
    std::uint64_t successes, trials;
    double low, high;
  };
  constexpr Known kKnown[] = {{81, 263, 0.2553, 0.3662},
                              {15, 148, 0.0624, 0.1605},
                              {0, 20, 0.0000, 0.1611},
                              {1, 29, 0.0061, 0.1718}};
  for (const Known& known : kKnown) {
    CAPTURE(known.successes, known.trials);
    const Interval interval = wilson_interval(known.successes, known.trials);
    CHECK(interval.low == Approx(known.low).margin(5e-5));
    CHECK(interval.high == Approx(known.high).margin(5e-5));
    const Interval mirrored = wilson_interval(known.trials - known.successes, known.trials);
    CHECK(mirrored.low == Approx(1 - interval.high).margin(1e-12));
    CHECK(mirrored.high == Approx(1 - interval.low).margin(1e-12));
  }
  CHECK(wilson_interval(0, 0).low == 0);
  CHECK(wilson_interval(0, 0).high == 1);
}

// The mean of a resample of n values, of which k are 1 and the others 0, is binomial: its quantiles
// are known exactly, and the seeds' own luck cannot move them over the steps chosen here.
TEST_CASE("the bootstrap gives the exact quantiles where resamples are binomial") {
  // Of 5 with one hit: P(at most 2) = 0.942, P(at most 3) = 0.993.
  const std::vector<double> one_of_five{0, 0, 1, 0, 0};
  // Of 10 with 5 hits: P(at most 1) = 0.011, P(at most 2) = 0.055, and the same from above.
  const std::vector<double> five_of_ten{1, 1, 1, 1, 1, 0, 0, 0, 0, 0};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    const Interval first = bootstrap_interval(one_of_five, seed);
    CHECK(first.low == 0);
    CHECK(first.high == Approx(0.6));
    const Interval second = bootstrap_interval(five_of_ten, seed);
    CHECK(second.low == Approx(0.2));
    CHECK(second.high == Approx(0.8));
  }
}

TEST_CASE("the bootstrap of many values agrees with the normal theory") {
  const std::vector<double> values = about_normal(400, 3);
  double mean = 0, square = 0;
  for (const double value : values) mean += value / 400;
  for (const double value : values) square += (value - mean) * (value - mean) / 400;
  const double half = 1.96 * std::sqrt(square / 400);
  const Interval interval = bootstrap_interval(values, 1);
  CHECK(interval.low == Approx(mean - half).margin(0.1 * half));
  CHECK(interval.high == Approx(mean + half).margin(0.1 * half));
}

TEST_CASE("about 95 % of bootstrap intervals hold the true mean") {
  int held = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const Interval interval = bootstrap_interval(about_normal(40, seed), seed);
    held += interval.low <= 0 && 0 <= interval.high ? 1 : 0;
  }
  CHECK(held >= 364);  // 0.91; resampling 40 values is a little too sure, in theory 0.94
  CHECK(held <= 392);
}

TEST_CASE("the bootstrap is a function of values and seed") {
  const std::vector<double> values = about_normal(30, 5);
  const Interval one = bootstrap_interval(values, 9), again = bootstrap_interval(values, 9);
  CHECK(one.low == again.low);
  CHECK(one.high == again.high);
  CHECK(bootstrap_interval(values, 10).low != one.low);
  // Pinned, so that a change of the draws does not go unseen.
  const Interval pinned = bootstrap_interval(std::vector<double>{0.5, -0.25, 1, 0.125, 2, -1}, 1);
  CHECK(pinned.low == -0.375);
  CHECK(pinned.high == 1.125);
}

TEST_CASE("fewer than two values have no interval, equal ones have none of width") {
  CHECK(std::isinf(bootstrap_interval({}, 1).low));
  CHECK(std::isinf(bootstrap_interval(std::vector<double>{3}, 1).high));
  const Interval equal = bootstrap_interval(std::vector<double>{2, 2}, 1);
  CHECK(equal.low == 2);
  CHECK(equal.high == 2);
}

TEST_CASE("a spread leaves out what was not measured") {
  const Spread even = spread_of({4, 1, std::nan(""), 3, 2}, Worst::kLowest);
  CHECK(even.count == 4);
  CHECK(even.mean == Approx(2.5));
  CHECK(even.median == Approx(2.5));
  CHECK(even.min == 1);
  CHECK(even.max == 4);
  CHECK(even.worst_tenth == 1);
  const Spread nothing = spread_of({std::nan("")}, Worst::kLowest);
  CHECK(std::isnan(nothing.mean));
  CHECK(std::isnan(nothing.worst_tenth));
}

TEST_CASE("the worst tenth is at least one value, on the bad side") {
  std::vector<double> values;
  for (int i = 1; i <= 20; ++i) values.push_back(i);
  CHECK(spread_of(values, Worst::kLowest).worst_tenth == Approx(1.5));
  CHECK(spread_of(values, Worst::kHighest).worst_tenth == Approx(19.5));
  values.push_back(21);  // a tenth of 21 values are three
  CHECK(spread_of(values, Worst::kHighest).worst_tenth == Approx(20));
  CHECK(spread_of({7, 8, 9}, Worst::kHighest).worst_tenth == 9);
}

}  // namespace cherub::abilities
