#pragma once

#include <cstdint>
#include <string>

#include "abilities/run.h"
#include "engine/scenario.h"

namespace cherub::abilities {

// A world that lives without anything having been searched for: its inhabitants act by the
// behaviours that the scenario gives them.
struct HostOrder {
  engine::Scenario scenario;
  std::uint64_t seed = 1;
  std::string runs_dir = "runs";
  std::string kind = "session";   // as the run's request tells it
  double seconds = 31 * 86400.0;  // of world time, then it is done: as long as a run may live
  bool paced = true;              // at tick_rate of wall time, or as fast as possible
  double autosave_s = 60;         // wall time between two saves; 0: only at the end
  unsigned threads = 1;
  bool jit = true;
};

// Lives on the calling thread until the time is over or `control` terminates it. The run's folder
// keeps request.json, summary.json and the recorded world, which `cherub replay` runs again.
// Records and end as of execute_run: exactly one done, terminated or error.
RunSummary host_world(const HostOrder& order, const std::string& run_id, RunControl& control,
                      RunObserver& observer);

}  // namespace cherub::abilities
