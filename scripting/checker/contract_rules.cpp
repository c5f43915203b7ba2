// What a file must return, and how the functions of the contract are declared.
#include <algorithm>

#include "scripting/checker/hints.h"
#include "scripting/checker/rules.h"
#include "scripting/manifest_parts.h"

namespace cherub::scripting {
namespace {

using sandbox::Expression;
using sandbox::ExpressionKind;
using sandbox::Function;
using sandbox::Range;
using sandbox::Statement;
using sandbox::StatementKind;

class ContractRules {
 public:
  explicit ContractRules(const CheckContext& context)
      : context_(context),
        contract_(context.contract),
        spec_(*context.contract.spec),
        main_(spec_.main_part()) {}

  void check() {
    if (!contract_.returned) {
      // `function act(self, world)`: that it is global is told with what to write instead.
      if (context_.survey.assigns_global(main_.entry->name)) return;
      const bool empty = context_.chunk.main->body.statements.empty();
      return error(end_of_source(), empty ? "the source is empty" : "the file returns nothing",
                   "end it with `return " + spec_.table + "`, a table with " + main_usage());
    }
    if (!contract_.open && !check_returned_value()) return;
    for (const ContractPart& part : spec_.parts) {
      const bool missing = part.required && !contract_.open && !contract_.find(part.entry->name);
      if (missing) report_missing(part);
    }
    for (const ContractMember& member : contract_.members) check_member(member);
  }

 private:
  // "policy.act(self, world)"
  std::string main_usage() const {
    return spec_.usage(main_).substr(std::string("function ").size());
  }

  bool check_returned_value() {
    const std::string instead =
        "end the file with `return " + spec_.table + "`, a table with " + spec_.display_name(main_);
    if (!contract_.value) {
      error(contract_.returned->range, "the file returns nothing", instead);
      return false;
    }
    const Type type = context_.types.of(*contract_.value);
    if (type.is(Shape::kFunction)) {
      const bool named = contract_.value->kind == ExpressionKind::kName;
      error(contract_.value->range, "the file must return a table, not a function",
            named ? "write return {" + main_.entry->name + " = " + contract_.value->text + "}"
                  : "write local " + spec_.table + " = {}, " + spec_.usage(main_) +
                        " … end, return " + spec_.table);
      return false;
    }
    const bool is_table = type.is(Shape::kTable) || !type.known();
    if (!is_table) error(contract_.value->range, "the file must return a table", instead);
    return is_table;
  }

  void report_missing(const ContractPart& part) {
    const std::string& name = part.entry->name;
    if (part.is_field) {
      return error(contract_.returned->range, "the " + spec_.table + " has no field " + name,
                   "write " + spec_.display_name(part) + " = …, " + value_words(*part.entry));
    }
    std::string hint = "write " + spec_.usage(part) + " … end";
    for (const ContractMember& member : contract_.members) {
      if (spec_.find(member.name) || spec_.meant_by(member.name) != &part) continue;
      hint = "rename " + spec_.table + "." + member.name + ": " + spec_.usage(part);
      break;
    }
    for (const FunctionSite& site : context_.survey.functions()) {
      const sandbox::Local* holder = context_.survey.holder_of(site.function);
      if (!holder || holder->name != name) continue;
      hint = "put it into the table: " + spec_.display_name(part) + " = " + name;
    }
    error(contract_.returned->range, "the " + spec_.table + " has no function " + name, hint);
  }

  void check_member(const ContractMember& member) {
    const ContractPart* part = spec_.find(member.name);
    if (!part) return check_other_member(member);
    if (part->is_field) return check_field(*part, member);
    if (!member.function) {
      if (is_plain(context_.types.of(*member.value))) {
        error(member.range, spec_.display_name(*part) + " must be a function",
              "write " + spec_.usage(*part));
      }
      return;
    }
    if (const std::string fault = signature_fault(contract_, member); !fault.empty()) {
      return error(member.range, fault, "write " + spec_.usage(*part));
    }
    if (!part->must_return.empty() && !returns_value(member.function)) {
      context_.report.warning(member.range, spec_.display_name(*part) + " returns nothing",
                              std::string(part->must_return));
    }
    if (!part->ignores_result.empty()) check_ignored(*part, *member.function);
  }

  static bool is_plain(const Type& type) {
    return type.is(Shape::kTable) || type.is(Shape::kNumber) || type.is(Shape::kString) ||
           type.is(Shape::kBoolean);
  }

  static std::string value_words(const ApiEntry& field) {
    return "a " + field.returns + (field.range.empty() ? "" : " in " + field.range);
  }

  void check_field(const ContractPart& part, const ContractMember& member) {
    const Type type = context_.types.of(*member.value);
    const std::string& wanted = part.entry->returns;
    const bool fits = (wanted == "number" && type.is(Shape::kNumber)) ||
                      (wanted == "string" && type.is(Shape::kString)) ||
                      (wanted == "boolean" && type.is(Shape::kBoolean)) ||
                      (wanted == "table" && type.is(Shape::kTable));
    const bool evident = is_plain(type) || type.is(Shape::kFunction) || type.is(Shape::kNil);
    const auto bounds = number_range(part.entry->range);
    const auto value = literal_number(*member.value);
    const bool outside = bounds && value && (*value < bounds->low || *value > bounds->high);
    if ((!evident || fits) && !outside) return;
    error(member.value->range, spec_.display_name(part) + " must be " + value_words(*part.entry),
          "write " + spec_.display_name(part) + " = …, " + value_words(*part.entry));
  }

  // A function that nothing calls, under a name that is nearly one of the contract.
  void check_other_member(const ContractMember& member) {
    if (!member.function || contract_.open) return;
    const ContractPart* meant = spec_.meant_by(member.name);
    if (!meant || meant->required || contract_.find(meant->entry->name)) return;
    if (is_mentioned(member)) return;
    context_.report.warning(member.range, spec_.table + "." + member.name + " is never called",
                            "write " + spec_.usage(*meant));
  }

  bool is_mentioned(const ContractMember& member) const {
    if (context_.survey.calls_method(member.name)) return true;
    const auto& sites = context_.survey.expressions();
    return std::any_of(sites.begin(), sites.end(), [&](const ExpressionSite& site) {
      const std::string* key = constant_key(*site.expression);
      return key && !site.is_target && *key == member.name;
    });
  }

  bool returns_value(const Function* function) const {
    const auto& returns = context_.survey.returns_of(function);
    return std::any_of(returns.begin(), returns.end(),
                       [](const Statement* statement) { return !statement->values.empty(); });
  }

  // `return {action = "move", x = 1}` does nothing: actions are calls.
  void check_ignored(const ContractPart& part, const Function& function) {
    for (const Statement* statement : context_.survey.returns_of(&function)) {
      if (statement->values.empty()) continue;
      const Expression& value = bare(*statement->values[0]);
      const bool description = value.kind == ExpressionKind::kString ||
                               (value.kind == ExpressionKind::kTable && !value.fields.empty());
      if (!description) continue;
      const std::string message = "what " + spec_.display_name(part) + " returns is ignored";
      const std::string hint(part.ignores_result);
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
  const ContractSpec& spec_;
  const ContractPart& main_;  // what the table is there for
};

}  // namespace

void check_contract(const CheckContext& context) {
  ContractRules(context).check();
}

}  // namespace cherub::scripting
