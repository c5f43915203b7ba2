// What bounds a population of an ecosystem: room, cover, cold and food.
#include "engine/senses.h"
#include "tests/engine/ecosystem_fixtures.h"

using namespace cherub::engine;
using namespace cherub::engine::fixtures;

namespace {

// The garden at a steady temperature.
std::string garden_at(int celsius) {
  return changed_garden("temperature: 22", "temperature: " + std::to_string(celsius));
}

struct Needs {
  float hunger, thirst, tiredness, drive;
};

// What a tenth of a minute costs an animal that does nothing, at a temperature.
Needs needs_of(const std::string& species, int celsius) {
  const auto world = make_world(garden_at(celsius));
  const std::uint32_t row = spawn(*world, species, 12.5, 12.5);
  idle(*world, 310);  // until it is of age, in whatever cold
  const Columns& columns = world->columns();
  const auto& drive = world->ecology()->bodies.drive;
  const Needs before{columns.hunger[row], columns.thirst[row], 1 - columns.energy[row], drive[row]};
  idle(*world, 60);
  return {columns.hunger[row] - before.hunger, columns.thirst[row] - before.thirst,
          1 - columns.energy[row] - before.tiredness, drive[row] - before.drive};
}

}  // namespace

TEST_CASE("in the cold endotherms are hungrier, and ectotherms are slow") {
  const Needs deer = needs_of("deer", 25), cold_deer = needs_of("deer", 0);
  CHECK(cold_deer.hunger == Approx(1.6 * deer.hunger).epsilon(0.02));
  CHECK(cold_deer.thirst == Approx(deer.thirst).epsilon(0.02));
  const Needs moth = needs_of("moth", 25), cold_moth = needs_of("moth", 0);
  CHECK(cold_moth.hunger == Approx(0.1 * moth.hunger).epsilon(0.02));
  CHECK(cold_moth.thirst == Approx(0.1 * moth.thirst).epsilon(0.02));
  CHECK(cold_moth.tiredness == Approx(0.1 * moth.tiredness).epsilon(0.02));
  CHECK(cold_moth.drive > 0);
  CHECK(cold_moth.drive < 0.3f * moth.drive);  // better fed than the warm one, and slower yet
}

TEST_CASE("the better fed an animal is, the sooner it breeds, and the hungry never do") {
  const auto world = make_world(changed_garden("temperature: 22", "temperature: 25"));
  const std::uint32_t deer = spawn(*world, "deer", 12.5, 12.5);
  const auto gain = [&] {
    const float before = world->ecology()->bodies.drive[deer];
    idle(*world, 20);
    return world->ecology()->bodies.drive[deer] - before;
  };
  idle(*world, 310);
  REQUIRE(world->columns().hunger[deer] < 0.5f);
  float last = gain();
  CHECK(last > 0);
  while (world->columns().hunger[deer] < 0.48f) {
    const float next = gain();
    CHECK(next < last);
    last = next;
  }
  idle(*world, 100);
  CHECK(gain() == 0);
}

TEST_CASE("nobody breeds where the territory is full") {
  const auto world = make_world(changed_garden(
      "    catch_chance: 0.3\n",
      "    catch_chance: 0.3\n    territory_m: 6\n    territory_max: 2\n    drive_rate: 1\n"
      "    hunger_rate: 0.001\n    drain_rate: 0.001\n"));
  const auto breed = [&](std::uint32_t row) { return act(*world, row, AbilityKind::kReproduce); };
  const std::uint32_t first = spawn(*world, "wolf", 8.5, 12.5);
  spawn(*world, "wolf", 9.5, 12.5);
  const std::uint32_t other = spawn(*world, "wolf", 13.5, 12.5);
  idle(*world, 310);
  CHECK(breed(first) == Receipt::kCrowded);
  Puppeteer leaves(
      [&](const World&, Intents& intents) { move(intents, other, MoveKind::kTo, 20.5f, 12.5f); });
  for (int tick = 0; tick < 40; ++tick) world->step(leaves);
  CHECK(breed(first) == Receipt::kAccepted);
}

TEST_CASE("hunters do not find what hides by its roost") {
  const auto world = make_world(garden_yaml());
  const std::uint32_t wolf = spawn(*world, "wolf", 12.5, 12.5);
  const std::uint32_t bird = spawn(*world, "bird", 13.5, 12.5);
  const auto found = [&] {
    Sighting sighting;
    cherub_sense_forage(world.get(), wolf, 10, &sighting);
    return sighting.found == 1 &&
           EntityId::unpack(static_cast<std::uint64_t>(sighting.id)) == world->id_of(bird);
  };
  CHECK(found());
  spawn(*world, "oak", 14.5, 12.5);
  CHECK_FALSE(found());
}

TEST_CASE("who nests breeds by its roost alone, others anywhere") {
  for (const bool nests : {false, true}) {
    const auto world = make_world(changed_garden(
        "    roost: oak\n", std::string("    roost: oak\n    drive_rate: 1\n    nests: ") +
                                (nests ? "true\n" : "false\n")));
    const std::uint32_t first = spawn(*world, "bird", 12.5, 12.5);
    spawn(*world, "bird", 13.0, 12.5);
    idle(*world, 310);
    CHECK(act(*world, first, AbilityKind::kReproduce) ==
          (nests ? Receipt::kNotReady : Receipt::kAccepted));
    if (!nests) continue;
    spawn(*world, "oak", 14.5, 12.5);
    CHECK(act(*world, first, AbilityKind::kReproduce) == Receipt::kAccepted);
  }
}

TEST_CASE("plants outgrow what they shed, the slow ones too") {
  const auto world = make_world(garden_yaml());
  const std::uint32_t oak = spawn(*world, "oak", 12.5, 12.5);
  const std::uint32_t grass = spawn(*world, "grass", 18.5, 18.5);
  idle(*world, 3000);
  CHECK(world->columns().energy[grass] > 0.6f);
  // If it shed as fast as grass does, it would stop at a quarter of its size.
  idle(*world, 9000);
  CHECK(world->columns().energy[oak] > 0.35f);
}
