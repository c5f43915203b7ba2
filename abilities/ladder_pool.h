#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "abilities/ladder.h"
#include "engine/base/thread_pool.h"

namespace cherub::abilities {

// Ladders side by side: checks the policies of a batch on a fixed number of threads, the caller's
// among them. Verdicts do not depend on who checked what.
class LadderPool {
 public:
  LadderPool(engine::Scenario scenario, std::shared_ptr<scripting::ScriptRegistry> registry,
             scripting::HostOptions options, unsigned threads);

  // One verdict for each source, in their order. One call at a time.
  std::vector<LadderVerdict> climb(std::span<const std::string> sources,
                                   Rung last = Rung::kFixtures);

 private:
  std::unique_ptr<Ladder> take();

  const engine::Scenario scenario_;
  const std::shared_ptr<scripting::ScriptRegistry> registry_;
  const scripting::HostOptions options_;
  std::mutex mutex_;  // guards idle_
  std::vector<std::unique_ptr<Ladder>> idle_;
  base::ThreadPool pool_;
};

}  // namespace cherub::abilities
