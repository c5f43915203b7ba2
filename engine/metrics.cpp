#include "engine/metrics.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/economy/economy_tally.h"
#include "engine/scenario_fields.h"
#include "engine/sight.h"
#include "engine/world_state.h"

namespace cherub::engine {
namespace {

// Bounds the memory of `coverage`, which keeps one bit per agent and cell: beyond, no more agents
// are followed for it.
constexpr std::size_t kCoverageBytesMax = std::size_t{64} << 20;
constexpr float kFedHungerMax = 0.7f;  // who is hungrier is not fed

// One agent that was there when the episode began.
struct Followed {
  EntityId id;
  bool alive = true;
  bool reached = false;
  double reached_s = 0;
  double collisions = 0, damage = 0;
  double travelled_before = 0, travelled = 0;  // m
  double relieved = 0;                         // hunger, by eating
  double hunger_sum = 0, thirst_sum = 0, hunger_ticks = 0, fed_ticks = 0;
  std::int32_t steps_first = kUnreachable, steps_best = kUnreachable;  // to the target, cells
  double cells_seen = 0;
  double reached_m = 0;        // travelled until the target was reached
  bool returned = false;       // to where it began, after that
  double following_ticks = 0;  // near the target
  double explored = 0;         // share of the open voxels
  Point home{};
};

struct Totals {
  double agents_now = 0, births = 0, starved = 0, hunted = 0, pollinated = 0;
  double plants_first = 0, plants_now = 0;
  double persistence = 1, diversity = 0;
  double episode_s = 0, passable_cells = 1, open_voxels = 1;
  double shortest_m = 0;  // from the start to the target
  EconomyTotals economy;
};

double share(bool flag) {
  return flag ? 1.0 : 0.0;
}

double progress_of(const Followed& agent) {
  if (agent.reached) return 1;
  if (agent.steps_first <= 0) return 0;
  return 1 - static_cast<double>(agent.steps_best) / agent.steps_first;
}

// How each metric comes about: folded from the agents followed, or one number of the whole world.
enum class Fold { kMean, kSum, kWorld };
struct Recorder {
  const char* name;
  Fold fold;
  double (*of_agent)(const Followed&, const Totals&);
  double (*of_world)(const Totals&);
};

double mean_hunger(const Followed& agent) {
  return agent.hunger_ticks > 0 ? agent.hunger_sum / agent.hunger_ticks : 0;
}

double mean_thirst(const Followed& agent) {
  return agent.hunger_ticks > 0 ? agent.thirst_sum / agent.hunger_ticks : 0;
}

double vegetation_of(const Totals& totals) {
  return totals.plants_first > 0 ? totals.plants_now / totals.plants_first : 1;
}

double fed_share(const Followed& agent) {
  return agent.hunger_ticks > 0 ? agent.fed_ticks / agent.hunger_ticks : 1;
}

using Agent = const Followed&;
using Whole = const Totals&;

// 1 for a way as short as can be.
double efficiency_of(const Followed& agent, const Totals& totals) {
  if (!agent.reached) return 0;
  return totals.shortest_m / std::max({totals.shortest_m, agent.reached_m, 1.0});
}

// hunger_ticks counts all of them.
double following_of(const Followed& agent) {
  return agent.hunger_ticks > 0 ? agent.following_ticks / agent.hunger_ticks : 0;
}

constexpr std::array<Recorder, 33> kRecorders = {{
    {"reached", Fold::kMean, [](Agent a, Whole) { return share(a.reached); }, nullptr},
    {"progress", Fold::kMean, [](Agent a, Whole) { return progress_of(a); }, nullptr},
    {"time_to_goal", Fold::kMean,
     [](Agent a, Whole w) { return a.reached ? a.reached_s : w.episode_s; }, nullptr},
    {"collisions", Fold::kSum, [](Agent a, Whole) { return a.collisions; }, nullptr},
    {"path_length", Fold::kMean, [](Agent a, Whole) { return a.travelled; }, nullptr},
    {"coverage", Fold::kMean, [](Agent a, Whole w) { return a.cells_seen / w.passable_cells; },
     nullptr},
    {"damage", Fold::kMean, [](Agent a, Whole) { return a.damage; }, nullptr},
    {"survival", Fold::kMean, [](Agent a, Whole) { return share(a.alive); }, nullptr},
    {"food", Fold::kMean, [](Agent a, Whole) { return a.relieved; }, nullptr},
    {"hunger_mean", Fold::kMean, [](Agent a, Whole) { return mean_hunger(a); }, nullptr},
    {"thirst_mean", Fold::kMean, [](Agent a, Whole) { return mean_thirst(a); }, nullptr},
    {"efficiency", Fold::kMean, [](Agent a, Whole w) { return efficiency_of(a, w); }, nullptr},
    {"explored", Fold::kMean, [](Agent a, Whole) { return a.explored; }, nullptr},
    {"following", Fold::kMean, [](Agent a, Whole) { return following_of(a); }, nullptr},
    {"returned", Fold::kMean, [](Agent a, Whole) { return share(a.returned); }, nullptr},
    {"population", Fold::kWorld, nullptr, [](Whole w) { return w.agents_now; }},
    {"offspring", Fold::kWorld, nullptr, [](Whole w) { return w.births; }},
    {"starved", Fold::kWorld, nullptr, [](Whole w) { return w.starved; }},
    {"hunted", Fold::kWorld, nullptr, [](Whole w) { return w.hunted; }},
    {"persistence", Fold::kWorld, nullptr, [](Whole w) { return w.persistence; }},
    {"diversity", Fold::kWorld, nullptr, [](Whole w) { return w.diversity; }},
    {"pollinated", Fold::kWorld, nullptr, [](Whole w) { return w.pollinated; }},
    {"vegetation", Fold::kWorld, nullptr, [](Whole w) { return vegetation_of(w); }},
    {"fed", Fold::kMean, [](Agent a, Whole) { return fed_share(a); }, nullptr},
    {"wealth", Fold::kWorld, nullptr, [](Whole w) { return w.economy.wealth; }},
    {"coins", Fold::kWorld, nullptr, [](Whole w) { return w.economy.coins; }},
    {"reputation", Fold::kWorld, nullptr, [](Whole w) { return w.economy.reputation; }},
    {"crafted", Fold::kWorld, nullptr, [](Whole w) { return w.economy.crafted; }},
    {"thefts", Fold::kWorld, nullptr, [](Whole w) { return w.economy.thefts; }},
    {"stolen", Fold::kWorld, nullptr, [](Whole w) { return w.economy.stolen; }},
    {"trades", Fold::kWorld, nullptr, [](Whole w) { return w.economy.trades; }},
    {"gifts", Fold::kWorld, nullptr, [](Whole w) { return w.economy.gifts; }},
    {"stock", Fold::kWorld, nullptr, [](Whole w) { return w.economy.stock; }},
}};

const Recorder* find_recorder(std::string_view name) {
  for (const Recorder& recorder : kRecorders) {
    if (recorder.name == name) return &recorder;
  }
  return nullptr;
}

}  // namespace

const std::vector<std::string>& recorder_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Recorder& recorder : kRecorders) all.emplace_back(recorder.name);
    return all;
  }();
  return names;
}

