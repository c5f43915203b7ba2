#include "abilities/catalogue.h"

#include <algorithm>
#include <fstream>

#include "catalogue_fixture.h"

namespace cherub::abilities {
namespace {

CatalogueScript named(const std::string& name, const std::string& goal) {
  CatalogueScript script = script_of(name, goal);
  script.name = name;
  return script;
}

}  // namespace

TEST_CASE("a folder that is not there is an empty catalogue, and looking makes nothing") {
  const TemporaryFolder folder;
  const Catalogue catalogue(folder.path() + "/none");
  CHECK(names_of(catalogue.search("maze", {})).empty());
  CHECK(catalogue.all()->empty());
  CHECK(catalogue.best_for("reach", "maze", 5)->empty());
  CHECK(catalogue.find("abcd").error().code == base::ErrorCode::kNotFound);
  CHECK_FALSE(std::filesystem::exists(folder.path() + "/none"));
}

TEST_CASE("what is added is found again, whole, by sha256, its beginning and its name") {
  const TemporaryFolder folder;
  Catalogue catalogue(folder.path());
  CatalogueScript script = measured(script_of("first"), "held_out", 0.75);
  script.tags = {"best", "fast"};
  script.parent_sha256 = std::string(64, 'a');
  script.program = R"({"rules":[]})";
  script.diagnostics = 3;
  add_all(catalogue, {script});
  for (const std::string& reference :
       {script.sha256, script.sha256.substr(0, 8), script.sha256.substr(0, 4), script.name}) {
    const auto found = catalogue.find(reference);
    REQUIRE(found);
    CHECK(found->source == script.source);
    CHECK(found->tags == script.tags);
    CHECK(found->parent_sha256 == script.parent_sha256);
    CHECK(found->program == script.program);
    CHECK(found->diagnostics == 3);
    REQUIRE(found->measurements.size() == 1);
    const CatalogueMeasurement& one = found->measurements[0];
    CHECK(one.goal == script.goal);
    REQUIRE(one.results.size() == 2);
    CHECK(one.results[0].mean == 0.75);
    CHECK(std::isnan(one.results[0].median));
    CHECK(one.results[1].unit == "s");
    CHECK(one.results[1].low == 9);
  }
  CHECK(file_text(folder.path() + "/scripts/" + script.sha256 + ".lua") == script.source);
  const std::string misspelt = "raech" + script.name.substr(5);
  CHECK(catalogue.find(misspelt).error().message.find(script.name) != std::string::npos);
}

TEST_CASE("adding again adds nothing; another run's measurement joins the first") {
  const TemporaryFolder folder;
  Catalogue catalogue(folder.path());
  CatalogueScript script = measured(script_of("x"), "tuning", 0.5);
  add_all(catalogue, {script});
  const auto again = catalogue.add({&script, 1});
  REQUIRE(again);
  CHECK(again->scripts == 0);
  CHECK(again->measurements == 0);
  CatalogueScript later = script_of("x");
  later.run_id = "20261122-010203-00bb";
  later.goal = "explore everywhere";
  later = measured(later, "tuning", 0.9);
  add_all(catalogue, {later});
  const auto found = catalogue.find(script.sha256);
  REQUIRE(found);
  CHECK(found->run_id == script.run_id);
  CHECK(found->measurements.size() == 2);
  CHECK(names_of(catalogue.search("explore", {})).size() == 1);
}

TEST_CASE("of a script that is measured for ever, the newest measurements stay") {
  const TemporaryFolder folder;
  Catalogue catalogue(folder.path());
  for (int i = 0; i < 40; ++i) {
    CatalogueScript script = script_of("x");
    script.run_id = "run-" + std::to_string(1000 + i);
    add_all(catalogue, {measured(script, "tuning", i)});
  }
  const auto found = catalogue.find(script_of("x").sha256);
  REQUIRE(found);
  REQUIRE(found->measurements.size() == kCatalogueMeasurementsMax);
  CHECK(found->measurements.back().run_id == "run-1039");
  CHECK(found->measurements.front().run_id == "run-1008");
}

TEST_CASE("hits come by words, then judged before tuned before screened out, then by score") {
  const TemporaryFolder folder;
  Catalogue catalogue(folder.path());
  CatalogueScript screened = measured(named("screened", "reach the target"), "tuning", 1.5);
  screened.measurements[0].screened_out = true;
  std::vector<CatalogueScript> scripts = {
      measured(named("tuned-poor", "reach the target"), "tuning", 0.4),
      measured(named("judged", "reach the target"), "held_out", 0.3),
      screened,
      measured(named("tuned-well", "reach the target"), "tuning", 0.8),
      named("unmeasured", "reach the target"),
      measured(named("both-words", "reach the target safely"), "tuning", 0.1),
      measured(named("other", "graze"), "held_out", 0.9)};
  const std::vector<std::string> order = {"both-words", "judged",   "tuned-well",
                                          "tuned-poor", "screened", "unmeasured"};
  base::RandomStream random = test_random(5);
  for (int i = 0; i < 5; ++i) {
    const std::string place = folder.path() + "/" + std::to_string(i);
    for (std::size_t at = scripts.size(); at > 1; --at) {
      std::swap(scripts[at - 1], scripts[random.below(at)]);
    }
    Catalogue shuffled(place);
    for (const CatalogueScript& script : scripts) add_all(shuffled, {script});
    CHECK(names_of(shuffled.search("Reaching: TARGET, safely!", {})) == order);
  }
}

TEST_CASE("equal results are put in order by sha256") {
  const TemporaryFolder folder;
  Catalogue catalogue(folder.path());
  std::vector<std::string> sha256s;
  for (int i = 0; i < 20; ++i) {
    const CatalogueScript script = measured(script_of(std::to_string(i)), "tuning", 0.5);
    sha256s.push_back(script.sha256);
    add_all(catalogue, {script});
  }
  std::sort(sha256s.begin(), sha256s.end());
  const auto hits = catalogue.search("", {});
  REQUIRE(hits);
  REQUIRE(hits->size() == 20);
  for (std::size_t i = 0; i < 20; ++i) CHECK((*hits)[i].script.sha256 == sha256s[i]);
}

TEST_CASE("filters: scenario, kind, tag, metric in its better direction, limit") {
  const TemporaryFolder folder;
  Catalogue catalogue(folder.path());
  CatalogueScript slow = measured(named("slow", "reach"), "tuning", 0.9, 40);
  CatalogueScript fast = measured(named("fast", "reach"), "tuning", 0.1, 20);
  CatalogueScript spell = named("spell", "burn");
  spell.kind = "ability";
  CatalogueScript grazer = named("grazer", "graze");
  grazer.scenario = "pasture";
  grazer.tags = {"best"};
  add_all(catalogue, {slow, fast, spell, grazer});
  CatalogueFilter filter;
  filter.metric = "time_to_goal";
  CHECK(names_of(catalogue.search("", filter)) == std::vector<std::string>{"fast", "slow"});
  filter = {};
  filter.kind = "ability";
  CHECK(names_of(catalogue.search("", filter)) == std::vector<std::string>{"spell"});
  filter = {};
  filter.scenario = "pasture";
  CHECK(names_of(catalogue.search("", filter)) == std::vector<std::string>{"grazer"});
  filter = {};
  filter.tag = "best";
  CHECK(names_of(catalogue.search("", filter)) == std::vector<std::string>{"grazer"});
  filter = {};
  filter.limit = 1;
  CHECK(names_of(catalogue.search("reach", filter)) == std::vector<std::string>{"slow"});
}

TEST_CASE("words are found in goals, tags, name, description and comments") {
  const TemporaryFolder folder;
  Catalogue catalogue(folder.path());
  CatalogueScript script = script_of("skirts the lava -- on its left", "cross over");
  script.description = "A hiker of patience";
  script.tags = {"cautious"};
  script.name = "wanderlust";
  add_all(catalogue, {script});
  for (const char* word :
       {"cross", "CROSSING", "lava", "hikers", "cautious", "wander", "wanderlust"}) {
    CAPTURE(word);
    CHECK(names_of(catalogue.search(word, {})).size() == 1);
  }
  CHECK(names_of(catalogue.search("policy", {})).empty());  // code is not searched
  CHECK(names_of(catalogue.search("volcano", {})).empty());
}

TEST_CASE("any bytes are a query, and none is an error") {
  const TemporaryFolder folder;
  Catalogue catalogue(folder.path());
  add_all(catalogue, {script_of("goal* AND \"OR\" NEAR(x)", "reach AND go")});
  std::vector<std::string> queries = {"\"",       "'",     "*",       "AND",
                                      "OR NOT",   "NEAR(", "goals:",  "a\"b*",
                                      "-",        "^x",    "{a} : b", ")",
                                      "\xff\xfe", "x\0y",  "—",       "ééé*",
                                      "col : ",   "a + b", "%_",      "); DROP TABLE scripts; --"};
  base::RandomStream random = test_random(11);
  for (int i = 0; i < 400; ++i) queries.push_back(random_bytes(random, 60));
  queries.push_back(std::string(1'000'000, 'q'));
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "word" + std::to_string(i) + " ";
  queries.push_back(many);
  for (const std::string& query : queries) {
    CAPTURE(query.substr(0, 100));
    CatalogueFilter filter;
    filter.tag = filter.kind = "";
    const auto hits = catalogue.search(query, filter);
    INFO((hits ? "" : hits.error().text()));
    REQUIRE(hits);
    REQUIRE(catalogue.best_for(query, query, 5));
    filter.scenario = filter.metric = query;
    REQUIRE(catalogue.search(query, filter));
    const auto found = catalogue.find(query);
    if (!found) CHECK(found.error().code != base::ErrorCode::kIo);
  }
  CHECK(names_of(catalogue.search("AND", {})).size() == 1);
  CHECK(catalogue.all()->size() == 1);
}

TEST_CASE("the best for a goal: of its scenario, measured on all seeds, no twins") {
  const TemporaryFolder folder;
  Catalogue catalogue(folder.path());
  CatalogueScript pasture = measured(named("pasture", "reach the target"), "held_out", 0.99);
  pasture.scenario = pasture.measurements[0].scenario = "pasture";
  CatalogueScript screened = measured(named("screened", "reach the target"), "tuning", 2);
  screened.measurements[0].screened_out = true;
  CatalogueScript damaged = measured(named("damaged", "reach the target"), "held_out", 0.98);
  add_all(catalogue, {pasture, screened, damaged, named("unmeasured", "reach the target"),
                      measured(named("one", "reach the target"), "tuning", 0.7),
                      measured(named("twin", "reach the target"), "tuning", 0.7),
                      measured(named("two", "reach the target"), "tuning", 0.6),
                      measured(named("far", "explore"), "tuning", 0.9)});
  std::ofstream(folder.path() + "/scripts/" + damaged.sha256 + ".lua") << "x";
  const auto best = catalogue.best_for("get to the target", "maze", 5);
  REQUIRE(best);
  REQUIRE(best->size() == 2);
  CHECK(((*best)[0].script.name == "one" || (*best)[0].script.name == "twin"));
  CHECK((*best)[1].script.name == "two");
  CHECK_FALSE((*best)[1].script.source.empty());
  CHECK(catalogue.best_for("", "maze", 5)->empty());
  CHECK(catalogue.best_for("dance", "maze", 5)->empty());
}

TEST_CASE("tags come and go, a removed script is gone with its source") {
  const TemporaryFolder folder;
  Catalogue catalogue(folder.path());
  const CatalogueScript script = measured(script_of("x"), "tuning", 0.5);
  add_all(catalogue, {script});
  REQUIRE(catalogue.add_tag(script.sha256, "favourite"));
  CHECK(names_of(catalogue.search("favourite", {})).size() == 1);
  for (const char* wrong : {"", "Two", "a b", "a\n", "é", "x\"y"}) {
    CHECK(catalogue.add_tag(script.sha256, wrong).error().code ==
          base::ErrorCode::kInvalidArgument);
  }
  for (int i = 1; i < 16; ++i) REQUIRE(catalogue.add_tag(script.sha256, "t" + std::to_string(i)));
  CHECK(catalogue.add_tag(script.sha256, "t16").error().code == base::ErrorCode::kConflict);
  REQUIRE(catalogue.add_tag(script.sha256, "t15"));
  REQUIRE(catalogue.remove_tag(script.sha256, "favourite"));
  CHECK(names_of(catalogue.search("favourite", {})).empty());
  REQUIRE(catalogue.remove(script.sha256));
  CHECK(catalogue.all()->empty());
  CHECK(names_of(catalogue.search("reach", {})).empty());
  CHECK_FALSE(std::filesystem::exists(folder.path() + "/scripts/" + script.sha256 + ".lua"));
  CHECK(catalogue.remove(script.sha256).error().code == base::ErrorCode::kNotFound);
}

TEST_CASE("a short beginning that could be several scripts is asked about") {
  const TemporaryFolder folder;
  Catalogue catalogue(folder.path());
  std::vector<CatalogueScript> scripts;
  for (int i = 0; i < 3; ++i) scripts.push_back(named("same-name", "x" + std::to_string(i)));
  for (int i = 0; i < 3; ++i) {
    scripts[static_cast<std::size_t>(i)].source += "-- " + std::to_string(i);
    scripts[static_cast<std::size_t>(i)].sha256 =
        base::sha256_hex(scripts[static_cast<std::size_t>(i)].source);
  }
  add_all(catalogue, scripts);
  const auto found = catalogue.find("same-name");
  REQUIRE_FALSE(found);
  CHECK(found.error().code == base::ErrorCode::kConflict);
  CHECK(found.error().message.find(scripts[1].sha256) != std::string::npos);
  CHECK(catalogue.find("abc").error().code == base::ErrorCode::kNotFound);  // too short
}

TEST_CASE("names are made of what a goal says") {
  const std::string sha256 = "3f9a2c77";
  CHECK(catalogue_name("Reach the target, safely!", sha256) == "reach-target-safely-3f9a2c");
  CHECK(catalogue_name("", sha256) == "script-3f9a2c");
  CHECK(catalogue_name("go \n\x1b[31m é", sha256) == "go-31m-3f9a2c");
  CHECK(catalogue_name(std::string(5000, 'x'), sha256) == "script-3f9a2c");
  CHECK(catalogue_name(std::string(4000, ' ') + "a b c d e", sha256).size() <= 100);
}

}  // namespace cherub::abilities
