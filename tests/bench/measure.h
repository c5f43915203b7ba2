#pragma once

#include <functional>
#include <string>
#include <vector>

namespace cherub::bench {

// Prints one figure as a JSON line on stdout. `better`: "lower" or "higher".
void report(const std::string& name, double value, const std::string& unit,
            const std::string& better);

// Runs the variants in turn, A B C A B C …, and gives each one's median time in ns, on the clock of
// the process: others on the machine do not count. Taking turns makes their ratios hold while the
// machine's speed drifts.
std::vector<double> median_ns(const std::vector<std::function<void()>>& variants, int rounds);

double median(std::vector<double> values);

}  // namespace cherub::bench
