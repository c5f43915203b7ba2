// Conditions that always or never hold, as far as that is evident.
#include <algorithm>
#include <optional>
#include <set>

#include "engine/base/json.h"
#include "scripting/checker/hints.h"
#include "scripting/checker/rules.h"
#include "scripting/manifest_parts.h"

namespace cherub::scripting {
namespace {

using sandbox::BinaryOp;
using sandbox::Expression;
using sandbox::ExpressionKind;
using sandbox::Statement;
using sandbox::StatementKind;

// `b > a` for `a < b`.
BinaryOp mirrored(BinaryOp op) {
  switch (op) {
    case BinaryOp::kLess:
      return BinaryOp::kGreater;
    case BinaryOp::kLessEqual:
      return BinaryOp::kGreaterEqual;
    case BinaryOp::kGreater:
      return BinaryOp::kLess;
    case BinaryOp::kGreaterEqual:
      return BinaryOp::kLessEqual;
    default:
      return op;
  }
}

std::string_view sign_of(BinaryOp op) {
  switch (op) {
    case BinaryOp::kLess:
      return "<";
    case BinaryOp::kLessEqual:
      return "<=";
    case BinaryOp::kGreater:
      return ">";
    default:
      return ">=";
  }
}

// `value op limit`, the number on the right.
struct Comparison {
  const Expression* value = nullptr;
  BinaryOp op = BinaryOp::kLess;
  double limit = 0;
};

std::optional<Comparison> comparison_of(const Expression& expression) {
  const Expression& inner = bare(expression);
  if (inner.kind != ExpressionKind::kBinary) return std::nullopt;
  if (!is_order(inner.binary_op) && !is_equality(inner.binary_op)) return std::nullopt;
  if (const auto limit = literal_number(*inner.children[1])) {
    return Comparison{&bare(*inner.children[0]), inner.binary_op, *limit};
  }
  if (const auto limit = literal_number(*inner.children[0])) {
    return Comparison{&bare(*inner.children[1]), mirrored(inner.binary_op), *limit};
  }
  return std::nullopt;
}

// Whether `later` can only hold where `earlier` did: a > 0.7 behind a > 0.3.
bool is_covered(const Comparison& earlier, const Comparison& later) {
  const auto rises = [](BinaryOp op) {
    return op == BinaryOp::kGreater || op == BinaryOp::kGreaterEqual;
  };
  if (!is_order(earlier.op) || !is_order(later.op)) return false;
  if (rises(earlier.op) != rises(later.op)) return false;
  if (earlier.limit == later.limit) {
    return earlier.op == later.op || later.op == BinaryOp::kLess || later.op == BinaryOp::kGreater;
  }
  return rises(earlier.op) ? earlier.limit < later.limit : earlier.limit > later.limit;
}

// What comes of comparing anything in a range with a limit, when it is always the same.
std::optional<bool> outcome(const NumberRange& range, BinaryOp op, double limit) {
  const bool all_below = range.high < limit;
  const bool all_above = range.low > limit;
  switch (op) {
    case BinaryOp::kLess:
      if (all_below) return true;
      return range.low >= limit ? std::optional(false) : std::nullopt;
    case BinaryOp::kLessEqual:
      if (range.high <= limit) return true;
      return all_above ? std::optional(false) : std::nullopt;
    case BinaryOp::kGreater:
      if (all_above) return true;
      return range.high <= limit ? std::optional(false) : std::nullopt;
    case BinaryOp::kGreaterEqual:
      if (range.low >= limit) return true;
      return all_below ? std::optional(false) : std::nullopt;
    default:
      if (!all_below && !all_above) return std::nullopt;
      return op == BinaryOp::kNotEqual;
  }
}

class ConditionRules {
 public:
  explicit ConditionRules(const CheckContext& context) : context_(context) {}

  void check_statement(const Statement& statement) {
    const bool has_condition = statement.kind == StatementKind::kIf ||
                               statement.kind == StatementKind::kWhile ||
                               statement.kind == StatementKind::kRepeat;
    if (!has_condition) return;
    for (const auto& condition : statement.values) {
      condition_ = condition.get();
      check_truth(*condition);
    }
    if (statement.kind == StatementKind::kIf) check_chain(statement);
  }

  void check_comparison(const Expression& expression) {
    if (expression.kind != ExpressionKind::kBinary) return;
    if (const auto comparison = comparison_of(expression)) {
      if (check_range(expression, *comparison)) return;
    }
    if (is_equality(expression.binary_op)) check_equality(expression);
  }

