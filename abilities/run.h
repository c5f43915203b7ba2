#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "abilities/angel/provider_config.h"
#include "abilities/console.h"
#include "abilities/ledger.h"
#include "engine/base/json_schema.h"
#include "engine/base/result.h"
#include "engine/commands.h"
#include "engine/world.h"
#include "scripting/policy_host.h"

// A run: a goal goes in, measured behaviour comes out. It is a message machine — commands in,
// records and frames out, nothing shared — so that it can live on a thread today and in a process
// of its own later.
namespace cherub::abilities {

// What a user asks for. The JSON body of POST /run and the flags of `cherub run` both end here.
struct RunRequest {
  std::string kind;  // "session": a hosted world, nothing is searched for. Never from outside
  std::string user_goal;
  std::string scenario = "maze";
  // What the scenario's file says, YAML or JSON, where it is one of the user's own; empty: it
  // ships. Such a run uses no catalogue. Never from outside.
  std::string scenario_source;
  // What is other than in the scenario's file: "terrain.width=31". Such a run uses no catalogue,
  // where results of different worlds would stand side by side.
  std::vector<std::string> settings;
  std::uint32_t iterations = 3;  // 1 … 100
  std::uint32_t episodes = 8;    // tuning seeds per candidate, 1 … 1000
  std::uint32_t candidates = 0;  // per iteration; 0: the provider's default (builtin 192, models 1)
  std::uint64_t seed = 1;
  std::uint32_t threads = 1;
  bool jit = true;
  double duration_seconds = 0;      // of an episode, world time; 0: the scenario's
  std::uint64_t max_steps = 0;      // the same in ticks; wins over duration_seconds
  double success_threshold = 0.95;  // stop early when the success rate's lower bound reaches it
  bool critique_comment = false;    // a model comments on each iteration's critique, for one call
  std::string policy_code;          // skip the angel, measure this
  std::string existing_code;        // the first parent
  angel::ProviderConfig provider;
  std::vector<angel::ProviderConfig> fallbacks;   // asked in order when the provider fails
  std::vector<angel::ProviderConfig> configured;  // what names may choose. Never from outside
  Limits limits;
  PriceTable prices;                   // never from outside
  std::string cassette;                // file of recorded replies; empty: none. Never from outside
  std::string cassette_mode = "auto";  // record, replay, strict, auto
  double live_seconds = 30;  // world time that the best policy lives on in the live world; 0: none
  bool live_paced = false;   // at tick_rate of wall time (a person watches) or as fast as possible
  double autosave_s = 60;    // wall time between two saves of the live world; 0: none
  std::string world_dir;     // where the live world is kept; empty: <run>/live. Never from outside
  std::string save_name;     // continue_world() goes back to this save. Never from outside
  std::string runs_dir = "runs";
  std::string
      catalogue_dir;  // searched before anything is written; empty: none. Never from outside
};
// Unknown fields, wrong types and values out of range are errors that name the field.
base::Result<RunRequest> run_request_from_json(std::string_view json, RunRequest defaults);
// The fields that it takes, as machines are told of them.
std::vector<base::SchemaMember> run_request_members();
std::string run_request_to_json(const RunRequest& request);  // without secrets

// The scenario that a request asks for: as its file has it, and with its settings. Errors name the
// field.
base::Result<engine::Scenario> plain_scenario_of(const RunRequest& request);
base::Result<engine::Scenario> scenario_of(const RunRequest& request);

// What leaves a run. `json` is a complete object that begins with {"type":"<type>", …}.
// Types: connected estimate model step episode_summary candidate iteration critique best live
// reload ability policy quarantine command save load follow catalogue warning error done
// terminated.
struct RunRecord {
  std::string type;
  std::string json;
};

// What a tick of the live world took. Fuel and faults are counted from when its policies were made.
struct TickFigures {
  double seconds = 0;  // of wall time
  std::size_t agents = 0;
  std::uint64_t fuel = 0, faults = 0;
};

// Receives records and world states, called from the run's threads, one call at a time. Must not
// block.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  virtual void on_record(const RunRecord& record) = 0;
  // After a tick of the world that is shown: the first episode of each batch and the live
  // world. The reference is good during the call only.
  virtual void on_tick(const engine::World& world, const engine::TickReport& report) = 0;
  // Whether on_tick is wanted now; asked before each tick.
  virtual bool wants_ticks() const = 0;
  // After every tick of the live world; for statistics.
  virtual void on_figures(const TickFigures& /*figures*/) {}
  // After every tick of the live world, whether anybody looks or not.
  virtual void on_live_tick(const engine::World& world, const engine::TickReport& report) {
    (void)world;
    (void)report;
  }
};

