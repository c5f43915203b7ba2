#include <algorithm>
#include <cmath>

#include "engine/ecology/systems.h"

namespace cherub::engine {
namespace {

// What counts as a whole number of units, never below zero.
std::uint64_t units_of(double matter) {
  return static_cast<std::uint64_t>(std::llround(std::max(0.0, matter * kUnitsPerMatter)));
}

// Of one body, whose matter has a bound (SpeciesSpec::matter).
std::uint32_t body_units(double matter) {
  return static_cast<std::uint32_t>(units_of(matter));
}

std::size_t cell_of_row(const WorldState& state, std::uint32_t row) {
  return state.ecology->soil.cell_of(state.columns.x[row], state.columns.y[row]);
}

}  // namespace

std::optional<Ecology> begin_ecology(const Scenario& scenario) {
  if (!scenario.environment) return std::nullopt;
  const EnvironmentSpec& environment = *scenario.environment;
  Ecology ecology;
  Soil& soil = ecology.soil;
  soil.cell_m = environment.cell_m;
  const auto cells = [&](std::uint32_t metres) {
    return static_cast<std::uint32_t>(std::ceil(metres / environment.cell_m));
  };
  soil.cells_x = cells(scenario.terrain.width);
  soil.cells_y = cells(scenario.terrain.depth);
  const std::size_t count = std::size_t{soil.cells_x} * soil.cells_y;
  const double area = environment.cell_m * environment.cell_m;
  soil.nutrient.assign(count, units_of(environment.nutrients * area));
  soil.litter.assign(count, units_of(environment.organic * area));
  soil.moisture.assign(count, static_cast<float>(environment.moisture));
  ecology.colony.assign(scenario.species.size(), 1);
  ecology.brought_nutrient = units_of(environment.nutrients * area) * count;
  ecology.brought_organic = units_of(environment.organic * area) * count;
  return ecology;
}

std::uint32_t matter_max(const WorldState& state, SpeciesIndex species) {
  return std::max(1u, body_units(state.scenario.species[species].matter));
}

std::uint32_t body_matter(const WorldState& state, SpeciesIndex species) {
  const SpeciesSpec& spec = state.scenario.species[species];
  if (spec.kind != Kind::kAgent) return 0;
  const bool many = spec.traits && spec.traits->strategy == Strategy::kMany;
  return body_units(spec.matter * (many ? kBodyShareMany : kBodyShareFew));
}

void show_matter(WorldState& state, std::uint32_t row) {
  const SpeciesIndex species = state.columns.species[row];
  const double body = body_matter(state, species);
  const double room = matter_max(state, species) - body;
  const double share = (state.ecology->bodies.matter[row] - body) / room;
  const auto shown = static_cast<float>(std::clamp(share, 0.0, 1.0));
  if (state.rules[species].kind == Kind::kAgent) {
    state.columns.hunger[row] = 1 - shown;
  } else if (state.rules[species].kind == Kind::kPlant) {
    state.columns.energy[row] = shown;
  }
}

void resize_bodies(WorldState& state) {
  for_each_body_column(state.ecology->bodies, [&](std::string_view, auto& column) {
    column.resize(state.columns.size(), 0);
  });
}

void bring_matter(WorldState& state, std::uint32_t row) {
  const SpeciesIndex species = state.columns.species[row];
  const Kind kind = state.rules[species].kind;
  if (kind != Kind::kAgent && kind != Kind::kPlant) return;
  const double filled = kind == Kind::kAgent ? 1 - double{state.columns.hunger[row]}
                                             : double{state.columns.energy[row]};
  const std::uint32_t body = body_matter(state, species);
  const double reserve = filled * (matter_max(state, species) - body);
  const std::uint32_t units = body + static_cast<std::uint32_t>(reserve);
  state.ecology->brought_organic += units;
  give_matter(state, row, units);
}

void give_matter(WorldState& state, std::uint32_t row, std::uint32_t units) {
  state.ecology->bodies.matter[row] += units;
  show_matter(state, row);
}

void leave_matter(WorldState& state, std::uint32_t row) {
  Ecology& ecology = *state.ecology;
  shed(state, row, ecology.bodies.matter[row]);
  for_each_body_column(ecology.bodies, [&](std::string_view, auto& column) { column[row] = 0; });
}

std::uint32_t shed(WorldState& state, std::uint32_t row, std::uint32_t units) {
  Ecology& ecology = *state.ecology;
  const std::uint32_t lost = std::min(units, ecology.bodies.matter[row]);
  ecology.bodies.matter[row] -= lost;
  ecology.soil.litter[cell_of_row(state, row)] += lost;
  return lost;
}

std::uint32_t excrete(WorldState& state, std::uint32_t row, std::uint32_t units) {
  Ecology& ecology = *state.ecology;
  const std::uint32_t lost = std::min(units, ecology.bodies.matter[row]);
  ecology.bodies.matter[row] -= lost;
  ecology.soil.nutrient[cell_of_row(state, row)] += lost;
  ecology.mineralised += lost;
  return lost;
}

}  // namespace cherub::engine
