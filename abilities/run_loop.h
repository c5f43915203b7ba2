#pragma once

#include <functional>
#include <memory>
#include <string>

#include "abilities/run.h"
#include "abilities/run_model.h"

namespace cherub::abilities {

// What a run takes from outside besides its request, so that tests can give their own.
struct RunTools {
  MakeModel make_model;  // empty: over HTTP
  // What the runs of a process share; null: this run is alone.
  std::shared_ptr<angel::ModelServices> services;
  // The run's folder is there: its search goes on with what was measured and answered before.
  bool resumes = false;
};

// execute_run with given tools.
RunSummary execute_run_with(const RunRequest& request, const std::string& run_id,
                            RunControl& control, RunObserver& observer, const RunTools& tools);

}  // namespace cherub::abilities
