#pragma once

#include <unordered_map>

#include "sandbox/syntax/ast.h"

namespace cherub::scripting {

// `error(…)` as a statement.
bool raises_error(const sandbox::Statement& statement);
// `true`, a number or a string as a condition.
bool is_always_true(const sandbox::Expression& condition);

bool is_loop(const sandbox::Statement& statement);

// Which ways lead on, as far as the text tells. Remembers what it was asked: blocks lie in each
// other, and rules ask for all of them.
class Flow {
 public:
  // Whether what stands behind it in its block is never reached: return, break, goto, error, a loop
  // without end, or a choice between nothing but these.
  [[nodiscard]] bool ends(const sandbox::Statement& statement) const;
  [[nodiscard]] bool ends(const sandbox::Block& block) const;
  // Whether a loop's body can leave the loop: break, return, goto or error. Functions inside do not
  // count.
  [[nodiscard]] bool can_leave(const sandbox::Block& body) const;

 private:
  struct Exits {
    bool breaks = false;  // leaves the innermost loop around
    bool jumps = false;   // return, goto, error
  };
  [[nodiscard]] Exits exits(const sandbox::Block& block) const;
  [[nodiscard]] Exits exits(const sandbox::Statement& statement) const;

  mutable std::unordered_map<const sandbox::Block*, Exits> exits_;
  mutable std::unordered_map<const sandbox::Block*, bool> ends_;
};

}  // namespace cherub::scripting
