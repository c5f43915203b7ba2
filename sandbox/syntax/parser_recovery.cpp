#include <optional>

#include "sandbox/syntax/foreign.h"
#include "sandbox/syntax/tree_parser.h"

namespace cherub::sandbox {
namespace {

// Keywords that begin a statement and nothing else.
bool begins_statement(TokenKind kind) {
  return kind == TokenKind::kLocal || kind == TokenKind::kReturn || kind == TokenKind::kIf ||
         kind == TokenKind::kFor || kind == TokenKind::kWhile || kind == TokenKind::kRepeat ||
         kind == TokenKind::kBreak || kind == TokenKind::kDoubleColon;
}

bool closes_block(TokenKind kind) {
  return kind == TokenKind::kEnd || kind == TokenKind::kElse || kind == TokenKind::kElseif ||
         kind == TokenKind::kUntil || kind == TokenKind::kEndOfSource;
}

// What may stand behind the name that begins a statement.
bool follows_name(TokenKind kind) {
  return kind == TokenKind::kAssign || kind == TokenKind::kDot || kind == TokenKind::kColon ||
         kind == TokenKind::kComma || kind == TokenKind::kLeftParenthesis ||
         kind == TokenKind::kLeftBracket || kind == TokenKind::kLeftBrace ||
         kind == TokenKind::kString || kind == TokenKind::kForeign || kind == TokenKind::kEqual;
}

int bracket_change(TokenKind kind) {
  switch (kind) {
    case TokenKind::kLeftParenthesis:
    case TokenKind::kLeftBracket:
    case TokenKind::kLeftBrace:
      return 1;
    case TokenKind::kRightParenthesis:
    case TokenKind::kRightBracket:
    case TokenKind::kRightBrace:
      return -1;
    default:
      return 0;
  }
}

int block_change(TokenKind kind) {
  switch (kind) {
    case TokenKind::kFunction:
    case TokenKind::kIf:
    case TokenKind::kDo:
    case TokenKind::kRepeat:
      return 1;
    case TokenKind::kEnd:
    case TokenKind::kUntil:
      return -1;
    default:
      return 0;
  }
}

}  // namespace

void TreeParser::begin_header() {
  is_in_header_ = true;
  header_block_.reset();
}

// In `if (x) {` the brace is a legal table argument, in `if x:` the colon may begin a method call:
// only what follows tells that a block was meant.
void TreeParser::note_header_block(const Token& token) {
  if (!is_in_header_ || header_block_) return;
  const std::size_t index = index_of(token);
  const bool follows_parenthesis =
      index > 0 && tokens_[index - 1].kind == TokenKind::kRightParenthesis;
  const bool is_brace = token.kind == TokenKind::kLeftBrace;
  if (is_last_of_line(token) || (is_brace && follows_parenthesis)) header_block_ = token;
}

bool TreeParser::is_last_of_line(const Token& token) const {
  const std::size_t next = index_of(token) + 1;
  return next >= tokens_.size() || tokens_[next].kind == TokenKind::kEndOfSource ||
         tokens_[next].line != token.end_line;
}

// Passes `then` or `do`. After an error in the header, or without the keyword, goes on where the
// block most likely begins.
void TreeParser::expect_header_end(TokenKind kind, const Token& keyword) {
  if (!failed_ && !at(kind)) {
    if (at(TokenKind::kLeftBrace) || (at(TokenKind::kColon) && is_last_of_line(current()))) {
      fail_foreign_block(current());
    } else {
      const std::string word = kind == TokenKind::kThen ? "'then'" : "'do'";
      const std::string name(text(keyword));
      fail_expected(word + " behind the header of '" + name + "'",
                    is_first_of_line(position_) ? "write " + word + " at its end" : "");
    }
  }
  is_in_header_ = false;
  header_block_.reset();
  if (gave_up_) return;
  if (failed_) {
    failed_ = false;
    skip_header(kind);
  }
  accept(kind);
}

// Stops at the keyword that ends the header, or else at the first token of the next line.
void TreeParser::skip_header(TokenKind kind) {
  for (std::size_t i = position_; i < tokens_.size(); ++i) {
    const TokenKind found = tokens_[i].kind;
    if (found == kind) {
      position_ = i;
      return;
    }
    if (found == TokenKind::kLeftBrace && is_last_of_line(tokens_[i])) return give_up();
    if (begins_statement(found) || closes_block(found) || block_change(found) != 0) break;
  }
  if (!is_first_of_line(position_)) skip_line();
}

// Stops at the first token of the next line.
void TreeParser::skip_line() {
  while (!at(TokenKind::kEndOfSource)) {
    if (block_change(current().kind) != 0) is_structure_lost_ = true;
    advance();
    if (is_first_of_line(position_)) return;
  }
}

bool TreeParser::is_boundary(std::size_t position, int brackets) const {
  const TokenKind kind = tokens_[position].kind;
  if (closes_block(kind)) return true;
  if (!is_first_of_line(position)) return false;
  if (begins_statement(kind)) return true;
  const TokenKind next = tokens_[position + 1].kind;
  if (kind == TokenKind::kFunction && next == TokenKind::kName) return true;
  if (brackets > 0) return false;
  if (kind == TokenKind::kGoto || kind == TokenKind::kDo) return true;
  if (kind != TokenKind::kName) return false;
  return follows_name(next) || !foreign_word_hint(text(tokens_[position])).empty();
}

// Goes to where the next statement most likely begins: behind open brackets and whole functions of
// the broken one.
void TreeParser::recover(std::size_t statement_begin) {
  if (gave_up_) return;
  failed_ = false;
  int brackets = 0;
  int blocks = 0;
  std::size_t i = statement_begin;
  for (; tokens_[i].kind != TokenKind::kEndOfSource; ++i) {
    const TokenKind kind = tokens_[i].kind;
    const bool is_read = i < position_ || i == statement_begin;
    if (!is_read && blocks <= 0 && is_boundary(i, brackets)) break;
    if (!is_read && block_change(kind) != 0) is_structure_lost_ = true;
    brackets += bracket_change(kind);
    blocks += block_change(kind);
  }
  position_ = i;
  last_line_ = previous().end_line;
  looked_ahead_ = false;
}

void TreeParser::recover_parameters() {
  if (gave_up_) return;
  failed_ = false;
  for (std::size_t i = position_; !at(TokenKind::kEndOfSource); ++i) {
    if (tokens_[i].kind == TokenKind::kRightParenthesis) {
      position_ = i + 1;
      return;
    }
    if (i > position_ && is_first_of_line(i)) {
      position_ = i;
      return;
    }
    if (tokens_[i].kind == TokenKind::kEndOfSource) return;
  }
}

}  // namespace cherub::sandbox
