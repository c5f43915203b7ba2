#include "sandbox/syntax/lexer.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "sandbox/syntax/foreign.h"
#include "sandbox/syntax/parser.h"

namespace cherub::sandbox {
namespace {

constexpr std::string_view kFence = "```";
// Of an ordinary source; others have room made for them as they go on.
constexpr std::size_t kBytesPerToken = 4;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_name_start(char c) {
  const char lower = static_cast<char>(c | 0x20);
  return (lower >= 'a' && lower <= 'z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

bool is_name_part(char c) {
  return is_name_start(c) || is_digit(c);
}

bool is_newline(char c) {
  return c == '\n' || c == '\r';
}

TokenKind name_kind(std::string_view name) {
  using enum TokenKind;
  static constexpr auto kKeywords = std::to_array<std::pair<std::string_view, TokenKind>>({
      {"and", kAnd},           {"break", kBreak},   {"do", kDo},       {"else", kElse},
      {"elseif", kElseif},     {"end", kEnd},       {"false", kFalse}, {"for", kFor},
      {"function", kFunction}, {"goto", kGoto},     {"if", kIf},       {"in", kIn},
      {"local", kLocal},       {"nil", kNil},       {"not", kNot},     {"or", kOr},
      {"repeat", kRepeat},     {"return", kReturn}, {"then", kThen},   {"true", kTrue},
      {"until", kUntil},       {"while", kWhile},
  });
  for (const auto& [word, kind] : kKeywords) {
    if (word.front() == name.front() && word == name) return kind;
  }
  return kName;
}

// Longest first among those that share a beginning.
std::pair<TokenKind, std::uint32_t> symbol_kind(std::string_view text) {
  using enum TokenKind;
  static constexpr auto kSymbols = std::to_array<std::pair<std::string_view, TokenKind>>({
      {"...", kVararg},
      {"..", kConcat},
      {"==", kEqual},
      {"~=", kNotEqual},
      {"<=", kLessEqual},
      {">=", kGreaterEqual},
      {"::", kDoubleColon},
      {"+", kPlus},
      {"-", kMinus},
      {"*", kStar},
      {"/", kSlash},
      {"%", kPercent},
      {"^", kCaret},
      {"#", kHash},
      {"<", kLess},
      {">", kGreater},
      {"=", kAssign},
      {"(", kLeftParenthesis},
      {")", kRightParenthesis},
      {"{", kLeftBrace},
      {"}", kRightBrace},
      {"[", kLeftBracket},
      {"]", kRightBracket},
      {";", kSemicolon},
      {":", kColon},
      {",", kComma},
      {".", kDot},
  });
  // No foreign symbol begins with one of these, and many of a source are.
  constexpr std::string_view kLuaOnly = "()[]{},;#";
  if (kLuaOnly.find(text.front()) == std::string_view::npos) {
    if (const std::size_t size = foreign_symbol_size(text); size > 0) {
      return {kForeign, static_cast<std::uint32_t>(size)};
    }
  }
  for (const auto& [symbol, kind] : kSymbols) {
    if (text.front() != symbol.front()) continue;  // nearly all: a comparison of texts is a call
    if (text.starts_with(symbol)) return {kind, static_cast<std::uint32_t>(symbol.size())};
  }
  return {kForeign, 1};
}

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  TokenList lex() {
    list_.tokens.reserve(source_.size() / kBytesPerToken);
    skip_first_line();
    while (skip_space()) read_token();
    begin_token();
    finish_token(TokenKind::kEndOfSource);
    return std::move(list_);
  }

 private:
  [[nodiscard]] char at(std::size_t offset) const {
    return offset < source_.size() ? source_[offset] : '\0';
  }
  [[nodiscard]] char current() const { return at(at_); }
  [[nodiscard]] bool is_done() const { return at_ >= source_.size(); }
  [[nodiscard]] std::string_view rest() const { return source_.substr(at_); }

  void newline() {
    const char first = current();
    ++at_;
    if (is_newline(current()) && current() != first) ++at_;
    ++line_;
    line_begin_ = at_;
  }

  void skip_line() {
    while (!is_done() && !is_newline(current())) ++at_;
  }

  void begin_token() {
    token_ = Token{TokenKind::kEndOfSource,
                   static_cast<std::uint32_t>(at_),
                   0,
                   line_,
                   static_cast<std::uint32_t>(at_ - line_begin_ + 1),
                   line_};
  }

  void finish_token(TokenKind kind) {
    token_.kind = kind;
    token_.end = static_cast<std::uint32_t>(at_);
    token_.end_line = line_;
    list_.tokens.push_back(token_);
  }

  void report(Range range, std::string message, std::string_view hint) {
    if (list_.diagnostics.size() >= kDiagnosticsMax) return;
    list_.diagnostics.push_back({Severity::kError, range, std::move(message), std::string(hint)});
  }

  // The stretch from where the token begins to here.
  [[nodiscard]] Range range_to_here() const {
    return {token_.begin, static_cast<std::uint32_t>(at_), token_.line, token_.column};
  }

  void skip_first_line() {
    begin_token();
    if (source_.starts_with("\xef\xbb\xbf")) {
      at_ += 3;
      report(range_to_here(), "the source begins with a byte order mark",
             "save the text as UTF-8 without a mark");
    }
    if (current() != '#') return;
    skip_line();
    report(range_to_here(), "the source begins with a '#' line",
           "leave the line out; a comment begins with '--'");
  }

  // Stops at the next token; false at the end of the source.
  bool skip_space() {
    while (!is_done()) {
      const char c = current();
      if (is_newline(c)) {
        newline();
      } else if (c == ' ' || c == '\t' || c == '\v' || c == '\f') {
        ++at_;
      } else if (c == '-' && at(at_ + 1) == '-') {
        skip_comment();
      } else if ((c != '/' || !skip_foreign_comment()) && (c != kFence[0] || !skip_fence())) {
        return true;
      }
    }
    return false;
  }

  void skip_comment() {
    begin_token();
    at_ += 2;
    if (const std::optional<std::size_t> level = long_bracket(); level && current() == '[') {
      if (!skip_long_bracket(*level)) {
        report(first_line_of(range_to_here()), "the long comment is never closed",
               "close it with ']" + std::string(*level, '=') + "]', or use '--' on each line");
      }
      return;
    }
    skip_line();
  }

  // `// text` at the beginning of a line and `/* text */` anywhere: nothing in Lua looks like that.
  bool skip_foreign_comment() {
    const bool is_block = rest().starts_with("/*");
    const bool is_line = rest().starts_with("//") && is_first_of_line();
    if (!is_block && !is_line) return false;
    begin_token();
    at_ += 2;
    if (!has_foreign_comment_) {
      report(range_to_here(), "found '" + std::string(is_block ? "/*" : "//") + "'",
             "a comment begins with '--', one of several lines is '--[[ … ]]'");
    }
    has_foreign_comment_ = true;
    if (is_line) {
      skip_line();
      return true;
    }
    while (!is_done() && !rest().starts_with("*/")) {
      if (is_newline(current()))
        newline();
      else
        ++at_;
    }
    at_ = std::min(at_ + 2, source_.size());
    return true;
  }

  [[nodiscard]] bool is_first_of_line() const {
    return list_.tokens.empty() || list_.tokens.back().end_line < line_;
  }

  // Markdown around the code: what stands before the opening fence and behind the closing one is
  // prose, so only what is between them is looked at.
  bool skip_fence() {
    if (!rest().starts_with(kFence) || !is_first_of_line()) return false;
    begin_token();
    skip_line();
    if (!has_fence_) {
      list_.tokens.clear();
      list_.diagnostics.clear();
      report(range_to_here(), "found a Markdown code fence",
             "write only the Lua code, without the fence");
    } else {
      at_ = source_.size();
    }
    has_fence_ = true;
    return true;
  }

  // At `[`: the number of `=` of a long bracket, if it is one or begins like one (`[=` then lacks
  // its second bracket). Nothing at any other place.
  std::optional<std::size_t> long_bracket() const {
    if (current() != '[') return std::nullopt;
    std::size_t end = at_ + 1;
    while (at(end) == '=') ++end;
    if (at(end) != '[') return std::nullopt;
    return end - at_ - 1;
  }

  // Passes `[==[ … ]==]`. False when the source ends inside.
  bool skip_long_bracket(std::size_t level) {
    at_ += level + 2;
    while (!is_done()) {
      if (is_newline(current())) {
        newline();
      } else if (current() != ']') {
        ++at_;
      } else {
        std::size_t end = at_ + 1;
        while (at(end) == '=') ++end;
        const bool closes = at(end) == ']' && end - at_ - 1 == level;
        at_ = closes ? end + 1 : end;
        if (closes) return true;
      }
    }
    list_.is_cut_short = true;
    return false;
  }

  [[nodiscard]] Range first_line_of(Range range) const {
    for (std::uint32_t end = range.begin; end < range.end; ++end) {
      if (is_newline(source_[end])) range.end = end;
    }
    return range;
  }

  void read_token() {
    begin_token();
    const char c = current();
    if (is_name_start(c)) {
      read_name();
    } else if (is_digit(c) || (c == '.' && is_digit(at(at_ + 1)))) {
      read_number();
    } else if (c == '"' || c == '\'') {
      read_string();
    } else if (c == '[' && (at(at_ + 1) == '[' || at(at_ + 1) == '=')) {
      read_long_string();
    } else {
      const auto [kind, size] = symbol_kind(rest());
      at_ += size;
      finish_token(kind);
    }
  }

  void read_name() {
    std::size_t foreign = std::string_view::npos;
    for (; is_name_part(current()); ++at_) {
      if (static_cast<unsigned char>(current()) >= 0x80) foreign = std::min(foreign, at_);
    }
    if (foreign == std::string_view::npos) {
      const std::string_view name = source_.substr(token_.begin, at_ - token_.begin);
      return finish_token(name_kind(name));
    }
    std::size_t end = foreign + 1;
    while ((static_cast<unsigned char>(at(end)) & 0xc0u) == 0x80) ++end;
    const std::string_view character = source_.substr(foreign, end - foreign);
    const Range range{static_cast<std::uint32_t>(foreign), static_cast<std::uint32_t>(end), line_,
                      static_cast<std::uint32_t>(foreign - line_begin_ + 1)};
    report(range, "found '" + std::string(character) + "' outside a string",
           foreign_character_hint(character));
    finish_token(TokenKind::kName);
  }

  void read_number() {
    const char marker = current() == '0' && (at(at_ + 1) | 0x20) == 'x' ? 'p' : 'e';
    char previous = current();
    while (is_name_part(current()) || current() == '.' ||
           ((current() == '+' || current() == '-') && (previous | 0x20) == marker)) {
      previous = current();
      ++at_;
    }
    const std::string_view numeral = source_.substr(token_.begin, at_ - token_.begin);
    if (const NumberValue number = decode_number(numeral); !number.ok) {
      report(range_to_here(), "malformed number '" + std::string(numeral.substr(0, 40)) + "'",
             number.hint);
    }
    finish_token(TokenKind::kNumber);
  }

  void read_string() {
    const char quote = current();
    ++at_;
    while (!is_done() && current() != quote && !is_newline(current())) {
      if (current() != '\\') {
        ++at_;
        continue;
      }
      ++at_;
      if (current() == 'z') {
        ++at_;
        skip_string_space();
      } else if (is_newline(current())) {
        newline();
      } else if (!is_done()) {
        ++at_;
      }
    }
    if (current() != quote) {
      report(first_line_of(range_to_here()), "the string is not closed on its line",
             std::string("close it with ") + quote + "; a line end in it is \\n, or use [[text]]");
    } else {
      ++at_;
      check_escapes();
    }
    finish_token(TokenKind::kString);
  }

  void skip_string_space() {
    while (!is_done()) {
      if (is_newline(current())) {
        newline();
      } else if (current() == ' ' || current() == '\t' || current() == '\v' || current() == '\f') {
        ++at_;
      } else {
        return;
      }
    }
  }

  void check_escapes() {
    const StringValue value = decode_string(source_.substr(token_.begin, at_ - token_.begin));
    if (value.ok) return;
    const std::uint32_t begin = token_.begin + value.error_begin;
    // The escape may stand on a later line of the string than the quote.
    Range range{begin, token_.begin + value.error_end, token_.line, 1};
    std::size_t line_begin = token_.begin - (token_.column - 1);
    for (std::size_t i = token_.begin; i < begin; ++i) {
      if (!is_newline(source_[i])) continue;
      if (is_newline(at(i + 1)) && at(i + 1) != source_[i]) ++i;
      ++range.line;
      line_begin = i + 1;
    }
    range.column = static_cast<std::uint32_t>(begin - line_begin + 1);
    const std::string escape(source_.substr(begin, value.error_end - value.error_begin));
    report(range, "invalid escape '" + escape + "' in a string", value.hint);
  }

  void read_long_string() {
    const std::optional<std::size_t> level = long_bracket();
    if (!level) {
      ++at_;
      while (current() == '=') ++at_;
      report(range_to_here(), "malformed long string", "write [[text]] or [==[text]==]");
      return finish_token(TokenKind::kString);
    }
    if (!skip_long_bracket(*level)) {
      report(first_line_of(range_to_here()), "the long string is never closed",
             "close it with ']" + std::string(*level, '=') + "]'");
    }
    finish_token(TokenKind::kString);
  }

  std::string_view source_;
  std::size_t at_ = 0;
  std::size_t line_begin_ = 0;
  std::uint32_t line_ = 1;
  Token token_;
  TokenList list_;
  bool has_fence_ = false;
  bool has_foreign_comment_ = false;
};

}  // namespace

TokenList lex(std::string_view source) {
  return Lexer(source).lex();
}

}  // namespace cherub::sandbox
