#include <catch2/catch.hpp>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>

#include "engine/base/json.h"
#include "server/session/packets.h"
#include "server/session/sessions.h"
#include "server/session/world_definition.h"

using namespace cherub;
using namespace cherub::server;
using namespace cherub::server::session;

namespace {

const std::string kHares =
    "tick_rate: 50\n"
    "terrain: {generator: flat, width: 8, depth: 8}\n"
    "species:\n"
    "  - {name: hare, speed: 2, sense_radius: 4, diet: [grass]}\n"
    "  - {name: grass, kind: plant, food_value: 0.1}\n"
    "spawns: [{species: hare, count: 3}, {species: grass, count: 10}]\n";

std::string where(std::string_view text) {
  const auto read = read_world_definition(text);
  return read.ok() ? "" : read.error().where;
}

engine::Scenario hares() {
  const auto read = read_world_definition(kHares);
  if (!read.ok()) FAIL(read.error().text());
  return read->scenario;
}

// The network thread of a test: what is posted and what waits for its time.
class Loop {
 public:
  void post(std::function<void()> call) {
    const std::lock_guard lock(mutex_);
    calls_.push_back(std::move(call));
    changed_.notify_all();
  }
  // Runs what comes until it holds; false when that takes too long.
  bool until(const std::function<bool()>& holds) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!holds()) {
      std::unique_lock lock(mutex_);
      if (!changed_.wait_until(lock, deadline, [&] { return !calls_.empty(); })) return false;
      const std::function<void()> call = std::move(calls_.front());
      calls_.pop_front();
      lock.unlock();
      call();
    }
    return true;
  }
  std::vector<std::pair<std::chrono::milliseconds, std::function<void()>>> timers;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> calls_;
};

// Sessions of worlds that are really hosted, in a folder of their own.
struct House {
  House() : folder(std::filesystem::temp_directory_path() / "cherub_session_test") {
    std::filesystem::remove_all(folder);
    HubOptions hub;
    hub.clock = std::chrono::steady_clock::now;
    hub.executor = [this](std::function<void()> call) { loop.post(std::move(call)); };
    RegistryLimits limits;
    limits.running = 1;
    limits.hosted = 2;
    const auto nothing = [](const RunOrder&, abilities::RunControl&, abilities::RunObserver&) {
      return abilities::RunSummary{};
    };
    registry = std::make_unique<RunRegistry>(nothing, limits, hub, folder.string());
    SessionTools tools{*registry, hub.executor,
                       [this](std::chrono::milliseconds delay, std::function<void()> call) {
                         loop.timers.emplace_back(delay, std::move(call));
                       }};
    tools.runs_dir = folder.string();
    sessions = std::make_unique<Sessions>(std::move(tools), 2);
  }
  ~House() {
    registry->stop(std::chrono::seconds(20));
    registry.reset();
    std::filesystem::remove_all(folder);
  }

  View open(const std::string& id) {
    auto opened = sessions->open(id, {});
    if (!std::holds_alternative<View>(opened)) FAIL("not opened");
    return std::get<View>(opened);
  }
  // The next message of the type; the others are read over.
  std::string next(View& view, const std::string& type) {
    std::string found;
    const bool came = loop.until([&] {
      while (const auto message = view.outbox->pop()) {
        if (message->bytes->starts_with("{\"type\":\"" + type + "\"")) {
          found = *message->bytes;
          return true;
        }
      }
      return false;
    });
    if (!came) FAIL("no message of type " << type);
    return found;
  }
  std::uint64_t tick_of(View& view) {
    return (*base::parse_json(next(view, "tick")))["tick"].GetUint64();
  }

  const std::filesystem::path folder;
  Loop loop;
  std::unique_ptr<RunRegistry> registry;
  std::unique_ptr<Sessions> sessions;
};

EntityCopy entity(std::uint64_t id, float x) {
  EntityCopy copy;
  copy.id = id;
  copy.x = x;
  return copy;
}

std::shared_ptr<const TickCopy> copy_of(base::Tick tick, std::vector<EntityCopy> entities,
                                        std::vector<engine::Event> events = {}) {
  auto copy = std::make_shared<TickCopy>();
  copy->tick = tick;
  copy->entities = std::move(entities);
  copy->events = std::move(events);
  static const auto voxels =
      std::make_shared<const std::vector<std::uint8_t>>(std::vector<std::uint8_t>(64, 0));
  copy->voxels = voxels;
  return copy;
}

}  // namespace

TEST_CASE("a world definition is JSON or YAML, and what a run alone needs may be missing") {
  CHECK(where(kHares).empty());
  CHECK(where(R"({"species":[{"name":"hare"}]})").empty());
  CHECK(where(R"({"type":"world","scenario":"meadow","seed":7})").empty());
  const auto text = base::JsonObject().add("type", "world").add("world", kHares).text();
  const auto read = read_world_definition(text);
  REQUIRE(read.ok());
  CHECK(read->scenario.agent_species == "hare");
  CHECK(engine::parse_scenario(read->scenario.yaml).ok());
  const auto named = read_world_definition(kHares + "name: mine\n");
  REQUIRE(named.ok());
  CHECK(named->scenario.name == "mine");
}

