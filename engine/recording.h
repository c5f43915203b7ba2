#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "engine/commands.h"

namespace cherub::engine {

// Behaviour::state_hash is recorded behind every tick that is a multiple of this.
inline constexpr Tick kBehaviourHashInterval = 100;

// What a world was begun with.
struct RecordedStart {
  std::string scenario_yaml;
  std::uint64_t seed = 0;
  // The budgets that policies ran under; results depend on them.
  std::uint64_t fuel_per_act = 0, fuel_saved_max = 0, fuel_per_load = 0;
  std::uint64_t memory_bytes = 0, memory_per_agent_bytes = 0;
  std::vector<std::string> columns;  // whose hashes each tick has: World::column_hashes
};

// A fault whose place the machine chose, not the script: a replay applies it as it was.
struct RecordedFault {
  Tick tick = 0;
  std::uint32_t row = 0;
  std::string kind;  // "memory" …
  std::string message;
};

// What a model answered when the world's first script was searched for. No replay asks a model.
struct ModelReply {
  std::uint32_t iteration = 0, candidate = 0;
  std::string prompt_sha256;
  std::string text;
};

// A journal as it was read, or the segments of it that were wanted: all that is needed to run a
// world again from tick `first` on, and to prove that it is the same.
struct Recording {
  RecordedStart start;
  Tick first = 0;                               // ticks before the first that is here
  std::uint32_t before = 0;                     // checksum of the record that the segment follows
  std::map<std::string, std::string> sources;   // sha256 -> Lua source
  std::vector<StampedCommand> commands;         // in the order they were applied
  std::vector<std::uint64_t> hashes;            // [i]: after tick first + i
  std::vector<std::uint32_t> column_hashes;     // low halves, start.columns.size() for each tick
  std::vector<std::uint64_t> behaviour_hashes;  // every kBehaviourHashInterval ticks
  std::vector<RecordedFault> faults;            // in the order of ticks
  std::vector<Tick> saves;                      // ticks that were done when memories were saved
  std::vector<ModelReply> model_replies;
  bool ended = false;  // closed in order behind its last tick; else it was cut off there

  // Where a journal is gone on with: its whole records, and what was cut behind them.
  std::uint64_t bytes = 0, torn_bytes = 0;
  std::uint32_t last_checksum = 0;

  [[nodiscard]] Tick end() const { return first + hashes.size(); }  // ticks done at the end
  // The tick whose behaviour hash comes next.
  [[nodiscard]] Tick next_behaviour_hash() const;
  // Of a tick from `first` on, if it is here.
  [[nodiscard]] std::optional<std::uint64_t> behaviour_hash(Tick tick) const;
};

// Whether a world that begins so is the same.
bool alike(const RecordedStart& a, const RecordedStart& b);

// Goes on with another segment. What `whole` has from that segment's first tick on belongs to a
// line of history that was left there, and goes.
base::Result<void> join(Recording& whole, Recording next);

}  // namespace cherub::engine
