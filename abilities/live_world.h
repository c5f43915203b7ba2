#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "abilities/ability_requests.h"
#include "abilities/ledger.h"
#include "abilities/policy_writer.h"
#include "abilities/run_control.h"
#include "abilities/run_folder.h"
#include "abilities/world_store.h"
#include "engine/base/result.h"
#include "engine/base/thread_pool.h"
#include "engine/recording.h"
#include "engine/scenario.h"
#include "scripting/policy_host.h"

namespace cherub::abilities {

struct LiveOptions {
  std::uint64_t seed = 0;
  double seconds = 30;   // of world time
  bool paced = false;    // at tick_rate of wall time, or as fast as possible; `set rate` changes it
  unsigned threads = 1;  // that step the world
  scripting::HostOptions host;
  std::string world_dir;                          // where the world is kept; empty: it is not
  std::string save_name;                          // go_on() begins there; empty: at its end
  double autosave_s = 60;                         // of wall time; 0: only on demand and at the end
  double ability_seconds_max = 300;               // of wall time that an angel may write one
  std::vector<engine::ModelReply> model_replies;  // for the journal
};

// What a live world works with beside itself; each may be missing.
struct LiveTools {
  const RunFolder* folder = nullptr;    // dumps go here
  const Ledger* ledger = nullptr;       // of a run that asks a model
  MakeAbilityAngel make_ability_angel;  // called from another thread; empty: the built-in one
  WritePolicy write_policy;             // likewise; empty: no policies are written
};

inline constexpr std::size_t kReloadsTold = 4096;

struct LiveResult {
  std::uint64_t ticks = 0;           // lived now
  std::uint64_t tick = 0;            // of the world at the end
  std::uint64_t hash = 0;            // after the last tick
  std::string sha256;                // of the policy that acted last
  std::vector<std::string> reloads;  // the sha256 of the first kReloadsTold that were swapped in
  std::vector<WrittenAbility> abilities;  // that were asked for and came in; not all of many
  bool terminated = false;
  double wall_s = 0;
  scripting::PolicyStats policy;
};

// A world in which the best policy goes on living, while people and programs change it: the
// console's commands and hot reload. Owned and run by the run's thread; it looks into the inbox
// between ticks.
class LiveWorld {
 public:
  LiveWorld(engine::Scenario scenario, std::shared_ptr<scripting::ScriptRegistry> registry,
            LiveOptions options, RunControl::State& control, RunObserver& observer,
            LiveTools tools = {});
  ~LiveWorld();

  // Lives with the version until the world time is over or the run is terminated; an empty one: by
  // the behaviours that the scenario gives. `waiting`: a version that came in earlier; it is the
  // first reload.
  base::Result<LiveResult> live(const std::string& sha256, const std::string& waiting);
  // Goes on with the world that is kept in options.world_dir, by the script it was left with. The
  // scenario and the budgets are those of its journal.
  base::Result<LiveResult> go_on();

 private:
  struct Session;
  base::Result<LiveResult> run(Session& session, const std::string& waiting);
  [[nodiscard]] StoreOptions store_options() const;
  engine::Scenario scenario_;
  std::shared_ptr<scripting::ScriptRegistry> registry_;
  LiveOptions options_;
  RunControl::State& control_;
  RunObserver& observer_;
  LiveTools tools_;
  base::ThreadPool pool_;
};

}  // namespace cherub::abilities
