#pragma once

#include <lua.hpp>

#include "sandbox/vm_state.h"

namespace cherub::sandbox {

// Names of trusted chunks begin with this; every other chunk is a script.
inline constexpr const char* kTrustedPrefix = "[cherub";
inline constexpr int kTracebackFramesMax = 12;
inline constexpr const char* kStackOverflowMessage = "stack overflow: calls nest too deep";

// The message handler of every call into a script: a C function whose first upvalue is the
// Vm::State. Describes the error in State::last_error, blaming the innermost frame of a script.
// Returns the value unchanged.
int describe_error(lua_State* lua);

}  // namespace cherub::sandbox
