// Actions that never come or come to nothing, and calls whose only use, their result, is dropped.
#include <algorithm>
#include <map>

#include "scripting/checker/flow.h"
#include "scripting/checker/hints.h"
#include "scripting/checker/rules.h"
#include "scripting/manifest_parts.h"

namespace cherub::scripting {
namespace {

using sandbox::Block;
using sandbox::Expression;
using sandbox::ExpressionKind;
using sandbox::Local;
using sandbox::Statement;
using sandbox::StatementKind;

// What one tick has room for once.
std::string_view intent_of(std::string_view action) {
  const std::string_view receipt = receipt_of(action);
  if (receipt == "self.last_move") return "movement";
  if (receipt == "self.last_message") return "message";
  return receipt.empty() ? "" : "ability";
}

class ActionRules {
 public:
  explicit ActionRules(const CheckContext& context) : context_(context) {}

  void check(const Statement& statement) {
    if (statement.kind == StatementKind::kCall) check_result(*statement.values[0]);
    const bool turns = is_loop(statement) && !context_.report.has_error_in(statement.range);
    if (turns) check_turns(statement.blocks[0]);
    for (const Block& block : statement.blocks) check_block(block);
  }

  // In a block, an action takes the place of the one before when both surely come.
  void check_block(const Block& block) {
    std::map<std::string_view, const Expression*> asked;
    for (const auto& statement : block.statements) {
      if (can_leave_early(*statement)) asked.clear();
      for (const Expression* call : actions_of(*statement)) {
        const std::string_view intent = intent_of(call->text);
        if (intent.empty()) continue;
        const Expression*& before = asked[intent];
        if (before) report_replaced(*before, *call, intent);
        before = call;
      }
    }
  }

  void check_policy() {
    if (context_.contract.open || context_.report.has_errors()) return;
    const ContractSpec& spec = *context_.contract.spec;
    const auto part = std::find_if(spec.parts.begin(), spec.parts.end(),
                                   [](const ContractPart& one) { return one.acts; });
    const ContractMember* act =
        part == spec.parts.end() ? nullptr : context_.contract.find(part->entry->name);
    if (!act || !act->function) return check_helpers();
    if (!acts_) {
      context_.report.warning(
          act->range, spec.display_name(*part) + " never calls an action: the agent does nothing",
          "call one: self:wander(), self:move_to(x, y), self:eat(target) …");
      return;
    }
    check_helpers();
  }

  void note(const Expression& expression) {
    const std::string* key = constant_key(expression);
    if (expression.kind == ExpressionKind::kMethodCall) key = &expression.text;
    // A key that the text does not tell may be the name of an action.
    const bool computed = expression.kind == ExpressionKind::kIndex && !key &&
                          context_.types.of(*expression.children[0]).is(Shape::kSelf);
    const bool action =
        key && find_api(ApiKind::kSelfAction, *key) && *key != "note" && *key != "set_mode";
    acts_ = acts_ || computed || action;
  }

 private:
  // A result that is dropped was the only thing that the call is good for.
  void check_result(const Expression& call) {
    const ApiEntry* entry = nullptr;
    if (call.kind == ExpressionKind::kCall) {
      const Type callee = context_.types.of(*call.children[0]);
      if (callee.is(Shape::kEntry)) entry = callee.entry;
    }
    if (!entry || !is_pure(*entry)) return;
    const std::string name = entry->kind == ApiKind::kWorldSense ? "found" : "value";
    context_.report.warning(call.range,
                            "the result of " + api_display_name(*entry) + " is not used",
                            "keep it: local " + name + " = " + context_.report.text(call));
  }

  static bool is_pure(const ApiEntry& entry) {
    if (entry.kind == ApiKind::kWorldSense) return true;
    if (entry.kind != ApiKind::kLibrary || entry.name == "math.random") return false;
    const std::string_view table = library_table(entry.name);
    return table == "math" || table == "string" || table == "bit" || entry.name == "table.concat" ||
           entry.name == "tostring" || entry.name == "tonumber" || entry.name == "type" ||
           entry.name == "ipairs" || entry.name == "pairs";
  }

  // The actions that a statement surely asks for: `self:move_to(x, y):say("here")` asks for two.
  std::vector<const Expression*> actions_of(const Statement& statement) const {
    std::vector<const Expression*> calls;
    const bool asks = statement.kind == StatementKind::kCall ||
                      (statement.kind == StatementKind::kReturn && statement.values.size() == 1);
    if (!asks) return calls;
    const Expression* call = &bare(*statement.values[0]);
    while (call->kind == ExpressionKind::kMethodCall) {
      if (!context_.types.of(*call->children[0]).is(Shape::kSelf)) break;
      if (find_api(ApiKind::kSelfAction, call->text)) calls.push_back(call);
      call = &bare(*call->children[0]);
    }
    std::reverse(calls.begin(), calls.end());
    return calls;
  }

  bool can_leave_early(const Statement& statement) const {
    return std::any_of(
        statement.blocks.begin(), statement.blocks.end(),
        [this](const Block& block) { return context_.survey.flow().can_leave(block); });
  }

  void report_replaced(const Expression& before, const Expression& call, std::string_view intent) {
    context_.report.warning(call.range,
                            "this replaces self:" + before.text + " of line " +
                                std::to_string(before.range.line) + ": a tick has one " +
                                std::string(intent),
                            "choose between them with if … else … end");
  }

  // `for _, food in ipairs(all) do self:move_to(food.x, food.y) end`
  void check_turns(const Block& body) {
    if (context_.survey.flow().can_leave(body)) return;
    for (const auto& statement : body.statements) {
      for (const Expression* call : actions_of(*statement)) {
        const std::string_view intent = intent_of(call->text);
        if (intent.empty()) continue;
        context_.report.warning(call->range,
                                "every turn of the loop replaces the " + std::string(intent) +
                                    " of the one before; only the last one counts",
                                "choose in the loop, and call self:" + call->text + " behind it");
        return;
      }
    }
  }

  void check_helpers() {
    for (const FunctionSite& site : context_.survey.functions()) check_helper(site);
  }

  // A function that nothing uses.
  void check_helper(const FunctionSite& site) {
    const Local* holder = context_.survey.holder_of(site.function);
    if (!holder || holder->used || holder->name.starts_with("_")) return;
    context_.report.hint(holder->range, "'" + holder->name + "' is never called",
                         "call it from policy.act, or remove it");
  }

  const CheckContext& context_;
  bool acts_ = false;  // the source names an action somewhere
};

}  // namespace

void check_actions(const CheckContext& context) {
  ActionRules rules(context);
  for (const ExpressionSite& site : context.survey.expressions()) rules.note(*site.expression);
  for (const FunctionSite& site : context.survey.functions()) {
    if (context.report.full()) return;
    rules.check_block(site.function->body);
  }
  for (const StatementSite& site : context.survey.statements()) {
    if (context.report.full()) return;
    rules.check(*site.statement);
  }
  rules.check_policy();
}

}  // namespace cherub::scripting
