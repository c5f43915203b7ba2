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
  HubOptions options() {
    HubOptions made;
    made.clock = [this] { return now; };
    return made;
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

void look(Hub& hub, std::string_view view, const std::shared_ptr<Outbox>& outbox) {
  const auto frames = hub.frames(view);
  REQUIRE(frames.ok());
  (*frames)->join(outbox, FrameForm::kBinary, [](std::uint32_t) {});
}

std::unique_ptr<engine::World> maze(std::uint64_t seed) {
  auto world = engine::World::create(*engine::builtin_scenario("maze"), seed);
  REQUIRE(world.ok());
  return std::move(*world);
}

}  // namespace

TEST_CASE("a subscriber is greeted, given the history and then what is new, without loss") {
  TestClock clock;
  Hub hub("r1", "{}", clock.options());
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
  Hub hub("r1", "{}", clock.options());
  hub.on_record(record("best", R"("n":1)"));
  for (std::size_t i = 0; i < 3 * RecordChannelOptions().history_records; ++i)
    hub.on_record(record("step"));
  hub.on_record(record("done"));
  const auto outbox = std::make_shared<Outbox>();
  hub.join_progress(outbox, "done");
  const auto texts = drain(*outbox);
  REQUIRE(texts.size() == RecordChannelOptions().history_records + 1);
  CHECK(type_of(texts[1]) == "best");
  CHECK(type_of(texts[2]) == "step");
  CHECK(type_of(texts.back()) == "done");
}

TEST_CASE("a history of key records alone is bounded as well") {
  TestClock clock;
  Hub hub("r1", "{}", clock.options());
  for (std::size_t i = 0; i < 2 * RecordChannelOptions().history_records; ++i)
    hub.on_record(record("best"));
  hub.on_record(record("done"));
  const auto outbox = std::make_shared<Outbox>();
  hub.join_progress(outbox, "done");
  const auto texts = drain(*outbox);
  CHECK(texts.size() == RecordChannelOptions().history_records + 1);
  CHECK(type_of(texts.back()) == "done");
}

