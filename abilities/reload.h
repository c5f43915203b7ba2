#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "engine/base/ids.h"

namespace cherub::abilities {

using base::Tick;

// The steps of a reload, in their order; the last five end it. docs/RELOAD.md.
enum class ReloadState {
  kSubmitted,   // it came in
  kChecked,     // parsed, checked and loaded
  kShadowed,    // acted beside the old version long enough, and well enough
  kSwapped,     // installed at a tick boundary; memories move
  kProbation,   // all memories have moved or stay; it is watched
  kAccepted,    // it stays
  kRolledBack,  // it did worse than the old version, which is back
  kRefused,     // it never acted: what is wrong is told
  kSuperseded,  // another one came before it acted, or before it was accepted
  kAbandoned,   // the world ended or was replaced
};
// "submitted", "checked", …, "rolled_back"
const char* reload_state_name(ReloadState state);
constexpr bool is_over(ReloadState state) {
  return state >= ReloadState::kAccepted;
}

// What a version must go through.
enum class ReloadTrial {
  kFull,       // shadow and probation
  kProbation,  // there is nothing that it could be a shadow beside
  kNone,       // it is forced
};

struct ReloadLimits {
  Tick shadow_ticks = 20;
  Tick probation_ticks = 100;  // from the tick that the last memory has moved
  // Where less was done meanwhile than this, each goes on until it was, but no longer than so many
  // ticks: what is hardly used must not wait for ever.
  std::uint64_t acts_wanted = 0;
  Tick shadow_ticks_max = 20, probation_ticks_max = 100;
  // Worse than the old version is what does a thing in more than `times` as many of its acts, and
  // `more` beside, and so often at all. Fewer acts than acts_min count as so many.
  double times = 2;
  double more_faults = 0.01, more_refused = 0.25;  // shares of acts; refusals drift with a world
  std::uint64_t faults_min = 3, refused_min = 20;
  std::uint64_t acts_min = 100;
  double not_migrated_max = 0.5;  // share of the shadow's agents whose memory cannot move
};
// An act is a use, and few agents may make one.
inline constexpr ReloadLimits kAbilityReloadLimits{
    .acts_wanted = 50, .shadow_ticks_max = 100, .probation_ticks_max = 600};

// What a version did over some ticks.
struct ActCounts {
  std::uint64_t acts = 0, faults = 0;
  std::uint64_t judged = 0, refused = 0;  // acts whose receipts were seen; with a refused intent
  [[nodiscard]] double fault_share() const {
    return acts > 0 ? double(faults) / double(acts) : 0.0;
  }
  [[nodiscard]] double refused_share() const {
    return judged > 0 ? double(refused) / double(judged) : 0.0;
  }
};
// Nothing where a count began anew.
ActCounts operator-(const ActCounts& now, const ActCounts& before);

// What is seen behind a tick: running totals of the version that is to stay or go, and of the one
// that it replaces.
struct ReloadFacts {
  Tick tick = 0;                               // ticks done
  ActCounts old_version;                       // of all that act while the new one is a shadow
  ActCounts new_version;                       // of the shadow, then of the version itself
  std::uint64_t agents = 0, not_migrated = 0;  // of the shadow
  bool migrating = false;
};

// One reload as a state machine, without a world: facts go in, the next state comes out, and the
// owner does what the state means. Knows nothing of what a version is: scripts of policies and of
// abilities go through the same steps.
class ReloadWatch {
 public:
  explicit ReloadWatch(const ReloadLimits& limits) : limits_(limits) {}
  // One that was installed by an earlier process: all is known of it but how the old version did.
  static ReloadWatch on_probation(const ReloadLimits& limits, const ReloadFacts& facts);

  [[nodiscard]] ReloadState state() const { return state_; }
  // Why it ended as it did: a sentence; empty while it goes on, or when its time was over.
  [[nodiscard]] const std::string& reason() const { return reason_; }
  // What it compares: the old version's shares, and the new one's so far.
  [[nodiscard]] const std::optional<ActCounts>& baseline() const { return baseline_; }
  [[nodiscard]] const ActCounts& seen() const { return seen_; }

  void checked(const ReloadFacts& facts, ReloadTrial trial);
  // By whoever steers the world; they end it while it is swapped or on probation.
  void accept(std::string reason) { end(ReloadState::kAccepted, std::move(reason)); }
  void withdraw(std::string reason) { end(ReloadState::kRolledBack, std::move(reason)); }
  void refuse(std::string reason) { end(ReloadState::kRefused, std::move(reason)); }
  void supersede(std::string reason) { end(ReloadState::kSuperseded, std::move(reason)); }
  void abandon(std::string reason) { end(ReloadState::kAbandoned, std::move(reason)); }
  // The owner installed it; `facts` are those before its first tick.
  void swapped(const ReloadFacts& facts);
  // Behind every tick. True when the state changed: kShadowed asks to be installed (then swapped()
  // is to be called), kAccepted and kRolledBack to be settled.
  bool on_tick(const ReloadFacts& facts);

 private:
  void end(ReloadState state, std::string reason);
  bool look_at_shadow(const ReloadFacts& facts);
  bool look_at_probation(const ReloadFacts& facts);
  [[nodiscard]] std::optional<std::string> worse() const;
  [[nodiscard]] bool is_over_after(Tick ticks, Tick least, Tick most) const;

  ReloadLimits limits_;
  ReloadState state_ = ReloadState::kSubmitted;
  std::string reason_;
  ReloadTrial trial_ = ReloadTrial::kFull;
  Tick since_ = 0;  // of the state's beginning
  ReloadFacts begun_;
  std::optional<ActCounts> baseline_;
  ActCounts seen_;
};

// Whether a version that was accepted fails so often that it must go: more than half of the acts of
// a full window, so that one bad moment is none.
inline constexpr double kQuarantineShareMax = 0.5;
inline constexpr std::uint64_t kQuarantineFaultsMin = 20;
bool fails_too_often(const ActCounts& window);

}  // namespace cherub::abilities
