#pragma once

#include "engine/base/json_schema.h"

// What documents for machines say of telemetry, made from the tables that it is written by.
namespace cherub::server::telemetry {

base::Schema event_schema();       // a line of GET /logs
base::Schema record_schema();      // an event as a record of a channel
base::Schema statistics_schema();  // the answer of GET /logs/stats

}  // namespace cherub::server::telemetry
