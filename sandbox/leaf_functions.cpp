#include "sandbox/leaf_functions.h"

#include <unordered_set>

namespace cherub::sandbox {
namespace {

bool names_local_function(const Expression& expression) {
  return expression.kind == ExpressionKind::kName && expression.local != nullptr &&
         expression.local->kind == LocalKind::kLocalFunction;
}

// Takes every local function for a leaf until it sees otherwise.
class Finder {
 public:
  void visit(const Block& block) {
    for (const auto& statement : block.statements) visit(*statement);
  }

  [[nodiscard]] std::vector<LeafFunction> leaves() const {
    std::vector<LeafFunction> out;
    for (const LeafFunction& one : declared_) {
      if (!others_.contains(one.local)) out.push_back(one);
    }
    return out;
  }

 private:
  void visit(const Statement& statement) {
    if (statement.kind == StatementKind::kLocalFunction) {
      const Local* local = statement.locals[0];
      const Function* function = statement.values[0]->function.get();
      declared_.push_back({local, function});
      if (local->assignments > 0 || function->is_vararg) others_.insert(local);
      open_.push_back(local);
      visit(function->body);
      open_.pop_back();
      return;
    }
    for (const auto& target : statement.targets) visit(*target);
    for (const auto& value : statement.values) visit(*value);
    for (const Block& block : statement.blocks) visit(block);
  }

  void visit(const Expression& expression) {
    if (names_local_function(expression)) others_.insert(expression.local);
    const bool calls =
        expression.kind == ExpressionKind::kCall && names_local_function(*expression.children[0]);
    if (calls) others_.insert(open_.begin(), open_.end());
    for (std::size_t i = calls ? 1 : 0; i < expression.children.size(); ++i) {
      visit(*expression.children[i]);
    }
    for (const TableField& field : expression.fields) {
      if (field.key) visit(*field.key);
      visit(*field.value);
    }
    if (expression.function) visit(expression.function->body);
  }

  std::vector<LeafFunction> declared_;
  std::unordered_set<const Local*> others_;  // that are no leaves
  std::vector<const Local*> open_;           // the local functions around what is visited
};

}  // namespace

std::vector<LeafFunction> leaf_functions(const Chunk& chunk) {
  Finder finder;
  finder.visit(chunk.main->body);
  return finder.leaves();
}

}  // namespace cherub::sandbox
