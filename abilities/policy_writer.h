#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "abilities/run.h"
#include "engine/scenario.h"

// A policy for a world that lives already: a search of its own, beside it.
namespace cherub::abilities {

struct PolicyOrder {
  std::uint64_t number = 0;  // from 1 on, in the order in which they were asked
  std::string goal;
  std::string existing_code;  // acts now; it may stay the best
  engine::Scenario scenario;  // of the world
};

struct FinishedPolicy {
  std::uint64_t number = 0;  // of the order
  RunSummary summary;
};

// A whole run without a live world, on the calling thread.
using WritePolicy = std::function<RunSummary(const PolicyOrder&, RunControl&, RunObserver&)>;

// Searches for one policy at a time on a thread of its own. Owned by the thread that steps the
// world.
class PolicyWriter {
 public:
  // Called with what is finished, from the writer's thread.
  using Deliver = std::function<void(std::shared_ptr<FinishedPolicy>)>;
  // Called with each record of the search, from the writer's threads, one call at a time.
  using Tell = std::function<void(const PolicyOrder&, const RunRecord&)>;

  PolicyWriter(WritePolicy write, Tell tell, Deliver deliver);
  // Cancels what is in work and waits for it, which keeps its folder; nothing is delivered then.
  ~PolicyWriter();
  PolicyWriter(const PolicyWriter&) = delete;
  PolicyWriter& operator=(const PolicyWriter&) = delete;

  // The one before was delivered.
  void begin(PolicyOrder order);
  // Delivers soon that it was cancelled.
  void cancel();
  // Between begin() and finished().
  [[nodiscard]] bool working() const { return control_ != nullptr; }
  void finished();

 private:
  WritePolicy write_;
  Tell tell_;
  Deliver deliver_;
  std::unique_ptr<RunControl> control_;  // of the search in work
  std::atomic<bool> ending_{false};
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace cherub::abilities
