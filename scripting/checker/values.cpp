// Operators and loops on values that cannot stand them, words that never occur, and nil unguarded.
#include <algorithm>
#include <cstdlib>

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

class ValueRules {
 public:
  explicit ValueRules(const CheckContext& context) : context_(context) {
    for (const ExpressionSite& site : context.survey.expressions()) {
      const Expression& name = *site.expression;
      has_metatables_ = has_metatables_ || (name.kind == ExpressionKind::kName && !name.local &&
                                            name.text == "setmetatable");
    }
  }

  void check_expression(const ExpressionSite& site) {
    const Expression& expression = *site.expression;
    if (expression.kind == ExpressionKind::kBinary) check_binary(expression);
    if (expression.kind == ExpressionKind::kUnary) check_unary(expression);
    if (expression.kind == ExpressionKind::kTable) check_metatable(expression);
  }

  void check_statement(const StatementSite& site) {
    const Statement& statement = *site.statement;
    if (statement.kind == StatementKind::kGenericFor) check_loop(statement);
    for (const Expression* target : targets_of(statement)) {
      const std::string* key = constant_key(*target);
      if (key && (*key == "__gc" || *key == "__mode")) report_metamethod(target->range, *key);
    }
  }

 private:
  static std::vector<const Expression*> targets_of(const Statement& statement) {
    std::vector<const Expression*> targets;
    for (const auto& target : statement.targets) targets.push_back(target.get());
    return targets;
  }

  void check_unary(const Expression& unary) {
    const Expression& operand = *unary.children[0];
    if (unary.unary_op == sandbox::UnaryOp::kNegate) {
      check_operand(operand, BinaryOp::kSubtract);
    } else if (unary.unary_op == sandbox::UnaryOp::kLength) {
      check_length(bare(operand));
    }
  }

  void check_length(const Expression& operand) {
    const Type type = context_.types.of(operand);
    const std::string text = context_.report.text(operand);
    if (type.is(Shape::kEntry)) {
      error(operand, api_display_name(*type.entry) + " is a function",
            "call it: #" + usage(*type.entry));
    } else if (type.is(Shape::kNumber) && !type.maybe_nil) {
      error(operand, "a number has no length", "leave out the #");
    } else if (is_record(type)) {
      error(operand, std::string(owner_name(type.shape)) + " has no length",
            "test whether there is one: if " + text + " then … end");
    }
  }

  void check_binary(const Expression& binary) {
    const BinaryOp op = binary.binary_op;
    if (op == BinaryOp::kAnd || op == BinaryOp::kOr) return;
    if (is_equality(op)) {
      check_words(*binary.children[0], *binary.children[1]);
      check_words(*binary.children[1], *binary.children[0]);
      return;
    }
    if (op == BinaryOp::kSubtract && report_difference(binary)) return;
    const bool joins_text = op == BinaryOp::kAdd && report_text_sum(binary);
    if (joins_text) return;
    if (!check_operand(*binary.children[0], op) || !check_operand(*binary.children[1], op)) return;
    if (!is_order(op)) return;
    const Type left = context_.types.of(*binary.children[0]);
    const Type right = context_.types.of(*binary.children[1]);
    const bool mixed = (left.is(Shape::kString) && right.is(Shape::kNumber)) ||
                       (left.is(Shape::kNumber) && right.is(Shape::kString));
    if (!mixed) return;
    const Expression& word = bare(*binary.children[left.is(Shape::kString) ? 0 : 1]);
    const bool quoted = word.kind == ExpressionKind::kString && !is_plain_text(word);
    error(binary, "a string and a number cannot be compared by size",
          quoted ? "write the number without quotes: " + word.text
                 : "compare a text with ==, or turn it into a number with tonumber(text)");
  }

  // `self - threat`: the vector between two of them.
  bool report_difference(const Expression& difference) {
    const Expression& left = bare(*difference.children[0]);
    const Expression& right = bare(*difference.children[1]);
    const auto is_place = [this](const Expression& operand) {
      const Type type = context_.types.of(operand);
      return type.is(Shape::kSelf) || type.is(Shape::kSighting) || type.is(Shape::kStep) ||
             type.is(Shape::kSound);
    };
    if (!is_place(left) || !is_place(right)) return false;
    const std::string a = context_.report.text(left);
    const std::string b = context_.report.text(right);
    error(difference, "'-' subtracts numbers",
          "subtract their fields: " + a + ".x - " + b + ".x, " + a + ".y - " + b + ".y");
    return true;
  }

  // `"hunger: " + self.hunger`
  bool report_text_sum(const Expression& sum) {
    for (const auto& child : sum.children) {
      if (!is_plain_text(bare(*child))) continue;
      context_.report.error(sum.operator_range, "'+' adds numbers", "to join texts write '..'");
      return true;
    }
    return false;
  }

  // A text that reads as no number.
  bool is_plain_text(const Expression& expression) const {
    const Type type = context_.types.of(expression);
    if (!type.is(Shape::kString)) return false;
    if (type.entry && type.entry->kind == ApiKind::kSelfField) return true;
    const std::string* text = context_.types.constant_text(expression);
    if (!text) return false;
    char* end = nullptr;
    std::strtod(text->c_str(), &end);
    return end == text->c_str() || *end != '\0';
  }

