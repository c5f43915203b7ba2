#include "sandbox/meter.h"

#include <algorithm>
#include <vector>

#include "sandbox/meter_cost.h"

namespace cherub::sandbox {
namespace {

struct Edit {
  std::uint32_t offset = 0;
  std::uint32_t remove = 0;
  std::string insert;
};

std::string charge(unsigned cost) {
  return " \u00b5=\u00b5-" + std::to_string(cost) + " if \u00b5<0 then \u00b5x()end ";
}

bool has_label(const Block& block, const std::string& name) {
  return std::any_of(block.statements.begin(), block.statements.end(),
                     [&](const StatementPtr& statement) {
                       return statement->kind == StatementKind::kLabel && statement->text == name;
                     });
}

// True when the value can only be a number: such a key needs no look.
bool surely_number(const Expression& expression) {
  switch (expression.kind) {
    case ExpressionKind::kNumber:
      return true;
    case ExpressionKind::kParenthesis:
      return surely_number(*expression.children[0]);
    case ExpressionKind::kName:
      return expression.local != nullptr && expression.local->kind == LocalKind::kNumericFor &&
             expression.local->assignments == 0;
    case ExpressionKind::kUnary:
      return expression.unary_op == UnaryOp::kLength ||
             (expression.unary_op == UnaryOp::kNegate && surely_number(*expression.children[0]));
    case ExpressionKind::kBinary:
      return expression.binary_op <= BinaryOp::kPower && surely_number(*expression.children[0]) &&
             surely_number(*expression.children[1]);
    default:
      return false;
  }
}

// Walks the tree in source order and collects edits. The order of the edits at one offset is the
// order in which they are made: closing parentheses of what ends there, then what begins there,
// outside in.
class Rewriter {
 public:
  explicit Rewriter(MeteredSource& out) : out_(out) {}

  void rewrite(const Chunk& chunk) {
    insert(0, kMeterPrologue + charge(1 + block_cost(chunk.main->body)));
    block(chunk.main->body);
    insert(static_cast<std::uint32_t>(chunk.source.size()), "\nend");
    apply(chunk.source);
  }

 private:
  void insert(std::uint32_t offset, std::string text) {
    edits_.push_back({offset, 0, std::move(text)});
  }

  void paid_block(const Block& body, unsigned extra) {
    insert(body.range.begin, charge(extra + block_cost(body)));
    block(body);
  }

  void block(const Block& body) {
    blocks_.push_back(&body);
    const Statement* previous = nullptr;
    for (const auto& statement : body.statements) {
      // What the meter put behind the previous statement may end in ")", which an opening
      // parenthesis would call.
      if (previous != nullptr && !previous->ends_with_semicolon &&
          begins_with_parenthesis(*statement)) {
        insert(statement->range.begin, ";");
      }
      this->statement(*statement);
      previous = statement.get();
    }
    blocks_.pop_back();
  }

  static bool begins_with_parenthesis(const Statement& statement) {
    const Expression* first = nullptr;
    if (statement.kind == StatementKind::kCall) first = statement.values[0].get();
    if (statement.kind == StatementKind::kAssign) first = statement.targets[0].get();
    while (first != nullptr &&
           (first->kind == ExpressionKind::kCall || first->kind == ExpressionKind::kMethodCall ||
            first->kind == ExpressionKind::kIndex)) {
      first = first->children[0].get();
    }
    return first != nullptr && first->kind == ExpressionKind::kParenthesis;
  }

  void statement(const Statement& node) {
    switch (node.kind) {
      case StatementKind::kWhile:
        expression(*node.values[0]);
        paid_block(node.blocks[0], 1 + expression_cost(*node.values[0]));
        return;
      case StatementKind::kRepeat:
        paid_block(node.blocks[0], 1 + expression_cost(*node.values[0]));
        expression(*node.values[0]);
        return;
      case StatementKind::kNumericFor:
      case StatementKind::kGenericFor:
        for (const auto& value : node.values) expression(*value);
        paid_block(node.blocks[0], node.kind == StatementKind::kGenericFor ? 2 : 1);
        return;
      case StatementKind::kIf:
        branches(node);
        return;
      case StatementKind::kGoto:
        if (node.jumps_back) insert(node.range.begin, charge(1 + label_block_cost(node.text)));
        return;
      case StatementKind::kDo:
        block(node.blocks[0]);
        return;
      default:
        for (const auto& target : node.targets) assigned(*target);
        for (const auto& value : node.values) expression(*value);
        return;
    }
  }

