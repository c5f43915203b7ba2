#include <catch2/catch.hpp>

#include "abilities/angel/language_model.h"

using namespace cherub;
using namespace cherub::abilities::angel;

namespace {

const std::string kPolicy = "local policy = {}\nfunction policy.act(self) end\nreturn policy\n";

std::string extracted(const std::string& reply) {
  const auto code = extract_code(reply);
  return code ? *code : "error: " + code.error().message;
}

}  // namespace

TEST_CASE("a fenced block is the code, whatever its fence") {
  CHECK(extracted("```lua\n" + kPolicy + "```\n") == kPolicy);
  CHECK(extracted("```\n" + kPolicy + "```") == kPolicy);
  CHECK(extracted("~~~lua\n" + kPolicy + "~~~") == kPolicy);
  CHECK(extracted("````Lua title=\"x\"\n" + kPolicy + "````") == kPolicy);
  CHECK(extracted("``` LUA\n" + kPolicy + "```   ") == kPolicy);
  CHECK(extracted("  ```lua\n" + kPolicy + "  ```") == kPolicy);
  CHECK(extracted("```python\n" + kPolicy + "```") == kPolicy);
}

TEST_CASE("prose around it does not matter") {
  CHECK(extracted("Here is it:\n\n```lua\n" + kPolicy + "```\nUse `act`.") == kPolicy);
  CHECK(extracted("Here is it: ```lua\n" + kPolicy + "```") == kPolicy);
  CHECK(extracted("1. The policy:\n   ```lua\n" + kPolicy + "   ```") == kPolicy);
}

TEST_CASE("line ends become one kind") {
  CHECK(extracted("a\r\n```lua\r\nlocal a = 1\r\nreturn a\r\n```\r\n") ==
        "local a = 1\nreturn a\n");
  CHECK(extracted("```lua\rreturn 1\r```") == "return 1\n");
}

TEST_CASE("of several blocks the longest, those of Lua first") {
  CHECK(extracted("```lua\nreturn 1\n```\n```lua\n" + kPolicy + "```\n") == kPolicy);
  CHECK(extracted("```text\n" + kPolicy + kPolicy + "```\n```lua\nreturn 1\n```") == "return 1\n");
  CHECK(extracted("```\n\n```\n```\nreturn 2\n```") == "return 2\n");
  CHECK(extracted("```lua\n\n```\n```\nreturn 2\n```") == "return 2\n");
}

TEST_CASE("a reply that was cut off runs to its end") {
  CHECK(extracted("Sure:\n```lua\nlocal policy = {}\nfunction pol") ==
        "local policy = {}\nfunction pol\n");
}

TEST_CASE("a fence inside needs a longer fence outside") {
  const std::string code = "local text = [[\n```\n]]\nreturn text\n";
  CHECK(extracted("````lua\n" + code + "````") == code);
}

TEST_CASE("a block that was not closed ends where the next begins") {
  CHECK(extracted("```lua\nreturn 1\n\n```lua\n" + kPolicy + "```") == kPolicy);
}

TEST_CASE("a block of only white space is none") {
  CHECK_FALSE(extract_code("```lua\n \n```").ok());
  CHECK_FALSE(extract_code("```lua").ok());
}

TEST_CASE("thoughts are not the answer") {
  const std::string thoughts = "a draft\n```lua\n" + kPolicy + kPolicy + "```\n</think>\n";
  CHECK(extracted("<think>" + thoughts + "```lua\nreturn 1\n```") == "return 1\n");
  CHECK(extracted(thoughts + "```lua\nreturn 1\n```") == "return 1\n");
  CHECK(extracted("```lua\n" + kPolicy + "```\n</think>\n") == kPolicy);
}

TEST_CASE("without a fence only what looks like a policy counts") {
  CHECK(extracted(kPolicy) == kPolicy);
  CHECK(extracted("return {act = function(self, world) return self:wander() end}") ==
        "return {act = function(self, world) return self:wander() end}");
  for (const char* text :
       {"", "I would return a function that walks (slowly).", "return 1", "function f() end",
        "returned early\nfunction f() end", "`return` and `function`", "\n\n"}) {
    INFO(text);
    const auto code = extract_code(text);
    REQUIRE_FALSE(code.ok());
    CHECK(code.error().code == base::ErrorCode::kInvalidArgument);
    CHECK(code.error().message.find("```lua") != std::string::npos);
  }
}

TEST_CASE("a long reply takes linear time and keeps its bytes") {
  std::string code = "return {\n";
  for (int i = 0; i < 100'000; ++i) code += "'`~`', -- \xc3\xa4\n";
  code += "}\n";
  CHECK(extract_code("```lua\n" + code + "```").value() == code);
  CHECK_FALSE(extract_code(std::string(1'000'000, '`')).ok());
}
