#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "engine/commands.h"

namespace cherub::engine {

// All that is needed to run a world again and to prove that it is the same: scenario text, seed,
// the commands with their ticks, the sources that InstallScript names, and the state hash of every
// tick.
struct Recording {
  std::string scenario_yaml;
  std::uint64_t seed = 0;
  std::uint64_t fuel_per_act = 0;               // the budget that policies ran under
  std::map<std::string, std::string> sources;   // sha256 -> Lua source
  std::vector<StampedCommand> commands;         // in the order they were applied
  std::vector<std::uint64_t> hashes;            // [i]: after tick i
  std::vector<std::uint64_t> behaviour_hashes;  // every kBehaviourHashInterval ticks
};
inline constexpr Tick kBehaviourHashInterval = 100;

inline constexpr std::size_t kRecordingBytesMax = std::size_t{1} << 30;
inline constexpr std::size_t kRecordingLineBytesMax = std::size_t{1} << 20;

// JSON lines: a header, then one record per source, command and tick:
//   {"cherub_recording":1,"seed":"<16 hex>","fuel_per_act":N,"scenario":"<yaml>"}
//   {"source":"<sha256>","text":"…"}
//   {"tick":N,"command":{"type":"spawn",…}}
//   {"tick":N,"hash":"<16 hex>"}
//   {"tick":N,"behaviour_hash":"<16 hex>"}    N a multiple of kBehaviourHashInterval
//   {"end":true,"ticks":N}
// Reading refuses a text that was cut, reordered or altered in form; the error names the line.
std::string recording_to_jsonl(const Recording& recording);
base::Result<Recording> recording_from_jsonl(std::string_view text);

// One command as a JSON object {"type":"spawn", ...}; the same shape that the server's commands
// take.
std::string command_to_json(const Command& command);
base::Result<Command> command_from_json(std::string_view json);

}  // namespace cherub::engine
