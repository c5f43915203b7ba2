#pragma once

#include <lua.hpp>

#include "engine/base/result.h"
#include "sandbox/value.h"

namespace cherub::sandbox {

// Reads the Lua value at `index` as plain data: raw access only, no metamethod runs. Functions,
// cycles, depth and size beyond the limits, and keys that are neither string, number nor boolean
// are errors that say where in the value: "result.items[3]". Table entries come in the order of
// pairs(). May raise a Lua memory error: call it protected.
base::Result<Value> read_value(lua_State* state, int index, const ValueLimits& limits);

// Pushes one value. `core` is the stack index of the table that core.lua returns: keys and long
// strings are admitted as if the script had made them. May raise a Lua error (memory, what is not
// admitted): call it protected.
void push_value(lua_State* state, const Value& value, int core);

}  // namespace cherub::sandbox
