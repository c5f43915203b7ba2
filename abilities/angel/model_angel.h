#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "abilities/angel/angel.h"
#include "abilities/angel/learned_rules.h"

namespace cherub::abilities::angel {

// How often one candidate may go back to the model with its diagnostics.
inline constexpr int kRepairRoundsMax = 3;

// Of the prompts that have a parent, so many ask for changes to it, and for one policy of two.
inline constexpr double kDiffShare = 0.6, kCrossShare = 0.1;

// Lets a language model write the candidates: prompt, reply, code, check; what is refused goes back
// with the reasons. What it asks follows from seed, briefs and replies alone.
class ModelAngel final : public Angel {
 public:
  ModelAngel(std::unique_ptr<LanguageModel> model, Check check, std::uint64_t seed);
  std::optional<Draft> next(const Brief& brief, const std::atomic<bool>* cancel) override;
  std::optional<Exchange> comment(const Brief& brief, const std::atomic<bool>* cancel) override;
  void learn(std::uint64_t id, double score) override;

 private:
  struct Scored {
    std::string source;
    double score = 0;
  };
  // A reply made into a source; else why that cannot be done.
  base::Result<std::string> source_of(const Brief& round, const std::string& reply) const;
  // Turns the round into the question for a better reply.
  void ask_again(Brief& round, const Draft& draft, const Exchange& exchange, bool same_again);
  void choose_kind(Brief& brief, std::uint64_t number) const;
  [[nodiscard]] const Scored* best_besides(const std::string& parent) const;

  std::unique_ptr<LanguageModel> model_;
  Check check_;
  std::uint64_t seed_;
  std::uint64_t drafts_ = 0;
  std::map<std::uint64_t, std::string> offered_;  // sources by id, until their score is known
  std::vector<Scored> scored_;                    // in their order
  LearnedRules rules_;
};

}  // namespace cherub::abilities::angel