TEST_CASE("a world definition that does not do is refused by its field") {
  CHECK_FALSE(read_world_definition("").ok());
  CHECK_FALSE(read_world_definition("[]").ok());
  CHECK_FALSE(read_world_definition("{\"type\":").ok());
  CHECK_FALSE(read_world_definition(std::string(60000, '[')).ok());
  CHECK(where(R"({"type":"world"})") == "world");
  CHECK(where(R"({"type":"world","world":3})") == "world");
  CHECK(where(R"({"type":"world","scenario":"maze","world":{}})") == "world");
  CHECK(where(R"({"type":"world","scenario":"atlantis"})") == "scenario");
  CHECK(where(R"({"type":"world","scenario":"maze","seed":1.5})") == "seed");
  CHECK(where(R"({"type":"world","scenario":"maze","speed":2})") == "speed");
  CHECK(where(R"({"type":"control"})") == "type");
  CHECK(where(R"({"type":3})") == "type");
  CHECK(where("{}") == "species");
  CHECK(where(R"({"species":[{"name":"hare","speed":"fast"}]})") == "species[0].speed");
  CHECK(where(R"({"tick_rate":61,"species":[{"name":"hare"}]})") == "tick_rate");
  CHECK(where(R"({"species":[{"name":"a"}],"spawns":[{"species":"a","count":10001}]})") ==
        "spawns");
  CHECK(where(R"({"species":[{"name":"a"}],"terrain":{"width":1024,"depth":1024}})") == "terrain");
}

TEST_CASE("a packet tells what has changed since the one before, however many ticks lie between") {
  PacketMaker maker(hares(), "one");
  const auto packet = [&] {
    auto read = base::parse_json(maker.make(""));
    REQUIRE(read.ok());
    return std::move(*read);
  };
  maker.take(copy_of(4, {entity(1, 1.23456789f), entity(2, 2)}));
  const auto first = packet();
  CHECK(first["spawns"].Size() == 2);
  CHECK(first["entities"].Size() == 2);
  CHECK(first["entities"][0]["position"][0].GetDouble() == 1.2346);
  CHECK(first["removals"].Size() == 0);
  CHECK_FALSE(maker.pending());

  engine::Event eat;
  eat.kind = engine::EventKind::kEat;
  eat.entity = engine::EntityId::unpack(2);
  engine::Event wrong = eat;
  wrong.kind = engine::EventKind::kPositionRefused;
  maker.take(copy_of(5, {entity(1, 1.23456789f), entity(2, 2)}, {eat, wrong}));
  maker.take(copy_of(6, {entity(2, 2), entity(3, 3)}, {eat}));
  const auto joined = packet();
  CHECK(joined["tick"].GetUint64() == 6);
  CHECK(joined["dt"].GetDouble() == Approx(2 / 50.0));
  CHECK(joined["events"].Size() == 2);
  CHECK(joined["removals"][0].GetUint64() == 1);
  CHECK(joined["spawns"][0]["id"].GetUint64() == 3);
  REQUIRE(joined["entities"].Size() == 2);
  CHECK(joined["entities"][0]["ack"].GetBool());
  CHECK_FALSE(joined["entities"][1].HasMember("ack"));

  maker.take(copy_of(7, {entity(2, 2), entity(3, 3)}));
  const auto still = packet();
  CHECK(still["entities"].Size() == 0);
  CHECK(still["events"].Size() == 0);
  maker.start_over();
  CHECK(maker.pending());
  CHECK(packet()["spawns"].Size() == 2);
}

TEST_CASE("a session hosts its world, and its end is the run's") {
  House house;
  View view = house.open("one");
  CHECK(house.next(view, "hello").find("\"resumed\":false") != std::string::npos);
  view.on_text(kHares);
  const auto greeting = base::parse_json(house.next(view, "session"));
  REQUIRE(greeting.ok());
  CHECK((*greeting)["entities"].GetUint64() == 13);
  const std::string run_id = (*greeting)["run_id"].GetString();
  house.tick_of(view);
  CHECK(house.tick_of(view) > 0);
  view.on_text(R"({"type":"control","action":"shutdown"})");
  const auto end = base::parse_json(house.next(view, "end"));
  REQUIRE(end.ok());
  const auto run = house.registry->find(run_id);
  REQUIRE(run);
  CHECK(run->over());
  CHECK(run->summary_json().find((*end)["hash"].GetString()) != std::string::npos);
  CHECK(view.outbox->closing()->code == 1000);
  CHECK(std::filesystem::exists(house.folder / run_id / "live"));
  view.on_closed();
  house.open("one");  // the name is free
}

TEST_CASE("a world without its client stands still after the grace, and ends after a while more") {
  House house;
  View view = house.open("one");
  REQUIRE(house.loop.timers.size() == 1);
  view.on_text(kHares);
  house.tick_of(view);
  house.loop.timers.front().second();  // the world is there: nothing is late
  CHECK_FALSE(view.outbox->closing());
  CHECK(std::holds_alternative<HttpResponse>(house.sessions->open("one", {})));
  view.on_closed();
  REQUIRE(house.loop.timers.size() == 3);
  CHECK(house.loop.timers[1].first < house.loop.timers[2].first);

  View again = house.open("one");
  const std::uint64_t before = house.tick_of(again);
  house.loop.timers[1].second();  // of an absence that is over
  CHECK(house.tick_of(again) > before);
  again.on_closed();
  house.loop.timers[3].second();
  house.loop.timers[4].second();
  const auto run = house.registry->list().front();
  CHECK(house.loop.until([&] { return run->over(); }));
  CHECK(run->state() == RunState::kTerminated);
}

TEST_CASE("who defines no world in time is closed, and too many heartbeats are refused") {
  House house;
  View late = house.open("late");
  house.loop.timers.front().second();
  REQUIRE(late.outbox->closing());
  CHECK(late.outbox->closing()->code == kClosePolicy);
  late.on_closed();
  View view = house.open("one");
  view.on_text(kHares);
  house.tick_of(view);
  view.on_text(R"({"type":"control","action":"pause"})");
  house.next(view, "control");
  for (int i = 0; i <= kHeartbeatsMax; ++i) view.on_text(R"({"type":"heartbeat"})");
  CHECK(house.next(view, "refused").find("not taken") != std::string::npos);
}
