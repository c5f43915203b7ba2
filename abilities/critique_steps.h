#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Step logs as people and models read them.
namespace cherub::abilities {

inline constexpr std::size_t kFirstStepsMax = 50, kLastStepsMax = 100;

// The first and the last steps of an episode, one short line each; steps in which nothing changes
// but the time are one line together. Empty without a log.
std::string steps_text(std::string_view steps_jsonl);

// The first tick, from 1, in which two logs of one seed tell of different steps of the agent they
// follow: where it is, how it fares, what became of its intents. Empty: they go the same way to the
// end of the shorter, or one is empty.
std::optional<std::uint64_t> first_divergence(std::string_view steps, std::string_view others);

}  // namespace cherub::abilities
