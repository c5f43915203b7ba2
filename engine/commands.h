#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "engine/ability.h"
#include "engine/base/ids.h"

namespace cherub::engine {

using base::EntityId;
using base::Tick;

// The only ways to change a world from outside. Each is stamped with the tick at whose start it is
// applied, and journaled.
struct Spawn {
  std::string species;
  double x = 0, y = 0, z = 0;
  std::uint32_t count = 1;
};
struct Remove {
  EntityId entity;
};
// Gives the named script slot another version. Entities of that slot act by it from this tick on.
struct InstallScript {
  std::string slot;    // "policy" in the scenarios that ship
  std::string sha256;  // of the source; empty: back to the native behaviour
};
struct Rain {
  double intensity = 1;  // 0 … 1
};

// A new ability, or another version of one; an empty sha256 withdraws it. Known to nobody by that.
struct InstallAbility {
  AbilitySpec spec;
};
// To one agent, or to all that have the role, now and later.
struct GrantAbility {
  std::string ability;
  std::optional<EntityId> entity;
  std::string role;  // when there is no entity
};
// From one agent what was granted to itself, or from a role.
struct RevokeAbility {
  std::string ability;
  std::optional<EntityId> entity;
  std::string role;
};
struct SetRole {
  EntityId entity;
  std::string role;  // empty: none
};

using Command = std::variant<Spawn, Remove, InstallScript, Rain, InstallAbility, GrantAbility,
                             RevokeAbility, SetRole>;

struct StampedCommand {
  Tick tick = 0;
  Command command;
};

}  // namespace cherub::engine
