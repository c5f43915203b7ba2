#include "sandbox/syntax/lexer.h"

#include <bit>
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

#include "lua_oracle.h"

namespace cherub::sandbox {
namespace {

std::string numeral_verdict(const std::string& numeral) {
  const NumberValue number = decode_number(numeral);
  if (!number.ok) return "error";
  return "#" + std::to_string(std::bit_cast<std::uint64_t>(number.value));
}

std::string random_digits(std::mt19937_64& engine, std::string_view digits, std::size_t size) {
  std::string text;
  for (std::size_t i = engine() % (size + 1); i > 0; --i) text += digits[engine() % digits.size()];
  return text;
}

std::vector<std::uint32_t> token_lines(std::string_view source) {
  std::vector<std::uint32_t> lines;
  for (const Token& token : lex(source).tokens) lines.push_back(token.line);
  return lines;
}

}  // namespace

TEST_CASE("numerals mean the double that LuaJIT reads") {
  LuaOracle lua;
  const std::string zeros(60'000, '0');
  const std::vector<std::string> numerals = {"0",
                                             "3",
                                             "3.",
                                             ".5",
                                             "3e2",
                                             "3E-2",
                                             "3.e2",
                                             "0x10",
                                             "0XfF",
                                             "0x.8",
                                             "0x8.",
                                             "0x1p4",
                                             "0x1.8p-1",
                                             "0xA.Bp-3",
                                             "0b101",
                                             "0b0",
                                             "0B11",
                                             "08",
                                             "1e308",
                                             "1e309",
                                             "1e400",
                                             "1e-400",
                                             "4.9e-324",
                                             "2.4703282292062327e-324",
                                             "2.4703282292062328e-324",
                                             "2.2250738585072011e-308",
                                             "9007199254740993",
                                             "0x7fffffffffffffff",
                                             "0xffffffffffffffff",
                                             "0xfffffffffffffffffffff",
                                             "0x1fffffffffffff8p0",
                                             "0x20000000000001",
                                             "0x1.fffffffffffff8p0",
                                             "0x1p-1074",
                                             "0x1p-1075",
                                             "0x1.8p-1075",
                                             "0x0.8p-1074",
                                             "0x1.8p-1074",
                                             "0x1p1023",
                                             "0x1p1024",
                                             "0x0p99",
                                             "0e99",
                                             "1e1048575",
                                             "1e-1048575",
                                             "0x1p1048575",
                                             "1" + zeros + "e-60000",
                                             "." + zeros + "1e60001",
                                             "." + zeros + "1e60400",
                                             "1" + zeros + "e-60400",
                                             "0x" + zeros + "1p-3",
                                             "0x1" + zeros + "p-240000",
                                             "0b" + zeros + std::string(64, '1'),
                                             "0b1" + std::string(63, '0'),
                                             "1." + zeros + "1",
                                             std::string(400, '9')};
  for (const std::string& numeral : numerals) {
    INFO(numeral.substr(0, 60));
    REQUIRE(decode_number(numeral).ok);
    CHECK(numeral_verdict(numeral) == lua.evaluate("return " + numeral));
  }
}

TEST_CASE("numerals that LuaJIT refuses are refused") {
  LuaOracle lua;
  for (const std::string numeral : {"0x",          "0b",
                                    "0b2",         "0b1.",
                                    "0b1e1",       "1e",
                                    "1e+",         "0xg",
                                    "0x.",         "0x1p",
                                    "0x1p+",       "5..2",
                                    "1.2.3",       "3and",
                                    "1_000",       "1a",
                                    "1e5a",        "1e1e1",
                                    "0x.p1",       "1e1048576",
                                    "1e-1048576",  "0e99999999999",
                                    "0x1p1048576", ".0x1"}) {
    INFO(numeral);
    CHECK_FALSE(decode_number(numeral).ok);
    CHECK(lua.evaluate("return " + numeral) == "error");
  }
  CHECK_FALSE(decode_number("0b" + std::string(65, '1')).ok);
}

TEST_CASE("the suffixes of LuaJIT's 64-bit and imaginary numbers are refused") {
  for (const std::string numeral :
       {"1LL", "1ull", "0x10LL", "1i", "2.5i", "1LLU", "0b1i", "1e5I"}) {
    INFO(numeral);
    const NumberValue number = decode_number(numeral);
    CHECK_FALSE(number.ok);
    CHECK(number.hint.find("suffix") != std::string_view::npos);
  }
}

TEST_CASE("random numerals mean the double that LuaJIT reads") {
  LuaOracle lua;
  std::mt19937_64 engine(5);
  for (int i = 0; i < 4'000; ++i) {
    const bool is_hex = engine() % 2 == 0;
    const std::string_view digits = is_hex ? "0123456789abcdefF" : "0123456789";
    std::string numeral = is_hex ? "0x" : "";
    numeral += random_digits(engine, digits, 25);
    if (engine() % 2 == 0) numeral += "." + random_digits(engine, digits, 25);
    if (engine() % 2 == 0) {
      numeral += is_hex ? "p" : "e";
      if (engine() % 2 == 0) numeral += "-";
      numeral += std::to_string(engine() % (is_hex ? 1200 : 340));
    }
    INFO(numeral);
    if (numeral == "." || numeral.empty() || numeral[0] == 'e') continue;
    if (numeral[0] == '.' && (numeral.size() == 1 || numeral[1] == 'e')) continue;
    CHECK(numeral_verdict(numeral) == lua.evaluate("return " + numeral));
  }
}

TEST_CASE("string literals mean the bytes that LuaJIT reads") {
  LuaOracle lua;
  for (const std::string literal : {"'a'",
                                    "\"a'b\"",
                                    R"('\a\b\f\n\r\t\v\\\"\'')",
                                    R"('\65\066\0\255x\12')",
                                    R"('\x41\xfF')",
                                    R"('\u{41}\u{e9}\u{20AC}\u{10FFFF}\u{0000041}')",
                                    "'a\\z \t\n\r\n  b'",
                                    "'a\\\nb'",
                                    "'a\\\r\nb'",
                                    "'a\\\n\rb'",
                                    "'a\\\rb'",
                                    "'\\z'",
                                    "[[a]]",
                                    "[[\na]]",
                                    "[[\r\na\r\nb\rc\n\rd]]",
                                    "[==[a]]]=]]==]",
                                    "[[\n\na]]",
                                    "[=[\\n]=]",
                                    "[[]]",
                                    "[[\n]]",
                                    "'\xff\xc3'",
                                    "''"}) {
    const StringValue value = decode_string(literal);
    INFO(literal);
    REQUIRE(value.ok);
    CHECK("'" + value.bytes + "'" == lua.evaluate("return " + literal));
  }
}

TEST_CASE("escapes that LuaJIT refuses are refused, and their place is told") {
  LuaOracle lua;
  for (const std::string escape :
       {R"(\q)", R"(\ )", R"(\256)", R"(\x4)", R"(\xzz)", R"(\u41)", R"(\u{})", R"(\u{110000})",
        R"(\u{d800})", R"(\u{41)", R"(\-)"}) {
    const std::string literal = "'ab" + escape + "'";
    INFO(literal);
    CHECK(lua.evaluate("return " + literal) == "error");
    const StringValue value = decode_string(literal);
    REQUIRE_FALSE(value.ok);
    CHECK(value.error_begin == 3);
    CHECK(value.error_end > 4);
  }
  const TokenList list = lex("x = 'a\\\n  b\\q'");
  REQUIRE(list.diagnostics.size() == 1);
  CHECK(list.diagnostics[0].range.line == 2);
  CHECK(list.diagnostics[0].range.column == 4);
}

TEST_CASE("every kind of line end counts one line") {
  CHECK(token_lines("a\nb\r\nc\rd\n\re") == std::vector<std::uint32_t>{1, 2, 3, 4, 5, 5});
  CHECK(token_lines("a\n\nb") == std::vector<std::uint32_t>{1, 3, 3});
  CHECK(token_lines("--[[\r\n]] a --x\rb [[\n\r]] c") == std::vector<std::uint32_t>{2, 3, 3, 4, 4});
}

TEST_CASE("a token knows its bytes, its column and its last line") {
  const TokenList list = lex("  ab = [[x\ny]]");
  REQUIRE(list.tokens.size() == 4);
  CHECK(list.tokens[0].begin == 2);
  CHECK(list.tokens[0].end == 4);
  CHECK(list.tokens[0].column == 3);
  CHECK(list.tokens[2].kind == TokenKind::kString);
  CHECK(list.tokens[2].line == 1);
  CHECK(list.tokens[2].end_line == 2);
}

TEST_CASE("any bytes become tokens that cover the source in order") {
  std::mt19937_64 engine(6);
  for (int i = 0; i < 5'000; ++i) {
    std::string source;
    for (std::size_t size = engine() % 40; size > 0; --size) {
      source += static_cast<char>(1 + engine() % 255);
    }
    std::uint32_t end = 0;
    const TokenList list = lex(source);
    for (const Token& token : list.tokens) {
      REQUIRE(token.begin >= end);
      REQUIRE(token.end >= token.begin);
      end = token.end;
    }
    REQUIRE(end <= source.size());
    REQUIRE(list.tokens.back().kind == TokenKind::kEndOfSource);
  }
}

}  // namespace cherub::sandbox
