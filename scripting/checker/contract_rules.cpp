// What a file must return, and how the functions of the contract are declared.
#include <algorithm>

#include "scripting/checker/hints.h"
#include "scripting/checker/rules.h"

namespace cherub::scripting {
namespace {

using sandbox::Expression;
using sandbox::ExpressionKind;
using sandbox::Function;
using sandbox::Range;
using sandbox::StatementKind;

// What other engines call the functions of the contract.
struct OtherName {
  std::string_view name;
  std::string_view contract;
};
constexpr OtherName kOtherNames[] = {
    {"update", "act"},        {"step", "act"},        {"tick", "act"},
    {"run", "act"},           {"think", "act"},       {"decide", "act"},
    {"on_tick", "act"},       {"action", "act"},      {"main", "act"},
    {"execute", "act"},       {"behave", "act"},      {"on_update", "act"},
    {"get_action", "act"},    {"initialize", "init"}, {"setup", "init"},
    {"start", "init"},        {"on_start", "init"},   {"create", "init"},
    {"finish", "finalize"},   {"on_end", "finalize"}, {"end_episode", "finalize"},
    {"teardown", "finalize"}, {"observe", "collect"},
};

std::string_view contract_name_for(const std::string& name) {
  for (const OtherName& other : kOtherNames) {
    if (other.name == name) return other.contract;
  }
  const std::vector<std::string> known{"act", "init", "collect", "finalize", "migrate"};
  const std::string near = nearest_name(name, known);
  const auto found = std::find(known.begin(), known.end(), near);
  constexpr std::string_view kNames[] = {"act", "init", "collect", "finalize", "migrate"};
  return found == known.end() ? "" : kNames[found - known.begin()];
}

class ContractRules {
 public:
  explicit ContractRules(const CheckContext& context)
      : context_(context), contract_(context.contract) {}

  void check() {
    if (!contract_.returned) {
      const bool empty = context_.chunk.main->body.statements.empty();
      return error(end_of_source(), empty ? "the source is empty" : "the file returns nothing",
                   "end it with `return policy`, a table with policy.act(self, world)");
    }
    if (!contract_.open && !check_returned_value()) return;
    if (!contract_.open && !contract_.find("act")) report_missing_act();
    for (const PolicyMember& member : contract_.members) check_member(member);
    check_returns_of_act();
  }

 private:
  bool check_returned_value() {
    const std::string instead = "end the file with `return policy`, a table with policy.act";
    if (!contract_.value) {
      error(contract_.returned->range, "the file returns nothing", instead);
      return false;
    }
    const Type type = context_.types.of(*contract_.value);
    if (type.is(Shape::kFunction)) {
      const bool named = contract_.value->kind == ExpressionKind::kName;
      error(contract_.value->range, "the file must return a table, not a function",
            named
                ? "write return {act = " + contract_.value->text + "}"
                : "write local policy = {}, function policy.act(self, world) … end, return policy");
      return false;
    }
    const bool is_table = type.is(Shape::kTable) || !type.known();
    if (!is_table) error(contract_.value->range, "the file must return a table", instead);
    return is_table;
  }

  void report_missing_act() {
    std::string hint = "write function policy.act(self, world) … end";
    for (const PolicyMember& member : contract_.members) {
      if (!find_api(ApiKind::kContract, member.name) && contract_name_for(member.name) == "act") {
        hint = "rename policy." + member.name + ": function policy.act(self, world)";
        break;
      }
    }
    for (const FunctionSite& site : context_.survey.functions()) {
      const sandbox::Local* holder = context_.survey.holder_of(site.function);
      if (holder && holder->name == "act") hint = "put it into the table: policy.act = act";
    }
    error(contract_.returned->range, "the policy has no function act", hint);
  }

