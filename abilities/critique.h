#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "abilities/evaluation.h"
#include "abilities/score.h"
#include "engine/scenario.h"

namespace cherub::abilities {

// Why an episode was no success, in a few words: "time", "all_dead", "refused: …".
std::string failure_reason(const EpisodeResult& episode);

// The refused intents of an episode, most frequent first: "12 x blocked, 3 x out_of_reach".
std::string refusals_text(const std::vector<std::uint64_t>& receipts);

// How often each receipt came of what was asked for: {"accepted":812,"blocked":3}.
std::string receipt_counts_json(std::span<const EpisodeResult> episodes);

// What there is to say about the episodes of one policy. All of it is computed, nothing is judged.
struct Critique {
  std::string markdown;  // for people
  std::string brief;     // the same without the table of seeds: prompts have one of their own
  std::string json;
};

// What a critique compares with; null members leave the comparison out.
struct CritiqueInput {
  const engine::Scenario* scenario = nullptr;
  const Objective* objective = nullptr;
  std::span<const EpisodeResult> episodes;
  std::span<const EpisodeResult> parent_episodes;  // of the same seeds, or empty
  std::string_view parent_steps = {};              // the parent's log of the worst episode
};
// The episode with the lowest score, the first of several; a null pointer when none ran.
const EpisodeResult* worst_episode(const CritiqueInput& input);
Critique make_critique(const CritiqueInput& input);

}  // namespace cherub::abilities
