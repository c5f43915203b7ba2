#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "engine/economy/town.h"
#include "engine/field_checks.h"
#include "engine/scenario_fields.h"
#include "engine/scenario_settings.h"
#include "engine/seen_map.h"
#include "engine/society.h"
#include "engine/voxel_movement.h"
#include "engine/voxel_worlds.h"
#include "engine/world.h"
#include "engine/yaml_reader.h"

namespace cherub::engine {
namespace {

using base::Result;

constexpr std::size_t kNameBytesMax = 32;
constexpr std::size_t kListEntriesMax = 64;
constexpr std::uint32_t kFlatSideMax = 4096;
constexpr std::uint32_t kMazeSideMin = 5, kMazeSideMax = 513;
constexpr std::uint32_t kTowerSideMin = 13;  // two rooms
constexpr std::uint32_t kHeightMax = 16;
constexpr std::uint32_t kHandsMax = 10'000;
constexpr double kWaterDensityMax = 0.5;

Result<void> is_name(const std::string& where, const std::string& name) {
  if (is_plain_name(name)) return {};
  return invalid(where, "Must be a name of a-z, 0-9 and _, at most " +
                            std::to_string(kNameBytesMax) + " long, beginning with a letter.");
}

std::string item(const char* list, std::size_t at, std::string_view field) {
  return entry_of(list, at) + "." + std::string(field);
}

std::vector<std::string> species_names(const Scenario& scenario) {
  std::vector<std::string> names;
  for (const SpeciesSpec& species : scenario.species) names.push_back(species.name);
  return names;
}

std::vector<std::string> metric_names(const Scenario& scenario) {
  std::vector<std::string> names;
  for (const MetricSpec& metric : scenario.metrics) names.push_back(metric.name);
  return names;
}

// Returns the first failure among several checks.
class Checks {
 public:
  Checks& operator<<(Result<void> outcome) {
    if (first_.ok() && !outcome.ok()) first_ = std::move(outcome);
    return *this;
  }
  [[nodiscard]] const Result<void>& first() const { return first_; }

