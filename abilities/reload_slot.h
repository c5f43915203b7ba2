#pragma once

#include <memory>
#include <optional>
#include <string>

#include "abilities/reload.h"
#include "abilities/run_control.h"
#include "abilities/version_maker.h"
#include "engine/base/json.h"

namespace cherub::abilities {

// One version on its way into a slot.
struct Reload {
  Reload(ReloadRequest asked, std::shared_ptr<const scripting::ScriptVersion> submitted,
         std::string old, const ReloadLimits& limits)
      : request(std::move(asked)),
        version(std::move(submitted)),
        old_sha256(std::move(old)),
        watch(limits) {
    outcome.sha256 = version->sha256;
  }

  [[nodiscard]] bool is_forced() const { return request.force == ReloadForce::kYes; }

  ReloadRequest request;  // its `done` is emptied when it was called
  std::shared_ptr<const scripting::ScriptVersion> version;
  std::string old_sha256;
  ReloadWatch watch;
  std::uint64_t number = 0;  // of its check
  ReloadOutcome outcome;
  std::shared_ptr<CheckedVersion> made;  // what the check made of it, until it is installed
};

// Figures of a record: [{name, value, unit}, …].
class Figures {
 public:
  Figures& add(const char* name, double value, const char* unit);
  void add(const std::string& prefix, const ActCounts& counts);
  [[nodiscard]] std::string text() const { return array_.text(); }

 private:
  base::JsonArray array_;
};

// The reloads of one slot for scripts: one that comes, and one that acts and is on probation. Does
// what ReloadWatch says, answers whoever asked and tells every step. What a version is and how it
// is installed is for each kind of slot to say. Owned by the thread that steps the world.
class ReloadSlot {
 public:
  explicit ReloadSlot(const ReloadLimits& limits) : limits_(limits) {}
  virtual ~ReloadSlot() = default;
  ReloadSlot(const ReloadSlot&) = delete;
  ReloadSlot& operator=(const ReloadSlot&) = delete;

  [[nodiscard]] const ReloadLimits& limits() const { return limits_; }
  [[nodiscard]] bool is_on_probation() const { return acting_.has_value(); }
  [[nodiscard]] bool is_idle() const { return !acting_ && !coming_; }

  // What needs no check: the version acts already, is what would be gone back to, or is in
  // quarantine. True when the reload is done with.
  bool settle_at_once(Reload& reload);
  // It is being checked; what was coming is superseded.
  void await(Reload reload);
  // The check that is awaited is done. False when it is another one.
  bool take(const std::shared_ptr<CheckedVersion>& made);
  // Behind every tick.
  void advance();
  // Whoever waits for a swap does not wait for a world that stands still.
  void answer_standing();
  // What comes is given up; what acts is left to its probation.
  void supersede(const std::string& reason);
  // The world ends, or is another from now on.
  void abandon(const std::string& reason);

  // Tells the reload's state, with figures if there are any.
  void tell(const Reload& reload, const std::string& figures);
  // Ends a reload that never acted. The old version was not touched.
  void refuse(Reload& reload, const std::string& stage, const std::string& reason);

  // Tells a record of the world.
  virtual void tell(const char* type, const base::JsonObject& json) = 0;

 protected:
  // What the world has in the slot: the version that acts, and what it goes back to while that one
  // is on probation (an empty text: to none).
  [[nodiscard]] virtual std::string current() const = 0;
  [[nodiscard]] virtual std::optional<std::string> fallback() const = 0;
  [[nodiscard]] virtual bool is_quarantined(const std::string& sha256) const = 0;
  [[nodiscard]] virtual Tick now() const = 0;
  // The version's totals, and whether memories move.
  [[nodiscard]] virtual ReloadFacts acting_facts(const std::string& sha256) const = 0;
  // The shadow's, beside those of the version that acts.
  [[nodiscard]] virtual ReloadFacts shadow_facts() const = 0;

  virtual void begin_shadow(Reload& reload) = 0;
  virtual void end_shadow() = 0;
  // Each submits what it means to the world.
  virtual base::Result<void> install(Reload& reload, bool on_probation) = 0;
  virtual base::Result<void> accept() = 0;
  virtual base::Result<void> restore() = 0;
  // A version that was checked and will not act.
  virtual void discard(Reload& reload) = 0;
  virtual void probation_changed() {}
  // Whether there is nothing that a shadow could be beside of.
  [[nodiscard]] virtual bool is_alone() const { return false; }

  virtual void identify(base::JsonObject& json) const = 0;  // which slot
  virtual void add_shadow(Figures& figures) const = 0;
  virtual void add_moves(Figures&) const {}
  // The first fault of the shadow, or of the version; empty: none.
  [[nodiscard]] virtual std::string shadow_fault() const = 0;
  [[nodiscard]] virtual std::string first_fault(const std::string& sha256) const = 0;
  virtual void tell_failure(const base::Error& error) = 0;

  // One that an earlier process, or a save, has left on probation.
  void go_on_with(Reload reload);
  // Somebody else changed what acts.
  void forget_acting() { acting_.reset(); }
  [[nodiscard]] const std::string& acting_sha256() const { return acting_->version->sha256; }
  [[nodiscard]] bool has_shadow() const { return coming_ && coming_->made; }

 private:
  void answer(Reload& reload);
  void begin(Reload& reload);
  void refuse_shadow();
  void swap();
  void settle();
  void give_up_coming(const char* stage, ReloadState state, const std::string& reason);
  [[nodiscard]] std::string acting_figures() const;

  ReloadLimits limits_;
  std::optional<Reload> coming_;  // not swapped yet
  std::optional<Reload> acting_;  // swapped, on probation
};

}  // namespace cherub::abilities
