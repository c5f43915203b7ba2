#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "engine/ability.h"
#include "engine/base/ids.h"
#include "engine/heartbeat.h"

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
// Gives the named script slot another version. Entities of that slot act by it from this tick on,
// or as soon as what they remember has come over. On probation, the version that was there stays
// behind it as the slot's fallback, with what its agents remember, until one of the two commands
// below.
struct InstallScript {
  std::string slot;    // "policy" in the scenarios that ship
  std::string sha256;  // of the source; empty: back to the native behaviour
  bool on_probation = false;
};
// The version on probation stays: its fallback is forgotten.
struct AcceptScript {
  std::string slot;
};
// The version on probation is withdrawn: entities act by the fallback again, with the memories that
// they had.
struct RestoreScript {
  std::string slot;
};
// The slot's version failed too often. It gives way to another one, without probation.
struct QuarantineScript {
  std::string slot;
  std::string sha256;           // what must not come in again
  std::string restored_sha256;  // what acts now; empty: the native behaviour
};
struct Rain {
  double intensity = 1;  // 0 … 1
};

// A new ability, or another version of one; an empty sha256 withdraws it. Known to nobody by that.
// Probation is as for scripts; what is gone back to may be that there was no version.
struct InstallAbility {
  AbilitySpec spec;
  bool on_probation = false;
};
struct AcceptAbility {
  std::string ability;
};
struct RestoreAbility {
  AbilitySpec spec;  // as the fallback declared it; an empty sha256: there was none
};
struct QuarantineAbility {
  std::string sha256;    // what must not come in again
  AbilitySpec restored;  // what acts now; an empty sha256: the ability is withdrawn
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
                             RevokeAbility, SetRole, AcceptScript, RestoreScript, QuarantineScript,
                             AcceptAbility, RestoreAbility, QuarantineAbility, Heartbeat>;

constexpr bool is_about_abilities(const Command& command) {
  return std::holds_alternative<InstallAbility>(command) ||
         std::holds_alternative<AcceptAbility>(command) ||
         std::holds_alternative<RestoreAbility>(command) ||
         std::holds_alternative<QuarantineAbility>(command);
}

// The version of a policy or of an ability that the command brings in, or back; empty: none.
std::string installed_sha256(const Command& command);

// What becomes of a version that came in: for the world's own watch to say.
constexpr bool settles_a_reload(const Command& command) {
  return std::holds_alternative<AcceptScript>(command) ||
         std::holds_alternative<RestoreScript>(command) ||
         std::holds_alternative<QuarantineScript>(command) ||
         std::holds_alternative<AcceptAbility>(command) ||
         std::holds_alternative<RestoreAbility>(command) ||
         std::holds_alternative<QuarantineAbility>(command);
}

struct StampedCommand {
  Tick tick = 0;
  Command command;
};

}  // namespace cherub::engine
