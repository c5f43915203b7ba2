#include "abilities/reload.h"

#include <catch2/catch.hpp>

#include "scripting/act_window.h"

namespace cherub::abilities {
namespace {

// A reload seen from outside, tick by tick: what each version adds in one.
struct Story {
  ReloadWatch watch;
  ReloadFacts facts;

  explicit Story(const ReloadLimits& limits = {}) : watch(limits) {
    watch.checked(facts, ReloadTrial::kFull);
  }
  // Until the state changes, at most so many ticks. The ticks it took.
  Tick live(Tick most, ActCounts old_version, ActCounts new_version) {
    for (Tick tick = 1; tick <= most; ++tick) {
      ++facts.tick;
      add(facts.old_version, old_version);
      add(facts.new_version, new_version);
      if (watch.on_tick(facts)) return tick;
    }
    return most + 1;
  }
  void swap() {
    REQUIRE(watch.state() == ReloadState::kShadowed);
    facts.new_version = {};
    watch.swapped(facts);
  }
  static void add(ActCounts& sum, const ActCounts& more) {
    sum.acts += more.acts;
    sum.faults += more.faults;
    sum.judged += more.judged;
    sum.refused += more.refused;
  }
};

constexpr ActCounts kGood{50, 0, 50, 1};

}  // namespace

TEST_CASE("a version that does as well as the old one is shadowed, swapped, watched and accepted") {
  Story story;
  CHECK(story.live(100, kGood, kGood) == 20);
  story.swap();
  story.facts.migrating = true;
  CHECK(story.live(7, {}, kGood) == 8);
  CHECK(story.watch.state() == ReloadState::kSwapped);
  story.facts.migrating = false;
  CHECK(story.live(7, {}, kGood) == 1);
  CHECK(story.watch.state() == ReloadState::kProbation);
  CHECK(story.live(1000, {}, kGood) == 100);
  CHECK(story.watch.state() == ReloadState::kAccepted);
  CHECK(story.watch.reason().empty());
  CHECK_FALSE(story.watch.on_tick(story.facts));
}

TEST_CASE("a version that fails beside the old one is refused as soon as it is sure") {
  Story story;
  CHECK(story.live(100, kGood, {50, 1, 50, 0}) == 3);  // the third fault
  CHECK(story.watch.state() == ReloadState::kRefused);
  CHECK(story.watch.reason().find("failed") != std::string::npos);
}

TEST_CASE("as many faults as the old version has are borne, and twice as many") {
  Story story;
  CHECK(story.live(100, {50, 5, 50, 0}, {50, 10, 50, 0}) == 20);
  story.swap();
  CHECK(story.live(1, {}, {50, 10, 50, 0}) == 1);
  CHECK(story.live(1000, {}, {50, 10, 50, 0}) == 100);
  CHECK(story.watch.state() == ReloadState::kAccepted);
}

TEST_CASE("a version that fails after fifty ticks is rolled back") {
  Story story;
  story.live(100, kGood, kGood);
  story.swap();
  story.live(1, {}, kGood);
  CHECK(story.live(50, {}, kGood) == 51);
  CHECK(story.live(50, {}, {50, 50, 0, 0}) == 1);
  CHECK(story.watch.state() == ReloadState::kRolledBack);
}

TEST_CASE("one agent's single fault is none, its third is enough") {
  Story story;
  story.live(100, {1, 0, 1, 0}, {1, 0, 1, 0});
  story.swap();
  story.live(1, {}, {1, 0, 1, 0});
  CHECK(story.live(2, {}, {1, 1, 1, 0}) == 3);
  CHECK(story.live(1, {}, {1, 1, 1, 0}) == 1);
  CHECK(story.watch.state() == ReloadState::kRolledBack);
}

TEST_CASE("refused intents count when they are more than the old version's") {
  for (const std::uint64_t old_refused : {0u, 10u}) {
    CAPTURE(old_refused);
    Story story;
    CHECK(story.live(100, {50, 0, 50, old_refused}, kGood) == 20);
    story.swap();
    story.live(1, {}, kGood);
    const Tick ticks = story.live(200, {}, {50, 0, 50, 30});  // 60 %
    CHECK((story.watch.state() == ReloadState::kRolledBack) == (old_refused == 0));
    CHECK((ticks <= 2) == (old_refused == 0));
  }
}

TEST_CASE("a version that cannot take over most memories is refused") {
  Story story;
  story.facts.agents = 49;
  story.facts.not_migrated = 51;
  CHECK(story.live(5, kGood, kGood) == 1);
  CHECK(story.watch.state() == ReloadState::kRefused);
}

TEST_CASE("by force there is neither shadow nor probation") {
  ReloadWatch watch{ReloadLimits{}};
  ReloadFacts facts;
  watch.checked(facts, ReloadTrial::kNone);
  REQUIRE(watch.on_tick(facts));
  CHECK(watch.state() == ReloadState::kShadowed);
  watch.swapped(facts);
  facts.new_version = {100, 100, 100, 100};
  facts.migrating = true;
  CHECK_FALSE(watch.on_tick(facts));
  facts.migrating = false;
  REQUIRE(watch.on_tick(facts));
  CHECK(watch.state() == ReloadState::kAccepted);
}

TEST_CASE("a probation that goes on in another process knows faults, not refusals") {
  ReloadFacts facts;
  facts.tick = 1000;
  for (const bool fails : {false, true}) {
    ReloadWatch watch = ReloadWatch::on_probation(ReloadLimits{}, facts);
    ReloadFacts now = facts;
    while (!is_over(watch.state()) && now.tick < 2000) {
      ++now.tick;
      Story::add(now.new_version, {50, fails ? 5u : 0u, 50, 50});
      watch.on_tick(now);
    }
    CHECK(watch.state() == (fails ? ReloadState::kRolledBack : ReloadState::kAccepted));
  }
}

TEST_CASE("quarantine asks for a full window of which more than half fails") {
  const auto first_tick = [](std::uint64_t acts, std::uint64_t faults, Tick from) {
    scripting::ActWindow window;
    ActCounts totals{77, 5, 0, 0};
    window.begin({1000, totals.acts, totals.faults});
    for (Tick tick = 1001; tick < 2000; ++tick) {
      totals.acts += acts;
      totals.faults += tick > from ? faults : 0;
      window.on_tick({tick, totals.acts, totals.faults});
      const auto full = window.full();
      if (full && fails_too_often({full->acts, full->faults, 0, 0})) return tick;
    }
    return Tick{0};
  };
  CHECK(first_tick(10, 10, 0) == 1100);
  CHECK(first_tick(10, 6, 0) == 1100);
  CHECK(first_tick(10, 5, 0) == 0);
  CHECK(first_tick(1, 1, 0) == 1100);
  CHECK(first_tick(10, 10, 1300) == 1360);
}

TEST_CASE("what is hardly used is judged after a bounded time") {
  constexpr ActCounts kOne{1, 0, 1, 0}, kNothing{}, kMany{10, 0, 10, 0};
  const auto ticks = [](const ActCounts& counts, Tick most) {
    Story story(kAbilityReloadLimits);
    const Tick shadow = story.live(most, counts, counts);
    story.swap();
    CHECK(story.live(1, {}, counts) == 1);
    return std::pair(shadow, story.live(most, {}, counts));
  };
  CHECK(ticks(kMany, 1000) == std::pair(Tick{20}, Tick{100}));
  CHECK(ticks(kOne, 1000) == std::pair(Tick{50}, Tick{100}));
  CHECK(ticks(kNothing, 1000) == std::pair(Tick{100}, Tick{600}));
}

TEST_CASE("where there is no old version, refusals are compared with none") {
  ReloadWatch watch{kAbilityReloadLimits};
  ReloadFacts facts;
  watch.checked(facts, ReloadTrial::kProbation);
  REQUIRE(watch.on_tick(facts));
  CHECK(watch.state() == ReloadState::kShadowed);
  watch.swapped(facts);
  facts.tick = 5;
  facts.new_version = {100, 0, 100, 26};
  REQUIRE(watch.on_tick(facts));
  CHECK(watch.state() == ReloadState::kRolledBack);
}

TEST_CASE("counts that began anew are none") {
  const ActCounts left = ActCounts{5, 1, 5, 0} - ActCounts{9, 3, 2, 1};
  CHECK(left.acts == 0);
  CHECK(left.faults == 0);
  CHECK(left.judged == 3);
}

}  // namespace cherub::abilities
