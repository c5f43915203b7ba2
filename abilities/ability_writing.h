#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "abilities/ability_ladder.h"
#include "abilities/angel/ability_angel.h"
#include "abilities/catalogue.h"
#include "abilities/run_model.h"

// From a goal in words to an ability that stands on the whole ladder.
namespace cherub::abilities {

struct AbilityOrder {
  std::string goal;
  std::vector<std::string> taken;  // names that it must not have
};

// One try of the angel and what the ladder said.
struct AbilityRound {
  int number = 1;
  std::string source;
  AbilityLadderVerdict verdict;
};
using AbilityTold = std::function<void(const AbilityRound&)>;

struct WrittenAbility {
  bool ok = false;
  std::string goal;
  AbilityTitle title;  // its name is that of the order, free among those taken
  std::string source;  // the last one, also when it was refused
  std::string origin;
  std::vector<std::string> notes;
  AbilityLadderVerdict verdict;  // of the last round
  int rounds = 0;
  // Why not, for people: an error, or refusals with code frames.
  std::string message;
  base::ErrorCode code = base::ErrorCode::kRefused;
};

// Asks the angel, tries what it writes on the ladder, and lets it repair; `told` (may be empty)
// hears of each round. One thread; returns early when `cancel` (may be null) turns true.
WrittenAbility write_ability(const AbilityOrder& order, angel::AbilityAngel& angel,
                             AbilityLadder& ladder, const AbilityTold& told,
                             const std::atomic<bool>* cancel);

// A record's members beside its goal: name, sha256, costs, price, effect; or what was refused.
base::JsonObject ability_json(const WrittenAbility& written);

// The angel that the request's provider means.
base::Result<std::unique_ptr<angel::AbilityAngel>> make_ability_angel(const RunRequest& request,
                                                                      const RunModelTools& tools);

// As the catalogue keeps it.
CatalogueScript catalogue_script_of(const WrittenAbility& written, const std::string& scenario,
                                    const std::string& run_id);

}  // namespace cherub::abilities
