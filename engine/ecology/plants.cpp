#include <algorithm>
#include <cmath>

#include "engine/ecology/systems.h"
#include "engine/nature.h"

namespace cherub::engine {
namespace {

constexpr double kHalfFed = 0.15;  // matter per m² of soil at which nutrients slow growth to a half
constexpr float kDryThirst = 0.8f;       // drier than this, a plant wilts
constexpr double kDrinks = 0.1;          // of the way to the soil's moisture, in a turn
constexpr double kTranspires = 0.00006;  // moisture of its cell that a grown plant takes per s
constexpr double kLeafFall = 0.12;       // of a plant's best growth that it sheds again
constexpr double kSeedShare = 0.2;       // of a grown plant's matter goes into a seed
constexpr float kSeedHealthMin = 0.6f, kSeedThirstMax = 0.7f;
constexpr float kPollenPerSeed = 0.5f;
constexpr double kSelfPollination = 0.02;  // the chance of a flower that nobody visited
constexpr double kFertileSeeding = 3;
constexpr double kShade = 0.35, kShadeMax = 0.7;  // of the light, under each tree of a cell
// Grazers never take this, so that what they ate of can grow again.
constexpr double kRootShare = 0.2;
constexpr std::uint8_t kVisitsMax = 5;
constexpr Tick kNectarTicks = 60;  // until visited flowers have nectar again

// What is the same for all plants of one turn.
struct Turn {
  double light, warmth, seconds;
  bool fertile;
  std::vector<double> shade;  // by soil cell: share of the light that trees take
};

std::vector<double> shade_by_cell(const WorldState& state) {
  std::vector<double> shade(state.ecology->soil.litter.size(), 0);
  const Columns& columns = state.columns;
  for (std::uint32_t row = 0; row < columns.size(); ++row) {
    if (columns.alive[row] == 0 || state.scenario.species[columns.species[row]].canopy <= 0)
      continue;
    double& taken = shade[state.ecology->soil.cell_of(columns.x[row], columns.y[row])];
    taken = std::min(kShadeMax, taken + kShade * double{columns.energy[row]});
  }
  return shade;
}

void drink(WorldState& state, std::uint32_t row, std::size_t cell, const Turn& turn) {
  float& moisture = state.ecology->soil.moisture[cell];
  float& thirst = state.columns.thirst[row];
  thirst += static_cast<float>(kDrinks) * (1 - moisture - thirst);
  const double taken = kTranspires * double{state.columns.energy[row]} * turn.seconds;
  moisture = std::max(0.0f, moisture - static_cast<float>(taken));
}

// Binds matter out of the soil, or out of the litter for those who live on it.
void grow(WorldState& state, std::uint32_t row, std::size_t cell, const Turn& turn) {
  Ecology& ecology = *state.ecology;
  const SpeciesIndex species = state.columns.species[row];
  const SpeciesSpec& spec = state.scenario.species[species];
  std::uint64_t& source = spec.decomposer ? ecology.soil.litter[cell] : ecology.soil.nutrient[cell];
  const double area = ecology.soil.cell_m * ecology.soil.cell_m;
  const double stock = static_cast<double>(source) / kUnitsPerMatter / area;
  const double wet = std::max(0.0, 1 - double{state.columns.thirst[row]});
  const bool is_tree = spec.canopy > 0;
  const double light = spec.decomposer ? 1 : turn.light * (is_tree ? 1 : 1 - turn.shade[cell]);
  const double rate = double{state.rules[species].growth_per_tick} / state.tick_s * light *
                      turn.warmth * wet * stock / (stock + kHalfFed);
  std::uint32_t& matter = ecology.bodies.matter[row];
  const std::uint32_t most = matter_max(state, species);
  const double wish = std::min(rate * turn.seconds * most, double(most - std::min(most, matter)));
  const auto taken =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(static_cast<std::uint64_t>(wish), source));
  source -= taken;
  matter += taken;
  if (!spec.decomposer) ecology.bound += taken;
}

void wilt_or_mend(WorldState& state, std::uint32_t row, const Turn& turn) {
  const double rate = state.scenario.species[state.columns.species[row]].parch_rate;
  const auto change = static_cast<float>(rate * turn.seconds);
  float& health = state.columns.health[row];
  const bool dry = state.columns.thirst[row] > kDryThirst;
  health = dry ? health - change : std::min(1.0f, health + change);
}

}  // namespace

bool may_seed(const WorldState& state, std::uint32_t row) {
  const Columns& columns = state.columns;
  return columns.health[row] > kSeedHealthMin && columns.thirst[row] < kSeedThirstMax &&
         columns.energy[row] > kGrown && has_room(state, columns.species[row]);
}

