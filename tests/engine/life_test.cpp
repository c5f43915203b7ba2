#include "engine/senses.h"
#include "tests/engine/fixtures.h"

using namespace cherub::engine;
using namespace cherub::engine::fixtures;

namespace {

int count(const TickReport& report, EventKind kind) {
  int found = 0;
  for (const Event& event : report.events) found += event.kind == kind ? 1 : 0;
  return found;
}

}  // namespace

TEST_CASE("drives and health stay from 0 to 1 whatever happens") {
  for (const char* name : {"maze", "meadow", "pasture"}) {
    const auto world = make_world(shipped(name), 4);
    Puppeteer chaos([](const World& seen, Intents& intents) {
      NativeBehaviour native;
      for (const std::uint32_t row : seen.agent_rows()) {
        auto random = seen.random(row, cherub::base::Stream::kScript);
        NativeBehaviour::decide_row(seen, intents, row);
        if (random.uniform() < 0.3) use(intents, row, static_cast<AbilityKind>(random.below(4)));
      }
    });
    for (int tick = 0; tick < 800; ++tick) {
      world->step(chaos);
      const Columns& columns = world->columns();
      for (std::uint32_t row = 0; row < columns.size(); ++row) {
        if (columns.alive[row] == 0) continue;
        REQUIRE(columns.health[row] > 0);
        for (const auto* column : {&columns.health, &columns.energy, &columns.hunger}) {
          REQUIRE((*column)[row] >= 0);
          REQUIRE((*column)[row] <= 1);
        }
      }
    }
  }
}

TEST_CASE("a pasture of native rabbits lives on; wanderers starve") {
  const Scenario pasture = shipped("pasture");
  int sustained = 0, survived = 0, wanderers = 0;
  constexpr int kSeeds = 10;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const auto world = make_world(pasture, seed);
    NativeBehaviour native;
    for (int tick = 0; tick < 2000; ++tick) world->step(native);
    sustained += world->alive_count(0) >= 24 ? 1 : 0;

    const auto lively = make_world(pasture, seed);
    survived += value_of(pasture, run_episode(*lively, native), "survival") > 0.9 ? 1 : 0;
    const auto doomed = make_world(pasture, seed);
    RandomWalker walker;
    wanderers += value_of(pasture, run_episode(*doomed, walker), "survival") > 0 ? 1 : 0;
  }
  CAPTURE(sustained, survived, wanderers);
  CHECK(sustained >= 8);
  CHECK(survived >= 8);
  CHECK(wanderers == 0);
}

TEST_CASE("the starving lose health and die of hunger; the fed mend") {
  const auto world = make_world(plain_yaml("    hunger_rate: 1\n    starve_rate: 1\n"));
  const std::uint32_t row = spawn(*world, "walker", 8, 8);
  Idle idle;
  TickReport report;
  int ticks = 0;
  while (world->alive_count() > 0 && ticks < 100) {
    report = world->step(idle);
    ++ticks;
  }
  // At most 10 ticks to full hunger, then 10 to death.
  CHECK(ticks >= 15);
  CHECK(ticks <= 21);
  REQUIRE(count(report, EventKind::kDeath) == 1);
  CHECK(report.events.back().value == double(DeathCause::kStarved));
  CHECK(report.events.back().entity.index == row);
  CHECK(report.alive == 0);
}

TEST_CASE("hazards take health, count it and kill") {
  const std::string yaml =
      "name: lava\n"
      "hazard_damage: 3\n"
      "terrain: {generator: maze, width: 7, depth: 7, openness: 1, hazard_density: 1}\n"
      "species: [{name: walker, speed: 2}]\n"
      "metrics: [{name: damage}]\n"
      "success: {metric: damage}\n"
      "agent_species: walker\n";
  const auto world = make_world(yaml);
  std::uint32_t hazard_x = 0, hazard_y = 0;
  for (std::uint32_t cell = 0; cell < 49; ++cell) {
    if (world->terrain().at(cell % 7, cell / 7) != Block::kHazard) continue;
    hazard_x = cell % 7;
    hazard_y = cell / 7;
  }
  REQUIRE(hazard_x > 0);
  const std::uint32_t row = spawn(*world, "walker", hazard_x + 0.5, hazard_y + 0.5);
  CHECK(world->columns().damage[row] == Approx(0.3));
  CHECK(world->columns().health[row] == Approx(0.7));
  Idle idle;
  world->step(idle);
  world->step(idle);
  const TickReport last = world->step(idle);
  CHECK(world->alive_count() == 0);
  REQUIRE(last.events.size() == 2);
  CHECK(last.events[0].kind == EventKind::kHazard);
  CHECK(last.events[0].value == Approx(0.1));
  CHECK(last.events[1].kind == EventKind::kDeath);
  CHECK(last.events[1].value == double(DeathCause::kHazard));
}

