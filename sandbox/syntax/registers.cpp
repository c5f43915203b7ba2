#include "sandbox/syntax/registers.h"

#include <algorithm>
#include <utility>

namespace cherub::sandbox {
namespace {

constexpr int kCallFrame = 2;    // the function and a link stand in front of the arguments
constexpr int kMethodFrame = 3;  // and the object
constexpr int kForHidden = 3;    // what a loop keeps in front of its variables
constexpr int kIteratorCall = 4;
constexpr int kLoopPayment = 6;      // the call that pays for all iterations
constexpr int kChargeRegisters = 5;  // what the meter's own charges take

bool becomes_call(BinaryOp op) {
  switch (op) {
    case BinaryOp::kConcat:
    case BinaryOp::kPower:
    case BinaryOp::kLess:
    case BinaryOp::kLessEqual:
    case BinaryOp::kGreater:
    case BinaryOp::kGreaterEqual:
      return true;
    default:
      return false;
  }
}

class RegisterCount {
 public:
  std::optional<Diagnostic> count(Function& main) {
    walk_function(main);
    return std::move(shortage_);
  }

 private:
  void walk_function(Function& function) {
    const int outer = std::exchange(active_, static_cast<int>(function.parameters.size()));
    const int outer_most = std::exchange(most_, active_);
    walk_block(function.body);
    function.registers = static_cast<std::uint32_t>(most_ + kChargeRegisters);
    active_ = outer;
    most_ = outer_most;
  }

  void walk_block(const Block& block) {
    const int outer = active_;
    for (const StatementPtr& statement : block.statements) walk_statement(*statement);
    active_ = outer;
  }

  void need(int registers, const Statement& statement) {
    most_ = std::max(most_, active_ + registers);
    if (active_ + registers <= kRegistersMax || shortage_) return;
    shortage_ = Diagnostic{Severity::kError, statement.range,
                           "this statement holds too many values at once",
                           "split it: name parts with 'local', put lists into tables, close the "
                           "scope of locals with 'do … end'"};
  }

  void walk_statement(const Statement& statement) {
    const auto locals = static_cast<int>(statement.locals.size());
    switch (statement.kind) {
      case StatementKind::kLocal:
        need(std::max(list(statement.values), locals), statement);
        active_ += locals;
        break;
      case StatementKind::kLocalFunction:
        active_ += locals;
        need(list(statement.values), statement);
        break;
      case StatementKind::kNumericFor:
      case StatementKind::kGenericFor:
        walk_for(statement, locals);
        break;
      case StatementKind::kRepeat:
        walk_repeat(statement);
        break;
      case StatementKind::kIf:
        // One condition at a time.
        for (const ExpressionPtr& condition : statement.values) {
          need(registers(*condition), statement);
        }
        for (const Block& block : statement.blocks) walk_block(block);
        break;
      default:
        need(targets(statement), statement);
        for (const Block& block : statement.blocks) walk_block(block);
    }
  }

  void walk_for(const Statement& statement, int locals) {
    const int outer = active_;
    need(std::max(1 + kLoopPayment + list(statement.values), kForHidden), statement);
    active_ += kForHidden + locals;
    need(kIteratorCall, statement);
    for (const Block& block : statement.blocks) walk_block(block);
    active_ = outer;
  }

  // The condition is read while the locals of the block live.
  void walk_repeat(const Statement& statement) {
    const int outer = active_;
    for (const StatementPtr& inner : statement.blocks[0].statements) walk_statement(*inner);
    need(list(statement.values), statement);
    active_ = outer;
  }

  // Object and key of every target wait for the values.
  int targets(const Statement& statement) {
    int waiting = 0;
    int most = 0;
    for (const ExpressionPtr& target : statement.targets) {
      most = std::max(most, waiting + registers(*target));
      if (target->kind == ExpressionKind::kIndex) waiting += 2;
    }
    return std::max(most, waiting + 1 + list(statement.values));
  }

  int list(const std::vector<ExpressionPtr>& expressions, std::size_t first = 0) {
    int most = 0;
    for (std::size_t i = first; i < expressions.size(); ++i) {
      most = std::max(most, static_cast<int>(i - first) + registers(*expressions[i]));
    }
    return most;
  }

  // How many registers it takes to bring the value into the next free one.
  int registers(const Expression& expression) {
    const auto& children = expression.children;
    switch (expression.kind) {
      case ExpressionKind::kFunction:
        walk_function(*expression.function);
        return 1;
      case ExpressionKind::kParenthesis:
      case ExpressionKind::kUnary:
        return registers(*children[0]);
      case ExpressionKind::kIndex:
        return std::max(registers(*children[0]),
                        1 + (expression.is_dot ? 1 : kCallFrame + registers(*children[1])));
      case ExpressionKind::kCall:
        return std::max(registers(*children[0]), kCallFrame + list(children, 1));
      case ExpressionKind::kMethodCall:
        return std::max(registers(*children[0]), kMethodFrame + std::max(1, list(children, 1)));
      case ExpressionKind::kBinary:
        return binary(expression);
      case ExpressionKind::kTable:
        return table(expression);
      default:
        return 1;
    }
  }

  int binary(const Expression& expression) {
    const bool is_call = becomes_call(expression.binary_op);
    int held = is_call ? kCallFrame : 0;
    int most = held + registers(*expression.children[0]);
    // A chain of `..` is one call or some.
    const Expression* right = expression.children[1].get();
    while (expression.binary_op == BinaryOp::kConcat && right->kind == ExpressionKind::kBinary &&
           right->binary_op == BinaryOp::kConcat) {
      held += 1 + kCallFrame;  // the chain may be cut here
      most = std::max(most, held + registers(*right->children[0]));
      right = right->children[1].get();
    }
    return std::max(most, held + 1 + registers(*right));
  }

  int table(const Expression& expression) {
    int most = 1;
    for (const TableField& field : expression.fields) {
      if (field.bracketed) most = std::max(most, kCallFrame + registers(*field.key));
      most = std::max(most, 1 + registers(*field.value));
    }
    return 1 + most;
  }

  int active_ = 0;  // locals that live, with the hidden ones of loops
  int most_ = 0;    // registers of the function so far
  std::optional<Diagnostic> shortage_;
};

}  // namespace

std::optional<Diagnostic> count_registers(Function& main) {
  return RegisterCount().count(main);
}

}  // namespace cherub::sandbox
