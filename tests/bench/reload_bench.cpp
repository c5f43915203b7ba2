// A hot reload under load: 100,000 grazers with memories in a pasture, the new version checked on
// another thread, tried as a shadow, its memories moved, watched and accepted. Times are of the
// processor of the thread that steps the world, so that others on the machine do not count.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <mutex>

#include "abilities/reload.h"
#include "abilities/version_maker.h"
#include "engine/world.h"
#include "tests/bench/generated_policies.h"
#include "tests/bench/measure.h"

namespace cherub::bench {

void bench_reload();

namespace {

constexpr std::uint32_t kAgents = 100'000;
constexpr int kWarmTicks = 110, kBeforeTicks = 100;

template <class T>
T must(base::Result<T> result) {
  if (result.ok()) return std::move(*result);
  std::fprintf(stderr, "bench reload: %s\n", result.error().text().c_str());
  std::exit(1);
}

engine::Scenario pasture() {
  engine::Scenario scenario = must(engine::builtin_scenario("pasture"));
  scenario.terrain.width = scenario.terrain.depth = 633;
  for (engine::SpawnSpec& spawn : scenario.spawns) spawn.count = kAgents;
  for (engine::SpeciesSpec& species : scenario.species) {
    species.population_max = species.name == scenario.agent_species ? kAgents : kAgents * 17 / 16;
  }
  return scenario;
}

double thread_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

// What LiveWorld does for a reload, without the rest of it.
class Reload {
 public:
  Reload()
      : world_(must(engine::World::create(pasture(), 1))),
        maker_([this](std::shared_ptr<abilities::CheckedVersion> made) {
          const std::lock_guard lock(mutex_);
          made_ = std::move(made);
        }) {
    const auto version = registry_->add(std::string(k_remembering_grazer_lua));
    if (!host_.prepare(version->sha256, world_->scenario()).ok) std::exit(1);
    host_.retire_to([this](scripting::PreparedVersion old) { maker_.free(std::move(old)); });
    must(world_->submit(engine::InstallScript{"policy", version->sha256, false}));
  }

  double tick() {
    const double before = thread_ms();
    advance();
    world_->step(host_);
    return thread_ms() - before;
  }
  void submit() {
    version_ = registry_->add(std::string(k_remembering_grazer_lua) + "-- again\n");
    maker_.order({1, version_, world_->scenario(), {}, world_->columns().size(), true});
  }
  [[nodiscard]] abilities::ReloadState state() const { return watch_.state(); }

 private:
  abilities::ReloadFacts facts() const {
    abilities::ReloadFacts facts;
    facts.tick = world_->tick();
    const auto counts = [](const scripting::PolicyStats& stats) {
      return abilities::ActCounts{stats.acts, stats.fault_count(), stats.judged, stats.refused};
    };
    facts.old_version = counts(host_.stats());
    if (const auto* shadow = host_.shadow()) {
      facts.new_version = {shadow->acts, shadow->faults, shadow->acts, shadow->refused};
    } else if (const auto* stats = version_ ? host_.stats_of(version_->sha256) : nullptr) {
      facts.new_version = counts(*stats);
    }
    facts.migrating = host_.migration().going;
    return facts;
  }
  std::shared_ptr<abilities::CheckedVersion> take_made() {
    const std::lock_guard lock(mutex_);
    return std::exchange(made_, nullptr);
  }
  void advance() {
    if (const auto made = take_made()) {
      if (!made->version) std::exit(1);
      watch_.checked(facts(), abilities::ReloadTrial::kFull);
      host_.begin_shadow(std::move(made->shadow));
      host_.watch_receipts(true);
      prepared_ = std::move(made->version);
      return;
    }
    if (!watch_.on_tick(facts())) return;
    if (watch_.state() == abilities::ReloadState::kShadowed) {
      host_.end_shadow();
      host_.hand_over(std::move(prepared_));
      must(world_->submit(engine::InstallScript{"policy", version_->sha256, true}));
      watch_.swapped(facts());
    } else if (watch_.state() == abilities::ReloadState::kAccepted) {
      must(world_->submit(engine::AcceptScript{"policy"}));
    } else if (watch_.state() != abilities::ReloadState::kProbation) {
      std::fprintf(stderr, "bench reload: %s\n", watch_.reason().c_str());
      std::exit(1);
    }
  }

  std::shared_ptr<scripting::ScriptRegistry> registry_ =
      std::make_shared<scripting::ScriptRegistry>();
  scripting::PolicyHost host_{registry_, {}};
  std::unique_ptr<engine::World> world_;
  std::shared_ptr<const scripting::ScriptVersion> version_;
  scripting::PreparedVersion prepared_;
  abilities::ReloadWatch watch_{abilities::ReloadLimits{}};
  std::mutex mutex_;
  std::shared_ptr<abilities::CheckedVersion> made_;
  abilities::VersionMaker maker_;
};

}  // namespace

void bench_reload() {
  Reload reload;
  for (int i = 0; i < kWarmTicks; ++i) reload.tick();
  std::vector<double> before, during, shadowed, moving;
  for (int i = 0; i < kBeforeTicks; ++i) before.push_back(reload.tick());
  reload.submit();
  int to_swap = 0;
  for (int left = 20; left > 0;) {
    const bool swapped = reload.state() >= abilities::ReloadState::kSwapped;
    during.push_back(reload.tick());
    if (!swapped) ++to_swap;
    if (reload.state() == abilities::ReloadState::kChecked) shadowed.push_back(during.back());
    if (reload.state() == abilities::ReloadState::kSwapped) moving.push_back(during.back());
    if (reload.state() == abilities::ReloadState::kAccepted) --left;  // and what freeing costs
  }
  const double usual = median(before);
  const auto longest = [](const std::vector<double>& ticks) {
    return *std::max_element(ticks.begin(), ticks.end());
  };
  report("reload.median_tick_ms", usual, "ms", "lower");
  report("reload.longest_before_over_median_tick", longest(before) / usual, "1", "lower");
  report("reload.longest_over_median_tick", longest(during) / usual, "1", "lower");
  report("reload.shadow_over_median_tick", median(shadowed) / usual, "1", "lower");
  report("reload.shadow_longest_over_median_tick", longest(shadowed) / usual, "1", "lower");
  report("reload.moving_longest_over_median_tick", longest(moving) / usual, "1", "lower");
  report("reload.moving_over_median_tick", median(moving) / usual, "1", "lower");
  report("reload.moving_ticks", static_cast<double>(moving.size()), "ticks", "lower");
  report("reload.ticks_to_swap", to_swap, "ticks", "lower");
}

}  // namespace cherub::bench
