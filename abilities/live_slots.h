#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "abilities/live_session.h"
#include "abilities/reload_slot.h"
#include "scripting/ability_host.h"

// The slots for scripts of a live world: its policy, and each of its abilities.
namespace cherub::abilities {

class LiveWorld::Session::Policies final : public ReloadSlot {
 public:
  explicit Policies(Session& session) : ReloadSlot(ReloadLimits{}), session_(session) {}

  void submit(const ReloadRequest& request);
  // Of a world that was loaded: a version may be on probation.
  void take_over();
  void after_tick();
  void tell(const char* type, const base::JsonObject& json) override;
  using ReloadSlot::tell;

 private:
  [[nodiscard]] std::string current() const override { return session_.result.sha256; }
  [[nodiscard]] std::optional<std::string> fallback() const override;
  [[nodiscard]] bool is_quarantined(const std::string& sha256) const override;
  [[nodiscard]] Tick now() const override { return session_.world->tick(); }
  [[nodiscard]] ReloadFacts acting_facts(const std::string& sha256) const override;
  [[nodiscard]] ReloadFacts shadow_facts() const override;
  void begin_shadow(Reload& reload) override;
  void end_shadow() override { session_.host->end_shadow(); }
  base::Result<void> install(Reload& reload, bool on_probation) override;
  base::Result<void> accept() override;
  base::Result<void> restore() override;
  void discard(Reload& reload) override;
  void probation_changed() override;
  void identify(base::JsonObject& json) const override { json.add("slot", kPolicySlot); }
  void add_shadow(Figures& figures) const override;
  void add_moves(Figures& figures) const override;
  [[nodiscard]] std::string shadow_fault() const override;
  [[nodiscard]] std::string first_fault(const std::string& sha256) const override;
  void tell_failure(const base::Error& error) override { session_.tell_refused(error); }
  [[nodiscard]] const engine::ScriptSlot& slot() const {
    return session_.world->script_slots().front();
  }
  void watch_for_quarantine();

  Session& session_;
};

// One ability. What was submitted in this tick is not in the world yet: until the next one, what
// the slot was told last holds.
class LiveWorld::Session::AbilitySlot final : public ReloadSlot {
 public:
  AbilitySlot(Session& session, std::string name)
      : ReloadSlot(kAbilityReloadLimits), session_(session), name_(std::move(name)) {}

  // Also without reload: built-in versions, and what quarantine leaves.
  void installed(const engine::AbilitySpec& spec);
  // Whether it has the version, could go back to it or keeps it in quarantine.
  [[nodiscard]] bool knows(const std::string& sha256) const;
  // Not while a reload decides about it, nor twice in a tick.
  [[nodiscard]] bool may_be_quarantined() const {
    return !is_on_probation() && changed_at_ != now();
  }
  // The version that was accepted before the one that acts; empty: none.
  [[nodiscard]] std::string last_good() const {
    return past() == nullptr ? std::string() : past()->versions.last_good();
  }
  // A version whose check is done.
  void take_checked(Reload reload, const std::shared_ptr<CheckedVersion>& made);
  void take_over();
  void after_tick();
  void tell(const char* type, const base::JsonObject& json) override;
  using ReloadSlot::tell;

 private:
  [[nodiscard]] std::string current() const override { return spec().sha256; }
  [[nodiscard]] std::optional<std::string> fallback() const override;
  [[nodiscard]] bool is_quarantined(const std::string& sha256) const override;
  [[nodiscard]] Tick now() const override { return session_.world->tick(); }
  [[nodiscard]] ReloadFacts acting_facts(const std::string& sha256) const override;
  [[nodiscard]] ReloadFacts shadow_facts() const override;
  void begin_shadow(Reload& reload) override;
  void end_shadow() override { session_.host->abilities().end_shadow(name_); }
  base::Result<void> install(Reload& reload, bool on_probation) override;
  base::Result<void> accept() override;
  base::Result<void> restore() override;
  void discard(Reload& reload) override;
  [[nodiscard]] bool is_alone() const override { return current().empty(); }
  void identify(base::JsonObject& json) const override;
  void add_shadow(Figures& figures) const override;
  [[nodiscard]] std::string shadow_fault() const override;
  [[nodiscard]] std::string first_fault(const std::string& sha256) const override;
  void tell_failure(const base::Error& error) override { session_.tell_refused(error); }
  [[nodiscard]] engine::AbilitySpec spec() const;
  [[nodiscard]] const engine::AbilityPast* past() const;
  void changed(engine::AbilitySpec spec, std::optional<engine::AbilitySpec> fallback);

  Session& session_;
  std::string name_;  // empty: of a version whose name is not known yet
  std::optional<Tick> changed_at_;
  engine::AbilitySpec submitted_;
  std::optional<engine::AbilitySpec> fallback_;  // an empty sha256: none was there
};

class LiveWorld::Session::Abilities {
 public:
  explicit Abilities(Session& session) : session_(session), unnamed_(session, "") {}

  void submit(const ReloadRequest& request);
  // False when nobody waits for it any more.
  bool take(const std::shared_ptr<CheckedVersion>& made);
  void installed(const engine::AbilitySpec& spec) { slot(spec.name).installed(spec); }
  void take_over();
  void after_tick();
  void answer_standing();
  void abandon(const std::string& reason);

 private:
  AbilitySlot& slot(const std::string& name);
  void watch_for_quarantine();
  void quarantine(const engine::AbilitySpec& bad);
  void check(Reload reload);

  Session& session_;
  AbilitySlot unnamed_;                       // tells of versions that are being checked
  std::vector<Reload> checking_;              // in the order in which they came
  std::map<std::string, AbilitySlot> slots_;  // by name
};

}  // namespace cherub::abilities
