#include "server/run_registry.h"

#include <catch2/catch.hpp>

#include "fake_run.h"

namespace cherub::server {
namespace {

abilities::RunRequest request(std::string goal = "fast") {
  abilities::RunRequest wanted;
  wanted.user_goal = std::move(goal);
  return wanted;
}

std::vector<std::string> progress_of(Run& run) {
  const auto outbox = std::make_shared<Outbox>();
  run.hub().join_progress(outbox, run_state_name(run.state()));
  std::vector<std::string> texts;
  while (const auto message = outbox->pop()) texts.push_back(*message->bytes);
  return texts;
}

}  // namespace

TEST_CASE("at most the limit runs at a time, the rest waits in order") {
  FakeRun fake;
  RunRegistry registry(fake.function(), {2, 4, 8}, {std::chrono::steady_clock::now});
  std::vector<std::shared_ptr<Run>> runs;
  for (int i = 0; i < 3; ++i) runs.push_back(*registry.start(request()));
  REQUIRE(eventually([&] { return fake.started() == 2; }));
  CHECK(runs[2]->state() == RunState::kQueued);
  fake.release();
  REQUIRE(eventually([&] { return runs[2]->state() == RunState::kDone; }));
  CHECK(registry.list().size() == 3);
  CHECK(registry.find(runs[0]->id()) == runs[0]);
  CHECK_FALSE(registry.find("nobody"));
}

TEST_CASE("a full queue and an unknown scenario are refused") {
  FakeRun fake;
  RunRegistry registry(fake.function(), {1, 1, 8}, {std::chrono::steady_clock::now});
  REQUIRE(registry.start(request()).ok());
  REQUIRE(eventually([&] { return fake.started() == 1; }));
  REQUIRE(registry.start(request()).ok());
  const auto refused = registry.start(request());
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == base::ErrorCode::kUnavailable);
  abilities::RunRequest nowhere;
  nowhere.scenario = "nowhere";
  CHECK(registry.start(nowhere).error().where == "scenario");
}

TEST_CASE("a terminated run ends, a queued one without having begun") {
  FakeRun fake;
  RunRegistry registry(fake.function(), {1, 4, 8}, {std::chrono::steady_clock::now});
  const auto first = *registry.start(request());
  const auto second = *registry.start(request());
  REQUIRE(eventually([&] { return fake.started() == 1; }));
  registry.terminate(*second);
  CHECK(second->state() == RunState::kTerminated);
  CHECK(progress_of(*second).back().find("terminated") != std::string::npos);
  registry.terminate(*first);
  REQUIRE(eventually([&] { return first->state() == RunState::kTerminated; }));
  CHECK(fake.started() == 1);
}

TEST_CASE("an exception of a run is its failure, and the next run is served") {
  FakeRun fake;
  RunRegistry registry(fake.function(), {1, 4, 8}, {std::chrono::steady_clock::now});
  const auto broken = *registry.start(request("throw"));
  REQUIRE(eventually([&] { return broken->over(); }));
  CHECK(broken->state() == RunState::kFailed);
  CHECK(progress_of(*broken).back().find("a fault of the run") != std::string::npos);
  const auto next = *registry.start(request());
  CHECK(eventually([&] { return next->state() == RunState::kRunning; }));
}

TEST_CASE("whoever has read the last record finds the run over and its summary in place") {
  FakeRun fake;
  RunRegistry registry(fake.function(), {1, 4, 8}, {std::chrono::steady_clock::now});
  const auto run = *registry.start(request());
  REQUIRE(eventually([&] { return run->script().sha256 == "aa"; }));
  CHECK(run->summary_json() == "null");
  const auto outbox = std::make_shared<Outbox>();
  run->hub().join_progress(outbox, "running");
  fake.release();
  std::string text;
  REQUIRE(eventually([&] {
    const auto message = outbox->pop();
    if (message) text = *message->bytes;
    return text.find("done") != std::string::npos;
  }));
  CHECK(run->state() == RunState::kDone);
  CHECK(run->summary_json().find("score") != std::string::npos);
  CHECK(run->script().sha256 == "cc");
}

TEST_CASE("stopping terminates what runs and what waits") {
  FakeRun fake;
  RunRegistry registry(fake.function(), {1, 4, 8}, {std::chrono::steady_clock::now});
  const auto first = *registry.start(request());
  const auto second = *registry.start(request());
  REQUIRE(eventually([&] { return fake.started() == 1; }));
  CHECK(registry.stop(std::chrono::seconds(10)));
  CHECK(first->state() == RunState::kTerminated);
  CHECK(second->state() == RunState::kTerminated);
  CHECK_FALSE(registry.start(request()).ok());
}

TEST_CASE("old finished runs are forgotten, running ones are not") {
  FakeRun fake;
  fake.release();
  RunRegistry registry(fake.function(), {1, 100, 2}, {std::chrono::steady_clock::now});
  for (int i = 0; i < 6; ++i) {
    const auto run = *registry.start(request());
    REQUIRE(eventually([&] { return run->over(); }));
  }
  CHECK(registry.list().size() <= 3);
}

}  // namespace cherub::server
