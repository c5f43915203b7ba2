#include <algorithm>
#include <array>

#include "sandbox/syntax/foreign.h"
#include "sandbox/syntax/tree_parser.h"

namespace cherub::sandbox {
namespace {

// Words that open a block in their language: where it ends cannot be told.
constexpr auto kBlockWords = std::to_array<std::string_view>(
    {"def", "func", "fn", "fun", "class", "try", "except", "catch", "switch", "case", "match",
     "async", "void", "unless", "foreach"});

constexpr std::string_view kBlockHint =
    "a block is 'if … then … end', 'for … do … end', 'while … do … end' or "
    "'function … end'";

constexpr std::string_view kProseHint = "write only Lua code; text for people goes behind '--'";

bool opens_foreign_block(std::string_view word) {
  return std::find(kBlockWords.begin(), kBlockWords.end(), word) != kBlockWords.end();
}

bool is_name(const Token& token) {
  return token.kind == TokenKind::kName;
}

}  // namespace

bool TreeParser::at_foreign_elseif() const {
  if (!at(TokenKind::kName)) return false;
  const std::string_view word = text(current());
  if (word != "elif" && word != "elsif" && word != "elseIf") return false;
  const TokenKind next = ahead(1).kind;
  return next == TokenKind::kName || next == TokenKind::kNot || next == TokenKind::kNumber ||
         next == TokenKind::kTrue || next == TokenKind::kHash;
}

void TreeParser::fail_foreign_block(const Token& token) {
  fail(token.range(), "'" + std::string(text(token)) + "' opens no block in Lua",
       std::string(kBlockHint));
  give_up();
}

// True when what begins here is no statement, and that has been reported.
bool TreeParser::fail_foreign_statement() {
  const Token& token = current();
  switch (token.kind) {
    case TokenKind::kName:
      return fail_foreign_word();
    case TokenKind::kLeftParenthesis:
      return false;
    case TokenKind::kSemicolon:
      report(token.range(), "a ';' with no statement in front of it", "remove it");
      while (at(TokenKind::kSemicolon)) advance();
      return true;
    case TokenKind::kHash:
      report_foreign_comment();
      return true;
    case TokenKind::kColon:
    case TokenKind::kLeftBrace:
      fail_foreign_block(token);
      return true;
    case TokenKind::kRightBrace:
      fail(token.range(), "this '}' closes nothing", "a block is closed with 'end'");
      give_up();
      return true;
    case TokenKind::kForeign:
      if (text(token) != "//") break;
      report_foreign_comment();
      return true;
    case TokenKind::kThen:
      fail_expected("a statement", "only 'if' and 'elseif' take a 'then'");
      return true;
    case TokenKind::kNumber:
    case TokenKind::kString:
    case TokenKind::kNil:
    case TokenKind::kTrue:
    case TokenKind::kFalse:
      fail_expected("a statement", "a value alone is no statement: assign it or return it");
      return true;
    default:
      break;
  }
  fail_expected("a statement");
  return true;
}

void TreeParser::report_foreign_comment() {
  const std::string sign(text(current()));
  report(current().range(), "expected a statement, found '" + sign + "'",
         sign == "#" ? "a comment begins with '--'" : foreign_symbol_hint(sign));
  // The rest of the line is prose, or an operand: either way nothing to report.
  do {
    advance();
  } while (!at(TokenKind::kEndOfSource) && !is_first_of_line(position_));
}

// `def f(x)`, `let x = 1`, `continue`: a word of another language where a statement begins, unless
// it is used as a variable or function.
bool TreeParser::fail_foreign_word() {
  const Token& word = current();
  const Token& next = ahead(1);
  const std::string_view hint = foreign_word_hint(text(word));
  if (hint.empty()) return false;
  const bool is_used = next.kind == TokenKind::kAssign || next.kind == TokenKind::kComma ||
                       next.kind == TokenKind::kDot || next.kind == TokenKind::kLeftBracket ||
                       next.kind == TokenKind::kLeftParenthesis ||
                       next.kind == TokenKind::kString || next.kind == TokenKind::kLeftBrace ||
                       (next.kind == TokenKind::kColon && !is_last_of_line(next));
  if (is_used) return false;
  if (is_prose()) {
    fail(word.range(), "expected a statement, found text", std::string(kProseHint));
    return true;
  }
  fail(word.range(), "'" + std::string(text(word)) + "' is no statement of Lua", std::string(hint));
  if (opens_foreign_block(text(word)) || next.kind == TokenKind::kColon) give_up();
  return true;
}

// Four words in a row, and no import.
bool TreeParser::is_prose() const {
  return is_name(ahead(1)) && is_name(ahead(2)) && is_name(ahead(3)) &&
         ahead(3).line == current().line && text(current()) != "from";
}

// `switch (x) { … }` begins as a call, `z = lambda x: x` as an assignment and a second statement:
// when that turns out to be wrong, the word of the other language is what to tell about.
bool TreeParser::report_foreign_cause() {
  const Token* cause = &tokens_[statement_begin_];
  const bool opens_block = is_name(*cause) && opens_foreign_block(text(*cause)) &&
                           tokens_[statement_begin_ + 1].kind == TokenKind::kLeftParenthesis;
  if (!opens_block) {
    if (statement_begin_ == 0 || is_first_of_line(statement_begin_)) return false;
    cause = &tokens_[statement_begin_ - 1];
    if (!is_name(*cause)) return false;
  }
  const std::string_view hint = foreign_word_hint(text(*cause));
  if (hint.empty()) return false;
  report(cause->range(), "'" + std::string(text(*cause)) + "' is no word of Lua",
         std::string(hint));
  if (opens_block) give_up();
  return true;
}

// At the name in `{name: value}`, unless it reads as the method call `name:method(…)`.
bool TreeParser::fail_foreign_field() {
  const Token& value = ahead(2);
  const TokenKind behind = ahead(3).kind;
  if (is_name(value) && behind != TokenKind::kComma && behind != TokenKind::kRightBrace) {
    return false;
  }
  const std::string name(text(current()));
  fail(ahead(1).range(), "':' sets no field", "write '" + name + " = value'");
  return true;
}

bool TreeParser::fail_foreign_parameter() {
  const std::string name(text(previous()));
  if (at(TokenKind::kColon)) {
    fail(current().range(), "a parameter has no type in Lua", "write only its name");
  } else if (at(TokenKind::kAssign)) {
    fail(current().range(), "a parameter has no default value in Lua",
         "write only its name, and 'if " + name + " == nil then " + name +
             " = value end' in the function");
  }
  return failed_;
}

void TreeParser::fail_annotated_local() {
  const std::string name(text(previous()));
  if (at(TokenKind::kColon)) {
    fail(current().range(), "a local has no type in Lua", "write 'local " + name + " = value'");
  } else if (at(TokenKind::kLess)) {
    fail(current().range(), "Lua 5.1 has no attributes of locals",
         "write 'local " + name + " = value'");
  } else if (at(TokenKind::kForeign) || at(TokenKind::kEqual)) {
    fail_expected("'=' behind the name", "write 'local " + name + " = value'");
  }
}

// An expression that is neither called nor assigned to, and then something else.
void TreeParser::fail_not_a_statement(const Token& first, const Expression& expression) {
  const Range& range = expression.range;
  const std::string target(source_.substr(range.begin, std::min(range.end - range.begin, 40u)));
  const Token& found = current();
  if (expression.kind == ExpressionKind::kCall || expression.kind == ExpressionKind::kMethodCall) {
    return fail(found.range(), "the result of a call cannot be assigned to",
                "to compare write 'if " + target + " == value then'");
  }
  if (found.kind == TokenKind::kForeign) return fail_foreign_assignment(target);
  if (source_.substr(range.end).starts_with("--")) {
    return fail(range, "'" + target + "' alone is no statement",
                "'--' begins a comment: write '" + target + " = " + target + " - 1'");
  }
  if (const auto hint = foreign_word_hint(text(first)); !hint.empty() && is_name(first)) {
    return fail(first.range(), "'" + std::string(text(first)) + "' is no statement of Lua",
                std::string(hint));
  }
  if (is_name(found) && is_name(ahead(1)) && found.line == first.line) {
    return fail(first.range(), "expected a statement, found text", std::string(kProseHint));
  }
  if (found.kind == TokenKind::kEqual) {
    return fail(found.range(), "'==' compares, and a comparison is no statement",
                "to assign write '" + target + " = value'");
  }
  if (is_first_of_line(position_) || found.kind == TokenKind::kEndOfSource ||
      found.kind == TokenKind::kSemicolon || at_block_end()) {
    return fail(range, "'" + target + "' alone is no statement",
                "call it: '" + target + "()', assign it: '" + target + " = value', or return it");
  }
  fail_expected("'=' or a call behind '" + target + "'",
                "a statement is a call 'f(x)' or an assignment 'x = value'");
}

void TreeParser::fail_foreign_assignment(const std::string& target) {
  const std::string symbol(text(current()));
  std::string hint = foreign_symbol_hint(symbol);
  if (symbol == "++") {
    hint = "write '" + target + " = " + target + " + 1'";
  } else if (symbol.size() > 1 && symbol.back() == '=' && hint.starts_with("write 'x = x ")) {
    const std::string operation = symbol.substr(0, symbol.size() - 1);
    hint = "write '" + target + " = " + target + " " + operation + " value'";
  } else if (symbol == ":=") {
    hint = "write 'local " + target + " = value', or '" + target + " = value' to assign again";
  }
  fail(current().range(), "Lua has no '" + symbol + "'", std::move(hint));
}

}  // namespace cherub::sandbox
