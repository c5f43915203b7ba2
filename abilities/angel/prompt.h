#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "abilities/angel/language_model.h"
#include "engine/scenario.h"

namespace cherub::abilities::angel {

struct SeedRow {
  std::uint64_t seed = 0;
  bool success = false;
  std::vector<double> metrics;  // as Scenario::metrics
  std::uint64_t faults = 0;
  std::string note;  // first fault, main refusal
};

// A policy of an earlier run that did well on a similar goal.
struct PriorPolicy {
  std::string goal;     // it was measured for
  std::string results;  // in words: "held-out seeds, 32 episodes: success 0.94, …"
  std::string source;
  std::string program;  // as Grammar::text, when the built-in angel wrote it
};

// What a model is asked for.
enum class PromptKind {
  kFull,   // a whole policy
  kDiff,   // blocks that change the parent: edits.h
  kCross,  // a whole policy that unites two parents
};
const char* prompt_kind_name(PromptKind kind);  // "full", "diff", "cross"

// All that a model is told. Bounded: long parts are cut with a mark that says so.
struct Brief {
  PromptKind kind = PromptKind::kFull;  // others need parent_code, kCross also other_code
  std::string goal;
  const engine::Scenario* scenario = nullptr;  // required
  std::vector<double> weights;  // of the metrics for this goal; empty: the scenario's own
  double success_share = 0.5;   // of an episode's score, that success alone makes
  std::uint64_t fuel_per_act = 0;
  std::size_t memory_per_agent_bytes = 0;
  std::vector<PriorPolicy> priors;  // best first
  std::string parent_code;          // empty in the first round
  std::vector<SeedRow> parent_results;
  std::string other_code;     // for kCross: the second parent
  std::string other_results;  // in words
  std::string critique;
  std::string comment;             // a model's own words about the critique
  std::vector<std::string> rules;  // what replies of this run were refused for, gravest first
  std::vector<std::string>
      errors;                // diagnostics of the last refused reply, as text with code frames
  std::string refused_code;  // the reply they are about
  bool start_over = false;   // the same error came twice: the reply is not to be patched
  std::vector<std::string> attempts;  // "iteration 2: score 0.41 (-0.10)", oldest first
};

// Bounds of the parts, in bytes and entries.
inline constexpr std::size_t kPromptGoalBytesMax = 4000;
inline constexpr std::size_t kPromptCodeBytesMax = 64u << 10;  // a source is no longer than that
inline constexpr std::size_t kPromptSheetBytesMax = 64u << 10;
inline constexpr std::size_t kPromptTextBytesMax = 8u << 10;  // description, one error
inline constexpr std::size_t kPromptErrorsMax = 10;
inline constexpr std::size_t kPromptCritiqueBytesMax = 16u << 10;
inline constexpr std::size_t kPromptCommentBytesMax = 4u << 10;
inline constexpr std::size_t kPromptRulesMax = 10;  // of one line
inline constexpr std::size_t kPromptLineBytesMax = 300;
inline constexpr std::size_t kPromptPriorsMax = 5;
inline constexpr std::size_t kPromptPriorBytesMax = 6u << 10;  // of the source of each
inline constexpr std::size_t kPromptRowsMax = 64;              // seeds, species, metrics, attempts

// `system`: contract, limits, rules and the form of the answer. `user`: this goal in this scenario,
// the API, and what earlier rounds taught. The same brief gives the same bytes.
ModelRequest build_prompt(const Brief& brief);
// Asks for a comment on the critique of the parent, which the brief must have.
ModelRequest build_comment_prompt(const Brief& brief);

}  // namespace cherub::abilities::angel
