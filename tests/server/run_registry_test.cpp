#include "server/run_registry.h"

#include <catch2/catch.hpp>

#include "engine/base/json.h"
#include "fake_run.h"
#include "server/run_resume.h"
#include "tests/abilities/run_fixture.h"

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
  RunRegistry registry(fake.function(), {.running = 1, .queued = 100, .finished = 2},
                       {std::chrono::steady_clock::now});
  for (int i = 0; i < 6; ++i) {
    const auto run = *registry.start(request());
    REQUIRE(eventually([&] { return run->over(); }));
  }
  CHECK(registry.list().size() <= 3);
}

TEST_CASE("who waits has a place, which moves up") {
  FakeRun fake;
  RunRegistry registry(fake.function(), {1, 4, 8}, {std::chrono::steady_clock::now});
  std::vector<std::shared_ptr<Run>> runs;
  for (int i = 0; i < 4; ++i) {
    runs.push_back(*registry.start(request()));
    if (i == 0) REQUIRE(eventually([&] { return fake.started() == 1; }));
  }
  for (std::size_t i = 0; i < 4; ++i) CHECK(registry.position(*runs[i]) == i);
  registry.terminate(*runs[1]);
  CHECK(registry.position(*runs[1]) == 0);
  CHECK(registry.position(*runs[2]) == 1);
  CHECK(registry.position(*runs[3]) == 2);
}

TEST_CASE("what the end of the server interrupts, and only that, can be gone on with") {
  const abilities::TemporaryFolder folder;
  FakeRun fake;
  std::vector<std::string> ids;
  {
    RunRegistry registry(fake.function(), {2, 4, 8}, {std::chrono::steady_clock::now},
                         folder.path());
    for (int i = 0; i < 4; ++i) ids.push_back((*registry.start(request()))->id());
    REQUIRE(eventually([&] { return fake.started() == 2; }));
    registry.terminate(*registry.find(ids[0]));
    REQUIRE(eventually([&] { return registry.find(ids[0])->over(); }));
    REQUIRE(eventually([&] { return fake.started() == 3; }));
    CHECK(registry.stop(std::chrono::seconds(10)));
    CHECK(registry.find(ids[0])->state() == RunState::kTerminated);
    for (int i = 1; i < 4; ++i) CHECK(registry.find(ids[i])->state() == RunState::kInterrupted);
  }
  const StoredRuns stored(folder.path());
  CHECK(stored.find(ids[0])->state == "terminated");
  for (int i = 1; i < 4; ++i) CHECK(stored.find(ids[i])->state == "interrupted");
  RunRegistry next(fake.function(), {2, 4, 8}, {std::chrono::steady_clock::now}, folder.path());
  abilities::RunRequest defaults;
  defaults.runs_dir = folder.path();
  resume_interrupted_runs(next, stored, defaults);
  fake.release();
  CHECK_FALSE(next.find(ids[0]));
  for (int i = 1; i < 4; ++i) {
    const auto run = next.find(ids[i]);
    REQUIRE(run);
    CHECK(eventually([&] { return run->state() == RunState::kDone; }));
    CHECK(run->request().user_goal == "fast");
  }
  CHECK(fake.resumed() == 0);  // a fake run keeps no request, so that none counts as begun
}

TEST_CASE("a run that is gone on with shows what happened before, without its former end") {
  const abilities::TemporaryFolder folder;
  FakeRun fake;
  RunRegistry registry(fake.function(), {1, 4, 8}, {std::chrono::steady_clock::now}, folder.path());
  const auto first = *registry.start(request());
  REQUIRE(eventually([&] { return first->script().sha256 == "aa"; }));
  CHECK_FALSE(registry.resume({request(), first->id(), true}).ok());
  registry.terminate(*first);
  REQUIRE(eventually([&] { return first->over(); }));
  fake.release();
  const auto second = *registry.resume({request(), first->id(), true});
  REQUIRE(eventually([&] { return second->over(); }));
  CHECK(fake.resumed() == 1);
  CHECK(second->state() == RunState::kDone);
  CHECK(registry.find(first->id()) == second);
  const auto texts = progress_of(*second);
  std::string types;
  for (const std::string& text : texts) {
    types += (*base::parse_json(text))["type"].GetString() + std::string(" ");
  }
  CHECK(types == "connected step best step best done ");
  CHECK(second->hub().progress()->options().epoch != first->hub().progress()->options().epoch);
}

TEST_CASE("a run that cannot be kept is not begun") {
  FakeRun fake;
  RunRegistry registry(fake.function(), {1, 4, 8}, {std::chrono::steady_clock::now},
                       "/dev/null/runs");
  const auto refused = registry.start(request());
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == base::ErrorCode::kIo);
  CHECK(registry.list().empty());
}

}  // namespace cherub::server
