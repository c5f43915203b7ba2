#pragma once

#include <vector>

#include "engine/base/json_schema.h"

namespace cherub::server {

// The shapes of bodies that the table of routes names: "Run", "Problem" …
std::vector<base::SchemaMember> answer_schemas();

}  // namespace cherub::server
