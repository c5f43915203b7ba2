#include "abilities/resume.h"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <set>

#include "abilities/run_loop.h"
#include "run_fixture.h"
#include "scripted_model.h"

namespace cherub::abilities {
namespace {

namespace fs = std::filesystem;

constexpr const char* kId = "test-run";

RunRequest request_in(const TemporaryFolder& folder) {
  RunRequest request = small_request(folder);
  request.iterations = 2;
  request.candidates = 6;
  request.threads = 1;
  return request;
}

// The summary without what may differ: times and the folder.
std::string comparable(const std::string& summary) {
  auto document = base::parse_json(summary);
  REQUIRE(document);
  document->RemoveMember("timing");
  document->RemoveMember("dir");
  (*document)["ledger"].RemoveMember("seconds");
  return base::to_json(*document);
}

RunSummary run_with(const RunRequest& request, bool resumes, const MakeModel& make_model = {}) {
  RunControl control;
  KeepingObserver observer;
  RunTools tools;
  tools.resumes = resumes;
  tools.make_model = make_model;
  return execute_run_with(request, kId, control, observer, tools);
}

RunSummary resume(const std::string& dir, std::string_view changes = "{}",
                  const MakeModel& make_model = {}) {
  const auto run = resumed_run(dir, changes, RunRequest());
  REQUIRE(run);
  CHECK(run->run_id == kId);
  return run_with(run->request, true, make_model);
}

// What was measured, as lines.
std::multiset<std::string> measured_in(const std::string& dir) {
  std::ifstream file(dir + "/measured.jsonl");
  std::multiset<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.insert(line);
  return lines;
}

// The files of a run that tell what was searched for and found.
std::string outcome_of(const std::string& dir) {
  std::string all;
  for (int iteration = 1; iteration <= 2; ++iteration) {
    const std::string folder = dir + "/iteration_" + std::to_string(iteration) + "/";
    all += file_text(folder + "aggregate.json") + file_text(folder + "critique.md");
    for (int candidate = 1; candidate <= 40; ++candidate) {
      all += file_text(folder + "candidate_" + std::to_string(candidate) + "/policy.lua");
    }
  }
  return all + file_text(dir + "/best.lua") + file_text(dir + "/aggregate.json");
}

// Does the run in a process of its own, and kills that when it has measured so many bytes.
void run_and_kill(const RunRequest& request, bool resumes, std::uintmax_t bytes) {
  const std::string path = request.runs_dir + "/" + kId + "/measured.jsonl";
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    run_with(request, resumes);
    ::_exit(0);
  }
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    std::error_code none;
    const auto size = fs::file_size(path, none);
    if (!none && size >= bytes) ::kill(child, SIGKILL);
    ::usleep(200);
  }
}

}  // namespace

TEST_CASE("a search that was ended goes on to the same result, and measures nothing twice") {
  const TemporaryFolder whole_folder, folder;
  const RunSummary whole = run_with(request_in(whole_folder), false);
  REQUIRE(whole.end == RunEnd::kDone);
  for (const int stop_at : {1, 4, 9}) {
    const TemporaryFolder ended_folder;
    RunControl control;
    KeepingObserver observer;
    int scored = 0;
    observer.hook = [&](const RunRecord& record) {
      const bool is_scored = record.json.find("\"state\":\"scored\"") != std::string::npos;
      if (is_scored && ++scored == stop_at) control.terminate();
    };
    const RunSummary ended =
        execute_run_with(request_in(ended_folder), kId, control, observer, RunTools());
    REQUIRE(ended.end == RunEnd::kTerminated);
    const RunSummary resumed = resume(ended.dir);
    CHECK(resumed.end == RunEnd::kDone);
    CHECK(comparable(resumed.json) == comparable(whole.json));
    CHECK(outcome_of(resumed.dir) == outcome_of(whole.dir));
    const auto all = measured_in(whole.dir), here = measured_in(resumed.dir);
    CHECK(here.size() <= all.size());
    CHECK(std::set(here.begin(), here.end()) == std::set(all.begin(), all.end()));
  }
}

