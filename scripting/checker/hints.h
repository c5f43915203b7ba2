#pragma once

#include <string>
#include <string_view>

#include "scripting/checker/types.h"

// What to write instead of a name that does not exist. All hints read "write …" or say what to do.
namespace cherub::scripting {

// `self:move_to(x, y)`, `world.nearest(species, radius)`, `self.hunger`: an entry as one writes it.
std::string usage(const ApiEntry& entry);

// For a member that self, the world, a Sighting, a Step or the step of policy.collect does not
// have. `object` is how the source calls the thing.
std::string member_hint(Shape owner, std::string_view name, std::string_view object);

// For `self:name(…)` that is no action.
std::string action_hint(std::string_view name);

// For an unknown member of math, string, table or bit.
std::string library_hint(std::string_view table, std::string_view name);

// For a global that is the name of something of self or the world: `move_to(x, y)`. Else empty.
std::string bare_api_hint(std::string_view name);

// Where the receipt of an action stands in the next tick: "self.last_move". Empty for what has
// none.
std::string_view receipt_of(std::string_view action);

// "self", "world", "a Sighting", "a Step", "step": for messages.
std::string_view owner_name(Shape owner);

}  // namespace cherub::scripting
