// Operators and loops on values that cannot stand them, words that never occur, and nil unguarded.
#include <algorithm>

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

bool is_order(BinaryOp op) {
  return op == BinaryOp::kLess || op == BinaryOp::kLessEqual || op == BinaryOp::kGreater ||
         op == BinaryOp::kGreaterEqual;
}

bool is_equality(BinaryOp op) {
  return op == BinaryOp::kEqual || op == BinaryOp::kNotEqual;
}

class ValueRules {
 public:
  explicit ValueRules(const CheckContext& context) : context_(context) {
    for (const ExpressionSite& site : context.survey.expressions()) {
      const std::string* key = constant_key(*site.expression);
      counts_ = counts_ || (key && *key == "count");
    }
  }

  void check_expression(const ExpressionSite& site) {
    const Expression& expression = *site.expression;
    if (expression.kind == ExpressionKind::kBinary) check_binary(expression);
    if (expression.kind == ExpressionKind::kUnary &&
        expression.unary_op == sandbox::UnaryOp::kNegate) {
      check_operand(*expression.children[0]);
    }
    if (expression.kind == ExpressionKind::kIndex) check_direct_index(expression);
    if (expression.kind == ExpressionKind::kTable) check_metatable(expression);
  }

  void check_statement(const StatementSite& site) {
    const Statement& statement = *site.statement;
    if (statement.kind == StatementKind::kGenericFor) check_loop(statement);
    for (const Expression* target : targets_of(statement)) {
      const std::string* key = constant_key(*target);
      if (key && (*key == "__gc" || *key == "__mode")) report_metamethod(target->range, *key);
    }
    if (statement.kind == StatementKind::kLocal) {
      for (const sandbox::Local* local : statement.locals) check_guard(local);
    }
  }

 private:
  static std::vector<const Expression*> targets_of(const Statement& statement) {
    std::vector<const Expression*> targets;
    for (const auto& target : statement.targets) targets.push_back(target.get());
    return targets;
  }

  void check_binary(const Expression& binary) {
    const BinaryOp op = binary.binary_op;
    if (op == BinaryOp::kAnd || op == BinaryOp::kOr) return;
    if (is_equality(op)) {
      check_words(*binary.children[0], *binary.children[1]);
      check_words(*binary.children[1], *binary.children[0]);
      return;
    }
    if (!check_operand(*binary.children[0]) || !check_operand(*binary.children[1])) return;
    if (!is_order(op)) return;
    const Type left = context_.types.of(*binary.children[0]);
    const Type right = context_.types.of(*binary.children[1]);
    const bool mixed = (left.is(Shape::kString) && right.is(Shape::kNumber)) ||
                       (left.is(Shape::kNumber) && right.is(Shape::kString));
    if (mixed) {
      error(binary, "a string and a number cannot be compared by size",
            "compare a text with ==, or turn it into a number with tonumber(text)");
    }
  }

  // Returns false when the operand is something that no operator takes.
  bool check_operand(const Expression& operand) {
    const Expression& inner = bare(operand);
    const Type type = context_.types.of(inner);
    const std::string name = inner.kind == ExpressionKind::kName ? inner.text : "seen";
    std::string what;
    std::string hint;
    switch (type.shape) {
      case Shape::kSelf:
        what = "self is no number";
        hint = "take a field of it: self.x, self.energy …";
        break;
      case Shape::kWorld:
        what = "world is no number";
        hint = "take a field of it: world.tick, world.width …";
        break;
      case Shape::kSighting:
        what = "a Sighting is no number";
        hint = "take a field of it: " + name + ".distance, " + name + ".x …";
        break;
      case Shape::kStep:
        what = "a Step is no number";
        hint = "take a field of it: " + name + ".x, " + name + ".length …";
        break;
      case Shape::kSightings:
        what = "an array of Sightings is no number";
        hint = "write #" + name + ", or world.count(species, radius)";
        break;
      case Shape::kMemory:
        what = "self.memory is no number";
        hint = "take a field of it: self.memory.name";
        break;
      case Shape::kEntry:
        what = api_display_name(*type.entry) + " is a function";
        hint = "call it: " + usage(*type.entry);
        break;
      default:
        return true;
    }
    error(inner, what, hint);
    return false;
  }