namespace {

// The chance of a seed in this turn.
double seeding(const WorldState& state, std::uint32_t row, const Turn& turn) {
  const SpeciesIndex species = state.columns.species[row];
  const double usual = state.rules[species].spread_chance * kPlantTurn;
  const double season = turn.fertile ? kFertileSeeding : 1;
  const bool wants_pollen = (state.flowers >> species & 1) != 0;
  const bool has_pollen = state.ecology->bodies.drive[row] >= kPollenPerSeed;
  return usual * season * (wants_pollen && !has_pollen ? kSelfPollination : 1);
}

// A seed falls where fewer than density_max of its kind stand about, or not at all.
void seed(WorldState& state, std::uint32_t row, base::RandomStream& random) {
  const SpeciesIndex species = state.columns.species[row];
  const SpeciesSpec& spec = state.scenario.species[species];
  const double far = spec.spread_radius * (1 + state.scenario.environment->wind);
  GridQuery room;
  room.x = state.columns.x[row];
  room.y = state.columns.y[row];
  room.z = state.columns.z[row];
  if (!open_point_near(state.terrain, random, far, room.z, room.x, room.y)) return;
  room.radius = spec.density_radius;
  room.species = SpeciesMask{1} << species;
  if (state.grid.count(room) >= spec.density_max) return;
  const auto units = static_cast<std::uint32_t>(kSeedShare * matter_max(state, species));
  std::uint32_t& matter = state.ecology->bodies.matter[row];
  if (units >= matter) return;
  matter -= units;
  float& pollen = state.ecology->bodies.drive[row];
  pollen = std::max(0.0f, pollen - kPollenPerSeed);
  expect_birth(state, {species, state.id_of(row), room.x, room.y, room.z, 0, units});
}

void live_on(WorldState& state, std::uint32_t row, const Turn& turn) {
  Columns& columns = state.columns;
  columns.age[row] += kPlantTurn;
  const std::size_t cell = state.ecology->soil.cell_of(columns.x[row], columns.y[row]);
  drink(state, row, cell, turn);
  grow(state, row, cell, turn);
  const double ticks = turn.seconds / state.tick_s;
  const double turnover = kLeafFall * double{state.rules_of(row).growth_per_tick} * ticks;
  const double fallen = turnover * state.ecology->bodies.matter[row];
  shed(state, row, static_cast<std::uint32_t>(fallen));
  show_matter(state, row);
  wilt_or_mend(state, row, turn);
  if (state.is_dying(row) || is_old(state, row)) {
    return kill(state, row, state.is_dying(row) ? DeathCause::kThirst : DeathCause::kAge);
  }
  base::RandomStream random = state.random(state.id_of(row).packed(), base::Stream::kLife);
  if (may_seed(state, row) && random.uniform() < seeding(state, row, turn)) {
    seed(state, row, random);
  }
}

}  // namespace

bool is_ripe(const WorldState& state, std::uint32_t row) {
  const double most = matter_max(state, state.columns.species[row]);
  return state.ecology->bodies.matter[row] >= most * kRipeShare;
}

std::uint32_t leaves_of(const WorldState& state, std::uint32_t row) {
  const double roots = kRootShare * matter_max(state, state.columns.species[row]);
  return static_cast<std::uint32_t>(std::max(0.0, state.ecology->bodies.matter[row] - roots));
}

bool has_nectar(const WorldState& state, std::uint32_t row) {
  const Bodies& bodies = state.ecology->bodies;
  return state.columns.energy[row] >= kGrown &&
         (bodies.visits[row] < kVisitsMax || bodies.pause_until[row] <= state.tick);
}

// A flower's first visitor starts the time after which it has nectar again.
void take_nectar(WorldState& state, std::uint32_t row) {
  Bodies& bodies = state.ecology->bodies;
  if (bodies.pause_until[row] <= state.tick) {
    bodies.visits[row] = 0;
    bodies.pause_until[row] = state.tick + kNectarTicks;
  }
  ++bodies.visits[row];
  bodies.drive[row] = std::min(1.0f, bodies.drive[row] + kPollenPerSeed);
}

void live_as_plants(WorldState& state) {
  const Turn turn{light_now(state), warmth_now(state), kPlantTurn * state.tick_s, is_fertile(state),
                  shade_by_cell(state)};
  const auto rows = static_cast<std::uint32_t>(state.columns.size());
  for (auto row = static_cast<std::uint32_t>(state.tick % kPlantTurn); row < rows;
       row += kPlantTurn) {
    const bool lives = state.columns.alive[row] != 0 && !state.is_dying(row);
    if (lives && state.rules_of(row).kind == Kind::kPlant) live_on(state, row, turn);
  }
}

}  // namespace cherub::engine