 private:
  // The operands of and, or and not in a condition are conditions too.
  void check_truth(const Expression& condition) {
    const Expression& inner = bare(condition);
    const bool combines =
        (inner.kind == ExpressionKind::kUnary && inner.unary_op == sandbox::UnaryOp::kNot) ||
        (inner.kind == ExpressionKind::kBinary &&
         (inner.binary_op == BinaryOp::kAnd || inner.binary_op == BinaryOp::kOr));
    if (combines) {
      for (const auto& child : inner.children) check_truth(*child);
      return;
    }
    const Type type = context_.types.of(inner);
    if (type.maybe_nil) return;
    if (type.is(Shape::kEntry)) return report_function(inner, type);
    if (type.is(Shape::kSelf)) return report_action(inner);
    if (is_list(type)) return report_list(inner);
    if (type.is(Shape::kNumber) || type.is(Shape::kString)) report_value(inner, type);
  }

  void report_function(const Expression& leaf, const Type& type) {
    if (type.entry->kind == ApiKind::kLibrary) return;
    context_.report.warning(leaf.range,
                            api_display_name(*type.entry) + " is a function, and so always true",
                            "call it: " + usage(*type.entry));
  }

  // `if self:eat(food) then`: whether it worked is known in the next tick only.
  void report_action(const Expression& leaf) {
    const Expression* call = &leaf;
    if (leaf.kind == ExpressionKind::kName && leaf.local) {
      const LocalFacts& facts = context_.survey.facts(leaf.local);
      call = facts.sources.size() == 1 && facts.sources[0] ? &bare(*facts.sources[0]) : nullptr;
    }
    if (!call || call->kind != ExpressionKind::kMethodCall) return;
    const std::string_view receipt = receipt_of(call->text);
    if (receipt.empty()) return;
    context_.report.warning(
        leaf.range, "self:" + call->text + " gives self, and so this is always true",
        "what became of it stands in " + std::string(receipt) + " in the next tick");
  }

  // An empty array is true too: worth telling where somebody then takes the first.
  void report_list(const Expression& leaf) {
    if (&leaf != &bare(*condition_)) return;
    if (leaf.kind != ExpressionKind::kName || !leaf.local) return;
    const LocalFacts& facts = context_.survey.facts(leaf.local);
    const bool measured =
        std::any_of(facts.others.begin(), facts.others.end(), [](const ExpressionSite& use) {
          return use.parent && use.parent->kind == ExpressionKind::kUnary &&
                 use.parent->unary_op == sandbox::UnaryOp::kLength;
        });
    const bool takes_first =
        std::any_of(facts.indexes.begin(), facts.indexes.end(), [](const ExpressionSite& use) {
          return use.parent->kind == ExpressionKind::kIndex &&
                 bare(*use.parent->children[1]).kind == ExpressionKind::kNumber;
        });
    if (measured || !takes_first) return;
    context_.report.warning(leaf.range, "an array is always true, also when it is empty",
                            "write #" + leaf.text + " > 0");
  }

  void report_value(const Expression& leaf, const Type& type) {
    if (!type.entry || is_compared_too(leaf)) return;
    const bool of_self = type.entry->kind == ApiKind::kSelfField;
    const bool of_world = type.entry->kind == ApiKind::kWorldSense;
    if (!of_self && !of_world) return;
    const std::string& name = type.entry->name;
    if (name == "x" || name == "y" || name == "z" || name == "id" || name == "species") return;
    const std::string text = context_.report.text(leaf);
    if (type.is(Shape::kString)) {
      context_.report.warning(leaf.range, text + " is a word, and so always true",
                              "compare it: " + text + " == \"accepted\"");
    } else {
      context_.report.warning(
          leaf.range, text + " is a number, and so always true, also when it is 0",
          "compare it: " + text + (number_range(type.entry->range) ? " > 0.5" : " > 0"));
    }
  }

  // `if self.hunger and self.hunger > 0.5`: careful, and right.
  bool is_compared_too(const Expression& leaf) const {
    const std::string text = source_of(leaf);
    const std::string all = source_of(*condition_);
    const std::size_t first = all.find(text);
    return first != std::string::npos && all.find(text, first + text.size()) != std::string::npos;
  }

  std::string source_of(const Expression& expression) const {
    const sandbox::Range& range = expression.range;
    return context_.chunk.source.substr(range.begin, range.end - range.begin);
  }

