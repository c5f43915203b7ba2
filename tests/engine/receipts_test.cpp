#include <string>

#include "tests/engine/fixtures.h"

using namespace cherub::engine;
using namespace cherub::engine::fixtures;

namespace {

// A walker at (8, 8) that uses one ability, and what it was told.
struct Stage {
  std::unique_ptr<World> world;
  std::uint32_t walker = 0;

  explicit Stage(const std::string& walker_lines = "", const std::string& world_lines = "")
      : world(make_world(plain_yaml(walker_lines, world_lines))),
        walker(spawn(*world, "walker", 8, 8)) {}

  Receipt ability(AbilityKind kind, EntityId target = {}) {
    Puppeteer once([&](const World&, Intents& intents) { use(intents, walker, kind, target); });
    world->step(once);
    return static_cast<Receipt>(world->columns().ability_receipt[walker]);
  }
  Receipt message(const std::string& text) {
    Puppeteer once([&](const World&, Intents& intents) {
      intents.messages.push_back({walker, text});
    });
    report = world->step(once);
    return static_cast<Receipt>(world->columns().message_receipt[walker]);
  }
  Receipt movement(MoveKind kind, float x = 0, float y = 0) {
    Puppeteer once([&](const World&, Intents& intents) { move(intents, walker, kind, x, y); });
    world->step(once);
    return static_cast<Receipt>(world->columns().move_receipt[walker]);
  }
  EntityId put(const std::string& species, double x, double y) {
    return world->id_of(spawn(*world, species, x, y));
  }

  TickReport report;
};

}  // namespace

TEST_CASE("eating: accepted, no such target, out of reach, not in the diet") {
  Stage stage;
  const EntityId grass = stage.put("grass", 8.5, 8);
  const EntityId far = stage.put("grass", 12, 8);
  const EntityId stone = stage.put("stone", 8.5, 8);
  CHECK(stage.ability(AbilityKind::kEat, stone) == Receipt::kNotInDiet);
  CHECK(stage.ability(AbilityKind::kEat, far) == Receipt::kOutOfReach);
  CHECK(stage.ability(AbilityKind::kEat, EntityId{77, 0}) == Receipt::kNoSuchTarget);
  CHECK(stage.ability(AbilityKind::kEat, stage.world->id_of(stage.walker)) ==
        Receipt::kNoSuchTarget);
  CHECK(stage.ability(AbilityKind::kEat, grass) == Receipt::kAccepted);
  CHECK_FALSE(stage.world->exists(grass));
  CHECK(stage.ability(AbilityKind::kEat, grass) == Receipt::kNoSuchTarget);
  CHECK(stage.ability(AbilityKind::kNone) == Receipt::kNone);
}

TEST_CASE("two cannot eat the same grass: the lower row gets it") {
  Stage stage;
  const std::uint32_t other = spawn(*stage.world, "walker", 8, 9);
  const EntityId grass = stage.put("grass", 8, 8.5);
  Puppeteer both([&](const World&, Intents& intents) {
    use(intents, stage.walker, AbilityKind::kEat, grass);
    use(intents, other, AbilityKind::kEat, grass);
  });
  stage.world->step(both);
  const Columns& columns = stage.world->columns();
  CHECK(columns.ability_receipt[stage.walker] == std::uint8_t(Receipt::kAccepted));
  CHECK(columns.ability_receipt[other] == std::uint8_t(Receipt::kNoSuchTarget));
}

TEST_CASE("eating relieves hunger by what the plant is worth and gives energy") {
  Stage stage("    hunger_rate: 0.5\n    energy_rate: 3\n");
  const EntityId grass = stage.put("grass", 8.5, 8);
  stage.movement(MoveKind::kBy, 0.2f, 0);
  const float hunger = stage.world->columns().hunger[stage.walker];
  const float energy = stage.world->columns().energy[stage.walker];
  REQUIRE(stage.ability(AbilityKind::kEat, grass) == Receipt::kAccepted);
  const float relieved = std::min(hunger, 0.4f);
  CHECK(stage.world->columns().hunger[stage.walker] == Approx(hunger - relieved + 0.05));
  CHECK(stage.world->columns().energy[stage.walker] == Approx(std::min(1.0f, energy + 0.4f)));
}

TEST_CASE("reproducing: accepted, not ready, crowded, not available") {
  CHECK(Stage().ability(AbilityKind::kReproduce) == Receipt::kNotAvailable);
  CHECK(Stage("    reproduce_energy: 0.5\n").ability(AbilityKind::kReproduce) ==
        Receipt::kAccepted);
  Stage young("    reproduce_energy: 0.5\n    reproduce_age_s: 1\n");
  CHECK(young.ability(AbilityKind::kReproduce) == Receipt::kNotReady);
  Stage tired("    reproduce_energy: 0.8\n");
  CHECK(tired.ability(AbilityKind::kReproduce) == Receipt::kAccepted);
  CHECK(tired.ability(AbilityKind::kReproduce) == Receipt::kNotReady);
  Stage hungry("    reproduce_energy: 0.1\n    hunger_rate: 6\n");
  CHECK(hungry.ability(AbilityKind::kReproduce) == Receipt::kNotReady);
  Stage full("    reproduce_energy: 0.1\n    population_max: 2\n");
  CHECK(full.ability(AbilityKind::kReproduce) == Receipt::kAccepted);
  CHECK(full.ability(AbilityKind::kReproduce) == Receipt::kCrowded);
}