  void branches(const Statement& node) {
    for (std::size_t i = 0; i < node.blocks.size(); ++i) {
      if (i < node.values.size()) expression(*node.values[i]);
      if (block_cost(node.blocks[i]) > kArmInlineMax) {
        paid_block(node.blocks[i], 0);
      } else {
        block(node.blocks[i]);
      }
    }
  }

  // What one round through a loop made of goto costs: the block that holds the label.
  [[nodiscard]] unsigned label_block_cost(const std::string& label) const {
    for (auto it = blocks_.rbegin(); it != blocks_.rend(); ++it) {
      if (has_label(**it, label)) return block_cost(**it);
    }
    return 1;
  }

  void assigned(const Expression& target) {
    if (target.kind != ExpressionKind::kIndex) return;
    expression(*target.children[0]);
    key(*target.children[1]);
  }

  void key(const Expression& node) {
    if (node.kind == ExpressionKind::kString) {
      if (node.text == "__gc" || node.text == "__mode") refuse(node);
      return;
    }
    const bool wrap = !surely_number(node);
    if (wrap) insert(node.range.begin, "\u00b5k(");
    expression(node);
    if (wrap) insert(node.range.end, ")");
  }

  void refuse(const Expression& node) {
    out_.diagnostics.push_back({Severity::kError, node.range,
                                "no table may have a key named '" + node.text + "'",
                                "finalizers and weak tables are not available: drop the key, and "
                                "remove entries yourself"});
  }

  void expression(const Expression& node) {
    switch (node.kind) {
      case ExpressionKind::kBinary:
        binary(node);
        return;
      case ExpressionKind::kTable:
        for (const TableField& field : node.fields) {
          if (field.key) key(*field.key);
          expression(*field.value);
        }
        return;
      case ExpressionKind::kFunction:
        insert(node.function->body.range.begin, charge(1 + block_cost(node.function->body)));
        function_body(*node.function);
        return;
      default:
        for (const auto& child : node.children) expression(*child);
        return;
    }
  }

  // Labels are not seen across functions.
  void function_body(const Function& function) {
    std::vector<const Block*> outer;
    outer.swap(blocks_);
    block(function.body);
    blocks_.swap(outer);
  }

  void binary(const Expression& node) {
    const bool power = node.binary_op == BinaryOp::kPower;
    const bool concat = node.binary_op == BinaryOp::kConcat;
    // The outer parentheses keep `return a .. b` from becoming a tail call, which would lose its
    // line.
    if (power) insert(node.range.begin, "(\u00b5p(");
    if (concat) insert(node.range.begin, "(\u00b5c(");
    expression(*node.children[0]);
    if (power) edits_.push_back({node.operator_range.begin, 1, ","});
    const Expression* right = node.children[1].get();
    while (concat && right->kind == ExpressionKind::kBinary &&
           right->binary_op == BinaryOp::kConcat) {
      expression(*right->children[0]);  // one payment for the whole chain
      right = right->children[1].get();
    }
    expression(*right);
    if (power || concat) insert(node.range.end, "))");
  }

  void apply(const std::string& source) {
    std::stable_sort(edits_.begin(), edits_.end(),
                     [](const Edit& a, const Edit& b) { return a.offset < b.offset; });
    std::size_t at = 0;
    for (const Edit& edit : edits_) {
      out_.text.append(source, at, edit.offset - at);
      out_.text += edit.insert;
      at = edit.offset + edit.remove;
    }
    out_.text.append(source, at);
  }

  MeteredSource& out_;
  std::vector<Edit> edits_;
  std::vector<const Block*> blocks_;
};

}  // namespace

MeteredSource meter(const Chunk& chunk) {
  MeteredSource out;
  Rewriter(out).rewrite(chunk);
  return out;
}

}  // namespace cherub::sandbox
