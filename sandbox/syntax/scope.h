#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sandbox/syntax/ast.h"

namespace cherub::sandbox {

// Resolves names, labels and jumps while a chunk is parsed, by LuaJIT's rules. Fills Local, the
// counts of Function and Statement::jumps_back. Names are views into the source, which outlives it.
// Every step costs constant time but for the bounds on nesting and upvalues.
class Scope {
 public:
  // A jump that LuaJIT would refuse, or a limit that is passed.
  struct Problem {
    Range range;
    std::string message;
    std::string hint;
    bool is_absence = false;  // of something that a dropped part of the source may have held
  };

  void open_function(Function& function);
  void close_function();
  enum class BlockKind { kPlain, kLoop };
  void open_block(BlockKind kind);
  void close_block();

  // Makes a local that names nothing until it is activated: `local x = x` reads the outer one.
  Local* declare(std::string_view name, Range range, LocalKind kind);
  void activate(Local* local);
  // A `for` keeps three values that have no name. They live until the block is closed.
  void reserve_hidden(std::uint32_t count);

  // The local that a name means here, or nullptr for a global. Marks captures and upvalues.
  Local* resolve(std::string_view name, Range range);

  // Registers a label at the end of the open block so far. A label that only labels and the end of
  // the block follow (`is_last`) stands outside the scope of the block's locals.
  void add_label(std::string_view name, Range range);
  void resolve_label(std::string_view name, bool is_last);
  void add_goto(std::string_view name, Range range, Statement& statement);

  // Sets Statement::jumps_back. Only for a tree that is whole: after a syntax error statements that
  // were seen may be gone.
  void mark_back_jumps();

  [[nodiscard]] bool is_in_loop() const;
  [[nodiscard]] bool is_vararg() const;
  [[nodiscard]] Function& function() { return *functions_.back().function; }
  [[nodiscard]] std::vector<Problem>& problems() { return problems_; }

 private:
  struct FunctionScope {
    Function* function = nullptr;
    std::vector<Local*> upvalues;
    std::uint32_t locals_active = 0;  // with the hidden ones of `for`
    std::uint32_t loops_open = 0;
    bool has_local_problem = false;
    bool has_upvalue_problem = false;
  };
  struct BlockScope {
    std::size_t locals_begin = 0;  // the first of active_ that it owns
    std::size_t labels_begin = 0;
    std::size_t jumps_begin = 0;
    std::uint32_t locals_active = 0;
    bool is_loop = false;
  };
  struct Label {
    std::string_view name;
    Range range;
    std::size_t block = 0;
  };
  // A goto whose label has not been seen in an enclosing block.
  struct Jump {
    std::string_view name;
    Range range;
    Statement* statement = nullptr;
    std::size_t locals_visible = 0;  // of active_, seen from the block that it has risen to
    bool is_resolved = false;
  };

  void capture(Local& local, Range range);
  [[nodiscard]] const Label* label_of_block(std::string_view name, std::size_t block) const;
  void close_labels(const BlockScope& block);
  void pass_jumps_outward(const BlockScope& block);
  void refuse_jumps(const BlockScope& block);

  std::vector<FunctionScope> functions_;
  std::vector<BlockScope> blocks_;
  std::vector<Local*> active_;
  std::vector<Label> labels_;
  std::vector<Jump> jumps_;
  std::vector<Statement*> back_jumps_;
  std::unordered_map<std::string_view, std::vector<Local*>> locals_by_name_;
  std::unordered_map<std::string_view, std::vector<std::size_t>> labels_by_name_;
  std::unordered_map<std::string_view, std::vector<std::size_t>> jumps_by_name_;
  std::vector<Problem> problems_;
};

}  // namespace cherub::sandbox
