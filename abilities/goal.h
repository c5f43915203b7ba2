#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "abilities/score.h"
#include "engine/base/result.h"
#include "engine/scenario.h"

namespace cherub::abilities {

inline constexpr std::size_t kGoalBytesMax = 4000;

// What a goal in words asks to be measured by: the scenario's objective with more weight on every
// metric whose words occur. "without", "avoid", "as few … as possible", "… little" and their like
// turn a metric that is better when higher around; for one that is better when lower they say what
// it means anyway, while "as many … as possible" turns that one around. "at least" and "not only"
// turn nothing. When no word matches, the error (kInvalidArgument) lists what is understood, with
// example goals.
base::Result<Objective> understand(std::string_view goal, const engine::Scenario& scenario);

// What an objective is mostly about, for people: "more reached, less damage". Empty: nothing.
std::string aims_text(const Objective& objective, const engine::Scenario& scenario);

// Lower-case words of a text without endings ("quickly" -> "quick"), letters and digits only.
std::vector<std::string> goal_words(std::string_view text);

}  // namespace cherub::abilities
