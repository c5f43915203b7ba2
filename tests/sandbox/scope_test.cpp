// Names, captures and jumps, as the parser resolves them.
#include <catch2/catch.hpp>
#include <string>

#include "sandbox/syntax/parser.h"
#include "tree_print.h"

namespace cherub::sandbox {
namespace {

ParseResult parsed(const std::string& source) {
  ParseResult result = parse("source", source);
  INFO(source << "\n" << diagnostics_text(result.diagnostics, "source", source));
  REQUIRE(result.chunk);
  return result;
}

const Local& local_named(const Function& function, const std::string& name) {
  for (const auto& local : function.locals) {
    if (local->name == name) return *local;
  }
  FAIL("no local " << name);
  return *function.locals.front();
}

// For each name in order: the line of its declaration, or 0 for a global.
std::string bindings(const Chunk& chunk) {
  std::string lines;
  for_each_expression(chunk.main->body, [&](const Expression& expression) {
    if (expression.kind != ExpressionKind::kName) return;
    lines += std::to_string(expression.local != nullptr ? expression.local->range.line : 0);
  });
  return lines;
}

std::string back_jumps(const Block& block) {
  std::string found;
  for (const StatementPtr& statement : block.statements) {
    if (statement->kind == StatementKind::kGoto) found += statement->jumps_back ? 'B' : 'F';
    for (const Block& inner : statement->blocks) found += back_jumps(inner);
  }
  return found;
}

}  // namespace

TEST_CASE("a name means the innermost local that is declared above it") {
  CHECK(bindings(*parsed("local x = x\nx = x\nlocal x = x\nx = x").chunk) == "011133");
  CHECK(bindings(*parsed("do\nlocal x\nx = 1 end x = 2").chunk) == "20");
  CHECK(bindings(*parsed("local function f()\nreturn f end\nf()").chunk) == "11");
  CHECK(bindings(*parsed("local f = function()\nreturn f end").chunk) == "0");
  CHECK(bindings(*parsed("repeat\nlocal x\nuntil x\nx = 1").chunk) == "20");
  CHECK(bindings(*parsed("for i = i, 2 do\nf(i) end f(i)").chunk) == "00100");
  CHECK(bindings(*parsed("for k, v in k, v do\nk = v end k = v").chunk) == "001100");
  CHECK(bindings(*parsed("local a,\nb = a, b\na = b").chunk) == "0012");
}

TEST_CASE("a local counts its assignments and knows whether it is read") {
  const ParseResult result = parsed(
      "local a, b, c, d, e = 1\n"
      "a = 1 a, b = b, 2\n"
      "function c() end\n"
      "function d.x() a = 3 end\n"
      "e.x = 1");
  const Function& main = *result.chunk->main;
  CHECK(local_named(main, "a").assignments == 3);
  CHECK_FALSE(local_named(main, "a").used);
  CHECK(local_named(main, "b").assignments == 1);
  CHECK(local_named(main, "b").used);
  CHECK(local_named(main, "c").assignments == 1);
  CHECK_FALSE(local_named(main, "c").used);
  CHECK(local_named(main, "d").assignments == 0);
  CHECK(local_named(main, "d").used);
  CHECK(local_named(main, "e").assignments == 0);
  CHECK(local_named(main, "e").used);
}

TEST_CASE("captures are counted once for each function between owner and user") {
  const ParseResult result = parsed(
      "local a, b, c = 1\n"
      "local function outer()\n"
      "  local function inner() return a, a, b end\n"
      "  return a\n"
      "end\n"
      "local function other() b = 2 end");
  const Function& main = *result.chunk->main;
  CHECK(local_named(main, "a").captured_by == 2);
  CHECK(local_named(main, "b").captured_by == 3);
  CHECK(local_named(main, "c").captured_by == 0);
  const auto& statements = main.body.statements;
  const Function& outer = *statements[1]->values[0]->function;
  const Function& other = *statements[2]->values[0]->function;
  CHECK(outer.upvalues == 2);
  CHECK(outer.body.statements[0]->values[0]->function->upvalues == 2);
  CHECK(other.upvalues == 1);
  CHECK(main.upvalues == 0);
}

TEST_CASE("the kinds of locals") {
  const ParseResult result = parsed(
      "local a local function f(p) end function o:m() end for i = 1, 2 do end for k in x do end");
  const Function& main = *result.chunk->main;
  CHECK(local_named(main, "a").kind == LocalKind::kLocal);
  CHECK(local_named(main, "f").kind == LocalKind::kLocalFunction);
  CHECK(local_named(main, "i").kind == LocalKind::kNumericFor);
  CHECK(local_named(main, "k").kind == LocalKind::kGenericFor);
  const auto& statements = main.body.statements;
  CHECK(statements[1]->values[0]->function->parameters[0]->kind == LocalKind::kParameter);
  CHECK(statements[2]->values[0]->function->parameters[0]->kind == LocalKind::kSelf);
}

TEST_CASE("a goto knows whether its label stands before it") {
  const auto jumps = [](const std::string& source) {
    return back_jumps(parsed(source).chunk->main->body);
  };
  CHECK(jumps("::a:: goto a") == "B");
  CHECK(jumps("goto a ::a::") == "F");
  CHECK(jumps("::a:: do goto a end") == "B");
  CHECK(jumps("do goto a end ::a::") == "F");
  CHECK(jumps("::a:: do goto a ::a:: end") == "F");
  CHECK(jumps("::a:: do do goto a end ::a:: goto a end goto a") == "FBB");
  CHECK(jumps("while x do if y then goto continue end f() ::continue:: end") == "F");
  CHECK(jumps("::a:: while x do if y then goto a end goto b end ::b::") == "BF");
  CHECK(jumps("do goto a end do ::a:: goto a end goto a ::a::") == "FBF");
}

TEST_CASE("jumps in a source that is cut short do no harm") {
  for (const std::string rest : {"[[", "--[[", "f(", "if y then", "f(function() "}) {
    const ParseResult result = parse("source", "::a:: while x do if y then goto a end " + rest);
    CHECK_FALSE(result.chunk);
    CHECK_FALSE(result.diagnostics.empty());
  }
}

TEST_CASE("many jumps and labels take few steps") {
  std::string source;
  for (int i = 0; i < 3'000; ++i) source += "goto a" + std::to_string(i) + " ";
  for (int i = 0; i < 3'000; ++i) source += "::a" + std::to_string(i) + "::;";
  const ParseResult result = parse("source", source);
  REQUIRE(result.chunk);
  CHECK(back_jumps(result.chunk->main->body) == std::string(3'000, 'F'));
}

TEST_CASE("a label that went missing with a broken part of the source is not asked for") {
  const std::string deep = std::string(300, '(') + "1" + std::string(300, ')');
  const ParseResult result = parse(
      "source", "for i = 1, 2 do if i then goto next end local x = " + deep + " ::next:: end");
  REQUIRE(result.diagnostics.size() == 1);
  CHECK(result.diagnostics.front().message.find("levels deep") != std::string::npos);
}

}  // namespace cherub::sandbox
