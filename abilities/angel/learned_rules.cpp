#include "abilities/angel/learned_rules.h"

#include <algorithm>

#include "abilities/angel/peer_message.h"
#include "abilities/angel/prompt.h"
#include "abilities/ladder_fixtures.h"

namespace cherub::abilities::angel {
namespace {

constexpr std::size_t kRulesKeptMax = 200;

// "policy:12: attempt to …" without the line, which another source has elsewhere.
std::string without_line(std::string text) {
  static constexpr std::string_view kName = "policy:";
  const std::size_t at = text.find(kName);
  if (at == std::string::npos) return text;
  const std::size_t end = text.find_first_not_of("0123456789", at + kName.size());
  if (end == std::string::npos || text[end] != ':') return text;
  return text.substr(std::min(text.find_first_not_of(": ", end), text.size()));
}

}  // namespace

std::string rule_of(const Refusal& refusal) {
  std::string what = without_line(refusal.message);
  // Counts differ each time; the advice is what stays.
  if (refusal.code == kIntentsRefusedCode) what = "too many intents refused";
  if (what.size() > kPromptLineBytesMax / 2) what = clean_line(what, kPromptLineBytesMax / 2);
  return refusal.hint.empty() ? what : what + ": " + refusal.hint;
}

void LearnedRules::learn(std::span<const Refusal> refusals) {
  for (const Refusal& refusal : refusals) {
    const std::string text = rule_of(refusal);
    const auto known = std::find_if(rules_.begin(), rules_.end(),
                                    [&](const Rule& rule) { return rule.text == text; });
    if (known != rules_.end()) {
      ++known->count;
    } else if (rules_.size() < kRulesKeptMax) {
      rules_.push_back({text, 1});
    }
  }
}

std::vector<std::string> LearnedRules::best(std::size_t count_max) const {
  std::vector<Rule> sorted = rules_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Rule& a, const Rule& b) { return a.count > b.count; });
  std::vector<std::string> texts;
  for (const Rule& rule : sorted) {
    if (texts.size() == count_max) break;
    const std::string times = rule.count > 1 ? " (" + std::to_string(rule.count) + " times)" : "";
    texts.push_back(clean_line(rule.text, kPromptLineBytesMax - times.size() - 4) + times);
  }
  return texts;
}

}  // namespace cherub::abilities::angel
