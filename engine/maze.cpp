#include "engine/maze.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "engine/base/random.h"
#include "engine/voxel_worlds.h"

namespace cherub::engine {
namespace {

// East, north, west, south: the order in which equal ways are preferred everywhere.
constexpr std::array<Cell, 4> kDirections = {{{1, 0}, {0, 1}, {-1, 0}, {0, -1}}};
// A hazard on the shortest way is kept only while the way around it is at most this much longer.
constexpr double kDetourMax = 1.5;
constexpr int kTemptationTriesMax = 96;

class MazeBuilder {
 public:
  MazeBuilder(const TerrainSpec& spec, std::uint64_t seed)
      : spec_(spec), random_(seed, 0, 0, base::Stream::kTerrain) {
    terrain_.width = spec.width;
    terrain_.depth = spec.depth;
    terrain_.height = 1;
    terrain_.blocks.assign(std::size_t{spec.width} * spec.depth,
                           static_cast<std::uint8_t>(Block::kWall));
  }

  GeneratedTerrain build() {
    carve();
    open_walls();
    facts_.has_target = true;
    facts_.start = {1, 1};
    facts_.target = farthest_from(facts_.start);
    place_hazards();
    facts_.shortest_path_m = way_length(HazardPolicy::kAvoid);
    facts_.shortest_risky_m = way_length(HazardPolicy::kWalkThrough);
    return {std::move(terrain_), facts_};
  }

 private:
  std::size_t index(Cell cell) const {
    return std::size_t(cell.x) + std::size_t{spec_.width} * std::size_t(cell.y);
  }
  Cell cell_at(std::size_t at) const {
    return {std::int32_t(at % spec_.width), std::int32_t(at / spec_.width)};
  }
  void set(Cell cell, Block block) { terrain_.blocks[index(cell)] = std::uint8_t(block); }
  bool inside(Cell cell) const {
    return cell.x > 0 && cell.y > 0 && cell.x < std::int32_t(spec_.width) - 1 &&
           cell.y < std::int32_t(spec_.depth) - 1;
  }

  // A perfect maze: depth-first over the odd cells, with a stack of our own.
  void carve() {
    std::vector<Cell> stack = {{1, 1}};
    set(stack.back(), Block::kOpen);
    while (!stack.empty()) {
      const Cell here = stack.back();
      std::array<Cell, 4> choices{};
      std::size_t count = 0;
      for (const Cell step : kDirections) {
        const Cell next = {here.x + 2 * step.x, here.y + 2 * step.y};
        if (inside(next) && !terrain_.passable(next.x, next.y)) choices[count++] = step;
      }
      if (count == 0) {
        stack.pop_back();
        continue;
      }
      const Cell step = choices[random_.below(count)];
      set({here.x + step.x, here.y + step.y}, Block::kOpen);
      stack.push_back({here.x + 2 * step.x, here.y + 2 * step.y});
      set(stack.back(), Block::kOpen);
    }
  }

  void open_walls() {
    std::vector<Cell> walls;
    for (std::size_t at = 0; at < terrain_.blocks.size(); ++at) {
      const Cell cell = cell_at(at);
      const bool between_rooms = (cell.x % 2 == 1) != (cell.y % 2 == 1);
      if (between_rooms && inside(cell) && !terrain_.passable(cell.x, cell.y)) {
        walls.push_back(cell);
      }
    }
    const auto removed = std::size_t(std::lround(spec_.openness * double(walls.size())));
    shuffle(walls);
    for (std::size_t i = 0; i < removed; ++i) set(walls[i], Block::kOpen);
  }

  void shuffle(std::vector<Cell>& cells) {
    for (std::size_t i = cells.size(); i > 1; --i) std::swap(cells[i - 1], cells[random_.below(i)]);
  }

  Cell farthest_from(Cell start) {
    flood(start, HazardPolicy::kWalkThrough);
    return cell_at(std::size_t(std::max_element(steps_.begin(), steps_.end()) - steps_.begin()));
  }

  // Steps from start to target, or kUnreachable.
  std::int32_t way_length(HazardPolicy policy) {
    flood(facts_.target, policy);
    return steps_[index(facts_.start)];
  }

  // Writes to steps_ what steps_to() would give, which must know of borders and is slower.
  void flood(Cell goal, HazardPolicy policy) {
    const std::uint8_t worst =
        std::uint8_t(policy == HazardPolicy::kWalkThrough ? Block::kHazard : Block::kOpen);
    const std::size_t cells = terrain_.blocks.size();
    barred_.resize(cells);
    for (std::size_t at = 0; at < cells; ++at) {
      const std::uint8_t block = terrain_.blocks[at];
      barred_[at] = std::uint8_t((block != std::uint8_t(Block::kOpen)) & (block != worst));
    }
    steps_.assign(cells, kUnreachable);
    spread(goal, [](std::size_t) { return false; });
  }

  // Meets the cells that are not barred, level by level from `from` on, until is_enough(steps) says
  // so behind a level. Goes without branches that nobody could predict, and without a look at the
  // border, which is wall.
  template <class IsEnough>
  void spread(Cell from, IsEnough&& is_enough) {
    const std::size_t width = spec_.width;
    queue_.resize(terrain_.blocks.size() + kDirections.size());
    queue_[0] = std::uint32_t(index(from));
    barred_[queue_[0]] = 1;
    std::size_t head = 0, tail = 1;
    for (std::int32_t steps = 0; head < tail && !is_enough(std::size_t(steps)); ++steps) {
      for (const std::size_t level_end = tail; head < level_end; ++head) {
        const std::size_t here = queue_[head];
        steps_[here] = steps;
        for (const std::size_t next : {here + 1, here + width, here - 1, here - width}) {
          queue_[tail] = std::uint32_t(next);
          tail += barred_[next] == 0 ? 1 : 0;
          barred_[next] = 1;
        }
      }
    }
  }

