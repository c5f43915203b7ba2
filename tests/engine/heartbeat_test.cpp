#include "engine/heartbeat.h"

#include <algorithm>
#include <map>

#include "engine/command_json.h"
#include "engine/snapshot.h"
#include "tests/engine/fixtures.h"

using namespace cherub::engine;
using namespace cherub::engine::fixtures;

namespace {

// Foxes hunt hares, hares eat grass; nobody acts by itself.
std::string hunt_yaml(const std::string& world = "") {
  return "name: hunt\n"
         "terrain: {generator: flat, width: 32, depth: 32}\n"
         "species:\n"
         "  - {name: fox, speed: 2, sense_radius: 5, diet: [hare], energy_rate: 0.01}\n"
         "  - {name: hare, speed: 2, sense_radius: 5, diet: [grass], food_value: 0.1,\n"
         "     reproduce_energy: 0.4}\n"
         "  - {name: grass, kind: plant, food_value: 0.2}\n"
         "  - {name: stone, kind: plant}\n"
         "metrics: [{name: survival}]\n"
         "success: {metric: survival}\n"
         "agent_species: hare\n" +
         world;
}

const std::string kHungry =
    "name: hungry\n"
    "terrain: {generator: flat, width: 32, depth: 32}\n"
    "species:\n"
    "  - {name: fox, speed: 2, diet: [hare], hunger_rate: 0.5}\n"
    "  - {name: hare, speed: 2, diet: [grass], hunger_rate: 0.5, food_value: 0.01}\n"
    "  - {name: grass, kind: plant, food_value: 0.01}\n"
    "metrics: [{name: survival}]\n"
    "success: {metric: survival}\n"
    "agent_species: hare\n";

class Reporter {
 public:
  explicit Reporter(const std::string& yaml, std::uint64_t seed = 1)
      : world(make_world(yaml, seed)) {}

  EntityId come(const std::string& species, double x, double y) {
    return world->id_of(spawn(*world, species, x, y));
  }
  TickReport step() { return world->step(idle_); }
  void wait(int ticks) {
    for (int i = 0; i < ticks; ++i) step();
  }
  TickReport beat(Heartbeat heartbeat) {
    const auto stamped = world->submit(std::move(heartbeat));
    if (!stamped.ok()) FAIL(stamped.error().text());
    return step();
  }
  TickReport move(EntityId id, double x, double y) { return beat({{{id, x, y}}, {}}); }
  // What became of one event.
  std::string tell(ReportKind kind, EntityId source, EntityId target) {
    const TickReport report = beat({{}, {{kind, source, target, 0, 0}}});
    for (const Event& event : report.events) {
      if (event.kind == EventKind::kClientEvent) return event.text;
    }
    return "";
  }
  [[nodiscard]] double x_of(EntityId id) const { return double{world->columns().x[id.index]}; }

  std::unique_ptr<World> world;

 private:
  Idle idle_;
};

bool has(const TickReport& report, EventKind kind) {
  return std::any_of(report.events.begin(), report.events.end(),
                     [&](const Event& event) { return event.kind == kind; });
}

}  // namespace

TEST_CASE("a position is ignored, drawn after or refused by its distance") {
  Reporter reporter(hunt_yaml());
  const EntityId fox = reporter.come("fox", 10, 10);
  CHECK(reporter.move(fox, 10.099, 10).events.empty());
  CHECK(reporter.x_of(fox) == Approx(10));
  const TickReport absorbed = reporter.move(fox, 12, 10);
  CHECK(has(absorbed, EventKind::kPositionAbsorbed));
  CHECK(reporter.x_of(fox) == Approx(10.6));
  reporter.wait(5);
  // 2 m/s in 5 s: 10 m and no more.
  CHECK(has(reporter.move(fox, 20.5, 10), EventKind::kPositionAbsorbed));
  CHECK(reporter.x_of(fox) == Approx(10.6 + 0.3 * 9.9));
  reporter.wait(5);
  const TickReport refused = reporter.move(fox, 30, 10);
  CHECK(has(refused, EventKind::kPositionRefused));
  CHECK_FALSE(has(refused, EventKind::kPositionAbsorbed));
  CHECK(reporter.x_of(fox) == Approx(10.6 + 0.3 * 9.9));
}

