#include "engine/recording.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace cherub::engine {
namespace {

// Ticks before this one that have a behaviour hash.
std::size_t behaviour_hashes_before(Tick tick) {
  return static_cast<std::size_t>((tick + kBehaviourHashInterval - 1) / kBehaviourHashInterval);
}

template <class Entry>
void append(std::vector<Entry>& to, std::vector<Entry>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

// Drops what is not before the tick.
void cut(Recording& whole, Tick tick) {
  const auto is_later = [tick](const auto& entry) { return entry.tick >= tick; };
  std::erase_if(whole.commands, is_later);
  std::erase_if(whole.faults, is_later);
  std::erase_if(whole.saves, [tick](Tick save) { return save > tick; });
  whole.hashes.resize(tick - whole.first);
  whole.column_hashes.resize(whole.hashes.size() * whole.start.columns.size());
  whole.behaviour_hashes.resize(behaviour_hashes_before(tick) -
                                behaviour_hashes_before(whole.first));
}

}  // namespace

bool alike(const RecordedStart& a, const RecordedStart& b) {
  const auto all = [](const RecordedStart& start) {
    return std::tie(start.scenario_yaml, start.seed, start.fuel_per_act, start.fuel_saved_max,
                    start.fuel_per_load, start.memory_bytes, start.memory_per_agent_bytes,
                    start.columns);
  };
  return all(a) == all(b);
}

Tick Recording::next_behaviour_hash() const {
  return (behaviour_hashes_before(first) + behaviour_hashes.size()) * kBehaviourHashInterval;
}

std::optional<std::uint64_t> Recording::behaviour_hash(Tick tick) const {
  const std::size_t skipped = behaviour_hashes_before(first);
  const std::size_t index = tick / kBehaviourHashInterval;
  if (index < skipped || index - skipped >= behaviour_hashes.size()) return std::nullopt;
  return behaviour_hashes[index - skipped];
}

base::Result<void> join(Recording& whole, Recording next) {
  if (next.first < whole.first || next.first > whole.end()) {
    return base::Error{base::ErrorCode::kInvalidArgument,
                       "It begins at tick " + std::to_string(next.first) +
                           ", but what comes before it ends at tick " +
                           std::to_string(whole.end()) + ".",
                       ""};
  }
  if (!alike(whole.start, next.start)) {
    return base::Error{base::ErrorCode::kInvalidArgument,
                       "It is of another world than what comes before it.", ""};
  }
  cut(whole, next.first);
  whole.sources.merge(next.sources);
  append(whole.commands, next.commands);
  append(whole.hashes, next.hashes);
  append(whole.column_hashes, next.column_hashes);
  append(whole.behaviour_hashes, next.behaviour_hashes);
  append(whole.faults, next.faults);
  append(whole.saves, next.saves);
  append(whole.model_replies, next.model_replies);
  whole.ended = next.ended;
  whole.bytes = next.bytes;
  whole.torn_bytes = next.torn_bytes;
  whole.last_checksum = next.last_checksum;
  return {};
}

}  // namespace cherub::engine
