#include "scripting/checker.h"

#include <algorithm>
#include <utility>

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

void Report::hint(const sandbox::Range& range, std::string message, std::string hint) {
  add(sandbox::Severity::kHint, range, std::move(message), std::move(hint));
}

void Report::add(sandbox::Severity severity, const sandbox::Range& range, std::string message,
                 std::string hint) {
  std::size_t& count = severity == sandbox::Severity::kError ? errors_ : warnings_;
  if (count >= sandbox::kDiagnosticsMax) return;
  const auto [place, is_new] = places_.insert({range.begin, findings_.size()});
  if (!is_new && findings_[place->second].severity <= severity) return;
  ++count;
  sandbox::Diagnostic found{severity, range, std::move(message), std::move(hint)};
  if (is_new) {
    findings_.push_back(std::move(found));
  } else {
    findings_[place->second] = std::move(found);
  }
}

void Report::begin_rule() {
  errors_ = warnings_ = 0;
}
// Warnings alone never end a rule: an error behind them must still be found.
bool Report::full() const {
  return errors_ >= sandbox::kDiagnosticsMax;
}

bool Report::has_error_in(const sandbox::Range& range) const {
  return std::any_of(findings_.begin(), findings_.end(), [&](const sandbox::Diagnostic& found) {
    return found.severity == sandbox::Severity::kError && found.range.begin >= range.begin &&
           found.range.begin < range.end;
  });
}

bool Report::has_errors() const {
  return std::any_of(findings_.begin(), findings_.end(), [](const sandbox::Diagnostic& found) {
    return found.severity == sandbox::Severity::kError;
  });
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

CheckReport check_parsed(const sandbox::ParseResult& parsed, const ContractSpec& spec,
                         const engine::Scenario* scenario) {
  CheckReport report{parsed.diagnostics};
  if (!parsed.chunk) return report;
  const Survey survey(*parsed.chunk);
  const Contract contract = find_contract(*parsed.chunk, survey, spec);
  const Types types(survey, contract);
  Report findings(*parsed.chunk);
  const CheckContext context{*parsed.chunk, scenario, survey, contract, types, findings};
  for (const auto rule :
       {check_contract, check_names, check_members, check_calls, check_state, check_memory,
        check_values, check_tables, check_numbers, check_nil, check_conditions, check_loops,
        check_flow, check_actions, check_ability_names, check_ability_uses}) {
    findings.begin_rule();
    rule(context);
  }
  for (sandbox::Diagnostic& found : findings.take()) report.diagnostics.push_back(std::move(found));
  return report;
}

}  // namespace

CheckReport check_policy(const std::string& name, const std::string& source,
                         const engine::Scenario* scenario) {
  return check_script(name, source, policy_contract(), scenario);
}

CheckReport check_ability(const std::string& name, const std::string& source,
                          const engine::Scenario* scenario) {
  return check_script(name, source, ability_contract(), scenario);
}

bool is_ability(const std::string& source) {
  const sandbox::ParseResult parsed = sandbox::parse("script", source);
  if (!parsed.chunk) return false;
  const Survey survey(*parsed.chunk);
  const Contract contract = find_contract(*parsed.chunk, survey, ability_contract());
  return contract.find("execute") && !contract.find("act");
}

CheckReport check_policy(const sandbox::ParseResult& parsed, const engine::Scenario* scenario) {
  return check_parsed(parsed, policy_contract(), scenario);
}

CheckReport check_script(const std::string& name, const std::string& source,
                         const ContractSpec& spec, const engine::Scenario* scenario) {
  return check_parsed(sandbox::parse(name, source), spec, scenario);
}

}  // namespace cherub::scripting
