#include <algorithm>
#include <cmath>

#include "engine/world_state.h"

namespace cherub::engine {

void hurt(WorldState& state, std::uint32_t row, float damage) {
  Columns& columns = state.columns;
  const float lost = std::min(damage, columns.health[row]);
  columns.damage[row] += lost;
  state.events.push_back(event_at(state, EventKind::kHazard, row, lost));
  columns.health[row] -= lost;
  if (columns.health[row] <= 0) kill(state, row, DeathCause::kHazard);
}

// Takes health from every agent whose centre stands in a hazard.
void burn_in_hazards(WorldState& state) {
  if (!state.has_hazards || state.scenario.hazard_damage <= 0) return;
  Columns& columns = state.columns;
  const auto burn = static_cast<float>(state.scenario.hazard_damage * state.tick_s);
  for (const std::uint32_t row : state.agent_rows) {
    if (state.is_dying(row)) continue;
    const Block block = state.terrain.at(static_cast<std::int64_t>(columns.x[row]),
                                         static_cast<std::int64_t>(columns.y[row]),
                                         static_cast<std::int64_t>(columns.z[row]));
    if (block == Block::kHazard) hurt(state, row, burn);
  }
}

}  // namespace cherub::engine