  // The cells of one shortest way from start to target that avoids hazards.
  std::vector<Cell> safe_way() {
    flood(facts_.target, HazardPolicy::kAvoid);
    std::vector<Cell> way = {facts_.start};
    while (way.back() != facts_.target) {
      const Cell here = way.back();
      for (const Cell step : kDirections) {
        const Cell next = {here.x + step.x, here.y + step.y};
        if (!inside(next) || steps_[index(next)] != steps_[index(here)] - 1) continue;
        way.push_back(next);
        break;
      }
    }
    return way;
  }

  void place_hazards() {
    const auto open = std::count(terrain_.blocks.begin(), terrain_.blocks.end(),
                                 static_cast<std::uint8_t>(Block::kOpen));
    const auto wanted = std::size_t(std::lround(spec_.hazard_density * double(open)));
    const std::size_t placed = tempt(wanted / 2);
    scatter(wanted - placed);
  }

  // Puts hazards on the shortest way, where a detour of bounded length goes around them.
  std::size_t tempt(std::size_t wanted) {
    const std::vector<Cell> shortest = safe_way();
    if (shortest.size() < 3) return 0;
    bar_detours_beyond(std::int32_t(kDetourMax * double(shortest.size() - 1)));
    std::size_t placed = 0;
    std::vector<std::uint8_t> tried(shortest.size(), 0);
    for (int tries = 0; tries < kTemptationTriesMax && placed < wanted; ++tries) {
      const std::size_t at = 1 + random_.below(shortest.size() - 2);
      // What was too long a way around once stays so: hazards only come.
      if (std::exchange(tried[at], 1) != 0) continue;
      closed_[index(shortest[at])] = 1;
      if (has_short_way()) {
        set(shortest[at], Block::kHazard);
        ++placed;
      } else {
        closed_[index(shortest[at])] = 0;
      }
    }
    return placed;
  }

  // While nothing is a hazard, and steps_ leads to the target. What no way of that length from
  // start to target can lead over is out of the question for good.
  void bar_detours_beyond(std::int32_t length_max) {
    length_max_ = length_max;
    const std::vector<std::int32_t> to_target = steps_;
    flood(facts_.start, HazardPolicy::kAvoid);
    closed_.resize(steps_.size());
    for (std::size_t at = 0; at < steps_.size(); ++at) {
      const bool is_way = steps_[at] != kUnreachable && to_target[at] + steps_[at] <= length_max;
      closed_[at] = is_way ? 0 : 1;
    }
  }

  // Whether a way over cells that are not closed is short enough. Asked for often.
  bool has_short_way() {
    barred_ = closed_;
    const std::size_t goal = index(facts_.start);
    std::size_t length = 0;
    spread(facts_.target, [&](std::size_t steps) {
      length = steps;
      return barred_[goal] != 0;
    });
    return barred_[goal] != 0 && length <= std::size_t(length_max_);
  }

  void scatter(std::size_t wanted) {
    std::vector<std::uint8_t> kept(terrain_.blocks.size(), 0);
    for (const Cell cell : safe_way()) kept[index(cell)] = 1;
    std::vector<Cell> candidates;
    for (std::size_t at = 0; at < terrain_.blocks.size(); ++at) {
      const bool open = terrain_.blocks[at] == static_cast<std::uint8_t>(Block::kOpen);
      if (open && kept[at] == 0) candidates.push_back(cell_at(at));
    }
    shuffle(candidates);
    for (std::size_t i = 0; i < std::min(wanted, candidates.size()); ++i) {
      set(candidates[i], Block::kHazard);
    }
  }

  TerrainSpec spec_;
  base::RandomStream random_;
  Terrain terrain_;
  MazeFacts facts_;
  std::vector<std::int32_t> steps_;  // of the last flood
  // Of spread: cells that are no way, or were met already; and those met, in order.
  std::vector<std::uint8_t> barred_;
  std::vector<std::uint32_t> queue_;
  // Of tempt: cells that no way may lead over, and how long it may be.
  std::vector<std::uint8_t> closed_;
  std::int32_t length_max_ = 0;
};

}  // namespace

namespace {

// Cells that are under water, each drawn by itself.
void flood(Terrain& terrain, double density, std::uint64_t seed) {
  if (density <= 0) return;
  base::RandomStream random(seed, 0, 0, base::Stream::kTerrain);
  for (std::uint8_t& block : terrain.blocks) {
    if (random.uniform() < density) block = static_cast<std::uint8_t>(Block::kWater);
  }
}

}  // namespace

GeneratedTerrain generate_terrain(const TerrainSpec& spec, std::uint64_t seed, const Gait& gait) {
  if (is_voxel_world(spec.generator)) return generate_voxels(spec, seed, gait);
  GeneratedTerrain made;
  if (spec.generator == "maze") {
    made = MazeBuilder(spec, seed).build();
  } else {
    made.terrain.width = spec.width;
    made.terrain.depth = spec.depth;
    made.terrain.blocks.assign(std::size_t{spec.width} * spec.depth,
                               static_cast<std::uint8_t>(Block::kOpen));
    flood(made.terrain, spec.water_density, seed);
  }
  const std::vector<std::uint8_t> layer = made.terrain.blocks;
  made.terrain.height = spec.height;
  for (std::uint32_t z = 1; z < spec.height; ++z) {
    made.terrain.blocks.insert(made.terrain.blocks.end(), layer.begin(), layer.end());
  }
  return made;
}

}  // namespace cherub::engine
