#pragma once

#include <optional>
#include <string_view>

#include "abilities/ability_ladder.h"
#include "abilities/ability_writing.h"
#include "abilities/catalogue.h"

// Abilities that were written before.
namespace cherub::abilities {

inline constexpr std::size_t kKnownAbilitiesTried = 8;  // on the ladder, for one order

// What two goals must share for an ability of the one to do for the other.
enum class Sameness {
  kWords,   // the same telling words, in any order: what a model makes of others nobody knows
  kEffects  // or the same wish, as the built-in angel understands it: it would write the same
};
bool asks_the_same(std::string_view goal, std::string_view other, const engine::Scenario& scenario,
                   Sameness sameness);

// The most relevant ability of the catalogue that was written for a goal that asks the same, and
// that stands on the whole ladder now, with the numbers and the name that this goal insists on. It
// has no rounds and the origin of who wrote it. Nothing when there is none, or when the order is
// one that write_ability() refuses. Errors: those of the catalogue.
base::Result<std::optional<WrittenAbility>> known_ability(const AbilityOrder& order,
                                                          Sameness sameness,
                                                          const Catalogue& catalogue,
                                                          AbilityLadder& ladder);

}  // namespace cherub::abilities
