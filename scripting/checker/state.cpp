// State outside self.memory: it is lost at a save or reload, and shared by all agents of a species.
#include "scripting/checker/effects.h"
#include "scripting/checker/hints.h"
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

class StateRules {
 public:
  explicit StateRules(const CheckContext& context)
      : context_(context),
        roots_(context.survey, context.types),
        effects_(context.survey, context.types, roots_) {}

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
      }
    }
  }

  // table.insert(state, …), and functions and methods of the policy that change what they are
  // given.
  void check_call(const ExpressionSite& site) {
    if (at_load(site.function)) return;
    const Expression& call = *site.expression;
    for (const Expression* argument : effects_.changed_by(call)) {
      const Type callee = context_.types.of(*call.children[0]);
      const bool of_library = call.kind == ExpressionKind::kCall && callee.is(Shape::kEntry);
      of_library ? check_mutation(*argument, *argument, site.function)
                 : check_handed(*argument, call);
    }
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
      const ContractSpec& spec = *context_.contract.spec;
      const ContractPart* part = spec.find(name);
      hint = part ? "write " + spec.usage(*part) + ", local " + spec.table +
                        " = {} at the top, and return " + spec.table + " at the end"
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

  // A table of the file handed to a function or method that changes it.
  void check_handed(const Expression& argument, const Expression& call) {
    const Local* root = roots_.of(argument);
    if (!root || root->function != context_.survey.main()) return;
    const bool method = call.kind == ExpressionKind::kMethodCall;
    const std::string function = method ? context_.report.text(*call.children[0]) + ":" + call.text
                                        : context_.report.text(*call.children[0]);
    error(argument,
          function + " changes the table '" + root->name +
              "', which belongs to the file; that would be lost at a save or reload, and all "
              "agents share it",
          "keep its data in self.memory, and hand that to the function");
  }

  // Whether a function that a load-time function makes is kept: it is what that one returns.
  bool outlives_load(const Function* function) const {
    const FunctionSite& site = context_.survey.site_of(function);
    if (site.statement && site.statement->kind == StatementKind::kReturn) return true;
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
    const Local* root = roots_.of(object);
    if (!root || root->function != context_.survey.main()) return;
    const bool is_policy = root == context_.contract.policy;
    error(target,
          "the table '" + root->name + "' belongs to the file and is changed in a function; that " +
              "would be lost at a save or reload, and all agents share it",
          is_policy ? "use self.memory for what lasts from tick to tick"
                    : "write self.memory." + root->name + " = self.memory." + root->name +
                          " or {}, and change that");
  }

  void error(const Expression& at, std::string message, std::string hint) {
    context_.report.error(at.range, std::move(message), std::move(hint));
  }

  const CheckContext& context_;
  Roots roots_;
  Effects effects_;
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
