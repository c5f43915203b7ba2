#include "sandbox/meter.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "sandbox/meter_cost.h"
#include "sandbox/number_types.h"
#include "sandbox/syntax/parser.h"

namespace cherub::sandbox {
namespace {

static_assert(std::size(kMeterNames) == kMeterUpvalues);

// Operands of `..` that are joined at once, each at most one string long.
constexpr int kConcatMax = 8;

// Comparing with so short a string costs no more than any operation.
constexpr std::size_t kShortStringBytes = 32;

struct Edit {
  std::uint32_t offset = 0;
  std::uint32_t remove = 0;
  std::string insert;
};

std::string prologue() {
  std::string names;
  for (const MeterName& name : kMeterNames)
    names += (names.empty() ? "" : ",") + std::string(name.name);
  return "local " + names + "=... return function(...)";
}

bool has_label(const Block& block, const std::string& name) {
  return std::any_of(block.statements.begin(), block.statements.end(),
                     [&](const StatementPtr& statement) {
                       return statement->kind == StatementKind::kLabel && statement->text == name;
                     });
}

const char* comparison_name(BinaryOp op) {
  switch (op) {
    case BinaryOp::kLess:
      return "\u00b5l";
    case BinaryOp::kLessEqual:
      return "\u00b5m";
    case BinaryOp::kGreater:
      return "\u00b5g";
    case BinaryOp::kGreaterEqual:
      return "\u00b5h";
    default:
      return nullptr;
  }
}

// Some strings of this kind are no numbers after all.
bool may_be_long_numeral(const std::string& text) {
  return text.size() > kNumeralBytesMax &&
         text.find_first_not_of("0123456789abcdefABCDEFxXpP.+- \t\n\v\f\r") == std::string::npos;
}

bool may_be_two(const Expression& exponent) {
  return exponent.kind != ExpressionKind::kNumber || exponent.number == 2;
}

bool is_short_string(const Expression& expression) {
  return expression.kind == ExpressionKind::kString && expression.text.size() <= kShortStringBytes;
}

bool has_calls(const Block& block);

bool has_calls(const Expression& expression) {
  if (expression.kind == ExpressionKind::kCall || expression.kind == ExpressionKind::kMethodCall) {
    return true;
  }
  return std::any_of(expression.children.begin(), expression.children.end(),
                     [](const auto& child) { return has_calls(*child); }) ||
         std::any_of(expression.fields.begin(), expression.fields.end(), [](const auto& field) {
           return has_calls(*field.value) || (field.key && has_calls(*field.key));
         });
}

bool has_calls(const Block& block) {
  const auto calls = [](const auto& expression) { return has_calls(*expression); };
  return std::any_of(block.statements.begin(), block.statements.end(), [&](const auto& statement) {
    return std::any_of(statement->values.begin(), statement->values.end(), calls) ||
           std::any_of(statement->targets.begin(), statement->targets.end(), calls) ||
           std::any_of(statement->blocks.begin(), statement->blocks.end(),
                       [](const Block& inner) { return has_calls(inner); });
  });
}

bool runs_through(const Block& block);

// Whether evaluating it calls nothing that the program names and makes no object.
bool is_plain(const Expression& expression) {
  switch (expression.kind) {
    case ExpressionKind::kCall:
    case ExpressionKind::kMethodCall:
    case ExpressionKind::kTable:
    case ExpressionKind::kFunction:
    case ExpressionKind::kVararg:
      return false;
    case ExpressionKind::kBinary:
      if (expression.binary_op == BinaryOp::kConcat) return false;
      [[fallthrough]];
    default:
      return std::all_of(expression.children.begin(), expression.children.end(),
                         [](const auto& child) { return is_plain(*child); });
  }
}

bool runs_through(const Statement& statement) {
  switch (statement.kind) {
    case StatementKind::kLocal:
    case StatementKind::kAssign:
    case StatementKind::kIf:
    case StatementKind::kDo: {
      const auto plain = [](const auto& expression) { return is_plain(*expression); };
      const auto is_name = [](const auto& target) { return target->kind == ExpressionKind::kName; };
      return std::all_of(statement.values.begin(), statement.values.end(), plain) &&
             std::all_of(statement.targets.begin(), statement.targets.end(), is_name) &&
             std::all_of(statement.blocks.begin(), statement.blocks.end(),
                         [](const Block& block) { return runs_through(block); });
    }
    default:
      return false;
  }
}

// Whether nothing in the block leaves it early, loops, calls, or takes memory, as a field of a
// table may: one run through it is like the other, and short.
bool runs_through(const Block& block) {
  return std::all_of(block.statements.begin(), block.statements.end(),
                     [](const auto& statement) { return runs_through(*statement); });
}

// Walks the tree in source order and collects edits. The order of the edits at one offset is the
// order in which they are made: closing parentheses of what ends there, then what begins there,
// outside in.
class Rewriter {
 public:
  Rewriter(MeteredSource& out, const Chunk& chunk, Charging charging)
      : out_(out), types_(chunk), costs_(chunk), charging_(charging) {}