 private:
  Result<void> first_;
};

Result<void> check_terrain(const TerrainSpec& terrain) {
  Checks checks;
  checks << is_known("terrain.generator", terrain.generator, generator_names());
  const bool maze = terrain.generator == "maze", voxels = is_voxel_world(terrain.generator);
  const bool tower = terrain.generator == "tower";
  const double low = maze ? kMazeSideMin : tower ? kTowerSideMin : voxels ? kVoxelSideMin : 1;
  const double high = maze ? kMazeSideMax : voxels ? kVoxelSideMax : kFlatSideMax;
  checks << in_range("terrain.width", terrain.width, low, high)
         << in_range("terrain.depth", terrain.depth, low, high)
         << in_range("terrain.height", terrain.height, voxels ? kVoxelHeightMin : 1, kHeightMax)
         << in_range("terrain.openness", terrain.openness, 0, 1)
         << in_range("terrain.hazard_density", terrain.hazard_density, 0, 1)
         << in_range("terrain.water_density", terrain.water_density, 0, kWaterDensityMax);
  if (maze && (terrain.width % 2 == 0 || terrain.depth % 2 == 0)) {
    checks << invalid("terrain", "Width and depth of a maze must be odd.");
  }
  const bool generated = maze || voxels;
  if (!generated && (terrain.openness != 0 || terrain.hazard_density != 0)) {
    checks << invalid("terrain",
                      "openness and hazard_density belong to maze, caves, town and tower.");
  }
  if (generated && terrain.water_density != 0) {
    checks << invalid("terrain.water_density", "Belongs to the flat generator.");
  }
  return checks.first();
}

std::vector<std::string> role_names(const Scenario& scenario) {
  std::vector<std::string> names;
  for (const RoleSpec& role : scenario.roles) names.push_back(role.name);
  return names;
}

Result<void> check_roles(const Scenario& scenario) {
  Checks checks;
  if (scenario.roles.size() > kRolesMax) {
    return invalid("roles", "Must list at most " + std::to_string(kRolesMax) + " roles.");
  }
  const std::vector<std::string> names = role_names(scenario);
  std::vector<std::string> abilities;
  for (std::size_t i = 0; i < scenario.roles.size(); ++i) {
    const RoleSpec& role = scenario.roles[i];
    checks << is_name(item("roles", i, "name"), role.name);
    if (std::count(names.begin(), names.begin() + std::ptrdiff_t(i), role.name) > 0) {
      checks << invalid(item("roles", i, "name"), quoted(role.name) + " is listed twice.");
    }
    for (std::size_t j = 0; j < role.abilities.size(); ++j) {
      const std::string where = item("roles", i, "abilities[" + std::to_string(j) + "]");
      checks << is_name(where, role.abilities[j]);
      if (std::count(role.abilities.begin(), role.abilities.end(), role.abilities[j]) > 1) {
        checks << invalid(where, "Listed twice.");
      }
      abilities.push_back(role.abilities[j]);
    }
  }
  std::sort(abilities.begin(), abilities.end());
  abilities.erase(std::unique(abilities.begin(), abilities.end()), abilities.end());
  if (abilities.size() > kAbilitiesMax) {
    checks << invalid("roles", "A world has at most " + std::to_string(kAbilitiesMax) +
                                   " abilities; these roles name " +
                                   std::to_string(abilities.size()) + ".");
  }
  return checks.first();
}

// How a species gets about.
Result<void> check_gait(const Scenario& scenario, std::size_t i) {
  Checks checks;
  const SpeciesSpec& species = scenario.species[i];
  checks << in_range(item("species", i, "climb"), species.gait.climb, 0, kClimbMax);
  if (species.gait.climb > 0 && species.gait.motion != Motion::kWalk) {
    checks << invalid(item("species", i, "climb"), "Only a species with motion: walk climbs.");
  }
  if (species.gait.motion != Motion::kPlane &&
      std::max(species.speed, species.lift) > kVoxelStepMax * scenario.tick_rate) {
    checks << invalid(item("species", i, "speed"),
                      "Who walks or flies goes at most " + plain_number(kVoxelStepMax) +
                          " m in a tick, for speed and for lift: " +
                          plain_number(kVoxelStepMax * scenario.tick_rate) + " m/s here.");
  }
  if (species.route != Route::kNone && species.kind != Kind::kTarget &&
      species.kind != Kind::kObstacle) {
    checks << invalid(item("species", i, "route"),
                      "Only a species with kind: target or obstacle goes about by itself.");
  }
  if (species.contact_damage > 0 && species.kind != Kind::kObstacle) {
    checks << invalid(item("species", i, "contact_damage"),
                      "Only a species with kind: obstacle has this.");
  }
  const bool finds_its_way = species.gait.motion == Motion::kFly ||
                             (species.gait.motion == Motion::kWalk && species.gait.climb > 0);
  if (is_voxel_world(scenario.terrain.generator) && species.name == scenario.agent_species &&
      !finds_its_way) {
    checks << invalid(item("species", i, "motion"),
                      "In caves, towns and towers agents fly, or walk with climb: 1.");
  }
  return checks.first();
}

// What only agents have.
Result<void> check_agent_fields(const Scenario& scenario, std::size_t i) {
  Checks checks;
  const SpeciesSpec& species = scenario.species[i];
  checks << in_range(item("species", i, "hands"), species.hands, 0, kHandsMax);
  if (!species.role.empty()) {
    checks << is_known(item("species", i, "role"), species.role, role_names(scenario));
  }
  if (!species.role.empty() && species.kind != Kind::kAgent) {
    checks << invalid(item("species", i, "role"), "Only a species with kind: agent has this.");
  }
  if (species.hands > 0 && species.kind != Kind::kAgent && species.kind != Kind::kPlace) {
    checks << invalid(item("species", i, "hands"),
                      "Only a species with kind: agent or kind: place has this.");
  }
  return checks.first();
}

Result<void> check_species(const Scenario& scenario) {
  Checks checks;
  if (scenario.species.empty() || scenario.species.size() > kSpeciesMax) {
    return invalid("species", "Must list 1 to " + std::to_string(kSpeciesMax) + " species.");
  }
  const std::vector<std::string> names = species_names(scenario);
  for (std::size_t i = 0; i < scenario.species.size(); ++i) {
    const SpeciesSpec& species = scenario.species[i];
    checks << is_name(item("species", i, "name"), species.name);
    if (std::find(names.begin(), names.begin() + std::ptrdiff_t(i), species.name) !=
        names.begin() + std::ptrdiff_t(i)) {
      checks << invalid(item("species", i, "name"), quoted(species.name) + " is listed twice.");
    }
    for (const SpeciesNumber& number : kSpeciesNumbers) {
      checks << in_range(item("species", i, number.name), species.*number.member, number.low,
                         number.high);
    }
    checks << in_range(item("species", i, "population_max"), species.population_max, 0,
                       kEntitiesMax);
    checks << check_agent_fields(scenario, i) << check_gait(scenario, i);
    for (std::size_t j = 0; j < species.diet.size(); ++j) {
      checks << is_known(item("species", i, "diet[" + std::to_string(j) + "]"), species.diet[j],
                         names);
    }
  }
  checks << is_known("agent_species", scenario.agent_species, names);
  const auto agents = scenario.find_species(scenario.agent_species);
  if (agents && scenario.species[*agents].kind != Kind::kAgent) {
    checks << invalid("agent_species", "Must be a species with kind: agent.");
  }
  return checks.first();
}

Result<void> check_spawns(const Scenario& scenario) {
  Checks checks;
  std::uint64_t total = 0;
  if (scenario.spawns.size() > kListEntriesMax) return invalid("spawns", "Too many entries.");
  for (std::size_t i = 0; i < scenario.spawns.size(); ++i) {
    const SpawnSpec& spawn = scenario.spawns[i];
    checks << is_known(item("spawns", i, "species"), spawn.species, species_names(scenario))
           << is_known(item("spawns", i, "place"), spawn.place, place_names())
           << in_range(item("spawns", i, "count"), spawn.count, 0, kEntitiesMax);
    const bool of_generator = spawn.place == "start" || spawn.place == "target";
    if (of_generator && scenario.terrain.generator == "flat") {
      checks << invalid(item("spawns", i, "place"),
                        quoted(spawn.place) + " exists only in a maze, caves, a town or a tower.");
    }
    if (is_town_place(spawn.place) && scenario.terrain.generator != "flat") {
      checks << invalid(item("spawns", i, "place"),
                        quoted(spawn.place) + " exists on flat ground only.");
    }
    if (!spawn.role.empty()) {
      checks << is_known(item("spawns", i, "role"), spawn.role, role_names(scenario));
    }
    total += spawn.count;
  }
  checks << in_range("spawns", static_cast<double>(total), 0, kEntitiesMax);
  return checks.first();
}

Result<void> check_metrics(const Scenario& scenario) {
  Checks checks;
  if (scenario.metrics.empty() || scenario.metrics.size() > kListEntriesMax) {
    return invalid("metrics", "Must list 1 to " + std::to_string(kListEntriesMax) + " metrics.");
  }
  const std::vector<std::string> names = metric_names(scenario);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const MetricSpec& metric = scenario.metrics[i];
    checks << is_known(item("metrics", i, "name"), metric.name, recorder_names())
           << in_range(item("metrics", i, "weight"), metric.weight, 0, 1e6)
           << in_range(item("metrics", i, "scale"), metric.scale, 1e-9, 1e9)
           << in_range(item("metrics", i, "guard"), metric.guard, 0,
                       std::numeric_limits<double>::infinity());
    if (std::count(names.begin(), names.end(), metric.name) > 1) {
      checks << invalid(item("metrics", i, "name"), quoted(metric.name) + " is listed twice.");
    }
  }
  checks << is_known("success.metric", scenario.success.metric, names)
         << is_known("success.op", scenario.success.op, {"<", "<=", ">", ">=", "=="})
         << in_range("success.value", scenario.success.value, -1e9, 1e9);
  return checks.first();
}

Result<void> check_actions(const Scenario& scenario) {
  Checks checks;
  if (scenario.goals.size() > kListEntriesMax) checks << invalid("goals", "Too many entries.");
  for (std::size_t i = 0; i < scenario.actions.size(); ++i) {
    const std::string where = "actions[" + std::to_string(i) + "]";
    checks << is_known(where, scenario.actions[i], action_names());
    if (std::count(scenario.actions.begin(), scenario.actions.end(), scenario.actions[i]) > 1) {
      checks << invalid(where, "Listed twice.");
    }
  }
  return checks.first();
}

// What agents remember of what they saw takes a bit for each voxel.
Result<void> check_map(const Scenario& scenario) {
  if (!scenario.keeps_map) return {};
  const TerrainSpec& terrain = scenario.terrain;
  const double voxels = 1.0 * terrain.width * terrain.depth * terrain.height;
  if (voxels <= kMapVoxelsMax) return {};
  return invalid("senses.map", "Agents remember at most " + std::to_string(kMapVoxelsMax) +
                                   " voxels; this world has more.");
}

Result<void> check_curriculum(const Scenario& scenario, std::size_t i) {
  Checks checks;
  const Curriculum& curriculum = scenario.curricula[i];
  checks << is_name(item("curricula", i, "name"), curriculum.name)
         << in_range(item("curricula", i, "steps"), static_cast<double>(curriculum.steps.size()), 1,
                     kListEntriesMax);
  for (std::size_t j = 0; j < curriculum.steps.size(); ++j) {
    const CurriculumStep& step = curriculum.steps[j];
    const std::string where = item("curricula", i, "steps[" + std::to_string(j) + "]");
    checks << is_name(where + ".name", step.name)
           << in_range(where + ".advance", step.advance, 0, 1);
    for (const std::string& setting : step.set) {
      if (const auto parsed = parse_setting(setting); !parsed) {
        checks << invalid(where + ".set", parsed.error().message);
      }
    }
  }
  return checks.first();
}

Result<void> check_difficulty(const Scenario& scenario) {
  Checks checks;
  if (scenario.settings.size() > kListEntriesMax) return invalid("settings", "Too many entries.");
  if (scenario.curricula.size() > kListEntriesMax) return invalid("curricula", "Too many entries.");
  for (std::size_t i = 0; i < scenario.settings.size(); ++i) {
    const SettingSpec& setting = scenario.settings[i];
    if (const auto parsed = parse_setting(setting.field + "=0"); !parsed) {
      checks << invalid(item("settings", i, "field"), parsed.error().message);
    }
    checks << in_range(item("settings", i, "high"), setting.high, setting.low, 1e9);
  }
  for (std::size_t i = 0; i < scenario.curricula.size(); ++i)
    checks << check_curriculum(scenario, i);
  return checks.first();
}

}  // namespace

bool is_plain_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  const bool starts = !name.empty() && name[0] >= 'a' && name[0] <= 'z';
  return starts && name.size() <= kNameBytesMax && std::all_of(name.begin(), name.end(), fits);
}

base::Result<void> check_scenario(const Scenario& scenario) {
  Checks checks;
  checks << is_name("name", scenario.name) << in_range("tick_rate", scenario.tick_rate, 0.1, 1000)
         << in_range("episode_s", scenario.episode_s, 0.001, 1e6)
         << in_range("hazard_damage", scenario.hazard_damage, 0, 1000)
         << check_terrain(scenario.terrain) << check_roles(scenario) << check_species(scenario)
         << check_spawns(scenario) << check_metrics(scenario) << check_actions(scenario)
         << check_difficulty(scenario) << check_map(scenario) << check_ecology_of(scenario)
         << check_economy(scenario);
  return checks.first();
}

}  // namespace cherub::engine
