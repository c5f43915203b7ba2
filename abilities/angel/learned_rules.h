#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "abilities/ladder.h"

namespace cherub::abilities::angel {

// What replies of a run were refused for, so that the next prompts say it before it happens again.
// The same refusals in the same order give the same rules.
class LearnedRules {
 public:
  void learn(std::span<const Refusal> refusals);
  // One sentence each, the most frequent first, then the oldest; at most so many.
  [[nodiscard]] std::vector<std::string> best(std::size_t count_max) const;

 private:
  struct Rule {
    std::string text;
    std::uint64_t count = 0;
  };
  std::vector<Rule> rules_;  // in the order in which they came
};

// What one refusal teaches, without the place where it happened.
std::string rule_of(const Refusal& refusal);

}  // namespace cherub::abilities::angel
