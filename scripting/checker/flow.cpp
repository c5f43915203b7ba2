#include "scripting/checker/flow.h"

#include <algorithm>

#include "scripting/checker/survey.h"

namespace cherub::scripting {
namespace {

using sandbox::Block;
using sandbox::Expression;
using sandbox::ExpressionKind;
using sandbox::Statement;
using sandbox::StatementKind;

// Whether a block holds a jump out of the loop around it. `nested`: inside of a loop of its own,
// where a break leads no farther than that.
bool leaves(const Block& block, bool nested) {
  return std::any_of(
      block.statements.begin(), block.statements.end(), [nested](const auto& statement) {
        switch (statement->kind) {
          case StatementKind::kReturn:
            return true;
          case StatementKind::kGoto:
            // `goto continue` stays, but which label lies outside is not worth the search.
            return true;
          case StatementKind::kBreak:
            return !nested;
          default:
            break;
        }
        if (raises_error(*statement)) return true;
        const bool loops = statement->kind == StatementKind::kWhile ||
                           statement->kind == StatementKind::kRepeat ||
                           statement->kind == StatementKind::kNumericFor ||
                           statement->kind == StatementKind::kGenericFor;
        return std::any_of(statement->blocks.begin(), statement->blocks.end(),
                           [&](const Block& inner) { return leaves(inner, nested || loops); });
      });
}

}  // namespace

bool raises_error(const Statement& statement) {
  if (statement.kind != StatementKind::kCall) return false;
  const Expression& call = *statement.values[0];
  if (call.kind != ExpressionKind::kCall) return false;
  const Expression& callee = bare(*call.children[0]);
  return callee.kind == ExpressionKind::kName && !callee.local && callee.text == "error";
}

bool is_always_true(const Expression& condition) {
  const ExpressionKind kind = bare(condition).kind;
  return kind == ExpressionKind::kTrue || kind == ExpressionKind::kNumber ||
         kind == ExpressionKind::kString;
}

bool can_leave(const Block& body) {
  return leaves(body, false);
}

bool ends_flow(const Statement& statement) {
  switch (statement.kind) {
    case StatementKind::kReturn:
    case StatementKind::kBreak:
    case StatementKind::kGoto:
      return true;
    case StatementKind::kCall:
      return raises_error(statement);
    case StatementKind::kDo:
      return ends_flow(statement.blocks[0]);
    case StatementKind::kWhile:
      return is_always_true(*statement.values[0]) && !can_leave(statement.blocks[0]);
    case StatementKind::kIf:
      return statement.blocks.size() > statement.values.size() &&
             std::all_of(statement.blocks.begin(), statement.blocks.end(),
                         [](const Block& block) { return ends_flow(block); });
    default:
      return false;
  }
}

bool ends_flow(const Block& block) {
  bool ended = false;
  for (const auto& statement : block.statements) {
    // A label may be jumped to.
    if (statement->kind == StatementKind::kLabel) ended = false;
    ended = ended || ends_flow(*statement);
  }
  return ended;
}

}  // namespace cherub::scripting
