#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/thread_pool.h"
#include "engine/world.h"
#include "scripting/policy_host.h"

namespace cherub::scripting::fixtures {

// A world in which a policy lives, and what is needed to step it.
struct Life {
  explicit Life(engine::Scenario scenario, const HostOptions& options = {}, unsigned threads = 1,
                std::uint64_t seed = 7)
      : pool(threads) {
    auto made = engine::World::create(std::move(scenario), seed);
    REQUIRE(made.ok());
    world = std::move(*made);
    world->use(pool);
    host = std::make_unique<PolicyHost>(registry, options);
  }

  std::string install(const std::string& source) {
    const auto version = registry->add(source);
    const LoadVerdict verdict = host->prepare(version->sha256, world->scenario());
    INFO(sandbox::diagnostics_text(verdict.diagnostics, "policy.lua", source));
    REQUIRE(verdict.ok);
    REQUIRE(world->submit(engine::InstallScript{"policy", version->sha256}).ok());
    return version->sha256;
  }

  engine::TickReport step() { return world->step(*host); }

  base::ThreadPool pool;
  std::shared_ptr<ScriptRegistry> registry = std::make_shared<ScriptRegistry>();
  std::unique_ptr<engine::World> world;
  std::unique_ptr<PolicyHost> host;
};

// The shipped pasture, with so many rabbits and tufts of grass on so many metres.
inline engine::Scenario pasture(std::uint32_t rabbits, std::uint32_t grass, std::uint32_t side) {
  auto scenario = engine::builtin_scenario("pasture");
  REQUIRE(scenario.ok());
  scenario->terrain.width = scenario->terrain.depth = side;
  for (engine::SpawnSpec& spawn : scenario->spawns) {
    spawn.count = spawn.species == "rabbit" ? rabbits : grass;
  }
  for (engine::SpeciesSpec& species : scenario->species) species.population_max = 0;
  return *scenario;
}

}  // namespace cherub::scripting::fixtures