TEST_CASE("a search that is killed at random moments comes to the same result") {
  const TemporaryFolder whole_folder, folder;
  const RunSummary whole = run_with(request_in(whole_folder), false);
  const RunRequest request = request_in(folder);
  const auto measured = fs::file_size(whole.dir + "/measured.jsonl");
  base::RandomStream random(20'261'121);
  run_and_kill(request, false, 1);
  std::set<std::uintmax_t> moments;
  for (int i = 0; i < 6; ++i) moments.insert(random.below(measured));
  for (const std::uintmax_t bytes : moments) run_and_kill(request, true, bytes);
  const RunSummary resumed = run_with(request, true);
  CHECK(resumed.end == RunEnd::kDone);
  CHECK(comparable(resumed.json) == comparable(whole.json));
  CHECK(outcome_of(resumed.dir) == outcome_of(whole.dir));
}

TEST_CASE("a budget that ended a search may be raised, and the ledger goes on") {
  const TemporaryFolder whole_folder, folder;
  const RunSummary whole = run_with(request_in(whole_folder), false);
  RunRequest request = request_in(folder);
  request.limits.ticks = 900;
  const RunSummary poor = run_with(request, false);
  REQUIRE(poor.json.find("\"reason\":\"budget\"") != std::string::npos);
  const RunSummary rich = resume(poor.dir, R"({"limits":{"max_ticks":100000000}})");
  CHECK(rich.end == RunEnd::kDone);
  CHECK(rich.json.find("\"reason\":\"budget\"") == std::string::npos);
  CHECK(outcome_of(rich.dir) == outcome_of(whole.dir));
}

TEST_CASE("a model is not asked again what it answered before") {
  const auto fenced = [](const std::string& source) { return "```lua\n" + source + "```\n"; };
  const TemporaryFolder folder;
  std::deque<std::string> replies = {fenced("return os.time()\n"), fenced(kWandererSource),
                                     fenced(kCountingSource)};
  std::vector<angel::ModelRequest> asked;
  const MakeModel make_model = [&](const angel::ProviderConfig&) {
    return base::Result<std::unique_ptr<angel::LanguageModel>>(
        std::make_unique<ScriptedModel>(replies, asked));
  };
  RunRequest request = request_in(folder);
  request.provider.provider = "openai";
  request.candidates = 0;
  request.limits.calls = 2;
  const RunSummary poor = run_with(request, false, make_model);
  CHECK(asked.size() == 2);
  const RunSummary rich = resume(poor.dir, R"({"limits":{"max_calls":10}})", make_model);
  CHECK(rich.end == RunEnd::kDone);
  REQUIRE(asked.size() == 3);
  CHECK(asked[2].user != asked[1].user);
  CHECK(rich.json.find("\"calls\":3") != std::string::npos);
  CHECK(file_text(rich.dir + "/iteration_2/candidate_1/policy.lua") == kCountingSource);
}

TEST_CASE("what cannot be gone on with is refused with its reason") {
  const TemporaryFolder folder;
  const auto missing = resumed_run(folder.path() + "/nothing", "{}", RunRequest());
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == base::ErrorCode::kNotFound);

  const RunSummary done = run_with(request_in(folder), false);
  const auto complete = resumed_run(done.dir, "{}", RunRequest());
  REQUIRE_FALSE(complete);
  CHECK(complete.error().code == base::ErrorCode::kConflict);
  const auto longer = resumed_run(done.dir + "/", R"({"iterations":3})", RunRequest());
  REQUIRE(longer);
  CHECK(longer->request.iterations == 3);
  CHECK(longer->request.runs_dir == folder.path());
  const auto wrong = resumed_run(done.dir, R"({"iterations":0})", RunRequest());
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().where == "iterations");
}

TEST_CASE("a run that another process has is refused, and its folder is left alone") {
  const TemporaryFolder folder;
  const RunRequest request = request_in(folder);
  const RunSummary done = run_with(request, false);
  const std::string summary = file_text(done.dir + "/summary.json");
  auto file =
      OutputFile::open(real_file_system(), done.dir + "/measured.jsonl", OutputFile::Mode::kAppend);
  REQUIRE(file);
  REQUIRE(file->lock());
  const RunSummary second = run_with(request, true);
  CHECK(second.end == RunEnd::kFailed);
  CHECK(second.error.find("measured.jsonl") != std::string::npos);
  CHECK(file_text(done.dir + "/summary.json") == summary);
}

TEST_CASE("a live world that an earlier try left is kept") {
  const TemporaryFolder folder;
  CHECK(free_live_dir(folder.path()) == folder.path() + "/live");
  fs::create_directory(folder.path() + "/live");
  CHECK(free_live_dir(folder.path()) == folder.path() + "/live_2");
}

}  // namespace cherub::abilities
