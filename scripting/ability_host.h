#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "scripting/ability_shadow.h"

namespace cherub::scripting {

// Runs the abilities that agents use, and counts how they do. Owned by the thread that steps the
// world.
class AbilityHost {
 public:
  AbilityHost(std::shared_ptr<ScriptRegistry> registry, const HostOptions& options);
  ~AbilityHost();

  // Checks and loads a version now, so that no tick pays for it, and reads what it declares.
  AbilityVerdict prepare(const std::string& sha256, const engine::Scenario& scenario);
  // The same for a source that the registry may not know yet.
  AbilityVerdict add(std::string source, const engine::Scenario& scenario);
  // For the tick that installs it; the same as prepare() without its cost.
  void hand_over(PreparedAbility version);
  // Where versions go that are needed no more. Without it, they are freed at once.
  void retire_to(std::function<void(PreparedAbility)> sink);

  // What a tick brings to the abilities, and what comes of it.
  struct Tick {
    std::vector<AskedUse> asked;
    std::span<const MachineFault> expected;     // that a replay has to repeat
    std::vector<engine::Event>& faults;         // by row
    std::vector<MachineFault>& machine_faults;  // by row
  };
  // Runs the scripts of the uses that the engine allows, on the world's pool, and puts what becomes
  // of all that were asked for into intents.uses, by row.
  void run(const engine::World& world, engine::Intents& intents, Tick tick);

  // Lets a version answer the uses of an ability beside the installed one, until end_shadow().
  void begin_shadow(const std::string& ability, PreparedAbility version);
  [[nodiscard]] std::optional<AbilityShadowReport> shadow(const std::string& ability) const;
  void end_shadow(const std::string& ability);

  // Of the versions that are installed or may have to come back, by sha256; those that were never
  // used are not in it.
  [[nodiscard]] const std::map<std::string, AbilityStats>& stats() const { return stats_; }
  [[nodiscard]] AbilityStats stats_of(const std::string& sha256) const;
  void restore_stats(std::map<std::string, AbilityStats> stats) { stats_ = std::move(stats); }
  void reset();  // for another episode: statistics and shadows go

 private:
  struct Version {
    PreparedAbility loaded;  // a null pointer: it was refused
    bool in_use = false;     // by the world of the last run()
  };
  AbilityVersion* find(const std::string& sha256, const engine::Scenario& scenario,
                       AbilityVerdict& verdict);
  void retire(PreparedAbility version);
  void follow(const engine::World& world);
  [[nodiscard]] bool follows(const engine::World& world) const;
  void run_shard(const engine::World& world, std::size_t shard,
                 std::span<const MachineFault> expected);
  UseOutcome use(const engine::World& world, const AllowedUse& allowed,
                 std::span<const MachineFault> expected);
  void count(const engine::World& world, const engine::UseRequest& request,
             const UseOutcome& outcome);

  std::shared_ptr<ScriptRegistry> registry_;
  HostOptions options_;
  std::function<void(PreparedAbility)> retire_to_;
  std::map<std::string, Version> versions_;  // by sha256
  std::vector<std::string> followed_;        // sha256 by AbilityIndex
  std::map<engine::AbilityIndex, engine::AbilityPast> followed_pasts_;
  std::vector<AbilityVersion*> by_index_;         // nullptr: withdrawn
  std::map<std::string, AbilityShadow> shadows_;  // by ability
  std::map<std::string, AbilityStats> stats_;
  // Of the running tick.
  std::vector<AskedUse> asked_;
  std::vector<engine::UseRequest> requests_;  // [i] is asked_[i]'s
  std::vector<UseOutcome> outcomes_;
  std::array<std::vector<std::size_t>, kShardCount> by_shard_;
};

}  // namespace cherub::scripting
