#include "sandbox/syntax/tree_parser.h"

#include <algorithm>

namespace cherub::sandbox {

TreeParser::TreeParser(std::string_view source, const TokenList& tokens)
    : source_(source), tokens_(tokens.tokens), is_cut_short_(tokens.is_cut_short) {}

const Token& TreeParser::ahead(std::size_t count) const {
  return tokens_[std::min(position_ + count, tokens_.size() - 1)];
}

bool TreeParser::at_name() const {
  return at(TokenKind::kName) || at(TokenKind::kGoto);
}

bool TreeParser::at_block_end() const {
  const TokenKind kind = current().kind;
  return kind == TokenKind::kEnd || kind == TokenKind::kElse || kind == TokenKind::kElseif ||
         kind == TokenKind::kUntil || kind == TokenKind::kEndOfSource;
}

std::string_view TreeParser::text(const Token& token) const {
  return source_.substr(token.begin, token.end - token.begin);
}

Range TreeParser::range_from(const Token& first) const {
  return {first.begin, previous().end, first.line, first.column};
}

std::size_t TreeParser::index_of(const Token& token) const {
  const auto found = std::lower_bound(
      tokens_.begin(), tokens_.end(), token.begin,
      [](const Token& candidate, std::uint32_t begin) { return candidate.begin < begin; });
  return static_cast<std::size_t>(found - tokens_.begin());
}

bool TreeParser::is_first_of_line(std::size_t position) const {
  return position == 0 || tokens_[position - 1].end_line < tokens_[position].line;
}

bool TreeParser::is_keyword(const Token& token) {
  return token.kind >= TokenKind::kAnd && token.kind <= TokenKind::kWhile;
}

bool TreeParser::is_assigned_here() const {
  return at(TokenKind::kAssign) || at(TokenKind::kComma);
}

// LuaJIT reads the line of the last token from its scanner, which is one token further where it had
// to look ahead. Whether a '(' is ambiguous depends on that.
const Token& TreeParser::advance() {
  const Token& token = current();
  last_line_ = looked_ahead_ ? ahead(1).end_line : token.end_line;
  looked_ahead_ = false;
  if (position_ + 1 < tokens_.size()) ++position_;
  return token;
}

void TreeParser::look_ahead() {
  looked_ahead_ = true;
}

bool TreeParser::accept(TokenKind kind) {
  if (!at(kind)) return false;
  advance();
  return true;
}

void TreeParser::note_assignment(const Expression& target) {
  if (target.kind == ExpressionKind::kName && target.local != nullptr) ++target.local->assignments;
}

}  // namespace cherub::sandbox
