#include "abilities/ladder_pool.h"

#include <utility>

namespace cherub::abilities {

LadderPool::LadderPool(std::shared_ptr<PolicyPool> policies, unsigned threads)
    : policies_(std::move(policies)), pool_(threads) {}

std::unique_ptr<Ladder> LadderPool::take() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) {
    return std::make_unique<Ladder>(policies_->scenario(), policies_->registry(),
                                    policies_->options());
  }
  std::unique_ptr<Ladder> ladder = std::move(idle_.back());
  idle_.pop_back();
  return ladder;
}

std::vector<LadderVerdict> LadderPool::for_each(
    std::span<const std::string> sources,
    const std::function<LadderVerdict(const std::string& source)>& check) {
  std::vector<LadderVerdict> verdicts(sources.size());
  pool_.run(sources.size(), [&](std::size_t index) { verdicts[index] = check(sources[index]); });
  return verdicts;
}

std::vector<LadderVerdict> LadderPool::climb(std::span<const std::string> sources) {
  return for_each(sources, [this](const std::string& source) {
    std::unique_ptr<Ladder> ladder = take();
    LadderVerdict verdict = ladder->climb(source);
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(ladder));
    return verdict;
  });
}

std::vector<LadderVerdict> LadderPool::load(std::span<const std::string> sources) {
  return for_each(sources, [this](const std::string& source) {
    return climb_to_load(source, [&] {
      LoadedPolicy policy = policies_->take(policies_->registry()->add(source)->sha256);
      scripting::LoadVerdict verdict = policy.verdict;
      policies_->give_back(std::move(policy));
      return verdict;
    });
  });
}

}  // namespace cherub::abilities
