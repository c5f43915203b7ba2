#pragma once

#include "engine/ecology/ecology.h"
#include "tests/engine/fixtures.h"

namespace cherub::engine::fixtures {

// A small meadow with a pond in its corner and nobody in it. Lines that are given come behind those
// of the environment, and what is measured; a policy drives `agents`.
inline std::string garden_yaml(const std::string& environment = "",
                               const std::string& metrics = "metrics: [{name: survival}]\n",
                               const std::string& agents = "deer") {
  return "name: garden\n"
         "terrain: {generator: flat, width: 24, depth: 24}\n"
         "environment:\n"
         "  climate: {temperature: 22, temperature_swing: 0, light: 1, light_swing: 0}\n"
         "  water: [{x: 2, y: 2, radius: 2}]\n" +
         environment +
         "species:\n"
         "  - name: deer\n"
         "    traits: {mass_kg: 80, locomotion: walker, generation_ticks: 1000}\n"
         "    diet: [grass, flower]\n"
         "  - name: wolf\n"
         "    traits: {mass_kg: 40, locomotion: walker, clutch: 3, generation_ticks: 1000}\n"
         "    diet: [deer, bird]\n"
         "    catch_chance: 0.3\n"
         "  - name: bird\n"
         "    traits: {mass_kg: 0.025, locomotion: bird, strategy: r, generation_ticks: 1000}\n"
         "    diet: [grass]\n"
         "    roost: oak\n"
         "  - name: moth\n"
         "    traits: {mass_kg: 0.0005, thermoregulation: ectotherm, locomotion: insect,\n"
         "             strategy: r, clutch: 3, generation_ticks: 1000}\n"
         "    pollinates: [flower]\n"
         "    colony: true\n"
         "  - {name: oak, kind: plant, traits: {mass_kg: 5000, thermoregulation: autotroph,\n"
         "     generation_ticks: 20000, canopy_m: 3}}\n"
         "  - {name: grass, kind: plant, traits: {mass_kg: 0.01, thermoregulation: autotroph,\n"
         "     strategy: r, generation_ticks: 500, runner_m: 2}}\n"
         "  - {name: flower, kind: plant, traits: {mass_kg: 0.05, thermoregulation: autotroph,\n"
         "     strategy: r, generation_ticks: 800, runner_m: 3.5}}\n"
         "  - {name: mushroom, kind: plant, traits: {mass_kg: 0.001,\n"
         "     thermoregulation: decomposer, strategy: r, generation_ticks: 300, spores_m: 4}}\n" +
         metrics + "success: {metric: survival}\nagent_species: " + agents + "\n";
}

// The garden with one part of its text replaced.
inline std::string changed_garden(const std::string& from, const std::string& to) {
  std::string yaml = garden_yaml();
  const std::size_t at = yaml.find(from);
  REQUIRE(at != std::string::npos);
  return yaml.replace(at, from.size(), to);
}

inline void check_balance(const World& world) {
  const Ecology& ecology = *world.ecology();
  const MatterBalance balance = balance_of(ecology);
  REQUIRE(balance.total() == ecology.brought_nutrient + ecology.brought_organic);
  REQUIRE(balance.litter + balance.bodies + ecology.mineralised ==
          ecology.brought_organic + ecology.bound);
}

// One tick in which one row asks for one thing; its receipt.
inline Receipt act(World& world, std::uint32_t row, AbilityKind kind, EntityId target = {}) {
  Puppeteer puppeteer([&](const World&, Intents& intents) { use(intents, row, kind, target); });
  world.step(puppeteer);
  return static_cast<Receipt>(world.columns().ability_receipt[row]);
}

inline void idle(World& world, int ticks) {
  Idle nobody;
  for (int tick = 0; tick < ticks; ++tick) world.step(nobody);
}

}  // namespace cherub::engine::fixtures
