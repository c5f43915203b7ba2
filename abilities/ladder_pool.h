#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "abilities/ladder.h"
#include "abilities/policy_pool.h"
#include "engine/base/thread_pool.h"

namespace cherub::abilities {

// Ladders side by side: checks the policies of a batch on a fixed number of threads, the caller's
// among them. Verdicts do not depend on who checked what.
class LadderPool {
 public:
  LadderPool(std::shared_ptr<PolicyPool> policies, unsigned threads);

  // One verdict for each source, in their order. One call at a time.
  std::vector<LadderVerdict> climb(std::span<const std::string> sources);
  // The same up to V2; what loaded waits in the pool of policies for its episodes. `parsed`: what
  // is known of each source's parsed text, or null; none at all when nobody needed it before.
  std::vector<LadderVerdict> load(std::span<const std::string> sources,
                                  std::span<const sandbox::ParseResult* const> parsed = {});

 private:
  std::vector<LadderVerdict> for_each(std::span<const std::string> sources,
                                      const std::function<LadderVerdict(std::size_t index)>& check);
  std::unique_ptr<Ladder> take();

  const std::shared_ptr<PolicyPool> policies_;
  std::mutex mutex_;  // guards idle_
  std::vector<std::unique_ptr<Ladder>> idle_;
  base::ThreadPool pool_;
};

}  // namespace cherub::abilities
