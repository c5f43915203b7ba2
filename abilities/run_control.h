#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "abilities/run.h"

namespace cherub::abilities {

inline constexpr std::size_t kInboxMax = 1024;  // commands and reloads that wait at a time

struct ReloadRequest {
  std::string slot;
  std::string source;
  std::function<void(const ReloadOutcome&)> done;

  // Answers that nothing was swapped, with a sentence as the diagnostic.
  void refuse(std::string stage, std::string message) const;
};

// Everything that came in since the run looked last.
struct Inbox {
  std::vector<engine::Command> commands;
  std::vector<ReloadRequest> reloads;
};

// The run's side of a RunControl. Requests are queued by any thread and taken by the run's own.
struct RunControl::State {
  using Clock = std::chrono::steady_clock;

  std::atomic<bool> cancel{false};

  Inbox take();
  // Only the reloads: while no live world exists, commands wait for it.
  std::vector<ReloadRequest> take_reloads();
  [[nodiscard]] bool paused() const;
  // One of the ticks granted by step(); false when none is left, or the inbox holds something.
  bool take_step();
  // Whether save() was called since the last time.
  bool take_save();
  // Sleeps until something arrives, terminate() is called or the deadline passes.
  void wait(std::optional<Clock::time_point> deadline);
  // From now on requests are answered at once: the run has ended.
  void close();

  mutable std::mutex mutex;  // guards all below
  std::condition_variable changed;
  std::uint64_t arrivals = 0, seen_arrivals = 0;
  bool is_paused = false;
  bool is_closed = false;
  bool save_wanted = false;
  std::uint64_t steps_granted = 0;
  std::deque<engine::Command> commands;
  std::deque<ReloadRequest> reloads;
};

}  // namespace cherub::abilities