struct EpisodeMetrics::State {
  std::vector<const Recorder*> recorders;  // as Scenario::metrics
  std::vector<Followed> agents;            // by ascending row
  SpeciesIndex species = 0;                // that `population` and its births and deaths count
  Totals totals;
  std::unique_ptr<EconomyTally> economy;  // where there is one
  bool has_target = false;
  std::vector<SpeciesIndex> first_species;  // of which somebody lived at first
  std::uint32_t width = 1;
  std::size_t layer_cells = 1;
  Gait gait;                        // of the species
  std::vector<std::int32_t> steps;  // to the target, by voxel; empty without `progress`
  std::vector<std::vector<std::uint8_t>>
      seen;  // by agent: a bit per cell; empty without `coverage`

  [[nodiscard]] bool wants(std::string_view name) const {
    return std::any_of(recorders.begin(), recorders.end(),
                       [&](const Recorder* recorder) { return recorder->name == name; });
  }
  Followed* find(EntityId id) {
    const auto found = std::lower_bound(
        agents.begin(), agents.end(), id.index,
        [](const Followed& agent, std::uint32_t row) { return agent.id.index < row; });
    return found != agents.end() && found->id == id ? &*found : nullptr;
  }
  void follow_position(const World& world, std::size_t at);
  void follow_way(const World& world, Followed& agent) const;
  void look_at_ground(const World& world);
  [[nodiscard]] bool is_done(const Followed& agent) const;
  void take_event(const World& world, const TickReport& report, const Event& event);
  void count_species(const World& world);
};

