#include <algorithm>
#include <array>
#include <cmath>

#include "engine/ecology/systems.h"
#include "engine/nature.h"
#include "engine/uses.h"

namespace cherub::engine {
namespace {

constexpr double kPlantsDigested = 0.7, kPreyDigested = 0.9;  // the rest is dung
constexpr Tick kVisitTicks = 8;                               // a pollinator's pause after a flower
constexpr Tick kRoamTicks = 30;                               // and after so many of them:
constexpr std::uint8_t kVisitsInRow = 4;
constexpr double kWaterCellHalf_m = 0.5;
constexpr float kColonyCost = 0.1f;
// What a child gets: its body, and this share of the reserve.
constexpr double kChildReserveFew = 0.4, kChildReserveMany = 0.2;

double reserve_room(const WorldState& state, SpeciesIndex species) {
  return double(matter_max(state, species) - body_matter(state, species));
}

// Takes what it can use of `units` of another's matter, and drops the rest as dung. Returns the
// hunger relieved.
float digest(WorldState& state, std::uint32_t row, std::uint32_t food, std::uint32_t units,
             double digested) {
  Ecology& ecology = *state.ecology;
  const SpeciesIndex species = state.columns.species[row];
  const std::uint32_t most = matter_max(state, species);
  std::uint32_t& matter = ecology.bodies.matter[row];
  const std::uint32_t taken = std::min(units, ecology.bodies.matter[food]);
  const auto kept =
      std::min(static_cast<std::uint32_t>(taken * digested), most - std::min(most, matter));
  ecology.bodies.matter[food] -= kept;
  matter += kept;
  shed(state, food, taken - kept);
  const float before = state.columns.hunger[row];
  show_matter(state, row);
  return before - state.columns.hunger[row];
}

void tell_meal(WorldState& state, EventKind kind, std::uint32_t row, EntityId food,
               double relieved) {
  Event event = event_at(state, kind, row, relieved);
  event.other = food;
  state.events.push_back(std::move(event));
}

Receipt graze(WorldState& state, std::uint32_t row, EntityId food) {
  if (!is_ripe(state, food.index)) return Receipt::kNotReady;
  const SpeciesIndex species = state.columns.species[row];
  const double wish =
      std::min(state.scenario.species[species].graze_relief, double{state.columns.hunger[row]});
  const auto wanted =
      static_cast<std::uint32_t>(std::ceil(wish * reserve_room(state, species) / kPlantsDigested));
  const std::uint32_t units = std::min(wanted, leaves_of(state, food.index));
  const float relieved = digest(state, row, food.index, units, kPlantsDigested);
  show_matter(state, food.index);
  tell_meal(state, EventKind::kEat, row, food, relieved);
  return Receipt::kAccepted;
}

// The faster the prey for the hunter, the likelier it escapes; a weak one does not get far.
double chance_of_catch(const WorldState& state, std::uint32_t row, std::uint32_t prey) {
  const SpeciesSpec& hunter = state.scenario.species[state.columns.species[row]];
  const double prey_speed = state.scenario.species[state.columns.species[prey]].speed;
  const double pace = prey_speed > 0 ? hunter.speed / prey_speed : kPaceMax;
  const double weakness = 1.5 - 0.5 * double{state.columns.health[prey]};
  return hunter.catch_chance * state.scenario.environment->catch_factor *
         std::clamp(pace, kPaceMin, kPaceMax) * weakness;
}

Receipt hunt(WorldState& state, std::uint32_t row, EntityId prey) {
  Tick& pause = state.ecology->bodies.pause_until[row];
  if (pause > state.tick) return Receipt::kCoolingDown;
  pause = state.tick + kHuntPause_ticks;
  base::RandomStream random = state.random(state.id_of(row).packed(), base::Stream::kLife);
  const bool caught =
      !is_at_roost(state, prey.index) && random.uniform() < chance_of_catch(state, row, prey.index);
  if (!caught) {
    tell_meal(state, EventKind::kMiss, row, prey, 0);
    return Receipt::kFailed;
  }
  const SpeciesIndex species = state.columns.species[row];
  const double wish =
      std::min(state.scenario.species[species].prey_relief, double{state.columns.hunger[row]});
  const auto units =
      static_cast<std::uint32_t>(std::ceil(wish * reserve_room(state, species) / kPreyDigested));
  tell_meal(state, EventKind::kEat, row, prey,
            digest(state, row, prey.index, units, kPreyDigested));
  kill(state, prey.index, DeathCause::kEaten);
  return Receipt::kAccepted;
}

bool lives(const WorldState& state, EntityId other, std::uint32_t row) {
  return other.index != row && state.exists(other) && !state.is_dying(other.index);
}

}  // namespace

GridQuery around(const WorldState& state, std::uint32_t row, double radius, SpeciesMask species) {
  GridQuery query;
  query.x = state.columns.x[row];
  query.y = state.columns.y[row];
  query.z = state.columns.z[row];
  query.radius = radius;
  query.species = species;
  return query;
}

bool is_ready_to_breed(const WorldState& state, std::uint32_t row) {
  const Columns& columns = state.columns;
  const SpeciesIndex species = columns.species[row];
  const SpeciesSpec& spec = state.scenario.species[species];
  return !state.is_dying(row) && columns.age[row] >= state.rules[species].adult_ticks &&
         state.ecology->bodies.drive[row] >= kBreedingDrive &&
         columns.hunger[row] <= kBreedingHungerMax &&
         columns.energy[row] >= static_cast<float>(spec.birth_cost) &&
         state.ecology->colony[species] >= kColonyBreeds;
}

namespace {

std::optional<std::uint32_t> partner_of(const WorldState& state, std::uint32_t row) {
  const SpeciesIndex species = state.columns.species[row];
  const double radius = state.scenario.species[species].mating_radius;
  GridQuery query = around(state, row, radius, SpeciesMask{1} << species);
  query.exclude_row = row;
  std::array<GridHit, 16> hits;
  const std::size_t count = state.grid.neighbors(query, hits);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t other = hits[i].entry.row;
    if (state.exists(EntityId::unpack(hits[i].id)) && is_ready_to_breed(state, other)) return other;
  }
  return std::nullopt;
}

// Puts matter of one parent aside; its body stays.
std::uint32_t put_aside(WorldState& state, std::uint32_t row, double units) {
  const std::uint32_t body = body_matter(state, state.columns.species[row]);
  std::uint32_t& matter = state.ecology->bodies.matter[row];
  const std::uint32_t most = matter > body ? matter - body : 0;
  const auto given = static_cast<std::uint32_t>(std::min(units, static_cast<double>(most)));
  matter -= given;
  show_matter(state, row);
  return given;
}

std::uint32_t units_of_hunger(const WorldState& state, std::uint32_t row, double relief) {
  const SpeciesIndex species = state.columns.species[row];
  const std::uint32_t most = matter_max(state, species);
  const double wish = std::min(relief, double{state.columns.hunger[row]});
  const auto units = static_cast<std::uint32_t>(std::ceil(wish * reserve_room(state, species)));
  return std::min(units, most - std::min(most, state.ecology->bodies.matter[row]));
}

void pay_for_birth(WorldState& state, std::uint32_t row) {
  const double cost = state.scenario.species[state.columns.species[row]].birth_cost;
  float& energy = state.columns.energy[row];
  energy = std::max(0.0f, energy - static_cast<float>(cost));
  state.ecology->bodies.drive[row] = 0;
}

// Whether there are not too many of its kind around the row, itself among them.
bool has_territory(const WorldState& state, std::uint32_t row) {
  const SpeciesIndex species = state.columns.species[row];
  const SpeciesSpec& spec = state.scenario.species[species];
  if (spec.territory_m <= 0) return true;
  const GridQuery query = around(state, row, spec.territory_m, SpeciesMask{1} << species);
  return state.grid.count(query) <= spec.territory_max;
}

Receipt check_breeding(const WorldState& state, std::uint32_t row) {
  const SpeciesIndex species = state.columns.species[row];
  if (!is_ready_to_breed(state, row)) return Receipt::kNotReady;
  if (state.scenario.species[species].nests && !is_at_roost(state, row)) return Receipt::kNotReady;
  const bool room = has_room(state, species) && has_territory(state, row);
  return room ? Receipt::kAccepted : Receipt::kCrowded;
}

// Both parents pay, with matter and energy; the children come at the end of the tick.
void bear(WorldState& state, std::uint32_t row, std::uint32_t partner) {
  const SpeciesIndex species = state.columns.species[row];
  const SpeciesSpec& spec = state.scenario.species[species];
  const bool many = spec.traits && spec.traits->strategy == Strategy::kMany;
  const double child = body_matter(state, species) +
                       reserve_room(state, species) * (many ? kChildReserveMany : kChildReserveFew);
  const auto count = static_cast<std::uint32_t>(spec.clutch);
  const std::uint32_t given =
      put_aside(state, row, child * count / 2) + put_aside(state, partner, child * count / 2);
  pay_for_birth(state, row);
  pay_for_birth(state, partner);
  if (spec.colony) state.ecology->colony[species] -= kColonyCost;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t share = given / count + (i == 0 ? given % count : 0);
    const Columns& columns = state.columns;
    expect_birth(state, {species, state.id_of(row), columns.x[row], columns.y[row], columns.z[row],
                         0.5f, share});
  }
}

}  // namespace