TEST_CASE("two births in one tick do not pass the greatest number") {
  Stage stage("    reproduce_energy: 0.1\n    population_max: 3\n");
  const std::uint32_t other = spawn(*stage.world, "walker", 4, 4);
  Puppeteer both([&](const World&, Intents& intents) {
    use(intents, stage.walker, AbilityKind::kReproduce);
    use(intents, other, AbilityKind::kReproduce);
  });
  stage.world->step(both);
  CHECK(stage.world->alive_count(0) == 3);
  CHECK(stage.world->columns().ability_receipt[other] == std::uint8_t(Receipt::kCrowded));
}

TEST_CASE("resting regains energy and excludes movement") {
  Stage stage("    energy_rate: 5\n    rest_rate: 1\n");
  stage.movement(MoveKind::kBy, 1, 0);
  const float energy = stage.world->columns().energy[stage.walker];
  const float x = stage.world->columns().x[stage.walker];
  Puppeteer both([&](const World&, Intents& intents) {
    move(intents, stage.walker, MoveKind::kBy, 1, 0);
    use(intents, stage.walker, AbilityKind::kRest);
  });
  stage.world->step(both);
  const Columns& columns = stage.world->columns();
  CHECK(columns.move_receipt[stage.walker] == std::uint8_t(Receipt::kNotAvailable));
  CHECK(columns.ability_receipt[stage.walker] == std::uint8_t(Receipt::kAccepted));
  CHECK(columns.x[stage.walker] == x);
  CHECK(columns.energy[stage.walker] == Approx(energy + 0.1));
}

TEST_CASE("what a scenario does not list is not available") {
  Stage stage("    reproduce_energy: 0.1\n", "actions: [wander]\n");
  const EntityId grass = stage.put("grass", 8.5, 8);
  CHECK(stage.movement(MoveKind::kBy, 1, 0) == Receipt::kNotAvailable);
  CHECK(stage.movement(MoveKind::kTo, 1, 0) == Receipt::kNotAvailable);
  CHECK(stage.movement(MoveKind::kWander) == Receipt::kAccepted);
  CHECK(stage.ability(AbilityKind::kEat, grass) == Receipt::kNotAvailable);
  CHECK(stage.ability(AbilityKind::kReproduce) == Receipt::kNotAvailable);
  CHECK(stage.ability(AbilityKind::kRest) == Receipt::kNotAvailable);
  CHECK(stage.message("hello") == Receipt::kNotAvailable);
}

TEST_CASE("numbers that are no kind of intent are refused") {
  Stage stage;
  CHECK(stage.movement(static_cast<MoveKind>(200)) == Receipt::kNotAvailable);
  CHECK(stage.ability(static_cast<AbilityKind>(200)) == Receipt::kNotAvailable);
  CHECK(stage.movement(MoveKind::kNone) == Receipt::kNone);
}

TEST_CASE("messages up to the limit are heard, longer ones refused") {
  Stage stage;
  CHECK(stage.message(std::string(kMessageBytesMax, 'a')) == Receipt::kAccepted);
  REQUIRE(stage.report.events.size() == 1);
  CHECK(stage.report.events[0].kind == EventKind::kMessage);
  CHECK(stage.report.events[0].text.size() == kMessageBytesMax);
  CHECK(stage.message(std::string(kMessageBytesMax + 1, 'a')) == Receipt::kTooLong);
  CHECK(stage.report.events.empty());
  stage.movement(MoveKind::kNone);
  CHECK(stage.world->columns().message_receipt[stage.walker] == std::uint8_t(Receipt::kNone));
}

TEST_CASE("of two messages of one row the first is heard, and rows that are nobody are ignored") {
  Stage stage;
  Puppeteer two([&](const World&, Intents& intents) {
    intents.messages.push_back({9999, "from nobody"});
    intents.messages.push_back({stage.walker, "first"});
    intents.messages.push_back({stage.walker, "second"});
  });
  const TickReport report = stage.world->step(two);
  REQUIRE(report.events.size() == 1);
  CHECK(report.events[0].text == "first");
}

TEST_CASE("every receipt, event, cause and block has a name of its own") {
  std::vector<std::string> names;
  for (int i = 0; i < kReceiptCount; ++i) names.emplace_back(receipt_name(static_cast<Receipt>(i)));
  for (std::size_t i = 0; i < names.size(); ++i) {
    CHECK(names[i] != "unknown");
    for (std::size_t j = 0; j < i; ++j) CHECK(names[i] != names[j]);
  }
  CHECK(std::string(receipt_name(static_cast<Receipt>(kReceiptCount))) == "unknown");
  CHECK(std::string(event_name(EventKind::kFault)) == "fault");
  CHECK(std::string(death_cause_name(DeathCause::kRemoved)) == "removed");
  CHECK(std::string(block_name(Block::kHazard)) == "hazard");
}
