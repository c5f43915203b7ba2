#pragma once

#include <vector>

#include "sandbox/syntax/ast.h"

namespace cherub::sandbox {

struct LeafFunction {
  const Local* local = nullptr;
  const Function* function = nullptr;
};

// The local functions that are nothing but called, by their name, and that call no function of the
// kind themselves: whoever runs one is seen to call it, and none is on the stack twice without a
// caller between. So the caller can pay for it.
std::vector<LeafFunction> leaf_functions(const Chunk& chunk);

}  // namespace cherub::sandbox