TEST_CASE("everybody dies of age within a fifth of the lifetime") {
  const auto world = make_world(plain_yaml("    lifetime_s: 10\n"));
  for (int i = 0; i < 20; ++i) REQUIRE(world->submit(Spawn{"walker", 8, 8, 0, 1}).ok());
  Idle idle;
  for (int tick = 0; tick < 79; ++tick) world->step(idle);
  CHECK(world->alive_count() == 20);
  int deaths = 0, ticks_with_deaths = 0;
  for (int tick = 79; tick < 121; ++tick) {
    const int now = count(world->step(idle), EventKind::kDeath);
    deaths += now;
    ticks_with_deaths += now > 0 ? 1 : 0;
  }
  CHECK(deaths == 20);
  CHECK(ticks_with_deaths > 5);
}

TEST_CASE("grass grows three times as fast in full rain, for eighty ticks") {
  const std::string yaml =
      "name: rain\n"
      "species:\n"
      "  - {name: walker}\n"
      "  - {name: grass, kind: plant, growth_rate: 0.001}\n"
      "spawns: [{species: grass, count: 1}]\n"
      "metrics: [{name: population}]\n"
      "success: {metric: population}\n"
      "agent_species: walker\n";
  const auto world = make_world(yaml);
  Idle idle;
  const auto grown = [&](int ticks) {
    const float before = world->columns().energy[0];
    for (int tick = 0; tick < ticks; ++tick) world->step(idle);
    return world->columns().energy[0] - before;
  };
  const float dry = grown(80);
  REQUIRE(world->submit(Rain{1}).ok());
  const float wet = grown(80);
  CHECK(world->rain_intensity() == 0);
  const float after = grown(80);
  CHECK(wet == Approx(3 * dry).epsilon(0.01));
  CHECK(after == Approx(dry).epsilon(0.01));
}

TEST_CASE("plants keep their distance and their greatest number") {
  const std::string yaml =
      "name: spread\n"
      "terrain: {width: 12, depth: 12}\n"
      "species:\n"
      "  - {name: walker}\n"
      "  - {name: grass, kind: plant, growth_rate: 1, spread_rate: 2, spread_radius: 3,\n"
      "     density_radius: 1.5, density_max: 2, population_max: 60}\n"
      "spawns: [{species: grass, count: 2}]\n"
      "metrics: [{name: population}]\n"
      "success: {metric: population}\n"
      "agent_species: walker\n";
  const auto world = make_world(yaml);
  Idle idle;
  for (int tick = 0; tick < 400; ++tick) {
    world->step(idle);
    REQUIRE(world->alive_count(1) <= 60);
  }
  CHECK(world->alive_count(1) > 20);
}

TEST_CASE("a child gets half of what reproduction takes, and its parent pays that") {
  const auto world =
      make_world(plain_yaml("    reproduce_energy: 0.6\n    reproduce_age_s: 0.1\n"));
  const std::uint32_t row = spawn(*world, "walker", 8, 8);
  Puppeteer breed(
      [&](const World&, Intents& intents) { use(intents, row, AbilityKind::kReproduce); });
  const TickReport report = world->step(breed);
  REQUIRE(count(report, EventKind::kBirth) == 1);
  const Event& birth = report.events.front();
  CHECK(birth.other == world->id_of(row));
  CHECK(world->columns().energy[row] == Approx(0.7));
  CHECK(world->columns().energy[birth.entity.index] == Approx(0.3));
  CHECK(world->columns().species[birth.entity.index] == 0);
  CHECK(std::hypot(birth.x - 8, birth.y - 8) <= 1.01);
}
