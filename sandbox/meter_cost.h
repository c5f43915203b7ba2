#pragma once

#include "sandbox/syntax/ast.h"

namespace cherub::sandbox {

// What running once through a piece of code costs: a fixed amount of fuel, and half a unit for
// each value of `...` that it spreads into calls, tables and results.
struct Cost {
  unsigned fixed = 0;
  unsigned spreads = 0;  // how often all of `...` is copied

  Cost& operator+=(Cost other) {
    fixed += other.fixed;
    spreads += other.spreads;
    return *this;
  }
  friend Cost operator+(Cost a, Cost b) { return a += b; }
};

// The price of running once through the block, without what loops, functions and large arms inside
// pay for themselves. The table is in meter.h.
Cost block_cost(const Block& block);

// The price of evaluating the expressions that guard or feed a loop once.
Cost expression_cost(const Expression& expression);

// The price of entering a function: the stack that its frame takes, besides its first block.
Cost entry_cost(const Function& function);

// Whether the block around an arm of an `if` pays for it.
bool is_paid_outside(Cost arm);

}  // namespace cherub::sandbox
