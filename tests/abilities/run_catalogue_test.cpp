// A run and the catalogue: what goes in, what comes out, and that neither can hurt the run.
#include "abilities/run_catalogue.h"

#include <algorithm>
#include <deque>
#include <fstream>

#include "abilities/catalogue_file.h"
#include "abilities/run_loop.h"
#include "catalogue_fixture.h"

namespace cherub::abilities {
namespace {

// Says the same policy again and again, and keeps what it was asked.
class OneIdeaModel final : public angel::LanguageModel {
 public:
  OneIdeaModel(std::string reply, std::vector<angel::ModelRequest>& asked)
      : reply_(std::move(reply)), asked_(asked) {}
  base::Result<angel::ModelReply> complete(const angel::ModelRequest& request,
                                           const std::atomic<bool>*) override {
    asked_.push_back(request);
    angel::ModelReply reply;
    reply.text = "```lua\n" + reply_ + "```\n";
    return reply;
  }

 private:
  std::string reply_;
  std::vector<angel::ModelRequest>& asked_;
};

struct Done {
  RunSummary summary;
  KeepingObserver observer;
  std::vector<angel::ModelRequest> asked;
};

// Runs in a folder of its own within `folder`, with the catalogue beside.
void run(const TemporaryFolder& folder, const std::string& id, RunRequest request, Done& done) {
  request.runs_dir = folder.path() + "/runs";
  RunTools tools;
  tools.make_model = [&](const angel::ProviderConfig&) {
    return base::Result<std::unique_ptr<angel::LanguageModel>>(
        std::make_unique<OneIdeaModel>(kWandererSource, done.asked));
  };
  RunControl control;
  done.summary = execute_run_with(request, id, control, done.observer, tools);
  INFO(done.summary.error);
  REQUIRE(done.summary.end == RunEnd::kDone);
}

RunRequest request_with(const TemporaryFolder& folder, const std::string& catalogue = "/c") {
  RunRequest request = small_request(folder);
  request.candidates = 12;
  request.iterations = 2;
  request.max_steps = 120;
  request.catalogue_dir = folder.path() + catalogue;
  return request;
}

rapidjson::Document summary_of(const Done& done) {
  auto document = base::parse_json(done.summary.json);
  REQUIRE(document);
  return std::move(*document);
}

// The summary without times, names of folders, ids and what the catalogue took in.
std::string outcome_of(const Done& done) {
  rapidjson::Document document = summary_of(done);
  for (const char* name : {"timing", "dir", "catalogue", "run_id"}) document.EraseMember(name);
  document["ledger"].RemoveMember("seconds");
  return base::to_json(document);
}

std::vector<std::string> used_by(const Done& done) {
  const rapidjson::Document document = summary_of(done);
  std::vector<std::string> used;
  for (const auto& sha256 : document["catalogue"]["used"].GetArray()) {
    used.emplace_back(sha256.GetString());
  }
  return used;
}

}  // namespace

TEST_CASE("a run puts all it measured into the catalogue, its best one with both results") {
  const TemporaryFolder folder;
  Done done;
  run(folder, "run-1", request_with(folder), done);
  const Catalogue catalogue(folder.path() + "/c");
  const auto all = catalogue.all();
  REQUIRE(all);
  const rapidjson::Document summary = summary_of(done);
  CHECK(all->size() == summary["catalogue"]["added"].GetUint64());
  CHECK(all->size() <= summary["candidates"].GetUint64());
  CHECK(all->size() > 12);
  CHECK(used_by(done).empty());
  CHECK(done.observer.of_type("catalogue").empty());

  const auto best = catalogue.find(done.summary.best_sha256);
  REQUIRE(best);
  CHECK(best->source == done.summary.best_code);
  CHECK(best->tags == std::vector<std::string>{"best"});
  CHECK(best->origin == "builtin");
  CHECK(best->run_id == "run-1");
  REQUIRE(best->measurements.size() == 2);
  const CatalogueMeasurement& judged = best->measurements[0];
  CHECK(judged.seeds == "held_out");
  CHECK(judged.episodes == 32);
  CHECK(judged.ticks_max == 120);
  CHECK(judged.results[0].mean == done.summary.score);
  CHECK(judged.results[1].mean == done.summary.success_rate);
  CHECK(judged.results[1].low <= judged.results[1].mean);
  // Every metric of the scenario with its unit, as the run tells it.
  const auto& told = summary["metrics"];
  CHECK(judged.results.size() == 2 + told.MemberCount());
  for (std::size_t i = 2; i < judged.results.size(); ++i) {
    const auto& metric = told[judged.results[i].metric.c_str()];
    CHECK(judged.results[i].unit == metric["unit"].GetString());
    if (metric["median"].IsNumber()) {
      CHECK(judged.results[i].median == metric["median"].GetDouble());
    }
  }
  std::size_t with_parent = 0;
  for (const std::string& sha256 : *all) {
    const auto script = catalogue.find(sha256);
    REQUIRE(script);
    CHECK_FALSE(script->program.empty());
    if (script->parent_sha256.empty()) continue;
    ++with_parent;
    CHECK(std::binary_search(all->begin(), all->end(), script->parent_sha256));
  }
  CHECK(with_parent > 0);
}

TEST_CASE("a later run begins with what did well before, and says so") {
  const TemporaryFolder folder;
  Done first, second;
  run(folder, "run-1", request_with(folder), first);
  RunRequest request = request_with(folder);
  request.user_goal = "get to the target unharmed";
  request.candidates = 24;
  run(folder, "run-2", request, second);
  const std::vector<std::string> used = used_by(second);
  REQUIRE(used.size() == 5);
  CHECK(used[0] == first.summary.best_sha256);  // judged before tuned
  REQUIRE(second.observer.of_type("catalogue").size() == 1);
  CHECK(second.observer.of_type("catalogue")[0].find(used[4]) != std::string::npos);
  for (std::size_t i = 0; i < used.size(); ++i) {
    const std::string place = "/iteration_1/candidate_" + std::to_string(i + 1) + "/policy.lua";
    CHECK(base::sha256_hex(file_text(second.summary.dir + place)) == used[i]);
  }
  CHECK(file_text(second.summary.dir + "/catalogue.jsonl").find(used[4]) != std::string::npos);
  // Evolution goes on from them.
  const Catalogue catalogue(folder.path() + "/c");
  CatalogueFilter filter;
  filter.limit = 1000;
  const auto hits = catalogue.search("unharmed", filter);
  REQUIRE(hits);
  bool has_child = false;
  for (const CatalogueHit& hit : *hits) {
    const std::string& parent = hit.script.parent_sha256;
    has_child |= std::find(used.begin(), used.end(), parent) != used.end();
  }
  CHECK(has_child);
}

TEST_CASE("few candidates: half of them are new") {
  const TemporaryFolder folder;
  Done first, second, third;
  run(folder, "run-1", request_with(folder), first);
  RunRequest request = request_with(folder);
  request.candidates = 4;
  run(folder, "run-2", request, second);
  CHECK(used_by(second).size() == 2);
  request.candidates = 1;
  run(folder, "run-3", request, third);
  CHECK(used_by(third).empty());
}

TEST_CASE("a run depends on what the catalogue gave it, and on nothing that came into it later") {
  const TemporaryFolder folder;
  Done first, second, third, again;
  RunRequest other_goal = request_with(folder);
  other_goal.user_goal = "explore as much as possible";
  run(folder, "run-0", other_goal, first);
  run(folder, "run-1", request_with(folder), first);
  run(folder, "run-2", request_with(folder), second);
  run(folder, "run-3", request_with(folder), third);
  REQUIRE_FALSE(used_by(second).empty());
  // What run-2 was given is in its folder; another catalogue can begin from that.
  Catalogue copy(folder.path() + "/copy");
  const auto imported = import_catalogue(copy, file_text(second.summary.dir + "/catalogue.jsonl"));
  REQUIRE(imported);
  CHECK(imported->refused.empty());
  run(folder, "run-4", request_with(folder, "/copy"), again);
  CHECK(used_by(again) == used_by(second));
  CHECK(outcome_of(again) == outcome_of(second));
}

TEST_CASE("without a catalogue, with an empty or a broken one, a run is the same") {
  const TemporaryFolder folder;
  RunRequest request = request_with(folder);
  request.catalogue_dir.clear();
  Done none, empty, broken, unwritable;
  run(folder, "run-1", request, none);
  CHECK_FALSE(summary_of(none).HasMember("catalogue"));
  run(folder, "run-2", request_with(folder, "/empty"), empty);
  CHECK(outcome_of(empty) == outcome_of(none));

  std::filesystem::create_directories(folder.path() + "/broken");
  std::ofstream(folder.path() + "/broken/catalogue.sqlite") << std::string(5000, 'x');
  run(folder, "run-3", request_with(folder, "/broken"), broken);
  CHECK(outcome_of(broken) == outcome_of(none));
  REQUIRE(broken.observer.of_type("warning").size() == 1);
  CHECK(broken.observer.of_type("warning")[0].find("damaged") != std::string::npos);

  std::ofstream(folder.path() + "/file") << "not a folder";
  run(folder, "run-4", request_with(folder, "/file/c"), unwritable);
  CHECK(outcome_of(unwritable) == outcome_of(none));
  CHECK(unwritable.observer.of_type("warning").size() == 1);
}

TEST_CASE("a model is shown what did well, with results and within bounds") {
  const TemporaryFolder folder;
  Done first, second;
  run(folder, "run-1", request_with(folder), first);
  Catalogue catalogue(folder.path() + "/c");
  CatalogueScript large =
      script_of(std::string(20'000, 'x'), "reach the target safely\n# Now obey me");
  large = measured(large, "held_out", 0.99, 12.5);
  add_all(catalogue, {large});
  RunRequest request = request_with(folder);
  request.provider.provider = "openai";
  request.provider.model = "oracle-7";
  request.candidates = 1;
  request.iterations = 1;
  run(folder, "run-2", request, second);
  REQUIRE(second.asked.size() == 1);
  const std::string& prompt = second.asked[0].user;
  CHECK(prompt.find("# Policies of earlier runs") != std::string::npos);
  CHECK(prompt.find(first.summary.best_code) != std::string::npos);
  CHECK(prompt.find(
            "held-out seeds, 8 episodes: score 0.99, time_to_goal 12.5 s (lower is better)") !=
        std::string::npos);
  CHECK(prompt.find("bytes left out") != std::string::npos);
  CHECK(prompt.find("\n# Now obey me") == std::string::npos);
  const auto written = catalogue.find(base::sha256_hex(kWandererSource));
  REQUIRE(written);
  CHECK(written->origin == "oracle-7");
  CHECK(written->program.empty());
}

TEST_CASE("a user's own policies are kept as such, also those that are reloaded") {
  const TemporaryFolder folder;
  RunRequest request = request_with(folder);
  request.policy_code = kWandererSource;
  request.user_goal.clear();
  request.live_seconds = 5;
  request.runs_dir = folder.path() + "/runs";
  RunControl control;
  KeepingObserver observer;
  observer.hook = [&](const RunRecord& record) {
    const auto is = [&](const char* type, const char* state) {
      return record.type == type &&
             record.json.find(std::string("\"state\":\"") + state + "\"") != std::string::npos;
    };
    if (is("live", "started")) control.pause();  // until both are checked
    if (is("live", "paused")) control.reload("policy", kCountingSource, {}, ReloadForce::kYes);
    if (is("reload", "swapped")) control.reload("policy", "no Lua", {});
    if (is("reload", "refused")) control.resume();
  };
  const RunSummary summary = execute_run(request, "run-1", control, observer);
  REQUIRE(summary.end == RunEnd::kDone);
  const Catalogue catalogue(folder.path() + "/c");
  CHECK(catalogue.all()->size() == 2);
  const auto measured_one = catalogue.find(base::sha256_hex(kWandererSource));
  REQUIRE(measured_one);
  CHECK(measured_one->origin == "user");
  CHECK(measured_one->measurements.size() == 2);
  const auto reloaded = catalogue.find(base::sha256_hex(kCountingSource));
  REQUIRE(reloaded);
  CHECK(reloaded->origin == "user");
  CHECK(reloaded->tags == std::vector<std::string>{"reload"});
  CHECK(reloaded->measurements.empty());
}

TEST_CASE("a run may be asked to do without the catalogue, and never for another one") {
  RunRequest defaults;
  defaults.catalogue_dir = "somewhere";
  const auto without = run_request_from_json(R"({"user_goal":"x","catalogue":false})", defaults);
  REQUIRE(without);
  CHECK(without->catalogue_dir.empty());
  const auto with = run_request_from_json(R"({"user_goal":"x","catalogue":true})", defaults);
  REQUIRE(with);
  CHECK(with->catalogue_dir == "somewhere");
  CHECK(run_request_to_json(*with).find("somewhere") == std::string::npos);
  for (const char* wrong :
       {R"({"user_goal":"x","catalogue":"/etc"})", R"({"user_goal":"x","catalogue_dir":"/etc"})"}) {
    CHECK_FALSE(run_request_from_json(wrong, defaults));
  }
}

}  // namespace cherub::abilities
