#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "engine/base/result.h"
#include "engine/recording.h"

namespace cherub::abilities {

enum class ReplayVerify { kHashes, kNothing };

struct ReplayOptions {
  ReplayVerify verify = ReplayVerify::kHashes;
  bool jit = true;  // need not be as it was recorded: the hashes are the same
};

struct ReplayReport {
  std::uint64_t ticks = 0;  // simulated
  std::uint64_t ticks_recorded = 0;
  bool verified = false;  // every hash was there and equal
  std::optional<std::uint64_t> first_difference_tick;
  std::string difference;  // a sentence, when there is one
  std::uint64_t hash = 0;  // after the last simulated tick
  double wall_s = 0;
};

// Called now and then with ticks done and in all.
using ReplayProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

// Simulates a recording again, from scenario, seed, sources and commands alone, and compares state
// and behaviour hashes. Stops at the first difference. A source whose text does not fit its name is
// a difference at the tick that installs it. Errors: a recording that cannot be run at all.
base::Result<ReplayReport> replay_recording(const engine::Recording& recording,
                                            const ReplayOptions& options,
                                            const ReplayProgress& progress = {});

// The same for the folder of a run: reads live/recording.jsonl.
base::Result<ReplayReport> replay_run(const std::string& dir, const ReplayOptions& options,
                                      const ReplayProgress& progress = {});

}  // namespace cherub::abilities
