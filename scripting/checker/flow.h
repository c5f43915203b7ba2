#pragma once

#include "sandbox/syntax/ast.h"

// Which ways lead on, as far as the text tells.
namespace cherub::scripting {

// `error(…)` as a statement.
bool raises_error(const sandbox::Statement& statement);
// Whether what stands behind it in its block is never reached: return, break, goto, error, a loop
// without end, or a choice between nothing but these.
bool ends_flow(const sandbox::Statement& statement);
bool ends_flow(const sandbox::Block& block);
// Whether a loop's body can leave the loop: break, return, goto or error. Functions inside do not
// count.
bool can_leave(const sandbox::Block& body);
// `true`, a number or a string as a condition.
bool is_always_true(const sandbox::Expression& condition);

}  // namespace cherub::scripting
