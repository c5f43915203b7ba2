#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "engine/field_checks.h"
#include "engine/scenario_fields.h"
#include "engine/world.h"
#include "engine/yaml_reader.h"

namespace cherub::engine {
namespace {

using base::Result;

constexpr std::size_t kPondsMax = 64;
constexpr double kMassMax_kg = 1e5, kMassMin_kg = 1e-6;
constexpr double kTicksMax = 1e7;
constexpr std::uint32_t kSideMax = 1024;  // an ecosystem's ground, m

// The numeric fields of an environment with their ranges, by the part that they stand in.
struct EnvironmentNumber {
  std::string_view part, name;
  double EnvironmentSpec::*member;
  double low, high;
};

constexpr EnvironmentNumber kEnvironmentNumbers[] = {
    {"climate", "temperature", &EnvironmentSpec::temperature, -50, 60},
    {"climate", "temperature_swing", &EnvironmentSpec::temperature_swing, 0, 50},
    {"climate", "light", &EnvironmentSpec::light, 0, 1},
    {"climate", "light_swing", &EnvironmentSpec::light_swing, 0, 1},
    {"climate", "humidity", &EnvironmentSpec::humidity, 0, 1},
    {"climate", "wind", &EnvironmentSpec::wind, 0, 4},
    {"climate", "year_s", &EnvironmentSpec::year_s, 1, 1e6},
    {"soil", "cell_m", &EnvironmentSpec::cell_m, 1, 16},
    {"soil", "nutrients", &EnvironmentSpec::nutrients, 0, 100},
    {"soil", "organic", &EnvironmentSpec::organic, 0, 100},
    {"soil", "moisture", &EnvironmentSpec::moisture, 0, 1},
    {"soil", "evaporation", &EnvironmentSpec::evaporation, 0, 1},
    {"soil", "decomposition", &EnvironmentSpec::decomposition, 0, 1},
    {"rain", "interval_s", &EnvironmentSpec::rain_interval_s, 0, 1e6},
    {"rain", "intensity", &EnvironmentSpec::rain_intensity, 0, 1},
    {"rates", "hunger", &EnvironmentSpec::hunger_factor, 0, 100},
    {"rates", "thirst", &EnvironmentSpec::thirst_factor, 0, 100},
    {"rates", "tiring", &EnvironmentSpec::tiring_factor, 0, 100},
    {"rates", "growth", &EnvironmentSpec::growth_factor, 0, 100},
    {"rates", "spread", &EnvironmentSpec::spread_factor, 0, 100},
    {"rates", "breeding", &EnvironmentSpec::breeding_factor, 0, 100},
    {"rates", "catch", &EnvironmentSpec::catch_factor, 0, 100},
    {"randomize", "jitter", &EnvironmentSpec::jitter, 0, 0.9},
};
constexpr std::string_view kParts[] = {"climate", "soil", "rain", "rates", "randomize"};

std::vector<std::string> names_of_kind(const Scenario& scenario, Kind kind) {
  std::vector<std::string> names;
  for (const SpeciesSpec& species : scenario.species) {
    if (species.kind == kind) names.push_back(species.name);
  }
  return names;
}

Result<void> check_traits(const std::string& path, const SpeciesSpec& species) {
  const SpeciesTraits& traits = *species.traits;
  const bool rooted = traits.locomotion == Locomotion::kRooted;
  if (rooted != (species.kind == Kind::kPlant)) {
    return invalid(path + ".traits.locomotion", "Plants are rooted, and agents are not.");
  }
  if (auto good = in_range(path + ".traits.clutch", traits.clutch, 1, 100); !good) return good;
  for (const auto& [name, metres] : {std::pair{".traits.runner_m", traits.runner_m},
                                     {".traits.spores_m", traits.spores_m},
                                     {".traits.canopy_m", traits.canopy_m}}) {
    if (auto good = in_range(path + name, metres, 0, 16); !good) return good;
  }
  return in_range(path + ".traits.senses", traits.senses, 0, 10);
}

Result<void> check_species_of(const Scenario& scenario, std::size_t i) {
  const SpeciesSpec& species = scenario.species[i];
  const std::string path = "species[" + std::to_string(i) + "]";
  if (species.traits) {
    if (auto good = check_traits(path, species); !good) return good;
  }
  const std::vector<std::string> plants = names_of_kind(scenario, Kind::kPlant);
  for (std::size_t j = 0; j < species.pollinates.size(); ++j) {
    auto known = is_known(entry_of(path + ".pollinates", j), species.pollinates[j], plants);
    if (!known) return known;
  }
  if (!species.roost.empty()) {
    if (auto known = is_known(path + ".roost", species.roost, plants); !known) return known;
  }
  if (species.nests && species.roost.empty()) {
    return invalid(path + ".nests", "Needs a roost to nest by.");
  }
  for (auto good : {in_range(path + ".territory_m", species.territory_m, 0, kSenseRadiusMax),
                    in_range(path + ".territory_max", species.territory_max, 1, kEntitiesMax)}) {
    if (!good) return good;
  }
  if (species.policy.empty()) return {};
  if (species.kind != Kind::kAgent) return invalid(path + ".policy", "Only agents have one.");
  return is_known(path + ".policy", species.policy,
                  {std::begin(kDefaultPolicyNames), std::end(kDefaultPolicyNames)});
}

Result<void> check_environment(const Scenario& scenario) {
  const EnvironmentSpec& environment = *scenario.environment;
  for (const EnvironmentNumber& number : kEnvironmentNumbers) {
    auto good = in_range("environment." + std::string(number.part) + "." + std::string(number.name),
                         environment.*number.member, number.low, number.high);
    if (!good) return good;
  }
  const TerrainSpec& terrain = scenario.terrain;
  if (terrain.generator != "flat") {
    return invalid("environment", "An ecosystem needs terrain.generator: flat.");
  }
  if (terrain.width > kSideMax || terrain.depth > kSideMax) {
    return invalid("terrain", "An ecosystem is at most " + std::to_string(kSideMax) + " m wide.");
  }
  if (environment.water.size() > kPondsMax) {
    return invalid("environment.water", "Must list at most " + std::to_string(kPondsMax) + ".");
  }
  double first = 0, wet = 0;
  for (const SpawnSpec& spawn : scenario.spawns) first += spawn.count * (1 + environment.jitter);
  if (auto good = in_range("spawns", first, 0, kEntitiesMax); !good) return good;
  for (std::size_t i = 0; i < environment.water.size(); ++i) {
    const WaterSource& pond = environment.water[i];
    const std::string path = "environment.water[" + std::to_string(i) + "]";
    for (auto good : {in_range(path + ".x", pond.x, 0, terrain.width),
                      in_range(path + ".y", pond.y, 0, terrain.depth),
                      in_range(path + ".radius", pond.radius, 0.5, kSenseRadiusMax)}) {
      if (!good) return good;
    }
    wet += 4 * pond.radius * pond.radius;
  }
  if (wet > 0.5 * terrain.width * terrain.depth) {
    return invalid("environment.water", "The ponds may take half of the ground at most.");
  }
  return {};
}

}  // namespace

void read_traits(FieldReader& fields, double tick_rate, SpeciesSpec& species) {
  fields.object("traits", [&](FieldReader& inner) {
    SpeciesTraits traits;
    std::size_t heat = 0, locomotion = 0, strategy = 0;
    inner.require("mass_kg");
    inner.number("mass_kg", traits.mass_kg);
    inner.choice("thermoregulation", {"endotherm", "ectotherm", "autotroph", "decomposer"}, heat);
    inner.choice("locomotion", {"rooted", "walker", "insect", "bird"}, locomotion);
    inner.choice("strategy", {"K", "r"}, strategy);
    inner.number("clutch", traits.clutch);
    inner.number("generation_ticks", traits.generation_ticks);
    inner.number("senses", traits.senses);
    inner.number("runner_m", traits.runner_m);
    inner.number("spores_m", traits.spores_m);
    inner.number("canopy_m", traits.canopy_m);
    traits.thermoregulation = static_cast<Thermoregulation>(heat);
    traits.locomotion = static_cast<Locomotion>(locomotion);
    traits.strategy = static_cast<Strategy>(strategy);
    // Out of range they would give no numbers at all.
    if (!(traits.mass_kg >= kMassMin_kg && traits.mass_kg <= kMassMax_kg)) {
      return inner.refuse("mass_kg", "Must be from 0.000001 to 100000 kg.");
    }
    if (!(traits.generation_ticks >= 1 && traits.generation_ticks <= kTicksMax)) {
      return inner.refuse("generation_ticks", "Must be from 1 to 10000000 ticks.");
    }
    apply_traits(traits, tick_rate > 0 ? tick_rate : 1, species);
  });
}

void read_ecology_fields(FieldReader& fields, SpeciesSpec& species) {
  const auto flag = [&](std::string_view name, bool& value) {
    std::size_t choice = value ? 1 : 0;
    fields.choice(name, {"false", "true"}, choice);
    value = choice == 1;
  };
  fields.texts("pollinates", species.pollinates);
  fields.text("roost", species.roost);
  fields.number("territory_m", species.territory_m);
  fields.integer("territory_max", species.territory_max);
  fields.text("policy", species.policy);
  flag("nests", species.nests);
  flag("colony", species.colony);
  flag("decomposer", species.decomposer);
}

void read_environment(FieldReader& fields, EnvironmentSpec& environment) {
  for (const std::string_view part : kParts) {
    fields.object(part, [&](FieldReader& inner) {
      for (const EnvironmentNumber& number : kEnvironmentNumbers) {
        if (number.part == part) inner.number(number.name, environment.*number.member);
      }
    });
  }
  fields.objects("water", [&](FieldReader& inner) {
    WaterSource& pond = environment.water.emplace_back();
    inner.require("x");
    inner.require("y");
    inner.number("x", pond.x);
    inner.number("y", pond.y);
    inner.number("radius", pond.radius);
  });
}

Result<void> check_ecology_of(const Scenario& scenario) {
  if (scenario.environment) {
    if (auto good = check_environment(scenario); !good) return good;
  }
  for (std::size_t i = 0; i < scenario.species.size(); ++i) {
    if (auto good = check_species_of(scenario, i); !good) return good;
  }
  return {};
}

}  // namespace cherub::engine
