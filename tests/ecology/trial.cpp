#include "trial.h"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "engine/world.h"
#include "scripting/policy_host.h"

namespace cherub::ecology_trials {

double Populations::mean_late(std::size_t species) const {
  double sum = 0;
  const std::size_t first = samples.size() / 2;
  for (std::size_t i = first; i < samples.size(); ++i) sum += samples[i][species];
  return sum / static_cast<double>(samples.size() - first);
}

engine::Scenario meadow() {
  auto scenario = engine::builtin_scenario("meadow");
  if (!scenario.ok()) throw std::runtime_error(scenario.error().text());
  return std::move(*scenario);
}

engine::Scenario without(engine::Scenario scenario, const std::vector<std::string>& species,
                         bool dry) {
  for (engine::SpawnSpec& spawn : scenario.spawns) {
    const bool gone = std::find(species.begin(), species.end(), spawn.species) != species.end();
    if (gone) spawn.count = 0;
  }
  if (dry) scenario.environment->rain_interval_s = 0;
  return scenario;
}

Populations live(const engine::Scenario& scenario, std::uint64_t seed, std::uint32_t ticks) {
  auto world = engine::World::create(scenario, seed);
  if (!world.ok()) throw std::runtime_error(world.error().text());
  scripting::PolicyHost host(std::make_shared<scripting::ScriptRegistry>(), {});
  Populations populations;
  populations.births.resize(scenario.species.size());
  populations.deaths.resize(scenario.species.size());
  for (std::uint32_t tick = 0; tick <= ticks; ++tick) {
    if (tick % populations.every == 0) {
      auto& sample = populations.samples.emplace_back();
      for (std::size_t species = 0; species < scenario.species.size(); ++species) {
        sample.push_back((*world)->alive_count(static_cast<engine::SpeciesIndex>(species)));
      }
    }
    for (const engine::Event& event : (*world)->step(host).events) {
      if (event.kind == engine::EventKind::kBirth) ++populations.births[event.species];
      if (event.kind != engine::EventKind::kDeath) continue;
      ++populations.deaths[event.species].at(static_cast<std::size_t>(event.value));
    }
  }
  return populations;
}

}  // namespace cherub::ecology_trials
