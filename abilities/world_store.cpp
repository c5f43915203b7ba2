#include "abilities/world_store.h"

#include <algorithm>
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
  start.fuel_per_load = host.fuel_per_load;
  start.memory_bytes = host.memory_bytes;
  start.memory_per_agent_bytes = host.memory_per_agent_bytes;
  for (const engine::ColumnHash& column : world.column_hashes()) {
    start.columns.emplace_back(column.name);
  }
  return start;
}

// The newest save before the journal's end that is whole and of this world; else the beginning.
base::Result<engine::Tick> begin_at_newest(Replayer& replayer, const WorldFolder& folder,
                                           engine::Tick last, std::vector<std::string>& notes) {
  std::vector<engine::Tick> saves = folder.saves();
  std::reverse(saves.begin(), saves.end());
  for (const engine::Tick tick : saves) {
    if (tick > last) continue;
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

WorldStore::WorldStore(WorldFolder folder, JournalFile journal, const StoreOptions& options)
    : folder_(std::move(folder)),
      journal_(std::move(journal)),
      events_(folder_.files(), folder_.events()),
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
  auto journal = JournalFile::create(folder.files(), folder.journal(), start_of(world, host));
  if (!journal) return journal.error();
  return std::unique_ptr<WorldStore>(
      new WorldStore(std::move(folder), std::move(*journal), options));
}

base::Result<std::unique_ptr<WorldStore>> WorldStore::load(
    const std::filesystem::path& path, std::shared_ptr<scripting::ScriptRegistry> registry,
    bool jit, const StoreOptions& options, LoadedWorld& loaded) {
  WorldFolder folder(*options.files, path);
  engine::Recording recording;
  auto journal = JournalFile::go_on(folder.files(), folder.journal(), recording);
  if (!journal) return journal.error();
  if (recording.torn_bytes > 0) {
    loaded.notes.push_back("The journal was cut off: its last " +
                           std::to_string(recording.torn_bytes) + " bytes are no record.");
  }
  folder.remove_leftovers();
  Replayer replayer(recording, std::move(registry), jit);
  const auto from = begin_at_newest(replayer, folder, recording.hashes.size(), loaded.notes);
  if (!from) return from.error();
  loaded.save_tick = *from;
  std::unique_ptr<WorldStore> store(
      new WorldStore(std::move(folder), std::move(*journal), options));
  if (auto cut = store->events_.cut(*from); !cut) {
    loaded.notes.push_back("Events before this tick may be missing: " + cut.error().text());
  }
  while (!replayer.at_end() && !replayer.difference()) {
    const engine::TickReport report = replayer.step(true);
    (void)store->events_.add(replayer.world(), report);  // a disk that is full shows later
    if (store->events_.waiting_bytes() > kFlushBytes) (void)store->events_.flush();
  }
  if (!replayer.difference()) {
    if (auto done = replayer.renew_host(); !done) return done.error();
    store->journal_.records().save(recording.hashes.size());
    replayer.submit_waiting();
  }
  if (const auto& difference = replayer.difference()) {
    return base::Error{base::ErrorCode::kConflict,
                       "The world does not go on as its journal says, at tick " +
                           std::to_string(difference->tick) + ": " + difference->sentence +
                           " `cherub replay --verify` tells more.",
                       path.string()};
  }
  store->tick_ = recording.hashes.size();
  loaded.waiting = static_cast<std::size_t>(
      std::count_if(recording.commands.begin(), recording.commands.end(),
                    [&](const auto& command) { return command.tick == store->tick_; }));
  if (*from > 0) store->last_save_ = *from;
  loaded.world = replayer.take_world();
  loaded.host = replayer.take_host();
  return store;
}

void WorldStore::on_model_reply(const engine::ModelReply& reply) {
  journal_.records().model_reply(reply);
}

void WorldStore::on_source(const std::string& sha256, std::string_view source) {
  if (stopped_) return;
  journal_.records().source(sha256, source);
  must_flush_ = true;
  // The journal has it too; this one is for people.
  if (auto written = folder_.write_script(sha256, source); !written) {
    notice_failure(tick_, written.error(), "The script is in the journal only.");
  }
}

void WorldStore::on_command(const engine::StampedCommand& command) {
  if (stopped_) return;
  journal_.records().command(command);
  must_flush_ = true;
}

void WorldStore::on_tick(const engine::World& world, const engine::TickReport& report,
                         scripting::PolicyHost& host) {
  tick_ = report.tick + 1;
  auto faults = host.take_machine_faults();
  if (stopped_) return;
  engine::JournalWriter& records = journal_.records();
  for (scripting::MachineFault& fault : faults) {
    records.fault(
        {fault.tick, fault.row, scripting::fault_name(fault.kind), std::move(fault.message)});
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
  if (due || save_requested_) save(world, host);
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

bool WorldStore::begin_save(const engine::World& world, scripting::PolicyHost& host) {
  if (stopped_ || last_save_ == world.tick()) return true;
  {
    const std::lock_guard lock(mutex_);
    if (busy_) return false;
  }
  since_save_ = Stopwatch();
  last_save_ = world.tick();
  journal_.records().save(world.tick());
  flush_journal();
  Job job{{world.snapshot(), host.save_memories()}, Stopwatch()};
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
  const engine::Tick tick = job.save.snapshot.tick;
  auto synced = journal_.sync();
  auto bytes = synced ? folder_.write_save(job.save) : base::Result<std::size_t>(synced.error());
  if (bytes) {
    StoreNotice notice;
    notice.ok = true;
    notice.tick = tick;
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
  if (auto written = events_.flush(); !written) return written;
  return journal_.sync();
}

}  // namespace cherub::abilities
