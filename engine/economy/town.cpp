#include "engine/economy/town.h"

#include <algorithm>
#include <cmath>

namespace cherub::engine {
namespace {

constexpr double kMargin_m = 0.6;  // from the map's edge
// Shares of the map's shorter side.
constexpr double kCentreRadius = 0.1, kHomesRadius = 0.22, kOutskirts = 0.33, kWoodsRadius = 0.13;
constexpr double kFieldSpacingMax_m = 1.5;
// Not the number of any entity.
constexpr std::uint64_t kPlanNumber = ~std::uint64_t{0};

// The direction after so many turns from +x, anticlockwise, a little uneven within each quarter.
// Built of exactly rounded operations only, so that it does not depend on the machine's math
// library.
TownPoint direction(double turns) {
  const double quarters = 4 * (turns - std::floor(turns));
  const double quarter = std::floor(quarters), part = quarters - quarter;
  const double x = (1 - part * part) / (1 + part * part), y = 2 * part / (1 + part * part);
  if (quarter == 0) return {x, y};
  if (quarter == 1) return {-y, x};
  return quarter == 2 ? TownPoint{-x, -y} : TownPoint{y, -x};
}

TownPoint on_circle(const TownPoint& middle, double radius, double turns) {
  const TownPoint way = direction(turns);
  return {middle.x + radius * way.x, middle.y + radius * way.y};
}

// Which of the spawns at this place this one is, and how many there are.
struct Rank {
  double at = 0, of = 0;
};
Rank rank_of(const Scenario& scenario, std::size_t spawn) {
  Rank rank;
  for (std::size_t i = 0; i < scenario.spawns.size(); ++i) {
    if (scenario.spawns[i].place != scenario.spawns[spawn].place) continue;
    rank.at += i < spawn ? 1 : 0;
    rank.of += 1;
  }
  return rank;
}

TownPoint on_edge(double width, double depth, base::RandomStream& random) {
  const std::uint64_t side = random.below(4);
  const double along = random.uniform();
  if (side == 0) return {along * width, 0};
  if (side == 1) return {along * width, depth};
  if (side == 2) return {0, along * depth};
  return {width, along * depth};
}

// Members stand in rows.
TownPoint in_field(const TownPoint& middle, double side, std::uint32_t index, std::uint32_t count) {
  const double columns = std::max(1.0, std::ceil(std::sqrt(static_cast<double>(count))));
  const double spacing = std::min(kFieldSpacingMax_m, kOutskirts * side / columns);
  const double column = std::fmod(index, columns), row = std::floor(index / columns);
  const double half = (columns - 1) / 2;
  return {middle.x + (column - half) * spacing, middle.y + (row - half) * spacing};
}

double per_head(const SpawnSpec& spawn, const TownSpec& town) {
  if (spawn.per == "thief") return town.thieves;
  return spawn.per == "trader" ? town.traders : town.people;
}

}  // namespace

bool is_town_place(std::string_view place) {
  return std::find(std::begin(kTownPlaces), std::end(kTownPlaces), place) != std::end(kTownPlaces);
}

TownPoint town_point(const Scenario& scenario, std::size_t spawn, std::uint32_t index,
                     std::uint64_t seed, base::RandomStream& random) {
  const double width = scenario.terrain.width, depth = scenario.terrain.depth;
  const double side = std::min(width, depth);
  const TownPoint middle{width / 2, depth / 2};
  base::RandomStream plan(seed, 0, kPlanNumber, base::Stream::kSpawn);
  const double north = plan.uniform();  // in turns: where the fields are
  const SpawnSpec& spec = scenario.spawns[spawn];
  const Rank rank = rank_of(scenario, spawn);
  const double part = (index + rank.at / rank.of) / std::max(1u, spec.count);
  TownPoint point = middle;
  if (spec.place == "centre") {
    const double share =
        (rank.at + static_cast<double>(index) / std::max(1u, spec.count)) / rank.of;
    point = on_circle(middle, kCentreRadius * side, north + share);
  } else if (spec.place == "homes") {
    point = on_circle(middle, kHomesRadius * side, north + part);
  } else if (spec.place == "fields") {
    point = in_field(on_circle(middle, kOutskirts * side, north), side, index, spec.count);
  } else if (spec.place == "woods") {
    const TownPoint woods = on_circle(middle, kOutskirts * side, north + 0.5);
    const double turns = random.uniform();
    point = on_circle(woods, kWoodsRadius * side * std::sqrt(random.uniform()), turns);
  } else {
    point = on_edge(width, depth, random);
  }
  const double margin = std::min(kMargin_m, side / 2);
  return {std::clamp(point.x, margin, width - margin), std::clamp(point.y, margin, depth - margin)};
}

void count_heads(Scenario& scenario) {
  if (!scenario.economy) return;
  const TownSpec& town = scenario.economy->town;
  for (SpawnSpec& spawn : scenario.spawns) {
    if (spawn.per.empty()) continue;
    const double plenty = spawn.scarce ? 1 - town.scarcity : 1;
    const double count = std::ceil(spawn.share * per_head(spawn, town) * plenty - 1e-9);
    // What is no number, or none that can be, is refused when the scenario is checked.
    spawn.count = count > 0 ? static_cast<std::uint32_t>(std::min(count, 1e7)) : 0;
  }
}

}  // namespace cherub::engine
