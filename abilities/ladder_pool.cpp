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
    const std::function<LadderVerdict(std::size_t index)>& check) {
  std::vector<LadderVerdict> verdicts(sources.size());
  pool_.run(sources.size(), [&](std::size_t index) { verdicts[index] = check(index); });
  return verdicts;
}

std::vector<LadderVerdict> LadderPool::climb(std::span<const std::string> sources) {
  return for_each(sources, [&](std::size_t index) {
    std::unique_ptr<Ladder> ladder = take();
    LadderVerdict verdict = ladder->climb(sources[index]);
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(ladder));
    return verdict;
  });
}

std::vector<LadderVerdict> LadderPool::load(std::span<const std::string> sources,
                                            std::span<const sandbox::ParseResult* const> parsed) {
  return for_each(sources, [&](std::size_t index) {
    return climb_to_load(sources[index], [&] {
      const std::string sha256 = policies_->registry()->add(sources[index])->sha256;
      LoadedPolicy policy = policies_->take(sha256, parsed.empty() ? nullptr : parsed[index]);
      scripting::LoadVerdict verdict = policy.verdict;
      policies_->give_back(std::move(policy));
      return verdict;
    });
  });
}

}  // namespace cherub::abilities