  // Returns false when the operand is something that the operator does not take.
  bool check_operand(const Expression& operand, BinaryOp op) {
    const Expression& inner = bare(operand);
    const Type type = context_.types.of(inner);
    const bool joins = op == BinaryOp::kConcat;
    const std::string wrong = joins ? " cannot be joined to a text" : " is no number";
    std::string what;
    std::string hint;
    switch (type.shape) {
      case Shape::kSelf:
        what = "self" + wrong;
        hint = "take a field of it: self.x, self.energy …";
        break;
      case Shape::kWorld:
        what = "world" + wrong;
        hint = "take a field of it: world.tick, world.width …";
        break;
      case Shape::kSighting:
        what = "a Sighting" + wrong;
        hint = "take a field of it: " + named(inner, "seen") +
               (joins ? ".species, " : ".distance, ") + named(inner, "seen") + ".x …";
        break;
      case Shape::kStep:
        what = "a Step" + wrong;
        hint = "take a field of it: " + named(inner, "step") + ".x, " + named(inner, "step") +
               ".length …";
        break;
      case Shape::kSound:
        what = "a Sound" + wrong;
        hint = "take a field of it: " + named(inner, "sound") + ".text …";
        break;
      case Shape::kOffer:
        what = "an Offer" + wrong;
        hint = "take a field of it: " + named(inner, "offer") + ".item …";
        break;
      case Shape::kWeather:
        what = "the weather" + wrong;
        hint = "take a field of it: world.weather().rain";
        break;
      case Shape::kSounds:
        what = "an array of Sounds" + wrong;
        hint = "write #" + named(inner, "heard") + ", or take a Sound out of it";
        break;
      case Shape::kSightings:
        what = "an array of Sightings" + wrong;
        hint = "write #" + named(inner, "seen") + ", or world.count(species, radius)";
        break;
      case Shape::kMemory:
        what = "self.memory" + wrong;
        hint = "take a field of it: self.memory.name";
        break;
      case Shape::kEntry:
        what = api_display_name(*type.entry) + " is a function";
        hint = "call it: " + usage(*type.entry);
        break;
      case Shape::kNil:
        if (inner.kind != ExpressionKind::kNil) return true;
        what = "nil" + wrong;
        hint = joins ? "write \"nil\"" : "write 0";
        break;
      case Shape::kBoolean:
        if (type.maybe_nil) return true;
        what = "true or false" + wrong;
        hint = joins ? "write tostring(" + context_.report.text(inner) + ")"
                     : "choose a number: condition and 1 or 0";
        break;
      case Shape::kTable:
        if (has_metatables_ || type.maybe_nil) return true;
        what = "a table" + wrong;
        hint = joins ? "join its fields: " + named(inner, "point") + ".x .. \", \" .. " +
                           named(inner, "point") + ".y"
                     : "take a field of it: " + named(inner, "point") + ".x";
        break;
      default:
        return check_text_operand(inner, op);
    }
    error(inner, what, hint);
    return false;
  }

  static std::string named(const Expression& expression, std::string_view otherwise) {
    return expression.kind == ExpressionKind::kName ? expression.text : std::string(otherwise);
  }

  // Arithmetic on a text that is no number.
  bool check_text_operand(const Expression& operand, BinaryOp op) {
    if (op == BinaryOp::kConcat || is_order(op) || !is_plain_text(operand)) return true;
    error(operand, "a text is no number", "take the number itself: self.hunger, other.distance …");
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
    } else if (type.entry->name == "type" && type.entry->kind == ApiKind::kLibrary) {
      known = {"nil", "boolean", "number", "string", "table", "function"};
    } else if (type.entry->kind == ApiKind::kSelfField ||
               type.entry->kind == ApiKind::kWorldSense) {
      known = split_words(type.entry->range, ' ');
    }
    if (known.empty() || std::find(known.begin(), known.end(), *text) != known.end()) return;
    std::string all;
    for (const std::string& other : known) all += (all.empty() ? "\"" : ", \"") + other + "\"";
    if (*text == "food" && type.entry->name != "type") {
      return context_.report.warning(
          word.range, api_display_name(*type.entry) + " is never \"food\", the word of the senses",
          "look for it with world.neighbors(\"food\", radius), or name a species: " + all);
    }
    std::string near = nearest_name(*text, known);
    if (near.empty() && type.entry->kind == ApiKind::kSelfField) near = usual_receipt(*text);
    context_.report.warning(word.range,
                            api_display_name(*type.entry) + " is never \"" + *text + "\"",
                            (near.empty() ? "" : "write \"" + near + "\"; ") + "one of " + all);
  }

  // What other engines call the receipts.
  static std::string usual_receipt(const std::string& word) {
    for (const char* other : {"failed", "fail", "failure", "stuck", "collision", "hit", "wall"}) {
      if (word == other) return "blocked";
    }
    for (const char* other : {"success", "ok", "done", "moved", "completed", "succeeded"}) {
      if (word == other) return "accepted";
    }
    return {};
  }

  void check_loop(const Statement& loop) {
    if (loop.values.size() != 1) return;
    const Expression& iterator = bare(*loop.values[0]);
    const Type type = context_.types.of(iterator);
    const std::string text = context_.report.text(iterator);
    if (is_list(type)) {
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
  bool has_metatables_ = false;  // the source sets some: its tables may have operators
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
