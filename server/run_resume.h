#pragma once

#include <string_view>

#include "engine/base/result.h"
#include "server/run_registry.h"
#include "server/stored_runs.h"

namespace cherub::server {

// Reads what a run in the runs folder was asked for, to go on with it. `changes`: a JSON object of
// what is others now, or empty: limits, iterations, threads, live_seconds. kNotFound: there is no
// such run; kConflict: its search came to its end and nothing is changed, or another process has
// it; kInvalidArgument names the field.
base::Result<ResumeOrder> read_resume_order(const StoredRuns& stored, std::string_view run_id,
                                            std::string_view changes,
                                            const abilities::RunRequest& defaults);

// Puts the interrupted runs that servers accepted into the queue, the oldest first. What cannot be
// gone on with stays interrupted, and is logged.
void resume_interrupted_runs(RunRegistry& registry, const StoredRuns& stored,
                             const abilities::RunRequest& defaults);

}  // namespace cherub::server
