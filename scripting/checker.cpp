#include "scripting/checker.h"

#include <algorithm>
#include <utility>

#include "sandbox/syntax/parser.h"
#include "scripting/checker/rules.h"

namespace cherub::scripting {
namespace {

constexpr std::size_t kQuoteBytesMax = 60;

}  // namespace

bool CheckReport::ok() const {
  return std::none_of(diagnostics.begin(), diagnostics.end(), [](const sandbox::Diagnostic& found) {
    return found.severity == sandbox::Severity::kError;
  });
}

void Report::error(const sandbox::Range& range, std::string message, std::string hint) {
  add(sandbox::Severity::kError, range, std::move(message), std::move(hint));
}

void Report::warning(const sandbox::Range& range, std::string message, std::string hint) {
  add(sandbox::Severity::kWarning, range, std::move(message), std::move(hint));
}

void Report::add(sandbox::Severity severity, const sandbox::Range& range, std::string message,
                 std::string hint) {
  std::size_t& count = severity == sandbox::Severity::kError ? errors_ : warnings_;
  if (count >= sandbox::kDiagnosticsMax) return;
  if (!places_.insert({range.begin, message}).second) return;
  ++count;
  findings_.push_back({severity, range, std::move(message), std::move(hint)});
}

void Report::begin_rule() {
  errors_ = warnings_ = 0;
}
// Warnings alone never end a rule: an error behind them must still be found.
bool Report::full() const {
  return errors_ >= sandbox::kDiagnosticsMax;
}

std::string Report::text(const sandbox::Expression& expression) const {
  const sandbox::Range& range = expression.range;
  std::string text = chunk_.source.substr(range.begin, range.end - range.begin);
  const bool quotable = text.size() <= kQuoteBytesMax && text.find('\n') == std::string::npos;
  return quotable ? text : "…";
}

sandbox::Diagnostics Report::take() {
  std::stable_sort(findings_.begin(), findings_.end(),
                   [](const sandbox::Diagnostic& a, const sandbox::Diagnostic& b) {
                     return a.range.begin < b.range.begin;
                   });
  // Errors refuse the policy, so they stay when there is no room for all.
  if (findings_.size() > sandbox::kDiagnosticsMax) {
    std::stable_sort(findings_.begin(), findings_.end(),
                     [](const sandbox::Diagnostic& a, const sandbox::Diagnostic& b) {
                       return a.severity < b.severity;
                     });
    findings_.resize(sandbox::kDiagnosticsMax);
  }
  return std::move(findings_);
}

namespace {

using Rule = void (*)(const CheckContext&);

CheckReport check(const std::string& name, const std::string& source,
                  const engine::Scenario* scenario, std::initializer_list<Rule> rules) {
  sandbox::ParseResult parsed = sandbox::parse(name, source);
  CheckReport report{std::move(parsed.diagnostics)};
  if (!parsed.chunk) return report;
  const Survey survey(*parsed.chunk);
  const Contract contract = find_contract(*parsed.chunk, survey);
  const Types types(survey, contract);
  Report findings(*parsed.chunk);
  const CheckContext context{*parsed.chunk, scenario, survey, contract, types, findings};
  for (const Rule rule : rules) {
    findings.begin_rule();
    rule(context);
  }
  for (sandbox::Diagnostic& found : findings.take()) report.diagnostics.push_back(std::move(found));
  return report;
}

}  // namespace

CheckReport check_policy(const std::string& name, const std::string& source,
                         const engine::Scenario* scenario) {
  return check(name, source, scenario,
               {check_contract, check_names, check_members, check_calls, check_ability_names,
                check_state, check_values});
}

CheckReport check_ability(const std::string& name, const std::string& source,
                          const engine::Scenario* scenario) {
  return check(name, source, scenario,
               {check_ability_contract, check_names, check_members, check_calls, check_state,
                check_values, check_ability_uses});
}

bool is_ability(const std::string& source) {
  const sandbox::ParseResult parsed = sandbox::parse("script", source);
  if (!parsed.chunk) return false;
  const Contract contract = find_contract(*parsed.chunk, Survey(*parsed.chunk));
  return contract.find("execute") && !contract.find("act");
}

}  // namespace cherub::scripting
