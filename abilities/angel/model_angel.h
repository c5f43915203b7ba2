#pragma once

#include <memory>

#include "abilities/angel/angel.h"

namespace cherub::abilities::angel {

// How often one candidate may go back to the model with its diagnostics.
inline constexpr int kRepairRoundsMax = 3;

// Lets a language model write the candidates: prompt, reply, code, check; what is refused goes back
// with the reasons.
class ModelAngel final : public Angel {
 public:
  ModelAngel(std::unique_ptr<LanguageModel> model, Check check);
  std::optional<Draft> next(const Brief& brief, const std::atomic<bool>* cancel) override;
  void learn(std::uint64_t, double) override {}  // the next Brief says it in words

 private:
  std::unique_ptr<LanguageModel> model_;
  Check check_;
};

}  // namespace cherub::abilities::angel
