#pragma once

#include <string>
#include <string_view>

#include "abilities/run.h"
#include "engine/base/result.h"
#include "engine/scenario.h"

namespace cherub::server::cli {

// What --scenario means: the name of one that ships, or a file of one's own, which ends in .yaml,
// .yml or .json. Errors in a file name it, and the field.
inline constexpr const char* kScenarioHelp =
    "a name (cherub scenario list), or a YAML or JSON file";
base::Result<engine::Scenario> chosen_scenario(const std::string& choice);
// The same for a run, which keeps what the file says now.
base::Result<void> choose_scenario(const std::string& choice, abilities::RunRequest& request);

}  // namespace cherub::server::cli
