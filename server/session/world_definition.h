#pragma once

#include <cstdint>
#include <string_view>

#include "engine/base/result.h"
#include "engine/scenario.h"

namespace cherub::server::session {

// Of worlds that clients define.
inline constexpr std::uint64_t kSessionEntitiesMax = 10'000;  // at first
inline constexpr std::uint64_t kSessionVoxelsMax = 1u << 18;
inline constexpr double kSessionTickRateMax = 60;  // Hz

struct WorldDefinition {
  engine::Scenario scenario;
  std::uint64_t seed = 1;
};

// The first message of a session: {"type":"world","scenario":"meadow"} for one that ships,
// {"type":"world","world":{…} or "yaml text"}, each with "seed"; or the definition itself, JSON or
// YAML. It is a scenario (docs/SESSIONS.md); metrics, success and agent_species may be missing.
// Errors name the field's path.
base::Result<WorldDefinition> read_world_definition(std::string_view text);

}  // namespace cherub::server::session
