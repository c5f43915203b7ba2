#include "abilities/angel/model_angel.h"

#include <catch2/catch.hpp>
#include <map>

#include "run_fixture.h"
#include "scripted_model.h"

namespace cherub::abilities {
namespace {

using angel::Brief;
using angel::Draft;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string fenced(const std::string& source) {
  return "```lua\n" + source + "```\n";
}

constexpr const char* kBroken = "return os.time()\n";
constexpr const char* kChange =
    "<<<<<<< SEARCH\nfunction policy.act(self, world) self:wander() end\n=======\n"
    "function policy.act(self, world) self:move(1, 0) end\n>>>>>>> REPLACE\n";

// A model angel in the maze, with what it asks and is told.
struct Bench {
  std::deque<std::string> replies;
  std::vector<angel::ModelRequest> asked;
  engine::Scenario scenario = *engine::builtin_scenario("maze");
  Ladder ladder{scenario, std::make_shared<scripting::ScriptRegistry>(), {}};
  std::unique_ptr<angel::ModelAngel> angel;
  Brief brief;

  explicit Bench(std::uint64_t seed = 1) {
    angel = std::make_unique<angel::ModelAngel>(
        std::make_unique<ScriptedModel>(replies, asked),
        [this](const std::string& source) { return ladder.climb(source); }, seed);
    brief.goal = "reach the target";
    brief.scenario = &scenario;
  }
  Draft next() { return *angel->next(brief, nullptr); }
  [[nodiscard]] std::string kind() const {
    const std::string& user = asked.back().user;
    if (has(user, "<<<<<<< SEARCH")) return "diff";
    return has(user, "# Another good policy") ? "cross" : "full";
  }
};

// A bench whose next draft is asked for in one way.
std::uint64_t seed_for(const std::string& kind, std::uint64_t drafts_before) {
  for (std::uint64_t seed = 1;; ++seed) {
    Bench bench(seed);
    for (std::uint64_t i = 0; i < drafts_before; ++i) {
      bench.replies = {fenced(kWandererSource)};
      bench.angel->learn(bench.next().id, 0.1);
    }
    bench.brief.parent_code = kCountingSource;
    bench.replies = {fenced(kWandererSource)};
    bench.next();
    if (bench.kind() == kind) return seed;
  }
}

}  // namespace

TEST_CASE("without a parent a whole policy is asked for, with one 60, 30 and 10 % of each kind") {
  std::map<std::string, int> counts;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Bench bench(seed);
    bench.replies = {fenced(kWandererSource)};
    const Draft first = bench.next();
    CHECK(bench.kind() == "full");
    bench.angel->learn(first.id, 0.25);
    bench.brief.parent_code = kCountingSource;
    for (int i = 0; i < 100; ++i) {
      bench.replies = {fenced(kWandererSource)};
      bench.next();
      ++counts[bench.kind()];
    }
  }
  CHECK(counts["diff"] > 550);
  CHECK(counts["diff"] < 650);
  CHECK(counts["full"] > 250);
  CHECK(counts["full"] < 350);
  CHECK(counts["cross"] > 70);
  CHECK(counts["cross"] < 130);
}

TEST_CASE("the same seed and replies ask the same questions") {
  std::vector<std::string> users;
  for (int run = 0; run < 2; ++run) {
    Bench bench(7);
    bench.replies = {fenced(kBroken), fenced(kWandererSource), fenced(kCountingSource)};
    bench.angel->learn(bench.next().id, 0.5);
    bench.brief.parent_code = kWandererSource;
    bench.next();
    for (const auto& request : bench.asked) users.push_back(request.system + request.user);
  }
  REQUIRE(users.size() == 6);
  for (std::size_t i = 0; i < 3; ++i) CHECK(users[i] == users[i + 3]);
}

