#include "tests/bench/measure.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "engine/base/json.h"

namespace cherub::bench {

void report(const std::string& name, double value, const std::string& unit,
            const std::string& better) {
  std::puts(base::JsonObject()
                .add("name", name)
                .add("value", value)
                .add("unit", unit)
                .add("better", better)
                .text()
                .c_str());
  std::fflush(stdout);
}

namespace {

double now_ns(Timer timer) {
  timespec now{};
  clock_gettime(timer == Timer::kWall ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

}  // namespace

std::vector<double> median_ns(const std::vector<std::function<void()>>& variants, int rounds,
                              Timer timer) {
  std::vector<std::vector<double>> times(variants.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < variants.size(); ++i) {
      const double start = now_ns(timer);
      variants[i]();
      times[i].push_back(now_ns(timer) - start);
    }
  }
  std::vector<double> medians;
  for (auto& series : times) medians.push_back(median(std::move(series)));
  return medians;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace cherub::bench
