#include "server/metrics/live_figures.h"

#include <algorithm>
#include <utility>

namespace cherub::server {
namespace {

// How much a count grew; one that begins anew is counted from nothing.
std::uint64_t growth(std::uint64_t& known, std::uint64_t now) {
  const std::uint64_t before = std::exchange(known, now);
  return now >= before ? now - before : now;
}

}  // namespace

void LiveFigures::add_tick(double seconds) {
  const auto bound = std::lower_bound(kTickBounds_s.begin(), kTickBounds_s.end(), seconds);
  const auto bucket = static_cast<std::size_t>(bound - kTickBounds_s.begin());
  ticks_[bucket].fetch_add(1, std::memory_order_relaxed);
  tick_ns_.fetch_add(static_cast<std::uint64_t>(seconds * 1e9), std::memory_order_relaxed);
}

void LiveFigures::add_scripts(std::uint64_t fuel, std::uint64_t faults) {
  fuel_.fetch_add(fuel, std::memory_order_relaxed);
  faults_.fetch_add(faults, std::memory_order_relaxed);
}

void LiveFigures::add_reload(std::string_view state) {
  const std::lock_guard lock(reloads_mutex_);
  ++reloads_[std::string(state)];
}

std::vector<std::uint64_t> LiveFigures::tick_counts() const {
  std::vector<std::uint64_t> counts;
  for (const auto& count : ticks_) counts.push_back(count.load(std::memory_order_relaxed));
  return counts;
}

double LiveFigures::tick_seconds() const {
  return static_cast<double>(tick_ns_.load(std::memory_order_relaxed)) * 1e-9;
}

std::map<std::string, std::uint64_t> LiveFigures::reloads() const {
  const std::lock_guard lock(reloads_mutex_);
  return reloads_;
}

void RunFigures::add(const abilities::TickFigures& tick) {
  all_->add_tick(tick.seconds);
  all_->add_scripts(growth(fuel_, tick.fuel), growth(faults_, tick.faults));
  agents_.store(tick.agents, std::memory_order_relaxed);
}

}  // namespace cherub::server
