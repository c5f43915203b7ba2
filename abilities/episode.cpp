#include "abilities/episode.h"

#include <algorithm>
#include <cmath>
#include <ctime>

#include "abilities/builtin_abilities.h"
#include "abilities/step_log.h"
#include "abilities/stopwatch.h"
#include "engine/base/json.h"
#include "engine/metrics.h"

namespace cherub::abilities {
namespace {

// Between two looks at the cancel flag; a tick is far shorter than a person's patience.
constexpr std::uint64_t kTicksPerCancelLook = 16;
// A log is for reading: longer ones end with a mark that says so.
constexpr std::size_t kStepsBytesMax = 16u << 20;

bool cancelled(const std::atomic<bool>* cancel) {
  return cancel != nullptr && cancel->load(std::memory_order_relaxed);
}

double thread_cpu_s() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

EpisodeResult not_run(const EpisodeSpec& spec, std::string reason) {
  EpisodeResult result;
  result.seed = spec.seed;
  result.end_reason = std::move(reason);
  return result;
}

void count_receipts(const engine::World& world, std::vector<std::uint64_t>& receipts) {
  const engine::Columns& columns = world.columns();
  const auto count = [&](std::uint8_t receipt) {
    if (receipt < receipts.size()) ++receipts[receipt];
  };
  for (const std::uint32_t row : world.agent_rows()) {
    count(columns.move_receipt[row]);
    count(columns.ability_receipt[row]);
    count(columns.message_receipt[row]);
  }
}

bool succeeded(const engine::Scenario& scenario, const std::vector<double>& metrics) {
  for (std::size_t i = 0; i < scenario.metrics.size() && i < metrics.size(); ++i) {
    if (scenario.metrics[i].name == scenario.success.metric) {
      return scenario.success.holds(metrics[i]);
    }
  }
  return false;
}

// What finalize() is given.
std::string episode_json(const engine::Scenario& scenario, const EpisodeResult& result) {
  base::JsonObject metrics;
  for (std::size_t i = 0; i < scenario.metrics.size() && i < result.metrics.size(); ++i) {
    metrics.add(scenario.metrics[i].name, result.metrics[i]);
  }
  return base::JsonObject()
      .add("steps", result.ticks)
      .add("sim_time_s", result.sim_s)
      .add("success", result.success)
      .add("end_reason", result.end_reason)
      .raw("metrics", metrics.text())
      .text();
}

// Appends one line per tick while there is room for it.
class StepWriter {
 public:
  StepWriter(const engine::World& world, const EpisodeDriver& driver)
      : log_(world), driver_(driver) {}

  void observe(const engine::World& world, std::string& out) {
    const auto facts = log_.observe(world);
    std::vector<std::string> notes;
    if (driver_.host != nullptr) notes = driver_.host->take_notes();
    if (!facts || full_) return;
    std::string collected;
    if (driver_.host != nullptr) collected = driver_.host->collect_json(world, facts->row);
    out += step_line(*facts, notes_of_row(notes, facts->row), collected);
    if (out.size() > kStepsBytesMax) {
      out += "{\"cut\":true}\n";
      full_ = true;
    }
  }

 private:
  StepLog log_;
  const EpisodeDriver& driver_;
  bool full_ = false;
};

std::string reason_of_end(const engine::World& world, const engine::EpisodeMetrics& metrics) {
  if (world.agent_rows().empty()) return "all_dead";
  return metrics.finished() ? "reached" : "time";
}

}  // namespace

std::uint64_t episode_ticks(const engine::Scenario& scenario, std::uint64_t ticks_max) {
  if (ticks_max > 0) return ticks_max;
  return static_cast<std::uint64_t>(std::llround(scenario.episode_s * scenario.tick_rate));
}

EpisodeResult run_episode(engine::World& world, const EpisodeDriver& driver,
                          const EpisodeSpec& spec, const EpisodeWatch& watch) {
  const Stopwatch stopwatch;
  const double cpu_start_s = thread_cpu_s();
  const engine::Scenario& scenario = world.scenario();
  world.reset(spec.seed);
  if (driver.host != nullptr) {
    driver.host->reset();
    const auto abilities = builtin_installs(scenario, driver.host->abilities());
    if (!abilities) return not_run(spec, "refused: " + abilities.error().text());
    for (const engine::InstallAbility& install : *abilities) {
      const auto done = world.submit(install);
      if (!done) return not_run(spec, "refused: " + done.error().text());
    }
    const auto installed = world.submit(engine::InstallScript{"policy", driver.sha256});
    if (!installed) return not_run(spec, "refused: " + installed.error().text());
  }

  EpisodeResult result;
  result.seed = spec.seed;
  result.receipts.resize(engine::kReceiptCount);
  engine::EpisodeMetrics metrics(world);
  StepWriter steps(world, driver);
  const std::uint64_t ticks_max = episode_ticks(scenario, spec.ticks_max);
  while (result.ticks < ticks_max && !metrics.finished()) {
    if (result.ticks % kTicksPerCancelLook == 0 && cancelled(watch.cancel)) {
      return not_run(spec, "cancelled");
    }
    const engine::TickReport report = world.step(*driver.behaviour);
    ++result.ticks;
    metrics.observe(world, report);
    count_receipts(world, result.receipts);
    result.hash = report.hash;
    if (spec.record_steps) steps.observe(world, result.steps_jsonl);
    if (watch.viewer != nullptr && watch.viewer->wants_tick()) {
      watch.viewer->on_tick(world, report);
    }
  }
  result.sim_s = static_cast<double>(result.ticks) * world.tick_s();
  result.metrics = metrics.values();
  result.success = succeeded(scenario, result.metrics);
  result.end_reason = reason_of_end(world, metrics);
  result.policy_summary_json = "null";
  if (driver.host != nullptr) {
    result.policy = driver.host->stats();
    result.policy_summary_json = driver.host->finalize_json(episode_json(scenario, result));
  }
  result.wall_s = stopwatch.seconds();
  result.cpu_s = thread_cpu_s() - cpu_start_s;
  return result;
}

}  // namespace cherub::abilities
