#include "engine/gait.h"

#include <utility>

namespace cherub::engine {

std::vector<std::int32_t> steps_to(const Terrain& terrain, Cell goal, HazardPolicy policy,
                                   const Gait& gait) {
  std::vector<std::int32_t> steps(terrain.blocks.size(), kUnreachable);
  if (!is_place(terrain, gait, goal)) return steps;
  std::vector<Cell> queue = {goal};
  steps[terrain.index(goal)] = 0;
  for (std::size_t head = 0; head < queue.size(); ++head) {
    const Cell here = queue[head];
    for_each_step(terrain, gait, here, [&](Cell next) {
      std::int32_t& known = steps[terrain.index(next)];
      const bool barred =
          policy == HazardPolicy::kAvoid && terrain.at(next.x, next.y, next.z) == Block::kHazard;
      if (barred || known != kUnreachable) return;
      known = steps[terrain.index(here)] + 1;
      queue.push_back(next);
    });
  }
  return steps;
}

std::vector<Cell> reachable(const Terrain& terrain, const Gait& gait, Cell from,
                            std::vector<std::uint8_t>& met) {
  std::vector<Cell> cells = {from};
  met[terrain.index(from)] = 1;
  for (std::size_t head = 0; head < cells.size(); ++head) {
    const Cell here = cells[head];
    for_each_step(terrain, gait, here, [&](Cell next) {
      if (std::exchange(met[terrain.index(next)], 1) == 0) cells.push_back(next);
    });
  }
  return cells;
}

}  // namespace cherub::engine
