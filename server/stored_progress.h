#pragma once

#include <memory>

#include "server/hub.h"
#include "server/stored_runs.h"

namespace cherub::server {

// The progress of a run that is not of this process, as a channel on which nothing follows: what
// was kept of its records, or its summary.
std::shared_ptr<RecordChannel> stored_progress(const StoredRuns& stored, const StoredRun& run,
                                               const HubOptions& hub);

}  // namespace cherub::server
