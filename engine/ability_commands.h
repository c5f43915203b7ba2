#pragma once

#include "engine/base/result.h"
#include "engine/commands.h"
#include "engine/world_state.h"

// The commands about abilities and roles; the others are in command_apply.cpp.
namespace cherub::engine {

base::Result<void> check(const WorldState& state, const InstallAbility& install);
base::Result<void> check(const WorldState& state, const AcceptAbility& accept);
base::Result<void> check(const WorldState& state, const RestoreAbility& restore);
base::Result<void> check(const WorldState& state, const QuarantineAbility& quarantine);
base::Result<void> check(const WorldState& state, const GrantAbility& grant);
base::Result<void> check(const WorldState& state, const RevokeAbility& revoke);
base::Result<void> check(const WorldState& state, const SetRole& set);

void apply(WorldState& state, const InstallAbility& install);
void apply(WorldState& state, const AcceptAbility& accept);
void apply(WorldState& state, const RestoreAbility& restore);
void apply(WorldState& state, const QuarantineAbility& quarantine);
void apply(WorldState& state, const GrantAbility& grant);
void apply(WorldState& state, const RevokeAbility& revoke);
void apply(WorldState& state, const SetRole& set);

}  // namespace cherub::engine