Receipt share_reserve(WorldState& state, std::uint32_t row, std::uint32_t target, double relief) {
  const std::uint32_t units = target == row ? 0 : units_of_hunger(state, target, relief);
  const std::uint32_t given = put_aside(state, row, units);
  give_matter(state, target, given);
  return given > 0 ? Receipt::kAccepted : Receipt::kFailed;
}

float feed_from_outside(WorldState& state, std::uint32_t row, double relief) {
  const float before = state.columns.hunger[row];
  const std::uint32_t units = units_of_hunger(state, row, relief);
  state.ecology->brought_organic += units;
  give_matter(state, row, units);
  return before - state.columns.hunger[row];
}

bool is_at_roost(const WorldState& state, std::uint32_t row) {
  const SpeciesMask roost = state.rules_of(row).roost;
  GridHit hit;
  return roost != 0 && state.grid.nearest(around(state, row, kRoost_m, roost), hit);
}

Receipt feed_on(WorldState& state, std::uint32_t row, EntityId food, double reach_m) {
  if (!lives(state, food, row)) return Receipt::kNoSuchTarget;
  const SpeciesIndex species = state.columns.species[row];
  const SpeciesIndex eaten = state.columns.species[food.index];
  if ((state.rules[species].diet >> eaten & 1) == 0) return Receipt::kNotInDiet;
  if (distance_between(state.columns, row, food.index) > reach_m) return Receipt::kOutOfReach;
  return state.rules[eaten].kind == Kind::kAgent ? hunt(state, row, food) : graze(state, row, food);
}

