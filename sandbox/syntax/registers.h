#pragma once

#include <optional>

#include "sandbox/syntax/ast.h"

namespace cherub::sandbox {

// LuaJIT gives a function 249 registers for its locals and for the values that an expression holds
// at once. The meter's own charges take a few of them.
inline constexpr int kRegistersMax = 240;

// Sets Function::registers in the whole tree: how many registers each function may need, counted
// from above and as the meter rewrites it (`..`, `^`, comparisons and keys become calls). Returns
// the first statement that may need more than there are, so that LuaJIT never has to refuse a
// parsed chunk for that.
std::optional<Diagnostic> count_registers(Function& main);

}  // namespace cherub::sandbox
