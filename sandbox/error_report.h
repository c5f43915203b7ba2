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
// Returns the value unchanged, but for stack overflow, which becomes the mark core.STACK_OVERFLOW.
// How deep the stack was then differs by some frames with the JIT on and off, so that nothing of
// that depth is told: no line, no traceback, and the whole budget counts as spent.
int describe_error(lua_State* lua);

}  // namespace cherub::sandbox
