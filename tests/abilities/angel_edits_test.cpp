#include <catch2/catch.hpp>

#include "abilities/angel/edits.h"

using namespace cherub;
using namespace cherub::abilities::angel;

namespace {

constexpr const char* kPolicy =
    "local policy = {}\n"
    "function policy.act(self, world)\n"
    "  local x = 1\n"
    "  self:wander()\n"
    "  self:wander()\n"
    "end\n"
    "return policy\n";

std::string block(const std::string& search, const std::string& replace) {
  return "<<<<<<< SEARCH\n" + search + "=======\n" + replace + ">>>>>>> REPLACE\n";
}

std::string problem_of(const std::string& reply) {
  const auto changed = apply_edits(kPolicy, reply);
  REQUIRE_FALSE(changed);
  CHECK(changed.error().code == base::ErrorCode::kInvalidArgument);
  return changed.error().message;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("blocks are applied in their order, each to what those before it made") {
  const std::string reply = "Two changes.\n```\n" + block("  local x = 1\n", "  local y = 2\n") +
                            "```\nand then\n" + block("  local y = 2  \r\n  self:wander()\n", "") +
                            "That is all.";
  const auto changed = apply_edits(kPolicy, reply);
  REQUIRE(changed);
  CHECK(*changed ==
        "local policy = {}\nfunction policy.act(self, world)\n  self:wander()\nend\nreturn "
        "policy\n");
}

TEST_CASE("a block that does not fit is told by its number and reason") {
  CHECK(has(problem_of("no blocks"), "no block that begins with <<<<<<< SEARCH"));
  const std::string near = problem_of(block("  local x = 2\n", ""));
  CHECK(has(near, "block 1: the line `local x = 2` is not in the policy"));
  CHECK(has(near, "the most similar one is `local x = 1`"));
  CHECK(has(problem_of(block("  self:wander()\n", "  self:idle()\n")),
            "block 1: its lines stand 2 times (from the lines 4, 5)"));
  CHECK(has(problem_of(block("", "x\n")), "searches for nothing"));
  CHECK(has(problem_of(block("end\n  self:wander()\n", "")), "not in this order"));
  CHECK(has(problem_of("<<<<<<< SEARCH\n  local x = 1\n=======\n"), "not closed"));
  CHECK(has(problem_of("<<<<<<< SEARCH\n<<<<<<< SEARCH\n"), "block 2: it is not closed"));
  const std::string two = problem_of(block("no\n", "") + block("nor this\n", ""));
  CHECK(has(two, "block 1:"));
  CHECK(has(two, "\nblock 2:"));
}

TEST_CASE("hostile replies end in an error of bounded length") {
  std::string many;
  for (std::size_t i = 0; i <= kEditsMax; ++i) many += block("return policy\n", "return policy\n");
  CHECK(has(problem_of(many), "65 blocks"));
  const std::string huge(1u << 20, 'x');
  CHECK(problem_of(block(huge + "\n", huge + "\n")).size() < 1000);
  CHECK(has(problem_of("<<<<<<< SEARCH\n" + std::string("\0\xff\n", 3)), "not closed"));
}

TEST_CASE("what merely looks like a block is none") {
  CHECK(has_edits("text\n<<<<<<< SEARCH \nx"));
  CHECK_FALSE(has_edits("a <<<<<<< SEARCH b"));
  CHECK_FALSE(has_edits("```lua\nreturn {}\n```"));
}
