// Agent-steps per second in each scenario that ships, as policies play it, and in one of four times
// the area.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "engine/voxel_worlds.h"
#include "engine/world.h"
#include "scripting/policy_host.h"
#include "tests/bench/generated_policies.h"
#include "tests/bench/measure.h"

namespace cherub::bench {

void bench_scenarios();

namespace {

constexpr int kRounds = 5;
constexpr int kTicks = 300;  // of a round

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "bench scenarios: %s\n", why.c_str());
  std::exit(1);
}

template <class T>
T must(base::Result<T> result) {
  if (!result.ok()) give_up(result.error().text());
  return std::move(*result);
}

// What drives the agents; empty: what the scenario itself says.
std::string_view policy_of(const std::string& scenario, const std::string& generator) {
  if (engine::is_voxel_world(generator)) return k_finder_lua;
  if (generator == "maze") return k_maze_walker_lua;
  return scenario == "pasture" ? k_grazer_lua : std::string_view();
}

engine::Scenario four_times(engine::Scenario scenario) {
  const bool maze = scenario.terrain.generator == "maze";
  scenario.terrain.width = 2 * scenario.terrain.width - (maze ? 1 : 0);
  scenario.terrain.depth = 2 * scenario.terrain.depth - (maze ? 1 : 0);
  if (scenario.terrain.generator != "flat") return scenario;
  for (engine::SpawnSpec& spawn : scenario.spawns) spawn.count *= 4;
  for (engine::SpeciesSpec& species : scenario.species) species.population_max *= 4;
  return scenario;
}

class Play {
 public:
  explicit Play(const engine::Scenario& scenario)
      : source_(policy_of(scenario.name, scenario.terrain.generator)),
        registry_(std::make_shared<scripting::ScriptRegistry>()),
        host_(registry_, scripting::HostOptions{}),
        world_(must(engine::World::create(scenario, 1))) {
    if (!source_.empty()) {
      sha256_ = registry_->add(source_)->sha256;
      if (!host_.prepare(sha256_, scenario).ok) give_up("the policy was refused");
    }
    begin();
  }

  // Goes on in another world when nobody is left, as episodes do.
  void run() {
    for (int tick = 0; tick < kTicks; ++tick) {
      const bool over = world_->agent_rows().empty() || is_reached();
      if (over) {
        world_->reset(++seed_);
        host_.reset();
        begin();
      }
      steps_ += static_cast<double>(world_->agent_rows().size());
      world_->step(host_);
    }
  }
  [[nodiscard]] double steps() const { return steps_; }

 private:
  void begin() {
    if (!sha256_.empty()) must(world_->submit(engine::InstallScript{"policy", sha256_}));
  }
  [[nodiscard]] bool is_reached() const {
    for (const std::uint32_t row : world_->agent_rows()) {
      if (world_->columns().reached[row] == 0) return false;
    }
    return world_->target() != nullptr;
  }

  std::string source_, sha256_;
  std::shared_ptr<scripting::ScriptRegistry> registry_;
  scripting::PolicyHost host_;
  std::unique_ptr<engine::World> world_;
  std::uint64_t seed_ = 1;
  double steps_ = 0;
};

double steps_per_s(const engine::Scenario& scenario) {
  Play play(scenario);
  play.run();
  const double before = play.steps();
  const double round_ns = median_ns({[&] { play.run(); }}, kRounds)[0];
  return (play.steps() - before) / kRounds / (round_ns / 1e9);
}

}  // namespace

void bench_scenarios() {
  for (const std::string& name : engine::builtin_scenario_names()) {
    const engine::Scenario scenario = must(engine::builtin_scenario(name));
    const double usual = steps_per_s(scenario), large = steps_per_s(four_times(scenario));
    const std::string figure = "scenario." + name + ".agent_steps_per_s";
    report(figure, usual, "1/s", "higher");
    report(figure + ".four_times_the_area", large, "1/s", "higher");
  }
}

}  // namespace cherub::bench
