#include <utility>

#include "sandbox/syntax/tree_parser.h"
#include "sandbox/syntax/tree_parser_level.h"

namespace cherub::sandbox {

std::unique_ptr<Function> TreeParser::parse_chunk() {
  auto main = std::make_unique<Function>();
  main->is_vararg = true;
  scope_.open_function(*main);
  parse_statements(main->body);
  while (!gave_up_ && !at(TokenKind::kEndOfSource)) {
    report_stray_closer();
    advance();
    failed_ = gave_up_;
    parse_statements(main->body);
  }
  scope_.close_function();
  collect_problems();
  if (is_whole_) scope_.mark_back_jumps();
  main->range = {0, static_cast<std::uint32_t>(source_.size()), 1, 1};
  main->body.range = main->range;
  return main;
}

StatementPtr TreeParser::make_statement(StatementKind kind) const {
  auto statement = std::make_unique<Statement>();
  statement->kind = kind;
  return statement;
}

void TreeParser::parse_block(Block& block, Scope::BlockKind kind) {
  scope_.open_block(kind);
  parse_statements(block);
  scope_.close_block();
}

void TreeParser::parse_statements(Block& block) {
  const Level level(*this);
  const Token& opener = previous();
  block.range = {opener.end, opener.end, opener.end_line,
                 opener.column + (opener.end - opener.begin)};
  const bool is_in_if = std::exchange(is_in_if_, false);
  while (!gave_up_ && !at_block_end() && !(is_in_if && at_foreign_elseif())) {
    if (std::exchange(ends_block_, false)) {
      report(current().range(),
             "'" + std::string(text(previous_statement_)) +
                 "' must be the last statement of its block",
             "write 'do " + std::string(text(previous_statement_)) +
                 " end' to leave early, or remove what follows");
    }
    const std::size_t begin = position_;
    parse_statement(block);
    if (failed_) recover(begin);
  }
  ends_block_ = false;
  block.range.end = current().begin;
}

void TreeParser::parse_statement(Block& block) {
  if (at(TokenKind::kDoubleColon)) return parse_labels(block);
  const Token& first = current();
  statement_begin_ = position_;
  StatementPtr statement = parse_statement_body();
  if (failed_ || !statement) return;
  statement->range = range_from(first);
  if (at(TokenKind::kSemicolon)) {
    statement->ends_with_semicolon = true;
    advance();
  }
  block.statements.push_back(std::move(statement));
}

StatementPtr TreeParser::parse_statement_body() {
  switch (current().kind) {
    case TokenKind::kIf:
      return parse_if();
    case TokenKind::kWhile:
      return parse_while();
    case TokenKind::kDo:
      return parse_do();
    case TokenKind::kFor:
      return parse_for();
    case TokenKind::kRepeat:
      return parse_repeat();
    case TokenKind::kFunction:
      return parse_function_statement();
    case TokenKind::kLocal:
      return parse_local();
    case TokenKind::kReturn:
      return parse_return();
    case TokenKind::kBreak:
      return parse_break();
    case TokenKind::kGoto:
      // `goto` is a name like any other unless a name follows it.
      look_ahead();
      if (ahead(1).kind == TokenKind::kName) return parse_goto();
      return parse_expression_statement();
    default:
      if (fail_foreign_statement()) return nullptr;
      return parse_expression_statement();
  }
}

StatementPtr TreeParser::parse_local() {
  advance();
  if (at(TokenKind::kFunction)) return parse_local_function();
  StatementPtr statement = make_statement(StatementKind::kLocal);
  do {
    const Token& name = current();
    if (!at_name()) {
      fail_expected("a name behind 'local'");
      return nullptr;
    }
    advance();
    statement->locals.push_back(scope_.declare(text(name), name.range(), LocalKind::kLocal));
  } while (accept(TokenKind::kComma));
  if (accept(TokenKind::kAssign)) {
    parse_expression_list(statement->values);
  } else {
    fail_annotated_local();
  }
  // Also after an error, so that later uses of the names are understood.
  for (Local* local : statement->locals) scope_.activate(local);
  return statement;
}

StatementPtr TreeParser::parse_local_function() {
  const Token& opener = advance();
  const Token& name = current();
  if (!at_name()) {
    fail_expected("a name behind 'local function'",
                  "write 'local function name(x) … end' or 'local name = function(x) … end'");
    return nullptr;
  }
  advance();
  StatementPtr statement = make_statement(StatementKind::kLocalFunction);
  Local* local = scope_.declare(text(name), name.range(), LocalKind::kLocalFunction);
  scope_.activate(local);
  statement->locals.push_back(local);
  statement->values.push_back(make_function_value(opener, std::string(text(name)), nullptr));
  return statement;
}

StatementPtr TreeParser::parse_function_statement() {
  const Token& opener = advance();
  const Token& first = current();
  if (!at_name()) {
    fail_expected("a name behind 'function'", "write 'function name(x) … end'");
    return nullptr;
  }
  advance();
  Node target = make_name(first);
  std::string name(text(first));
  const Token* method = nullptr;
  while (!failed_ && method == nullptr && (at(TokenKind::kDot) || at(TokenKind::kColon))) {
    const Token& separator = advance();
    if (target.tree->local != nullptr) target.tree->local->used = true;
    const Token& key = current();
    if (!at_name()) {
      fail_expected("a name behind '" + std::string(text(separator)) + "'");
      return nullptr;
    }
    advance();
    if (separator.kind == TokenKind::kColon) method = &key;
    name += text(separator);
    name += text(key);
    Node index{std::make_unique<Expression>(), 0};
    index.tree->kind = ExpressionKind::kIndex;
    index.tree->is_dot = true;
    Node field = make_leaf(ExpressionKind::kString, key);
    field.tree->text = text(key);
    adopt(index, std::move(target));
    adopt(index, std::move(field));
    index.tree->range = range_from(first);
    target = std::move(index);
  }
  if (failed_) return nullptr;
  note_assignment(*target.tree);
  StatementPtr statement = make_statement(StatementKind::kFunction);
  statement->targets.push_back(std::move(target.tree));
  statement->values.push_back(make_function_value(opener, std::move(name), method));
  return statement;
}

ExpressionPtr TreeParser::make_function_value(const Token& opener, std::string name,
                                              const Token* method) {
  auto value = std::make_unique<Expression>();
  value->kind = ExpressionKind::kFunction;
  value->function = parse_function(opener, std::move(name), method);
  value->range = value->function->range;
  return value;
}

std::unique_ptr<Function> TreeParser::parse_function(const Token& opener, std::string name,
                                                     const Token* method) {
  auto function = std::make_unique<Function>();
  function->name = std::move(name);
  const Token& first = method != nullptr ? current() : opener;
  function->range = first.range();
  const bool is_in_header = std::exchange(is_in_header_, false);
  const std::optional<Token> header_block = std::exchange(header_block_, std::nullopt);
  scope_.open_function(*function);
  if (method != nullptr) {
    Local* self = scope_.declare("self", method->range(), LocalKind::kSelf);
    scope_.activate(self);
    function->parameters.push_back(self);
  }
  parse_parameters(*function);
  if (failed_) recover_parameters();
  parse_statements(function->body);
  scope_.close_function();
  expect_end(opener);
  is_in_header_ = is_in_header;
  header_block_ = header_block;
  function->range = range_from(first);
  return function;
}

void TreeParser::parse_parameters(Function& function) {
  const Token& opener = current();
  if (!expect(TokenKind::kLeftParenthesis, "'(' with the parameters",
              "write 'function name(a, b) … end'")) {
    return;
  }
  if (accept(TokenKind::kRightParenthesis)) return;
  do {
    const Token& name = current();
    if (accept(TokenKind::kVararg)) {
      function.is_vararg = true;
      break;
    }
    if (!at_name()) return fail_expected("a parameter's name or '...'");
    advance();
    Local* parameter = scope_.declare(text(name), name.range(), LocalKind::kParameter);
    scope_.activate(parameter);
    function.parameters.push_back(parameter);
  } while (accept(TokenKind::kComma));
  if (!at(TokenKind::kRightParenthesis) && fail_foreign_parameter()) return;
  expect_closing(TokenKind::kRightParenthesis, opener);
}

StatementPtr TreeParser::parse_if() {
  StatementPtr statement = make_statement(StatementKind::kIf);
  const Token& opener = current();
  for (;;) {
    const Token& keyword = advance();
    statement->values.push_back(parse_condition());
    expect_header_end(TokenKind::kThen, keyword);
    is_in_if_ = true;
    parse_block(statement->blocks.emplace_back(), Scope::BlockKind::kPlain);
    if (at_foreign_elseif()) {
      report(current().range(), "Lua has no '" + std::string(text(current())) + "'",
             "write 'elseif'");
    } else if (!at(TokenKind::kElseif)) {
      break;
    }
    if (statement->values.size() > kElseifMax) {
      fail(current().range(), "more than " + std::to_string(kElseifMax) + " 'elseif'",
           "look the value up in a table instead");
      give_up();
    }
    if (gave_up_) return nullptr;
  }
  if (at(TokenKind::kElse)) {
    const Token& keyword = advance();
    if (at(TokenKind::kIf) && current().line == keyword.line && !else_if_) else_if_ = current();
    parse_block(statement->blocks.emplace_back(), Scope::BlockKind::kPlain);
  }
  expect_end(opener);
  return statement;
}

ExpressionPtr TreeParser::parse_condition() {
  begin_header();
  return parse_expression().tree;
}

StatementPtr TreeParser::parse_while() {
  StatementPtr statement = make_statement(StatementKind::kWhile);
  const Token& keyword = advance();
  statement->values.push_back(parse_condition());
  expect_header_end(TokenKind::kDo, keyword);
  parse_block(statement->blocks.emplace_back(), Scope::BlockKind::kLoop);
  expect_end(keyword);
  return statement;
}

StatementPtr TreeParser::parse_do() {
  StatementPtr statement = make_statement(StatementKind::kDo);
  const Token& keyword = advance();
  parse_block(statement->blocks.emplace_back(), Scope::BlockKind::kPlain);
  expect_end(keyword);
  return statement;
}

StatementPtr TreeParser::parse_repeat() {
  StatementPtr statement = make_statement(StatementKind::kRepeat);
  const Token& keyword = advance();
  // The condition sees the locals of the block.
  scope_.open_block(Scope::BlockKind::kLoop);
  scope_.open_block(Scope::BlockKind::kPlain);
  parse_statements(statement->blocks.emplace_back());
  if (accept(TokenKind::kUntil)) {
    statement->values.push_back(parse_expression().tree);
  } else {
    report_unclosed(keyword, "'until' and a condition");
  }
  scope_.close_block();
  scope_.close_block();
  return statement;
}

StatementPtr TreeParser::parse_for() {
  const Token& keyword = advance();
  const Token& name = current();
  StatementPtr statement = make_statement(StatementKind::kNumericFor);
  scope_.open_block(Scope::BlockKind::kLoop);
  begin_header();
  if (!at_name()) {
    fail_expected("a name behind 'for'",
                  "write 'for i = 1, 10 do … end' or 'for key, value in pairs(t) do … end'");
  } else {
    advance();
    if (at(TokenKind::kAssign)) {
      parse_numeric_for(*statement, name);
    } else {
      parse_generic_for(*statement, name);
    }
  }
  expect_header_end(TokenKind::kDo, keyword);
  scope_.open_block(Scope::BlockKind::kPlain);
  for (Local* local : statement->locals) scope_.activate(local);
  parse_statements(statement->blocks.emplace_back());
  scope_.close_block();
  scope_.close_block();
  expect_end(keyword);
  return statement;
}

void TreeParser::parse_numeric_for(Statement& statement, const Token& name) {
  scope_.reserve_hidden(3);
  statement.locals.push_back(scope_.declare(text(name), name.range(), LocalKind::kNumericFor));
  advance();
  parse_expression_list(statement.values);
  if (failed_ || (statement.values.size() > 1 && statement.values.size() < 4)) return;
  fail(statement.values.back()->range, "a numeric 'for' takes two or three values",
       "write 'for i = first, last do' or 'for i = first, last, step do'");
}

void TreeParser::parse_generic_for(Statement& statement, const Token& name) {
  statement.kind = StatementKind::kGenericFor;
  scope_.reserve_hidden(3);
  statement.locals.push_back(scope_.declare(text(name), name.range(), LocalKind::kGenericFor));
  while (accept(TokenKind::kComma)) {
    const Token& next = current();
    if (!at_name()) return fail_expected("a name behind ','");
    advance();
    statement.locals.push_back(scope_.declare(text(next), next.range(), LocalKind::kGenericFor));
  }
  if (!expect(TokenKind::kIn, statement.locals.size() > 1 ? "'in'" : "'=' or 'in'",
              "write 'for i = 1, 10 do … end' or 'for key, value in pairs(t) do … end'")) {
    return;
  }
  parse_expression_list(statement.values);
}

StatementPtr TreeParser::parse_return() {
  const Token& keyword = advance();
  StatementPtr statement = make_statement(StatementKind::kReturn);
  if (!at_block_end() && !at(TokenKind::kSemicolon)) parse_expression_list(statement->values);
  previous_statement_ = keyword;
  ends_block_ = true;
  return statement;
}

StatementPtr TreeParser::parse_break() {
  previous_statement_ = advance();
  ends_block_ = true;
  if (!scope_.is_in_loop()) {
    report(previous_statement_.range(), "'break' stands outside a loop",
           "use 'return' to leave a function");
  }
  return make_statement(StatementKind::kBreak);
}

StatementPtr TreeParser::parse_goto() {
  const Token& keyword = advance();
  const Token& label = advance();
  StatementPtr statement = make_statement(StatementKind::kGoto);
  statement->text = text(label);
  scope_.add_goto(text(label), range_from(keyword), *statement);
  return statement;
}

// A run of labels is read at once: whether a label is the last thing of its block decides which
// jumps may reach it.
void TreeParser::parse_labels(Block& block) {
  const std::size_t begin = block.statements.size();
  while (at(TokenKind::kDoubleColon)) {
    const Token& opener = advance();
    const Token& name = current();
    if (!at_name()) return fail_expected("a label's name", "write '::name::'");
    advance();
    if (!expect(TokenKind::kDoubleColon, "'::' behind the label", "write '::name::'")) return;
    StatementPtr statement = make_statement(StatementKind::kLabel);
    statement->text = text(name);
    statement->range = range_from(opener);
    scope_.add_label(text(name), statement->range);
    block.statements.push_back(std::move(statement));
    // LuaJIT reads a run of labels by recursion.
    check_depth(static_cast<int>(block.statements.size() - begin));
    if (failed_) return;
  }
  const bool is_last = at_block_end() && !at(TokenKind::kUntil);
  for (std::size_t i = block.statements.size(); i-- > begin;) {
    scope_.resolve_label(block.statements[i]->text, is_last);
  }
  if (accept(TokenKind::kSemicolon)) block.statements.back()->ends_with_semicolon = true;
}

StatementPtr TreeParser::parse_expression_statement() {
  const std::size_t first = position_;
  StatementPtr statement = make_statement(StatementKind::kCall);
  is_target_ = true;
  Node node = parse_suffixed();
  if (failed_) return nullptr;
  const ExpressionKind kind = node.tree->kind;
  if (kind == ExpressionKind::kCall || kind == ExpressionKind::kMethodCall) {
    if (at(TokenKind::kAssign) || at(TokenKind::kComma)) {
      fail_not_a_statement(tokens_[first], *node.tree);
    }
    statement->values.push_back(std::move(node.tree));
    return statement;
  }
  if (!at(TokenKind::kAssign) && !at(TokenKind::kComma)) {
    fail_not_a_statement(tokens_[first], *node.tree);
    return nullptr;
  }
  statement->kind = StatementKind::kAssign;
  statement->targets.push_back(std::move(node.tree));
  parse_assignment(*statement);
  return statement;
}

void TreeParser::parse_assignment(Statement& statement) {
  for (;;) {
    const Expression& target = *statement.targets.back();
    if (target.kind != ExpressionKind::kName && target.kind != ExpressionKind::kIndex) {
      fail(target.range, "only a variable or a field can be assigned to",
           target.kind == ExpressionKind::kParenthesis ? "remove the parentheses"
                                                       : "the result of a call is no variable");
      return;
    }
    if (!accept(TokenKind::kComma)) break;
    is_target_ = true;
    statement.targets.push_back(parse_suffixed().tree);
    check_depth(static_cast<int>(statement.targets.size()));
    if (failed_) return;
  }
  if (!expect(TokenKind::kAssign, "'=' behind the variables")) return;
  parse_expression_list(statement.values);
  if (failed_) return;
  for (const ExpressionPtr& target : statement.targets) note_assignment(*target);
}

}  // namespace cherub::sandbox
