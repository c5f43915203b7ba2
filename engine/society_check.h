#pragma once

#include "engine/base/result.h"
#include "engine/world_state.h"

namespace cherub::engine {

// Whether the society of a state that was read makes sense beside its columns, which were checked
// already. Errors name the part.
base::Result<void> check_society(const WorldState& state);

}  // namespace cherub::engine
