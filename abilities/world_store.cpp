#include "abilities/world_store.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "abilities/replayer.h"
#include "abilities/world_index.h"

namespace cherub::abilities {
namespace {

// Ticks can be computed again, what comes from outside cannot: only that is written at once.
constexpr double kFlushIntervalS = 0.02;
constexpr std::size_t kFlushBytes = 64 * 1024;
// A disk that has been full for so long is not coming back.
constexpr std::size_t kWaitingBytesMax = std::size_t{256} << 20;

engine::RecordedStart start_of(const engine::World& world, const scripting::HostOptions& host) {
  engine::RecordedStart start;
  start.scenario_yaml = world.scenario().yaml;
  start.seed = world.seed();
  start.fuel_per_act = host.fuel_per_act;
  start.fuel_saved_max = host.fuel_saved_max;
  start.fuel_per_load = host.fuel_per_load;
  start.memory_bytes = host.memory_bytes;
  start.memory_per_agent_bytes = host.memory_per_agent_bytes;
  for (const engine::ColumnHash& column : world.column_hashes()) {
    start.columns.emplace_back(column.name);
  }
  return start;
}

// Scripts that act in the world, or will in its next tick, and those that it may go back to.
std::set<std::string> scripts_in_use(const engine::World& world,
                                     const std::vector<engine::StampedCommand>& pending,
                                     const scripting::SavedPolicies& policies) {
  std::set<std::string> used;
  for (const scripting::SavedVersion& version : policies.versions) used.insert(version.sha256);
  for (const engine::ScriptSlot& slot : world.script_slots()) {
    used.insert({slot.sha256, slot.fallback_sha256});
    used.insert(slot.past.former.begin(), slot.past.former.end());
  }
  for (const engine::AbilitySpec& ability : world.abilities()) used.insert(ability.sha256);
  for (const auto& [ability, past] : world.society().ability_pasts) {
    used.insert(past.fallback_sha256.value_or(""));
    used.insert(past.versions.former.begin(), past.versions.former.end());
  }
  for (const engine::StampedCommand& command : pending) {
    used.insert(engine::installed_sha256(command.command));
  }
  return used;
}

// The newest save up to a tick that is whole and of this line of the world's history; else the
// beginning, if the recording has it.
base::Result<engine::Tick> begin_at_newest(Replayer& replayer, const WorldFolder& folder,
                                           const engine::Recording& recording, engine::Tick at_most,
                                           std::vector<std::string>& notes) {
  std::vector<engine::Tick> saves = folder.saves();
  std::reverse(saves.begin(), saves.end());
  for (const engine::Tick tick : saves) {
    if (tick > at_most || tick < recording.first) continue;
    const auto save = folder.read_save(tick, SaveCheck::kIntact);
    const auto begun = save ? replayer.begin_at(*save) : base::Result<void>(save.error());
    if (begun) return tick;
    notes.push_back("The save of tick " + std::to_string(tick) +
                    " cannot be used: " + begun.error().text());
  }
  if (auto begun = replayer.begin(); !begun) return begun.error();
  return engine::Tick{0};
}

}  // namespace

WorldStore::WorldStore(WorldFolder folder, JournalFile journal, engine::RecordedStart start,
                       const StoreOptions& options)
    : folder_(std::move(folder)),
      journal_(std::move(journal)),
      events_(folder_.files(), folder_.events()),
      start_(std::move(start)),
      options_(options),
      flush_gate_(kFlushIntervalS),
      saver_([this](const std::stop_token& stop) { work(stop); }) {}

WorldStore::~WorldStore() = default;

base::Result<std::unique_ptr<WorldStore>> WorldStore::create(const std::filesystem::path& path,
                                                             const engine::World& world,
                                                             const scripting::HostOptions& host,
                                                             const StoreOptions& options) {
  WorldFolder folder(*options.files, path);
  if (auto made = folder.create(world.scenario(), world.seed()); !made) return made.error();
  engine::RecordedStart start = start_of(world, host);
  auto journal = JournalFile::create(folder.files(), folder.journal(), start);
  if (!journal) return journal.error();
  return std::unique_ptr<WorldStore>(
      new WorldStore(std::move(folder), std::move(*journal), std::move(start), options));
}

base::Result<std::unique_ptr<WorldStore>> WorldStore::load(
    const std::filesystem::path& path, std::shared_ptr<scripting::ScriptRegistry> registry,
    bool jit, const StoreOptions& options, LoadedWorld& loaded, const std::string& named) {
  WorldFolder folder(*options.files, path);
  engine::Recording newest;
  auto journal = JournalFile::go_on(folder.files(), folder.journal(), newest);
  if (!journal) return journal.error();
  if (newest.torn_bytes > 0) {
    loaded.notes.push_back("The journal was cut off: its last " +
                           std::to_string(newest.torn_bytes) + " bytes are no record.");
  }
  folder.remove_leftovers();
  // Any of them may be gone back to.
  for (const auto& source : newest.sources) registry->add(source.second);
  std::unique_ptr<WorldStore> store(
      new WorldStore(std::move(folder), std::move(*journal), newest.start, options));
  const auto done = named.empty()
                        ? store->load_newest(std::move(newest), std::move(registry), jit, loaded)
                        : store->go_back(named, std::move(registry), jit, loaded);
  if (!done) return done.error();
  return store;
}

base::Result<void> WorldStore::load_newest(engine::Recording newest,
                                           std::shared_ptr<scripting::ScriptRegistry> registry,
                                           bool jit, LoadedWorld& loaded) {
  engine::Recording recording = std::move(newest);
  const engine::Tick end = recording.end();
  std::optional<Replayer> replayer;
  for (engine::Tick at_most = end;;) {
    replayer.emplace(recording, registry, jit);
    const auto from = begin_at_newest(*replayer, folder_, recording, at_most, loaded.notes);
    if (from) {
      loaded.save_tick = *from;
      break;
    }
    if (recording.first == 0) return from.error();
    at_most = recording.first - 1;
    auto more = read_journal(folder_.journal(), folder_.newest_save(at_most));
    if (!more) return more.error();
    recording = std::move(*more);
  }
  if (auto cut = events_.cut(loaded.save_tick); !cut) {
    loaded.notes.push_back("Events before this tick may be missing: " + cut.error().text());
  }
  while (!replayer->at_end() && !replayer->difference()) {
    const engine::TickReport report = replayer->step(true);
    (void)events_.add(replayer->world(), report);  // a disk that is full shows later
    if (events_.waiting_bytes() > kFlushBytes) (void)events_.flush();
  }
  if (auto done = take_over(*replayer, recording, loaded); !done) return done;
  journal_.records().save(end);
  if (loaded.save_tick > 0) last_save_ = loaded.save_tick;
  return {};
}

// The world that was replayed becomes one that goes on.
base::Result<void> WorldStore::take_over(Replayer& replayer, const engine::Recording& recording,
                                         LoadedWorld& loaded) {
  if (!replayer.difference()) {
    if (auto done = replayer.renew_host(); !done) return done;
    replayer.submit_waiting();
  }
  if (const auto& difference = replayer.difference()) {
    return base::Error{base::ErrorCode::kConflict,
                       "The world does not go on as its journal says, at tick " +
                           std::to_string(difference->tick) + ": " + difference->sentence +
                           " `cherub replay --verify` tells more.",
                       folder_.path().string()};
  }
  tick_ = recording.end();
  pending_.clear();
  for (const engine::StampedCommand& command : recording.commands) {
    if (command.tick == tick_) pending_.push_back(command);
  }
  sources_ = recording.sources;
  loaded.waiting = pending_.size();
  loaded.world = replayer.take_world();
  loaded.host = replayer.take_host();
  return {};
}

base::Result<void> WorldStore::go_back(const std::string& name,
                                       std::shared_ptr<scripting::ScriptRegistry> registry,
                                       bool jit, LoadedWorld& loaded) {
  wait_until_idle();
  if (stopped_) {
    return base::Error{base::ErrorCode::kUnavailable, "The world is no longer recorded.", "name"};
  }
  const auto named = folder_.read_named(name);
  if (!named) return named.error();
  const engine::Recording& beginning = named->beginning;
  if (!engine::alike(beginning.start, start_)) {
    return base::Error{base::ErrorCode::kInvalidArgument, "The save is of another world.", "name"};
  }
  Replayer replayer(beginning, std::move(registry), jit);
  if (auto begun = replayer.begin_at(named->save); !begun) return begun;
  LoadedWorld made;
  const auto before = std::tuple(tick_, pending_, sources_);
  if (auto done = take_over(replayer, beginning, made); !done) return done;
  if (auto done = journal_.begin_segment(beginning); !done) {
    std::tie(tick_, pending_, sources_) = before;
    return done;
  }
  // The world has gone back. What tells of the ticks behind is told by them again.
  made.save_tick = tick_;
  made.notes = std::move(loaded.notes);
  loaded = std::move(made);
  auto cleared = folder_.remove_saves_behind(tick_);
  if (cleared) cleared = events_.cut(tick_);
  if (!cleared) {
    notice_failure(tick_, cleared.error(), "Of the ticks that were left, something stays.");
  }
  remove_world_index(folder_);
  last_save_.reset();
  next_cut_ = 0;
  save_requested_ = true;
  return {};
}

void WorldStore::on_model_reply(const engine::ModelReply& reply) {
  journal_.records().model_reply(reply);
}

void WorldStore::on_source(const std::string& sha256, std::string_view source) {
  if (stopped_) return;
  journal_.records().source(sha256, source);
  sources_.insert_or_assign(sha256, std::string(source));
  must_flush_ = true;
  // The journal has it too; this one is for people.
  if (auto written = folder_.write_script(sha256, source); !written) {
    notice_failure(tick_, written.error(), "The script is in the journal only.");
  }
}

void WorldStore::on_command(const engine::StampedCommand& command) {
  if (stopped_) return;
  journal_.records().command(command);
  pending_.push_back(command);
  must_flush_ = true;
}

void WorldStore::on_tick(const engine::World& world, const engine::TickReport& report,
                         scripting::PolicyHost& host) {
  tick_ = report.tick + 1;
  pending_.clear();
  auto faults = host.take_machine_faults();
  if (stopped_) return;
  engine::JournalWriter& records = journal_.records();
  for (scripting::MachineFault& fault : faults) {
    records.fault(
        {fault.tick, fault.row, scripting::recorded_kind(fault), std::move(fault.message)});
    must_flush_ = true;
  }
  if (report.tick % engine::kBehaviourHashInterval == 0) {
    records.behaviour_hash(report.tick, host.state_hash());
  }
  records.tick(report.tick, report.hash, world.column_hashes());
  told_events(events_.add(world, report));
  if (must_flush_ || journal_.waiting_bytes() >= kFlushBytes || flush_gate_.pass()) {
    flush_journal();
  }
  const bool due = options_.autosave_s > 0 && since_save_.seconds() >= options_.autosave_s;
  if (due || save_requested_ || segment_is_full()) save(world, host);
}

bool WorldStore::segment_is_full() const {
  if (tick_ < next_cut_) return false;
  return tick_ - journal_.segment_first() >= options_.segment_ticks_max ||
         journal_.segment_bytes() >= options_.segment_bytes_max;
}

engine::Recording WorldStore::beginning_with(const engine::World& world,
                                             const scripting::SavedPolicies& policies) const {
  engine::Recording beginning;
  beginning.start = start_;
  beginning.first = world.tick();
  beginning.commands = pending_;
  for (const std::string& sha256 : scripts_in_use(world, pending_, policies)) {
    const auto source = sources_.find(sha256);
    if (source != sources_.end()) beginning.sources.insert(*source);
  }
  return beginning;
}

void WorldStore::cut_journal(const engine::World& world, const scripting::SavedPolicies& policies) {
  next_cut_ = world.tick() + options_.segment_ticks;
  engine::Recording beginning = beginning_with(world, policies);
  if (auto begun = journal_.begin_segment(beginning); !begun) {
    notice_failure(world.tick(), begun.error(), "The journal goes on in the same segment.");
    return;
  }
  sources_ = std::move(beginning.sources);
}

void WorldStore::flush_journal() {
  must_flush_ = false;
  const auto written = journal_.flush();
  if (!written && !std::exchange(journal_failing_, true)) {
    notice_failure(tick_, written.error(), "The world goes on; its records wait in memory.");
  }
  if (written) journal_failing_ = false;
  if (journal_.waiting_bytes() > kWaitingBytesMax) {
    stopped_ = true;
    journal_.records().text().clear();
    notice_failure(tick_, {base::ErrorCode::kIo, "Too many records wait.", ""},
                   "The world goes on, but is no longer recorded nor saved.");
  }
  if (told_events(events_.flush())) events_failing_ = false;
}

bool WorldStore::told_events(const base::Result<void>& done) {
  if (!done && !std::exchange(events_failing_, true)) {
    notice_failure(tick_, done.error(), "Events may be missing until the world is loaded again.");
  }
  return done.ok();
}

void WorldStore::notice_failure(engine::Tick tick, const base::Error& error,
                                const char* consequence) {
  StoreNotice notice;
  notice.tick = tick;
  notice.message = error.text() + " " + consequence;
  const std::lock_guard lock(mutex_);
  notices_.push_back(std::move(notice));
}

void WorldStore::save(const engine::World& world, scripting::PolicyHost& host) {
  save_requested_ = !begin_save(world, host);
}

base::Result<void> WorldStore::save_named(const std::string& name, const engine::World& world,
                                          scripting::PolicyHost& host) {
  if (auto is_new = folder_.check_new_name(name); !is_new) return is_new;
  if (stopped_) {
    return base::Error{base::ErrorCode::kUnavailable, "The world is no longer recorded.", "name"};
  }
  wait_until_idle();
  // What was being written may have had the name.
  if (auto is_new = folder_.check_new_name(name); !is_new) return is_new;
  begin_save(world, host, name);
  return {};
}

bool WorldStore::begin_save(const engine::World& world, scripting::PolicyHost& host,
                            const std::string& name) {
  if (stopped_ || (name.empty() && last_save_ == world.tick())) return true;
  {
    const std::lock_guard lock(mutex_);
    if (busy_) return false;
  }
  if (name.empty()) {
    since_save_ = Stopwatch();
    last_save_ = world.tick();
  }
  journal_.records().save(world.tick());
  Job job{{{world.snapshot(), host.save_memories()}, {}}, name, Stopwatch()};
  const scripting::SavedPolicies& memories = job.save.save.memories;
  flush_journal();
  const bool is_long = world.tick() - journal_.segment_first() >= options_.segment_ticks;
  if (name.empty() && (is_long || segment_is_full()) && world.tick() >= next_cut_) {
    cut_journal(world, memories);
  }
  if (!name.empty()) job.save.beginning = beginning_with(world, memories);
  if (journal_.waiting_bytes() > 0) {
    notice_failure(world.tick(), {base::ErrorCode::kIo, "The journal cannot be written.", ""},
                   "Nothing was saved; the former save stays.");
    return true;
  }
  const std::lock_guard lock(mutex_);
  job_ = std::move(job);
  busy_ = true;
  changed_.notify_all();
  return true;
}

void WorldStore::work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return job_.has_value(); })) {
    const Job job = std::move(*job_);
    job_.reset();
    lock.unlock();
    write(job);
    lock.lock();
    busy_ = false;
    changed_.notify_all();
  }
}

