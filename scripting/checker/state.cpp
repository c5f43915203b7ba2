// State outside self.memory: it is lost at a save or reload, and shared by all agents of a species.
#include "scripting/checker/rules.h"
#include "scripting/manifest_parts.h"

namespace cherub::scripting {
namespace {

using sandbox::Expression;
using sandbox::ExpressionKind;
using sandbox::Function;
using sandbox::Local;
using sandbox::Statement;
using sandbox::StatementKind;

// Aliases are followed that far: `local a = state; local b = a.x; …`.
constexpr int kAliasDepthMax = 8;

class StateRules {
 public:
  explicit StateRules(const CheckContext& context) : context_(context) {}

  void check(const StatementSite& site) {
    const Statement& statement = *site.statement;
    if (statement.kind != StatementKind::kAssign && statement.kind != StatementKind::kFunction)
      return;
    for (std::size_t i = 0; i < statement.targets.size(); ++i) {
      const Expression& target = *statement.targets[i];
      if (target.kind == ExpressionKind::kName) {
        target.local ? check_local(target, site) : check_global(target, site);
      } else {
        check_mutation(target, *target.children[0], site.function);
        const Expression* value = i < statement.values.size() ? statement.values[i].get() : nullptr;
        if (value && reaches_memory(target, 0)) check_memory_value(*value);
        if (value) check_whole_memory(target, *value);
      }
    }
  }

  // table.insert(state, …) and its like change their first argument.
  void check_call(const ExpressionSite& site) {
    const Expression& call = *site.expression;
    if (call.kind != ExpressionKind::kCall || call.children.size() < 2) return;
    const Type callee = context_.types.of(*call.children[0]);
    if (!callee.is(Shape::kEntry)) return;
    const std::string& name = callee.entry->name;
    const bool changes = name == "table.insert" || name == "table.remove" || name == "table.sort" ||
                         name == "rawset" || name == "setmetatable";
    if (!changes) return;
    check_mutation(call, *call.children[1], site.function);
    if (name == "setmetatable" || name == "table.sort") return;
    if (!reaches_memory(*call.children[1], 0)) return;
    for (std::size_t i = 2; i < call.children.size(); ++i) check_memory_value(*call.children[i]);
  }

 private:
  bool at_load(const Function* function) const {
    return function == context_.survey.main() || context_.survey.is_load_only(function);
  }

  void check_global(const Expression& target, const StatementSite& site) {
    const std::string& name = target.text;
    if (context_.types.of(target).known()) {
      return error(target, "the library is read only: '" + name + "' cannot be assigned",
                   "choose another name: local my_" + name + " = …");
    }
    std::string hint = "write local " + name + " = …";
    if (site.statement->kind == StatementKind::kFunction) {
      hint = find_api(ApiKind::kContract, name)
                 ? "write function policy." + name + "(…), with local policy = {} at the top"
                 : "write local function " + name + "(…)";
    } else if (!at_load(site.function)) {
      hint =
          "write local " + name + " = … for this tick, or self.memory." + name + " for what lasts";
    }
    error(target, "'" + name + "' would be a global variable, and policies have none", hint);
  }

  void check_local(const Expression& target, const StatementSite& site) {
    const Local* local = target.local;
    if (local->function == site.function || at_load(site.function)) return;
    const bool file_scope = at_load(local->function);
    if (!file_scope) return;
    if (local->function != context_.survey.main() && !outlives_load(site.function)) return;
    error(target,
          "'" + local->name + "' is declared at line " + std::to_string(local->range.line) +
              " outside of this function and changed in it; it would be lost at a save or reload",
          "write self.memory." + local->name + " = …");
  }

  // Whether a function that a load-time function makes is kept: it is what that one returns.
  bool outlives_load(const Function* function) const {
    for (const FunctionSite& site : context_.survey.functions()) {
      if (site.function != function) continue;
      if (site.statement && site.statement->kind == StatementKind::kReturn) return true;
    }
    const Local* holder = context_.survey.holder_of(function);
    if (!holder) return false;
    for (const ExpressionSite& use : context_.survey.facts(holder).others) {
      if (use.statement->kind == StatementKind::kReturn) return true;
    }
    return false;
  }

