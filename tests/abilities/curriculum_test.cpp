#include "abilities/curriculum.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "engine/base/json.h"

namespace cherub::abilities {
namespace {

class Silent final : public RunObserver {
 public:
  void on_record(const RunRecord& record) override {
    if (record.type == "done") ++done;
  }
  void on_tick(const engine::World&, const engine::TickReport&) override {}
  bool wants_ticks() const override { return false; }
  int done = 0;
};

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / "cherub-curriculum-test";
  Folder() { std::filesystem::remove_all(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

RunRequest small_request(const Folder& folder) {
  RunRequest request;
  request.user_goal = "reach the target";
  request.runs_dir = folder.path.string();
  request.iterations = 1;
  request.candidates = 12;
  request.episodes = 2;
  request.live_seconds = 0;
  request.threads = 2;
  return request;
}

}  // namespace

TEST_CASE("settings of a request make its scenario, or tell what is wrong") {
  RunRequest request;
  request.settings = {"terrain.width=11", "terrain.depth=13"};
  const auto scenario = scenario_of(request);
  REQUIRE(scenario);
  CHECK(scenario->terrain.width == 11);
  CHECK(scenario->terrain.depth == 13);
  request.settings = {"terrain.width=12"};
  CHECK_FALSE(scenario_of(request));
  request.settings = {"terrain.hight=3"};
  CHECK(scenario_of(request).error().text().find("hight") != std::string::npos);
  RunRequest defaults;
  defaults.catalogue_dir = "somewhere";
  const auto read = run_request_from_json(
      R"({"user_goal":"reach the target","settings":["terrain.width=11"]})", defaults);
  REQUIRE(read);
  CHECK(read->settings == std::vector<std::string>{"terrain.width=11"});
  CHECK(read->catalogue_dir.empty());
  const auto json = base::parse_json(run_request_to_json(*read));
  REQUIRE(json);
  CHECK((*json)["settings"][0].GetString() == std::string("terrain.width=11"));
  for (const char* wrong : {R"({"user_goal":"x","settings":"terrain.width=11"})",
                            R"({"user_goal":"x","settings":[7]})"}) {
    CHECK_FALSE(run_request_from_json(wrong, {}));
  }
}

TEST_CASE("a curriculum must be one of the scenario's") {
  const Folder folder;
  RunRequest request = small_request(folder);
  const auto unknown = CurriculumRun::plan(request, "steep");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().message.find("standard") != std::string::npos);
  request.settings = {"terrain.width=12"};
  CHECK_FALSE(CurriculumRun::plan(request, "standard"));
}

TEST_CASE("steps begin from what the one before found, and end where too little succeeds") {
  const Folder folder;
  RunRequest request = small_request(folder);
  // Nobody gets anywhere: the first step is tried as often as may be, and no other.
  request.settings = {"episode_s=0.2"};
  auto hopeless = CurriculumRun::plan(request, "standard");
  REQUIRE(hopeless);
  Silent silent;
  auto outcome = hopeless->run("hopeless", silent, {}, [](const CurriculumTry&) {});
  CHECK_FALSE(outcome.passed);
  REQUIRE(outcome.tries.size() == kStepTriesMax);
  for (const CurriculumTry& made : outcome.tries) {
    CHECK(made.step == "garden");
    CHECK(made.summary.end == RunEnd::kDone);
    CHECK_FALSE(made.passed);
  }
  CHECK(silent.done == int(kStepTriesMax));
  CHECK(std::filesystem::exists(folder.path / "hopeless-garden-3" / "request.json"));
  // Terminated before it begins: one run that ends at once.
  request.settings.clear();
  auto ended = CurriculumRun::plan(request, "standard");
  REQUIRE(ended);
  ended->terminate();
  outcome = ended->run("ended", silent, {}, [](const CurriculumTry&) {});
  CHECK(outcome.tries.size() == 1);
  CHECK_FALSE(outcome.passed);
  CHECK(outcome.tries[0].summary.end != RunEnd::kDone);
}

}  // namespace cherub::abilities