// Nectar is matter of the flower; pollen goes on with the visitor.
Receipt pollinate(WorldState& state, std::uint32_t row, EntityId flower, double reach_m) {
  const SpeciesIndex species = state.columns.species[row];
  if (!lives(state, flower, row)) return Receipt::kNoSuchTarget;
  if ((state.rules[species].blossoms >> state.columns.species[flower.index] & 1) == 0) {
    return Receipt::kNotInDiet;
  }
  const SpeciesSpec& spec = state.scenario.species[species];
  if (distance_between(state.columns, row, flower.index) > reach_m) return Receipt::kOutOfReach;
  Bodies& bodies = state.ecology->bodies;
  if (bodies.pause_until[row] > state.tick) return Receipt::kCoolingDown;
  if (!has_nectar(state, flower.index)) return Receipt::kNotReady;
  const bool roams = ++bodies.visits[row] >= kVisitsInRow;
  if (roams) bodies.visits[row] = 0;
  bodies.pause_until[row] = state.tick + (roams ? kRoamTicks : kVisitTicks);
  const double wish = std::min(spec.nectar_relief, double{state.columns.hunger[row]});
  const auto units = static_cast<std::uint32_t>(std::ceil(wish * reserve_room(state, species)));
  const float relieved = digest(state, row, flower.index, units, 1);
  take_nectar(state, flower.index);
  show_matter(state, flower.index);
  tell_meal(state, EventKind::kPollinate, row, flower, relieved);
  return Receipt::kAccepted;
}

