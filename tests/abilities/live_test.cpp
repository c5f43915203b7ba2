#include <catch2/catch.hpp>

#include "abilities/journal_file.h"
#include "abilities/replay.h"
#include "run_fixture.h"

namespace cherub::abilities {
namespace {

constexpr const char* kRestless =
    "local policy = {}\nfunction policy.act(self, world) self:move(1, 1) end\n"
    "function policy.migrate(old) old.moved = true return old end\nreturn policy\n";

// A run of a given policy that then lives for a while.
struct LiveRun {
  TemporaryFolder folder;
  RunControl control;
  KeepingObserver observer;
  RunRequest request;
  RunSummary summary;
  std::vector<ReloadOutcome> outcomes;

  LiveRun() {
    request = small_request(folder);
    request.policy_code = kCountingSource;
    request.scenario = "pasture";
    request.episodes = 1;
    request.max_steps = 5;
    request.live_seconds = 25;
  }
  void reload(const std::string& slot, const std::string& source) {
    control.reload(slot, source,
                   [this](const ReloadOutcome& outcome) { outcomes.push_back(outcome); });
  }
  // Reloads before the first tick, which waits for the check.
  void run_and_reload(const std::string& source) {
    observer.hook = [this, source](const RunRecord& record) {
      const auto is = [&](const char* type, const char* state) {
        return record.type == type &&
               record.json.find(std::string("\"state\":\"") + state + "\"") != std::string::npos;
      };
      if (is("live", "started")) control.pause();
      if (is("live", "paused")) reload("policy", source);
      if (is("reload", "checked")) control.resume();
    };
    summary = execute_run(request, "live-run", control, observer);
  }
  // Calls `act` once, when the live world has begun.
  void run_and_when_live(std::function<void()> act) {
    observer.hook = [act = std::move(act), done = false](const RunRecord& record) mutable {
      if (done || record.type != "live") return;
      done = true;
      act();
    };
    summary = execute_run(request, "live-run", control, observer);
  }
  [[nodiscard]] engine::Recording recording() const {
    auto recording = read_journal(summary.dir + "/live/journal");
    REQUIRE(recording);
    return std::move(*recording);
  }
};

ReplayReport replayed(const engine::Recording& recording, bool jit) {
  ReplayOptions options;
  options.jit = jit;
  const auto report = replay_recording(recording, options);
  REQUIRE(report);
  return *report;
}

}  // namespace

TEST_CASE("a good reload goes through all steps and is replayed") {
  LiveRun live;
  live.run_and_reload(kRestless);
  REQUIRE(live.summary.end == RunEnd::kDone);
  REQUIRE(live.outcomes.size() == 1);
  CHECK(live.outcomes[0].verdict.ok);
  CHECK(live.summary.ticks == 250);
  std::string steps;
  for (const std::string& json : live.observer.of_type("reload")) {
    const auto record = base::parse_json(json);
    CHECK((*record)["new_sha256"].GetString() == live.outcomes[0].sha256);
    steps += std::string((*record)["state"].GetString()) + " " +
             std::to_string((*record)["tick"].GetUint64()) + ", ";
  }
  CHECK(steps == "submitted 0, checked 0, shadowed 20, swapped 20, probation 21, accepted 121, ");
  CHECK(live.recording().sources.size() == 2);
  CHECK(replayed(live.recording(), true).verified);
}

TEST_CASE("a refused reload changes nothing") {
  LiveRun plain, refused;
  plain.run_and_when_live([] {});
  refused.run_and_when_live([&] {
    refused.reload("policy", "return os.time()");
    refused.reload("policy", "not even Lua");
    refused.reload("nowhere", kRestless);
  });
  REQUIRE(refused.outcomes.size() == 3);
  for (const ReloadOutcome& outcome : refused.outcomes) {
    CHECK_FALSE(outcome.verdict.ok);
    CHECK_FALSE(outcome.tick);
    CHECK_FALSE(outcome.verdict.diagnostics.empty());
  }
  CHECK(refused.summary.hash == plain.summary.hash);
}

TEST_CASE("a paused world checks reloads, and takes the other steps as its ticks come") {
  LiveRun live;
  int stepped = 0;
  live.observer.hook = [&](const RunRecord& record) {
    const auto has = [&](const char* type, const char* state) {
      return record.type == type &&
             record.json.find(std::string("\"state\":\"") + state + "\"") != std::string::npos;
    };
    if (has("live", "started")) live.control.pause();
    if (has("live", "paused")) live.reload("policy", kRestless);
    if (has("reload", "checked")) live.control.step(3);
    if (has("live", "stepped") && ++stepped == 3) live.control.resume();
  };
  live.summary = execute_run(live.request, "paused-run", live.control, live.observer);
  CHECK(live.summary.end == RunEnd::kDone);
  CHECK(stepped == 3);
  REQUIRE(live.outcomes.size() == 1);
  CHECK(live.outcomes[0].verdict.ok);
  CHECK_FALSE(live.outcomes[0].tick);  // nobody waits for a world that stands still
  CHECK(live.summary.ticks == 250);
  CHECK(replayed(live.recording(), true).verified);
}

TEST_CASE("commands reach the live world and are replayed") {
  LiveRun live;
  live.run_and_when_live([&] {
    live.control.submit(engine::Rain{0.5});
    live.control.submit(engine::Spawn{"rabbit", 5, 5, 0, 3});
    live.control.submit(engine::Spawn{"dragon", 5, 5, 0, 3});  // there are none
  });
  const engine::Recording recording = live.recording();
  CHECK(recording.commands.size() == 3);  // with the first version's installation
  CHECK(live.observer.of_type("command").size() == 1);
  CHECK(replayed(recording, true).verified);
}

TEST_CASE("a reload before the live world waits for it") {
  LiveRun live;
  live.reload("policy", kRestless);
  live.summary = execute_run(live.request, "early-run", live.control, live.observer);
  REQUIRE(live.outcomes.size() == 1);
  CHECK(live.outcomes[0].verdict.ok);
  CHECK_FALSE(live.outcomes[0].tick);
  REQUIRE(live.observer.of_type("reload").size() >= 2);
  CHECK(live.observer.of_type("reload")[0].find("\"submitted\"") != std::string::npos);
}

TEST_CASE("when the run has ended, reloads are answered at once") {
  LiveRun live;
  live.run_and_when_live([] {});
  live.reload("policy", kRestless);
  REQUIRE(live.outcomes.size() == 1);
  CHECK_FALSE(live.outcomes[0].verdict.ok);
}

TEST_CASE("a live world is saved when it is asked to be, paused or not") {
  LiveRun live;
  live.request.autosave_s = 0;
  live.observer.hook = [&](const RunRecord& record) {
    if (record.type != "live") return;
    if (record.json.find("\"started\"") != std::string::npos) live.control.pause();
    if (record.json.find("\"paused\"") != std::string::npos) {
      live.control.step(7);
      live.control.save();
    }
    if (record.json.find("\"tick\":7") != std::string::npos) {
      live.control.save();
      live.control.resume();
    }
  };
  live.summary = execute_run(live.request, "saved-run", live.control, live.observer);
  CHECK(live.summary.end == RunEnd::kDone);
  const auto saves = live.recording().saves;
  REQUIRE(saves.size() >= 2);
  CHECK(saves.back() == 250);
  CHECK(saves.front() <= 8);  // one that finds another being written waits for it
  for (const std::string& record : live.observer.of_type("save")) {
    CHECK(record.find("\"done\"") != std::string::npos);
  }
  const auto report = replay_run(live.summary.dir, {});
  REQUIRE(report);
  CHECK(report->verified);
}

TEST_CASE("a world that is gone on with has the hashes of one that never stopped") {
  LiveRun parts, whole;
  parts.request.live_seconds = 10;
  parts.run_and_when_live([] {});
  parts.request.live_seconds = 15;
  RunControl control;
  const RunSummary more = continue_world(parts.summary.dir, parts.request, control, parts.observer);
  CHECK(more.end == RunEnd::kDone);
  CHECK(more.ticks == 150);
  whole.run_and_when_live([] {});
  CHECK(more.hash == whole.summary.hash);
  CHECK(parts.recording().hashes == whole.recording().hashes);
  const auto report = replay_run(parts.summary.dir, {});
  REQUIRE(report);
  CHECK(report->verified);
  CHECK(report->ticks == 250);
  RunControl nowhere;
  CHECK(continue_world("/nowhere", parts.request, nowhere, parts.observer).end == RunEnd::kFailed);
}

TEST_CASE("a terminated live world is recorded up to its last tick") {
  LiveRun live;
  live.request.live_seconds = 24 * 3600;
  live.request.live_paced = true;
  live.run_and_when_live([&] { live.control.terminate(); });
  CHECK(live.summary.end == RunEnd::kTerminated);
  CHECK(live.recording().hashes.size() == live.summary.ticks);
}

TEST_CASE("a replay gives the same hashes with the JIT on and off") {
  LiveRun live;
  live.run_and_reload(kRestless);
  for (const bool jit : {true, false}) {
    ReplayOptions options;
    options.jit = jit;
    const auto report = replay_run(live.summary.dir, options);
    REQUIRE(report);
    CHECK(report->verified);
    CHECK(report->ticks == 250);
    CHECK(report->hash == live.summary.hash);
    CHECK_FALSE(report->first_difference_tick);
  }
}

TEST_CASE("a replay finds the tick at which a record was altered") {
  LiveRun live;
  live.run_and_when_live([] {});
  const engine::Recording good = live.recording();

  engine::Recording flipped = good;
  flipped.hashes[137] ^= 1;
  ReplayReport report = replayed(flipped, true);
  CHECK_FALSE(report.verified);
  CHECK(report.first_difference_tick == std::optional<std::uint64_t>(137));

  engine::Recording memories = good;
  memories.behaviour_hashes[1] ^= 1;
  CHECK(replayed(memories, true).first_difference_tick == std::optional<std::uint64_t>(100));

  engine::Recording source = good;
  source.sources.begin()->second += " ";
  CHECK(replayed(source, true).first_difference_tick == std::optional<std::uint64_t>(0));

  engine::Recording missing = good;
  missing.sources.clear();
  CHECK(replayed(missing, true).first_difference_tick == std::optional<std::uint64_t>(0));
}

TEST_CASE("a folder without a recording is an error with its path") {
  const TemporaryFolder folder;
  const auto report = replay_run(folder.path(), {});
  REQUIRE_FALSE(report);
  CHECK(report.error().code == base::ErrorCode::kNotFound);
  CHECK(report.error().where.find(folder.path()) != std::string::npos);
}

}  // namespace cherub::abilities
