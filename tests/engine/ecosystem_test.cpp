#include <algorithm>
#include <numeric>

#include "engine/senses.h"
#include "engine/snapshot.h"
#include "tests/engine/ecosystem_fixtures.h"

using namespace cherub::engine;
using namespace cherub::engine::fixtures;

namespace {

std::uint32_t matter_of(const World& world, std::uint32_t row) {
  return world.ecology()->bodies.matter[row];
}

double moisture_mean(const World& world) {
  const auto& moisture = world.ecology()->soil.moisture;
  return std::accumulate(moisture.begin(), moisture.end(), 0.0) /
         static_cast<double>(moisture.size());
}

// Everybody does something, whatever comes of it.
void act_at_random(const World& world, Intents& intents) {
  constexpr AbilityKind kKinds[] = {AbilityKind::kEat, AbilityKind::kReproduce, AbilityKind::kRest,
                                    AbilityKind::kDrink, AbilityKind::kPollinate};
  for (const std::uint32_t row : world.agent_rows()) {
    auto random = world.random(row, cherub::base::Stream::kBehaviour);
    Sighting near;
    cherub_sense_forage(&world, row, 2, &near);
    if (near.found == 0) cherub_sense_blossom(&world, row, 2, &near);
    const AbilityKind kind = near.found != 0 && random.uniform() < 0.7 ? kKinds[random.below(2) * 4]
                                                                       : kKinds[random.below(5)];
    use(intents, row, kind, EntityId::unpack(static_cast<std::uint64_t>(near.id)));
    intents.move[row] = static_cast<std::uint8_t>(MoveKind::kWander);
    intents.mode[row] = static_cast<std::uint8_t>(random.below(12));
  }
}

}  // namespace

TEST_CASE("other worlds are no ecosystems") {
  CHECK(make_world(shipped("maze"))->ecology() == nullptr);
  CHECK(make_world(shipped("pasture"))->ecology() == nullptr);
}

TEST_CASE("matter is neither made nor lost, whatever happens") {
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    const auto world = make_world(shipped("meadow"), seed);
    Puppeteer everybody(act_at_random);
    int births = 0, deaths = 0, meals = 0;
    for (int tick = 0; tick < 500; ++tick) {
      if (tick == 20) REQUIRE(world->submit(Rain{1}).ok());
      if (tick == 30) REQUIRE(world->submit(Spawn{"wolf", 20.5, 40.5, 0, 12}).ok());
      if (tick % 50 == 40) {
        REQUIRE(world->submit(Remove{world->id_of(world->agent_rows().front())}).ok());
      }
      for (const Event& event : world->step(everybody).events) {
        births += event.kind == EventKind::kBirth ? 1 : 0;
        deaths += event.kind == EventKind::kDeath ? 1 : 0;
        meals += event.kind == EventKind::kEat || event.kind == EventKind::kPollinate ? 1 : 0;
      }
      check_balance(*world);
    }
    CHECK(births > 50);
    CHECK(deaths > 20);
    CHECK(meals > 50);
    CHECK(world->ecology()->bound > 0);
    CHECK(world->ecology()->mineralised > 0);
  }
}

TEST_CASE("the richest soil there can be holds all of its matter") {
  const auto world =
      make_world(garden_yaml("  soil: {cell_m: 16, nutrients: 100, organic: 100}\n"));
  const MatterBalance balance = balance_of(*world->ecology());
  constexpr std::uint64_t kUnits = 4 * 16 * 16 * 100 * std::uint64_t{1'000'000};  // of four cells
  CHECK(balance.nutrient == kUnits);
  CHECK(balance.litter == kUnits);
  check_balance(*world);
}

TEST_CASE("hunger and growth are how much matter there is") {
  const auto world = make_world(garden_yaml());
  const std::uint32_t deer = spawn(*world, "deer", 12.5, 12.5);
  const std::uint32_t before = matter_of(*world, deer);
  const float hunger = world->columns().hunger[deer];
  idle(*world, 100);
  CHECK(matter_of(*world, deer) < before);
  CHECK(world->columns().hunger[deer] > hunger + 0.1f);
  const std::uint32_t grass = spawn(*world, "grass", 15.5, 12.5);
  const float grown = world->columns().energy[grass];
  const std::uint32_t was = matter_of(*world, grass);
  idle(*world, 40);
  CHECK((matter_of(*world, grass) > was) == (world->columns().energy[grass] > grown));
}

