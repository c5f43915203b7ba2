#pragma once

#include <string>
#include <string_view>

#include "abilities/run.h"

namespace cherub::abilities {

// A run that was interrupted, as execute_run_with() goes on with it when RunTools::resumes is set.
struct ResumedRun {
  RunRequest request;
  std::string run_id;
};

// Reads what the run in a folder was asked for. `changes`: members of a request that are others
// now, as JSON; those of its `limits` one by one. `defaults` as for run_request_from_json().
// Errors: kNotFound when there is no run, kConflict when its search came to its end by itself and
// nothing is changed, kInvalidArgument naming the field.
base::Result<ResumedRun> resumed_run(const std::string& dir, std::string_view changes,
                                     RunRequest defaults);

// A name in the run's folder for its live world that no earlier try has taken: "live", "live_2" ….
std::string free_live_dir(const std::string& run_dir);

}  // namespace cherub::abilities
