#include <catch2/catch.hpp>
#include <fstream>
#include <set>

#include "abilities/run_records.h"
#include "engine/base/sha256.h"
#include "run_fixture.h"

namespace cherub::abilities {
namespace {

namespace fs = std::filesystem;

// The summary without what may differ: times and the folder.
std::string comparable(const std::string& summary) {
  auto document = base::parse_json(summary);
  REQUIRE(document);
  document->RemoveMember("timing");
  (*document)["ledger"].RemoveMember("seconds");
  document->RemoveMember("dir");
  return base::to_json(*document);
}

RunSummary run_with(const RunRequest& request, KeepingObserver& observer) {
  RunControl control;
  return execute_run(request, "test-run", control, observer);
}

struct Hostile {
  const char* source;
  const char* state;
  const char* word;  // in the message
};

constexpr Hostile kHostile[] = {
    {"local p = {} function p.act(self, world) local n = 0 while n >= 0 do n = n + 1 end end "
     "return p",
     "faulted", "fuel"},
    {"local p = {} function p.act(self, world) while true do end end return p", "refused", "end"},
    {"local p = {} function p.act(self, world) local s = 'xxxxxxxx' local t = {} "
     "for i = 1, 1e9 do s = s .. s t[i] = s end end return p",
     "faulted", "out of"},
    {"local p = {} function p.act(self, world) os.execute('true') end return p", "refused", "os"},
    {"local p = {} function p.act(self, world) error('no') end return p", "faulted", "no"},
    {"this is not Lua", "refused", ""},
    {"while true do end return {}", "refused", ""},
    {"return 7", "refused", ""},
};

}  // namespace

TEST_CASE("a run leaves a folder that tells all of it") {
  const TemporaryFolder folder;
  RunRequest request = small_request(folder);
  request.iterations = 2;
  request.live_seconds = 3;
  KeepingObserver observer;
  const RunSummary summary = run_with(request, observer);
  REQUIRE(summary.end == RunEnd::kDone);
  CHECK_FALSE(observer.overlapped);
  CHECK(observer.ticks > 0);
  const fs::path dir = summary.dir;
  for (const char* name :
       {"request.json", "aggregate.json", "critique.md", "critique.json", "best.lua",
        "summary.json", "live/journal/0000-0000000000.jsonl", "iteration_1/aggregate.json",
        "iteration_1/critique.md", "iteration_1/candidate_1/policy.lua",
        "iteration_1/candidate_1/summaries.json",
        "iteration_1/candidate_1/steps/episode_1.jsonl"}) {
    CAPTURE(name);
    CHECK(fs::file_size(dir / name) > 0);
  }
  CHECK_FALSE(fs::exists(dir / "iteration_1/candidate_1/errors.json"));  // it has none
  for (const auto& entry : fs::recursive_directory_iterator(dir)) {
    CHECK(entry.path().extension() != ".new");
  }
  CHECK(file_text(dir / "best.lua") == summary.best_code);
  CHECK(file_text(dir / "summary.json") == summary.json + "\n");
  CHECK(summary.ticks == 30);

  REQUIRE_FALSE(observer.records.empty());
  CHECK(observer.records.front().type == "estimate");
  CHECK(observer.records.back().type == "done");
  CHECK(observer.of_type("done").size() == 1);
  CHECK(observer.of_type("iteration").size() == 2);
  CHECK(observer.of_type("critique").size() >= 1);
  const auto receipts = observer.of_type("receipt_stats");
  REQUIRE(receipts.size() == observer.of_type("critique").size());
  CHECK((*base::parse_json(receipts.front()))["receipts"]["accepted"].GetUint64() > 0);
  for (const RunRecord& record : observer.records) {
    const auto document = base::parse_json(record.json);
    REQUIRE(document);
    CHECK((*document)["type"].GetString() == record.type);
  }
}

TEST_CASE("candidates that one seed threw out are lines, all others have folders") {
  const TemporaryFolder folder;
  RunRequest request = small_request(folder);
  request.candidates = 40;
  KeepingObserver observer;
  const RunSummary summary = run_with(request, observer);
  REQUIRE(summary.end == RunEnd::kDone);
  const fs::path dir = fs::path(summary.dir) / "iteration_1";
  std::set<std::uint64_t> lines, scored;
  std::ifstream file(dir / "dropped.jsonl");
  for (std::string line; std::getline(file, line);) {
    const auto dropped = base::parse_json(line);
    REQUIRE(dropped);
    CHECK(base::sha256_hex((*dropped)["source"].GetString()) == (*dropped)["sha256"].GetString());
    CHECK(lines.insert((*dropped)["candidate"].GetUint64()).second);
  }
  for (const std::string& json : observer.of_type("candidate")) {
    const auto record = base::parse_json(json);
    REQUIRE(record);
    if ((*record)["state"].GetString() != std::string("scored")) continue;
    if ((*record)["iteration"].GetUint64() != 1) continue;
    const std::uint64_t number = (*record)["candidate"].GetUint64();
    scored.insert(number);
    const bool has_folder =
        fs::exists(dir / ("candidate_" + std::to_string(number)) / "summaries.json");
    CHECK(has_folder != lines.contains(number));
    CHECK(lines.contains(number) ==
          ((*record)["screened_out"].GetBool() && (*record)["episodes_done"].GetUint64() == 1));
  }
  CHECK(scored.size() > lines.size());
  CHECK_FALSE(lines.empty());
}

TEST_CASE("the same request gives the same run") {
  const TemporaryFolder first_folder, second_folder;
  KeepingObserver first, second;
  RunRequest request = small_request(first_folder);
  request.live_seconds = 2;
  const RunSummary one = run_with(request, first);
  request.runs_dir = second_folder.path();
  request.threads = 1;
  const RunSummary other = run_with(request, second);
  CHECK(comparable(one.json) == comparable(other.json));
  CHECK(one.best_code == other.best_code);
}

TEST_CASE("a hostile policy ends the run with its reason") {
  for (const Hostile& hostile : kHostile) {
    CAPTURE(hostile.source);
    const TemporaryFolder folder;
    RunRequest request = small_request(folder);
    request.policy_code = hostile.source;
    KeepingObserver observer;
    const RunSummary summary = run_with(request, observer);
    CHECK(summary.end == RunEnd::kFailed);
    CHECK(summary.error.find(hostile.word) != std::string::npos);
    CHECK(observer.records.back().type == "error");
    bool told = false;
    for (const std::string& json : observer.of_type("candidate")) {
      const auto record = base::parse_json(json);
      if (std::string((*record)["state"].GetString()) != hostile.state) continue;
      told = true;
      CHECK((*record)["diagnostics"].IsArray());
      CHECK((*record)["message"].GetStringLength() > 0);
    }
    CHECK(told);
  }
}

TEST_CASE("policy_code is measured once, without an angel") {
  const TemporaryFolder folder;
  RunRequest request = small_request(folder);
  request.user_goal.clear();
  request.policy_code = kWandererSource;
  request.iterations = 5;
  KeepingObserver observer;
  const RunSummary summary = run_with(request, observer);
  CHECK(summary.end == RunEnd::kDone);
  CHECK(summary.best_code == kWandererSource);
  CHECK(observer.of_type("episode_summary").size() == request.episodes);
}

TEST_CASE("existing code is the first candidate and the one to beat") {
  const TemporaryFolder folder;
  RunRequest request = small_request(folder);
  request.existing_code = kWandererSource;
  KeepingObserver observer;
  const RunSummary summary = run_with(request, observer);
  CHECK(summary.end == RunEnd::kDone);
  CHECK(file_text(summary.dir + "/iteration_1/candidate_1/policy.lua") == kWandererSource);
}

TEST_CASE("a terminated run keeps the best so far") {
  const TemporaryFolder folder;
  RunRequest request = small_request(folder);
  request.iterations = 50;
  request.candidates = 20;
  RunControl control;
  KeepingObserver observer;
  int scored = 0;
  observer.hook = [&](const RunRecord& record) {
    const bool is_scored = record.json.find("\"state\":\"scored\"") != std::string::npos;
    if (is_scored && ++scored == 3) control.terminate();
  };
  const RunSummary summary = execute_run(request, "stopped", control, observer);
  CHECK(summary.end == RunEnd::kTerminated);
  CHECK(observer.records.back().type == "terminated");
  CHECK_FALSE(summary.best_code.empty());
  CHECK(file_text(summary.dir + "/best.lua") == summary.best_code);
  CHECK(scored < 20);
}

TEST_CASE("a folder that cannot be written ends the run with path and reason") {
  const TemporaryFolder folder;
  RunRequest request = small_request(folder);
  request.runs_dir = folder.path() + "/file";
  std::ofstream(request.runs_dir) << "not a folder";
  KeepingObserver observer;
  const RunSummary summary = run_with(request, observer);
  CHECK(summary.end == RunEnd::kFailed);
  CHECK(summary.error.find(request.runs_dir) != std::string::npos);
  CHECK(observer.records.size() == 1);
  CHECK(observer.records.back().type == "error");
}

TEST_CASE("a write that fails in the middle ends the run and keeps the best so far") {
  const TemporaryFolder folder;
  RunRequest request = small_request(folder);
  request.iterations = 3;
  KeepingObserver observer;
  int iterations = 0;
  observer.hook = [&](const RunRecord& record) {
    if (record.type != "iteration" || ++iterations != 2) return;
    std::ofstream(folder.path() + "/test-run/iteration_2") << "in the way";
  };
  const RunSummary summary = run_with(request, observer);
  CHECK(summary.end == RunEnd::kFailed);
  CHECK(summary.error.find("iteration_2") != std::string::npos);
  CHECK(observer.records.back().type == "error");
  CHECK_FALSE(summary.best_code.empty());
  CHECK(file_text(summary.dir + "/best.lua") == summary.best_code);
}

TEST_CASE("a goal that is not understood fails before anything is written") {
  const TemporaryFolder folder;
  RunRequest request = small_request(folder);
  request.user_goal = "bake a cake";
  KeepingObserver observer;
  const RunSummary summary = run_with(request, observer);
  CHECK(summary.end == RunEnd::kFailed);
  CHECK(summary.error.find("Understood are") != std::string::npos);
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("a request's JSON is read strictly") {
  const auto good = run_request_from_json(
      R"({"user_goal":"reach","episodes":3,"max_steps":100,"limits":{"threads":2},"seed":5})", {});
  REQUIRE(good);
  CHECK(good->episodes == 3);
  CHECK(good->threads == 2);
  const auto again = run_request_from_json(run_request_to_json(*good), {});
  REQUIRE(again);
  CHECK(run_request_to_json(*again) == run_request_to_json(*good));

  const std::pair<const char*, const char*> wrong[] = {
      {R"({"user_goal":"x","episodez":3})", "episodez"},
      {R"({"user_goal":"x","episodes":0})", "episodes"},
      {R"({"user_goal":"x","episodes":1001})", "episodes"},
      {R"({"user_goal":"x","episodes":1.5})", "episodes"},
      {R"({"user_goal":3})", "user_goal"},
      {R"({"user_goal":"x","limits":{"seed":1}})", "limits.seed"},
      {R"({"user_goal":"x","key_variable":"HOME"})", "key_variable"},
      {R"({"user_goal":"x","runs_dir":"/"})", "runs_dir"},
      {R"({})", "user_goal"},
  };
  for (const auto& [json, field] : wrong) {
    CAPTURE(json);
    const auto request = run_request_from_json(json, {});
    REQUIRE_FALSE(request);
    CHECK(request.error().where == field);
  }
  CHECK_FALSE(run_request_from_json("[]", {}));
}

TEST_CASE("a provider's password is not written down") {
  RunRequest request;
  request.user_goal = "reach";
  request.provider.base_url = "https://user:secret@host/v1";
  CHECK(run_request_to_json(request).find("secret") == std::string::npos);
  CHECK(run_request_to_json(request).find("https://host/v1") != std::string::npos);
}

}  // namespace cherub::abilities