// Progress, coverage and what was seen of one living agent.
void EpisodeMetrics::State::follow_position(const World& world, std::size_t at) {
  const Columns& columns = world.columns();
  Followed& agent = agents[at];
  const std::uint32_t row = agent.id.index;
  const std::size_t cell = static_cast<std::size_t>(columns.x[row]) +
                           std::size_t{width} * static_cast<std::size_t>(columns.y[row]);
  const std::size_t voxel = cell + static_cast<std::size_t>(columns.z[row]) * layer_cells;
  if (voxel < steps.size() && steps[voxel] != kUnreachable) {
    if (agent.steps_first == kUnreachable) agent.steps_first = agent.steps_best = steps[voxel];
    agent.steps_best = std::min(agent.steps_best, steps[voxel]);
  }
  const std::vector<SeenMap>& maps = world.state().maps;
  if (row < maps.size()) agent.explored = maps[row].open / totals.open_voxels;
  if (at >= seen.size()) return;
  std::uint8_t& bits = seen[at][cell / 8];
  const auto bit = static_cast<std::uint8_t>(1u << (cell % 8));
  if ((bits & bit) == 0) ++agent.cells_seen;
  bits |= bit;
}

// Whether it is near what it follows, and home again.
void EpisodeMetrics::State::follow_way(const World& world, Followed& agent) const {
  const Columns& columns = world.columns();
  const std::uint32_t row = agent.id.index;
  const auto is_near = [&](double x, double y, double z, double distance) {
    const double dx = x - double{columns.x[row]}, dy = y - double{columns.y[row]};
    const double dz = z - double{columns.z[row]};
    return dx * dx + dy * dy + dz * dz <= distance * distance;
  };
  const Sighting* const target = world.target();
  if (target != nullptr && is_near(target->x, target->y, target->z, kFollowing_m)) {
    agent.following_ticks += 1;
  }
  agent.returned |= agent.reached && is_near(agent.home.x, agent.home.y, agent.home.z, kHome_m);
}

void EpisodeMetrics::State::take_event(const World& world, const TickReport& report,
                                       const Event& event) {
  Followed* agent = find(event.entity);
  switch (event.kind) {
    case EventKind::kReach:
      if (agent == nullptr) return;
      agent->reached = true;
      agent->reached_s = static_cast<double>(report.tick + 1) * world.tick_s();
      agent->reached_m =
          double{world.columns().travelled[event.entity.index]} - agent->travelled_before;
      return;
    case EventKind::kCollision:
      if (agent != nullptr) agent->collisions += 1;
      return;
    case EventKind::kHazard:
    case EventKind::kDamage:
      if (agent != nullptr) agent->damage += event.value;
      return;
    case EventKind::kEat:
      if (agent != nullptr) agent->relieved += event.value;
      return;
    case EventKind::kPollinate:
      if (event.species == species) totals.pollinated += 1;
      return;
    case EventKind::kDeath:
      if (agent != nullptr) agent->alive = false;
      if (event.species == species && event.value == static_cast<double>(DeathCause::kStarved)) {
        totals.starved += 1;
      }
      if (event.species == species && event.value == static_cast<double>(DeathCause::kEaten)) {
        totals.hunted += 1;
      }
      return;
    case EventKind::kBirth:
      if (event.species == species) totals.births += 1;
      return;
    default:
      return;
  }
}

bool EpisodeMetrics::State::is_done(const Followed& agent) const {
  if (!agent.reached || wants("following")) return false;
  return (agent.returned || !wants("returned")) && (agent.explored >= 1 || !wants("explored"));
}

// What the ground and the target have to do with the metrics.
void EpisodeMetrics::State::look_at_ground(const World& world) {
  const Terrain& terrain = world.terrain();
  width = terrain.width;
  layer_cells = std::size_t{terrain.width} * terrain.depth;
  gait = world.state().rules[species].gait;
  totals.shortest_m = world.maze_facts().shortest_path_m;
  totals.passable_cells = totals.open_voxels = 0;
  for (std::size_t voxel = 0; voxel < terrain.blocks.size(); ++voxel) {
    const auto block = static_cast<Block>(terrain.blocks[voxel]);
    const bool open = block == Block::kOpen || block == Block::kHazard;
    totals.open_voxels += open ? 1 : 0;
    if (voxel < layer_cells) totals.passable_cells += open ? 1 : 0;
  }
  const Sighting* const target = world.target();
  has_target = target != nullptr;
  if (!has_target || !wants("progress")) return;
  const Cell goal{static_cast<std::int32_t>(target->x), static_cast<std::int32_t>(target->y),
                  static_cast<std::int32_t>(target->z)};
  steps = steps_to(terrain, goal, HazardPolicy::kWalkThrough, gait);
}

