#include "server/hub.h"

#include <catch2/catch.hpp>

#include "engine/base/json.h"
#include "engine/behaviour.h"
#include "fake_run.h"
#include "server/frames.h"

namespace cherub::server {
namespace {

using std::chrono::steady_clock;

struct TestClock {
  steady_clock::time_point now{std::chrono::seconds(100)};
  SteadyClock function() {
    return [this] { return now; };
  }
};

std::vector<std::string> drain(Outbox& outbox) {
  std::vector<std::string> texts;
  while (const auto message = outbox.pop()) texts.push_back(*message->bytes);
  return texts;
}

std::string type_of(const std::string& json) {
  const auto document = base::parse_json(json);
  return document.ok() ? (*document)["type"].GetString() : "not JSON: " + json;
}

std::unique_ptr<engine::World> maze(std::uint64_t seed) {
  auto world = engine::World::create(*engine::builtin_scenario("maze"), seed);
  REQUIRE(world.ok());
  return std::move(*world);
}

}  // namespace

TEST_CASE("a subscriber is greeted, given the history and then what is new, without loss") {
  TestClock clock;
  Hub hub("r1", "{}", clock.function());
  hub.on_record(record("connected"));
  hub.on_record(record("step"));
  const auto outbox = std::make_shared<Outbox>();
  hub.join_progress(outbox, "running");
  hub.on_record(record("best"));
  const auto texts = drain(*outbox);
  REQUIRE(texts.size() == 3);
  CHECK(type_of(texts[0]) == "connected");
  CHECK(base::parse_json(texts[0])->FindMember("run_id")->value == "r1");
  CHECK(texts[1] == R"({"type":"step","seq":1})");
  CHECK(texts[2] == R"({"type":"best","seq":2})");
}

TEST_CASE("a long history keeps the key records and the newest details") {
  TestClock clock;
  Hub hub("r1", "{}", clock.function());
  hub.on_record(record("best", R"("n":1)"));
  for (std::size_t i = 0; i < 3 * kHistoryRecordsMax; ++i) hub.on_record(record("step"));
  hub.on_record(record("done"));
  const auto outbox = std::make_shared<Outbox>();
  hub.join_progress(outbox, "done");
  const auto texts = drain(*outbox);
  REQUIRE(texts.size() == kHistoryRecordsMax + 1);
  CHECK(type_of(texts[1]) == "best");
  CHECK(type_of(texts[2]) == "step");
  CHECK(type_of(texts.back()) == "done");
}

TEST_CASE("a history of key records alone is bounded as well") {
  TestClock clock;
  Hub hub("r1", "{}", clock.function());
  for (std::size_t i = 0; i < 2 * kHistoryRecordsMax; ++i) hub.on_record(record("best"));
  hub.on_record(record("done"));
  const auto outbox = std::make_shared<Outbox>();
  hub.join_progress(outbox, "done");
  const auto texts = drain(*outbox);
  CHECK(texts.size() == kHistoryRecordsMax + 1);
  CHECK(type_of(texts.back()) == "done");
}

TEST_CASE(
    "a history of large records is bounded in bytes, and a full one does not overflow a client") {
  TestClock clock;
  Hub hub("r1", "{}", clock.function());
  const std::string large = "\"x\":\"" + std::string(100'000, 'x') + "\"";
  for (int i = 0; i < 100; ++i) hub.on_record(record("step", large));
  const auto outbox = std::make_shared<Outbox>();
  hub.join_progress(outbox, "running");
  CHECK_FALSE(outbox->closing());
  std::size_t bytes = 0;
  for (const std::string& text : drain(*outbox)) bytes += text.size();
  CHECK(bytes <= kHistoryBytesMax + 1000);
}

TEST_CASE("a client that does not read is closed, the others go on") {
  TestClock clock;
  Hub hub("r1", "{}", clock.function());
  const auto slow = std::make_shared<Outbox>();
  const auto quick = std::make_shared<Outbox>();
  hub.join_progress(slow, "running");
  hub.join_progress(quick, "running");
  std::size_t received = 0;
  for (int i = 0; i < 2000; ++i) {
    hub.on_record(record("step"));
    received += drain(*quick).size();
  }
  CHECK(received == 2001);
  REQUIRE(slow->closing());
  CHECK(slow->closing()->code == kCloseTooSlow);
}

TEST_CASE("ticks are wanted only while somebody looks, and not more often than the frame rate") {
  TestClock clock;
  Hub hub("r1", R"({"type":"hello"})", clock.function());
  const auto world = maze(1);
  engine::RandomWalker walker;
  CHECK_FALSE(hub.wants_ticks());
  const auto progress = std::make_shared<Outbox>();
  hub.join_progress(progress, "running");
  CHECK_FALSE(hub.wants_ticks());
  const auto outbox = std::make_shared<Outbox>();
  hub.join_agents(outbox);
  CHECK(hub.wants_ticks());
  hub.on_tick(*world, world->step(walker));
  CHECK_FALSE(hub.wants_ticks());
  clock.now += kFrameInterval;
  CHECK(hub.wants_ticks());
  hub.leave(outbox);
  CHECK_FALSE(hub.wants_ticks());
}

TEST_CASE("the world comes at connect and when another world is shown, agents every time") {
  TestClock clock;
  Hub hub("r1", R"({"type":"hello"})", clock.function());
  engine::RandomWalker walker;
  const auto world_view = std::make_shared<Outbox>();
  const auto agents_view = std::make_shared<Outbox>();
  hub.join_world(world_view);
  hub.join_agents(agents_view);
  const auto first = maze(1);
  const auto second = maze(2);
  const auto show = [&](engine::World& world) {
    clock.now += kFrameInterval;
    hub.on_tick(world, world.step(walker));
  };
  show(*first);
  auto shown = drain(*world_view);
  REQUIRE(shown.size() == 2);
  CHECK(type_of(shown[0]) == "hello");
  CHECK(decode_header(shown[1])->channel == FrameChannel::kWorld);
  show(*first);
  CHECK(drain(*world_view).empty());
  show(*second);
  CHECK(drain(*world_view).size() == 1);
  shown = drain(*agents_view);
  REQUIRE(shown.size() == 2);  // hello and the newest of three frames
  CHECK(decode_header(shown[1])->seq == 3);

  const auto late = std::make_shared<Outbox>();
  hub.join_world(late);
  CHECK(drain(*late).size() == 2);
}

}  // namespace cherub::server
