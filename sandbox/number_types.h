#pragma once

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "sandbox/syntax/ast.h"

namespace cherub::sandbox {

// Which expressions of a chunk can only be numbers, whatever the program does. The meter needs no
// look at those where a string or a table would have to pay or be refused.
class NumberTypes {
 public:
  explicit NumberTypes(const Chunk& chunk);

  [[nodiscard]] bool is_number(const Expression& expression) const;

 private:
  struct Assigned {
    const Local* local = nullptr;
    std::vector<const Expression*> values;  // nullptr: one that is not written there
  };

  void visit(const Block& block);
  void visit(const Statement& statement);
  void visit(const Expression& expression);
  void add_candidate(const Local* local, std::vector<const Expression*> values);
  void assign(const Local* local, const Expression* value);
  void settle();

  std::unordered_set<const Local*> numbers_;             // the locals that hold nothing but numbers
  std::vector<Assigned> assigned_;                       // what each candidate is ever given
  std::unordered_map<const Local*, std::size_t> index_;  // into assigned_
};

}  // namespace cherub::sandbox