// Diversity as Simpson (1949) has it, over animals.
void EpisodeMetrics::State::count_species(const World& world) {
  double living = 0, animals = 0, squares = 0, plants = 0;
  for (const SpeciesIndex of : first_species) living += world.alive_count(of) > 0 ? 1 : 0;
  for (std::size_t of = 0; of < world.scenario().species.size(); ++of) {
    const Kind kind = world.scenario().species[of].kind;
    const double count = world.alive_count(static_cast<SpeciesIndex>(of));
    if (kind == Kind::kPlant) plants += count;
    if (kind != Kind::kAgent) continue;
    animals += count;
    squares += count * count;
  }
  totals.persistence =
      first_species.empty() ? 1 : living / static_cast<double>(first_species.size());
  totals.plants_now = plants;
  totals.diversity = animals > 0 ? 1 - squares / (animals * animals) : 0;
}

EpisodeMetrics::EpisodeMetrics(const World& world) : state_(std::make_unique<State>()) {
  State& state = *state_;
  const Scenario& scenario = world.scenario();
  for (const MetricSpec& metric : scenario.metrics) {
    state.recorders.push_back(find_recorder(metric.name));
  }
  state.species = static_cast<SpeciesIndex>(*scenario.find_species(scenario.agent_species));
  state.totals.episode_s = scenario.episode_s;
  state.look_at_ground(world);
  for (const std::uint32_t row : world.agent_rows()) {
    if (world.columns().species[row] == state.species) state.agents.push_back({world.id_of(row)});
  }
  if (state.wants("coverage")) {
    const std::size_t bytes = (state.layer_cells + 7) / 8;
    state.seen.assign(std::min(state.agents.size(), kCoverageBytesMax / bytes),
                      std::vector<std::uint8_t>(bytes, 0));
  }
  for (std::size_t at = 0; at < state.agents.size(); ++at) {
    Followed& agent = state.agents[at];
    agent.travelled_before = world.columns().travelled[agent.id.index];
    const Columns& columns = world.columns();
    agent.home = {columns.x[agent.id.index], columns.y[agent.id.index], columns.z[agent.id.index]};
    state.follow_position(world, at);
  }
  state.totals.agents_now = world.alive_count(state.species);
  for (std::size_t of = 0; of < scenario.species.size(); ++of) {
    const auto species = static_cast<SpeciesIndex>(of);
    if (world.alive_count(species) > 0) state.first_species.push_back(species);
  }
  state.count_species(world);
  state.totals.plants_first = state.totals.plants_now;
  if (!scenario.economy) return;
  std::vector<EntityId> followed;
  for (const Followed& agent : state.agents) followed.push_back(agent.id);
  state.economy = std::make_unique<EconomyTally>(world, std::move(followed));
  state.totals.economy = state.economy->totals();
}

EpisodeMetrics::~EpisodeMetrics() = default;

void EpisodeMetrics::observe(const World& world, const TickReport& report) {
  State& state = *state_;
  const Columns& columns = world.columns();
  for (const Event& event : report.events) state.take_event(world, report, event);
  for (std::size_t at = 0; at < state.agents.size(); ++at) {
    Followed& agent = state.agents[at];
    agent.hunger_ticks += 1;
    if (!agent.alive) {
      // Dead is as bad as starving, or dying early would look well fed.
      agent.hunger_sum += 1;
      agent.thirst_sum += 1;
      continue;
    }
    agent.hunger_sum += columns.hunger[agent.id.index];
    agent.thirst_sum += columns.thirst[agent.id.index];
    agent.fed_ticks += columns.hunger[agent.id.index] < kFedHungerMax ? 1 : 0;
    agent.travelled = columns.travelled[agent.id.index] - agent.travelled_before;
    state.follow_position(world, at);
    state.follow_way(world, agent);
  }
  state.totals.agents_now = world.alive_count(state.species);
  state.count_species(world);
  if (!state.economy) return;
  state.economy->observe(world, report);
  state.totals.economy = state.economy->totals();
}

std::vector<double> EpisodeMetrics::values() const {
  const State& state = *state_;
  std::vector<double> values;
  for (const Recorder* recorder : state.recorders) {
    if (recorder->fold == Fold::kWorld) {
      values.push_back(recorder->of_world(state.totals));
      continue;
    }
    double sum = 0;
    for (const Followed& agent : state.agents) sum += recorder->of_agent(agent, state.totals);
    const bool mean = recorder->fold == Fold::kMean && !state.agents.empty();
    values.push_back(mean ? sum / static_cast<double>(state.agents.size()) : sum);
  }
  return values;
}

bool EpisodeMetrics::finished() const {
  const State& state = *state_;
  if (!state.has_target) return state.totals.agents_now == 0;
  return std::all_of(state.agents.begin(), state.agents.end(),
                     [&](const Followed& agent) { return !agent.alive || state.is_done(agent); });
}

}  // namespace cherub::engine
