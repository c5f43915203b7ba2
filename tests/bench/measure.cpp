#include "tests/bench/measure.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

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

std::vector<double> median_ns(const std::vector<std::function<void()>>& variants, int rounds) {
  std::vector<std::vector<double>> times(variants.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < variants.size(); ++i) {
      const auto start = std::chrono::steady_clock::now();
      variants[i]();
      const std::chrono::duration<double, std::nano> elapsed =
          std::chrono::steady_clock::now() - start;
      times[i].push_back(elapsed.count());
    }
  }
  std::vector<double> medians;
  for (auto& series : times) {
    std::nth_element(series.begin(), series.begin() + rounds / 2, series.end());
    medians.push_back(series[static_cast<std::size_t>(rounds / 2)]);
  }
  return medians;
}

}  // namespace cherub::bench
