// What the parser accepts and refuses, against LuaJIT itself.
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

#include "lua_oracle.h"
#include "sandbox/syntax/parser.h"
#include "tree_print.h"

namespace cherub::sandbox {
namespace {

constexpr int kSoups = 20'000;
constexpr int kMutants = 4'000;

const std::vector<std::string> kPieces = {"and",       "break",
                                          "do",        "else",
                                          "elseif",    "end",
                                          "false",     "for",
                                          "function",  "goto",
                                          "if",        "in",
                                          "local",     "nil",
                                          "not",       "or",
                                          "repeat",    "return",
                                          "then",      "true",
                                          "until",     "while",
                                          "+",         "-",
                                          "*",         "/",
                                          "%",         "^",
                                          "#",         "==",
                                          "~=",        "<=",
                                          ">=",        "<",
                                          ">",         "=",
                                          "(",         ")",
                                          "{",         "}",
                                          "[",         "]",
                                          "::",        ";",
                                          ":",         ",",
                                          ".",         "..",
                                          "...",       "a",
                                          "b",         "x",
                                          "y",         "1",
                                          "2.5",       "\"s\"",
                                          "[[t]]",     "\n",
                                          " ",         "--c\n",
                                          "goto a",    "::a::",
                                          "local a",   "a=1",
                                          "f()",       "!=",
                                          "'",         "::b::",
                                          "goto b",    "break end",
                                          "local b",   "while x do",
                                          "until x",   "function f()",
                                          "if x then", "f\n",
                                          "(x)"};

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : engine_(seed) {}
  std::size_t below(std::size_t count) { return engine_() % count; }

  std::string soup() {
    std::string source;
    for (std::size_t i = 1 + below(14); i > 0; --i) {
      source += kPieces[below(kPieces.size())];
      if (below(8) > 0) source += ' ';
    }
    return source;
  }

  std::string mutant(std::string source) {
    constexpr std::string_view kBytes = "()[]{}.,;:=+-\"' \n#~<>ae\\";
    for (std::size_t i = 1 + below(2); i > 0 && !source.empty(); --i) {
      const std::size_t place = below(source.size());
      switch (below(4)) {
        case 0:
          source.erase(place, 1 + below(4));
          break;
        case 1:
          source.insert(place, kPieces[below(kPieces.size())]);
          break;
        case 2:
          source[place] = kBytes[below(kBytes.size())];
          break;
        default:
          source.insert(place, source.substr(below(source.size()), below(20)));
      }
    }
    return source;
  }

  std::string expression(int depth) {
    const auto operand = [&] { return expression(depth - 1); };
    if (depth == 0) {
      constexpr std::array<std::string_view, 7> kLeaves = {"1",    "2",   "3.5", "'4'",
                                                           "true", "nil", "0x10"};
      return std::string(kLeaves[below(kLeaves.size())]);
    }
    if (below(6) == 0) return "(" + operand() + ")";
    if (below(5) == 0) return (below(2) == 0 ? "- " : "not ") + operand();
    constexpr std::array<std::string_view, 14> kSigns = {"+",  "-",  "*", "/",  "%", "^",   "..",
                                                         "==", "~=", "<", "<=", ">", "and", "or"};
    return operand() + " " + std::string(kSigns[below(kSigns.size())]) + " " + operand();
  }

 private:
  std::mt19937_64 engine_;
};

// Numbers with the suffix `i` are refused on purpose.
bool is_refused_on_purpose(const ParseResult& result) {
  for (const Diagnostic& diagnostic : result.diagnostics) {
    if (diagnostic.hint.find("without the suffix") != std::string::npos) return true;
  }
  return !result.diagnostics.empty() &&
         result.diagnostics[0].message.find("'#' line") != std::string::npos;
}

void check_same_verdict(LuaOracle& lua, const std::string& source) {
  const ParseResult result = parse("source", source);
  const std::string lua_error = lua.compile_error(source);
  if (result.chunk.has_value() == lua_error.empty() || is_refused_on_purpose(result)) return;
  FAIL_CHECK("verdicts differ on:\n"
             << source << "\nLuaJIT: " << lua_error
             << "\nparser: " << diagnostics_text(result.diagnostics, "source", source));
}

}  // namespace

TEST_CASE("the parser accepts what LuaJIT accepts, over a table of programs") {
  LuaOracle lua;
  const std::vector<std::string> programs = small_programs();
  REQUIRE(programs.size() > 400);
  int accepted = 0;
  for (const std::string& source : programs) {
    check_same_verdict(lua, source);
    if (parse("source", source).chunk) ++accepted;
  }
  CHECK(accepted > 150);
  CHECK(programs.size() - static_cast<std::size_t>(accepted) > 150);
}

TEST_CASE("the parser accepts what LuaJIT accepts, over random tokens") {
  LuaOracle lua;
  Generator generator(1);
  for (int i = 0; i < kSoups; ++i) check_same_verdict(lua, generator.soup());
}

TEST_CASE("the parser accepts what LuaJIT accepts, over damaged programs") {
  LuaOracle lua;
  Generator generator(2);
  const std::vector<std::string> programs = small_programs();
  const std::string large(large_program());
  REQUIRE(parse("large", large).chunk);
  for (int i = 0; i < kMutants; ++i) {
    check_same_verdict(lua, generator.mutant(large));
    const std::string& small = programs[generator.below(programs.size())];
    if (!small.empty()) check_same_verdict(lua, generator.mutant(small));
  }
}

TEST_CASE("operators group as in LuaJIT") {
  LuaOracle lua;
  Generator generator(3);
  for (int i = 0; i < 3'000; ++i) {
    const std::string text = generator.expression(static_cast<int>(generator.below(5)));
    const ParseResult result = parse("e", "return " + text);
    REQUIRE(result.chunk);
    const Expression& tree = *result.chunk->main->body.statements[0]->values[0];
    INFO(text);
    CHECK(lua.evaluate("return " + text) == lua.evaluate("return " + parenthesize(tree)));
  }
}

}  // namespace cherub::sandbox
