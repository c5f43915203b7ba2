#pragma once

#include <string>
#include <vector>

#include "abilities/angel/constants.h"
#include "abilities/angel/grammar.h"

namespace cherub::abilities::angel {

// The Lua of a deed that is_of_maps or is_of_ecosystems; its constants get their names from
// `constants`. It may look at `target`, and at self.memory.home for Deed::kGoBack.
std::vector<std::string> world_lines(const Action& action, Constants& constants);

}  // namespace cherub::abilities::angel
