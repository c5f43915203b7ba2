#include "sandbox/syntax/parser.h"

#include <catch2/catch.hpp>
#include <string>

#include "lua_oracle.h"
#include "tree_print.h"

namespace cherub::sandbox {
namespace {

std::string repeated(std::string_view text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

bool is_accepted(const std::string& source) {
  return parse("source", source).chunk.has_value();
}

std::string text_of(const Chunk& chunk, const Range& range) {
  return chunk.source.substr(range.begin, range.end - range.begin);
}

const Statement& first_statement(const ParseResult& result) {
  REQUIRE(result.chunk);
  return *result.chunk->main->body.statements.at(0);
}

std::string joined_locals(int count, const std::string& prefix) {
  std::string source;
  for (int i = 0; i < count; ++i) source += "local " + prefix + std::to_string(i) + "\n";
  return source;
}

void check_ranges(const std::string& source) {
  const ParseResult result = parse("source", source);
  REQUIRE(result.chunk);
  int seen = 0;
  for_each_expression(result.chunk->main->body, [&](const Expression& expression) {
    const std::string text = text_of(*result.chunk, expression.range);
    INFO(text);
    const ParseResult again = parse("again", "return " + text);
    REQUIRE(again.chunk);
    const Statement& statement = *again.chunk->main->body.statements.at(0);
    REQUIRE(statement.values.size() == 1);
    CHECK(print_tree(*statement.values[0]) == print_tree(expression));
    // The stretch is exact: it begins and ends with a token.
    CHECK(again.chunk->main->body.statements[0]->values[0]->range.end == text.size() + 7);
    CHECK(text.front() > ' ');
    ++seen;
  });
  CHECK(seen > 0);
}

}  // namespace

TEST_CASE("every expression's range re-parses to the same expression") {
  check_ranges(std::string(large_program()));
  check_ranges("x = (((a + b) * -c ^ 2 .. d)) .. (f{1, [2] = 3; y = 'z'} . g):h 's' [1] ()");
  check_ranges("return function ( a , ... ) return ... , a end , not ( not a ) , # t [ -1 ]");
  check_ranges("a . b [ c ] , d = --[[x]] 1 --[[y]] + --[[z]]\n 2 , [==[\n]==] .. 'x'");
  for (const std::string& source : small_programs()) {
    const ParseResult result = parse("source", source);
    if (result.chunk && source.find('=') != std::string::npos &&
        source.find("...") == std::string::npos) {
      for_each_expression(result.chunk->main->body, [&](const Expression& expression) {
        const std::string text = text_of(*result.chunk, expression.range);
        INFO(source << "\n" << text);
        // Out of its function a jump may miss its label, and out of a table a call its line rule.
        const ParseResult again = parse("again", "return {" + text + "}");
        REQUIRE(again.chunk);
      });
    }
  }
}

TEST_CASE("operator ranges are the operator") {
  const ParseResult result = parse("source", "x = not  a  ..  b ~= -c  and d");
  REQUIRE(result.chunk);
  std::string found;
  for_each_expression(result.chunk->main->body, [&](const Expression& expression) {
    if (expression.kind == ExpressionKind::kBinary || expression.kind == ExpressionKind::kUnary) {
      found += text_of(*result.chunk, expression.operator_range) + "|";
    }
  });
  CHECK(found == "and|~=|..|not|-|");
}

TEST_CASE("a method call knows the place of its name") {
  const ParseResult result = parse("source", "a.b : move_to (1)");
  const Expression& call = *first_statement(result).values[0];
  CHECK(call.kind == ExpressionKind::kMethodCall);
  CHECK(call.text == "move_to");
  CHECK(text_of(*result.chunk, call.name_range) == "move_to");
}

TEST_CASE("blocks run from behind the opening keyword to the closing one") {
  const std::string source =
      "if a then x() elseif b then y() else z() end "
      "while c do w() end repeat r() until d "
      "for i = 1, 2 do n() end function f(p) g() end do h() end";
  const ParseResult result = parse("source", source);
  REQUIRE(result.chunk);
  std::string found;
  for (const StatementPtr& statement : result.chunk->main->body.statements) {
    for (const Block& block : statement->blocks) {
      found += text_of(*result.chunk, block.range) + "|";
    }
    if (statement->kind == StatementKind::kFunction) {
      found += text_of(*result.chunk, statement->values[0]->function->body.range) + "|";
    }
  }
  CHECK(found == " x() | y() | z() | w() | r() | n() | g() | h() |");
  CHECK(text_of(*result.chunk, result.chunk->main->body.range) == source);
  const Range& body = result.chunk->main->body.statements[0]->blocks[1].range;
  CHECK(body.line == 1);
  CHECK(body.column == body.begin + 1);
}

TEST_CASE("a statement's range leaves out its semicolon, and says that it is there") {
  const ParseResult result = parse("source", "local a = 1 ; f() ::l:: ; return a;");
  REQUIRE(result.chunk);
  const auto& statements = result.chunk->main->body.statements;
  REQUIRE(statements.size() == 4);
  CHECK(text_of(*result.chunk, statements[0]->range) == "local a = 1");
  CHECK(text_of(*result.chunk, statements[1]->range) == "f()");
  CHECK(text_of(*result.chunk, statements[2]->range) == "::l::");
  CHECK(text_of(*result.chunk, statements[3]->range) == "return a");
  CHECK(statements[0]->ends_with_semicolon);
  CHECK_FALSE(statements[1]->ends_with_semicolon);
  CHECK(statements[2]->ends_with_semicolon);
  CHECK(statements[3]->ends_with_semicolon);
}

TEST_CASE("functions know their text, their name and their parameters") {
  const ParseResult result =
      parse("source", "function a.b.c(x) end function o:m(y, ...) end local g = function() end");
  REQUIRE(result.chunk);
  const auto& statements = result.chunk->main->body.statements;
  const Function& plain = *statements[0]->values[0]->function;
  CHECK(plain.name == "a.b.c");
  CHECK(text_of(*result.chunk, plain.range) == "function a.b.c(x) end");
  CHECK(plain.parameters.size() == 1);
  CHECK(text_of(*result.chunk, statements[0]->targets[0]->range) == "a.b.c");
  const Function& method = *statements[1]->values[0]->function;
  CHECK(method.name == "o:m");
  CHECK(text_of(*result.chunk, method.range) == "(y, ...) end");
  REQUIRE(method.parameters.size() == 2);
  CHECK(method.parameters[0]->kind == LocalKind::kSelf);
  CHECK(method.is_vararg);
  const Function& anonymous = *statements[2]->values[0]->function;
  CHECK(anonymous.name.empty());
  CHECK(anonymous.parent == result.chunk->main.get());
}

TEST_CASE("sources that are not plain text are refused") {
  CHECK_FALSE(is_accepted("\x1bLJ\x02"));
  CHECK_FALSE(is_accepted(std::string("x = 1\0", 6)));
  CHECK_FALSE(is_accepted("\xef\xbb\xbfx = 1"));
  CHECK_FALSE(is_accepted("#!/usr/bin/lua\nx = 1"));
  CHECK_FALSE(is_accepted("#"));
  CHECK_FALSE(is_accepted("\xc3\xa9 = 1"));
  CHECK(is_accepted("x = '\xc3\xa9\xff' --\xff"));
  CHECK(is_accepted(""));
}

TEST_CASE("a source of the greatest size is read, one byte more is refused") {
  CHECK(is_accepted(std::string(kSourceBytesMax, ' ')));
  CHECK_FALSE(is_accepted(std::string(kSourceBytesMax + 1, ' ')));
}

TEST_CASE("locals in scope are bounded as in LuaJIT") {
  LuaOracle lua;
  const int max = static_cast<int>(kLocalsMax);
  CHECK(is_accepted(joined_locals(max, "a")));
  CHECK(lua.compile_error(joined_locals(max, "a")).empty());
  CHECK_FALSE(is_accepted(joined_locals(max + 1, "a")));
  CHECK_FALSE(lua.compile_error(joined_locals(max + 1, "a")).empty());
  CHECK(is_accepted("do " + joined_locals(max, "a") + " end " + joined_locals(max, "b")));
  CHECK(is_accepted(joined_locals(max, "a") + "function f() " + joined_locals(max, "b") + " end"));
  // A loop holds three values without a name.
  for (const std::string loop : {"for i = 1, 2 do end", "for k in x do end"}) {
    CHECK(is_accepted(joined_locals(max - 4, "a") + loop));
    CHECK(lua.compile_error(joined_locals(max - 4, "a") + loop).empty());
    CHECK_FALSE(is_accepted(joined_locals(max - 3, "a") + loop));
    CHECK_FALSE(lua.compile_error(joined_locals(max - 3, "a") + loop).empty());
  }
}

TEST_CASE("upvalues of one function are bounded") {
  const auto source = [](std::uint32_t count) {
    std::string text = joined_locals(static_cast<int>(count), "a") + "return function()\n";
    for (std::uint32_t i = 0; i < count; ++i) text += "f(a" + std::to_string(i) + ")\n";
    return text + "end";
  };
  CHECK(is_accepted(source(kUpvaluesMax)));
  CHECK_FALSE(is_accepted(source(kUpvaluesMax + 1)));
}

TEST_CASE("values held at once are bounded, below what LuaJIT can hold") {
  LuaOracle lua;
  const auto list = [](int count) { return "1" + repeated(", 1", count - 1); };
  const std::vector<std::pair<std::string, std::string>> frames = {
      {"return ", ""},   {"f(", ")"},
      {"o:m(", ")"},     {"local a = ", ""},
      {"x.y = ", ""},    {"for k in ", " do end"},
      {"x = {f(", ")}"}, {"x = {[f(", ")] = 1}"}};
  for (const int locals : {0, 100, static_cast<int>(kLocalsMax)}) {
    for (const auto& [open, close] : frames) {
      for (const int count : {1, 20, 30, 36, 40, 44, 100, 130, 150, 230, 240, 250, 300}) {
        const std::string source =
            "do " + joined_locals(locals - 8, "a") + open + list(count) + close + " end";
        INFO(open << " with " << count << " values and " << locals << " locals");
        if (is_accepted(source)) CHECK(lua.compile_error(source).empty());
        if (locals + count < 230) CHECK(is_accepted(source));
        if (locals + count > 260) CHECK_FALSE(is_accepted(source));
      }
    }
  }
  const std::string nested = "x = " + repeated("f(1, ", 90) + "1" + repeated(")", 90);
  CHECK(is_accepted("x = " + repeated("f(1, ", 60) + "1" + repeated(")", 60)));
  CHECK_FALSE(is_accepted(nested));
  CHECK_FALSE(lua.compile_error(nested).empty());
  CHECK(is_accepted("x = {" + list(5'000) + "}"));
}

TEST_CASE("branches of one if are bounded") {
  const auto source = [](std::size_t count) {
    return "if x then " + repeated("elseif y then ", static_cast<int>(count)) + " end";
  };
  CHECK(is_accepted(source(kElseifMax)));
  CHECK_FALSE(is_accepted(source(kElseifMax + 1)));
}

TEST_CASE("every kind of nesting is bounded, and what is accepted LuaJIT accepts") {
  LuaOracle lua;
  struct Nest {
    std::string open;
    std::string middle;
    std::string close;
    int max = kNestingMax - 1;  // the chunk is a level too
  };
  const int live = static_cast<int>(kLocalsMax);
  const std::vector<Nest> nests = {{"do ", "", " end"},
                                   {"if a then ", "", " end"},
                                   {"while a do ", "", " end"},
                                   {"repeat ", "", " until a"},
                                   {"for i = 1, 2 do ", "", " end", live / 4},
                                   {"local function f() ", "", " end"},
                                   {"f(function() ", "", " end)", (kNestingMax - 1) / 2}};
  const std::vector<Nest> inner = {{"(", "1", ")"},   {"{", "1", "}"},    {"- ", "1", ""},
                                   {"not ", "1", ""}, {"1 .. ", "1", ""}, {"2 ^ ", "1", ""},
                                   {"a[", "1", "]"},  {"f(", "1", ")"},   {"1 + (", "1", ")"},
                                   {"", "a", ".b"},   {"", "a", " + 1"},  {"", "a", "()"},
                                   {"", "a", ":m()"}, {"", "a", " or 1"}, {"", "a", "'s'"}};
  for (int count : {1, 20, 50, 51, 89, 90, 170, 177, 178, 179, 180, 181, 400}) {
    for (const Nest& nest : nests) {
      const std::string source = repeated(nest.open, count) + repeated(nest.close, count);
      INFO(source.substr(0, 60) << " x " << count);
      if (is_accepted(source)) CHECK(lua.compile_error(source).empty());
      CHECK(is_accepted(source) == (count <= nest.max));
    }
    for (const Nest& nest : inner) {
      const std::string source =
          "x = " + repeated(nest.open, count) + nest.middle + repeated(nest.close, count);
      INFO(source.substr(0, 60) << " x " << count);
      if (is_accepted(source)) CHECK(lua.compile_error(source).empty());
      if (count < 80) CHECK(is_accepted(source));
      if (count > kNestingMax) CHECK_FALSE(is_accepted(source));
    }
  }
}

TEST_CASE("chains inside chains do not add up to a deep tree") {
  // Each level alone is within the bound; the tree would be 60 times 150 deep.
  std::string source = "a";
  for (int i = 0; i < 30; ++i) {
    source = "(function() return " + source + repeated(".b", 150) + " end)()";
  }
  CHECK_FALSE(is_accepted("x = " + source));
}

TEST_CASE("runs of labels and targets stay within LuaJIT's recursion") {
  LuaOracle lua;
  std::string labels;
  std::string targets = "a";
  for (int i = 0; i < 170; ++i) {
    labels += "::l" + std::to_string(i) + "::";
    targets += ", a";
  }
  CHECK(is_accepted(labels));
  CHECK(is_accepted(targets + " = 1"));
  CHECK(lua.compile_error(labels).empty());
  CHECK(lua.compile_error(targets + " = 1").empty());
  CHECK_FALSE(is_accepted(labels + repeated("::m::", 20)));
  CHECK_FALSE(is_accepted(targets + repeated(", a", 20) + " = 1"));
}

TEST_CASE("hostile sources of the greatest size end in a verdict") {
  const int max = static_cast<int>(kSourceBytesMax);
  for (const std::string unit :
       {"(",     ")",       "{",     "[",      "[[",        "\"",       "'",   "-",
        "--[[",  "not ",    "a.",    "a(",     "do ",       "end ",     "if ", "elseif ",
        "::a::", "goto a ", "`",     "\\",     "function ", "local a ", "1 ",  "return ",
        "=",     "a=b ",    "f()",   "\xc3",   "!=",        "\n",       "\r",  ";",
        "..",    "0x",      "then ", "until ", "repeat "}) {
    const std::string source = repeated(unit, max / static_cast<int>(unit.size()));
    const ParseResult result = parse("source", source);
    INFO(unit);
    CHECK(result.diagnostics.size() <= kDiagnosticsMax);
    CHECK(result.chunk.has_value() == result.diagnostics.empty());
  }
}

}  // namespace cherub::sandbox
