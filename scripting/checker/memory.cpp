// self.memory: what it cannot hold, and what nobody ever put into it.
#include <algorithm>
#include <set>

#include "scripting/checker/effects.h"
#include "scripting/checker/rules.h"
#include "scripting/manifest_parts.h"

namespace cherub::scripting {
namespace {

using sandbox::BinaryOp;
using sandbox::Expression;
using sandbox::ExpressionKind;
using sandbox::Statement;
using sandbox::StatementKind;

bool is_choice(BinaryOp op) {
  return op == BinaryOp::kAnd || op == BinaryOp::kOr;
}

class MemoryRules {
 public:
  explicit MemoryRules(const CheckContext& context)
      : context_(context), roots_(context.survey, context.types) {}

  void check(const Statement& statement) {
    for (std::size_t i = 0; i < statement.targets.size(); ++i) {
      const Expression& target = *statement.targets[i];
      if (target.kind != ExpressionKind::kIndex || i >= statement.values.size()) continue;
      if (roots_.reaches_memory(target)) check_value(*statement.values[i]);
      check_whole(target, *statement.values[i]);
    }
  }

  void check_call(const Expression& call) {
    if (call.kind == ExpressionKind::kMethodCall) return check_method(call);
    if (call.kind != ExpressionKind::kCall) return;
    const Expression& callee = bare(*call.children[0]);
    const Type type = context_.types.of(callee);
    if (type.is(Shape::kEntry)) {
      const std::string& name = type.entry->name;
      const bool keeps = name == "table.insert" || name == "rawset";
      if (!keeps || call.children.size() < 2 || !roots_.reaches_memory(*call.children[1])) return;
      for (std::size_t i = 2; i < call.children.size(); ++i) check_value(*call.children[i]);
      return;
    }
    if (callee.kind != ExpressionKind::kIndex || !roots_.reaches_memory(callee)) return;
    error(callee.range, "self.memory holds plain data, without functions", method_hint(callee));
  }

  // Reads of fields that nothing ever sets.
  void check_gifts() {
    collect_gifts();
    if (open_) return;
    for (const ExpressionSite& site : context_.survey.expressions()) {
      const Expression& read = *site.expression;
      const std::string* key = constant_key(read);
      if (!key || given_.contains(*key) || !needs_value(site)) continue;
      if (!context_.types.of(*read.children[0]).is(Shape::kMemory)) continue;
      if (!reported_.insert(*key).second) continue;
      error(read.range, "self.memory." + *key + " is nil here: nothing gives it a value before",
            gift_hint(site, *key));
    }
  }

 private:
  // `self.memory = …` replaces all of it, by a table.
  void check_whole(const Expression& target, const Expression& value) {
    if (!context_.types.of(target).is(Shape::kMemory)) return;
    const Type type = context_.types.of(value);
    const bool wrong = type.is(Shape::kNil) || type.is(Shape::kNumber) || type.is(Shape::kString) ||
                       type.is(Shape::kBoolean);
    if (wrong && !type.maybe_nil) {
      error(value.range, "self.memory must be a table", "write self.memory = {}");
    }
  }

  void check_value(const Expression& expression) {
    const Expression& value = bare(expression);
    const Type type = context_.types.of(value);
    if (type.is(Shape::kSelf) || type.is(Shape::kWorld)) {
      const bool self = type.is(Shape::kSelf);
      return error(value.range,
                   std::string(self ? "self" : "world") + " cannot be kept in self.memory",
                   self ? "keep what you need of it: self.id, {x = self.x, y = self.y}"
                        : "keep what you need of it: world.tick, the id of a Sighting");
    }
    if (type.is(Shape::kFunction) || type.is(Shape::kEntry)) {
      return error(value.range,
                   "a function cannot be kept in self.memory: it is saved as plain data",
                   "keep a name in self.memory, and choose the function by it in act");
    }
    for (const sandbox::TableField& field : value.fields) check_value(*field.value);
  }

  // `self.memory.queue:push(x)`. Texts have methods, and may be kept.
  void check_method(const Expression& call) {
    const Expression& object = bare(*call.children[0]);
    if (object.kind != ExpressionKind::kIndex || !roots_.reaches_memory(object)) return;
    if (find_api(ApiKind::kLibrary, "string." + call.text)) return;
    error(call.name_range, "self.memory holds plain data, without functions",
          list_hint(call.text, context_.report.text(object)));
  }

  std::string method_hint(const Expression& callee) const {
    const std::string* key = constant_key(callee);
    return list_hint(key ? *key : "", context_.report.text(*callee.children[0]));
  }

  static std::string list_hint(const std::string& name, const std::string& object) {
    const std::string_view known = absent_hint("table." + name);
    if (!known.empty()) {
      std::string hint(known);
      const std::size_t list = hint.find("list");
      if (list != std::string::npos) hint.replace(list, 4, object);
      return hint;
    }
    if (find_api(ApiKind::kLibrary, "table." + name)) {
      return "write table." + name + "(" + object + ", …)";
    }
    return "write a local function that takes the data: " + (name.empty() ? "f" : name) + "(" +
           object + ")";
  }

