#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "abilities/world_folder.h"
#include "engine/base/result.h"
#include "engine/recording.h"

namespace cherub::abilities {

enum class ReplayVerify { kHashes, kNothing };

struct ReplayOptions {
  ReplayVerify verify = ReplayVerify::kHashes;
  bool jit = true;                  // need not be as it was recorded: the hashes are the same
  unsigned threads = 1;             // nor this
  std::uint64_t from = 0;           // begins at the newest save at or before this tick
  std::optional<std::uint64_t> to;  // ends when so many ticks are done
};

struct ReplayReport {
  std::uint64_t from = 0;            // the tick it began at
  std::uint64_t ticks = 0;           // simulated
  std::uint64_t ticks_recorded = 0;  // up to the end of the journal, or of what was read of it
  std::uint64_t torn_bytes = 0;      // behind the last whole record
  std::uint64_t saves_compared = 0;
  bool verified = false;  // every hash of these ticks was there and equal, and every save
  std::optional<std::uint64_t> first_difference_tick;
  std::string difference;               // a sentence, when there is one
  std::string column;                   // the first that differs
  std::optional<std::uint64_t> entity;  // packed id of the first that differs there …
  std::string recorded, replayed;       // … its values …
  std::uint64_t seen_tick = 0;          // … and the save in which that was seen
  std::uint64_t hash = 0;               // after the last simulated tick
  double wall_s = 0;
};

// Called now and then with ticks done and in all.
using ReplayProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

// Simulates a recording again, from scenario, seed, sources and commands alone, and compares state
// and behaviour hashes. Ends at the first difference; when there is a `folder` with saves, at the
// first save behind it, where the entity can be named. Errors: a recording that cannot be run.
base::Result<ReplayReport> replay_recording(const engine::Recording& recording,
                                            const ReplayOptions& options,
                                            const ReplayProgress& progress = {},
                                            const WorldFolder* folder = nullptr);

// The same for the folder of a world, or of a run, whose world is in `live`.
base::Result<ReplayReport> replay_run(const std::string& dir, const ReplayOptions& options,
                                      const ReplayProgress& progress = {});

// Where the world is kept that a user means by the folder of a world or of a run.
std::filesystem::path world_path(const std::filesystem::path& dir);

}  // namespace cherub::abilities
