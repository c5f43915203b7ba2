#pragma once

#include "engine/base/json_schema.h"

namespace cherub::server {

// A command of the console, by its arguments or as a line, from the console's own table.
base::Schema command_schema();

}  // namespace cherub::server
