#include "engine/scenario_settings.h"

#include "engine/snapshot.h"
#include "engine/world_state.h"
#include "tests/engine/fixtures.h"

using namespace cherub::engine;
using namespace cherub::engine::fixtures;

namespace {

std::string refusal_of(const std::string& setting) {
  const std::vector<std::string> settings = {setting};
  const auto made = with_settings(shipped("town"), settings);
  return made.ok() ? "" : made.error().text();
}

}  // namespace

TEST_CASE("settings change what they name, and the text that is recorded") {
  const std::vector<std::string> settings = {
      "terrain.width=31", "spawns.cart.count=2",         "species.cart.speed=0.5",
      "hazard_damage=0",  "species.walker.lifetime_s=9", "senses.map=false"};
  const auto made = with_settings(shipped("town"), settings);
  REQUIRE(made.ok());
  CHECK(made->terrain.width == 31);
  CHECK(made->terrain.depth == 25);
  CHECK(made->spawns[2].count == 2);
  CHECK(made->species[2].speed == 0.5);
  CHECK(made->species[0].lifetime_s == 9);
  CHECK(made->hazard_damage == 0);
  CHECK_FALSE(made->keeps_map);
  const auto again = parse_scenario(made->yaml);
  REQUIRE(again.ok());
  CHECK(again->terrain.width == 31);
  CHECK(again->description == shipped("town").description);
  CHECK(again->metrics.size() == shipped("town").metrics.size());
  const auto same = with_settings(shipped("town"), {});
  REQUIRE(same.ok());
  CHECK(same->yaml == shipped("town").yaml);
}

TEST_CASE("another species can be given to the policy, if it is one of agents") {
  const std::vector<std::string> wolves = {"agent_species=wolf"};
  const auto made = with_settings(shipped("meadow"), wolves);
  REQUIRE(made.ok());
  CHECK(made->agent_species == "wolf");
  for (const char* wrong : {"agent_species=oak", "agent_species=wolfe"}) {
    const std::vector<std::string> settings = {wrong};
    const auto refused = with_settings(shipped("meadow"), settings);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().where == "agent_species");
  }
}

TEST_CASE("settings that cannot be are refused by name") {
  CHECK(refusal_of("terrain.widht=31").find("terrain.widht") != std::string::npos);
  CHECK(refusal_of("terrain.width=31.5").find("terrain.width") != std::string::npos);
  CHECK(refusal_of("terrain.width=1000").find("terrain.width") != std::string::npos);
  CHECK(refusal_of("species.goat.speed=1").find("goat") != std::string::npos);
  CHECK(refusal_of("species.cart.speed=100").find("speed") != std::string::npos);
  for (const char* wrong :
       {"", "=", "terrain.width", "terrain.width=", "name=other", "metrics.reached.weight=1",
        "species.cart.name=horse", "spawns.cart.species=walker", "terrain.a.b.c=1", "terrain..x=1",
        "terrain=1", "terrain.width=\n31", "species.cart=1", "Terrain.width=21"}) {
    CAPTURE(wrong);
    CHECK_FALSE(refusal_of(wrong).empty());
  }
  CHECK_FALSE(refusal_of("terrain.width=" + std::string(300, '1')).empty());
  CHECK_FALSE(refusal_of("terrain.width={a: 1}").empty());
  const std::vector<std::string> many(kSettingsMax + 1, "terrain.width=21");
  CHECK_FALSE(with_settings(shipped("town"), many).ok());
}

TEST_CASE("every shipped difficulty and curriculum makes a world") {
  for (const std::string& name : builtin_scenario_names()) {
    CAPTURE(name);
    const Scenario scenario = shipped(name);
    for (const Curriculum& curriculum : scenario.curricula) {
      CHECK(scenario.find_curriculum(curriculum.name) == &curriculum);
      for (const CurriculumStep& step : curriculum.steps) {
        CAPTURE(step.name);
        const auto made = with_settings(scenario, step.set);
        if (!made.ok()) FAIL(made.error().text());
        const auto world = World::create(*made, 3);
        REQUIRE(world.ok());
        const bool has_target =
            std::any_of(made->species.begin(), made->species.end(),
                        [](const SpeciesSpec& species) { return species.kind == Kind::kTarget; });
        CHECK(((*world)->target() != nullptr) == has_target);
      }
    }
    for (const SettingSpec& setting : scenario.settings) {
      CAPTURE(setting.field);
      for (const double value : {setting.low, setting.high}) {
        std::string number = std::to_string(value);
        number.erase(number.find_last_not_of('0') + 1);
        if (number.back() == '.') number.pop_back();
        // Small, where it is not the size that is looked at.
        std::vector<std::string> settings = {setting.field + "=" + number};
        const auto made = with_settings(scenario, settings);
        if (!made.ok()) FAIL(made.error().text());
      }
    }
  }
}

TEST_CASE("saved maps come back, and forged ones are refused") {
  const auto world = make_world(shipped("caves"), 6);
  Puppeteer fly([](const World& seen, Intents& intents) {
    for (const std::uint32_t row : seen.agent_rows()) move(intents, row, MoveKind::kWander, 0, 0);
  });
  for (int tick = 0; tick < 50; ++tick) world->step(fly);
  const Snapshot saved = world->snapshot();
  REQUIRE(saved.maps.size() == 2);
  REQUIRE_FALSE(saved.maps[0].empty());
  const auto read = snapshot_from_json(snapshot_to_json(saved));
  REQUIRE(read.ok());
  CHECK(read->maps == saved.maps);
  CHECK_FALSE(first_difference(saved, *read).has_value());
  const auto restored = World::restore(*read);
  REQUIRE(restored.ok());
  for (int tick = 0; tick < 50; ++tick) {
    REQUIRE((*restored)->step(fly).hash == world->step(fly).hash);
  }
  Snapshot forged = saved;
  forged.maps[0][3] = forged.maps[0][3] == '0' ? '1' : '0';
  CHECK(first_difference(saved, forged)->column == "maps");
  CHECK_FALSE(World::restore(forged).ok());
  forged.maps[0] = "00";
  CHECK(World::restore(forged).error().where == "maps[0]");
  forged.maps = {};
  CHECK_FALSE(World::restore(forged).ok());
  forged.maps.assign(100, "");
  CHECK(World::restore(forged).error().where == "maps");
}

TEST_CASE("a map goes with its agent, and a new owner of the row begins anew") {
  const auto world = make_world(shipped("caves"), 6);
  const std::uint32_t row = world->agent_rows()[0];
  Idle idle;
  world->step(idle);
  REQUIRE(world->state().maps[row].open > 0);
  REQUIRE(world->submit(Remove{world->id_of(row)}).ok());
  world->step(idle);
  CHECK(world->state().maps[row].bits.empty());
  CHECK(world->state().maps[row].hash == 0);
}
