#pragma once

#include <optional>

#include "sandbox/syntax/ast.h"

namespace cherub::sandbox {

// LuaJIT gives a function 249 registers for its locals and for the values that an expression holds
// at once. The meter's own charges take a few of them.
inline constexpr int kRegistersMax = 240;

// Finds a statement that may need more registers, counted from above and as the meter rewrites it
// (`..`, `^` and keys become calls), so that LuaJIT never has to refuse a parsed chunk for that.
std::optional<Diagnostic> find_register_shortage(const Function& main);

}  // namespace cherub::sandbox
