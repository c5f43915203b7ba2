#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "abilities/ability_writing.h"
#include "engine/base/ids.h"

// Wishes for abilities in a living world: which are taken, in what order, and who writes them. What
// comes of them is the live world's: live_requests.h.
namespace cherub::abilities {

inline constexpr std::size_t kAbilityQueueMax = 8;       // that wait, beside the one in work
inline constexpr std::size_t kAbilityAsksPerMinute = 6;  // of agents, in a minute of the world
inline constexpr std::size_t kAbilityWordsMax = 256;     // whose words are remembered

struct AbilityRequest {
  std::uint64_t number = 0;  // from 1 on, in the order in which they were taken
  std::string goal;
  std::optional<base::EntityId> asker;  // empty: a person
  // Who is to know it: one entity, a role, or nobody yet.
  std::optional<base::EntityId> entity;
  std::string role;
};

enum class AbilityAsk {
  kTaken,
  kAskedBefore,  // by an agent, in the same words
  kTooOften,     // agents have asked kAbilityAsksPerMinute times
  kFull,         // kAbilityQueueMax wait
  kEmpty,        // there is no word in it
};

// Which requests are taken. Knows nothing of threads and wall time.
class AbilityQueue {
 public:
  explicit AbilityQueue(double tick_s);

  // Of agents, the same words are taken once while they are remembered, whatever came of them;
  // people may ask again. `number` is set when it is taken.
  AbilityAsk ask(AbilityRequest& request, base::Tick now);
  // The next one to be worked on, when none is.
  std::optional<AbilityRequest> next();
  void finished() { working_ = false; }
  // Forgets all that wait and was said; the one in work stays so until it is finished.
  void clear();
  [[nodiscard]] bool working() const { return working_; }
  [[nodiscard]] const std::deque<AbilityRequest>& waiting() const { return waiting_; }

 private:
  base::Tick minute_;  // in ticks
  std::uint64_t numbers_ = 0;
  bool working_ = false;
  std::deque<AbilityRequest> waiting_;
  std::deque<std::string> words_;  // keys of what agents asked for, the oldest first
  std::deque<base::Tick> asks_;    // of agents, in the last minute
};

// What came of a request.
struct FinishedAbility {
  std::uint64_t number = 0;  // of the request
  WrittenAbility written;
};

using MakeAbilityAngel = std::function<base::Result<std::unique_ptr<angel::AbilityAngel>>()>;

// Writes one ability at a time on a thread of its own: whatever an angel takes, the world does not
// wait. Owned by the thread that steps the world.
class AbilityWriter {
 public:
  // Called with what is finished, from the writer's thread.
  using Deliver = std::function<void(std::shared_ptr<FinishedAbility>)>;

  // `make_angel`: empty, the built-in one.
  AbilityWriter(MakeAbilityAngel make_angel, scripting::HostOptions options, Deliver deliver);
  // Cancels what is in work and waits for the angel to let go of it, which a LanguageModel does at
  // once; nothing is delivered then.
  ~AbilityWriter();
  AbilityWriter(const AbilityWriter&) = delete;
  AbilityWriter& operator=(const AbilityWriter&) = delete;

  // The one before was delivered, or cancelled.
  void begin(std::uint64_t number, AbilityOrder order, engine::Scenario scenario);
  // Delivers soon that it was cancelled.
  void cancel() { cancel_ = true; }
  // Of what is in work; 0: nothing is.
  [[nodiscard]] double seconds() const;
  void finished() { begun_.reset(); }

 private:
  void work(std::uint64_t number, const AbilityOrder& order, engine::Scenario scenario);

  MakeAbilityAngel make_angel_;
  scripting::HostOptions options_;
  Deliver deliver_;
  std::atomic<bool> cancel_{false}, ending_{false};
  std::optional<std::chrono::steady_clock::time_point> begun_;
  std::jthread thread_;
};

}  // namespace cherub::abilities
