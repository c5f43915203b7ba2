#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/scenario.h"
#include "sandbox/syntax/ast.h"
#include "sandbox/syntax/diagnostic.h"
#include "scripting/checker/survey.h"
#include "scripting/checker/types.h"

// The rules of the checker: each looks at the whole source and reports what it is sure of. A policy
// that works must pass, so a rule that is in doubt stays silent.
namespace cherub::scripting {

// Collects findings, at most one of a kind for each place.
class Report {
 public:
  explicit Report(const sandbox::Chunk& chunk) : chunk_(chunk) {}
  void error(const sandbox::Range& range, std::string message, std::string hint);
  void warning(const sandbox::Range& range, std::string message, std::string hint);
  // Every rule starts with this, and ends when it is full: a hostile source must not make the
  // checker look for a thousand hints. Rules go in source order, so the first findings of all
  // survive.
  void begin_rule();
  [[nodiscard]] bool full() const;
  // The source of an expression, shortened when it is long or runs over lines.
  [[nodiscard]] std::string text(const sandbox::Expression& expression) const;
  // The findings in source order.
  [[nodiscard]] sandbox::Diagnostics take();

 private:
  void add(sandbox::Severity severity, const sandbox::Range& range, std::string message,
           std::string hint);
  const sandbox::Chunk& chunk_;
  sandbox::Diagnostics findings_;
  std::set<std::pair<std::uint32_t, std::string>> places_;  // offset and message of each
  std::size_t errors_ = 0, warnings_ = 0;                   // of the rule that runs
};

struct CheckContext {
  const sandbox::Chunk& chunk;
  const engine::Scenario* scenario;  // may be nullptr
  const Survey& survey;
  const Contract& contract;
  const Types& types;
  Report& report;
};

void check_contract(const CheckContext& context);
void check_names(const CheckContext& context);    // globals
void check_members(const CheckContext& context);  // behind dots and colons
void check_calls(const CheckContext& context);    // arguments
void check_state(const CheckContext& context);    // what would be lost at a save
void check_values(const CheckContext& context);   // operators, loops, nil

void check_ability_names(const CheckContext& context);  // in policies
// Of abilities: what the file returns, and the uses of user, target and effects.
void check_ability_contract(const CheckContext& context);
void check_ability_uses(const CheckContext& context);

}  // namespace cherub::scripting