Receipt drink_water(WorldState& state, std::uint32_t row) {
  const Columns& columns = state.columns;
  const WaterSpot water = nearest_water(state, columns.x[row], columns.y[row]);
  if (!water.found) return Receipt::kNoSuchTarget;
  const double reach = state.scenario.species[columns.species[row]].reach + kWaterCellHalf_m;
  if (water.distance > reach) return Receipt::kOutOfReach;
  float& thirst = state.columns.thirst[row];
  thirst = std::max(0.0f, thirst - kDrinkPerS * static_cast<float>(state.tick_s));
  return Receipt::kAccepted;
}

Receipt breed(WorldState& state, std::uint32_t row) {
  if (const Receipt able = check_breeding(state, row); able != Receipt::kAccepted) return able;
  const auto partner = partner_of(state, row);
  if (!partner) return Receipt::kNoSuchTarget;
  bear(state, row, *partner);
  return Receipt::kAccepted;
}

Receipt breed_with(WorldState& state, std::uint32_t row, EntityId partner) {
  if (const Receipt able = check_breeding(state, row); able != Receipt::kAccepted) return able;
  const SpeciesIndex species = state.columns.species[row];
  const bool fits = lives(state, partner, row) && state.columns.species[partner.index] == species;
  if (!fits) return Receipt::kNoSuchTarget;
  const double radius = state.scenario.species[species].mating_radius;
  if (distance_between(state.columns, row, partner.index) > radius) return Receipt::kOutOfReach;
  if (!is_ready_to_breed(state, partner.index)) return Receipt::kNotReady;
  bear(state, row, partner.index);
  return Receipt::kAccepted;
}

Receipt rest_in_ecosystem(WorldState& state, std::uint32_t row) {
  const float factor = is_at_roost(state, row) ? kRoostRest : 1;
  float& energy = state.columns.energy[row];
  energy = std::min(1.0f, energy + state.rules_of(row).rest_per_tick * factor);
  return Receipt::kAccepted;
}

Receipt use_in_ecosystem(WorldState& state, std::uint32_t row, AbilityKind kind, EntityId target) {
  const auto when = [&](Action action, auto&& act) {
    return allows(state, action) ? act() : Receipt::kNotAvailable;
  };
  const double reach = state.scenario.species[state.columns.species[row]].reach;
  switch (kind) {
    case AbilityKind::kEat:
      return when(Action::kEat, [&] { return feed_on(state, row, target, reach); });
    case AbilityKind::kReproduce:
      return when(Action::kReproduce, [&] { return breed(state, row); });
    case AbilityKind::kRest:
      return when(Action::kRest, [&] { return rest_in_ecosystem(state, row); });
    case AbilityKind::kDrink:
      return when(Action::kDrink, [&] { return drink_water(state, row); });
    case AbilityKind::kPollinate:
      return when(Action::kPollinate, [&] { return pollinate(state, row, target, reach); });
    case AbilityKind::kNone:
    case AbilityKind::kUse:
      break;
  }
  return Receipt::kNotAvailable;
}

bool eats_only_animals(const WorldState& state, SpeciesIndex species) {
  const auto& diet = state.rules[species].diet_order;
  return !diet.empty() && std::all_of(diet.begin(), diet.end(), [&](SpeciesIndex food) {
    return state.rules[food].kind == Kind::kAgent;
  });
}

void note_modes(WorldState& state) {
  for (const std::uint32_t row : state.agent_rows) {
    std::uint8_t mode = state.intents.mode[row];
    if (mode >= kModeNames.size()) continue;
    const bool forages = mode == static_cast<std::uint8_t>(Mode::kForage);
    if (forages && eats_only_animals(state, state.columns.species[row])) {
      mode = static_cast<std::uint8_t>(Mode::kHunt);
    }
    state.ecology->bodies.mode[row] = mode;
  }
}

}  // namespace cherub::engine
