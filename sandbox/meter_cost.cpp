#include "sandbox/meter_cost.h"

#include <algorithm>

#include "sandbox/meter.h"

namespace cherub::sandbox {
namespace {

unsigned children_cost(const Expression& expression) {
  unsigned cost = 0;
  for (const auto& child : expression.children) cost += expression_cost(*child);
  return cost;
}

unsigned table_cost(const Expression& table) {
  unsigned cost = 4;
  for (const TableField& field : table.fields) {
    cost += 1 + (field.key ? expression_cost(*field.key) : 0) + expression_cost(*field.value);
  }
  return cost;
}

unsigned values_cost(const Statement& statement) {
  unsigned cost = 0;
  for (const auto& value : statement.values) cost += expression_cost(*value);
  return cost;
}

unsigned if_cost(const Statement& statement) {
  unsigned dearest = 0;
  for (const Block& arm : statement.blocks) {
    const unsigned cost = block_cost(arm);
    if (cost <= kArmInlineMax) dearest = std::max(dearest, cost);
  }
  return values_cost(statement) + static_cast<unsigned>(statement.values.size()) + dearest;
}

unsigned statement_cost(const Statement& statement) {
  switch (statement.kind) {
    case StatementKind::kLocal:
    case StatementKind::kAssign: {
      unsigned cost = values_cost(statement);
      for (const auto& target : statement.targets) cost += expression_cost(*target);
      return cost +
             static_cast<unsigned>(std::max(statement.locals.size(), statement.targets.size()));
    }
    case StatementKind::kLocalFunction:
    case StatementKind::kFunction:
      return 1 + values_cost(statement);
    case StatementKind::kCall:
      return values_cost(statement);
    case StatementKind::kDo:
      return block_cost(statement.blocks[0]);
    case StatementKind::kIf:
      return if_cost(statement);
    case StatementKind::kNumericFor:
    case StatementKind::kGenericFor:
      return 2 + values_cost(statement);
    case StatementKind::kWhile:  // the condition is paid with each iteration, and once here
    case StatementKind::kRepeat:
      return 1 + values_cost(statement);
    case StatementKind::kReturn:
      return 1 + values_cost(statement);
    case StatementKind::kBreak:
    case StatementKind::kGoto:
    case StatementKind::kLabel:
      return 1;
  }
  return 1;
}

}  // namespace

unsigned expression_cost(const Expression& expression) {
  switch (expression.kind) {
    case ExpressionKind::kNil:
    case ExpressionKind::kTrue:
    case ExpressionKind::kFalse:
    case ExpressionKind::kNumber:
    case ExpressionKind::kString:
    case ExpressionKind::kName:
      return 0;
    case ExpressionKind::kParenthesis:
      return children_cost(expression);
    case ExpressionKind::kVararg:
    case ExpressionKind::kIndex:
    case ExpressionKind::kUnary:
      return 1 + children_cost(expression);
    case ExpressionKind::kBinary:
      return (expression.binary_op == BinaryOp::kConcat ? 2 : 1) + children_cost(expression);
    case ExpressionKind::kCall:
      return 1 + static_cast<unsigned>(expression.children.size()) + children_cost(expression);
    case ExpressionKind::kMethodCall:
      return 2 + static_cast<unsigned>(expression.children.size()) + children_cost(expression);
    case ExpressionKind::kTable:
      return table_cost(expression);
    case ExpressionKind::kFunction:
      return 4;
  }
  return 1;
}

unsigned block_cost(const Block& block) {
  unsigned cost = 0;
  for (const auto& statement : block.statements) cost += statement_cost(*statement);
  return cost;
}

}  // namespace cherub::sandbox
