// Names that no local declares: the library, and everything that is not there.
#include <set>
#include <utility>

#include "sandbox/syntax/foreign.h"
#include "scripting/checker/hints.h"
#include "scripting/checker/rules.h"
#include "scripting/manifest_parts.h"

namespace cherub::scripting {
namespace {

using sandbox::Expression;
using sandbox::ExpressionKind;
using sandbox::Function;
using sandbox::Local;

class NameRules {
 public:
  explicit NameRules(const CheckContext& context)
      : context_(context), spec_(*context.contract.spec) {}

  void check(const ExpressionSite& site) {
    const Expression& name = *site.expression;
    if (name.kind != ExpressionKind::kName || name.local || site.is_target) return;
    if (context_.types.of(name).known() || context_.survey.assigns_global(name.text)) return;
    if (const std::string_view hint = absent_hint(name.text); !hint.empty()) {
      return context_.report.error(name.range, "'" + name.text + "' does not exist in policies",
                                   std::string(hint));
    }
    if (name.text == "self" || name.text == "world") return check_missing_parameter(site);
    if (report_out_of_scope(site)) return;
    context_.report.error(name.range, "unknown name '" + name.text + "'", unknown_hint(site));
  }

 private:
  void check_missing_parameter(const ExpressionSite& site) {
    const std::string& name = site.expression->text;
    // One finding says it for the whole function.
    if (!missing_.insert({site.function, name}).second) return;
    std::string hint = name + " exists only inside " + main_usage();
    if (site.function == context_.survey.main() && site.parent) {
      hint += ", which the world calls by itself: leave this call out";
    }
    if (const ContractMember* member = enclosing_member(site.function)) {
      if (!signature_fault(context_.contract, *member).empty()) return;
      hint = contract_hint(*member, name);
    } else if (site.function != context_.survey.main()) {
      const Local* holder = context_.survey.holder_of(site.function);
      const std::string function = holder ? holder->name : site.function->name;
      hint = "make it a parameter: function " + function +
             "(self, world), and hand it in where the function is called";
    }
    context_.report.error(site.expression->range, "'" + name + "' is not known here", hint);
  }

  // The contract function that the code stands in, or nullptr.
  const ContractMember* enclosing_member(const Function* function) const {
    for (const ContractMember& member : context_.contract.members) {
      if (member.function == function && spec_.find(member.name)) return &member;
    }
    return nullptr;
  }

  std::string contract_hint(const ContractMember& member, const std::string& name) const {
    const ContractPart& part = *spec_.find(member.name);
    const auto& parameters = part.entry->parameters;
    for (const ApiParameter& parameter : parameters) {
      if (parameter.name == name) return "write " + spec_.usage(part);
      if (parameter.type == "CollectStep") {
        return "write " + spec_.usage(part) + ": step.self, step.tick";
      }
    }
    return spec_.display_name(part) + " does not get " + name + "; use it in " + main_usage();
  }

  // "policy.act(self, world)"
  std::string main_usage() const {
    return spec_.usage(spec_.main_part()).substr(std::string_view("function ").size());
  }

  // A local of that name stands elsewhere in the file.
  bool report_out_of_scope(const ExpressionSite& site) {
    const std::string& name = site.expression->text;
    for (const FunctionSite& function : context_.survey.functions()) {
      for (const auto& local : function.function->locals) {
        if (local->name != name) continue;
        const bool later = function.function == context_.survey.main() &&
                           local->range.begin > site.expression->range.begin;
        const std::string line = std::to_string(local->range.line);
        context_.report.error(
            site.expression->range,
            "'" + name + "' is not visible here: it is local to line " + line,
            later ? "move its declaration above this function, or write `local " + name +
                        "` at the top"
                  : "declare it in the block around both, or hand it in as a parameter");
        return true;
      }
    }
    return false;
  }

  std::string unknown_hint(const ExpressionSite& site) const {
    const std::string& name = site.expression->text;
    if (const std::string_view hint = sandbox::foreign_word_hint(name); !hint.empty()) {
      return std::string(hint);
    }
    if (std::string hint = bare_api_hint(name); !hint.empty()) return hint;
    std::vector<std::string> known;
    for (const Function* f = site.function; f; f = f->parent) {
      for (const auto& local : f->locals) known.push_back(local->name);
      for (const Local* parameter : f->parameters) known.push_back(parameter->name);
    }
    for (const ApiEntry& entry : api_manifest()) {
      if (entry.kind != ApiKind::kLibrary) continue;
      const std::string_view table = library_table(entry.name);
      known.emplace_back(table.empty() ? std::string_view(entry.name) : table);
    }
    const std::string near = nearest_name(name, known);
    if (!near.empty()) return "write '" + near + "'";
    return "declare it first: local " + name + " = …";
  }

  const CheckContext& context_;
  const ContractSpec& spec_;
  std::set<std::pair<const Function*, std::string>> missing_;  // parameters reported
};

}  // namespace

void check_names(const CheckContext& context) {
  NameRules rules(context);
  for (const ExpressionSite& site : context.survey.expressions()) {
    if (context.report.full()) return;
    rules.check(site);
  }
}

}  // namespace cherub::scripting
