#pragma once

#include <memory>
#include <string>

#include "abilities/angel/ability_angel.h"

namespace cherub::abilities::angel {

// All that a model is told to write an ability: contract, effects with their prices, senses, rules,
// an example that is not the answer, the goal, and what was wrong with its last try. Bounded; the
// same brief gives the same bytes.
ModelRequest build_ability_prompt(const AbilityBrief& brief);

// Lets a language model write abilities.
class ModelAbilityAngel final : public AbilityAngel {
 public:
  ModelAbilityAngel(std::unique_ptr<LanguageModel> model, std::string origin);
  base::Result<AbilityDraft> draft(const AbilityBrief& brief,
                                   const std::atomic<bool>* cancel) override;
  [[nodiscard]] int repair_rounds() const override { return kAbilityRepairRoundsMax; }
  [[nodiscard]] std::string origin() const override { return origin_; }

 private:
  std::unique_ptr<LanguageModel> model_;
  std::string origin_;
};

}  // namespace cherub::abilities::angel
