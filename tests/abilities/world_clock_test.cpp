#include "abilities/world_clock.h"

#include <catch2/catch.hpp>
#include <random>

#include "abilities/tick_budget.h"
#include "abilities/tick_profile.h"

namespace cherub::abilities {
namespace {

using Time = WorldClock::Time;
using namespace std::chrono_literals;

// A world that only counts, under a clock whose time is made up.
struct Counting {
  Time now{};
  WorldClock clock;
  base::Tick tick = 0;

  explicit Counting(std::optional<double> hz) : clock(hz, Time{}) {}
  // Makes the ticks that are due until then, looking every millisecond; says how many.
  base::Tick run(std::chrono::milliseconds time) {
    const base::Tick before = tick;
    for (const Time end = now + time; now < end; now += 1ms) {
      while (clock.due(tick, now) && tick - before < 1000) clock.ticked(++tick, now);
    }
    return tick - before;
  }
};

}  // namespace

TEST_CASE("a paced world keeps its rate; one without makes all it can") {
  Counting paced(20);
  CHECK(paced.clock.due(0, paced.now));  // the first at once
  CHECK(paced.run(1s) == 20);
  CHECK(paced.run(500ms) == 10);
  Counting fast(std::nullopt);
  CHECK(fast.run(1ms) == 1000);
}

TEST_CASE("another rate holds from the next tick on, however often it is set") {
  Counting world(10);
  world.run(1s);
  world.clock.set_rate(100, world.now);
  CHECK(world.run(1s) == Approx(100).margin(1));
  base::Tick ticks = 0;
  for (int i = 0; i < 100; ++i) {
    world.clock.set_rate(10, world.now);
    ticks += world.run(10ms);
  }
  CHECK(ticks == Approx(10).margin(1));
  world.clock.set_rate(std::nullopt, world.now);
  CHECK(world.run(1ms) == 1000);
  world.clock.set_rate(10, world.now);
  CHECK(world.run(1s) == Approx(10).margin(1));
}

TEST_CASE("what was missed is caught up, but not more than a second of it") {
  Counting world(10);
  world.run(1s);
  world.now += 500ms;  // a slow tick
  CHECK(world.run(100ms) == Approx(6).margin(1));
  world.now += 60s;  // asleep
  CHECK(world.run(100ms) <= 12);
}

TEST_CASE("a paused world stands, and resumes without catching up") {
  Counting world(10);
  world.run(1s);
  world.clock.pause();
  CHECK_FALSE(world.clock.next());
  CHECK(world.run(10s) == 0);
  world.clock.resume(world.now);
  CHECK(world.run(1s) == 10);
  // Asking again and again makes it no faster.
  base::Tick ticks = 0;
  for (int i = 0; i < 100; ++i) {
    world.clock.resume(world.now);
    ticks += world.run(10ms);
  }
  CHECK(ticks == Approx(10).margin(1));
}

TEST_CASE("steps are exact, add up, and end in a pause") {
  Counting world(10);
  world.run(1s);
  world.clock.step(world.tick, 3);  // pauses the running world
  CHECK(world.clock.steps_left(world.tick) == 3);
  CHECK(world.run(1ms) == 3);  // at once, whatever the rate
  CHECK(world.clock.paused());
  CHECK(world.run(1s) == 0);
  world.clock.step(world.tick, 2);
  world.clock.step(world.tick, 2);
  CHECK(world.run(1s) == 4);
  world.clock.step(world.tick, 5);
  world.clock.pause();  // takes them back
  CHECK(world.run(1s) == 0);
}

TEST_CASE("until goes on at the rate, and stands still exactly there") {
  Counting world(10);
  world.clock.pause();
  world.clock.run_until(7, world.now);
  CHECK_FALSE(world.clock.paused());
  CHECK(world.run(10s) == 7);
  CHECK(world.clock.paused());
  world.clock.run_until(1000, world.now);
  world.clock.resume(world.now);  // takes the end back
  CHECK(world.run(1s) == 10);
  CHECK_FALSE(world.clock.until());
}

TEST_CASE("a tick over its budget is warned of once a second, with the count of the others") {
  TickBudget budget;
  Time now{};
  CHECK(budget.limit_ms(20) == std::optional(50.0));
  CHECK_FALSE(budget.limit_ms(std::nullopt));
  CHECK_FALSE(budget.over(49, 20, now));
  CHECK_FALSE(budget.over(1e6, std::nullopt, now));
  CHECK(budget.over(51, 20, now) == std::optional<std::uint64_t>(0));
  for (int i = 0; i < 7; ++i) CHECK_FALSE(budget.over(51, 20, now + 999ms));
  CHECK(budget.over(51, 20, now + 1000ms) == std::optional<std::uint64_t>(7));
  CHECK(budget.over(51, 20, now + 2000ms) == std::optional<std::uint64_t>(0));
  budget.set(5);
  CHECK(budget.limit_ms(std::nullopt) == std::optional(5.0));
  budget.set(0);
  CHECK_FALSE(budget.over(1e6, 20, now + 9s));
  budget.follow_rate();
  CHECK(budget.over(51, 20, now + 9s));
}

TEST_CASE("percentiles are those of a simple reference") {
  std::mt19937 random(7);
  for (const std::size_t count : {1u, 2u, 3u, 10u, 99u, 100u, 101u, 1000u}) {
    std::vector<float> values;
    for (std::size_t i = 0; i < count; ++i) values.push_back(float(random() % 1000));
    // The smallest value that at least the share does not exceed, found the slow way.
    const auto reference = [&](double share) {
      float best = 1e9F;
      for (const float value : values) {
        std::size_t not_above = 0;
        for (const float other : values) not_above += other <= value ? 1 : 0;
        if (double(not_above) >= share * double(count)) best = std::min(best, value);
      }
      return double(best);
    };
    const double p50 = reference(0.5), p99 = reference(0.99);
    const TimeSpread spread = spread_of(values);
    CHECK(spread.p50 == p50);
    CHECK(spread.p99 == p99);
    CHECK(spread.max == double(values.back()));
  }
}

namespace {

Time fake_now{};
Time told_time() {
  return fake_now;
}

}  // namespace

TEST_CASE("a profile keeps the last thousand ticks, phase by phase") {
  fake_now = Time{};
  TickProfile profile(&told_time);
  CHECK(profile.total().mean == 0);
  const auto tick = [&](std::chrono::milliseconds decide) {
    for (int phase = 0; phase < engine::kPhaseCount; ++phase) {
      profile.on_phase(static_cast<engine::Phase>(phase));
      fake_now += static_cast<engine::Phase>(phase) == engine::Phase::kDecide ? decide : 1ms;
    }
    profile.on_tick_done();
  };
  for (int i = 0; i < 500; ++i) tick(400ms);
  for (int i = 0; i < 990; ++i) tick(5ms);
  for (int i = 0; i < 10; ++i) tick(95ms);
  CHECK(profile.ticks() == kProfiledTicks);
  const TimeSpread decide = profile.phase(engine::Phase::kDecide);
  CHECK(decide.p50 == Approx(5));
  CHECK(decide.p99 == Approx(5));
  CHECK(decide.max == Approx(95));
  CHECK(decide.mean == Approx(5.9));
  CHECK(profile.phase(engine::Phase::kSense).max == Approx(1));
  CHECK(profile.total().p50 == Approx(10));
  CHECK(profile.last().longest() == engine::Phase::kDecide);
  CHECK(profile.last().total == Approx(100));
  CHECK(profile.ticks_per_s() == Approx(1000 / 10.9).epsilon(0.01));
  fake_now += 1h;  // paused
  profile.interrupted();
  CHECK(profile.ticks_per_s() == 0);
  tick(5ms);
  tick(5ms);
  CHECK(profile.ticks_per_s() == Approx(100));
}

TEST_CASE("listening to the phases costs next to nothing") {
  TickProfile profile;
  constexpr int kTicks = 20'000;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kTicks; ++i) {
    for (int phase = 0; phase < engine::kPhaseCount; ++phase) {
      profile.on_phase(static_cast<engine::Phase>(phase));
    }
    profile.on_tick_done();
  }
  const double ns =
      std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count() /
      kTicks;
  WARN("TickProfile costs " << ns << " ns a tick");
  CHECK(ns < 20'000);
}

}  // namespace cherub::abilities
