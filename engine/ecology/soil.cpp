#include <algorithm>
#include <cmath>

#include "engine/ecology/systems.h"

namespace cherub::engine {
namespace {

constexpr double kDecomposerShare = 0.5;  // of the usual decay, added by each decomposer in a cell
constexpr double kDecomposersMax = 8;     // of a cell that count
constexpr double kSeepPerS = 0.1;  // how fast soil by the water gets as wet as kShoreMoisture
constexpr float kShoreMoisture = 0.8f;
constexpr double kShore_m = 5;

std::vector<std::uint8_t> decomposers_by_cell(const WorldState& state) {
  std::vector<std::uint8_t> counts(state.ecology->soil.litter.size(), 0);
  const Columns& columns = state.columns;
  for (std::uint32_t row = 0; row < columns.size(); ++row) {
    if (columns.alive[row] == 0) continue;
    if (!state.scenario.species[columns.species[row]].decomposer) continue;
    std::uint8_t& count = counts[state.ecology->soil.cell_of(columns.x[row], columns.y[row])];
    count = static_cast<std::uint8_t>(std::min<int>(count + 1, static_cast<int>(kDecomposersMax)));
  }
  return counts;
}

}  // namespace

// Litter rots where it is warm and wet, the faster the more lives on it; soil dries unless it
// rains, and stays wet by the water.
void turn_soil(WorldState& state) {
  if (state.tick % kSoilTurn != 0) return;
  const EnvironmentSpec& environment = *state.scenario.environment;
  Ecology& ecology = *state.ecology;
  Soil& soil = ecology.soil;
  const double seconds = kSoilTurn * state.tick_s, warmth = warmth_now(state);
  const bool rains = state.tick < state.weather.rain_until && state.weather.rain_intensity > 0;
  const double drying =
      rains ? 0 : environment.evaporation * (1 - environment.humidity) * (0.5 + warmth) * seconds;
  const std::vector<std::uint8_t> decomposers = decomposers_by_cell(state);
  for (std::size_t cell = 0; cell < soil.litter.size(); ++cell) {
    const double rate =
        environment.decomposition * (0.2 + 0.8 * warmth) * soil.moisture[cell] * seconds;
    const double share = std::min(1.0, rate * (1 + kDecomposerShare * decomposers[cell]));
    const auto rotten = static_cast<std::uint64_t>(static_cast<double>(soil.litter[cell]) * share);
    soil.litter[cell] -= rotten;
    soil.nutrient[cell] += rotten;
    ecology.mineralised += rotten;
    float& moisture = soil.moisture[cell];
    moisture = std::max(0.0f, moisture - static_cast<float>(moisture * drying));
    const auto x =
        static_cast<float>((static_cast<double>(cell % soil.cells_x) + 0.5) * soil.cell_m);
    const auto y =
        static_cast<float>((static_cast<double>(cell / soil.cells_x) + 0.5) * soil.cell_m);
    const WaterSpot water = nearest_water(state, x, y);
    if (water.found && water.distance < kShore_m && moisture < kShoreMoisture) {
      moisture += (kShoreMoisture - moisture) * static_cast<float>(kSeepPerS * seconds);
    }
  }
}

void dig_ponds(const EnvironmentSpec& environment, Terrain& terrain) {
  for (std::uint32_t y = 0; y < terrain.depth; ++y) {
    for (std::uint32_t x = 0; x < terrain.width; ++x) {
      for (const WaterSource& pond : environment.water) {
        const double dx = x + 0.5 - pond.x, dy = y + 0.5 - pond.y;
        if (dx * dx + dy * dy > pond.radius * pond.radius) continue;
        terrain.blocks[std::size_t{y} * terrain.width + x] =
            static_cast<std::uint8_t>(Block::kWater);
      }
    }
  }
}

namespace {

// Takes over a neighbour's nearest water where that is nearer than the own.
class WaterMap {
 public:
  WaterMap(const Terrain& terrain, std::vector<std::uint32_t>& nearest)
      : width_(terrain.width), depth_(terrain.depth), nearest_(nearest) {}

  void sweep() {
    for (std::int64_t y = 0; y < depth_; ++y) {
      for (std::int64_t x = 0; x < width_; ++x) take_over(x, y, -1);
    }
    for (std::int64_t y = depth_ - 1; y >= 0; --y) {
      for (std::int64_t x = width_ - 1; x >= 0; --x) take_over(x, y, 1);
    }
  }

 private:
  void take_over(std::int64_t x, std::int64_t y, std::int64_t back) {
    look(x, y, x + back, y);
    for (std::int64_t dx = -1; dx <= 1; ++dx) look(x, y, x + dx, y + back);
  }
  void look(std::int64_t x, std::int64_t y, std::int64_t from_x, std::int64_t from_y) {
    if (from_x < 0 || from_y < 0 || from_x >= width_ || from_y >= depth_) return;
    std::uint32_t& own = nearest_[static_cast<std::size_t>(y * width_ + x)];
    const std::uint32_t other = nearest_[static_cast<std::size_t>(from_y * width_ + from_x)];
    if (other != kNoWater && (own == kNoWater || squared(x, y, other) < squared(x, y, own))) {
      own = other;
    }
  }
  [[nodiscard]] std::int64_t squared(std::int64_t x, std::int64_t y, std::uint32_t cell) const {
    const std::int64_t dx = cell % width_ - x, dy = cell / width_ - y;
    return dx * dx + dy * dy;
  }

  std::int64_t width_, depth_;
  std::vector<std::uint32_t>& nearest_;
};

}  // namespace

void index_water(WorldState& state) {
  const Terrain& terrain = state.terrain;
  const std::size_t cells = std::size_t{terrain.width} * terrain.depth;
  state.nearest_water.assign(cells, kNoWater);
  for (std::size_t cell = 0; cell < cells; ++cell) {
    const bool wet = terrain.blocks[cell] == static_cast<std::uint8_t>(Block::kWater);
    if (wet) state.nearest_water[cell] = static_cast<std::uint32_t>(cell);
  }
  WaterMap(terrain, state.nearest_water).sweep();
}

WaterSpot nearest_water(const WorldState& state, float x, float y) {
  const Terrain& terrain = state.terrain;
  const auto inside = [](float position, std::uint32_t cells) {
    return static_cast<std::size_t>(std::clamp<std::int64_t>(cell_at(position), 0, cells - 1));
  };
  const std::uint32_t cell =
      state.nearest_water[inside(y, terrain.depth) * terrain.width + inside(x, terrain.width)];
  if (cell == kNoWater) return {};
  WaterSpot spot{true, cell % terrain.width + 0.5, cell / terrain.width + 0.5, 0};
  const double dx = spot.x - double{x}, dy = spot.y - double{y};
  spot.distance = std::sqrt(dx * dx + dy * dy);
  return spot;
}

}  // namespace cherub::engine
