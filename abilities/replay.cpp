#include "abilities/replay.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "abilities/journal_segments.h"
#include "abilities/memory_json.h"
#include "abilities/replayer.h"
#include "abilities/stopwatch.h"
#include "engine/base/thread_pool.h"

namespace cherub::abilities {
namespace {

constexpr std::uint64_t kTicksPerProgress = 1000;

// Follows the recording and says what it finds.
class Replay {
 public:
  Replay(const engine::Recording& recording, const ReplayOptions& options,
         const WorldFolder* folder)
      : options_(options),
        folder_(folder),
        pool_(std::max(1u, options.threads)),
        replayer_(recording, std::make_shared<scripting::ScriptRegistry>(), options.jit, &pool_) {
    report_.ticks_recorded = recording.end();
    report_.torn_bytes = recording.torn_bytes;
    first_ = recording.first;
    end_ = std::min<std::uint64_t>(options.to.value_or(report_.ticks_recorded),
                                   report_.ticks_recorded);
    if (folder_ != nullptr) saves_ = folder_->saves();
  }

  base::Result<ReplayReport> run(const ReplayProgress& progress);

 private:
  [[nodiscard]] bool verifies() const { return options_.verify == ReplayVerify::kHashes; }
  base::Result<void> begin();
  void differ(std::uint64_t tick, std::string sentence, std::string column);
  void meet_save();
  void compare_memories(const Save& save, const scripting::SavedPolicies& replayed);
  [[nodiscard]] bool save_ahead() const { return !saves_.empty() && saves_.back() > tick_; }

