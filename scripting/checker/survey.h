#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "sandbox/syntax/ast.h"
#include "scripting/checker/flow.h"

// Everything that the rules of the checker ask about a tree, found in one walk. Owned by one check;
// points into the chunk.
namespace cherub::scripting {

struct ExpressionSite {
  const sandbox::Expression* expression = nullptr;
  const sandbox::Expression* parent = nullptr;  // nullptr: stands in the statement itself
  const sandbox::Statement* statement = nullptr;
  const sandbox::Function* function = nullptr;  // the one whose body it stands in
  bool is_target = false;                       // left of an assignment
};

struct StatementSite {
  const sandbox::Statement* statement = nullptr;
  const sandbox::Function* function = nullptr;
};

struct FunctionSite {
  const sandbox::Function* function = nullptr;
  const sandbox::Expression* expression = nullptr;  // its kFunction; nullptr for the main chunk
  const sandbox::Expression* parent = nullptr;
  const sandbox::Statement* statement = nullptr;
  const sandbox::Function* outer = nullptr;
};

// What is known of one local variable.
struct LocalFacts {
  // What it is given, in source order; nullptr stands for nil. Only complete when not `opaque`.
  std::vector<const sandbox::Expression*> sources;
  bool opaque = false;  // also gets values that no single expression tells: parameters, results
  const sandbox::Statement* loop = nullptr;  // the for statement that it is a variable of
  std::size_t loop_position = 0;
  std::vector<std::uint32_t> assigned;  // offsets of the assignments, ascending
  std::vector<ExpressionSite> calls;    // it is what is called
  std::vector<ExpressionSite> indexes;  // it is what is indexed or a method's object
  std::vector<ExpressionSite> others;   // it is used in any other way

  [[nodiscard]] bool is_assigned_in(const sandbox::Range& range) const;
};

class Survey {
 public:
  explicit Survey(const sandbox::Chunk& chunk);

  [[nodiscard]] const std::vector<ExpressionSite>& expressions() const { return expressions_; }
  [[nodiscard]] const std::vector<StatementSite>& statements() const { return statements_; }
  [[nodiscard]] const std::vector<FunctionSite>& functions() const { return functions_; }
  [[nodiscard]] const sandbox::Function* main() const { return main_; }
  [[nodiscard]] const Flow& flow() const { return flow_; }
  // Where a function stands.
  [[nodiscard]] const FunctionSite& site_of(const sandbox::Function* function) const;
  // The `return` statements of a function's own body, in source order.
  [[nodiscard]] const std::vector<const sandbox::Statement*>& returns_of(
      const sandbox::Function* function) const;

  [[nodiscard]] const LocalFacts& facts(const sandbox::Local* local) const;
  // The function that a local always holds, or nullptr.
  [[nodiscard]] const sandbox::Function* function_of(const sandbox::Local* local) const;
  // The field that a function is put into, or empty.
  [[nodiscard]] const std::string& field_of(const sandbox::Function* function) const;
  // The local that holds a function and nothing else, or nullptr.
  [[nodiscard]] const sandbox::Local* holder_of(const sandbox::Function* function) const;
  [[nodiscard]] bool assigns_global(const std::string& name) const;
  // The functions that are put into a field of that name, of whatever table.
  [[nodiscard]] const std::vector<const sandbox::Function*>& functions_named(
      const std::string& name) const;
  // The callees of all calls `x.name(…)`, whatever x is.
  [[nodiscard]] const std::vector<ExpressionSite>& member_calls(const std::string& name) const;
  // Whether `x:name(…)` stands anywhere.
  [[nodiscard]] bool calls_method(const std::string& name) const;
  // Whether `x.name = …` stands anywhere.
  [[nodiscard]] bool assigns_field(const std::string& name) const;
  // Runs while the file is loaded and never after: called only from file scope.
  [[nodiscard]] bool is_load_only(const sandbox::Function* function) const;

 private:
  void walk_function(const sandbox::Function& function);
  void walk_block(const sandbox::Block& block, const sandbox::Function& function);
  void walk_statement(const sandbox::Statement& statement, const sandbox::Function& function);
  void walk_expression(const ExpressionSite& site);
  void note_sources(const sandbox::Statement& statement);
  void note_name(const ExpressionSite& site);
  void note_field(const std::string* key, const sandbox::Expression& value);
  void find_load_only();
  [[nodiscard]] bool runs_at_load(const FunctionSite& site) const;

  const sandbox::Function* main_;
  Flow flow_;
  std::vector<ExpressionSite> expressions_;
  std::vector<StatementSite> statements_;
  std::vector<FunctionSite> functions_;
  std::unordered_map<const sandbox::Function*, std::size_t> function_places_;  // in functions_
  std::unordered_map<const sandbox::Function*, std::vector<const sandbox::Statement*>> returns_;
  std::unordered_map<const sandbox::Local*, LocalFacts> locals_;
  std::unordered_map<const sandbox::Function*, const sandbox::Local*> holders_;
  std::unordered_map<std::string, std::vector<ExpressionSite>> member_calls_;
  std::unordered_map<std::string, std::vector<const sandbox::Function*>> field_functions_;
  std::unordered_map<const sandbox::Function*, std::string> fields_;
  std::unordered_set<std::string> global_targets_, method_names_, field_targets_;
  std::unordered_set<const sandbox::Function*> load_only_;
};

// The expression without parentheses around it.
const sandbox::Expression& bare(const sandbox::Expression& expression);
// The key of `a.key` or `a["key"]`, or nullptr.
const std::string* constant_key(const sandbox::Expression& index);
// The number that `2` or `-2` stands for.
std::optional<double> literal_number(const sandbox::Expression& expression);
// Whether it may stand for any number of values: a call or `...` at the end of a list.
bool is_open_ended(const sandbox::Expression& expression);
bool is_callee(const ExpressionSite& site);

}  // namespace cherub::scripting
