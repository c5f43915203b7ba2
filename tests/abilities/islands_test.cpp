#include "abilities/angel/islands.h"

#include <catch2/catch.hpp>
#include <set>

#include "abilities/ladder_pool.h"
#include "engine/base/sha256.h"
#include "run_fixture.h"

namespace cherub::abilities {
namespace {

// A score without meaning that depends on the source alone.
double score_of(const angel::Draft& draft) {
  return static_cast<double>(draft.source.size() % 97) / 97;
}

}  // namespace

TEST_CASE("islands draft in turns, the same for the same seed and scores, with ids of their own") {
  const auto scenario = engine::builtin_scenario("maze");
  REQUIRE(scenario);
  angel::Islands one(*scenario, 5, {}), other(*scenario, 5, {}), elsewhere(*scenario, 6, {});
  std::set<std::uint64_t> ids;
  bool differs = false;
  for (int batch = 0; batch < 15; ++batch) {
    std::vector<angel::Draft> drafts;
    for (int i = 0; i < 16; ++i) {
      const auto a = one.next({}, nullptr), b = other.next({}, nullptr);
      const auto c = elsewhere.next({}, nullptr);
      REQUIRE(a);
      REQUIRE(b);
      REQUIRE(c);
      CHECK(a->source == b->source);
      CHECK(a->id == b->id);
      CHECK(ids.insert(a->id).second);
      differs = differs || a->source != c->source;
      elsewhere.learn(c->id, score_of(*c));
      drafts.push_back(*a);
    }
    for (const angel::Draft& draft : drafts) {
      one.learn(draft.id, score_of(draft));
      other.learn(draft.id, score_of(draft));
    }
  }
  CHECK(differs);
  CHECK(one.simpler()->source == other.simpler()->source);
}

TEST_CASE("an island's best comes to the others") {
  const auto scenario = engine::builtin_scenario("maze");
  REQUIRE(scenario);
  // The second island's first draft scores best of all; soon the others make variants of it.
  angel::Islands islands(*scenario, 5, {});
  std::string best_sha256;
  std::set<std::uint64_t> heirs;  // islands with a draft that was made from it
  for (std::uint64_t i = 0; i < 40 * angel::kIslands + 2 * angel::kMigrationInterval; ++i) {
    const auto draft = islands.next({}, nullptr);
    REQUIRE(draft);
    const std::uint64_t island = draft->id % angel::kIslands;
    if (!best_sha256.empty() && draft->parent_sha256 == best_sha256) heirs.insert(island);
    const bool chosen = best_sha256.empty() && island == 1;
    if (chosen) best_sha256 = base::sha256_hex(draft->source);
    islands.learn(draft->id, chosen ? 9 : 0.001 * static_cast<double>(i));
  }
  CHECK(heirs == std::set<std::uint64_t>{0, 1, 2});
}

TEST_CASE("scores of unknown drafts are passed over, and nothing simpler comes from nothing") {
  const auto scenario = engine::builtin_scenario("pasture");
  REQUIRE(scenario);
  angel::Islands islands(*scenario, 1, {});
  islands.learn(77, 1);
  CHECK_FALSE(islands.simpler());
}

TEST_CASE("priors are offered as they are, shared out among the islands") {
  const auto scenario = engine::builtin_scenario("maze");
  REQUIRE(scenario);
  std::vector<angel::PriorPolicy> priors(4);
  std::set<std::string> wanted, given;
  for (std::size_t i = 0; i < priors.size(); ++i) {
    priors[i].source = std::string("-- ") + std::to_string(i) + "\n" + kWandererSource;
    wanted.insert(priors[i].source);
  }
  angel::Islands islands(*scenario, 1, {}, priors);
  for (int i = 0; i < 6; ++i) given.insert(islands.next({}, nullptr)->source);
  for (const std::string& source : wanted) CHECK(given.count(source) == 1);
}

TEST_CASE("a batch of policies is checked alike on any number of threads") {
  const auto scenario = engine::builtin_scenario("maze");
  REQUIRE(scenario);
  const auto registry = std::make_shared<scripting::ScriptRegistry>();
  std::vector<std::string> sources = {kWandererSource, "return os.time()", "return (",
                                      kCountingSource, "return 7"};
  angel::Islands islands(*scenario, 3, {});
  for (int i = 0; i < 6; ++i) sources.push_back(islands.next({}, nullptr)->source);
  std::vector<std::string> first;
  for (const unsigned threads : {1u, 2u, 4u}) {
    const scripting::HostOptions options;
    LadderPool pool(std::make_shared<PolicyPool>(*scenario, registry, options), threads);
    const auto verdicts = pool.climb(sources);
    REQUIRE(verdicts.size() == sources.size());
    std::vector<std::string> texts;
    for (const LadderVerdict& verdict : verdicts) {
      texts.push_back((verdict.ok ? "ok " : "refused ") + refusals_json(verdict.refusals));
    }
    CHECK(verdicts[0].ok);
    CHECK_FALSE(verdicts[1].ok);
    if (first.empty()) first = texts;
    CHECK(texts == first);
  }
}

}  // namespace cherub::abilities