  // `self.last_move == "success"`: a word that the field never has.
  void check_words(const Expression& field, const Expression& word) {
    const Type type = context_.types.of(field);
    const std::string* text = context_.types.constant_text(word);
    if (!text || !type.is(Shape::kString) || !type.entry) return;
    std::vector<std::string> known;
    if (type.entry->name == "species" || type.entry->name == "Sighting.species") {
      if (!context_.scenario) return;
      for (const auto& species : context_.scenario->species) known.push_back(species.name);
    } else if (type.entry->kind == ApiKind::kSelfField ||
               type.entry->kind == ApiKind::kWorldSense) {
      known = split_words(type.entry->range, ' ');
    }
    if (known.empty() || std::find(known.begin(), known.end(), *text) != known.end()) return;
    std::string all;
    for (const std::string& other : known) all += (all.empty() ? "\"" : ", \"") + other + "\"";
    const std::string near = nearest_name(*text, known);
    context_.report.warning(word.range,
                            api_display_name(*type.entry) + " is never \"" + *text + "\"",
                            (near.empty() ? "" : "write \"" + near + "\"; ") + "one of " + all);
  }

  // `world.nearest("grass", 5).x` fails whenever there is nothing to see.
  void check_direct_index(const Expression& index) {
    const Expression& object = bare(*index.children[0]);
    if (object.kind != ExpressionKind::kCall || !is_unsure(context_.types.of(object))) return;
    const bool step = context_.types.of(object).is(Shape::kStep);
    const std::string name = step ? "step" : "food";
    context_.report.warning(index.range, context_.report.text(object) + " may be nil",
                            "keep it first: local " + name + " = …; if " + name + " then … end");
  }

  bool is_unsure(const Type& type) const {
    const bool record = type.is(Shape::kSighting) || type.is(Shape::kStep);
    return record && type.maybe_nil && type.entry && type.entry->name != "target";
  }

  // A result that is only ever indexed, and never tested or handed on.
  void check_guard(const sandbox::Local* local) {
    const LocalFacts& facts = context_.survey.facts(local);
    // Who counts first knows that there is one.
    if (counts_ || facts.opaque || facts.sources.size() != 1 || !facts.sources[0]) return;
    if (!facts.others.empty() || facts.indexes.empty()) return;
    if (bare(*facts.sources[0]).kind != ExpressionKind::kCall) return;
    if (!is_unsure(context_.types.of(local))) return;
    context_.report.warning(facts.indexes[0].expression->range, "'" + local->name + "' may be nil",
                            "test it first: if " + local->name + " then … end");
  }

  void check_loop(const Statement& loop) {
    if (loop.values.size() != 1) return;
    const Expression& iterator = bare(*loop.values[0]);
    const Type type = context_.types.of(iterator);
    const std::string text = context_.report.text(iterator);
    if (type.is(Shape::kSightings)) {
      error(iterator, "a loop needs ipairs around an array", "write in ipairs(" + text + ") do");
    } else if (type.is(Shape::kMemory)) {
      error(iterator, "a loop needs pairs around a table", "write in pairs(" + text + ") do");
    } else if (type.is(Shape::kSighting)) {
      error(iterator, "a Sighting is one entity, not a list",
            "write in ipairs(world.neighbors(species, radius)) do");
    }
  }

  void check_metatable(const Expression& table) {
    for (const sandbox::TableField& field : table.fields) {
      if (!field.key || field.key->kind != ExpressionKind::kString) continue;
      const std::string& key = field.key->text;
      if (key == "__gc" || key == "__mode") report_metamethod(field.key->range, key);
    }
  }

  void report_metamethod(const sandbox::Range& range, const std::string& key) {
    context_.report.error(range, key + " is refused in metatables", std::string(absent_hint(key)));
  }

  void error(const Expression& at, std::string message, std::string hint) {
    context_.report.error(at.range, std::move(message), std::move(hint));
  }

  const CheckContext& context_;
  bool counts_ = false;  // the source calls something named count
};

}  // namespace

void check_values(const CheckContext& context) {
  ValueRules rules(context);
  for (const ExpressionSite& site : context.survey.expressions()) {
    if (context.report.full()) break;
    rules.check_expression(site);
  }
  for (const StatementSite& site : context.survey.statements()) {
    if (context.report.full()) break;
    rules.check_statement(site);
  }
}

}  // namespace cherub::scripting