  void check_mutation(const Expression& target, const Expression& object,
                      const Function* function) {
    if (at_load(function)) return;
    const Local* root = root_of(object, 0);
    if (!root || root->function != context_.survey.main()) return;
    const bool is_policy = root == context_.contract.policy;
    error(target,
          "the table '" + root->name + "' belongs to the file and is changed in a function; that " +
              "would be lost at a save or reload, and all agents share it",
          is_policy ? "use self.memory for what lasts from tick to tick"
                    : "write self.memory." + root->name + " = self.memory." + root->name +
                          " or {}, and change that");
  }

  // The local that a value is reached from, through fields and evident aliases, or nullptr.
  const Local* root_of(const Expression& expression, int depth) const {
    const Expression& inner = bare(expression);
    if (depth > kAliasDepthMax) return nullptr;
    if (inner.kind == ExpressionKind::kIndex) return root_of(*inner.children[0], depth + 1);
    if (inner.kind != ExpressionKind::kName || !inner.local) return nullptr;
    const Local* local = inner.local;
    if (local->function == context_.survey.main()) return local;
    if (local->assignments > 0) return nullptr;
    const LocalFacts& facts = context_.survey.facts(local);
    if (facts.loop) return root_of_loop(facts, depth);
    if (facts.opaque || facts.sources.size() != 1 || !facts.sources[0]) return nullptr;
    return root_of(*facts.sources[0], depth + 1);
  }

  // `for _, entry in pairs(state) do entry.seen = true end`
  const Local* root_of_loop(const LocalFacts& facts, int depth) const {
    if (facts.loop->kind != StatementKind::kGenericFor || facts.loop_position != 1) return nullptr;
    const Expression& iterator = bare(*facts.loop->values[0]);
    if (iterator.kind != ExpressionKind::kCall || iterator.children.size() != 2) return nullptr;
    const Type callee = context_.types.of(*iterator.children[0]);
    if (!callee.is(Shape::kEntry)) return nullptr;
    if (callee.entry->name != "pairs" && callee.entry->name != "ipairs") return nullptr;
    return root_of(*iterator.children[1], depth + 1);
  }

  bool reaches_memory(const Expression& expression, int depth) const {
    const Expression& inner = bare(expression);
    if (depth > kAliasDepthMax) return false;
    if (context_.types.of(inner).is(Shape::kMemory)) return true;
    if (inner.kind == ExpressionKind::kIndex) return reaches_memory(*inner.children[0], depth + 1);
    if (inner.kind != ExpressionKind::kName || !inner.local) return false;
    const LocalFacts& facts = context_.survey.facts(inner.local);
    if (facts.opaque || facts.sources.size() != 1 || !facts.sources[0]) return false;
    if (inner.local->assignments > 0) return false;
    return reaches_memory(*facts.sources[0], depth + 1);
  }

  // `self.memory = …` replaces all of it, by a table.
  void check_whole_memory(const Expression& target, const Expression& value) {
    if (!context_.types.of(target).is(Shape::kMemory)) return;
    const Type type = context_.types.of(value);
    const bool wrong = type.is(Shape::kNil) || type.is(Shape::kNumber) || type.is(Shape::kString) ||
                       type.is(Shape::kBoolean);
    if (wrong && !type.maybe_nil)
      error(value, "self.memory must be a table", "write self.memory = {}");
  }

  void check_memory_value(const Expression& expression) {
    const Expression& value = bare(expression);
    const Type type = context_.types.of(value);
    if (type.is(Shape::kSelf) || type.is(Shape::kWorld)) {
      const bool self = type.is(Shape::kSelf);
      return error(value, std::string(self ? "self" : "world") + " cannot be kept in self.memory",
                   self ? "keep what you need of it: self.id, {x = self.x, y = self.y}"
                        : "keep what you need of it: world.tick, the id of a Sighting");
    }
    if (type.is(Shape::kFunction) || type.is(Shape::kEntry)) {
      return error(value, "a function cannot be kept in self.memory: it is saved as plain data",
                   "keep a name in self.memory, and choose the function by it in act");
    }
    for (const sandbox::TableField& field : value.fields) check_memory_value(*field.value);
  }

  void error(const Expression& at, std::string message, std::string hint) {
    context_.report.error(at.range, std::move(message), std::move(hint));
  }

  const CheckContext& context_;
};

}  // namespace

void check_state(const CheckContext& context) {
  StateRules rules(context);
  for (const StatementSite& site : context.survey.statements()) {
    if (context.report.full()) break;
    rules.check(site);
  }
  for (const ExpressionSite& site : context.survey.expressions()) {
    if (context.report.full()) break;
    rules.check_call(site);
  }
}

}  // namespace cherub::scripting