TEST_CASE("changes are made to the parent, and a whole policy is as welcome") {
  Bench bench(seed_for("diff", 0));
  bench.brief.parent_code = kWandererSource;
  bench.replies = {kChange};
  const Draft changed = bench.next();
  CHECK_FALSE(changed.refused);
  CHECK(has(changed.source, "self:move(1, 0)"));
  CHECK_FALSE(has(changed.source, "SEARCH"));

  Bench other(seed_for("diff", 0));
  other.brief.parent_code = kWandererSource;
  other.replies = {fenced(kCountingSource)};
  CHECK(other.next().source == kCountingSource);
}

TEST_CASE("changes that do not fit go back with the reason, and may be mended") {
  Bench bench(seed_for("diff", 0));
  bench.brief.parent_code = kWandererSource;
  bench.replies = {"<<<<<<< SEARCH\nself:fly()\n=======\n>>>>>>> REPLACE\n", kChange};
  const Draft draft = bench.next();
  CHECK_FALSE(draft.refused);
  REQUIRE(draft.exchanges.size() == 2);
  CHECK(has(draft.exchanges[0].refusal, "block 1: the line `self:fly()`"));
  CHECK(has(bench.asked[1].user, "block 1: the line `self:fly()`"));
  CHECK(bench.kind() == "diff");
}

TEST_CASE("two parents are shown with the score of the second") {
  const std::uint64_t seed = seed_for("cross", 1);
  Bench bench(seed);
  bench.replies = {fenced(kWandererSource), fenced(kWandererSource)};
  bench.angel->learn(bench.next().id, 0.125);
  bench.brief.parent_code = kCountingSource;
  bench.next();
  const std::string& user = bench.asked.back().user;
  CHECK(has(user, kCountingSource));
  CHECK(has(user, std::string("# Another good policy\n\nIts score was 0.125.\n\n```lua\n") +
                      kWandererSource));
}

TEST_CASE("the same error twice asks for another policy instead of a patch") {
  Bench bench;
  bench.replies = {fenced(kBroken), fenced(std::string("\n\n") + kBroken), fenced(kWandererSource)};
  CHECK_FALSE(bench.next().refused);
  REQUIRE(bench.asked.size() == 3);
  CHECK(has(bench.asked[1].user, "Correct every one of these"));
  CHECK_FALSE(has(bench.asked[1].user, "came twice"));
  CHECK(has(bench.asked[2].user, "The same mistake came twice"));
  CHECK_FALSE(has(bench.asked[2].user, "Correct every one of these"));
}

TEST_CASE("what replies were refused for is a rule in all later prompts") {
  Bench bench;
  bench.replies = {fenced(kBroken), fenced(kWandererSource), fenced(kWandererSource)};
  bench.next();
  bench.next();
  CHECK_FALSE(has(bench.asked[0].user, "# Learned in this run"));
  for (const std::size_t later : {1, 2}) {
    CHECK(has(bench.asked[later].user, "# Learned in this run"));
    CHECK(has(bench.asked[later].user, "- 'os' does not exist in policies"));
  }
}

TEST_CASE("a policy that fails only in a crowd goes back with the fixture's name") {
  Bench bench;
  bench.replies = {
      fenced("local policy = {}\nfunction policy.act(self, world)\n"
             "if world.count('walker', 6) > 2 then error('help') end\nself:wander()\nend\n"
             "return policy\n"),
      fenced(kWandererSource)};
  const Draft draft = bench.next();
  CHECK_FALSE(draft.refused);
  CHECK(has(bench.asked[1].user, "in the fixture crowded"));
  CHECK(has(bench.asked[1].user, "help"));
}

TEST_CASE("after four refused replies the candidate is given up, with all its rounds kept") {
  Bench bench;
  for (int i = 0; i < 6; ++i) bench.replies.push_back(fenced(kBroken));
  const Draft draft = bench.next();
  CHECK(draft.refused);
  CHECK(draft.exchanges.size() == 4);
  REQUIRE_FALSE(draft.refusals.empty());
  CHECK(draft.refusals.front().rung == Rung::kContract);
}

}  // namespace cherub::abilities
