#include "engine/ecology/traits.h"

#include <algorithm>
#include <cmath>

#include "engine/scenario.h"

namespace cherub::engine {
namespace {

constexpr double kMetabolism = 0.03738;
constexpr double kRootedShare = 0.1;
constexpr double kMoveDrain = 0.005;  // energy per s of movement, beyond the drain

// std::pow may differ in its last bits from one C library to the next; six digits do not.
double power(double base, double exponent) {
  const double exact = std::pow(base, exponent);
  const double unit = std::pow(10.0, std::floor(std::log10(exact)) - 6);
  return std::round(exact / unit) * unit;
}

double speed_of(const SpeciesTraits& traits) {
  switch (traits.locomotion) {
    case Locomotion::kWalker:
      return 0.67 * power(traits.mass_kg, 0.25);
    case Locomotion::kInsect:
      return 3.0 * power(traits.mass_kg, 0.17);
    case Locomotion::kBird:
      return 4.0 * power(traits.mass_kg, 0.17);
    case Locomotion::kRooted:
      break;
  }
  return 0;
}

void apply_to_animal(const SpeciesTraits& traits, double generation_s, SpeciesSpec& species) {
  const double b = metabolism_of(traits);
  const bool many = traits.strategy == Strategy::kMany;
  species.speed = speed_of(traits);
  species.sense_radius = std::max(0.895 * power(traits.mass_kg, 0.5), 3.0) * traits.senses;
  species.reach = 1.5;
  species.radius = std::clamp(0.1 * power(traits.mass_kg, 0.25), 0.05, 0.3);
  species.hunger_rate = std::max(0.015 * b, 0.008);
  species.thirst_rate = std::max(0.020 * b, 0.003);
  species.energy_rate = kMoveDrain;
  species.drain_rate = std::max(0.020 * b, 0.005);
  species.rest_rate = species.drain_rate + std::max(0.030 * b, 0.010);
  species.drive_rate = std::max(0.005 * b, 0.003) * (many ? 3 : 1);
  species.starve_rate = std::max(0.010 * b, 0.003);
  species.parch_rate = std::max(0.015 * b, 0.003);
  species.graze_relief = std::max(0.15 * b, 0.05);
  species.prey_relief = std::max(0.67 * b, 0.10);
  species.nectar_relief = std::max(0.52 * b, 0.25);
  species.birth_cost = std::max(0.3 * b, 0.1);
  species.reproduce_age_s = 0.3 * generation_s;
}

void apply_to_plant(const SpeciesTraits& traits, double generation_s, SpeciesSpec& species) {
  const bool many = traits.strategy == Strategy::kMany;
  species.growth_rate = 1 / (0.8 * generation_s);
  species.spread_rate = (many ? 4 : 2) / generation_s;
  species.spread_radius = std::max({traits.runner_m, traits.spores_m, 2 * traits.canopy_m});
  species.density_radius = std::max(1.5, traits.canopy_m);
  species.canopy = traits.canopy_m;
  species.parch_rate = 4 / generation_s;
  species.decomposer = traits.thermoregulation == Thermoregulation::kDecomposer;
}

}  // namespace

double metabolism_of(const SpeciesTraits& traits) {
  switch (traits.thermoregulation) {
    case Thermoregulation::kEndotherm:
      return kMetabolism * power(traits.mass_kg, 0.75);
    case Thermoregulation::kEctotherm:
      return kMetabolism * power(traits.mass_kg, 0.69);
    case Thermoregulation::kAutotroph:
    case Thermoregulation::kDecomposer:
      break;
  }
  return kRootedShare * kMetabolism * power(traits.mass_kg, 0.75);
}

bool is_ectotherm(const SpeciesSpec& species) {
  return species.traits && species.traits->thermoregulation == Thermoregulation::kEctotherm;
}

void apply_traits(const SpeciesTraits& traits, double tick_rate, SpeciesSpec& species) {
  const double generation_s = traits.generation_ticks / tick_rate;
  species.traits = traits;
  species.matter = power(traits.mass_kg, 0.25);
  species.clutch = traits.clutch;
  species.lifetime_s = 2.5 * generation_s;
  if (traits.locomotion == Locomotion::kRooted) {
    apply_to_plant(traits, generation_s, species);
  } else {
    apply_to_animal(traits, generation_s, species);
  }
}

}  // namespace cherub::engine
