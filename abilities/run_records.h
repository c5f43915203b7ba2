#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "abilities/evaluation.h"
#include "abilities/run.h"
#include "abilities/score.h"
#include "engine/base/json.h"

namespace cherub::abilities {

// A record of the type with the members of `body`: {"type":"live","state":…}.
RunRecord record(std::string_view type, const base::JsonObject& body);

// Where an episode belongs; all count from 1.
struct EpisodePlace {
  std::uint32_t iteration = 0, candidate = 0;
  std::size_t episode = 0;
};

// The members of an episode's summary: seed, success, steps, metrics with units, reasons …
base::JsonObject episode_summary(const engine::Scenario& scenario, const Objective& objective,
                                 const EpisodePlace& place, const EpisodeResult& episode);

// The interval of a rate as {"low":…,"high":…}.
std::string interval_json(const Interval& interval);

// Passes calls on one at a time: episodes of several threads tell one observer.
class SerialObserver final : public RunObserver {
 public:
  explicit SerialObserver(RunObserver& observer) : observer_(observer) {}
  void on_record(const RunRecord& record) override {
    const std::lock_guard lock(mutex_);
    observer_.on_record(record);
  }
  void on_tick(const engine::World& world, const engine::TickReport& report) override {
    const std::lock_guard lock(mutex_);
    observer_.on_tick(world, report);
  }
  bool wants_ticks() const override {
    const std::lock_guard lock(mutex_);
    return observer_.wants_ticks();
  }
  void on_figures(const TickFigures& figures) override {
    const std::lock_guard lock(mutex_);
    observer_.on_figures(figures);
  }
  void on_live_tick(const engine::World& world, const engine::TickReport& report) override {
    const std::lock_guard lock(mutex_);
    observer_.on_live_tick(world, report);
  }

 private:
  mutable std::mutex mutex_;
  RunObserver& observer_;
};

}  // namespace cherub::abilities