  bool check_range(const Expression& whole, const Comparison& comparison) {
    const Type type = context_.types.of(*comparison.value);
    if (!type.is(Shape::kNumber) || !type.entry || type.maybe_nil) return false;
    const auto range = number_range(type.entry->range);
    if (!range) return false;
    const auto always = outcome(*range, comparison.op, comparison.limit);
    if (!always) return false;
    const std::string name = api_display_name(*type.entry);
    std::string hint = "compare it with a number in " + type.entry->range;
    if (range->high == 1 && comparison.limit > 1 && is_order(comparison.op)) {
      const double fraction = comparison.limit > 100 ? 0.5 : comparison.limit / 100;
      hint = "write " + context_.report.text(*comparison.value) + " " +
             std::string(sign_of(comparison.op)) + " " + base::json_number(fraction);
    } else if (type.entry->name == "heading") {
      hint = "angles are in radians: write math.rad(degrees)";
    }
    context_.report.warning(whole.range,
                            name + " is in " + type.entry->range + ", so this is always " +
                                (*always ? "true" : "false"),
                            hint);
    return true;
  }

  // Values of different types are never equal.
  void check_equality(const Expression& equality) {
    const Type left = context_.types.of(*equality.children[0]);
    const Type right = context_.types.of(*equality.children[1]);
    const bool mixed = (left.is(Shape::kNumber) && right.is(Shape::kString)) ||
                       (left.is(Shape::kString) && right.is(Shape::kNumber));
    if (!mixed || left.maybe_nil || right.maybe_nil) return;
    const bool text_first = left.is(Shape::kString);
    const Type& text = text_first ? left : right;
    std::string hint = "compare numbers with numbers: tonumber(text)";
    if (text.entry && text.entry->kind == ApiKind::kSelfField && text.entry->name != "species") {
      hint = "compare it with a word: " + api_display_name(*text.entry) + " == \"accepted\"";
    }
    const bool equal = equality.binary_op == BinaryOp::kEqual;
    context_.report.warning(equality.range,
                            "a number and a text are never equal, so this is always " +
                                std::string(equal ? "false" : "true"),
                            hint);
  }

  // `if a > 0.3 then … elseif a > 0.7 then`: the first takes all.
  void check_chain(const Statement& chain) {
    std::vector<std::pair<Comparison, const Expression*>> limits;
    std::set<std::string> seen;
    for (const auto& value : chain.values) {
      const Expression& condition = bare(*value);
      if (!is_steady(condition)) continue;
      if (!seen.insert(source_of(condition)).second) {
        context_.report.warning(condition.range,
                                "this is never reached: an earlier branch asks the same",
                                "remove it, or change its condition");
        continue;
      }
      const auto comparison = comparison_of(condition);
      if (!comparison || limits.size() >= kChainMax) continue;
      const std::string text = source_of(*comparison->value);
      for (const auto& [earlier, at] : limits) {
        if (source_of(*earlier.value) != text || !is_covered(earlier, *comparison)) continue;
        context_.report.warning(
            condition.range,
            "this is never reached: line " + std::to_string(at->range.line) + " takes all of it",
            "ask for the narrower one first");
        break;
      }
      limits.emplace_back(*comparison, &condition);
    }
  }

  // Whether asking twice gives the same: no calls but senses.
  bool is_steady(const Expression& expression) const {
    if (expression.kind == ExpressionKind::kMethodCall) return false;
    if (expression.kind == ExpressionKind::kCall) {
      const Type callee = context_.types.of(*expression.children[0]);
      if (!callee.is(Shape::kEntry) || callee.entry->kind != ApiKind::kWorldSense) return false;
    }
    return std::all_of(expression.children.begin(), expression.children.end(),
                       [this](const auto& child) { return is_steady(*child); });
  }

  static constexpr std::size_t kChainMax = 16;  // comparisons of one chain that are looked at

  const CheckContext& context_;
  const Expression* condition_ = nullptr;  // the one that is looked at
};

}  // namespace

void check_conditions(const CheckContext& context) {
  ConditionRules rules(context);
  for (const StatementSite& site : context.survey.statements()) {
    if (context.report.full()) return;
    rules.check_statement(*site.statement);
  }
  for (const ExpressionSite& site : context.survey.expressions()) {
    if (context.report.full()) return;
    rules.check_comparison(*site.expression);
  }
}

}  // namespace cherub::scripting