  void rewrite(const Chunk& chunk) {
    source_ = chunk.source;
    insert(0, prologue() + charge(costs_.entry(*chunk.main)));
    block(chunk.main->body);
    insert(static_cast<std::uint32_t>(chunk.source.size()), "\nend");
    apply(chunk.source);
  }

 private:
  void insert(std::uint32_t offset, std::string text) {
    edits_.push_back({offset, 0, std::move(text)});
  }

  [[nodiscard]] std::string charge(Cost cost) const { return charge(cost, charging_); }

  [[nodiscard]] static std::string charge(Cost cost, Charging charging) {
    const std::string amount = std::to_string(cost.fixed);
    if (cost.spreads > 0) {
      return " \u00b5s(" + amount + "," + std::to_string(cost.spreads) + ",...);";
    }
    if (charging == Charging::kByCall) return " \u00b5(" + amount + ");";
    return " \u00b5f=\u00b5f-" + amount + " if \u00b5f<0 then \u00b5x(0)end ";
  }

  void paid_block(const Block& body, Cost extra) {
    insert(body.range.begin, charge(extra + costs_.block(body)));
    block(body);
  }

  void loop_body(const Block& body, Cost extra) {
    const Charging charging = has_calls(body) ? charging_ : Charging::kInline;
    insert(body.range.begin, charge(extra + costs_.block(body), charging));
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
        loop_body(node.blocks[0], Cost{1} + costs_.expression(*node.values[0]));
        return;
      case StatementKind::kRepeat:
        loop_body(node.blocks[0], Cost{1} + costs_.expression(*node.values[0]));
        expression(*node.values[0]);
        return;
      case StatementKind::kNumericFor:
        numeric_for(node);
        return;
      case StatementKind::kGenericFor:
        for (const auto& value : node.values) expression(*value);
        loop_body(node.blocks[0], Cost{2});
        return;
      case StatementKind::kIf:
        branches(node);
        return;
      case StatementKind::kGoto:
        if (node.jumps_back)
          insert(node.range.begin, charge(Cost{1} + label_block_cost(node.text)));
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

  void numeric_for(const Statement& node) {
    const bool paid_before = runs_through(node.blocks[0]) && types_.is_number(*node.values[0]) &&
                             (node.values.size() < 3 || types_.is_number(*node.values[2]));
    if (!paid_before) {
      for (const auto& value : node.values) expression(*value);
      loop_body(node.blocks[0], Cost{1});
      return;
    }
    // Numbers have no metamethods: start and step can be read twice.
    const Cost iteration = Cost{1} + costs_.block(node.blocks[0]);
    expression(*node.values[0]);
    insert(node.values[1]->range.begin,
           "\u00b5i(" + std::to_string(iteration.fixed) + "," + text_of(*node.values[0]) + "," +
               (node.values.size() < 3 ? "1" : text_of(*node.values[2])) + ",");
    expression(*node.values[1]);
    insert(node.values[1]->range.end, ")");
    if (node.values.size() == 3) expression(*node.values[2]);
    block(node.blocks[0]);
  }

  void branches(const Statement& node) {
    for (std::size_t i = 0; i < node.blocks.size(); ++i) {
      if (i < node.values.size()) expression(*node.values[i]);
      if (is_paid_outside(costs_.block(node.blocks[i]))) {
        block(node.blocks[i]);
      } else {
        paid_block(node.blocks[i], {});
      }
    }
  }

  // What one round through a loop made of goto costs: the block that holds the label.
  [[nodiscard]] Cost label_block_cost(const std::string& label) const {
    for (auto it = blocks_.rbegin(); it != blocks_.rend(); ++it) {
      if (has_label(**it, label)) return costs_.block(**it);
    }
    return {};
  }

  void assigned(const Expression& target) {
    if (target.kind != ExpressionKind::kIndex) return;
    expression(*target.children[0]);
    key(*target.children[1]);
  }

  void key(const Expression& node) {
    if (node.kind == ExpressionKind::kString) {
      if (node.text == "__concat") out_.names_concat_event = true;
      if (node.text == "__gc" || node.text == "__mode") {
        refuse(node, "no table may have a key named '" + node.text + "'",
               "finalizers and weak tables are not available: drop the key, and remove entries "
               "yourself");
      }
      return;
    }
    const bool wrap = !types_.is_number(node);
    if (wrap) insert(node.range.begin, "\u00b5k(");
    expression(node);
    if (wrap) insert(node.range.end, ")");
  }

  void refuse(const Expression& node, std::string message, std::string hint) {
    out_.diagnostics.push_back({Severity::kError, node.range, std::move(message), std::move(hint)});
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
      case ExpressionKind::kString:
        if (may_be_long_numeral(node.text)) {
          refuse(node,
                 "a number in a string of " + std::to_string(node.text.size()) + " characters",
                 "a string that is a number may have at most " + std::to_string(kNumeralBytesMax) +
                     " characters: split it");
        }
        return;
      case ExpressionKind::kFunction:
        if (!costs_.is_paid_by_callers(*node.function)) {
          insert(node.function->body.range.begin, charge(costs_.entry(*node.function)));
        }
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

  // The outer parentheses keep `return a .. b` from becoming a tail call, which would lose its
  // line.
  void binary(const Expression& node) {
    if (node.binary_op == BinaryOp::kConcat) {
      concat(node);
      return;
    }
    const bool power = node.binary_op == BinaryOp::kPower && may_be_two(*node.children[1]);
    const char* function = power ? "\u00b5p" : comparison_name(node.binary_op);
    const bool called = power || (function != nullptr && may_compare_long_strings(node));
    if (called) insert(node.range.begin, std::string("(") + function + "(");
    expression(*node.children[0]);
    if (called) replace(node.operator_range, ",");
    expression(*node.children[1]);
    if (called) insert(node.range.end, "))");
  }

  // One payment for every few operands: they are joined before anybody can look at the length.
  void concat(const Expression& node) {
    int payments = 1;
    insert(node.range.begin, "(\u00b5c(");
    expression(*node.children[0]);
    const Expression* right = node.children[1].get();
    for (int operands = 1;
         right->kind == ExpressionKind::kBinary && right->binary_op == BinaryOp::kConcat;
         ++operands) {
      if (operands % kConcatMax == 0) {
        insert(right->range.begin, "(\u00b5c(");
        ++payments;
      }
      expression(*right->children[0]);
      right = right->children[1].get();
    }
    expression(*right);
    for (; payments > 0; --payments) insert(node.range.end, "))");
  }

  [[nodiscard]] bool may_compare_long_strings(const Expression& node) const {
    return std::none_of(node.children.begin(), node.children.end(), [this](const auto& operand) {
      return types_.is_number(*operand) || is_short_string(*operand);
    });
  }

  void replace(Range range, std::string text) {
    edits_.push_back({range.begin, range.end - range.begin, std::move(text)});
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

  [[nodiscard]] std::string text_of(const Expression& expression) const {
    return std::string(
        source_.substr(expression.range.begin, expression.range.end - expression.range.begin));
  }

  MeteredSource& out_;
  std::string_view source_;
  NumberTypes types_;
  Costs costs_;
  Charging charging_;
  std::vector<Edit> edits_;
  std::vector<const Block*> blocks_;
};

}  // namespace

MeteredSource meter(const Chunk& chunk, Charging charging) {
  MeteredSource out;
  Rewriter(out, chunk, charging).rewrite(chunk);
  return out;
}

}  // namespace cherub::sandbox
