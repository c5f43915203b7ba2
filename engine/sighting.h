#pragma once

#include <cstdint>

namespace cherub::engine {

// One entity as seen from an agent. Nothing seen: found == 0 and all else 0. Plain memory:
// scripting/ declares the same struct to LuaJIT's FFI.
struct Sighting {
  std::int32_t found;
  std::int32_t species;
  double id;  // EntityId::packed, exact
  double x, y, z;
  double distance;  // m, centre to centre
};

}  // namespace cherub::engine