TEST_CASE("many heartbeats move nobody faster") {
  Reporter reporter(hunt_yaml());
  const EntityId fox = reporter.come("fox", 5, 10);
  for (int tick = 0; tick < 100; ++tick) {
    for (int i = 0; i < 5; ++i) {
      const double ahead = reporter.x_of(fox) + 9.9;
      REQUIRE(reporter.world->submit(Heartbeat{{{fox, ahead, 10}, {fox, ahead, 10}}, {}}).ok());
    }
    reporter.step();
  }
  // 20 half seconds, in each at most 0.3 of 5 s of its speed.
  CHECK(reporter.x_of(fox) <= 5 + 20 * 0.3 * 10 + 0.01);
  CHECK(reporter.world->columns().energy[fox.index] < 1);
}

TEST_CASE("no position leads through walls, off the map, or moves what cannot move") {
  Reporter reporter(hunt_yaml());
  const EntityId fox = reporter.come("fox", 0.5, 0.5);
  const EntityId stone = reporter.come("stone", 4, 4);
  reporter.move(fox, -8, -5);
  CHECK(reporter.x_of(fox) >= 0.3);
  CHECK(reporter.world->columns().y[fox.index] >= 0.3f);
  CHECK(has(reporter.move(stone, 5, 4), EventKind::kPositionRefused));
  CHECK(reporter.x_of(stone) == Approx(4));
  const auto maze = make_world(shipped("maze"), 3);
  Idle idle;
  for (int round = 0; round < 40; ++round) {
    Heartbeat heartbeat;
    for (const std::uint32_t row : maze->agent_rows()) {
      const double angle = round * 0.7;
      heartbeat.moves.push_back({maze->id_of(row), double{maze->columns().x[row]} + 4 * sin(angle),
                                 double{maze->columns().y[row]} + 4 * cos(angle)});
    }
    REQUIRE(maze->submit(heartbeat).ok());
    for (int i = 0; i < 6; ++i) maze->step(idle);
    for (const std::uint32_t row : maze->agent_rows()) CHECK(is_clear_of_walls(*maze, row));
  }
}

TEST_CASE("eating is checked for diet, distance, hunger and what is there") {
  Reporter reporter(kHungry);
  const EntityId hare = reporter.come("hare", 10, 10);
  const EntityId fox = reporter.come("fox", 10, 11);
  const EntityId near = reporter.come("grass", 11.9, 10);
  const EntityId far = reporter.come("grass", 12.2, 10);
  reporter.wait(12);
  const auto tell = [&](ReportKind kind, EntityId source, EntityId target) {
    return reporter.tell(kind, source, target);
  };
  CHECK(tell(ReportKind::kConsumption, hare, far) == "consumption out_of_reach");
  CHECK(tell(ReportKind::kConsumption, fox, near) == "consumption not_in_diet");
  CHECK(tell(ReportKind::kConsumption, fox, hare) == "consumption not_available");
  CHECK(tell(ReportKind::kConsumption, hare, hare) == "consumption no_such_target");
  CHECK(tell(ReportKind::kConsumption, near, near) == "consumption not_available");
  CHECK(tell(ReportKind::kConsumption, EntityId{77, 0}, near) == "consumption no_such_target");
  CHECK(tell(ReportKind::kPredation, hare, near) == "predation not_available");
  CHECK(tell(ReportKind::kPollination, hare, near) == "pollination not_available");
  CHECK(tell(ReportKind::kReproduction, hare, hare) == "repro not_available");
  REQUIRE(reporter.world->exists(near));
  CHECK(tell(ReportKind::kConsumption, hare, near) == "consumption accepted");
  CHECK_FALSE(reporter.world->exists(near));
  CHECK(tell(ReportKind::kConsumption, hare, near) == "consumption cooling_down");
  reporter.wait(20);
  CHECK(tell(ReportKind::kConsumption, hare, near) == "consumption no_such_target");
  CHECK(tell(ReportKind::kPredation, fox, hare) == "predation accepted");
  CHECK_FALSE(reporter.world->exists(hare));
}

