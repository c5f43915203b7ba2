#pragma once

#include <string_view>

#include "abilities/run.h"
#include "server/telemetry/event.h"

namespace cherub::server::telemetry {

// The mildest level that a record of this type may have: what is below the wanted one need not be
// looked at.
const Kind& kind_of_record(std::string_view type);

// A run's record as an event, without `ts`: its members are the detail, and its state may make it
// worse or milder.
Event event_of_record(const abilities::RunRecord& record);

}  // namespace cherub::server::telemetry
