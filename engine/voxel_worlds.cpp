#include "engine/voxel_worlds.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "engine/base/check.h"

namespace cherub::engine {
namespace {

// What a step of the winding way may cost: the more it varies, the more it winds.
constexpr std::uint64_t kWindingCostMax = 4;

std::vector<Cell> places_of(const Terrain& terrain, const Gait& gait) {
  std::vector<Cell> places;
  for (std::size_t at = 0; at < terrain.blocks.size(); ++at) {
    const Cell cell = terrain.cell(at);
    if (is_place(terrain, gait, cell)) places.push_back(cell);
  }
  return places;
}

// The first place of the largest part that a gait can get around in.
Cell start_of(const Terrain& terrain, const Gait& gait) {
  std::vector<std::uint8_t> met(terrain.blocks.size(), 0);
  Cell best{};
  std::size_t best_count = 0;
  for (const Cell place : places_of(terrain, gait)) {
    if (met[terrain.index(place)] != 0) continue;
    const std::size_t count = reachable(terrain, gait, place, met).size();
    if (count <= best_count) continue;
    best = place;
    best_count = count;
  }
  CHERUB_CHECK(best_count > 1);
  return best;
}

// A cheapest way from the start to the target when every step costs what chance says.
std::vector<Cell> winding_way(const Terrain& terrain, const Gait& gait, const MazeFacts& facts,
                              base::RandomStream& random) {
  using Entry = std::pair<std::uint64_t, std::size_t>;  // cost, index
  std::vector<std::uint64_t> costs(terrain.blocks.size(), ~std::uint64_t{0});
  std::vector<std::size_t> from(terrain.blocks.size(), 0);
  std::vector<std::uint64_t> prices(terrain.blocks.size());
  for (std::uint64_t& price : prices) price = 1 + random.below(kWindingCostMax);
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
  const std::size_t start = terrain.index(facts.start), target = terrain.index(facts.target);
  costs[start] = 0;
  queue.emplace(0, start);
  while (!queue.empty()) {
    const std::uint64_t cost = queue.top().first;
    const std::size_t here = queue.top().second;
    queue.pop();
    if (cost != costs[here]) continue;
    if (here == target) break;
    for_each_step(terrain, gait, terrain.cell(here), [&](Cell next) {
      const std::size_t at = terrain.index(next);
      if (cost + prices[at] >= costs[at]) return;
      costs[at] = cost + prices[at];
      from[at] = here;
      queue.emplace(costs[at], at);
    });
  }
  std::vector<Cell> way = {facts.target};
  for (std::size_t at = target; at != start; at = from[at]) way.push_back(terrain.cell(from[at]));
  return way;
}

void place_hazards(Terrain& terrain, const Gait& gait, const MazeFacts& facts, double density,
                   base::RandomStream& random) {
  std::vector<std::uint8_t> kept(terrain.blocks.size(), 0);
  for (const Cell cell : winding_way(terrain, gait, facts, random)) kept[terrain.index(cell)] = 1;
  std::vector<Cell> places = places_of(terrain, gait);
  const auto wanted = static_cast<std::size_t>(std::lround(density * double(places.size())));
  std::erase_if(places, [&](Cell cell) { return kept[terrain.index(cell)] != 0; });
  for (std::size_t i = places.size(); i > 1; --i) std::swap(places[i - 1], places[random.below(i)]);
  for (std::size_t i = 0; i < std::min(wanted, places.size()); ++i) {
    terrain.blocks[terrain.index(places[i])] = static_cast<std::uint8_t>(Block::kHazard);
  }
}

Terrain make_box(const TerrainSpec& spec, base::RandomStream& random) {
  if (spec.generator == "caves") return make_caves(spec, random);
  if (spec.generator == "town") return make_town(spec, random);
  return make_tower(spec, random);
}

}  // namespace

bool is_voxel_world(std::string_view generator) {
  return generator == "caves" || generator == "town" || generator == "tower";
}

GeneratedTerrain generate_voxels(const TerrainSpec& spec, std::uint64_t seed, const Gait& gait) {
  base::RandomStream random(seed, 0, 0, base::Stream::kTerrain);
  GeneratedTerrain made;
  made.terrain = make_box(spec, random);
  MazeFacts& facts = made.facts;
  facts.has_target = true;
  facts.start = start_of(made.terrain, gait);
  const auto reach = steps_to(made.terrain, facts.start, HazardPolicy::kWalkThrough, gait);
  const auto farthest = std::max_element(reach.begin(), reach.end()) - reach.begin();
  facts.target = made.terrain.cell(static_cast<std::size_t>(farthest));
  place_hazards(made.terrain, gait, facts, spec.hazard_density, random);
  const auto way_length = [&](HazardPolicy policy) {
    const auto steps = steps_to(made.terrain, facts.target, policy, gait);
    CHERUB_CHECK(steps[made.terrain.index(facts.start)] != kUnreachable);
    return static_cast<double>(steps[made.terrain.index(facts.start)]);
  };
  facts.shortest_path_m = way_length(HazardPolicy::kAvoid);
  facts.shortest_risky_m = way_length(HazardPolicy::kWalkThrough);
  return made;
}

}  // namespace cherub::engine
