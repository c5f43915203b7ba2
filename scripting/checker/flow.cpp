#include "scripting/checker/flow.h"

#include <algorithm>

#include "scripting/checker/survey.h"

namespace cherub::scripting {

using sandbox::Block;
using sandbox::Expression;
using sandbox::ExpressionKind;
using sandbox::Statement;
using sandbox::StatementKind;

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

bool is_loop(const Statement& statement) {
  return statement.kind == StatementKind::kWhile || statement.kind == StatementKind::kRepeat ||
         statement.kind == StatementKind::kNumericFor ||
         statement.kind == StatementKind::kGenericFor;
}

bool Flow::can_leave(const Block& body) const {
  const Exits found = exits(body);
  return found.breaks || found.jumps;
}

Flow::Exits Flow::exits(const Block& block) const {
  if (const auto known = exits_.find(&block); known != exits_.end()) return known->second;
  Exits found;
  for (const auto& statement : block.statements) {
    const Exits inner = exits(*statement);
    found.breaks = found.breaks || inner.breaks;
    found.jumps = found.jumps || inner.jumps;
  }
  exits_[&block] = found;
  return found;
}

Flow::Exits Flow::exits(const Statement& statement) const {
  Exits found;
  found.breaks = statement.kind == StatementKind::kBreak;
  // `goto continue` stays, but which label lies outside is not worth the search.
  found.jumps = statement.kind == StatementKind::kReturn ||
                statement.kind == StatementKind::kGoto || raises_error(statement);
  for (const Block& block : statement.blocks) {
    const Exits inner = exits(block);
    found.breaks = found.breaks || (inner.breaks && !is_loop(statement));
    found.jumps = found.jumps || inner.jumps;
  }
  return found;
}

bool Flow::ends(const Statement& statement) const {
  switch (statement.kind) {
    case StatementKind::kReturn:
    case StatementKind::kBreak:
    case StatementKind::kGoto:
      return true;
    case StatementKind::kCall:
      return raises_error(statement);
    case StatementKind::kDo:
      return ends(statement.blocks[0]);
    case StatementKind::kWhile:
      return is_always_true(*statement.values[0]) && !can_leave(statement.blocks[0]);
    case StatementKind::kIf:
      return statement.blocks.size() > statement.values.size() &&
             std::all_of(statement.blocks.begin(), statement.blocks.end(),
                         [this](const Block& block) { return ends(block); });
    default:
      return false;
  }
}

bool Flow::ends(const Block& block) const {
  if (const auto known = ends_.find(&block); known != ends_.end()) return known->second;
  bool ended = false;
  for (const auto& statement : block.statements) {
    // A label may be jumped to.
    if (statement->kind == StatementKind::kLabel) ended = false;
    ended = ended || ends(*statement);
  }
  ends_[&block] = ended;
  return ended;
}

}  // namespace cherub::scripting
