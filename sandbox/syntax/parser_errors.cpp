#include <algorithm>
#include <utility>

#include "sandbox/syntax/foreign.h"
#include "sandbox/syntax/parser.h"
#include "sandbox/syntax/tree_parser.h"

namespace cherub::sandbox {
namespace {

constexpr std::size_t kShownBytesMax = 40;
// More are collected than shown: of several on one line only the first is kept.
constexpr std::size_t kCollectedMax = 4 * kDiagnosticsMax;

std::string shown(std::string_view text) {
  const std::string_view ellipsis = text.size() > kShownBytesMax ? "…" : "";
  return "'" + std::string(text.substr(0, kShownBytesMax)) + std::string(ellipsis) + "'";
}

}  // namespace

std::string TreeParser::describe(const Token& token) const {
  switch (token.kind) {
    case TokenKind::kEndOfSource:
      return "the end of the source";
    case TokenKind::kString:
      return "a string";
    case TokenKind::kNumber:
      return "the number " + shown(text(token));
    case TokenKind::kName:
      return "the name " + shown(text(token));
    default:
      return shown(text(token));
  }
}

void TreeParser::fail(Range range, std::string message, std::string hint) {
  if (failed_) return;
  if (is_in_header_ && header_block_) {
    const Token token = *std::exchange(header_block_, std::nullopt);
    return fail_foreign_block(token);
  }
  failed_ = true;
  is_whole_ = false;
  if (report_foreign_cause()) return;
  report(range, std::move(message), std::move(hint));
}

void TreeParser::report(Range range, std::string message, std::string hint) {
  if (gave_up_) return;
  diagnostics_.push_back({Severity::kError, range, std::move(message), std::move(hint)});
  if (diagnostics_.size() >= kCollectedMax) give_up();
}

void TreeParser::collect_problems() {
  for (Scope::Problem& problem : scope_.problems()) {
    if (diagnostics_.size() >= kCollectedMax) return;
    if (problem.is_absence && !is_whole_) continue;
    diagnostics_.push_back(
        {Severity::kError, problem.range, std::move(problem.message), std::move(problem.hint)});
  }
}

void TreeParser::give_up() {
  failed_ = true;
  gave_up_ = true;
  is_whole_ = false;
  position_ = tokens_.size() - 1;
}

// `height` is what a tree needs below the level of the reader.
void TreeParser::check_depth(int height) {
  deepest_ = std::max(deepest_, level_ + height);
  if (level_ + height <= kNestingMax || gave_up_) return;
  fail(current().range(),
       "nested more than " + std::to_string(kNestingMax) + " levels deep, or too long a chain",
       "split it: name parts with 'local', move blocks into functions, use a table and a loop");
  give_up();
}

void TreeParser::fail_expected(std::string_view expected, std::string hint) {
  if (failed_) return;
  const Token& found = current();
  if (found.kind == TokenKind::kEndOfSource && is_cut_short_) return give_up();
  if (found.kind == TokenKind::kForeign) {
    return fail(found.range(), "Lua has no " + shown(text(found)),
                foreign_symbol_hint(text(found)));
  }
  if (hint.empty()) hint = hint_for_found();
  // A place behind the last line would show nothing.
  const bool is_behind = found.kind == TokenKind::kEndOfSource && is_first_of_line(position_);
  fail((is_behind ? previous() : found).range(),
       "expected " + std::string(expected) + ", found " + describe(found), std::move(hint));
  if (found.kind == TokenKind::kEndOfSource) give_up();
}

std::string TreeParser::hint_for_found() const {
  const Token& found = current();
  switch (found.kind) {
    case TokenKind::kName:
      if (is_first_of_line(position_)) return {};
      if (previous().kind != TokenKind::kName) return std::string(foreign_word_hint(text(found)));
      return std::string(foreign_word_hint(text(previous())));
    case TokenKind::kAssign:
      return "'=' assigns; to compare write '=='";
    case TokenKind::kEqual:
      return "'==' compares; to assign write '='";
    case TokenKind::kLeftBracket:
      return "a list is written '{1, 2, 3}'";
    case TokenKind::kIn:
      return "to look a key up write 't[key] ~= nil'; 'in' belongs to 'for'";
    case TokenKind::kConcat:
      return "'..' joins two values: 'a .. b'";
    case TokenKind::kLocal:
      return "'local' begins a statement of its own";
    case TokenKind::kSlash:
    case TokenKind::kStar:
    case TokenKind::kPlus:
      return "this operator needs a value on its left";
    default:
      return {};
  }
}

bool TreeParser::expect(TokenKind kind, std::string_view expected, std::string hint) {
  if (failed_) return false;
  if (accept(kind)) return true;
  fail_expected(expected, std::move(hint));
  return false;
}

void TreeParser::expect_closing(TokenKind kind, const Token& opener) {
  if (failed_ || accept(kind)) return;
  const std::string_view sign = kind == TokenKind::kRightParenthesis ? ")"
                                : kind == TokenKind::kRightBrace     ? "}"
                                                                     : "]";
  std::string expected = "'" + std::string(sign) + "'";
  if (opener.line != current().line) {
    expected += " to close " + shown(text(opener)) + " of line " + std::to_string(opener.line);
  }
  fail_expected(expected, hint_for_closing(opener));
}

std::string TreeParser::hint_for_closing(const Token& opener) const {
  const TokenKind found = current().kind;
  if (is_keyword(current()) || found == TokenKind::kEndOfSource) {
    return "close the '" + std::string(text(opener)) + "' in front of it";
  }
  const bool is_value = found == TokenKind::kName || found == TokenKind::kNumber ||
                        found == TokenKind::kString || found == TokenKind::kLeftBrace ||
                        found == TokenKind::kLeftBracket || found == TokenKind::kFunction;
  if (found == TokenKind::kName && !foreign_word_hint(text(current())).empty()) return {};
  if (opener.kind == TokenKind::kLeftBrace) {
    if (is_value) return "separate fields with ','";
    if (found == TokenKind::kColon || found == TokenKind::kAssign) {
      return "a field is 'key = value' or '[\"key\"] = value'";
    }
  } else if (opener.kind == TokenKind::kLeftParenthesis) {
    if (is_value) return "separate arguments with ','";
    if (found == TokenKind::kAssign) {
      return "to compare write '=='; arguments have no names: pass them in order or in one table";
    }
  } else if (found == TokenKind::kColon || found == TokenKind::kComma) {
    return "an index is one value; for a part of a list write a loop";
  }
  return {};
}

void TreeParser::expect_end(const Token& opener) {
  if (gave_up_) return;
  if (!at(TokenKind::kEnd)) return report_unclosed(opener, "'end'");
  note_indentation(opener, current());
  advance();
}

// Remembers the first `end` that does not stand under the line that opened its block: when the
// blocks do not add up in the end, the mistake is most likely there.
void TreeParser::note_indentation(const Token& opener, const Token& end) {
  if (!is_first_of_line(index_of(end)) || end.line == opener.line) return;
  std::size_t first = index_of(opener);
  while (!is_first_of_line(first)) --first;
  const std::uint32_t indentation = tokens_[first].column;
  if (end.column < indentation && !suspect_opener_) {
    suspect_opener_ = opener;
    suspect_opener_end_line_ = end.line;
  }
  if (end.column > indentation && !suspect_end_) suspect_end_ = end;
}

void TreeParser::report_unclosed(const Token& opener, std::string_view expected) {
  if (gave_up_) return;
  const Token& found = current();
  const bool is_at_end = found.kind == TokenKind::kEndOfSource;
  if (!is_structure_lost_ && !is_cut_short_) {
    const Token& guilty = is_at_end && suspect_opener_ ? *suspect_opener_ : opener;
    const std::string keyword = shown(text(guilty));
    std::string hint;
    if (else_if_) {
      hint = "the 'else if' in line " + std::to_string(else_if_->line) +
             " opens a second 'if' with an 'end' of its own: write 'elseif'";
    } else if (is_at_end && suspect_opener_) {
      hint = "by the indentation its 'end' is missing above line " +
             std::to_string(suspect_opener_end_line_);
    } else if (opener.kind == TokenKind::kRepeat) {
      hint = "write 'repeat … until condition'";
    } else {
      hint = "write 'end' behind the last statement of this block";
    }
    report(is_at_end ? guilty.range() : found.range(),
           "expected " + std::string(expected) + " to close " + keyword + " of line " +
               std::to_string(guilty.line) + ", found " + describe(found),
           std::move(hint));
  }
  is_structure_lost_ = true;
  if (is_at_end) return give_up();
  if (opener.kind == TokenKind::kRepeat && at(TokenKind::kEnd)) advance();
}

void TreeParser::report_stray_closer() {
  const Token& found = current();
  if (is_structure_lost_) return;
  const std::string name(text(found));
  if (found.kind != TokenKind::kEnd) {
    const std::string opener = found.kind == TokenKind::kUntil ? "'repeat'" : "'if'";
    report(found.range(), "'" + name + "' without an open " + opener,
           "is there an 'end' too many above it?");
  } else if (suspect_end_ && index_of(*suspect_end_) != index_of(found)) {
    report(found.range(), "this 'end' closes nothing",
           "by the indentation the 'end' in line " + std::to_string(suspect_end_->line) +
               " is one too many");
  } else {
    report(found.range(), "this 'end' closes nothing", "remove it, or open its block above");
  }
  is_structure_lost_ = true;
}

}  // namespace cherub::sandbox
