#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/commands.h"
#include "engine/scenario.h"
#include "scripting/ability_host.h"

// The abilities that ship, as sources (abilities/builtin/*.lua). docs/ABILITIES.md lists them.
namespace cherub::abilities {

std::vector<std::string> builtin_ability_names();
// Empty when there is none of that name.
std::string_view builtin_ability(std::string_view name);

// The commands that give a new world the built-in abilities that its scenario's roles name, each
// checked and loaded by `host`. Names of a role that no file is known for are left to be installed
// later. Errors: kInternal, a built-in one that is refused.
base::Result<std::vector<engine::InstallAbility>> builtin_installs(const engine::Scenario& scenario,
                                                                   scripting::AbilityHost& host);

}  // namespace cherub::abilities
