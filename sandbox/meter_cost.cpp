#include "sandbox/meter_cost.h"

#include "sandbox/meter.h"

namespace cherub::sandbox {
namespace {

Cost fixed(std::size_t amount) {
  return {static_cast<unsigned>(amount), 0};
}

Cost sum(const std::vector<ExpressionPtr>& expressions) {
  Cost cost;
  for (const auto& expression : expressions) cost += expression_cost(*expression);
  return cost;
}

// `...` at the end of a list stands for all of its values.
Cost spread_at_end(const std::vector<ExpressionPtr>& list) {
  const bool spreads = !list.empty() && list.back()->kind == ExpressionKind::kVararg;
  return {0, spreads ? 1u : 0u};
}

Cost table_cost(const Expression& table) {
  Cost cost = fixed(4);
  for (const TableField& field : table.fields) {
    cost += fixed(1) + expression_cost(*field.value);
    if (field.key) cost += expression_cost(*field.key);
  }
  if (!table.fields.empty() && !table.fields.back().key &&
      table.fields.back().value->kind == ExpressionKind::kVararg) {
    ++cost.spreads;
  }
  return cost;
}

Cost if_cost(const Statement& statement) {
  Cost dearest;
  for (const Block& arm : statement.blocks) {
    const Cost cost = block_cost(arm);
    if (is_paid_outside(cost) && cost.fixed > dearest.fixed) dearest = cost;
  }
  return sum(statement.values) + fixed(statement.values.size()) + dearest;
}

Cost statement_cost(const Statement& statement) {
  switch (statement.kind) {
    case StatementKind::kLocal:
    case StatementKind::kAssign:
      return sum(statement.values) + sum(statement.targets) +
             fixed(std::max(statement.locals.size(), statement.targets.size()));
    case StatementKind::kLocalFunction:
    case StatementKind::kFunction:
      return fixed(1) + sum(statement.values);
    case StatementKind::kCall:
      return sum(statement.values);
    case StatementKind::kDo:
      return block_cost(statement.blocks[0]);
    case StatementKind::kIf:
      return if_cost(statement);
    case StatementKind::kNumericFor:
    case StatementKind::kGenericFor:
      return fixed(2) + sum(statement.values);
    case StatementKind::kWhile:  // the condition is paid with each iteration, and once here
    case StatementKind::kRepeat:
      return fixed(1) + sum(statement.values);
    case StatementKind::kReturn:
      return fixed(1) + sum(statement.values) + spread_at_end(statement.values);
    case StatementKind::kBreak:
    case StatementKind::kGoto:
    case StatementKind::kLabel:
      return fixed(1);
  }
  return fixed(1);
}

}  // namespace

Cost expression_cost(const Expression& expression) {
  const auto& children = expression.children;
  switch (expression.kind) {
    case ExpressionKind::kNil:
    case ExpressionKind::kTrue:
    case ExpressionKind::kFalse:
    case ExpressionKind::kNumber:
    case ExpressionKind::kString:
    case ExpressionKind::kName:
      return {};
    case ExpressionKind::kParenthesis:
      return sum(children);
    case ExpressionKind::kVararg:
    case ExpressionKind::kIndex:
    case ExpressionKind::kUnary:
      return fixed(1) + sum(children);
    case ExpressionKind::kBinary:
      return fixed(expression.binary_op == BinaryOp::kConcat ? 2 : 1) + sum(children);
    case ExpressionKind::kCall:
      return fixed(1 + children.size()) + sum(children) + spread_at_end(children);
    case ExpressionKind::kMethodCall:
      return fixed(2 + children.size()) + sum(children) + spread_at_end(children);
    case ExpressionKind::kTable:
      return table_cost(expression);
    case ExpressionKind::kFunction:
      return fixed(4 + expression.function->upvalues);
  }
  return fixed(1);
}

Cost block_cost(const Block& block) {
  Cost cost;
  for (const auto& statement : block.statements) cost += statement_cost(*statement);
  return cost;
}

Cost entry_cost(const Function& function) {
  return fixed(1 + (function.registers + kFrameExtra + 1) / 2);
}

bool is_paid_outside(Cost arm) {
  return arm.fixed <= kArmInlineMax && arm.spreads == 0;
}

}  // namespace cherub::sandbox
