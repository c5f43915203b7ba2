#include <algorithm>
#include <charconv>
#include <limits>

#include "sandbox/syntax/lexer.h"

namespace cherub::sandbox {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// A line end of one or two bytes (CR LF and LF CR are one).
std::size_t newline_size(std::string_view text, std::size_t at) {
  if (at + 1 < text.size() && (text[at + 1] == '\n' || text[at + 1] == '\r') &&
      text[at + 1] != text[at]) {
    return 2;
  }
  return 1;
}

std::string decode_long_string(std::string_view literal) {
  std::size_t level = 1;
  while (level < literal.size() && literal[level] == '=') ++level;
  const std::size_t bracket = level + 1;
  std::string_view body = literal.substr(std::min(bracket, literal.size()));
  // A closing bracket is missing only in a source that was refused already.
  body.remove_suffix(body.size() < bracket ? body.size() : bracket);
  std::string bytes;
  bytes.reserve(body.size());
  for (std::size_t at = 0; at < body.size(); ++at) {
    if (body[at] != '\n' && body[at] != '\r') {
      bytes += body[at];
      continue;
    }
    if (at != 0) bytes += '\n';  // the first line end is not part of the string
    at += newline_size(body, at) - 1;
  }
  return bytes;
}

void append_utf8(std::string& bytes, std::uint32_t code) {
  const auto byte = [&bytes](std::uint32_t value) { bytes += static_cast<char>(value); };
  const auto tail = [code](int shift) { return 0x80u | ((code >> shift) & 0x3fu); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xc0u | (code >> 6));
    byte(tail(0));
  } else if (code < 0x10000) {
    byte(0xe0u | (code >> 12));
    byte(tail(6));
    byte(tail(0));
  } else {
    byte(0xf0u | (code >> 18));
    byte(tail(12));
    byte(tail(6));
    byte(tail(0));
  }
}

class StringDecoder {
 public:
  explicit StringDecoder(std::string_view literal) : text_(literal) {}

  StringValue decode() {
    const std::size_t end = text_.size() - (is_closed() ? 1 : 0);
    value_.bytes.reserve(end);
    while (at_ < end && value_.ok) {
      const char c = text_[at_++];
      if (c == '\\' && at_ < end) {
        escape(text_[at_]);
      } else {
        value_.bytes += c;
      }
    }
    return std::move(value_);
  }

 private:
  [[nodiscard]] bool is_closed() const { return text_.size() > 1 && text_.back() == text_.front(); }
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void refuse(std::size_t begin, std::string_view hint) {
    value_.ok = false;
    value_.error_begin = static_cast<std::uint32_t>(begin);
    value_.error_end = static_cast<std::uint32_t>(std::min(at_ + 1, text_.size()));
    value_.hint = hint;
  }

  void escape(char c) {
    const std::size_t begin = at_ - 1;
    constexpr std::string_view kLetters = "abfnrtv\\\"'";
    constexpr std::string_view kBytes = "\a\b\f\n\r\t\v\\\"'";
    if (const std::size_t found = kLetters.find(c); found != std::string_view::npos) {
      value_.bytes += kBytes[found];
      ++at_;
    } else if (c == '\n' || c == '\r') {
      value_.bytes += '\n';
      at_ += newline_size(text_, at_);
    } else if (c == 'z') {
      for (++at_; at_ < text_.size() && is_space(text_[at_]);) ++at_;
    } else if (c == 'x') {
      hexadecimal(begin);
    } else if (c == 'u') {
      unicode(begin);
    } else if (is_digit(c)) {
      decimal(begin);
    } else {
      refuse(begin, "write '\\\\' for a backslash; in a pattern the escape is '%', as in '%.'");
    }
  }

  void hexadecimal(std::size_t begin) {
    int code = 0;
    for (int i = 0; i < 2; ++i) {
      ++at_;
      const int digit = hex_digit(peek());
      if (digit < 0) return refuse(begin, "'\\x' takes exactly two hexadecimal digits");
      code = code * 16 + digit;
    }
    ++at_;
    value_.bytes += static_cast<char>(code);
  }

  void decimal(std::size_t begin) {
    int code = 0;
    for (int i = 0; i < 3 && is_digit(peek()); ++i, ++at_) code = code * 10 + (peek() - '0');
    if (code > 255) return refuse(begin, "'\\ddd' is a byte: 0 to 255");
    value_.bytes += static_cast<char>(code);
  }

  void unicode(std::size_t begin) {
    constexpr std::string_view kHint = "write a code point as '\\u{20AC}', up to 10FFFF";
    ++at_;
    if (peek() != '{') return refuse(begin, kHint);
    ++at_;
    std::uint32_t code = 0;
    do {
      const int digit = hex_digit(peek());
      if (digit < 0) return refuse(begin, kHint);
      code = code * 16 + static_cast<std::uint32_t>(digit);
      if (code > 0x10ffff) return refuse(begin, kHint);
      ++at_;
    } while (peek() != '}');
    if (code >= 0xd800 && code < 0xe000) return refuse(begin, kHint);
    ++at_;
    append_utf8(value_.bytes, code);
  }

