#pragma once

#include <cstdint>
#include <map>
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

inline bool is_order(sandbox::BinaryOp op) {
  return op >= sandbox::BinaryOp::kLess && op <= sandbox::BinaryOp::kGreaterEqual;
}
inline bool is_equality(sandbox::BinaryOp op) {
  return op == sandbox::BinaryOp::kEqual || op == sandbox::BinaryOp::kNotEqual;
}

// Collects findings, at most one for each place: the first of the gravest.
class Report {
 public:
  explicit Report(const sandbox::Chunk& chunk) : chunk_(chunk) {}
  void error(const sandbox::Range& range, std::string message, std::string hint);
  void warning(const sandbox::Range& range, std::string message, std::string hint);
  void hint(const sandbox::Range& range, std::string message, std::string hint);
  // Every rule starts with this, and ends when it is full: a hostile source must not make the
  // checker look for a thousand hints. Rules go in source order, so the first findings of all
  // survive.
  void begin_rule();
  [[nodiscard]] bool full() const;
  // Whether an error was found within a stretch: what follows from it needs no finding of its own.
  [[nodiscard]] bool has_error_in(const sandbox::Range& range) const;
  [[nodiscard]] bool has_errors() const;
  // The source of an expression, shortened when it is long or runs over lines.
  [[nodiscard]] std::string text(const sandbox::Expression& expression) const;
  // The findings in source order.
  [[nodiscard]] sandbox::Diagnostics take();

 private:
  void add(sandbox::Severity severity, const sandbox::Range& range, std::string message,
           std::string hint);
  const sandbox::Chunk& chunk_;
  sandbox::Diagnostics findings_;
  std::map<std::uint32_t, std::size_t> places_;  // in findings_, by offset
  std::size_t errors_ = 0, warnings_ = 0;        // of the rule that runs
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
void check_names(const CheckContext& context);       // globals
void check_members(const CheckContext& context);     // behind dots and colons
void check_calls(const CheckContext& context);       // arguments
void check_state(const CheckContext& context);       // what would be lost at a save
void check_memory(const CheckContext& context);      // what self.memory cannot hold, or never got
void check_values(const CheckContext& context);      // operators and iterators
void check_numbers(const CheckContext& context);     // chances, angles, radii
void check_tables(const CheckContext& context);      // members that lists do not have
void check_nil(const CheckContext& context);         // what a sense did not find
void check_conditions(const CheckContext& context);  // always true, always false
void check_loops(const CheckContext& context);       // without end, without a turn, from 0
void check_flow(const CheckContext& context);        // what no way leads to
void check_actions(const CheckContext& context);     // that never come, or come to nothing

void check_ability_names(const CheckContext& context);  // in policies
void check_ability_uses(const CheckContext& context);   // of user, target and effects

}  // namespace cherub::scripting
