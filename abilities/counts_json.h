#pragma once

#include <string>

#include "engine/base/json_cursor.h"
#include "scripting/policy_host.h"

namespace cherub::abilities {

// How scripts have done, as saves hold it (docs/SAVES.md): {"total":{…},"versions":[…],
// "window":[[tick,acts,faults],…],"abilities":[…]}. Bytes of texts that are not UTF-8 are lost.
std::string counts_json(const scripting::SavedCounts& counts);
scripting::SavedCounts read_counts(base::JsonCursor& cursor);

}  // namespace cherub::abilities
