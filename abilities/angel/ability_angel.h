#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "abilities/ability_goal.h"
#include "abilities/ability_ladder.h"
#include "abilities/angel/language_model.h"
#include "engine/base/result.h"

// Who writes abilities: the built-in angel out of a small grammar of effects, or a language model.
namespace cherub::abilities::angel {

// A model may go back to its ability so often with what the ladder refused.
inline constexpr int kAbilityRepairRoundsMax = 4;

// What a draft is made from.
struct AbilityBrief {
  std::string goal;
  const engine::Scenario* scenario = nullptr;  // required
  AbilityDemands demands;                      // its name is never empty
  std::vector<std::string> notes;              // how the goal's numbers were read
  // Of the last round, when it was refused.
  std::string refused_code;
  std::string errors;       // as text with code frames
  bool start_over = false;  // the same error came twice: it is not to be patched
};

struct AbilityDraft {
  std::string source;
  std::vector<std::string> notes;  // decisions that whoever asked should know of
};

class AbilityAngel {
 public:
  virtual ~AbilityAngel() = default;
  // A source that was not checked yet. Errors: kInvalidArgument, the goal is not understood or
  // cannot be paid; those of LanguageModel. Returns early with kUnavailable when `cancel` (may be
  // null) turns true.
  virtual base::Result<AbilityDraft> draft(const AbilityBrief& brief,
                                           const std::atomic<bool>* cancel) = 0;
  [[nodiscard]] virtual int repair_rounds() const = 0;
  [[nodiscard]] virtual std::string origin() const = 0;  // "builtin", or the model
};

// Writes what it understands, with strengths that the energy pays for at the full range: no more,
// and no less when the goal names the energy.
class BuiltinAbilityAngel final : public AbilityAngel {
 public:
  base::Result<AbilityDraft> draft(const AbilityBrief& brief,
                                   const std::atomic<bool>* cancel) override;
  [[nodiscard]] int repair_rounds() const override { return 0; }
  [[nodiscard]] std::string origin() const override { return "builtin"; }
};

}  // namespace cherub::abilities::angel