  // Which fields get a value somewhere, or are read where nil does no harm. A counter that is only
  // counted up gets none.
  void collect_gifts() {
    for (const StatementSite& site : context_.survey.statements()) {
      const Statement& statement = *site.statement;
      for (std::size_t i = 0; i < statement.targets.size(); ++i) {
        const Expression* value = i < statement.values.size() ? statement.values[i].get() : nullptr;
        note_target(*statement.targets[i], value);
      }
    }
    for (const ExpressionSite& site : context_.survey.expressions()) {
      const Expression& expression = *site.expression;
      for (const sandbox::TableField& field : expression.fields) {
        if (field.key && field.key->kind == ExpressionKind::kString) given_.insert(field.key->text);
      }
      const std::string* key = constant_key(expression);
      if (key && !site.is_target && !needs_value(site)) given_.insert(*key);
      if (expression.kind == ExpressionKind::kCall) note_setter(expression);
    }
  }

  void note_target(const Expression& target, const Expression* value) {
    if (context_.types.of(target).is(Shape::kMemory) && value) {
      // All of it comes from elsewhere.
      open_ = open_ || bare(*value).kind != ExpressionKind::kTable;
    }
    if (target.kind != ExpressionKind::kIndex) return;
    if (const std::string* key = constant_key(target)) {
      if (!value || !counts_up(*value, *key)) given_.insert(*key);
      return;
    }
    // `for key, value in pairs(DEFAULTS) do memory[key] = value end`
    const Expression& key = bare(*target.children[1]);
    const bool by_loop = key.kind == ExpressionKind::kName && key.local &&
                         key.local->kind == sandbox::LocalKind::kGenericFor;
    const bool whole = context_.types.of(*target.children[0]).is(Shape::kMemory);
    open_ = open_ || by_loop || whole;
  }

  void note_setter(const Expression& call) {
    const Type callee = context_.types.of(*call.children[0]);
    if (!callee.is(Shape::kEntry) || call.children.size() < 2) return;
    const bool sets = callee.entry->name == "rawset" || callee.entry->name == "setmetatable";
    open_ = open_ || (sets && roots_.reaches_memory(*call.children[1]));
  }

  // `memory.steps + 1` as the new value of steps.
  static bool counts_up(const Expression& value, const std::string& key) {
    const Expression& inner = bare(value);
    if (inner.kind != ExpressionKind::kBinary || is_choice(inner.binary_op)) return false;
    return std::any_of(inner.children.begin(), inner.children.end(), [&](const auto& child) {
      const std::string* own = constant_key(bare(*child));
      return (own && *own == key) || counts_up(*child, key);
    });
  }

  // Whether nil would be a fault where the expression stands.
  bool needs_value(const ExpressionSite& site) const {
    const Expression* parent = site.parent;
    if (!parent) return false;
    switch (parent->kind) {
      case ExpressionKind::kIndex:
      case ExpressionKind::kMethodCall:
        return parent->children[0].get() == site.expression;
      case ExpressionKind::kBinary:
        return !is_choice(parent->binary_op) && !is_equality(parent->binary_op);
      case ExpressionKind::kUnary:
        return parent->unary_op != sandbox::UnaryOp::kNot;
      case ExpressionKind::kCall:
        return is_callee(site) || takes_table(*parent, *site.expression);
      default:
        return false;
    }
  }

  // `ipairs(self.memory.path)`, `table.insert(self.memory.path, …)`
  bool takes_table(const Expression& call, const Expression& argument) const {
    if (call.children.size() < 2 || call.children[1].get() != &argument) return false;
    const Type callee = context_.types.of(*call.children[0]);
    return callee.is(Shape::kEntry) && callee.entry->kind == ApiKind::kLibrary &&
           !callee.entry->parameters.empty() && callee.entry->parameters[0].type == "table";
  }

  std::string gift_hint(const ExpressionSite& site, const std::string& key) const {
    const std::string name = context_.report.text(*site.expression);
    const Expression& parent = *site.parent;
    if (parent.kind == ExpressionKind::kBinary) {
      const bool text = parent.binary_op == BinaryOp::kConcat;
      return "write (" + name + " or " + (text ? "\"\"" : "0") + ")";
    }
    const bool table = parent.kind != ExpressionKind::kMethodCall && !is_callee(site);
    return table ? "make it first: " + name + " = " + name + " or {}"
                 : "set self.memory." + key + " in policy.init(self, config)";
  }

  void error(const sandbox::Range& range, std::string message, std::string hint) {
    context_.report.error(range, std::move(message), std::move(hint));
  }

  const CheckContext& context_;
  Roots roots_;
  std::set<std::string> given_, reported_;
  bool open_ = false;  // filled in ways that the text does not tell
};

}  // namespace

void check_memory(const CheckContext& context) {
  MemoryRules rules(context);
  for (const StatementSite& site : context.survey.statements()) {
    if (context.report.full()) return;
    rules.check(*site.statement);
  }
  for (const ExpressionSite& site : context.survey.expressions()) {
    if (context.report.full()) return;
    rules.check_call(*site.expression);
  }
  rules.check_gifts();
}

}  // namespace cherub::scripting