TEST_CASE("an animal grazes a bite at a time, of its diet, in its reach, of what is ripe") {
  const auto world = make_world(garden_yaml());
  const std::uint32_t deer = spawn(*world, "deer", 12.5, 12.5);
  const std::uint32_t flower = spawn(*world, "flower", 13.0, 12.5);
  const std::uint32_t far = spawn(*world, "grass", 20.5, 12.5);
  const std::uint32_t oak = spawn(*world, "oak", 12.5, 13.5);
  idle(*world, 250);
  const float hunger = world->columns().hunger[deer];
  const std::uint32_t whole = matter_of(*world, flower);
  CHECK(act(*world, deer, AbilityKind::kEat, world->id_of(far)) == Receipt::kOutOfReach);
  CHECK(act(*world, deer, AbilityKind::kEat, world->id_of(oak)) == Receipt::kNotInDiet);
  CHECK(act(*world, deer, AbilityKind::kEat, {77, 0}) == Receipt::kNoSuchTarget);
  CHECK(act(*world, deer, AbilityKind::kEat, world->id_of(flower)) == Receipt::kAccepted);
  CHECK(world->columns().hunger[deer] < hunger - 0.05f);
  CHECK(matter_of(*world, flower) < whole);
  CHECK(world->columns().alive[flower] == 1);
  Receipt last = Receipt::kAccepted;
  for (int bites = 0; bites < 20 && last == Receipt::kAccepted; ++bites) {
    if (world->columns().alive[flower] == 0) break;
    last = act(*world, deer, AbilityKind::kEat, world->id_of(flower));
  }
  const bool gone = world->columns().alive[flower] == 0;
  CHECK((gone || last == Receipt::kNotReady));
}

TEST_CASE("a hunter catches as often as its chance says, and waits after a miss") {
  int caught = 0, tries = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const auto world = make_world(garden_yaml(), seed);
    const std::uint32_t wolf = spawn(*world, "wolf", 12.5, 12.5);
    const std::uint32_t deer = spawn(*world, "deer", 12.6, 12.5);
    const EntityId prey = world->id_of(deer);
    const Receipt receipt = act(*world, wolf, AbilityKind::kEat, prey);
    ++tries;
    caught += receipt == Receipt::kAccepted ? 1 : 0;
    if (receipt == Receipt::kAccepted) {
      CHECK_FALSE(world->exists(prey));
      continue;
    }
    CHECK(receipt == Receipt::kFailed);
    CHECK(cherub_sense_pause(world.get(), wolf) > 1.5);
    CHECK(act(*world, wolf, AbilityKind::kEat, prey) == Receipt::kCoolingDown);
    idle(*world, 20);
    CHECK(cherub_sense_pause(world.get(), wolf) == 0);
  }
  // 0.3 of a prey that is faster by (80 / 40)^0.25: 0.252, with a standard error of 0.025.
  CHECK(std::abs(double(caught) / tries - 0.252) < 0.08);
}

TEST_CASE("nobody is caught at its roost, and rest is better there") {
  const auto world = make_world(garden_yaml());
  const std::uint32_t wolf = spawn(*world, "wolf", 12.5, 12.5);
  const std::uint32_t bird = spawn(*world, "bird", 12.6, 12.5);
  spawn(*world, "oak", 13.5, 12.5);
  for (int tries = 0; tries < 15; ++tries) {
    CHECK(act(*world, wolf, AbilityKind::kEat, world->id_of(bird)) == Receipt::kFailed);
    idle(*world, 20);
  }
  const auto gain = [&](std::uint32_t row) {
    const float before = world->columns().energy[row];
    CHECK(act(*world, row, AbilityKind::kRest) == Receipt::kAccepted);
    return world->columns().energy[row] - before;
  };
  const std::uint32_t other = spawn(*world, "bird", 20.5, 20.5);
  idle(*world, 100);
  CHECK(gain(bird) > gain(other) * 1.2f);
}

