#pragma once

#include <memory>
#include <string>

#include "engine/base/result.h"
#include "engine/world.h"
#include "scripting/policy_host.h"

namespace cherub::abilities {

// A world that comes back, with the host that drives it: its versions are prepared, its memories
// restored.
struct KeptWorld {
  std::unique_ptr<engine::World> world;
  std::unique_ptr<scripting::PolicyHost> host;
};

// Saves and loads the live world for the console; called by the run's thread between two ticks.
// `name` may be empty for a save: the keeper finds one.
class WorldKeeper {
 public:
  virtual ~WorldKeeper() = default;
  // A sentence for people: what was saved, where.
  virtual base::Result<std::string> save(const engine::World& world, scripting::PolicyHost& host,
                                         const std::string& name) = 0;
  virtual base::Result<KeptWorld> load(const std::string& name) = 0;
  // Saves by itself every so many seconds of wall time; 0: no more.
  virtual base::Result<void> autosave(double seconds) = 0;
};

// Where nothing can be saved.
class NoKeeper final : public WorldKeeper {
 public:
  base::Result<std::string> save(const engine::World&, scripting::PolicyHost&,
                                 const std::string&) override {
    return not_available();
  }
  base::Result<KeptWorld> load(const std::string&) override { return not_available(); }
  base::Result<void> autosave(double) override { return not_available(); }

 private:
  static base::Error not_available() {
    return {base::ErrorCode::kUnavailable, "Saving is not available in this run.", "command"};
  }
};

}  // namespace cherub::abilities
