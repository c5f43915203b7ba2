#include <catch2/catch.hpp>

#include "abilities/run_loop.h"
#include "run_fixture.h"
#include "scripted_model.h"

namespace cherub::abilities {
namespace {

struct ModelRun {
  TemporaryFolder folder;
  std::deque<std::string> replies;
  std::vector<angel::ModelRequest> asked;
  KeepingObserver observer;
  RunSummary summary;

  RunControl control;
  double live_seconds = 0;
  bool comment = false;
  Limits limits;

  void run(std::uint32_t iterations, const char* goal = "reach the target") {
    RunRequest request = small_request(folder);
    request.live_seconds = live_seconds;
    request.critique_comment = comment;
    request.user_goal = goal;
    request.provider.provider = "openai";
    request.candidates = 0;
    request.iterations = iterations;
    request.limits = limits;
    RunTools tools;
    tools.make_model = [this](const angel::ProviderConfig&) {
      return base::Result<std::unique_ptr<angel::LanguageModel>>(
          std::make_unique<ScriptedModel>(replies, asked));
    };
    summary = execute_run_with(request, "model-run", control, observer, tools);
  }
};

std::string fenced(const std::string& source) {
  return "Here is a policy.\n```lua\n" + source + "```\nIt wanders.";
}

// The wanderer with a number of its own: another source that does the same.
std::string wanderer(int number) {
  return fenced("local policy = {}\nfunction policy.act(self, world) self:wander() return " +
                std::to_string(number) + " end\nreturn policy\n");
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a model's policy is measured, and its source and results go into the next prompt") {
  ModelRun run;
  run.replies = {fenced(kWandererSource), fenced(kCountingSource)};
  run.run(2);
  REQUIRE(run.summary.end == RunEnd::kDone);
  REQUIRE(run.asked.size() == 2);
  CHECK(contains(run.asked[0].user, "reach the target"));
  CHECK(contains(run.asked[1].user, "self:wander()"));
  CHECK(contains(run.asked[1].user, "iteration 1: score"));
  const std::string place = run.summary.dir + "/iteration_1/candidate_1/";
  CHECK(contains(file_text(place + "prompt.md"), "reach the target"));
  CHECK(contains(file_text(place + "reply.md"), "It wanders."));
}

TEST_CASE("profile counts the calls of the model, its tokens and its errors") {
  ModelRun run;
  run.replies = {fenced(kWandererSource)};
  run.live_seconds = 1;
  std::string searching, living;
  run.observer.hook = [&](const RunRecord& record) {
    std::string& told = record.type == "candidate" ? searching : living;
    if (!told.empty() || (record.type != "candidate" && record.type != "live")) return;
    told = "asked";
    run.control.ask(console::Profile{}, [&told](const ConsoleReply& reply) { told = reply.json; });
  };
  run.run(2);  // the second iteration finds the model asleep
  CHECK(contains(searching, R"("model":{"calls":)"));
  const auto profile = base::parse_json(living);
  REQUIRE(profile);
  const auto& model = (*profile)["model"];
  CHECK(model["calls"].GetUint64() == run.asked.size());
  CHECK(model["calls"].GetUint64() >= 2);
  CHECK(model["errors"].GetUint64() == model["calls"].GetUint64() - 1);
  CHECK(model["tokens_in"].GetUint64() == 30);
  CHECK(model["tokens_out"].GetUint64() == 12);
}

TEST_CASE("a refused reply goes back with its diagnostics") {
  ModelRun run;
  run.replies = {fenced("local policy = {}\nfunction policy.act(self, world\nreturn policy\n"),
                 fenced(kWandererSource)};
  run.run(1);
  CHECK(run.summary.end == RunEnd::kDone);
  REQUIRE(run.asked.size() == 2);
  CHECK(contains(run.asked[1].user, "error:"));
  CHECK(contains(run.asked[1].user, "function policy.act(self, world"));
  CHECK(run.summary.best_code == kWandererSource);
}

TEST_CASE("a model's comment on the critique is shown in the next prompt, and kept") {
  ModelRun run;
  run.comment = true;
  run.replies = {fenced(kWandererSource), "It wanders off.", fenced(kCountingSource)};
  run.run(2);
  REQUIRE(run.summary.end == RunEnd::kDone);
  REQUIRE(run.asked.size() == 3);
  CHECK(contains(run.asked[1].system, "You read what a policy"));
  CHECK(contains(run.asked[1].user, "self:wander()"));
  CHECK(contains(run.asked[1].user, "## Worst episode"));
  CHECK(contains(run.asked[2].user, "which may be wrong:\n\n```text\nIt wanders off.\n```"));
  CHECK(
      contains(file_text(run.summary.dir + "/iteration_1/critique_comment.md"), "It wanders off."));
  CHECK(run.observer.of_type("critique_comment").size() == 1);
  CHECK(contains(run.observer.of_type("estimate").front(), R"("calls":2,"calls_max":9)"));
}

TEST_CASE("a comment that cannot be had is left out, and the run goes on") {
  ModelRun run;
  run.comment = true;
  run.replies = {fenced(kWandererSource)};
  run.run(2);
  CHECK(run.summary.end == RunEnd::kDone);
  CHECK(run.summary.best_code == kWandererSource);
  CHECK(run.observer.of_type("critique_comment").empty());
}

TEST_CASE("prose is asked for code again") {
  ModelRun run;
  run.replies = {"I would rather talk about the weather.", fenced(kWandererSource)};
  run.run(1);
  CHECK(run.summary.end == RunEnd::kDone);
  CHECK(run.asked.size() == 2);
}

TEST_CASE("after three repair rounds a candidate is given up") {
  ModelRun run;
  for (int i = 0; i < 10; ++i) run.replies.push_back(fenced("return os.time()\n"));
  run.run(1);
  CHECK(run.summary.end == RunEnd::kFailed);
  CHECK(run.asked.size() == 4);
  CHECK(contains(run.summary.error, "os"));
}

TEST_CASE("what a refused candidate did wrong is told in the next iteration") {
  ModelRun run;
  for (int i = 0; i < 4; ++i) run.replies.push_back(fenced("return os.time()\n"));
  run.replies.push_back(fenced(kWandererSource));
  run.run(2);
  CHECK(run.summary.end == RunEnd::kDone);
  REQUIRE(run.asked.size() == 5);
  CHECK(contains(run.asked[4].user, "os"));
  CHECK(contains(run.asked[4].user, "error:"));
  const auto refused = std::filesystem::path(run.summary.dir) / "iteration_1/candidate_1";
  CHECK(contains(file_text(refused / "errors.json"), "\"diagnostics\":[{"));
}

TEST_CASE("a policy that always faults goes back with its fault") {
  ModelRun run;
  const std::string faulty =
      "local policy = {}\nfunction policy.act(self, world) error('no way') end\nreturn policy\n";
  run.replies = {fenced(faulty), fenced(kWandererSource)};
  run.run(1);
  CHECK(run.summary.end == RunEnd::kDone);
  REQUIRE(run.asked.size() == 2);
  CHECK(contains(run.asked[1].user, "no way"));
}

TEST_CASE("a model that does not answer fails the run, or leaves the best so far") {
  ModelRun silent;
  silent.run(2);
  CHECK(silent.summary.end == RunEnd::kFailed);
  CHECK(contains(silent.summary.error, "asleep"));

  ModelRun once;
  once.replies = {fenced(kWandererSource)};
  once.run(3);
  CHECK(once.summary.end == RunEnd::kDone);
  CHECK(once.summary.best_code == kWandererSource);
}

TEST_CASE("the budget ends a run with its best so far, after a warning") {
  ModelRun run;
  for (int i = 0; i < 10; ++i) run.replies.push_back(wanderer(10 + i));
  run.limits.calls = 3;
  run.run(10);
  CHECK(run.summary.end == RunEnd::kDone);
  CHECK(run.asked.size() == 3);
  CHECK(contains(run.summary.best_code, "return 10 "));
  CHECK(contains(run.summary.json, R"("reason":"budget","limit":"max_calls")"));
  CHECK(run.observer.of_type("warning").size() == 1);
  CHECK(contains(file_text(run.summary.dir + "/ledger.json"), R"("calls":3,"errors":0)"));
  const auto estimate = run.observer.of_type("estimate");
  REQUIRE(estimate.size() == 1);
  CHECK(run.observer.records.front().json == estimate.front());
  CHECK(contains(estimate.front(), R"("calls":10,"calls_max":40)"));
}

TEST_CASE("a budget for nothing fails and says what to raise") {
  ModelRun run;
  run.replies = {fenced(kWandererSource)};
  run.limits.ticks = 10;
  run.run(1);
  CHECK(run.summary.end == RunEnd::kFailed);
  CHECK(run.asked.empty());
  CHECK(contains(run.summary.error, "raise max_ticks"));
}

TEST_CASE("simulated ticks never pass their limit while searching") {
  ModelRun run;
  for (int i = 0; i < 20; ++i) run.replies.push_back(wanderer(10 + i));
  // Two episodes of 60 ticks are a candidate, and two more show what the
  // guards compare with.
  run.limits.ticks = 500;
  run.run(20);
  CHECK(run.summary.end == RunEnd::kDone);
  CHECK(run.asked.size() == 3);
  CHECK(contains(run.summary.json, R"("limit":"max_ticks")"));
}

TEST_CASE("a limit on cost without a price is refused before anything is asked") {
  ModelRun run;
  run.replies = {fenced(kWandererSource)};
  run.limits.cost = 1'000'000;
  run.run(1);
  CHECK(run.summary.end == RunEnd::kFailed);
  CHECK(run.asked.empty());
  CHECK(contains(run.summary.error, "limits.max_cost"));
}

TEST_CASE("a model may be given a goal that no metric names") {
  ModelRun run;
  run.replies = {fenced(kWandererSource)};
  run.run(1, "dance like nobody watches");
  CHECK(run.summary.end == RunEnd::kDone);
  CHECK(contains(run.summary.json, "\"note\":"));
}

}  // namespace cherub::abilities
