#include "engine/ecology/traits.h"

#include "tests/engine/ecosystem_fixtures.h"

using namespace cherub::engine;
using namespace cherub::engine::fixtures;

namespace {

std::string error_of(const std::string& yaml) {
  const auto scenario = parse_scenario(yaml);
  return scenario.ok() ? "" : scenario.error().text();
}

const SpeciesSpec& species_of(const Scenario& scenario, const std::string& name) {
  return scenario.species[*scenario.find_species(name)];
}

}  // namespace

TEST_CASE("traits give the rates of the allometric formulas") {
  const Scenario garden = *parse_scenario(garden_yaml());
  const SpeciesSpec& deer = species_of(garden, "deer");
  const double b = 0.03738 * 26.7496;  // 80^0.75
  CHECK(metabolism_of(*deer.traits) == Approx(b).epsilon(1e-4));
  CHECK(deer.hunger_rate == Approx(0.015 * b).epsilon(1e-4));
  CHECK(deer.thirst_rate == Approx(0.020 * b).epsilon(1e-4));
  CHECK(deer.graze_relief == Approx(0.15 * b).epsilon(1e-4));
  CHECK(deer.sense_radius == Approx(0.895 * 8.94427).epsilon(1e-4));
  CHECK(deer.speed == Approx(0.67 * 2.99070).epsilon(1e-4));
  CHECK(deer.matter == Approx(2.99070).epsilon(1e-4));
  CHECK(deer.reproduce_age_s == Approx(30));
  CHECK(deer.lifetime_s == Approx(250));
  const SpeciesSpec& moth = species_of(garden, "moth");
  CHECK(moth.hunger_rate == 0.008);  // the floors of small bodies
  CHECK(moth.thirst_rate == 0.003);
  CHECK(moth.drive_rate == Approx(0.009));
  CHECK(moth.sense_radius == 3);
  CHECK(moth.nectar_relief == 0.25);
  const SpeciesSpec& oak = species_of(garden, "oak");
  CHECK(oak.speed == 0);
  CHECK(oak.density_radius == 3);
  CHECK(oak.growth_rate == Approx(1 / 1600.0));
  CHECK(species_of(garden, "mushroom").decomposer);
}

TEST_CASE("larger animals burn less for each kilogram, and go farther") {
  SpeciesTraits small, large;
  small.locomotion = large.locomotion = Locomotion::kWalker;
  small.mass_kg = 1;
  large.mass_kg = 100;
  CHECK(metabolism_of(large) > metabolism_of(small));
  CHECK(metabolism_of(large) / 100 < metabolism_of(small));
  SpeciesSpec mouse, horse;
  apply_traits(small, 10, mouse);
  apply_traits(large, 10, horse);
  CHECK(horse.speed > mouse.speed);
  CHECK(horse.sense_radius > mouse.sense_radius);
}

TEST_CASE("what a species says itself goes before its traits") {
  const Scenario scenario = *parse_scenario(
      changed_garden("    catch_chance: 0.3\n", "    catch_chance: 0.3\n    speed: 2.5\n"));
  CHECK(species_of(scenario, "wolf").speed == 2.5);
}

TEST_CASE("world definitions may be JSON, and their mistakes are told with their place") {
  CHECK(error_of(R"({"name": "tiny", "terrain": {"width": 8, "depth": 8},
    "environment": {"soil": {"nutrients": 1}, "water": [{"x": 2, "y": 2, "radius": 1}]},
    "species": [{"name": "hare", "traits": {"mass_kg": 3, "locomotion": "walker"}}],
    "metrics": [{"name": "survival"}], "success": {"metric": "survival"},
    "agent_species": "hare"})") == "");
  const auto told = [](const std::string& yaml, const std::string& where) {
    const std::string error = error_of(yaml);
    CAPTURE(error, where);
    CHECK(error.find(where) != std::string::npos);
  };
  told(changed_garden("light_swing: 0", "light_swing: 3"), "environment.climate.light_swing");
  told(changed_garden("light_swing: 0", "lihgt: 0"), "Did you mean 'light'?");
  told(changed_garden("radius: 2}]", "radius: 900}]"), "environment.water[0].radius");
  told(changed_garden("{x: 2, y: 2", "{x: 99, y: 2"), "environment.water[0].x");
  told(changed_garden("mass_kg: 80", "mass_kg: -1"), "species[0].traits.mass_kg");
  told(changed_garden("mass_kg: 80", "mass_kg: .nan"), "species[0].traits.mass_kg");
  told(changed_garden("mass_kg: 80, ", ""), "species[0].traits.mass_kg");
  told(changed_garden("mass_kg: 80", "mass_kg: 90000"), "species[0].sense_radius");
  told(changed_garden("locomotion: walker, generation", "locomotion: rooted, generation"),
       "species[0].traits.locomotion");
  told(changed_garden("roost: oak", "roost: oka"), "species[2].roost");
  told(changed_garden("pollinates: [flower]", "pollinates: [deer]"), "species[3].pollinates[0]");
  told(changed_garden("roost: oak", "roost: wolf"), "Known: oak grass flower mushroom");
  told(changed_garden("runner_m: 2", "runner_m: 20"), "species[5].traits.runner_m");
  told(changed_garden("diet: [grass]", "diet: [gras]"), "species[2].diet[0]");
  told(changed_garden("catch_chance: 0.3", "catch_chance: 3"), "species[1].catch_chance");
  told(changed_garden("catch_chance: 0.3", "policy: brainless"), "species[1].policy");
  told(changed_garden("catch_chance: 0.3", "nests: true"), "species[1].nests");
  told(changed_garden("catch_chance: 0.3", "territory_m: 500"), "species[1].territory_m");
  told(changed_garden("catch_chance: 0.3", "territory_max: 0"), "from 1 to 2097152, not 0");
  told(changed_garden("width: 24", "width: 3000"), "terrain");
  told(changed_garden("generator: flat, width: 24, depth: 24",
                      "generator: maze, width: 21, depth: 21"),
       "environment");
}
