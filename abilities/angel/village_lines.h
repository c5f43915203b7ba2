#pragma once

#include <string>
#include <vector>

#include "abilities/angel/constants.h"
#include "abilities/angel/grammar.h"

namespace cherub::abilities::angel {

// The Lua of a deed that is_of_villages, about the thing; its constants get their names from
// `constants`. None when the deed does not suit it.
std::vector<std::string> village_lines(const Action& action, const Thing& thing,
                                       Constants& constants);

}  // namespace cherub::abilities::angel
