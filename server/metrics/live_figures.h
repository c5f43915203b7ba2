#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "abilities/run.h"

namespace cherub::server {

// What the live worlds of all runs did, for whoever scrapes it. Written by the threads of runs, a
// few nanoseconds a tick; read from any thread.
class LiveFigures {
 public:
  // Bounds of the histogram of tick times, s.
  static constexpr std::array kTickBounds_s = {0.0001, 0.0003, 0.001, 0.003, 0.01,
                                               0.03,   0.1,    0.3,   1.0,   3.0};

  void add_tick(double seconds);
  void add_scripts(std::uint64_t fuel, std::uint64_t faults);
  // A step of a reload, by its state.
  void add_reload(std::string_view state);

  [[nodiscard]] std::vector<std::uint64_t> tick_counts() const;  // of each bound, and above
  [[nodiscard]] double tick_seconds() const;
  [[nodiscard]] std::uint64_t fuel() const { return fuel_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t faults() const { return faults_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::map<std::string, std::uint64_t> reloads() const;

 private:
  std::array<std::atomic<std::uint64_t>, kTickBounds_s.size() + 1> ticks_{};
  std::atomic<std::uint64_t> tick_ns_{0}, fuel_{0}, faults_{0};
  mutable std::mutex reloads_mutex_;
  std::map<std::string, std::uint64_t> reloads_;
};

// One run's share: adds what grew since its last tick. On the run's threads, one call at a time,
// but for agents().
class RunFigures {
 public:
  explicit RunFigures(std::shared_ptr<LiveFigures> all) : all_(std::move(all)) {}

  void add(const abilities::TickFigures& tick);
  [[nodiscard]] std::size_t agents() const { return agents_.load(std::memory_order_relaxed); }

 private:
  const std::shared_ptr<LiveFigures> all_;
  std::uint64_t fuel_ = 0, faults_ = 0;
  std::atomic<std::size_t> agents_{0};
};

}  // namespace cherub::server
