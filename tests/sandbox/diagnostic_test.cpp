#include "sandbox/syntax/diagnostic.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "sandbox/syntax/foreign.h"
#include "sandbox/syntax/parser.h"
#include "sandbox/syntax/printable.h"

namespace cherub::sandbox {
namespace {

struct Finding {
  std::string source;
  std::uint32_t line;
  std::uint32_t column;
  std::string message;  // a part of it
  std::string hint;     // a part of it
};

// Each source has this one mistake, and exactly one finding about it.
const std::vector<Finding> kFindings = {
    {"if a != b then f() end", 1, 6, "Lua has no '!='", "'~='"},
    {"if a && b then f() end", 1, 6, "Lua has no '&&'", "'and'"},
    {"while a || b do f() end", 1, 9, "Lua has no '||'", "'or'"},
    {"x = !a", 1, 5, "Lua has no '!'", "not x"},
    {"if a === b then end", 1, 6, "Lua has no '==='", "'=='"},
    {"local n = 1\nself.n += 2\nf(n)", 2, 8, "Lua has no '+='", "'self.n = self.n + value'"},
    {"n++", 1, 2, "Lua has no '++'", "'n = n + 1'"},
    {"n--\nf()", 1, 1, "'n' alone is no statement", "'n = n - 1'"},
    {"x = a ? b : c", 1, 7, "Lua has no '?'", "a or b"},
    {"x = a // b", 1, 7, "found '//'", "math.floor(a / b)"},
    {"// it's a comment\n// isn't it\nf()", 1, 1, "found '//'", "'--'"},
    {"f() // it's a comment", 1, 5, "found '//'", "'--'"},
    {"f()\n# it's a comment\nf()", 2, 1, "found '#'", "'--'"},
    {"/* it's\n a comment */ f()", 1, 1, "found '/*'", "'--"},
    {"for i = 1, 2 do if i then continue end end", 1, 27, "'continue'", "goto continue"},
    {"let x = 1", 1, 1, "'let'", "local x = value"},
    {"if a then f() elif b then g() end", 1, 15, "Lua has no 'elif'", "elseif"},
    {"def f(x):\n  return x\n", 1, 1, "'def'", "local function"},
    {"if x > 1:\n  f(x)\n", 1, 9, "':' opens no block", "then"},
    {"if x:\n  f(x)\n", 1, 5, "':' opens no block", "then"},
    {"while x:\n  f(x)\n", 1, 8, "':' opens no block", "do"},
    {"for i in range(3):\n  f(i)\n", 1, 18, "':' opens no block", "do"},
    {"if (x) {\n  f();\n}\n", 1, 8, "'{' opens no block", "end"},
    {"while (x) {\n  x = 1\n}\n", 1, 11, "'{' opens no block", "end"},
    {"function f(x) {\n  return x;\n}\n", 1, 15, "'{' opens no block", "end"},
    {"for (int i = 0; i < 3; i++) {\n f();\n}\n", 1, 5, "found '('", "for i = 1, 10 do"},
    {"switch (x) {\n case 1: f();\n}\n", 1, 1, "'switch'", "elseif"},
    {"x = lambda y: y + 1", 1, 5, "'lambda'", "function(x)"},
    {"if x = 1 then f() end", 1, 6, "found '='", "'=='"},
    {"if x\n  f()\nend", 2, 3, "expected 'then'", "'then'"},
    {"for i = 1, 2\n  f()\nend", 2, 3, "expected 'do'", "'do'"},
    {"local function (x) end", 1, 16, "expected a name behind 'local function'", "name(x)"},
    {"x = function f() end", 1, 14, "has no name", "local function f"},
    {"local x: number = 1", 1, 8, "no type", "local x = value"},
    {"local x <const> = 1", 1, 9, "attributes", "local x = value"},
    {"function f(a: number) end", 1, 13, "no type", "its name"},
    {"function f(a = 1) end", 1, 14, "default value", "if a == nil then"},
    {"f(x = 1)", 1, 5, "expected ')'", "no names"},
    {"x = {a: 1}", 1, 7, "':' sets no field", "a = value"},
    {"x = {\"a\": 1}", 1, 9, "expected '}'", "[\"key\"] = value"},
    {"x = {a = 1 b = 2}", 1, 12, "expected '}'", "','"},
    {"x = [1, 2]", 1, 5, "expected an expression, found '['", "{1, 2, 3}"},
    {"x = \"abc\ny = 1", 1, 5, "not closed", "\""},
    {"x = 'abc", 1, 5, "not closed", "'"},
    {"x = [[abc\ny = 1", 1, 5, "never closed", "]]"},
    {"--[==[ abc\ny = 1", 1, 1, "never closed", "]==]"},
    {"x = '\\d'", 1, 6, "invalid escape '\\d'", "%"},
    {"x = 1LL", 1, 5, "malformed number '1LL'", "suffix"},
    {"x = 1_000", 1, 5, "malformed number", "'_'"},
    {"x = \u201chi\u201d", 1, 5, "\u201c", "straight quotes"},
    {"```lua\nx = 1\n```\n", 1, 1, "code fence", "without the fence"},
    {"Here it's:\n```lua\nx = 1\n```\nThat's all, isn't it", 2, 1, "code fence", "only the Lua"},
    {"This is some plain text", 1, 1, "found text", "only Lua code"},
    {"function f()\n  return 1\n", 1, 1, "expected 'end' to close 'function' of line 1", "'end'"},
    {"f(function()\n  g()\n", 1, 3, "expected 'end' to close 'function' of line 1", "'end'"},
    {"function f()\n  if a then\n    b()\nend\nx = 1\n", 2, 3, "close 'if' of line 2", "line 4"},
    {"if a then\n  x()\nelse if b then\n  y()\nend\n", 1, 1, "close 'if'", "elseif"},
    {"repeat\n  f()\nend\n", 3, 1, "expected 'until'", "until condition"},
    {"f()\nend\n", 2, 1, "closes nothing", "remove"},
    {"x = (1 + 2\ny = 3", 2, 1, "to close '(' of line 1", ""},
    {"f()\n(g)()", 2, 1, "ambiguous", "';'"},
    {"return 1\nf()", 2, 1, "'return' must be the last", "do return end"},
    {"break", 1, 1, "'break' stands outside a loop", "return"},
    {"goto x", 1, 1, "no label 'x'", "::x::"},
    {"::x:: ::x::", 1, 7, "duplicate label 'x'", ""},
    {"goto x; local y; ::x:: f(y)", 1, 1, "scope of the local 'y'", "above the goto"},
    {"function f() return ... end", 1, 21, "outside a vararg function", "parameters"},
    {"f() = 1", 1, 5, "cannot be assigned", "=="},
    {"(a) = 1", 1, 1, "only a variable or a field", "parentheses"},
    {"x == 1", 1, 3, "'==' compares", "x = value"},
    {"a.b", 1, 1, "'a.b' alone", "a.b()"},
    {"x = a.end", 1, 7, "found 'end'", "[\"end\"]"},
    {"x = 1;; y = 2", 1, 7, "';'", "remove"},
    {"x = 1 +", 1, 8, "the end of the source", ""},
};

std::vector<std::uint32_t> error_lines(const std::string& source) {
  std::vector<std::uint32_t> lines;
  for (const Diagnostic& diagnostic : parse("source", source).diagnostics) {
    lines.push_back(diagnostic.range.line);
  }
  return lines;
}

}  // namespace

TEST_CASE("a mistake is named once, at its place, with what to write instead") {
  for (const Finding& expected : kFindings) {
    const ParseResult result = parse("source", expected.source);
    INFO(diagnostics_text(result.diagnostics, "source", expected.source));
    CHECK_FALSE(result.chunk);
    REQUIRE(result.diagnostics.size() == 1);
    const Diagnostic& found = result.diagnostics[0];
    CHECK(found.range.line == expected.line);
    CHECK(found.range.column == expected.column);
    CHECK_THAT(found.message, Catch::Contains(expected.message));
    CHECK_THAT(found.hint, Catch::Contains(expected.hint));
  }
}

TEST_CASE("independent mistakes are all reported, and nothing else") {
  using Lines = std::vector<std::uint32_t>;
  CHECK(error_lines("x += 1\ny = 2\nif a != b then\n  z = = 3\nend\nlet q = 1\nf()\n") ==
        Lines{1, 3, 4, 6});
  CHECK(error_lines("local t = {\n  a = 1\n  b = 2,\n  c = 3\n}\nx = 1LL\n") == Lines{3, 6});
  CHECK(error_lines("f(a b)\nlocal function g()\n  h(]\n  return 1\nend\nx =\n") == Lines{1, 3, 6});
  CHECK(error_lines("function f(a, 1)\n  return a\nend\nx = \"\\q\"\n") == Lines{1, 4});
  CHECK(error_lines("t = { f = function()\n  x += 1\nend, g = 2 }\ny ++\n") == Lines{2, 4});
  CHECK(error_lines("for i = 1, 2 {\n f()\n}\n") == Lines{1});
  CHECK(error_lines("goto a\nbreak\n::b:: ::b::\n") == Lines{1, 2, 3});
}

TEST_CASE("findings are bounded in number") {
  std::string source;
  for (int i = 0; i < 100; ++i) source += "x += 1\n";
  CHECK(parse("source", source).diagnostics.size() == kDiagnosticsMax);
}

TEST_CASE("words of other languages are ordinary names where Lua takes them so") {
  for (const std::string source :
       {"continue()", "elif = 1", "let.x = 1", "print(null, None, True)", "def 'x'", "switch(x)",
        "local continue = 1", "x = new", "if x:\nf() then end", "if f(x) {\na = 1} then end"}) {
    INFO(source);
    CHECK(parse("source", source).chunk);
  }
  CHECK(foreign_word_hint("None") == "write 'nil'");
  CHECK(foreign_word_hint("policy").empty());
}

TEST_CASE("findings are printed as a compiler does") {
  const std::string source = "local x = 1\n\tif x != 1 then f() end\n";
  const ParseResult result = parse("policy", source);
  CHECK(diagnostics_text(result.diagnostics, "policy", source) ==
        "policy:2:7: error: Lua has no '!='\n"
        "  2 |  if x != 1 then f() end\n"
        "    |       ^~\n"
        "    = write '~=' for 'not equal'\n");
}

TEST_CASE("the caret stands under its character, also behind UTF-8 and in long lines") {
  const std::string accents = "x = '\u00e9\u00e9' ! y";
  const std::string text = diagnostics_text(parse("p", accents).diagnostics, "p", accents);
  CHECK_THAT(text, Catch::Contains("\n    |          ^\n"));
  const std::string wide =
      "x = 1 --" + std::string(5000, '-') + "\ny = " + std::string(3000, '(') + " ! 1";
  CHECK(diagnostics_text(parse("p", wide).diagnostics, "p", wide).size() < 1000);
}

TEST_CASE("nothing but printable characters reaches a terminal") {
  const std::string source = "x = '\x1b[2J\x9b\u009b\u202e\u200b' ! \a";
  const Diagnostics findings = {{Severity::kError, {5, 20, 1, 6}, "a\x1b[31mb", "c\r\u2066d"}};
  const std::string text = diagnostics_text(findings, "na\x1b[0mme", source);
  for (const char c : text) CHECK((static_cast<unsigned char>(c) >= 0x20 || c == '\n'));
  for (const char* harmful : {"\x9b", "\u009b", "\u202e", "\u200b", "\u2066"}) {
    CHECK(text.find(harmful) == std::string::npos);
  }
  CHECK(printable("a\tb\u00e9\u4e16") == "a b\u00e9\u4e16");
  CHECK(printable("\xff\xc3") == "\ufffd\ufffd");
  CHECK(printable("\xed\xa0\x80") == "\ufffd\ufffd\ufffd");
}

TEST_CASE("the caret knows wide characters and accents") {
  const std::string source = "x = '\u4e16\u754ce\u0301' ! y";
  const auto at = static_cast<std::uint32_t>(source.find('!'));
  const std::string text =
      diagnostics_text({{Severity::kHint, {at, at + 1, 1, at + 1}, "m", ""}}, "p", source);
  CHECK(text ==
        "p:1:" + std::to_string(at + 1) + ": hint: m\n  1 | " + source + "\n    |             ^\n");
}

TEST_CASE("a line is cut between characters") {
  std::string source = "x = '";
  for (int i = 0; i < 500; ++i) source += "\u4e16";
  for (std::uint32_t at = 600; at < 606; ++at) {
    const std::string text =
        diagnostics_text({{Severity::kError, {at, at + 1, 1, at + 1}, "m", ""}}, "p", source);
    CHECK(text.find("\ufffd") == std::string::npos);
  }
}

TEST_CASE("colours mark the severity, and only when asked for") {
  const Diagnostics findings = {{Severity::kWarning, {0, 1, 1, 1}, "m", "h"}};
  CHECK(diagnostics_text(findings, "p", "x").find('\033') == std::string::npos);
  const std::string text = diagnostics_text(findings, "p", "x", TextStyle::kColour);
  CHECK_THAT(text, Catch::Contains("\033[1;35mwarning:\033[0m m\n"));
}

TEST_CASE("findings beyond the source and bytes that are not UTF-8 do no harm") {
  const Diagnostics strange = {{Severity::kWarning, {900, 950, 7, 3}, "\xff\x01", "\xfe"}};
  CHECK_FALSE(diagnostics_text(strange, "p", "x").empty());
  CHECK_FALSE(diagnostics_text(strange, "p", "").empty());
  CHECK(base::parse_json(diagnostics_json(strange)).ok());
}

TEST_CASE("findings as JSON") {
  const auto document = base::parse_json(diagnostics_json(parse("p", "x = \"a\nf(").diagnostics));
  REQUIRE(document.ok());
  const rapidjson::Document& array = document.value();
  REQUIRE(array.IsArray());
  REQUIRE(array.Size() == 2);
  CHECK(array[0]["line"].GetInt() == 1);
  CHECK(array[0]["column"].GetInt() == 5);
  CHECK(std::string(array[0]["severity"].GetString()) == "error");
  CHECK_FALSE(std::string(array[0]["message"].GetString()).empty());
  CHECK_FALSE(std::string(array[0]["hint"].GetString()).empty());
  CHECK(diagnostics_json({}) == "[]");
}

}  // namespace cherub::sandbox
