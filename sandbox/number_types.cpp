#include "sandbox/number_types.h"

#include <algorithm>

namespace cherub::sandbox {

NumberTypes::NumberTypes(const Chunk& chunk) {
  visit(chunk.main->body);
  settle();
}

// Every candidate is taken for a number at first; whoever was assigned something else drops out,
// until nobody does. In the order of declaration, which settles most programs in two rounds.
void NumberTypes::settle() {
  const auto fails = [this](const Assigned& candidate) {
    return std::any_of(candidate.values.begin(), candidate.values.end(),
                       [this](const Expression* value) { return !value || !is_number(*value); });
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (const Assigned& candidate : assigned_) {
      if (numbers_.contains(candidate.local) && fails(candidate)) {
        numbers_.erase(candidate.local);
        changed = true;
      }
    }
  }
}

bool NumberTypes::is_number(const Expression& expression) const {
  switch (expression.kind) {
    case ExpressionKind::kNumber:
      return true;
    case ExpressionKind::kParenthesis:
      return is_number(*expression.children[0]);
    case ExpressionKind::kName:
      return expression.local != nullptr && numbers_.contains(expression.local);
    case ExpressionKind::kUnary:
      return expression.unary_op == UnaryOp::kLength ||
             (expression.unary_op == UnaryOp::kNegate && is_number(*expression.children[0]));
    case ExpressionKind::kBinary:
      return expression.binary_op <= BinaryOp::kPower && is_number(*expression.children[0]) &&
             is_number(*expression.children[1]);
    default:
      return false;
  }
}

void NumberTypes::add_candidate(const Local* local, std::vector<const Expression*> values) {
  index_[local] = assigned_.size();
  numbers_.insert(local);
  assigned_.push_back({local, std::move(values)});
}

// Globals, parameters and the like are no candidates.
void NumberTypes::assign(const Local* local, const Expression* value) {
  const auto found = index_.find(local);
  if (found != index_.end()) assigned_[found->second].values.push_back(value);
}

void NumberTypes::visit(const Block& block) {
  for (const auto& statement : block.statements) visit(*statement);
}

void NumberTypes::visit(const Statement& statement) {
  // nullptr stands for a value that is not written there: nil, or one of several results.
  const auto value_at = [&](std::size_t i) -> const Expression* {
    return i < statement.values.size() ? statement.values[i].get() : nullptr;
  };
  if (statement.kind == StatementKind::kLocal) {
    for (std::size_t i = 0; i < statement.locals.size(); ++i) {
      add_candidate(statement.locals[i], {value_at(i)});
    }
  } else if (statement.kind == StatementKind::kNumericFor) {
    add_candidate(statement.locals[0], {});
  }
  for (std::size_t i = 0; i < statement.targets.size(); ++i) {
    const Expression& target = *statement.targets[i];
    if (target.kind == ExpressionKind::kName) assign(target.local, value_at(i));
    visit(target);
  }
  for (const auto& value : statement.values) visit(*value);
  for (const Block& block : statement.blocks) visit(block);
}

void NumberTypes::visit(const Expression& expression) {
  for (const auto& child : expression.children) visit(*child);
  for (const TableField& field : expression.fields) {
    if (field.key) visit(*field.key);
    visit(*field.value);
  }
  if (expression.function) visit(expression.function->body);
}

}  // namespace cherub::sandbox
