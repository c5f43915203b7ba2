#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "scripting/policy_host.h"

namespace cherub::abilities {

// What scripts keep, as readable JSON that reads back to equal values: order, keys of any type,
// NaN, and bytes that are not UTF-8. Plain values look as one expects; the rest is wrapped:
//   {"$number":"nan"|"inf"|"-inf"}  {"$base64":"…"}  {"$entries":[key,value,key,value,…]}
std::string memories_to_json(engine::Tick tick, const scripting::SavedPolicies& policies);
base::Result<scripting::SavedPolicies> memories_from_json(std::string_view json);
// One agent as it is there.
std::string agent_memory_json(const scripting::AgentMemory& agent);

}  // namespace cherub::abilities