TEST_CASE("flowers have nectar for five, pollinators pause, and pollen comes along") {
  const auto world = make_world(garden_yaml());
  const std::uint32_t flower = spawn(*world, "flower", 12.5, 12.5);
  idle(*world, 400);
  REQUIRE(world->columns().energy[flower] > 0.5f);
  const std::uint32_t moth = spawn(*world, "moth", 12.6, 12.5);
  const EntityId target = world->id_of(flower);
  const auto visit = [&] { return act(*world, moth, AbilityKind::kPollinate, target); };
  CHECK(visit() == Receipt::kAccepted);
  CHECK(world->ecology()->bodies.drive[flower] == 0.5f);
  CHECK(visit() == Receipt::kCoolingDown);
  for (int visits = 2; visits <= 4; ++visits) {
    idle(*world, 7);
    CHECK(visit() == Receipt::kAccepted);
  }
  idle(*world, 28);
  CHECK(visit() == Receipt::kCoolingDown);
  CHECK(visit() == Receipt::kAccepted);
  const std::uint32_t deer = spawn(*world, "deer", 12.6, 12.5);
  CHECK(act(*world, deer, AbilityKind::kPollinate, target) == Receipt::kNotInDiet);
  std::vector<std::uint32_t> moths;
  for (int i = 0; i < 7; ++i) moths.push_back(spawn(*world, "moth", 12.6, 12.5));
  idle(*world, 60);
  int fed = 0;
  for (const std::uint32_t visitor : moths) {
    const Receipt receipt = act(*world, visitor, AbilityKind::kPollinate, target);
    fed += receipt == Receipt::kAccepted ? 1 : 0;
    CHECK((receipt == Receipt::kAccepted || receipt == Receipt::kNotReady));
  }
  CHECK(fed <= 5);
  CHECK(fed >= 1);
}

TEST_CASE("who is by the water drinks") {
  const auto world = make_world(garden_yaml());
  const std::uint32_t far = spawn(*world, "deer", 15.5, 15.5);
  const std::uint32_t near = spawn(*world, "deer", 5.0, 2.5);
  idle(*world, 100);
  const float before = world->columns().thirst[near];
  CHECK(act(*world, near, AbilityKind::kDrink) == Receipt::kAccepted);
  CHECK(world->columns().thirst[near] < before);
  CHECK(act(*world, far, AbilityKind::kDrink) == Receipt::kOutOfReach);
  Sighting water;
  cherub_sense_water(world.get(), far, &water);
  REQUIRE(water.found == 1);
  CHECK(world->terrain().at(static_cast<int>(water.x), static_cast<int>(water.y)) == Block::kWater);
  idle(*world, 350);
  CHECK(world->columns().health[far] < 1);
}

TEST_CASE("two that are ready have young near each other, who cost both of them matter") {
  const auto world = make_world(garden_yaml("  rates: {breeding: 100, hunger: 0.1}\n"));
  const std::uint32_t first = spawn(*world, "wolf", 12.5, 12.5);
  idle(*world, 80);
  CHECK(act(*world, first, AbilityKind::kReproduce) == Receipt::kNoSuchTarget);
  const std::uint32_t second = spawn(*world, "wolf", 13.5, 12.5);
  idle(*world, 80);
  const std::uint32_t had = matter_of(*world, first), other_had = matter_of(*world, second);
  const std::uint32_t wolves = world->alive_count(1);
  const Receipt receipt = act(*world, first, AbilityKind::kReproduce);
  CHECK(receipt == Receipt::kAccepted);
  CHECK(world->alive_count(1) == wolves + 3);
  CHECK(matter_of(*world, first) < had);
  CHECK(matter_of(*world, second) < other_had);
  CHECK(world->ecology()->bodies.drive[first] < 0.5f);
  check_balance(*world);
  CHECK(act(*world, first, AbilityKind::kReproduce) == Receipt::kNotReady);
}

TEST_CASE("rain wets the soil, which dries afterwards and stays wet by the water") {
  const auto world = make_world(garden_yaml("  soil: {moisture: 0.3, evaporation: 0.01}\n"));
  idle(*world, 1);
  const double dry = moisture_mean(*world);
  REQUIRE(world->submit(Rain{1}).ok());
  idle(*world, 1);
  const double wet = moisture_mean(*world);
  CHECK(wet > dry + 0.25);
  idle(*world, 70);
  CHECK(moisture_mean(*world) >= wet - 1e-6);
  idle(*world, 2000);
  CHECK(moisture_mean(*world) < wet - 0.1);
  const auto& moisture = world->ecology()->soil.moisture;
  CHECK(moisture.front() > moisture.back() + 0.2f);
}