struct ReloadOutcome {
  // A stage beside those of loading: "shadow" (it did worse beside the old version), "quarantine"
  // (it failed too often before), "superseded", "slot", "live", "closed".
  scripting::LoadVerdict verdict;
  // Of the swap; empty: refused, or good so far and waiting: for the live world, or for its ticks.
  std::optional<std::uint64_t> tick;
  std::string sha256;
};

enum class ReloadForce {
  kNo,
  kYes,  // without shadow and probation, even from quarantine; what does not load is refused still
};

// What becomes of a command that comes before the live world.
enum class WhenEarly {
  kAnswer,  // at once: that it waits, or that there is nothing yet to look at
  kWait,    // it waits with its answer, in order: for scripts, which go on when they are answered
};

// The inbox of a run, in order of arrival over all kinds. Safe from any thread; never blocks on the
// run. Holds at most kInboxMax: what comes then is refused.
class RunControl {
 public:
  RunControl();
  ~RunControl();
  // Ends the run now, whatever waits in the inbox.
  void terminate();

  // Executed by the run's thread between two ticks of the live world. `done` (may be empty) is
  // called once, from that thread, or by the caller at once: help, a full inbox, a run that is
  // over. step and until answer when their ticks are done. Before the live world, with kAnswer:
  // commands that change it or its time wait in order and are answered `waits`; those that look at
  // it are refused with kConflict, except scenario and profile, which the run answers between two
  // candidates; quit ends the run at once.
  void ask(ConsoleCommand command, std::function<void(ConsoleReply)> done,
           WhenEarly early = WhenEarly::kAnswer);

  // The same inbox without answers; what is refused becomes a `command` record.
  void pause();
  void resume();
  void step(std::uint32_t ticks);
  bool submit(engine::Command command);  // into the live world; false: the inbox is full or closed
  void save();                           // the live world, between two ticks
  // Takes the slot's script through the steps of docs/RELOAD.md. `done` is called once, when it was
  // swapped or refused, from the run's thread, or by the caller at once when the run has ended.
  // Before the live world begins, a version that was checked waits for it, and while that stands
  // still for its ticks: `done` then tells no tick, and `reload` records tell the rest.
  void reload(std::string slot, std::string source, std::function<void(const ReloadOutcome&)> done,
              ReloadForce force = ReloadForce::kNo);
  // The run is over: what waits, and what comes from now on, is answered so.
  void close();

  struct State;  // the run's side
  State& state() { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

enum class RunEnd { kDone, kTerminated, kFailed };

struct RunSummary {
  RunEnd end = RunEnd::kFailed;
  std::string run_id;
  std::string dir;  // runs/<id>
  std::string best_code;
  std::string best_sha256;
  double success_rate = 0;   // on held-out seeds
  double success_lower = 0;  // the lower end of its 95 % interval
  double score = 0;
  std::uint64_t hash = 0;   // state hash of the live world's last tick
  std::uint64_t ticks = 0;  // of the live world
  std::string error;        // when kFailed
  std::string json;         // the whole summary, as the last record carries it
};

// "20261121-0142-3f9a": sortable, from the wall clock and some randomness; the caller gives both.
std::string make_run_id(std::int64_t unix_seconds, std::uint64_t salt);

// Does the run on the calling thread (episodes on request.threads more). Ends with exactly one
// record of type done, terminated or error.
RunSummary execute_run(const RunRequest& request, const std::string& run_id, RunControl& control,
                       RunObserver& observer);

// Goes on with the world that is kept in a folder (of a world, or of a run) for
// request.live_seconds of world time, by the script it was left with; nothing is searched for.
// Records and end as above.
RunSummary continue_world(const std::string& dir, const RunRequest& request, RunControl& control,
                          RunObserver& observer);

}  // namespace cherub::abilities