  ReplayOptions options_;
  const WorldFolder* folder_;
  base::ThreadPool pool_;
  Replayer replayer_;
  std::vector<engine::Tick> saves_;
  std::uint64_t first_ = 0, end_ = 0, tick_ = 0;
  ReplayReport report_;
};

base::Result<void> Replay::begin() {
  for (auto tick = saves_.rbegin(); tick != saves_.rend(); ++tick) {
    if (*tick > options_.from || *tick < first_ || *tick > report_.ticks_recorded) continue;
    const auto save = folder_->read_save(*tick, SaveCheck::kIntact);
    if (!save) continue;  // an older one will do
    if (auto begun = replayer_.begin_at(*save); !begun) continue;
    report_.from = *tick;
    return {};
  }
  return replayer_.begin();
}

void Replay::differ(std::uint64_t tick, std::string sentence, std::string column) {
  if (report_.first_difference_tick) return;
  report_.first_difference_tick = tick;
  report_.difference = std::move(sentence);
  report_.column = std::move(column);
}

// Compares the save of this tick, if there is one, entity by entity.
void Replay::meet_save() {
  engine::World& world = replayer_.world();
  auto memories = replayer_.pass_save();
  const bool kept = std::binary_search(saves_.begin(), saves_.end(), world.tick());
  if (!kept || !verifies() || world.tick() == report_.from || report_.entity) return;
  const auto save = folder_->read_save(world.tick(), SaveCheck::kNone);
  const std::string place = "the save of tick " + std::to_string(world.tick());
  if (!save) return differ(world.tick(), place + " cannot be read: " + save.error().text(), "");
  ++report_.saves_compared;
  report_.seen_tick = world.tick();
  const auto difference = engine::first_difference(save->snapshot, world.snapshot());
  if (!difference) {
    if (report_.first_difference_tick) {
      report_.difference += " Yet " + place + " is as replayed: the journal was altered.";
    } else if (memories) {
      compare_memories(*save, *memories);
    }
    return;
  }
  const bool is_first = !report_.first_difference_tick;
  std::string sentence = "In " + place + ", " + difference->column;
  if (difference->entity) {
    report_.entity = difference->entity->packed();
    sentence += " of entity " + std::to_string(*report_.entity) + " (row " +
                std::to_string(difference->entity->index) + ")";
  }
  sentence += " is " + difference->first + ", replayed " + difference->second + ".";
  report_.recorded = difference->first;
  report_.replayed = difference->second;
  if (is_first) {
    differ(world.tick(), sentence + " The hashes before it are the same: the save was altered.",
           difference->column);
  } else {
    report_.difference += " " + sentence;
    if (report_.column.empty()) report_.column = difference->column;
  }
}

void Replay::compare_memories(const Save& save, const scripting::SavedPolicies& replayed) {
  const std::uint64_t tick = save.snapshot.tick;
  const std::string place = "In the save of tick " + std::to_string(tick) + ", ";
  const auto head_of = [tick](const scripting::SavedPolicies& policies) {
    return memories_to_json(tick, {policies.versions, policies.migration, {}, {}});
  };
  if (head_of(save.memories) != head_of(replayed)) {
    report_.recorded = head_of(save.memories);
    report_.replayed = head_of(replayed);
    return differ(tick, place + "the versions at work are not as replayed.", "memories");
  }
  const auto& kept = save.memories.agents;
  const std::size_t count = std::min(kept.size(), replayed.agents.size());
  for (std::size_t i = 0; i < count; ++i) {
    const std::string one = agent_memory_json(kept[i]);
    const std::string other = agent_memory_json(replayed.agents[i]);
    if (one == other) continue;
    report_.entity = kept[i].agent.packed();
    report_.recorded = one;
    report_.replayed = other;
    return differ(
        tick,
        place + "the memory of entity " + std::to_string(*report_.entity) + " is not as replayed.",
        "memories");
  }
  if (kept.size() == replayed.agents.size()) return;
  differ(tick,
         place + "there are the memories of " + std::to_string(kept.size()) +
             " agents, in the replay of " + std::to_string(replayed.agents.size()) + ".",
         "memories");
}

base::Result<ReplayReport> Replay::run(const ReplayProgress& progress) {
  const Stopwatch stopwatch;
  if (auto begun = begin(); !begun) return begun.error();
  const std::uint64_t total = end_ - std::min(end_, report_.from);
  for (;;) {
    meet_save();
    const bool found = report_.first_difference_tick.has_value();
    tick_ = replayer_.world().tick();
    if (tick_ >= (found ? report_.ticks_recorded : end_)) break;
    // Behind a difference only the entity is looked for, in the next save.
    const bool looked =
        found && (report_.entity || report_.seen_tick > *report_.first_difference_tick);
    if (looked || (found && !save_ahead())) break;
    report_.hash = replayer_.step(verifies() && !found).hash;
    ++report_.ticks;
    if (const auto& difference = replayer_.difference(); difference && !found) {
      differ(difference->tick, difference->sentence, difference->column);
    }
    if (progress && report_.ticks % kTicksPerProgress == 0) progress(report_.ticks, total);
  }
  if (progress) progress(report_.ticks, total);
  report_.verified = verifies() && !report_.first_difference_tick && report_.ticks == total;
  report_.wall_s = stopwatch.seconds();
  return report_;
}

}  // namespace

base::Result<ReplayReport> replay_recording(const engine::Recording& recording,
                                            const ReplayOptions& options,
                                            const ReplayProgress& progress,
                                            const WorldFolder* folder) {
  return Replay(recording, options, folder).run(progress);
}

std::filesystem::path world_path(const std::filesystem::path& dir) {
  return is_world(dir / "live") || !is_world(dir) ? dir / "live" : dir;
}

base::Result<ReplayReport> replay_run(const std::string& dir, const ReplayOptions& options,
                                      const ReplayProgress& progress) {
  const WorldFolder folder(real_file_system(), world_path(dir));
  const std::uint64_t to = options.to.value_or(kEndOfJournal);
  for (std::uint64_t from = options.from;;) {
    // Of a long journal only what is wanted, from the newest save before it on.
    const auto recording = read_journal(folder.journal(), folder.newest_save(from), to);
    if (!recording) return recording.error();
    auto report = replay_recording(*recording, options, progress, &folder);
    const bool lacks_save = !report && report.error().code == base::ErrorCode::kNotFound;
    if (!lacks_save || recording->first == 0) return report;
    from = recording->first - 1;
  }
}

}  // namespace cherub::abilities
