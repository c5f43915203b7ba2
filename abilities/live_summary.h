#pragma once

#include <string>

#include "abilities/live_world.h"
#include "abilities/run.h"

namespace cherub::abilities {

// The summary of a run that is nothing but a living world, kept in `dir`: of type done, terminated
// or error.
RunSummary live_summary(const base::Result<LiveResult>& lived, const std::string& dir);
// From now on requests are answered that the run is over; its summary is its last record.
void end_run(const RunSummary& summary, RunControl& control, RunObserver& observer);

}  // namespace cherub::abilities
