#pragma once

#include <functional>
#include <string>
#include <vector>

namespace cherub::bench {

// Prints one figure as a JSON line on stdout. `better`: "lower" or "higher".
void report(const std::string& name, double value, const std::string& unit,
            const std::string& better);

// kProcess: what all threads of the process computed; others on the machine do not count.
enum class Timer { kProcess, kWall };

// Runs the variants in turn, A B C A B C …, and gives each one's median time in ns. Taking turns
// makes their ratios hold while the machine's speed drifts.
std::vector<double> median_ns(const std::vector<std::function<void()>>& variants, int rounds,
                              Timer timer = Timer::kProcess);

double median(std::vector<double> values);

}  // namespace cherub::bench
