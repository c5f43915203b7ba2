#include "engine/world_state.h"

namespace cherub::engine {

// Marks the agents that came within reach of a target for the first time. Of targets that move,
// where they stood when the tick began.
void notice_targets(WorldState& state) {
  if (state.targets == 0) return;
  Columns& columns = state.columns;
  for (const std::uint32_t row : state.agent_rows) {
    if (columns.reached[row] != 0 || state.is_dying(row)) continue;
    GridQuery query;
    query.x = columns.x[row];
    query.y = columns.y[row];
    query.z = columns.z[row];
    query.radius = state.scenario.species[columns.species[row]].reach;
    query.species = state.target_species;
    GridHit hit;
    if (!state.grid.nearest(query, hit)) continue;
    columns.reached[row] = 1;
    Event event = event_at(state, EventKind::kReach, row);
    event.other = EntityId::unpack(hit.id);
    state.events.push_back(std::move(event));
  }
}

}  // namespace cherub::engine
