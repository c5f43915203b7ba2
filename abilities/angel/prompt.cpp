#include "abilities/angel/prompt.h"

#include <algorithm>

#include "abilities/angel/prompt_parts.h"
#include "engine/base/check.h"
#include "scripting/manifest.h"

namespace cherub::abilities::angel {
namespace {

constexpr std::string_view kCommentRules =
    "You read what a policy, a Lua program that drives the agents of a simulated world, did in its "
    "episodes, for the author of the next version. Name the two or three causes that cost most, "
    "each with the facts that show it and the lines of the policy that are to blame, and what to "
    "try instead. At most 200 words, no code block. Say so when the facts do not tell.\n";

std::string results_part(const Brief& brief) {
  if (brief.parent_results.empty()) return "";
  const auto& metrics = brief.scenario->metrics;
  const std::size_t columns = std::min(metrics.size(), kPromptRowsMax);
  std::string head = "| seed | success |";
  std::string rule = "|---|---|";
  for (std::size_t i = 0; i < columns; ++i) {
    head += " " + cell(metrics[i].name) + " |";
    rule += "---|";
  }
  std::string out = "\nIts results:\n\n" + head + " faults | note |\n" + rule + "---|---|\n";
  std::size_t successes = 0;
  for (const SeedRow& row : brief.parent_results) successes += row.success ? 1 : 0;
  for (std::size_t r = 0; r < std::min(brief.parent_results.size(), kPromptRowsMax); ++r) {
    const SeedRow& row = brief.parent_results[r];
    out += "| " + std::to_string(row.seed) + " | " + (row.success ? "yes" : "no") + " |";
    for (std::size_t i = 0; i < columns; ++i) {
      out += " " + (i < row.metrics.size() ? number(row.metrics[i]) : "-") + " |";
    }
    out += " " + std::to_string(row.faults) + " | " + cell(row.note) + " |\n";
  }
  out += more_rows(brief.parent_results.size());
  return out + "\n" + std::to_string(successes) + " of " +
         std::to_string(brief.parent_results.size()) + " episodes succeeded.\n";
}

std::string priors_part(const Brief& brief) {
  if (brief.priors.empty()) return "";
  std::string out =
      "\n# Policies of earlier runs that did well\n\nIn this world, for goals like this one. Take "
      "over what is good in them; do better than them.\n";
  for (std::size_t i = 0; i < std::min(brief.priors.size(), kPromptPriorsMax); ++i) {
    const PriorPolicy& prior = brief.priors[i];
    out += "\nFor the goal \"" + line(prior.goal) + "\". Measured on " + line(prior.results) +
           "\n\n" + fenced(prior.source, "lua", kPromptPriorBytesMax);
  }
  return out;
}

std::string rules_part(const Brief& brief) {
  if (brief.rules.empty()) return "";
  std::string out =
      "\n# Learned in this run\n\nReplies were refused for these; avoid them all:\n\n";
  for (std::size_t i = 0; i < std::min(brief.rules.size(), kPromptRulesMax); ++i) {
    out += "- " + line(brief.rules[i]) + "\n";
  }
  return out;
}

std::string parent_part(const Brief& brief) {
  std::string out;
  if (!brief.parent_code.empty()) {
    out +=
        "\n# The best policy so far\n\nImprove on it: keep what works, change what the results "
        "blame.\n\n" +
        fenced(brief.parent_code, "lua", kPromptCodeBytesMax);
  }
  out += results_part(brief);
  if (brief.kind == PromptKind::kCross) {
    out += "\n# Another good policy\n\n" + line(brief.other_results) + "\n\n" +
           fenced(brief.other_code, "lua", kPromptCodeBytesMax);
  }
  if (!brief.critique.empty()) {
    out += "\n# Critique (computed from the episodes)\n\n" +
           bounded(brief.critique, kPromptCritiqueBytesMax) + "\n";
  }
  if (!brief.comment.empty()) {
    out += "\nA reader's comment on it, which may be wrong:\n\n" +
           fenced(brief.comment, "text", kPromptCommentBytesMax);
  }
  if (!brief.attempts.empty()) {
    out += "\n# Attempts so far\n\nDo not repeat what lost.\n\n";
    const std::size_t first =
        brief.attempts.size() - std::min(brief.attempts.size(), kPromptRowsMax);
    if (first > 0) out += "[… " + std::to_string(first) + " older ones left out …]\n";
    for (std::size_t i = first; i < brief.attempts.size(); ++i) {
      out += "- " + line(brief.attempts[i]) + "\n";
    }
  }
  return out;
}

std::string refusal_part(const Brief& brief) {
  if (brief.errors.empty() && brief.refused_code.empty()) return "";
  std::string out = "\n# Your last reply was refused\n\n";
  if (!brief.refused_code.empty()) out += fenced(brief.refused_code, "lua", kPromptCodeBytesMax);
  out += "\nWhat is wrong with it:\n\n";
  for (std::size_t i = 0; i < std::min(brief.errors.size(), kPromptErrorsMax); ++i) {
    out += fenced(brief.errors[i], "text", kPromptTextBytesMax);
  }
  if (brief.errors.size() > kPromptErrorsMax) {
    out += "[… " + std::to_string(brief.errors.size() - kPromptErrorsMax) +
           " more errors left out …]\n";
  }
  if (brief.start_over) {
    return out +
           "\nThe same mistake came twice. Do not patch that reply: put it aside and write the "
           "policy "
           "anew, simpler and in another way.\n";
  }
  return out + "\nCorrect every one of these, and look for the same mistake elsewhere.\n";
}

std::string user_part(const Brief& brief) {
  const engine::Scenario& scenario = *brief.scenario;
  std::string out = "# Goal\n\n" + fenced(brief.goal, "text", kPromptGoalBytesMax);
  out += metrics_part(brief);
  out += world_part(scenario);
  out += "\n# API\n\n" + bounded(scripting::api_cheat_sheet(scenario), kPromptSheetBytesMax) + "\n";
  out += priors_part(brief);
  out += parent_part(brief);
  out += rules_part(brief);
  out += refusal_part(brief);
  return out + answer_part(brief);
}

}  // namespace

const char* prompt_kind_name(PromptKind kind) {
  static constexpr const char* kNames[] = {"full", "diff", "cross"};
  return kNames[static_cast<std::size_t>(kind)];
}

ModelRequest build_prompt(const Brief& brief) {
  CHERUB_CHECK(brief.scenario != nullptr);
  CHERUB_CHECK(brief.kind == PromptKind::kFull || !brief.parent_code.empty());
  return {system_part(brief), user_part(brief)};
}

ModelRequest build_comment_prompt(const Brief& brief) {
  CHERUB_CHECK(brief.scenario != nullptr);
  return {std::string(kCommentRules),
          "# Goal\n\n" + fenced(brief.goal, "text", kPromptGoalBytesMax) + metrics_part(brief) +
              world_part(*brief.scenario) + parent_part(brief)};
}

}  // namespace cherub::abilities::angel