TEST_CASE("who is not hungry eats nothing, and nobody is eaten twice") {
  Reporter reporter(hunt_yaml());
  const EntityId sated = reporter.come("fox", 10, 10);
  const EntityId hare = reporter.come("hare", 10, 11);
  CHECK(reporter.tell(ReportKind::kPredation, sated, hare) == "predation not_ready");
  Reporter hungry(kHungry);
  const EntityId one = hungry.come("fox", 10, 10), two = hungry.come("fox", 10, 10.5);
  const EntityId prey = hungry.come("hare", 10.5, 10);
  hungry.wait(12);
  const TickReport report = hungry.beat(
      {{}, {{ReportKind::kPredation, one, prey, 0, 0}, {ReportKind::kPredation, two, prey, 0, 0}}});
  std::vector<std::string> told;
  for (const Event& event : report.events) {
    if (event.kind == EventKind::kClientEvent) told.push_back(event.text);
  }
  CHECK(told == std::vector<std::string>{"predation accepted", "predation no_such_target"});
}

TEST_CASE("kills and births are capped by what was reported before") {
  Reporter reporter(kHungry);
  const EntityId fox = reporter.come("fox", 10, 10);
  std::vector<EntityId> hares;
  for (int i = 0; i < 5; ++i) hares.push_back(reporter.come("hare", 10, 10.5));
  reporter.wait(10);
  std::vector<std::string> told;
  for (int i = 0; i < 4; ++i) {
    told.push_back(reporter.tell(ReportKind::kPredation, fox, hares[std::size_t(i)]));
    reporter.wait(5);
  }
  CHECK(told == std::vector<std::string>{"predation accepted", "predation accepted",
                                         "predation accepted", "predation capped"});
  CHECK(reporter.world->exists(hares[3]));
  reporter.wait(75);
  CHECK(reporter.tell(ReportKind::kPredation, fox, hares[3]) == "predation capped");
  reporter.wait(4);
  CHECK(reporter.tell(ReportKind::kPredation, fox, hares[3]) == "predation accepted");

  Reporter warren(hunt_yaml());
  std::map<std::string, int> births;
  std::vector<EntityId> parents;
  for (int i = 0; i < 5; ++i) parents.push_back(warren.come("hare", 10, 10));
  for (const EntityId parent : parents) {
    ++births[warren.tell(ReportKind::kReproduction, parent, parent)];
  }
  CHECK(births == std::map<std::string, int>{{"repro accepted", 3}, {"repro capped", 2}});
  warren.wait(50);
  CHECK(warren.tell(ReportKind::kReproduction, parents[4], parents[4]) == "repro accepted");
}

TEST_CASE("reports between two ticks are all heard, in their order") {
  Reporter reporter(kHungry);
  const EntityId hare = reporter.come("hare", 10, 10);
  std::vector<EntityId> tufts;
  for (int i = 0; i < 6; ++i) tufts.push_back(reporter.come("grass", 10, 10.5));
  reporter.wait(12);
  for (const EntityId tuft : tufts) {
    const Heartbeat one{{}, {{ReportKind::kConsumption, hare, tuft, 0, 0}}};
    REQUIRE(reporter.world->submit(one).ok());
  }
  std::vector<EntityId> told;
  for (const Event& event : reporter.step().events) {
    if (event.kind == EventKind::kClientEvent) told.push_back(event.other);
  }
  CHECK(told == tufts);
}

