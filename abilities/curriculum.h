#pragma once

#include <deque>
#include <string>
#include <vector>

#include "abilities/run.h"
#include "abilities/run_loop.h"

namespace cherub::abilities {

// Tries of one step of a curriculum before it is given up.
inline constexpr std::uint32_t kStepTriesMax = 3;

// One run of a curriculum, over when it says so.
struct CurriculumTry {
  std::string step;
  std::uint32_t number = 1;  // of the step's tries
  double advance = 0;        // what the success rate's lower bound must reach
  bool passed = false;
  RunSummary summary;
};

struct CurriculumOutcome {
  std::vector<CurriculumTry> tries;
  bool passed = false;  // every step
};

// Takes a goal through the steps of a scenario's curriculum: for each, a run that begins from the
// policy that the run before it ended with, under the settings of the step and then those of the
// request. A step whose success rate on held-out seeds has a lower bound below `advance` is tried
// again with other seeds, going on from what it found. Only the last step's best lives on.
class CurriculumRun {
 public:
  // An error: there is no such curriculum, or a step's settings are no scenario.
  static base::Result<CurriculumRun> plan(const RunRequest& request, const std::string& curriculum);

  // `tell` is called behind each run.
  CurriculumOutcome run(const std::string& run_id, RunObserver& observer, const RunTools& tools,
                        const std::function<void(const CurriculumTry&)>& tell);
  // Ends the run that goes on, and with it the curriculum. Safe from any thread.
  void terminate();
  // Runs that there may be.
  [[nodiscard]] std::size_t tries_max() const { return controls_.size(); }

 private:
  CurriculumRun(RunRequest request, engine::Curriculum curriculum);

  RunRequest request_;
  engine::Curriculum curriculum_;
  std::deque<RunControl> controls_;  // one for each try, so that none is made while others look
};

}  // namespace cherub::abilities
