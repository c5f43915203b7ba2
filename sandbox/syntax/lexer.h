#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/syntax/diagnostic.h"

namespace cherub::sandbox {

enum class TokenKind : std::uint8_t {
  kEndOfSource,
  kName,
  kNumber,
  kString,
  kForeign,  // a symbol that Lua does not know, such as `!=`
  kAnd,
  kBreak,
  kDo,
  kElse,
  kElseif,
  kEnd,
  kFalse,
  kFor,
  kFunction,
  kGoto,
  kIf,
  kIn,
  kLocal,
  kNil,
  kNot,
  kOr,
  kRepeat,
  kReturn,
  kThen,
  kTrue,
  kUntil,
  kWhile,
  kPlus,
  kMinus,
  kStar,
  kSlash,
  kPercent,
  kCaret,
  kHash,
  kEqual,
  kNotEqual,
  kLessEqual,
  kGreaterEqual,
  kLess,
  kGreater,
  kAssign,
  kLeftParenthesis,
  kRightParenthesis,
  kLeftBrace,
  kRightBrace,
  kLeftBracket,
  kRightBracket,
  kDoubleColon,
  kSemicolon,
  kColon,
  kComma,
  kDot,
  kConcat,
  kVararg,
};

struct Token {
  TokenKind kind = TokenKind::kEndOfSource;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t line = 1;  // of the first byte
  std::uint32_t column = 1;
  std::uint32_t end_line = 1;  // of the last byte: long strings span lines

  [[nodiscard]] Range range() const { return {begin, end, line, column}; }
};

// The tokens of a source, closed by one kEndOfSource, and what is wrong with their spelling. A
// misspelt literal still leaves a token of its kind, so that a parser can go on behind it.
struct TokenList {
  std::vector<Token> tokens;
  Diagnostics diagnostics;
  bool is_cut_short = false;  // a long string or comment runs to the end of the source
};

TokenList lex(std::string_view source);

// The bytes that a string literal stands for, and where its spelling is wrong, if it is.
struct StringValue {
  std::string bytes;
  bool ok = true;
  std::uint32_t error_begin = 0;  // offsets within `literal`
  std::uint32_t error_end = 0;
  std::string_view hint;
};
StringValue decode_string(std::string_view literal);

// The double that LuaJIT reads from a numeral.
struct NumberValue {
  double value = 0;
  bool ok = true;
  std::string_view hint;
};
NumberValue decode_number(std::string_view numeral);

}  // namespace cherub::sandbox
