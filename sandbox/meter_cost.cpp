#include "sandbox/meter_cost.h"

#include <algorithm>

#include "sandbox/leaf_functions.h"
#include "sandbox/meter.h"

namespace cherub::sandbox {
namespace {

Cost fixed(std::size_t amount) {
  return {static_cast<unsigned>(amount), 0};
}

// `...` at the end of a list stands for all of its values.
Cost spread_at_end(const std::vector<ExpressionPtr>& list) {
  const bool spreads = !list.empty() && list.back()->kind == ExpressionKind::kVararg;
  return {0, spreads ? 1u : 0u};
}

}  // namespace

// A leaf calls no leaf, so the order in which they are looked at does not matter.
Costs::Costs(const Chunk& chunk) {
  for (const LeafFunction& leaf : leaf_functions(chunk)) {
    const Cost cost = entry(*leaf.function);
    if (cost.fixed > kLeafMax || cost.spreads > 0) continue;
    entries_.emplace(leaf.local, cost);
    paid_by_callers_.insert(leaf.function);
  }
}

Cost Costs::sum(const std::vector<ExpressionPtr>& expressions) const {
  Cost cost;
  for (const auto& expression : expressions) cost += this->expression(*expression);
  return cost;
}

Cost Costs::table(const Expression& table) const {
  Cost cost = fixed(4);
  for (const TableField& field : table.fields) {
    cost += fixed(1) + this->expression(*field.value);
    if (field.key) cost += this->expression(*field.key);
  }
  if (!table.fields.empty() && !table.fields.back().key &&
      table.fields.back().value->kind == ExpressionKind::kVararg) {
    ++cost.spreads;
  }
  return cost;
}

Cost Costs::branches(const Statement& statement) const {
  Cost dearest;
  for (const Block& arm : statement.blocks) {
    const Cost cost = block(arm);
    if (is_paid_outside(cost) && cost.fixed > dearest.fixed) dearest = cost;
  }
  return sum(statement.values) + fixed(statement.values.size()) + dearest;
}

Cost Costs::call(const Expression& call) const {
  const auto& children = call.children;
  Cost cost = fixed(1 + children.size()) + sum(children) + spread_at_end(children);
  const auto leaf = entries_.find(children[0]->local);
  return leaf == entries_.end() ? cost : cost + leaf->second;
}

Cost Costs::statement(const Statement& statement) const {
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
      return block(statement.blocks[0]);
    case StatementKind::kIf:
      return branches(statement);
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

Cost Costs::expression(const Expression& expression) const {
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
      return call(expression);
    case ExpressionKind::kMethodCall:
      return fixed(2 + children.size()) + sum(children) + spread_at_end(children);
    case ExpressionKind::kTable:
      return table(expression);
    case ExpressionKind::kFunction:
      return fixed(4 + expression.function->upvalues);
  }
  return fixed(1);
}

Cost Costs::block(const Block& block) const {
  Cost cost;
  for (const auto& statement : block.statements) cost += this->statement(*statement);
  return cost;
}

Cost Costs::entry(const Function& function) const {
  return fixed(1 + (function.registers + kFrameExtra + 1) / 2) + block(function.body);
}

bool is_paid_outside(Cost arm) {
  return arm.fixed <= kArmInlineMax && arm.spreads == 0;
}

}  // namespace cherub::sandbox