TEST_CASE(
    "what was reported is state: saved, hashed and the same in a world that goes on from it") {
  Reporter one(kHungry, 5);
  const EntityId fox = one.come("fox", 10, 10);
  std::vector<EntityId> hares;
  for (int i = 0; i < 4; ++i) hares.push_back(one.come("hare", 10, 10.5));
  one.wait(10);
  for (int i = 0; i < 3; ++i) one.tell(ReportKind::kPredation, fox, hares[std::size_t(i)]);
  const Snapshot saved = one.world->snapshot();
  CHECK(saved.society.reports.kills.size() == 3);
  const auto read = snapshot_from_json(snapshot_to_json(saved));
  REQUIRE(read.ok());
  CHECK(read.value().society.reports == saved.society.reports);
  auto restored = World::restore(read.value());
  REQUIRE(restored.ok());
  const Heartbeat next{{{hares[3], 11, 10}}, {{ReportKind::kPredation, fox, hares[3], 0, 0}}};
  REQUIRE(one.world->submit(next).ok());
  REQUIRE(restored.value()->submit(next).ok());
  Idle idle;
  for (int i = 0; i < 150; ++i) {
    REQUIRE(one.world->step(idle).hash == restored.value()->step(idle).hash);
  }
  CHECK(one.world->society().reports.empty());
  Snapshot forged = saved;
  forged.society.reports.kills.clear();
  CHECK_FALSE(World::restore(forged).ok());
}

TEST_CASE("a heartbeat reads back from its JSON, and errors name the member") {
  const Heartbeat heartbeat{{{EntityId{3, 1}, 1.5, 2}, {EntityId{4, 0}, -1, 0}},
                            {{ReportKind::kPredation, EntityId{3, 1}, EntityId{4, 0}, 1, 2},
                             {ReportKind::kReproduction, EntityId{3, 1}, EntityId{3, 1}, 0, 0}}};
  const auto read = command_from_json(command_to_json(heartbeat));
  REQUIRE(read.ok());
  CHECK(std::get<Heartbeat>(read.value()) == heartbeat);
  const auto where = [](const std::string& members) {
    const auto read_one = command_from_json("{\"type\":\"heartbeat\"," + members + "}");
    return read_one.ok() ? std::string() : read_one.error().where;
  };
  CHECK(where(R"("moves":[{"id":1,"x":1,"y":2,"z":0}])").empty());
  CHECK(where(R"("moves":7)") == "moves");
  CHECK(where(R"("moves":[7])") == "moves[0]");
  CHECK(where(R"("moves":[{"id":1,"x":1,"y":2},{"id":1,"x":"1","y":2}])") == "moves[1].x");
  CHECK(where(R"("moves":[{"id":-1,"x":1,"y":2}])") == "moves[0].id");
  CHECK(where(R"("moves":[{"id":1,"x":1}])") == "moves[0].y");
  CHECK(where(R"("moves":[{"id":1,"x":1,"y":1,"speed":3}])") == "moves[0].speed");
  CHECK(where(R"("events":[{"kind":"murder","source":1}])") == "events[0].kind");
  CHECK(where(R"("events":[{"kind":"repro"}])") == "events[0].source");
  CHECK(where(R"("deeds":[])") == "deeds");
  std::string many = R"("moves":[)";
  for (std::size_t i = 0; i <= kHeartbeatMovesMax; ++i) {
    many += std::string(i > 0 ? "," : "") + R"({"id":1,"x":1,"y":1})";
  }
  CHECK(where(many + "]") == "moves");
  const auto world = make_world(plain_yaml());
  CHECK_FALSE(world->submit(Heartbeat{{{EntityId{}, std::nan(""), 0}}, {}}).ok());
  CHECK_FALSE(world->submit(Heartbeat{{{EntityId{}, 0, 1e7}}, {}}).ok());
}
