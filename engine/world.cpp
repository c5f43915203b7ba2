#include "engine/world.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/base/hash.h"
#include "engine/ecology/systems.h"
#include "engine/economy/systems.h"
#include "engine/hands.h"
#include "engine/scenario_fields.h"
#include "engine/uses.h"
#include "engine/world_state.h"

namespace cherub::engine {
namespace {

// Small enough that a query touches few entities it does not want, large enough that it touches few
// empty cells.
constexpr double kCellShareOfSense = 0.22;
constexpr double kCellMin_m = 1, kCellMax_m = 8;
constexpr double kRadiansPerDegree = 0.017453292519943295;

SpeciesMask bit_of(const Scenario& scenario, std::string_view species) {
  const auto found = scenario.find_species(species);
  return found ? SpeciesMask{1} << *found : 0;
}

void compile_ecology(const Scenario& scenario, const SpeciesSpec& spec, double tick_s,
                     SpeciesRules& rules) {
  const EnvironmentSpec& environment = *scenario.environment;
  const auto per_tick = [&](double per_s, double factor) {
    return static_cast<float>(per_s * tick_s * factor);
  };
  rules.hunger_per_tick = per_tick(spec.hunger_rate, environment.hunger_factor);
  rules.thirst_per_tick = per_tick(spec.thirst_rate, environment.thirst_factor);
  rules.growth_per_tick = per_tick(spec.growth_rate, environment.growth_factor);
  rules.spread_chance = spec.spread_rate * tick_s * environment.spread_factor;
  rules.drive_per_tick = per_tick(spec.drive_rate, environment.breeding_factor);
  rules.drain_per_tick = per_tick(spec.drain_rate, environment.tiring_factor);
  rules.parch_per_tick = per_tick(spec.parch_rate, 1);
  for (const std::string& food : spec.diet) {
    rules.diet_order.push_back(static_cast<SpeciesIndex>(*scenario.find_species(food)));
  }
  for (const SpeciesSpec& other : scenario.species) {
    const bool eats =
        std::find(other.diet.begin(), other.diet.end(), spec.name) != other.diet.end();
    if (eats) rules.threats |= bit_of(scenario, other.name);
  }
  for (const std::string& flower : spec.pollinates) rules.blossoms |= bit_of(scenario, flower);
  if (!spec.roost.empty()) rules.roost = bit_of(scenario, spec.roost);
}

SpeciesRules compile(const Scenario& scenario, const SpeciesSpec& spec, double tick_s) {
  const auto per_tick = [&](double per_s) { return static_cast<float>(per_s * tick_s); };
  const auto ticks = [&](double seconds) {
    return static_cast<std::uint64_t>(std::ceil(seconds / tick_s));
  };
  SpeciesRules rules;
  rules.kind = spec.kind;
  if (const auto role = scenario.find_role(spec.role)) {
    rules.role = static_cast<std::uint8_t>(*role);
  }
  for (const std::string& food : spec.diet) {
    rules.diet |= SpeciesMask{1} << *scenario.find_species(food);
  }
  rules.body_radius = static_cast<float>(spec.radius);
  rules.step_m = per_tick(spec.speed);
  rules.sense_radius = spec.sense_radius;
  rules.energy_per_m = spec.speed > 0 ? static_cast<float>(spec.energy_rate / spec.speed) : 0.0f;
  rules.hunger_per_tick = per_tick(spec.hunger_rate);
  rules.thirst_per_tick = per_tick(spec.thirst_rate);
  rules.starve_per_tick = per_tick(spec.starve_rate);
  rules.rest_per_tick = per_tick(spec.rest_rate);
  rules.growth_per_tick = per_tick(spec.growth_rate);
  rules.spread_chance = spec.spread_rate * tick_s;
  rules.adult_ticks = ticks(spec.reproduce_age_s);
  rules.lifetime_ticks = ticks(spec.lifetime_s);
  rules.gait = spec.gait;
  rules.route = spec.route;
  rules.lift_m = per_tick(spec.lift);
  rules.turn_per_tick = spec.turn_rate * tick_s;
  rules.view_half = spec.view_angle < 360 ? spec.view_angle * kRadiansPerDegree / 2 : 0;
  rules.contact_damage = per_tick(spec.contact_damage);
  if (scenario.environment) compile_ecology(scenario, spec, tick_s, rules);
  return rules;
}

// The abilities that roles name, none of which has a script yet.
Society begin_society(const Scenario& scenario) {
  Society society;
  for (const RoleSpec& role : scenario.roles) {
    AbilityMask known = 0;
    for (const std::string& name : role.abilities) {
      auto found = find_ability(society, name);
      if (!found) {
        found = static_cast<AbilityIndex>(society.abilities.size());
        society.abilities.emplace_back().name = name;
      }
      known |= ability_bit(*found);
    }
    society.role_abilities.push_back(known);
  }
  return society;
}

// Nobody lives, nothing has happened and nothing is on its way; the ground stays.
void make_empty(WorldState& state, std::uint64_t seed) {
  state.seed = seed;
  state.set_tick(0);
  for_each_column(state.columns, [](std::string_view, auto& column) { column.clear(); });
  state.free_rows.clear();
  state.population.assign(state.rules.size(), 0);
  state.unborn.assign(state.rules.size(), 0);
  state.alive = 0;
  state.weather = {};
  state.slots.assign(1, {"policy", "", "", {}});
  state.society = begin_society(state.scenario);
  state.ecology = begin_ecology(state.scenario);
  state.carried = 0;
  state.maps.clear();
  state.spoken.clear();
  state.intents.clear(0);
  state.events.clear();
  state.faults.clear();
  state.deaths.clear();
  state.births.clear();
  state.column_hashes.clear();
  state.pending.clear();
  state.pending_spawns = 0;
  state.reported.clear();
  state.rows_changed = true;
}

void populate(WorldState& state) {
  spawn_population(state);
  if (state.economy) stock_and_settle(state);
  sense(state);
  index_society(state);
  look_around(state);
}

// Voxels with walls on all sides, below the ground too.
void find_buried(WorldState& state) {
  state.buried.clear();
  if (!state.scenario.keeps_map) return;
  const Terrain& terrain = state.terrain;
  state.buried.assign((terrain.blocks.size() + 63) / 64, 0);
  for (std::size_t at = 0; at < terrain.blocks.size(); ++at) {
    const Cell cell = terrain.cell(at);
    bool buried = terrain.at(cell.x, cell.y, cell.z + 1) == Block::kWall &&
                  terrain.at(cell.x, cell.y, cell.z - 1) == Block::kWall;
    for (const Cell side : kSides) {
      buried = buried && terrain.at(cell.x + side.x, cell.y + side.y, cell.z) == Block::kWall;
    }
    state.buried[at / 64] |= std::uint64_t{buried} << (at % 64);
  }
}

void lay_grid(WorldState& state) {
  double sense_max = 0;
  for (const SpeciesSpec& spec : state.scenario.species) {
    sense_max = std::max(sense_max, spec.sense_radius);
  }
  Grid::Shape shape;
  shape.width_m = state.terrain.width;
  shape.depth_m = state.terrain.depth;
  shape.cell_m = std::clamp(sense_max * kCellShareOfSense, kCellMin_m, kCellMax_m);
  shape.species_count = static_cast<std::uint32_t>(state.scenario.species.size());
  state.grid.configure(shape);
}

}  // namespace

std::unique_ptr<WorldState> lay_out(Scenario scenario, std::uint64_t seed) {
  auto state = std::make_unique<WorldState>();
  state->scenario = std::move(scenario);
  state->tick_s = 1 / state->scenario.tick_rate;
  for (const SpeciesSpec& spec : state->scenario.species) {
    const SpeciesMask bit = SpeciesMask{1} << state->rules.size();
    if (spec.kind == Kind::kTarget) state->target_species |= bit;
    if (spec.kind == Kind::kAgent) state->agent_species |= bit;
    if (spec.kind == Kind::kObstacle) {
      state->obstacle_species |= bit;
      state->obstacle_radius_max = std::max(state->obstacle_radius_max, spec.radius);
    }
    state->some_look_ahead |= spec.kind == Kind::kAgent && spec.view_angle < 360;
    state->rules.push_back(compile(state->scenario, spec, state->tick_s));
    state->flowers |= state->rules.back().blossoms;
  }
  if (state->scenario.economy) {
    state->economy = compile_economy(state->scenario, state->tick_s);
  }
  for (std::size_t i = 0; i < std::size(kActionNames); ++i) {
    const auto& actions = state->scenario.actions;
    state->has_action[i] =
        std::find(actions.begin(), actions.end(), kActionNames[i]) != actions.end();
  }
  make_empty(*state, seed);
  return state;
}

void set_terrain(WorldState& state, GeneratedTerrain made) {
  state.terrain = std::move(made.terrain);
  state.maze = made.facts;
  const auto& blocks = state.terrain.blocks;
  const auto has = [&](Block block) {
    return std::find(blocks.begin(), blocks.end(), static_cast<std::uint8_t>(block)) !=
           blocks.end();
  };
  state.has_hazards = has(Block::kHazard);
  state.has_walls = has(Block::kWall) || has(Block::kWater);
  const WallSight sight = state.scenario.walls;
  state.walls_hide = has(Block::kWall) &&
                     (sight == WallSight::kBlock ||
                      (sight == WallSight::kAuto && state.scenario.terrain.generator != "flat"));
  state.terrain_hash = base::hash_bytes(blocks.data(), blocks.size(), state.terrain.width);
  lay_grid(state);
  find_buried(state);
  if (state.ecology) index_water(state);
}

namespace {

// Of those that a generated world is for.
Gait agent_gait(const WorldState& state) {
  return state.rules[*state.scenario.find_species(state.scenario.agent_species)].gait;
}

GeneratedTerrain make_ground(const WorldState& state, std::uint64_t seed) {
  const Scenario& scenario = state.scenario;
  GeneratedTerrain made = generate_terrain(scenario.terrain, seed, agent_gait(state));
  if (scenario.environment) dig_ponds(*scenario.environment, made.terrain);
  return made;
}

}  // namespace

base::Result<std::unique_ptr<World>> World::create(Scenario scenario, std::uint64_t seed) {
  if (const base::Result<void> checked = check_scenario(scenario); !checked) {
    return checked.error();
  }
  std::unique_ptr<WorldState> state = lay_out(std::move(scenario), seed);
  set_terrain(*state, make_ground(*state, seed));
  populate(*state);
  return std::unique_ptr<World>(new World(std::move(state)));
}

void World::reset(std::uint64_t seed) {
  make_empty(*state_, seed);
  set_terrain(*state_, make_ground(*state_, seed));
  populate(*state_);
}

World::World(std::unique_ptr<WorldState> state) : state_(std::move(state)) {}
World::~World() = default;

void sense(WorldState& state) {
  state.grid.rebuild(state.columns, *state.pool);
  if (state.rows_changed) refresh_rows(state);
}

void index_society(WorldState& state) {
  if (is_blank(state.society) && state.sound_map.empty() && state.offer_index.empty()) return;
  index_offers(state);
  state.sound_map.rebuild(state.society.sounds, state.terrain);
}

TickReport World::step(Behaviour& behaviour) {
  WorldState& state = *state_;
  const auto enter = [&](Phase phase) {
    if (state.listener != nullptr) state.listener->on_phase(phase);
  };

  enter(Phase::kCommands);
  apply_commands(state);

  enter(Phase::kSense);
  sense(state);

  enter(Phase::kDecide);
  state.intents.clear(state.columns.size());
  if (state.ecology) state.intents.mode.assign(state.columns.size(), kNoMode);
  state.faults.clear();
  behaviour.decide(*this, state.intents, state.faults);
  std::move(state.faults.begin(), state.faults.end(), std::back_inserter(state.events));

  enter(Phase::kResolve);
  price_uses(state);
  resolve_movement(state);
  resolve_reports(state);
  walk_patrols(state);
  resolve_abilities(state);
  resolve_messages(state);
  notice_targets(state);

  enter(Phase::kLive);
  burn_in_hazards(state);
  hurt_by_obstacles(state);
  if (state.ecology) {
    live_in_ecosystem(state);
  } else {
    metabolise(state);
    grow_plants(state);
  }
  forget_what_passed(state);
  bury_and_bear(state);
  if (state.rows_changed) refresh_rows(state);

  enter(Phase::kPublish);
  TickReport report;
  report.tick = state.tick;
  state.set_tick(report.tick + 1);
  state.society.sounds.swap(state.spoken);
  state.spoken.clear();
  index_society(state);
  look_around(state);
  hash_columns(state, state.column_hashes);
  report.hash = hash_state(state, state.column_hashes);
  report.alive = state.alive;
  report.events = std::exchange(state.events, {});
  state.events.reserve(report.events.size());
  if (state.listener != nullptr) state.listener->on_tick_done();
  return report;
}

void World::use(base::WorkerPool& pool) {
  state_->pool = &pool;
}
base::WorkerPool& World::pool() const {
  return *state_->pool;
}
void World::listen(PhaseListener* listener) {
  state_->listener = listener;
}

void Intents::clear(std::size_t rows) {
  move.assign(rows, static_cast<std::uint8_t>(MoveKind::kNone));
  ability.assign(rows, static_cast<std::uint8_t>(AbilityKind::kNone));
  // Read only where `move` or `ability` says so.
  for (auto* column : {&move_x, &move_y, &move_z}) column->resize(rows);
  ability_target.resize(rows);
  messages.clear();
  uses.clear();
}

Tick World::tick() const {
  return state_->tick;
}
double World::tick_s() const {
  return state_->tick_s;
}
std::uint64_t World::seed() const {
  return state_->seed;
}
const Scenario& World::scenario() const {
  return state_->scenario;
}
const Columns& World::columns() const {
  return state_->columns;
}
const Terrain& World::terrain() const {
  return state_->terrain;
}
const MazeFacts& World::maze_facts() const {
  return state_->maze;
}
const Grid& World::grid() const {
  return state_->grid;
}
const std::vector<ScriptSlot>& World::script_slots() const {
  return state_->slots;
}
const Intents& World::intents() const {
  return state_->intents;
}
std::span<const std::uint32_t> World::agent_rows() const {
  return state_->agent_rows;
}
std::uint32_t World::alive_count() const {
  return state_->alive;
}

std::uint32_t World::alive_count(SpeciesIndex species) const {
  return species < state_->population.size() ? state_->population[species] : 0;
}

SpeciesMask World::diet(SpeciesIndex species) const {
  return species < state_->rules.size() ? state_->rules[species].diet : 0;
}

bool World::has_action(std::string_view action) const {
  const auto found = std::find(std::begin(kActionNames), std::end(kActionNames), action);
  return found != std::end(kActionNames) &&
         state_->has_action[std::size_t(found - std::begin(kActionNames))];
}

std::span<const AbilitySpec> World::abilities() const {
  return state_->society.abilities;
}
std::optional<AbilityIndex> World::find_ability(std::string_view name) const {
  return engine::find_ability(state_->society, name);
}
AbilityMask World::known_abilities(std::uint32_t row) const {
  return engine::known_abilities(*state_, row);
}
double World::cooldown_left_s(std::uint32_t row, AbilityIndex ability) const {
  return static_cast<double>(ticks_until_ready(*state_, row, ability)) * state_->tick_s;
}
std::span<const ItemCount> World::items_of(std::uint32_t row) const {
  const Hands* const hands = state_->society.hands.find(row);
  return hands != nullptr ? std::span<const ItemCount>(*hands) : std::span<const ItemCount>();
}
const Society& World::society() const {
  return state_->society;
}
const Ecology* World::ecology() const {
  return state_->ecology ? &*state_->ecology : nullptr;
}
SpeciesMask World::threats(SpeciesIndex species) const {
  return species < state_->rules.size() ? state_->rules[species].threats : 0;
}

double World::rain_intensity() const {
  return state_->tick < state_->weather.rain_until ? state_->weather.rain_intensity : 0;
}

bool World::exists(EntityId id) const {
  return state_->exists(id);
}
EntityId World::id_of(std::uint32_t row) const {
  return state_->id_of(row);
}

base::RandomStream World::random(std::uint64_t entity, base::Stream stream) const {
  return state_->random(entity, stream);
}

std::uint64_t World::state_hash() const {
  return hash_state(*state_);
}

const Sighting* World::target() const {
  return state_->target.found != 0 ? &state_->target : nullptr;
}

}  // namespace cherub::engine
