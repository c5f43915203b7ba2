#include "abilities/ladder_pool.h"

namespace cherub::abilities {

LadderPool::LadderPool(engine::Scenario scenario,
                       std::shared_ptr<scripting::ScriptRegistry> registry,
                       scripting::HostOptions options, unsigned threads)
    : scenario_(std::move(scenario)),
      registry_(std::move(registry)),
      options_(options),
      pool_(threads) {}

std::unique_ptr<Ladder> LadderPool::take() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return std::make_unique<Ladder>(scenario_, registry_, options_);
  std::unique_ptr<Ladder> ladder = std::move(idle_.back());
  idle_.pop_back();
  return ladder;
}

std::vector<LadderVerdict> LadderPool::climb(std::span<const std::string> sources, Rung last) {
  std::vector<LadderVerdict> verdicts(sources.size());
  pool_.run(sources.size(), [&](std::size_t index) {
    std::unique_ptr<Ladder> ladder = take();
    verdicts[index] = ladder->climb(sources[index], last);
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(ladder));
  });
  return verdicts;
}

}  // namespace cherub::abilities
