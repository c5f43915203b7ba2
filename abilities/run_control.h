#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "abilities/run.h"
#include "abilities/version_maker.h"

namespace cherub::abilities {

inline constexpr std::size_t kInboxMax = 1024;  // requests of all kinds that wait at a time

struct ReloadRequest {
  std::string slot;
  std::string source;
  std::function<void(const ReloadOutcome&)> done;
  ReloadForce force = ReloadForce::kNo;
  bool waits = false;  // it was answered before there was a live world, which has to take it up

  // Answers that nothing was swapped, with a sentence as the diagnostic.
  void refuse(std::string stage, std::string message) const;
};

struct AskRequest {
  ConsoleCommand command;
  std::function<void(ConsoleReply)> done;

  void reply(ConsoleReply reply) const {
    if (done) done(std::move(reply));
  }
};

struct FinishedAbility;
struct FinishedPolicy;

using InboxItem =
    std::variant<AskRequest, engine::Command, ReloadRequest, std::shared_ptr<CheckedVersion>,
                 std::shared_ptr<FinishedAbility>, std::shared_ptr<FinishedPolicy>>;

// The run's side of a RunControl. Requests are queued by any thread and taken by the run's own.
struct RunControl::State {
  using Clock = std::chrono::steady_clock;

  std::atomic<bool> cancel{false};

  // The oldest request; empty when none waits.
  std::optional<InboxItem> take();
  // While no live world exists: what can be answered without one; the rest keeps its order.
  std::vector<InboxItem> take_early();
  // Sleeps until something waits, terminate() is called or the deadline passes.
  void wait(std::optional<Clock::time_point> deadline);

  // One of those, when it is answered: the live world takes it up.
  void wait_for_live(ReloadRequest request);

  void begin_live();     // from now on everything is taken up by the live world
  void rule_out_live();  // this run will have none
  // From now on requests are answered at once: the run has ended.
  void close();

  enum class Stage { kBefore, kNoWorld, kLive, kClosed };
  // From the live world's own threads, however many requests wait.
  void deliver(InboxItem made);
  // Queues the item unless it is answered here; then says how.
  std::optional<ConsoleReply> push(InboxItem item, const ConsoleCommand* asked, WhenEarly early);

  std::mutex mutex;  // guards all below
  std::condition_variable changed;
  Stage stage = Stage::kBefore;
  std::deque<InboxItem> waiting;
};

}  // namespace cherub::abilities
