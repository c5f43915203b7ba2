#pragma once

#include <unordered_map>
#include <unordered_set>
#include <vector>

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

// The prices of a chunk. The table is in meter.h.
class Costs {
 public:
  explicit Costs(const Chunk& chunk);

  // Of running once through the block, without what loops, functions and large arms inside pay for
  // themselves.
  [[nodiscard]] Cost block(const Block& block) const;
  // Of evaluating the expressions that guard or feed a loop once.
  [[nodiscard]] Cost expression(const Expression& expression) const;
  // Of entering a function: the stack that its frame takes, and its first block.
  [[nodiscard]] Cost entry(const Function& function) const;
  // Whether the callers of the function pay for entering it.
  [[nodiscard]] bool is_paid_by_callers(const Function& function) const {
    return paid_by_callers_.contains(&function);
  }

 private:
  [[nodiscard]] Cost sum(const std::vector<ExpressionPtr>& expressions) const;
  [[nodiscard]] Cost table(const Expression& table) const;
  [[nodiscard]] Cost call(const Expression& call) const;
  [[nodiscard]] Cost branches(const Statement& statement) const;
  [[nodiscard]] Cost statement(const Statement& statement) const;

  std::unordered_map<const Local*, Cost> entries_;  // of the functions that these locals hold
  std::unordered_set<const Function*> paid_by_callers_;
};

// Whether the block around an arm of an `if` pays for it.
bool is_paid_outside(Cost arm);

}  // namespace cherub::sandbox
