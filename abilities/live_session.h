#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "abilities/live_world.h"
#include "abilities/profile_report.h"
#include "abilities/reload_slot.h"
#include "abilities/step_log.h"
#include "abilities/stopwatch.h"
#include "abilities/tick_budget.h"
#include "abilities/tick_profile.h"
#include "abilities/version_maker.h"
#include "abilities/world_clock.h"

namespace cherub::abilities {

inline constexpr const char* kPolicySlot = "policy";
inline constexpr const char* kAbilitySlot = "ability";  // the file tells which one
inline constexpr std::size_t kInlineDumpBytesMax = std::size_t{1} << 20;

// One life of one world, inside of LiveWorld: time in live_world.cpp, what is asked of it in
// live_commands.cpp.
struct LiveWorld::Session {
  using Clock = RunControl::State::Clock;
  using Answer = std::function<void(ConsoleReply)>;

  LiveWorld& owner;
  std::unique_ptr<engine::World> world;
  std::unique_ptr<scripting::PolicyHost> host;
  std::unique_ptr<WorldStore> store;  // nullptr: the world is not kept
  LiveResult result;
  StepLog log;
  Stopwatch stopwatch;
  RateGate status_gate, follow_gate;
  WorldClock clock;
  TickProfile profile;
  TickBudget budget;
  // Reloads: live_slots.h.
  class Policies;
  class AbilitySlot;
  class Abilities;
  std::uint64_t orders = 0;  // of checks
  VersionMaker maker;
  std::unique_ptr<Policies> policy_slot;
  std::unique_ptr<Abilities> ability_slots;
  class Requests;  // live_requests.h
  std::unique_ptr<Requests> requests;
  class PolicyWish;  // live_policy_wish.h
  std::unique_ptr<PolicyWish> policy_wish;
  std::optional<base::EntityId> followed;
  std::string followed_name;
  bool announced_pause = false;
  // The last tick, while whoever looks has not been shown it: frames are few, the world is fast.
  std::optional<engine::TickReport> unshown;
  int showings_left = 0;

  // A step or until whose ticks are not done.
  struct Awaiting {
    base::Tick tick;
    Answer answer;
  };
  std::vector<Awaiting> awaiting;

  Session(LiveWorld& live_world, std::unique_ptr<engine::World> live,
          std::unique_ptr<scripting::PolicyHost> policies, std::unique_ptr<WorldStore> kept);
  ~Session();

  // Time.
  bool wait_for_tick();  // false when the run was terminated
  void tick();
  void after_tick(engine::TickReport report);
  void show(engine::TickReport report);
  std::optional<Clock::time_point> show_standing();
  void announce(const char* state, const std::optional<StepFacts>& facts);
  void announce_pause();
  void warn_of_budget();
  void tell_followed(const engine::TickReport& report);

  // The inbox.
  void read_inbox();
  void take_up(const AskRequest& request);
  void take_up(const engine::Command& command);
  void take_up(const ReloadRequest& request);
  void take_up(const std::shared_ptr<CheckedVersion>& made);
  void take_up(const std::shared_ptr<FinishedAbility>& finished);
  void take_up(const std::shared_ptr<FinishedPolicy>& finished);
  base::Result<void> install(const std::string& sha256, bool on_probation);
  void record_source(const std::string& sha256);
  void tell_refused(const base::Error& error);

  VersionMaker::Order order_of(const Reload& reload, ScriptKind kind);
  void abandon_reloads(const std::string& reason);
  void take_over();

  // Abilities: live_abilities.cpp.
  struct Holder {
    std::optional<base::EntityId> entity;
    std::string role;  // when it is no entity
    std::string name;
  };
  base::Result<void> install_builtin_abilities();
  base::Result<void> install_ability(const engine::AbilitySpec& spec);
  base::Result<Holder> holder_of(const std::string& text) const;

  void tell_saves();
  base::Result<void> close_store();
  base::Result<engine::StampedCommand> submit(engine::Command command);
  base::Result<void> submit_only(engine::Command command);

  // Commands; one that keeps the answer for later takes it away.
  ConsoleReply execute(const console::Pause&, Answer&);
  ConsoleReply execute(const console::Resume&, Answer&);
  ConsoleReply execute(const console::Step&, Answer&);
  ConsoleReply execute(const console::Until&, Answer&);
  ConsoleReply execute(const console::SetRate&, Answer&);
  ConsoleReply execute(const console::SetBudget&, Answer&);
  ConsoleReply execute(const console::SetAutosave&, Answer&);
  ConsoleReply execute(const console::ShowSettings&, Answer&);
  ConsoleReply execute(const engine::Spawn&, Answer&);
  ConsoleReply execute(const console::Remove&, Answer&);
  ConsoleReply execute(const engine::Rain&, Answer&);
  ConsoleReply execute(const console::Grant&, Answer&);
  ConsoleReply execute(const console::Revoke&, Answer&);
  ConsoleReply execute(const console::WriteAbility&, Answer&);
  ConsoleReply execute(const console::WritePolicy&, Answer&);
  ConsoleReply execute(const console::GiveRole&, Answer&);
  ConsoleReply execute(const console::ShowAbilities&, Answer&);
  ConsoleReply execute(const console::Debug&, Answer&);
  ConsoleReply execute(const console::Follow&, Answer&);
  ConsoleReply execute(const console::Profile&, Answer&);
  ConsoleReply execute(const console::ShowScenario&, Answer&);
  ConsoleReply execute(const console::Dump&, Answer&);
  ConsoleReply execute(const console::Save&, Answer&);
  ConsoleReply execute(const console::ListSaves&, Answer&);
  ConsoleReply execute(const console::Load&, Answer&);
  ConsoleReply execute(const console::Forget&, Answer&);
  ConsoleReply go_back(const std::string& name);
  ConsoleReply execute(const console::Help&, Answer&);
  ConsoleReply execute(const console::Quit&, Answer&);

  ConsoleReply settled(engine::Command command, const std::string& text);
  ConsoleReply time_reply(const std::string& text) const;
  ConsoleReply await(base::Tick tick, Answer& answer);
  void answer_reached();
  void answer_interrupted(const std::string& why);
  void replace_world(LoadedWorld loaded);
};

}  // namespace cherub::abilities
