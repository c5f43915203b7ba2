#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/scenario.h"

namespace cherub::engine {

// The numeric fields of a species with their ranges: read by scenario_parse, checked by
// scenario_check.
struct SpeciesNumber {
  std::string_view name;
  double SpeciesSpec::*member;
  double low, high;
};

// Bounds the window of a path search and the ring of a query.
inline constexpr double kSenseRadiusMax = 64;

inline constexpr SpeciesNumber kSpeciesNumbers[] = {
    {"speed", &SpeciesSpec::speed, 0, 50},
    {"sense_radius", &SpeciesSpec::sense_radius, 0, kSenseRadiusMax},
    {"reach", &SpeciesSpec::reach, 0, 10},
    {"radius", &SpeciesSpec::radius, 0.01, 0.45},  // a body fits a corridor one voxel wide
    {"hunger_rate", &SpeciesSpec::hunger_rate, 0, 10},
    {"energy_rate", &SpeciesSpec::energy_rate, 0, 10},
    {"thirst_rate", &SpeciesSpec::thirst_rate, 0, 10},
    {"starve_rate", &SpeciesSpec::starve_rate, 0, 10},
    {"food_value", &SpeciesSpec::food_value, 0, 1},
    {"rest_rate", &SpeciesSpec::rest_rate, 0, 10},
    {"growth_rate", &SpeciesSpec::growth_rate, 0, 10},
    {"spread_rate", &SpeciesSpec::spread_rate, 0, 10},
    {"spread_radius", &SpeciesSpec::spread_radius, 0, 32},
    {"density_radius", &SpeciesSpec::density_radius, 0, 16},
    {"reproduce_energy", &SpeciesSpec::reproduce_energy, 0, 1},
    {"reproduce_age_s", &SpeciesSpec::reproduce_age_s, 0, 1e6},
    {"lifetime_s", &SpeciesSpec::lifetime_s, 0, 1e6},
    {"lift", &SpeciesSpec::lift, 0, 50},
    {"turn_rate", &SpeciesSpec::turn_rate, 0, 1000},
    {"view_angle", &SpeciesSpec::view_angle, 10, 360},
    {"contact_damage", &SpeciesSpec::contact_damage, 0, 1000},
    {"matter", &SpeciesSpec::matter, 1e-3, 1000},
    {"drain_rate", &SpeciesSpec::drain_rate, 0, 10},
    {"drive_rate", &SpeciesSpec::drive_rate, 0, 10},
    {"parch_rate", &SpeciesSpec::parch_rate, 0, 10},
    {"graze_relief", &SpeciesSpec::graze_relief, 0, 1000},
    {"prey_relief", &SpeciesSpec::prey_relief, 0, 1000},
    {"nectar_relief", &SpeciesSpec::nectar_relief, 0, 1000},
    {"birth_cost", &SpeciesSpec::birth_cost, 0, 1000},
    {"clutch", &SpeciesSpec::clutch, 1, 100},
    {"mating_radius", &SpeciesSpec::mating_radius, 0, kSenseRadiusMax},
    {"catch_chance", &SpeciesSpec::catch_chance, 0, 1},
    {"canopy", &SpeciesSpec::canopy, 0, 16},
    {"price", &SpeciesSpec::price, 0, 1e6},
};

const std::vector<std::string>& generator_names();
const std::vector<std::string>& place_names();
const std::vector<std::string>& action_names();
// What EpisodeMetrics can compute.
const std::vector<std::string>& recorder_names();

// ecology/scenario_ecology.cpp: the fields of a species that ecosystems add, and `environment`. A
// species' traits come first, so that what is said beside them counts.
class FieldReader;
void read_traits(FieldReader& fields, double tick_rate, SpeciesSpec& species);
void read_ecology_fields(FieldReader& fields, SpeciesSpec& species);
void read_environment(FieldReader& fields, EnvironmentSpec& environment);
base::Result<void> check_ecology_of(const Scenario& scenario);

// A name of a-z, 0-9 and _, at most 32 long, beginning with a letter.
bool is_plain_name(std::string_view name);

// economy/economy_parse.cpp
class FieldReader;
void read_belongings(FieldReader& fields, SpeciesSpec& species);
void read_economy(FieldReader& fields, EconomySpec& economy);
// economy/economy_check.cpp: all of a scenario that an economy has to do with.
base::Result<void> check_economy(const Scenario& scenario);

// Everything a world relies on: ranges, references by name, sums. Errors name the field path.
base::Result<void> check_scenario(const Scenario& scenario);

}  // namespace cherub::engine
