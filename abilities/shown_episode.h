#pragma once

#include <memory>

#include "abilities/evaluation.h"
#include "abilities/run_records.h"
#include "abilities/step_log.h"
#include "abilities/stopwatch.h"

namespace cherub::abilities {

inline constexpr double kStepRecordIntervalS = 0.1;  // of wall time

// The episode that people see: passes its ticks on to the observer and tells sampled `step`
// records.
class ShownEpisode final : public EpisodeViewer {
 public:
  ShownEpisode(SerialObserver& observer, EpisodePlace place)
      : observer_(observer), place_(place), gate_(kStepRecordIntervalS) {}

  bool wants_tick() const override { return true; }
  void on_tick(const engine::World& world, const engine::TickReport& report) override {
    if (observer_.wants_ticks()) observer_.on_tick(world, report);
    if (!log_) log_ = std::make_unique<StepLog>(world);
    const auto facts = log_->observe(world);
    if (!facts || !gate_.pass()) return;
    base::JsonObject where;
    where.add("iteration", place_.iteration)
        .add("candidate", place_.candidate)
        .add("episode", place_.episode)
        .add("tick", report.tick);
    const std::string head = where.text();
    const std::string members = head.substr(1, head.size() - 2) + "," + step_members(*facts);
    observer_.on_record({"step", "{\"type\":\"step\"," + members + "}"});
  }

 private:
  SerialObserver& observer_;
  EpisodePlace place_;
  RateGate gate_;
  std::unique_ptr<StepLog> log_;
};

}  // namespace cherub::abilities
