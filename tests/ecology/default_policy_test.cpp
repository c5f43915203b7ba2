#include <catch2/catch.hpp>
#include <memory>

#include "engine/base/thread_pool.h"
#include "engine/snapshot.h"
#include "engine/world.h"
#include "scripting/checker.h"
#include "scripting/default_policies.h"
#include "scripting/policy_host.h"
#include "trial.h"

using namespace cherub;
using namespace cherub::ecology_trials;

namespace {

constexpr const char* kIdle =
    "local policy = {}\nfunction policy.act(self, world) self:idle() end\nreturn policy\n";

struct Life {
  explicit Life(const scripting::HostOptions& options = {}, unsigned threads = 1)
      : pool(threads), host(registry, options) {
    auto made = engine::World::create(meadow(), 5);
    REQUIRE(made.ok());
    world = std::move(*made);
    world->use(pool);
  }
  base::ThreadPool pool;
  std::shared_ptr<scripting::ScriptRegistry> registry =
      std::make_shared<scripting::ScriptRegistry>();
  scripting::PolicyHost host;
  std::unique_ptr<engine::World> world;
};

std::vector<std::uint64_t> hashes(Life& life, int ticks) {
  std::vector<std::uint64_t> trail;
  for (int tick = 0; tick < ticks; ++tick) trail.push_back(life.world->step(life.host).hash);
  return trail;
}

// How far the living of a species have gone.
double travelled(const engine::World& world, const std::string& species) {
  const auto index = *world.scenario().find_species(species);
  double sum = 0;
  for (const std::uint32_t row : world.agent_rows()) {
    if (world.columns().species[row] == index) sum += double{world.columns().travelled[row]};
  }
  return sum;
}

}  // namespace

TEST_CASE("every default policy ships, is clean and keeps nothing between ticks") {
  for (const std::string_view name : engine::kDefaultPolicyNames) {
    const std::string source(scripting::default_policy_source(name));
    CAPTURE(name);
    REQUIRE_FALSE(source.empty());
    const engine::Scenario scenario =
        name == "animal" ? meadow() : *engine::builtin_scenario("village");
    const auto report = scripting::check_policy(std::string(name), source, &scenario);
    CHECK(report.diagnostics.empty());
    CHECK(source.find("memory") == std::string::npos);
  }
}

TEST_CASE("default policies never fault, and animals do all that there is to do") {
  Life life;
  std::vector<int> modes(engine::kModeNames.size(), 0);
  for (int tick = 0; tick < 1500; ++tick) {
    for (const engine::Event& event : life.world->step(life.host).events) {
      INFO(event.text);
      REQUIRE(event.kind != engine::EventKind::kFault);
    }
    for (const std::uint32_t row : life.world->agent_rows()) {
      ++modes[life.world->ecology()->bodies.mode[row]];
    }
  }
  using engine::Mode;
  for (const Mode mode : {Mode::kWander, Mode::kForage, Mode::kFlee, Mode::kDrink, Mode::kRest,
                          Mode::kMate, Mode::kPollinate}) {
    CAPTURE(engine::kModeNames[static_cast<std::size_t>(mode)]);
    CHECK(modes[static_cast<std::size_t>(mode)] > 0);
  }
  CHECK(life.host.stats().acts == 0);  // of the slot's policy: there is none
}

TEST_CASE("a meadow's hashes depend neither on the compiler nor on threads") {
  Life plain, interpreted({.jit = false}), threaded({}, 3);
  const auto trail = hashes(plain, 400);
  CHECK(hashes(interpreted, 400) == trail);
  CHECK(hashes(threaded, 400) == trail);
}

TEST_CASE("a meadow that was saved goes on as if nothing had happened") {
  Life life;
  hashes(life, 250);
  const auto read = engine::snapshot_from_json(engine::snapshot_to_json(life.world->snapshot()));
  REQUIRE(read.ok());
  life.host.save_memories();
  Life other;
  auto restored = engine::World::restore(*read);
  REQUIRE(restored.ok());
  other.world = std::move(*restored);
  CHECK(hashes(other, 200) == hashes(life, 200));
}

TEST_CASE("a slot's policy takes the place of its species' default, and of no other's") {
  Life life;
  const auto version = life.registry->add(kIdle);
  REQUIRE(life.host.prepare(version->sha256, life.world->scenario()).ok);
  REQUIRE(life.world->submit(engine::InstallScript{"policy", version->sha256}).ok());
  hashes(life, 100);
  CHECK(travelled(*life.world, "deer") == 0);
  CHECK(travelled(*life.world, "wolf") > 0);
  REQUIRE(life.world->submit(engine::InstallScript{"policy", ""}).ok());
  hashes(life, 50);
  CHECK(travelled(*life.world, "deer") > 0);
}
