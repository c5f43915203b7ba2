#include <catch2/catch.hpp>
#include <deque>
#include <set>

#include "abilities/run_loop.h"
#include "abilities/seeds.h"
#include "run_fixture.h"
#include "tests/text.h"

namespace cherub::abilities {
namespace {

// Says its lines one after the other, in a fence.
class Actor final : public angel::LanguageModel {
 public:
  explicit Actor(std::deque<std::string>& lines) : lines_(lines) {}
  base::Result<angel::ModelReply> complete(const angel::ModelRequest&,
                                           const std::atomic<bool>*) override {
    if (lines_.empty()) return base::Error{base::ErrorCode::kUnavailable, "No more lines.", ""};
    angel::ModelReply reply;
    reply.text = "```lua\n" + lines_.front() + "```\n";
    lines_.pop_front();
    return reply;
  }

 private:
  std::deque<std::string>& lines_;
};

struct Play {
  TemporaryFolder folder;
  RunRequest request = small_request(folder);
  std::deque<std::string> lines;
  KeepingObserver observer;
  RunSummary summary;

  void run() {
    request.provider.provider = "openai";
    RunTools tools;
    tools.make_model = [this](const angel::ProviderConfig&) {
      return base::Result<std::unique_ptr<angel::LanguageModel>>(std::make_unique<Actor>(lines));
    };
    RunControl control;
    summary = execute_run_with(request, "play", control, observer, tools);
  }
  // The `candidate` records of a state.
  std::vector<rapidjson::Document> told(const std::string& state) const {
    std::vector<rapidjson::Document> found;
    for (const std::string& json : observer.of_type("candidate")) {
      auto record = base::parse_json(json);
      REQUIRE(record);
      if ((*record)["state"].GetString() == state) found.push_back(std::move(*record));
    }
    return found;
  }
};

std::string policy_of(const std::string& act) {
  return "local policy = {}\nfunction policy.act(self, world)\n" + act + "\nend\nreturn policy\n";
}

// Straight to the target, whatever lies in the way.
const std::string kReckless = policy_of(
    "  local target = world.target()\n"
    "  if self.last_move == 'blocked' then return self:wander() end\n"
    "  return self:move(target.x - self.x, target.y - self.y)");
const std::string kSelfless = policy_of(
    "  for dx = -4, 4 do\n"
    "    for dy = -4, 4 do\n"
    "      local x, y = self.x + dx, self.y + dy\n"
    "      if world.tile(x, y) == 'hazard' then\n"
    "        local step = world.path_step(x, y, 0)\n"
    "        if step then return self:move_to(step.x, step.y) end\n"
    "      end\n"
    "    end\n"
    "  end\n"
    "  self:wander()");
const std::string kIdle = policy_of("  return nil");

// A record without what may differ from run to run.
std::string comparable(const RunRecord& record) {
  auto document = base::parse_json(record.json);
  REQUIRE(document);
  for (const char* name : {"timing", "dir", "ledger", "wall_time_s"}) document->RemoveMember(name);
  return base::to_json(*document);
}

}  // namespace

TEST_CASE("a search is the same on any number of threads") {
  std::vector<std::string> first;
  for (const unsigned threads : {1u, 2u, 4u, 7u}) {
    const TemporaryFolder folder;
    RunRequest request = small_request(folder);
    request.candidates = 20;  // two batches that race, and shorter texts of the best
    request.iterations = 2;
    request.threads = threads;
    KeepingObserver observer;
    RunControl control;
    const RunSummary summary = execute_run(request, "race", control, observer);
    REQUIRE(summary.end == RunEnd::kDone);
    std::vector<std::string> story;
    std::multiset<std::string> episodes;  // they end in any order
    for (const RunRecord& record : observer.records) {
      if (record.type == "episode_summary") episodes.insert(comparable(record));
      const bool progress = record.json.find("\"state\":\"evaluating\"") != std::string::npos;
      if (record.type != "step" && record.type != "episode_summary" && !progress) {
        story.push_back(comparable(record));
      }
    }
    story.insert(story.end(), episodes.begin(), episodes.end());
    story.push_back(summary.best_code);
    if (first.empty()) first = story;
    CAPTURE(threads);
    CHECK(story == first);
  }
}

TEST_CASE("a batch races on the same seeds, and only who ran all of them is the best") {
  const TemporaryFolder folder;
  RunRequest request = small_request(folder);
  request.candidates = 24;
  KeepingObserver observer;
  RunControl control;
  REQUIRE(execute_run(request, "race", control, observer).end == RunEnd::kDone);
  std::map<std::uint64_t, std::set<std::uint64_t>> seeds;  // by episode number
  for (const std::string& json : observer.of_type("episode_summary")) {
    const auto record = base::parse_json(json);
    seeds[(*record)["episode"].GetUint64()].insert((*record)["seed"].GetUint64());
  }
  CHECK(seeds.size() == 24);  // twelve times the two that were asked for
  for (const auto& [episode, used] : seeds) {
    CHECK(used == std::set<std::uint64_t>{episode_seed(1, SeedUse::kTuning, episode - 1)});
  }
  std::map<std::uint64_t, int> by_episodes;
  for (const std::string& json : observer.of_type("candidate")) {
    const auto record = base::parse_json(json);
    if (std::string((*record)["state"].GetString()) != "scored") continue;
    const std::uint64_t done = (*record)["episodes_done"].GetUint64();
    ++by_episodes[done];
    CHECK((*record)["screened_out"].GetBool() == (done < 24));
    CHECK(std::string((*record)["rung"].GetString()) == (done == 1 ? "V4" : "V5"));
    if (done < 24) CHECK_FALSE((*record)["is_best"].GetBool());
  }
  CHECK(by_episodes[8] >= 4);
  CHECK(by_episodes[24] >= 1);
  for (const auto& [done, count] : by_episodes) {
    CAPTURE(done, count);
    CHECK((done == 1 || done == 8 || done == 16 || done == 24));
  }
}

TEST_CASE("who buys a score with a guarded metric is refused as the best, and told why") {
  Play play;
  play.request.user_goal = "approach the target";
  play.request.episodes = 8;
  play.request.max_steps = 600;
  play.request.existing_code = kIdle;
  play.lines = {kReckless};
  play.request.candidates = 1;
  play.run();
  REQUIRE(play.summary.end == RunEnd::kDone);
  CHECK(play.summary.best_code == kIdle);
  const auto scored = play.told("scored");
  REQUIRE(scored.size() == 2);
  REQUIRE(scored[1].HasMember("guards"));
  CHECK(scored[1]["score"].GetDouble() > scored[0]["score"].GetDouble());
  CHECK_FALSE(scored[1]["is_best"].GetBool());
  CHECK(std::string(scored[1]["guards"][0]["metric"].GetString()) == "damage");
  CHECK(std::string(scored[1]["message"].GetString()).find("of the code that was given") !=
        std::string::npos);
  const std::string critique = file_text(play.summary.dir + "/iteration_1/critique.md");
  CHECK(critique.find("## Refused as the best\n\ndamage is ") != std::string::npos);
}

TEST_CASE("one's own policy is measured and kept, whatever it does to guarded metrics") {
  Play play;
  play.request.episodes = 8;
  play.request.max_steps = 600;
  play.request.policy_code = kReckless;
  play.run();
  REQUIRE(play.summary.end == RunEnd::kDone);
  CHECK(play.summary.best_code == kReckless);
}

TEST_CASE("a run whose candidates all break guards tells which") {
  Play play;
  play.request.user_goal = "approach the target";
  play.request.episodes = 8;
  play.request.max_steps = 600;
  play.lines = {kSelfless};
  play.request.candidates = 1;
  play.run();
  REQUIRE(play.summary.end == RunEnd::kFailed);
  CHECK(testing::has(play.summary.error, "No candidate that was measured may be kept."));
  CHECK(testing::has(play.summary.error, "damage is "));
  CHECK(testing::has(play.summary.error, "of the random walker"));
}

TEST_CASE("a goal that aims the other way lifts the guard") {
  Play play;
  play.request.user_goal = "reach the target with as much damage as possible";
  play.request.episodes = 8;
  play.request.max_steps = 200;
  play.request.existing_code = kIdle;
  play.lines = {kReckless};
  play.request.candidates = 1;
  play.run();
  REQUIRE(play.summary.end == RunEnd::kDone);
  CHECK(play.summary.best_code == kReckless);
  const auto judged = play.told("judged");
  REQUIRE(judged.size() == 1);
  CHECK(std::string(judged[0]["rung"].GetString()) == "V6");
  CHECK(std::string(judged[0]["judgement"]["verdict"].GetString()) == "better");
  CHECK(judged[0]["judgement"]["interval"]["low"].GetDouble() > 0);
}

TEST_CASE("a reply that repeats an earlier one is refused before it is measured") {
  Play play;
  play.request.candidates = 3;
  std::string renamed = kReckless;
  for (std::size_t at = renamed.find("target."); at != std::string::npos;
       at = renamed.find("target.", at + 1)) {
    renamed.replace(at, 7, "goal.");
  }
  renamed.replace(renamed.find("local target"), 12, "local goal");
  play.lines = {kReckless, "-- The same in other words.\n" + renamed, kIdle};
  play.run();
  REQUIRE(play.summary.end == RunEnd::kDone);
  const auto refused = play.told("refused");
  REQUIRE(refused.size() == 1);
  CHECK(std::string(refused[0]["message"].GetString()).find("candidate 1 of iteration 1") !=
        std::string::npos);
  CHECK(play.told("scored").size() == 2);
}

TEST_CASE("three iterations without a better policy end a run") {
  Play play;
  play.request.candidates = 1;
  play.request.iterations = 9;
  // All of them stand still: none is better than the first.
  for (int i = 11; i < 20; ++i) play.lines.push_back(policy_of("  return " + std::to_string(i)));
  play.run();
  REQUIRE(play.summary.end == RunEnd::kDone);
  CHECK(play.observer.of_type("iteration").size() == 4);
  const auto summary = base::parse_json(play.summary.json);
  CHECK(std::string((*summary)["reason"].GetString()) == "no_gain");
  CHECK(play.summary.best_code == policy_of("  return 11"));
}

TEST_CASE("a budget that ends the first race keeps its leader") {
  const TemporaryFolder folder;
  RunRequest request = small_request(folder);
  request.candidates = 16;
  request.limits.ticks = 3920;  // sixteen episodes, and hardly the first heat after them
  KeepingObserver observer;
  RunControl control;
  const RunSummary summary = execute_run(request, "race", control, observer);
  REQUIRE(summary.end == RunEnd::kDone);
  const auto json = base::parse_json(summary.json);
  CHECK(std::string((*json)["reason"].GetString()) == "budget");
  CHECK((*json)["tuning"]["episodes"].GetUint64() < 24);
  CHECK_FALSE(summary.best_code.empty());
}

}  // namespace cherub::abilities
