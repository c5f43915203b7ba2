#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "abilities/world_folder.h"
#include "engine/recording.h"
#include "engine/world.h"
#include "scripting/policy_host.h"

namespace cherub::abilities {

// Where a replay is not what was recorded.
struct ReplayDifference {
  engine::Tick tick = 0;
  std::string column;    // the first that differs, when hashes tell
  std::string sentence;  // says all of it
};

// Runs a recorded world again, tick by tick: from its beginning or from a save.
class Replayer {
 public:
  // The recording must outlive the replayer. `pool`: nullptr for the caller's thread alone.
  Replayer(const engine::Recording& recording, std::shared_ptr<scripting::ScriptRegistry> registry,
           bool jit, base::WorkerPool* pool = nullptr);

  // At tick 0, where the recording must begin.
  base::Result<void> begin();
  // A save that is not of what was recorded is refused.
  base::Result<void> begin_at(const Save& save);

  [[nodiscard]] bool at_end() const { return world_->tick() >= recording_.end(); }
  // When the recorded world was saved at this tick, does what that did to the memories, and returns
  // them; once per tick.
  std::optional<scripting::SavedPolicies> pass_save();
  // The next tick. Where `verify`, compares all hashes; the first difference sticks.
  engine::TickReport step(bool verify);
  // For a world that goes on: another host with the memories of this one, which is not bound to the
  // recorded machine faults. What that does to the memories is that of a save at this tick.
  base::Result<void> renew_host();
  // What came in after the last whole tick waits in the world.
  void submit_waiting();

  [[nodiscard]] const std::optional<ReplayDifference>& difference() const { return difference_; }
  engine::World& world() { return *world_; }
  scripting::PolicyHost& host() { return *host_; }
  std::unique_ptr<engine::World> take_world() { return std::move(world_); }
  std::unique_ptr<scripting::PolicyHost> take_host() { return std::move(host_); }

 private:
  base::Result<void> stand(std::unique_ptr<engine::World> world);
  bool add_source(const std::string& sha256);
  bool prepare(const std::string& sha256);
  void apply(const engine::StampedCommand& command);
  void compare(const engine::TickReport& report);
  [[nodiscard]] std::string differing_column(engine::Tick tick) const;
  void differ(std::string sentence, std::string column = {});

  const engine::Recording& recording_;
  std::shared_ptr<scripting::ScriptRegistry> registry_;
  bool jit_;
  base::WorkerPool* pool_;
  std::unique_ptr<engine::World> world_;
  std::unique_ptr<scripting::PolicyHost> host_;
  std::size_t next_command_ = 0, next_save_ = 0;
  std::optional<ReplayDifference> difference_;
};

}  // namespace cherub::abilities
