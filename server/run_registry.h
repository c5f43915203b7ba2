#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "abilities/run.h"
#include "engine/base/result.h"
#include "server/hub.h"
#include "server/progress_log.h"
#include "server/run_keeper.h"

namespace cherub::server {

// kInterrupted: the end of the server ended it, and it can be gone on with.
enum class RunState { kQueued, kRunning, kDone, kTerminated, kFailed, kInterrupted };
// "queued", "running", "done", "terminated", "failed", "interrupted"
const char* run_state_name(RunState state);
// In the order of the enumeration.
std::vector<std::string> run_state_names();

// A script that acts or won, with its name.
struct CurrentScript {
  std::string code;
  std::string sha256;
};

// One run of this process: its request, its inbox, its hub and what is known of it. Shared between
// the worker that executes it and the sessions that look at it.
class Run final : public abilities::RunObserver {
 public:
  // `resumes`: the search in its folder is gone on with.
  Run(std::string id, abilities::RunRequest request, std::string hello, const HubOptions& hub,
      bool resumes = false);

  void on_record(const abilities::RunRecord& record) override;
  void on_tick(const engine::World& world, const engine::TickReport& report) override {
    hub_.on_tick(world, report);
  }
  bool wants_ticks() const override { return hub_.wants_ticks(); }
  void on_figures(const abilities::TickFigures& figures) override { hub_.on_figures(figures); }
  void on_live_tick(const engine::World& world, const engine::TickReport& report) override {
    hub_.on_live_tick(world, report);
  }

  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const abilities::RunRequest& request() const { return request_; }
  [[nodiscard]] bool resumes() const { return resumes_; }
  abilities::RunControl& control() { return control_; }
  Hub& hub() { return hub_; }
  [[nodiscard]] const Hub& hub() const { return hub_; }

  [[nodiscard]] RunState state() const;
  [[nodiscard]] bool over() const;
  [[nodiscard]] std::string best_json() const;     // the last "best" record, or "null"
  [[nodiscard]] std::string reload_json() const;   // the last "reload" record, or "null"
  [[nodiscard]] std::string summary_json() const;  // "null" while the run goes on
  // The newest reload of a live world that was not refused nor withdrawn, else the best so far;
  // empty code: none yet.
  [[nodiscard]] CurrentScript script() const;
  void set_script(CurrentScript script);

 private:
  friend class RunRegistry;
  void set_state(RunState state);
  void take_script(CurrentScript script);                        // under the mutex
  void go_back(const std::string& from, const std::string& to);  // likewise
  void note_reload(const abilities::RunRecord& record);
  void finish(const abilities::RunSummary& summary);
  // Ends a run that never came to execute_run's own last record.
  void end_without_result(RunState state, std::string_view reason);

  void publish(const abilities::RunRecord& record);  // to clients and to the folder

  const std::string id_;
  const abilities::RunRequest request_;
  const bool resumes_;
  abilities::RunControl control_;
  Hub hub_;
  std::optional<ProgressLog> log_;        // nothing: the registry keeps nothing on disk
  std::atomic<bool> told_to_end_{false};  // by a client
  std::atomic<bool> server_ends_it_{false};
  bool ended_ = false;  // of a hosted one: its thread is done; under the registry's mutex

  mutable std::mutex mutex_;
  RunState state_ = RunState::kQueued;
  std::string best_json_ = "null", reload_json_ = "null";
  std::string summary_json_ = "null";
  CurrentScript script_;
  std::deque<CurrentScript> former_scripts_;  // one of them may come back
  // The run's last record waits for finish(): whoever reads it finds the summary in place.
  std::optional<abilities::RunRecord> last_record_;
};

// What a run function is to do.
struct RunOrder {
  const abilities::RunRequest& request;
  const std::string& run_id;
  bool resumes = false;  // as RunTools::resumes
};
// execute_run, or what a test puts in its place.
using RunFunction = std::function<abilities::RunSummary(const RunOrder&, abilities::RunControl&,
                                                        abilities::RunObserver&)>;

struct RegistryLimits {
  unsigned running = 2;
  std::size_t queued = 16;
  std::size_t hosted = 8;     // worlds that live on threads of their own
  std::size_t finished = 64;  // kept in memory; older ones are read from disk
};

// A run that is to be gone on with.
struct ResumeOrder {
  abilities::RunRequest request;
  std::string run_id;
  bool begun = true;  // false: it was accepted, but never began
};

// A run that has a thread of its own.
struct HostedRun {
  abilities::RunRequest request;
  std::string hello;  // opens its render views
  RunFunction function;
  std::function<void()> over;  // from its thread, when whoever asks finds its end
};

// Starts runs on its worker threads, at most `running` at a time, the rest wait in order. Owns the
// threads. Safe from any thread.
class RunRegistry {
 public:
  // `runs_dir`: where the runs' folders are, for what the server keeps there; empty: it keeps
  // nothing.
  RunRegistry(RunFunction run_function, RegistryLimits limits, HubOptions hub,
              const std::string& runs_dir = {});
  ~RunRegistry();  // stops and waits without a bound
  RunRegistry(const RunRegistry&) = delete;
  RunRegistry& operator=(const RunRegistry&) = delete;

  // `key`: the run was asked for with it. kInvalidArgument: the scenario does not exist;
  // kUnavailable: the queue is full; kIo: the disk takes nothing.
  base::Result<std::shared_ptr<Run>> start(abilities::RunRequest request,
                                           const std::optional<UsedKey>& key = std::nullopt);
  // Begins a run at once, beside those that wait for their turn. kUnavailable: too many go on like
  // this.
  base::Result<std::shared_ptr<Run>> host(HostedRun hosted);
  // Puts a run of this or an earlier process into the queue again. kConflict: it goes on already;
  // the rest as above.
  base::Result<std::shared_ptr<Run>> resume(ResumeOrder order);
  [[nodiscard]] std::shared_ptr<Run> find(std::string_view id) const;
  [[nodiscard]] std::vector<std::shared_ptr<Run>> list() const;  // newest first
  // Its place among those that wait, from 1; 0: it does not wait.
  [[nodiscard]] std::size_t position(const Run& run) const;
  [[nodiscard]] const HubOptions& hub_options() const { return hub_options_; }
  // A running run ends soon and keeps its best result; a queued one ends now.
  void terminate(Run& run);
  // Takes nothing more, interrupts all runs and waits. False when some still go on at the deadline;
  // these can be resumed too.
  bool stop(std::chrono::milliseconds patience);

 private:
  base::Result<std::string> hello_of(const abilities::RunRequest& request) const;
  base::Result<void> check_room() const;  // under the mutex, as all that take a run in
  void enqueue(const std::shared_ptr<Run>& run);
  void keep_progress(Run& run, bool earlier);
  void work();
  void execute(const std::shared_ptr<Run>& run, const RunFunction& function);
  void join_hosted();
  void keep_end(Run& run);
  void forget_old_runs();
  std::string new_id() const;

  const RunFunction run_function_;
  const RegistryLimits limits_;
  const HubOptions hub_options_;
  const std::optional<RunKeeper> keeper_;

  mutable std::mutex mutex_;
  std::uint64_t resumed_ = 0;
  std::condition_variable changed_;
  bool stopping_ = false;
  unsigned running_ = 0;
  std::deque<std::shared_ptr<Run>> queue_;
  std::map<std::string, std::shared_ptr<Run>, std::less<>> runs_;
  std::vector<std::thread> workers_;
  struct Hosted {
    std::shared_ptr<Run> run;
    std::thread thread;
  };
  std::vector<Hosted> hosted_;
};

}  // namespace cherub::server
