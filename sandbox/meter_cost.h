#pragma once

#include "sandbox/syntax/ast.h"

namespace cherub::sandbox {

// The price of running once through the block, without what loops, functions and large arms inside
// pay for themselves. The table is in meter.h.
unsigned block_cost(const Block& block);

// The price of evaluating the expressions that guard or feed a loop once.
unsigned expression_cost(const Expression& expression);

}  // namespace cherub::sandbox