  void check_member(const PolicyMember& member) {
    const ApiEntry* entry = find_api(ApiKind::kContract, member.name);
    if (!entry) return check_other_member(member);
    if (!member.function) {
      const Type type = context_.types.of(*member.value);
      const bool evident = type.is(Shape::kTable) || type.is(Shape::kNumber) ||
                           type.is(Shape::kString) || type.is(Shape::kBoolean);
      if (evident) {
        error(member.range, "policy." + member.name + " must be a function",
              "write " + usage(*entry));
      }
      return;
    }
    if (const std::string fault = signature_fault(member); !fault.empty()) {
      return error(member.range, fault, "write " + usage(*entry));
    }
    const bool must_return = member.name == "collect" || member.name == "migrate";
    if (must_return && !returns_value(member.function)) {
      context_.report.warning(member.range, "policy." + member.name + " returns nothing",
                              member.name == "collect"
                                  ? "return a table: return {hunger = step.self.hunger}"
                                  : "return the memory: return old");
    }
  }

  // A function that nothing calls, under a name that is nearly one of the contract.
  void check_other_member(const PolicyMember& member) {
    if (!member.function || contract_.open) return;
    const std::string_view meant = contract_name_for(member.name);
    if (meant.empty() || contract_.find(std::string(meant)) || meant == "act") return;
    if (is_mentioned(member)) return;
    context_.report.warning(member.range, "policy." + member.name + " is never called",
                            "write " + usage(*find_api(ApiKind::kContract, meant)));
  }

  bool is_mentioned(const PolicyMember& member) const {
    if (context_.survey.calls_method(member.name)) return true;
    const auto& sites = context_.survey.expressions();
    return std::any_of(sites.begin(), sites.end(), [&](const ExpressionSite& site) {
      const std::string* key = constant_key(*site.expression);
      return key && !site.is_target && *key == member.name;
    });
  }

  bool returns_value(const Function* function) const {
    const auto& sites = context_.survey.statements();
    return std::any_of(sites.begin(), sites.end(), [&](const StatementSite& site) {
      return site.function == function && site.statement->kind == StatementKind::kReturn &&
             !site.statement->values.empty();
    });
  }

  // `return {action = "move", x = 1}` does nothing: actions are calls.
  void check_returns_of_act() {
    const PolicyMember* act = contract_.find("act");
    if (!act || !act->function) return;
    for (const StatementSite& site : context_.survey.statements()) {
      const sandbox::Statement& statement = *site.statement;
      if (site.function != act->function || statement.kind != StatementKind::kReturn) continue;
      if (statement.values.empty()) continue;
      const Expression& value = bare(*statement.values[0]);
      const bool description = value.kind == ExpressionKind::kString ||
                               (value.kind == ExpressionKind::kTable && !value.fields.empty());
      if (!description) continue;
      const std::string message = "what policy.act returns is ignored";
      const std::string hint = "call the action: return self:move_to(x, y)";
      if (acts_somewhere()) {
        context_.report.warning(value.range, message, hint);
      } else {
        error(value.range, message, hint);
      }
    }
  }

  bool acts_somewhere() const {
    const auto& sites = context_.survey.expressions();
    return std::any_of(sites.begin(), sites.end(), [](const ExpressionSite& site) {
      const Expression& expression = *site.expression;
      const std::string* key = constant_key(expression);
      const std::string& name = key ? *key : expression.text;
      const bool member = key || expression.kind == ExpressionKind::kMethodCall;
      return member && find_api(ApiKind::kSelfAction, name);
    });
  }

  // The last character of the source that is not a space.
  Range end_of_source() const {
    const std::string& source = context_.chunk.source;
    const std::size_t last = source.find_last_not_of(" \t\r\n");
    Range range;
    if (last == std::string::npos) return range;
    const std::size_t line_begin = source.rfind('\n', last);
    range.begin = static_cast<std::uint32_t>(last);
    range.end = range.begin + 1;
    range.line += static_cast<std::uint32_t>(
        std::count(source.begin(), source.begin() + static_cast<std::ptrdiff_t>(last), '\n'));
    range.column =
        static_cast<std::uint32_t>(line_begin == std::string::npos ? last + 1 : last - line_begin);
    return range;
  }

  void error(const Range& range, std::string message, std::string hint) {
    context_.report.error(range, std::move(message), std::move(hint));
  }

  const CheckContext& context_;
  const Contract& contract_;
};

}  // namespace

void check_contract(const CheckContext& context) {
  ContractRules(context).check();
}

}  // namespace cherub::scripting
