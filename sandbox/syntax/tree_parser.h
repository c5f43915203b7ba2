#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/syntax/ast.h"
#include "sandbox/syntax/lexer.h"
#include "sandbox/syntax/scope.h"

namespace cherub::sandbox {

// Builds the tree of one source by recursive descent. Lives for one parse.
//
// After a syntax error, `failed_` makes every reader return at once up to the statement list, which
// looks for the next statement. Where even the block structure is in doubt, the rest is left unread
// (give_up), because errors reported from there on would mislead.
class TreeParser {
 public:
  TreeParser(std::string_view source, const TokenList& tokens);

  // The tree is whole only when there are no diagnostics.
  std::unique_ptr<Function> parse_chunk();
  Diagnostics take_diagnostics() { return std::move(diagnostics_); }

 private:
  // An expression with the number of levels below it: left-leaning chains grow without recursion.
  struct Node {
    ExpressionPtr tree;
    int height = 0;
  };
  class Level;

  // tokens
  [[nodiscard]] const Token& current() const { return tokens_[position_]; }
  [[nodiscard]] const Token& previous() const { return tokens_[position_ > 0 ? position_ - 1 : 0]; }
  [[nodiscard]] const Token& ahead(std::size_t count) const;
  [[nodiscard]] bool at(TokenKind kind) const { return current().kind == kind; }
  [[nodiscard]] bool at_name() const;
  [[nodiscard]] bool at_block_end() const;
  [[nodiscard]] std::string_view text(const Token& token) const;
  [[nodiscard]] Range range_from(const Token& first) const;
  [[nodiscard]] bool is_first_of_line(std::size_t position) const;
  [[nodiscard]] std::size_t index_of(const Token& token) const;
  [[nodiscard]] bool is_assigned_here() const;
  [[nodiscard]] static bool is_keyword(const Token& token);
  [[nodiscard]] std::string describe(const Token& token) const;
  const Token& advance();
  void look_ahead();
  bool accept(TokenKind kind);

  // errors (parser_errors.cpp)
  void fail(Range range, std::string message, std::string hint = {});
  void fail_expected(std::string_view expected, std::string hint = {});
  void report(Range range, std::string message, std::string hint);
  void collect_problems();
  void give_up();
  void check_depth(int height);
  bool expect(TokenKind kind, std::string_view expected, std::string hint = {});
  void expect_closing(TokenKind kind, const Token& opener);
  void expect_end(const Token& opener);
  void note_indentation(const Token& opener, const Token& end);
  void report_unclosed(const Token& opener, std::string_view expected);
  void report_stray_closer();
  [[nodiscard]] std::string hint_for_found() const;
  [[nodiscard]] std::string hint_for_closing(const Token& opener) const;

  // going on after an error (parser_recovery.cpp)
  void begin_header();
  void note_header_block(const Token& token);
  void expect_header_end(TokenKind kind, const Token& keyword);
  void skip_header(TokenKind kind);
  void skip_line();
  void recover(std::size_t statement_begin);
  void recover_parameters();
  [[nodiscard]] bool is_boundary(std::size_t position, int brackets) const;
  [[nodiscard]] bool is_last_of_line(const Token& token) const;

  // what other languages write (parser_foreign.cpp)
  [[nodiscard]] bool at_foreign_elseif() const;
  bool fail_foreign_statement();
  bool fail_foreign_word();
  bool report_foreign_cause();
  [[nodiscard]] bool is_prose() const;
  void report_foreign_comment();
  bool fail_foreign_field();
  bool fail_foreign_parameter();
  void fail_annotated_local();
  void fail_foreign_block(const Token& token);
  void fail_not_a_statement(const Token& first, const Expression& expression);
  void fail_foreign_assignment(const std::string& target);

  // expressions
  Node parse_expression(int priority_min = 0);
  Node parse_unary();
  Node parse_simple();
  Node parse_primary();
  Node parse_suffixed();
  Node parse_index(Node object, const Token& first);
  Node parse_method_call(Node object, const Token& first);
  Node parse_arguments(Node call, const Token& first);
  Node parse_table();
  int parse_field(TableField& field);
  Node parse_function_expression();
  Node make_name(const Token& token);
  Node make_leaf(ExpressionKind kind, const Token& token);
  Node make_vararg(const Token& token);
  ExpressionPtr make(ExpressionKind kind, const Token& first) const;
  void adopt(Node& parent, Node child);
  int parse_expression_list(std::vector<ExpressionPtr>& list);

  // functions and statements
  std::unique_ptr<Function> parse_function(const Token& opener, std::string name,
                                           const Token* method);
  ExpressionPtr make_function_value(const Token& opener, std::string name, const Token* method);
  void parse_parameters(Function& function);
  void parse_block(Block& block, Scope::BlockKind kind);
  void parse_statements(Block& block);
  void parse_statement(Block& block);
  StatementPtr parse_statement_body();
  StatementPtr parse_local();
  StatementPtr parse_local_function();
  StatementPtr parse_function_statement();
  StatementPtr parse_if();
  StatementPtr parse_while();
  StatementPtr parse_repeat();
  StatementPtr parse_for();
  ExpressionPtr parse_condition();
  void parse_numeric_for(Statement& statement, const Token& name);
  void parse_generic_for(Statement& statement, const Token& name);
  StatementPtr parse_do();
  StatementPtr parse_return();
  StatementPtr parse_break();
  StatementPtr parse_goto();
  void parse_labels(Block& block);
  StatementPtr parse_expression_statement();
  void parse_assignment(Statement& statement);
  void note_assignment(const Expression& target);
  StatementPtr make_statement(StatementKind kind) const;

  std::string_view source_;
  const std::vector<Token>& tokens_;
  bool is_cut_short_;
  std::size_t position_ = 0;
  std::size_t statement_begin_ = 0;  // of the innermost statement that is being read
  std::uint32_t last_line_ = 1;      // LuaJIT's idea of the line of the previous token
  bool looked_ahead_ = false;
  int level_ = 0;    // of the recursion
  int deepest_ = 0;  // level that the tree of the function read so far reaches
  bool failed_ = false;
  bool gave_up_ = false;
  bool is_whole_ = true;                 // nothing was dropped from the tree, not even in silence
  bool is_structure_lost_ = false;       // skipped text may have held a block's beginning or end
  bool ends_block_ = false;              // `return` or `break` was read: the block must end
  Token previous_statement_;             // that `return` or `break`
  bool is_target_ = false;               // the expression that begins here may be assigned to
  bool is_in_if_ = false;                // the block that begins here may be followed by `elseif`
  bool is_in_header_ = false;            // between `if`, `while` or `for` and `then` or `do`
  std::optional<Token> header_block_;    // a `{` or `:` there that may be meant to open a block
  std::optional<Token> suspect_opener_;  // by indentation, this block lacks its `end`
  std::uint32_t suspect_opener_end_line_ = 0;
  std::optional<Token> suspect_end_;  // by indentation, this `end` closes another block
  std::optional<Token> else_if_;      // the `if` of an `else if`
  Scope scope_;
  Diagnostics diagnostics_;
};

}  // namespace cherub::sandbox
