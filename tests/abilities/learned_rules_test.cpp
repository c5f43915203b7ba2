#include "abilities/angel/learned_rules.h"

#include <catch2/catch.hpp>

#include "abilities/angel/prompt.h"
#include "abilities/ladder_fixtures.h"

using namespace cherub::abilities;
using namespace cherub::abilities::angel;

namespace {

Refusal refusal(const std::string& message, const std::string& hint) {
  Refusal made;
  made.code = "check";
  made.message = message;
  made.hint = hint;
  return made;
}

}  // namespace

TEST_CASE("rules are counted without their places, most frequent first, then oldest") {
  LearnedRules rules;
  const std::vector<Refusal> first = {
      refusal("'os' does not exist in policies", "use world.time"),
      refusal("3 of 9 acts failed; the first: policy:4: no such field", "test it")};
  const std::vector<Refusal> second = {
      refusal("8 of 9 acts failed; the first: policy:17: no such field", "test it")};
  rules.learn(first);
  rules.learn(second);
  const auto best = rules.best(10);
  REQUIRE(best.size() == 2);
  CHECK(best[0] == "no such field: test it (2 times)");
  CHECK(best[1] == "'os' does not exist in policies: use world.time");
  CHECK(rules.best(1).size() == 1);
}

TEST_CASE("refused intents teach their advice, whatever their number") {
  Refusal one = refusal("9 of 90 intents were refused", "check reach");
  one.code = kIntentsRefusedCode;
  CHECK(rule_of(one) == "too many intents refused: check reach");
}

TEST_CASE("ten thousand refusals of a megabyte make ten lines") {
  LearnedRules rules;
  for (int i = 0; i < 10'000; ++i) {
    const std::vector<Refusal> all = {
        refusal(std::to_string(i) + std::string(i % 100 == 0 ? 1 << 20 : 10, 'x'), "y\nz")};
    rules.learn(all);
  }
  const auto best = rules.best(kPromptRulesMax);
  CHECK(best.size() == kPromptRulesMax);
  for (const std::string& rule : best) {
    CHECK(rule.size() <= kPromptLineBytesMax);
    CHECK(rule.find('\n') == std::string::npos);
  }
}