TEST_CASE("litter rots faster where mushrooms live on it") {
  const auto rotten = [](bool mushrooms) {
    const auto world = make_world(garden_yaml("  soil: {organic: 1, moisture: 0.8}\n"), 3);
    for (int i = 0; i < 12 && mushrooms; ++i) {
      spawn(*world, "mushroom", 8.5 + i % 4 * 2, 8.5 + i / 4 * 2);
    }
    idle(*world, 600 - (mushrooms ? 12 : 0));
    check_balance(*world);
    return world->ecology()->mineralised;
  };
  CHECK(rotten(true) > rotten(false));
}

TEST_CASE("seasons swing about their means, and come again") {
  const auto world = make_world(garden_yaml());
  CHECK(cherub_sense_temperature(world.get()) == Approx(22));
  const auto meadow = make_world(shipped("meadow"));
  const double spring = cherub_sense_light(meadow.get());
  idle(*meadow, 1500);
  CHECK(cherub_sense_light(meadow.get()) > spring + 0.1);
  CHECK(cherub_sense_temperature(meadow.get()) > 19);
}

TEST_CASE("modes are what agents say, and nonsense is ignored") {
  const auto world = make_world(garden_yaml());
  const std::uint32_t deer = spawn(*world, "deer", 12.5, 12.5);
  const auto say = [&](std::uint8_t mode) {
    Puppeteer puppeteer([&](const World&, Intents& intents) { intents.mode[deer] = mode; });
    world->step(puppeteer);
    return world->ecology()->bodies.mode[deer];
  };
  CHECK(say(static_cast<std::uint8_t>(Mode::kDrink)) == static_cast<std::uint8_t>(Mode::kDrink));
  CHECK(say(200) == static_cast<std::uint8_t>(Mode::kDrink));
  idle(*world, 1);
  CHECK(world->ecology()->bodies.mode[deer] == static_cast<std::uint8_t>(Mode::kDrink));
}

TEST_CASE("who eats nothing but animals hunts where others forage") {
  const auto world = make_world(garden_yaml());
  const std::uint32_t wolf = spawn(*world, "wolf", 12.5, 12.5);
  const std::uint32_t bird = spawn(*world, "bird", 18.5, 12.5);
  Puppeteer foraging([](const World& seen, Intents& intents) {
    for (const std::uint32_t row : seen.agent_rows()) {
      intents.mode[row] = static_cast<std::uint8_t>(Mode::kForage);
    }
  });
  world->step(foraging);
  const auto mode_of = [&](std::uint32_t row) {
    return static_cast<Mode>(world->ecology()->bodies.mode[row]);
  };
  CHECK(mode_of(wolf) == Mode::kHunt);
  CHECK(mode_of(bird) == Mode::kForage);
}

TEST_CASE("a colony of tired members is not well, and does not breed") {
  const auto world = make_world(garden_yaml("  rates: {tiring: 20, breeding: 100}\n"));
  const std::uint32_t first = spawn(*world, "moth", 18.5, 18.5);
  spawn(*world, "moth", 18.6, 18.5);
  CHECK(cherub_sense_colony(world.get(), first) == 1);
  idle(*world, 400);
  CHECK(cherub_sense_colony(world.get(), first) < 0.3);
  CHECK(act(*world, first, AbilityKind::kReproduce) == Receipt::kNotReady);
  CHECK(cherub_sense_colony(world.get(), spawn(*world, "deer", 10.5, 18.5)) == 1);
}

TEST_CASE("saves of ecosystems that do not add up are refused") {
  const auto world = make_world(shipped("meadow"), 5);
  idle(*world, 30);
  const Snapshot good = world->snapshot();
  REQUIRE(World::restore(good).ok());
  const auto refused = [&](auto&& spoil, const std::string& where) {
    Snapshot bad = good;
    spoil(*bad.ecology);
    const auto restored = World::restore(bad);
    REQUIRE_FALSE(restored.ok());
    CHECK(restored.error().where == where);
  };
  refused([](Ecology& e) { ++e.bodies.matter[0]; }, "ecology.bodies");
  refused([](Ecology& e) { ++e.bound; }, "ecology.bodies");
  refused([](Ecology& e) { e.soil.litter.pop_back(); }, "ecology.litter");
  refused([](Ecology& e) { e.soil.moisture[3] = 2; }, "ecology.moisture");
  refused([](Ecology& e) { e.bodies.mode[0] = 99; }, "ecology.mode");
  refused([](Ecology& e) { e.bodies.drive[0] = -1; }, "ecology.drive");
  refused([](Ecology& e) { e.colony.clear(); }, "ecology.colony");
  Snapshot without = good;
  without.ecology.reset();
  CHECK_FALSE(World::restore(without).ok());
}
