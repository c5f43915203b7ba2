#pragma once

#include <vector>

#include "engine/base/json_schema.h"

namespace cherub::server {

// The shapes of bodies that the table of routes names: "Run", "Problem" …
std::vector<base::SchemaMember> answer_schemas();

// The state of a run: its name, and an object that tells whose it is.
base::Schema run_state_name_schema();
base::Schema run_state_schema();

}  // namespace cherub::server
