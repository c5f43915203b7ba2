#include "abilities/event_log.h"

#include <catch2/catch.hpp>
#include <limits>

#include "engine/base/json.h"
#include "engine/base/random.h"
#include "engine/base/thread_pool.h"
#include "faulty_file_system.h"
#include "run_fixture.h"

namespace cherub::abilities {
namespace {

using engine::Event;
using engine::EventKind;

engine::Scenario pasture() {
  auto scenario = engine::builtin_scenario("pasture");
  REQUIRE(scenario);
  return std::move(*scenario);
}

std::string line_of(const Event& event, engine::Tick tick = 7) {
  std::string line;
  EventLines(pasture()).append(line, tick, event);
  REQUIRE(line.ends_with("\n"));
  line.pop_back();
  return line;
}

engine::TickReport report_of(engine::Tick tick, std::size_t events) {
  base::RandomStream random(tick + 1);
  engine::TickReport report;
  report.tick = tick;
  for (std::size_t i = 0; i < events; ++i) {
    Event event;
    event.kind = static_cast<EventKind>(random.below(10));
    event.entity = {static_cast<std::uint32_t>(i), 3};
    if (random.below(2) == 0) event.other = {static_cast<std::uint32_t>(random.below(1000)), 1};
    event.species = static_cast<std::uint16_t>(random.below(4));
    event.value = event.kind == EventKind::kDeath ? random.below(5) : random.below(1000) / 7.0;
    event.x = static_cast<float>(random.below(1'000'000)) / 997;
    event.y = static_cast<float>(random.below(1'000'000)) / 991;
    if (random.below(9) == 0) event.text = "said \"so\"\n";
    report.events.push_back(std::move(event));
  }
  return report;
}

struct Told {
  TemporaryFolder folder;
  std::unique_ptr<engine::World> world;
  Told() {
    auto made = engine::World::create(pasture(), 1);
    REQUIRE(made);
    world = std::move(*made);
  }
  [[nodiscard]] std::string text() const {
    return file_text(folder.path() + "/0000000000-0000009999.jsonl");
  }
};

}  // namespace

TEST_CASE("events are lines of JSON") {
  Event event;
  event.kind = EventKind::kEat;
  event.entity = {12, 1};
  event.other = {5, 2};
  event.species = 1;
  event.value = 0.25;
  event.x = 12.3f;
  event.y = -0.0614f;
  CHECK(line_of(event) == R"({"tick":7,"kind":"eat","entity":4294967308,"species":")" +
                              pasture().species[1].name +
                              R"(","x":12.3,"y":-0.061,"other":8589934597,"value":0.25})");
  event = {};
  event.kind = EventKind::kDeath;
  event.value = static_cast<double>(engine::DeathCause::kAge);
  event.species = 999;
  event.x = std::numeric_limits<float>::quiet_NaN();
  CHECK(line_of(event) == R"({"tick":7,"kind":"death","entity":0,"x":null,"y":0,"cause":"age"})");
  event = {};
  event.kind = EventKind::kReload;
  event.text = "policy \"a\"\n\xff";
  CHECK(line_of(event) ==
        "{\"tick\":7,\"kind\":\"reload\",\"text\":\"policy \\\"a\\\"\\n\xef\xbf\xbd\"}");
}

TEST_CASE("the longest numbers have room, and every line reads back") {
  base::RandomStream random(3);
  for (int i = 0; i < 20'000; ++i) {
    Event event;
    event.kind = static_cast<EventKind>(random.below(10));
    event.entity = base::EntityId::unpack(~random.below(9));
    event.other = base::EntityId::unpack(~random.below(9));
    event.value = event.kind == EventKind::kDeath
                      ? random.below(5)
                      : std::bit_cast<double>(random.below(std::uint64_t{1} << 63) << 1);
    event.x = std::bit_cast<float>(static_cast<std::uint32_t>(random.below(1u << 31) << 1));
    event.y = std::bit_cast<float>(static_cast<std::uint32_t>(random.below(1u << 31) << 1));
    const std::string line = line_of(event, ~random.below(9));
    CAPTURE(line);
    const auto read = base::parse_json(line);
    REQUIRE(read);
    if (event.kind == EventKind::kReload) continue;
    REQUIRE((*read)["entity"].GetUint64() == event.entity.packed());
    if (!std::isfinite(event.x)) continue;
    const double x = (*read)["x"].GetDouble();
    if (std::abs(event.x) < 1e12f) {
      REQUIRE(std::abs(x - double{event.x}) <= 0.000501);
    } else {
      REQUIRE(static_cast<float>(x) == event.x);
    }
  }
}

TEST_CASE("many events are told in their order, whatever the number of threads") {
  std::string expected;
  const EventLines lines(pasture());
  const std::size_t counts[] = {0, 1, 4096, 4097, 20'000};
  for (engine::Tick tick = 0; tick < 5; ++tick) {
    for (const Event& event : report_of(tick, counts[tick]).events) {
      lines.append(expected, tick, event);
    }
  }
  for (const unsigned threads : {1u, 2u, 3u}) {
    base::ThreadPool pool(threads);
    Told told;
    told.world->use(pool);
    EventLog log(real_file_system(), told.folder.path());
    for (engine::Tick tick = 0; tick < 5; ++tick) {
      REQUIRE(log.add(*told.world, report_of(tick, counts[tick])));
    }
    CHECK(log.waiting_bytes() == expected.size());
    REQUIRE(log.finish());
    CHECK(log.waiting_bytes() == 0);
    CHECK(told.text() == expected);
  }
}

TEST_CASE("events wait for a disk that is full, in bounded memory, and a loss is told") {
  Told told;
  const auto report = report_of(0, 50'000);
  {
    FaultyFileSystem files(2, FaultyFileSystem::Fault::kOnce);
    EventLog log(files, told.folder.path());
    REQUIRE(log.add(*told.world, report));
    const std::size_t all = log.waiting_bytes();
    CHECK_FALSE(log.finish());  // half a write, then none
    CHECK(log.waiting_bytes() < all);
    CHECK(log.waiting_bytes() > 0);
    REQUIRE(log.finish());
    CHECK(told.text().size() == all);
  }
  FaultyFileSystem broken(1, FaultyFileSystem::Fault::kForEver);
  EventLog log(broken, told.folder.path());
  std::size_t most = 0;
  bool gave_up = false;
  for (int i = 0; i < 40; ++i) {
    REQUIRE(log.add(*told.world, report));
    most = std::max(most, log.waiting_bytes());
    CHECK_FALSE(log.finish());
    gave_up = gave_up || log.waiting_bytes() == 0;
  }
  CHECK(gave_up);
  CHECK(most < 2 * kEventBytesWaitingMax);
  // A range that is over takes what waits with it.
  REQUIRE(log.add(*told.world, report));
  CHECK_FALSE(log.add(*told.world, report_of(kEventRangeTicks, 1)));
  CHECK(log.waiting_bytes() < 1000);
}

}  // namespace cherub::abilities