void WorldStore::write(const Job& job) {
  const Save& save = job.save.save;
  const engine::Tick tick = save.snapshot.tick;
  const auto put = [&]() -> base::Result<std::size_t> {
    if (auto synced = journal_.sync(); !synced) return synced.error();
    return job.name.empty() ? folder_.write_save(save) : folder_.write_named(job.name, job.save);
  };
  const auto bytes = put();
  if (bytes) {
    StoreNotice notice;
    notice.ok = true;
    notice.tick = tick;
    notice.name = job.name;
    notice.bytes = *bytes;
    notice.wall_s = job.stopwatch.seconds();
    const std::lock_guard lock(mutex_);
    notices_.push_back(std::move(notice));
  } else {
    notice_failure(tick, bytes.error(), "Nothing was saved; the former save stays.");
  }
  if (auto done = pack_event_ranges(folder_.files(), folder_.events(), tick); !done) {
    notice_failure(tick, done.error(), "Old events stay as they are.");
  }
  if (auto done = pack_journal_segments(folder_.files(), folder_.journal()); !done) {
    notice_failure(tick, done.error(), "The journal's older segments stay as they are.");
  }
  if (auto done = update_world_index(folder_, tick); !done) {
    notice_failure(tick, done.error(), "It is only an index: remove it to have it made anew.");
  }
}

void WorldStore::wait_until_idle() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !busy_; });
}

std::vector<StoreNotice> WorldStore::take_notices() {
  const std::lock_guard lock(mutex_);
  return std::exchange(notices_, {});
}

base::Result<void> WorldStore::close(const engine::World& world, scripting::PolicyHost& host) {
  wait_until_idle();
  begin_save(world, host);
  wait_until_idle();
  if (stopped_) return {};
  journal_.records().end(world.tick());
  if (auto written = journal_.flush(); !written) return written;
  if (auto written = events_.finish(); !written) return written;
  return journal_.sync();
}

}  // namespace cherub::abilities
