#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "abilities/event_log.h"
#include "abilities/journal_file.h"
#include "abilities/stopwatch.h"
#include "abilities/world_folder.h"
#include "engine/world.h"
#include "scripting/policy_host.h"

namespace cherub::abilities {

struct StoreOptions {
  double autosave_s = 60;  // of wall time; 0: only on demand and at the end
  FileSystem* files = &real_file_system();
  // A save of a journal's segment of so many ticks begins another segment …
  engine::Tick segment_ticks = 100'000;
  // … and one that has grown to this asks for a save, also where there is no autosave.
  engine::Tick segment_ticks_max = 1'000'000;
  std::uint64_t segment_bytes_max = std::uint64_t{256} << 20;
};

// What became of a save, or of the journal.
struct StoreNotice {
  bool ok = false;
  engine::Tick tick = 0;
  std::string name;       // of a named save
  std::string message;    // when not ok: what failed, and what that means
  std::size_t bytes = 0;  // on disk
  double wall_s = 0;      // from the copy to the disk
};

class Replayer;

// A world as it was left, and the journal up to there.
struct LoadedWorld {
  std::unique_ptr<engine::World> world;
  std::unique_ptr<scripting::PolicyHost> host;
  engine::Tick save_tick = 0;      // of the save that was used; 0 may be the beginning
  std::size_t waiting = 0;         // commands that came in after the last whole tick
  std::vector<std::string> notes;  // damage that was found and gone around
};

// Keeps a world in a folder while it lives: everything that happens goes to the journal at once;
// saves are written by a thread of its own from an immutable copy. Failures never stop the world:
// they are told as notices. Owned by the thread that steps the world.
class WorldStore {
 public:
  // For a world at tick 0.
  static base::Result<std::unique_ptr<WorldStore>> create(const std::filesystem::path& path,
                                                          const engine::World& world,
                                                          const scripting::HostOptions& host,
                                                          const StoreOptions& options);
  // For a world that is kept there: brings it to where its journal ends, from the newest save that
  // is whole, and goes on with the same journal; or to a named save, as go_back().
  static base::Result<std::unique_ptr<WorldStore>> load(
      const std::filesystem::path& path, std::shared_ptr<scripting::ScriptRegistry> registry,
      bool jit, const StoreOptions& options, LoadedWorld& loaded, const std::string& named = "");
  // Without close() the folder is left as a crash would leave it.
  ~WorldStore();

  void on_model_reply(const engine::ModelReply& reply);
  // Before the command that installs it.
  void on_source(const std::string& sha256, std::string_view source);
  void on_command(const engine::StampedCommand& command);
  // After each tick. Saves when it is time to, or was asked for.
  void on_tick(const engine::World& world, const engine::TickReport& report,
               scripting::PolicyHost& host);
  // Between ticks. While one save is being written, the next waits for it.
  void save(const engine::World& world, scripting::PolicyHost& host);
  // Between ticks, after the save that is being written. A bad or taken name is refused at once.
  base::Result<void> save_named(const std::string& name, const engine::World& world,
                                scripting::PolicyHost& host);
  // Makes the world of a named save, from where the journal goes on then: the ticks behind it are
  // left, with their saves and events. Where it fails, nothing has changed.
  base::Result<void> go_back(const std::string& name,
                             std::shared_ptr<scripting::ScriptRegistry> registry, bool jit,
                             LoadedWorld& loaded);
  // At the next tick; from any thread.
  void request_save() { save_requested_ = true; }
  void wait_until_idle();  // until no save is being written
  std::vector<StoreNotice> take_notices();
  // The last save, and the end of the journal; returns when all is on the disk.
  base::Result<void> close(const engine::World& world, scripting::PolicyHost& host);

  void set_autosave(double seconds) { options_.autosave_s = seconds; }  // 0: no more

  [[nodiscard]] const WorldFolder& folder() const { return folder_; }
  WorldFolder& folder() { return folder_; }

 private:
  struct Job {
    NamedSave save;
    std::string name;  // empty: it goes when it is old
    Stopwatch stopwatch;
  };

  WorldStore(WorldFolder folder, JournalFile journal, engine::RecordedStart start,
             const StoreOptions& options);
  base::Result<void> load_newest(engine::Recording newest,
                                 std::shared_ptr<scripting::ScriptRegistry> registry, bool jit,
                                 LoadedWorld& loaded);
  base::Result<void> take_over(Replayer& replayer, const engine::Recording& recording,
                               LoadedWorld& loaded);
  // How a segment of the journal begins that goes on with this world.
  [[nodiscard]] engine::Recording beginning_with(const engine::World& world,
                                                 const scripting::SavedPolicies& policies) const;
  void cut_journal(const engine::World& world, const scripting::SavedPolicies& policies);
  [[nodiscard]] bool segment_is_full() const;
  void flush_journal();
  bool told_events(const base::Result<void>& done);  // a failure, once
  bool begin_save(const engine::World& world, scripting::PolicyHost& host,
                  const std::string& name = "");
  void notice_failure(engine::Tick tick, const base::Error& error, const char* consequence);
  void work(const std::stop_token& stop);  // the saving thread
  void write(const Job& job);

  WorldFolder folder_;
  JournalFile journal_;
  EventLog events_;
  engine::RecordedStart start_;
  StoreOptions options_;
  engine::Tick tick_ = 0;      // ticks done
  engine::Tick next_cut_ = 0;  // a journal that could not be cut is left alone until then
  std::map<std::string, std::string> sources_;   // those in use, and some that were
  std::vector<engine::StampedCommand> pending_;  // that the next tick applies
  std::optional<engine::Tick> last_save_;
  Stopwatch since_save_;
  RateGate flush_gate_;
  bool must_flush_ = false;  // something came in from outside
  bool journal_failing_ = false, events_failing_ = false;
  bool stopped_ = false;  // the journal has a gap: nothing more is recorded
  std::atomic<bool> save_requested_{false};

  std::mutex mutex_;  // guards all below
  std::condition_variable_any changed_;
  std::optional<Job> job_;
  bool busy_ = false;
  std::vector<StoreNotice> notices_;
  std::jthread saver_;  // last: it uses all of the above
};

}  // namespace cherub::abilities