TEST_CASE(
    "a history of large records is bounded in bytes, and a full one does not overflow a client") {
  TestClock clock;
  Hub hub("r1", "{}", clock.options());
  const std::string large = "\"x\":\"" + std::string(100'000, 'x') + "\"";
  for (int i = 0; i < 100; ++i) hub.on_record(record("step", large));
  const auto outbox = std::make_shared<Outbox>();
  hub.join_progress(outbox, "running");
  CHECK_FALSE(outbox->closing());
  std::size_t bytes = 0;
  for (const std::string& text : drain(*outbox)) bytes += text.size();
  CHECK(bytes <= RecordChannelOptions().history_bytes + 1000);
}

TEST_CASE("a client that does not read is closed, the others go on") {
  TestClock clock;
  Hub hub("r1", "{}", clock.options());
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
  Hub hub("r1", R"({"type":"hello"})", clock.options());
  const auto world = maze(1);
  engine::RandomWalker walker;
  CHECK_FALSE(hub.wants_ticks());
  const auto progress = std::make_shared<Outbox>();
  hub.join_progress(progress, "running");
  CHECK_FALSE(hub.wants_ticks());
  const auto outbox = std::make_shared<Outbox>();
  look(hub, "agents", outbox);
  CHECK(hub.wants_ticks());
  hub.on_tick(*world, world->step(walker));
  CHECK_FALSE(hub.wants_ticks());
  clock.now += kFrameInterval;
  CHECK(hub.wants_ticks());
  (*hub.frames("agents"))->leave(outbox.get());
  CHECK_FALSE(hub.wants_ticks());
}

TEST_CASE("the world comes at connect and when another world is shown, agents every time") {
  TestClock clock;
  Hub hub("r1", R"({"type":"hello"})", clock.options());
  engine::RandomWalker walker;
  const auto world_view = std::make_shared<Outbox>();
  const auto agents_view = std::make_shared<Outbox>();
  look(hub, "world", world_view);
  look(hub, "agents", agents_view);
  const auto first = maze(1);
  const auto second = maze(2);
  const auto show = [&](engine::World& world) {
    clock.now += kFrameInterval;
    hub.on_tick(world, world.step(walker));
  };
  show(*first);
  auto shown = drain(*world_view);
  REQUIRE(shown.size() == 1);
  CHECK(decode_header(shown[0])->channel == FrameChannel::kWorld);
  show(*first);
  CHECK(drain(*world_view).empty());
  show(*second);
  CHECK(drain(*world_view).size() == 1);
  shown = drain(*agents_view);
  REQUIRE(shown.size() == 1);  // the newest of three frames
  CHECK(decode_header(shown[0])->seq == 3);
  CHECK(decode_header(shown[0])->kind == FrameKind::kKey);

  const auto late = std::make_shared<Outbox>();
  look(hub, "world", late);
  CHECK(drain(*late).size() == 1);
}

TEST_CASE("an agent's view holds what it senses and nothing else, and walls hide") {
  TestClock clock;
  Hub hub("r1", "{}", clock.options());
  const auto world = maze(1);
  engine::RandomWalker walker;
  const std::uint32_t row = world->agent_rows().empty() ? 0 : world->agent_rows()[0];
  const auto voxels = std::make_shared<Outbox>();
  const auto entities = std::make_shared<Outbox>();
  look(hub, "pov_world_" + std::to_string(row), voxels);
  look(hub, "pov_agents_" + std::to_string(row), entities);
  FrameImage seen = TerrainImage{}, met = AgentsImage{};
  const engine::Columns& columns = world->columns();
  const double radius = world->scenario().species[columns.species[row]].sense_radius;
  std::size_t known = 0;
  for (int i = 0; i < 60; ++i) {
    clock.now += kFrameInterval;
    hub.on_tick(*world, world->step(walker));
    for (const auto& frame : drain(*voxels)) REQUIRE(apply_frame(seen, frame).ok());
    for (const auto& frame : drain(*entities)) REQUIRE(apply_frame(met, frame).ok());
    const TerrainImage& image = std::get<TerrainImage>(seen);
    std::size_t now_known = 0;
    for (std::size_t voxel = 0; voxel < image.blocks.size(); ++voxel) {
      if (image.blocks[voxel] == kVoxelUnknown) continue;
      ++now_known;
      REQUIRE(image.blocks[voxel] == world->terrain().blocks[voxel]);
    }
    REQUIRE(now_known >= known);  // what was seen once is not forgotten
    known = now_known;
    for (const DrawnEntity& one : std::get<AgentsImage>(met).entities) {
      const double dx = columns.x[one.row] - columns.x[row];
      const double dy = columns.y[one.row] - columns.y[row];
      REQUIRE(dx * dx + dy * dy <= radius * radius);
    }
  }
  CHECK(known > 1);
  CHECK(known < world->terrain().blocks.size());
  // Another world begins unknown.
  const auto other = maze(2);
  clock.now += kFrameInterval;
  hub.on_tick(*other, other->step(walker));
  for (const auto& frame : drain(*voxels)) REQUIRE(apply_frame(seen, frame).ok());
  const auto& blocks = std::get<TerrainImage>(seen).blocks;
  for (std::size_t voxel = 0; voxel < blocks.size(); ++voxel) {
    if (blocks[voxel] != kVoxelUnknown) REQUIRE(blocks[voxel] == other->terrain().blocks[voxel]);
  }
}

TEST_CASE("only real views exist, and only so many agents are looked through at a time") {
  TestClock clock;
  Hub hub("r1", "{}", clock.options());
  for (const char* view : {"", "pov", "pov_world_", "pov_world_x", "pov_agents_-1", "world_1",
                           "pov_world_99999999999", "pov_world_2097152"}) {
    INFO(view);
    CHECK_FALSE(hub.frames(view).ok());
  }
  std::vector<std::shared_ptr<Outbox>> outboxes;
  for (std::size_t row = 0; row < kPovAgentsMax; ++row) {
    outboxes.push_back(std::make_shared<Outbox>());
    look(hub, "pov_world_" + std::to_string(row), outboxes.back());
  }
  const auto refused = hub.frames("pov_agents_99");
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == base::ErrorCode::kUnavailable);
  CHECK(hub.frames("pov_agents_3").ok());
  (*hub.frames("pov_world_5"))->leave(outboxes[5].get());
  CHECK(hub.frames("pov_agents_99").ok());
}

}  // namespace cherub::server