  std::string_view text_;
  std::size_t at_ = 1;
  StringValue value_;
};

bool has_suffix(std::string_view numeral) {
  if (numeral.empty()) return false;
  const char last = static_cast<char>(numeral.back() | 0x20);
  return last == 'l' || last == 'u' || last == 'i';
}

NumberValue refuse_number(std::string_view numeral) {
  NumberValue refused;
  refused.ok = false;
  if (has_suffix(numeral)) {
    refused.hint = "write the number without the suffix: every number is a double";
  } else if (numeral.find('_') != std::string_view::npos) {
    refused.hint = "write the digits without '_'";
  } else if (numeral.find("..") != std::string_view::npos) {
    refused.hint = "put spaces around '..' behind a number";
  } else {
    refused.hint = "put a space between a number and a name";
  }
  return refused;
}

NumberValue decode_binary(std::string_view numeral) {
  // LuaJIT counts at most 64 digits behind the leading zeros, and needs one digit.
  std::string_view digits = numeral.substr(2);
  if (digits.empty()) return refuse_number(numeral);
  while (!digits.empty() && digits.front() == '0') digits.remove_prefix(1);
  if (digits.size() > 64) return refuse_number(numeral);
  std::uint64_t bits = 0;
  for (const char c : digits) {
    if (c != '0' && c != '1') return refuse_number(numeral);
    bits = bits * 2 + static_cast<std::uint64_t>(c - '0');
  }
  return {static_cast<double>(bits), true, {}};
}

constexpr std::int64_t kExponentMax = (1 << 20) - 1;  // LuaJIT refuses greater ones

// The digits of a numeral with their dot.
struct Mantissa {
  std::size_t size = 0;
  std::size_t digits = 0;
  bool is_zero = true;
  std::int64_t magnitude = 0;  // digits between the first one that is not zero and the dot
};

Mantissa scan_mantissa(std::string_view text, bool is_hex) {
  Mantissa mantissa;
  bool is_fraction = false;
  for (const char c : text) {
    if (c == '.' && !is_fraction) {
      is_fraction = true;
    } else if (is_hex ? hex_digit(c) >= 0 : is_digit(c)) {
      ++mantissa.digits;
      mantissa.is_zero = mantissa.is_zero && c == '0';
      if (!is_fraction && !mantissa.is_zero) ++mantissa.magnitude;
      if (is_fraction && mantissa.is_zero) --mantissa.magnitude;
    } else {
      break;
    }
    ++mantissa.size;
  }
  return mantissa;
}

// Reads `e-5`. Returns false when digits are missing, something follows them, or they say too much.
bool scan_exponent(std::string_view text, std::int64_t& exponent) {
  text.remove_prefix(1);
  const bool is_negative = !text.empty() && text.front() == '-';
  if (is_negative || (!text.empty() && text.front() == '+')) text.remove_prefix(1);
  if (text.empty()) return false;
  for (const char c : text) {
    if (!is_digit(c)) return false;
    if (exponent <= kExponentMax) exponent = exponent * 10 + (c - '0');
  }
  if (exponent > kExponentMax) return false;
  if (is_negative) exponent = -exponent;
  return true;
}

}  // namespace

StringValue decode_string(std::string_view literal) {
  if (!literal.empty() && literal.front() == '[') {
    StringValue value;
    value.bytes = decode_long_string(literal);
    return value;
  }
  return StringDecoder(literal).decode();
}

NumberValue decode_number(std::string_view numeral) {
  const bool is_prefixed = numeral.size() > 1 && numeral[0] == '0';
  if (is_prefixed && (numeral[1] | 0x20) == 'b') return decode_binary(numeral);
  const bool is_hex = is_prefixed && (numeral[1] | 0x20) == 'x';
  const std::string_view text = numeral.substr(is_hex ? 2 : 0);
  const Mantissa mantissa = scan_mantissa(text, is_hex);
  const std::string_view rest = text.substr(mantissa.size);
  std::int64_t exponent = 0;
  if (mantissa.digits == 0) return refuse_number(numeral);
  if (!rest.empty()) {
    if ((rest.front() | 0x20) != (is_hex ? 'p' : 'e')) return refuse_number(numeral);
    if (!scan_exponent(rest, exponent)) return refuse_number(numeral);
  }
  if (mantissa.is_zero) return {0, true, {}};
  // from_chars rounds correctly and, unlike strtod, never asks for the locale of the process.
  NumberValue number;
  const auto format = is_hex ? std::chars_format::hex : std::chars_format::general;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number.value, format);
  if (result.ec == std::errc::result_out_of_range) {
    const bool is_huge = mantissa.magnitude * (is_hex ? 4 : 1) + exponent > 0;
    number.value = is_huge ? std::numeric_limits<double>::infinity() : 0;
  }
  return number;
}

}  // namespace cherub::sandbox
