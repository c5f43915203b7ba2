#include <algorithm>

#include "engine/economy/town.h"
#include "engine/scenario_fields.h"
#include "engine/yaml_reader.h"

namespace cherub::engine {
namespace {

void read_terrain(FieldReader& fields, TerrainSpec& terrain) {
  fields.text("generator", terrain.generator);
  fields.integer("width", terrain.width);
  fields.integer("depth", terrain.depth);
  fields.integer("height", terrain.height);
  fields.number("openness", terrain.openness);
  fields.number("hazard_density", terrain.hazard_density);
  fields.number("water_density", terrain.water_density);
}

void read_species(FieldReader& fields, double tick_rate, SpeciesSpec& species) {
  fields.require("name");
  fields.text("name", species.name);
  std::size_t kind = 0;
  fields.choice("kind", {"agent", "plant", "target", "item", "obstacle", "place"}, kind);
  species.kind = static_cast<Kind>(kind);
  read_traits(fields, tick_rate, species);
  read_ecology_fields(fields, species);
  fields.texts("diet", species.diet);
  fields.integer("density_max", species.density_max);
  fields.integer("population_max", species.population_max);
  fields.integer("hands", species.hands);
  fields.text("role", species.role);
  std::size_t motion = 0, route = 0;
  fields.choice("motion", {"plane", "walk", "fly"}, motion);
  species.gait.motion = static_cast<Motion>(motion);
  std::uint32_t climb = 0;
  fields.integer("climb", climb);
  // What does not fit is out of range just the same.
  species.gait.climb = static_cast<std::int32_t>(std::min(climb, 0x7fffffffu));
  fields.choice("route", {"none", "beat", "roam"}, route);
  species.route = static_cast<Route>(route);
  for (const SpeciesNumber& number : kSpeciesNumbers) {
    fields.number(number.name, species.*number.member);
  }
  read_belongings(fields, species);
}

void read_role(FieldReader& fields, RoleSpec& role) {
  fields.require("name");
  fields.text("name", role.name);
  fields.texts("abilities", role.abilities);
  std::size_t may_request = 0;
  fields.choice("may_request", {"false", "true"}, may_request);
  role.may_request = may_request == 1;
}

void read_senses(FieldReader& fields, Scenario& scenario) {
  std::size_t walls = 0, map = 0;
  fields.choice("walls", {"auto", "block", "ignore"}, walls);
  fields.choice("map", {"false", "true"}, map);
  scenario.walls = static_cast<WallSight>(walls);
  scenario.keeps_map = map == 1;
}

void read_setting(FieldReader& fields, SettingSpec& setting) {
  for (const char* key : {"field", "low", "high"}) fields.require(key);
  fields.text("field", setting.field);
  fields.number("low", setting.low);
  fields.number("high", setting.high);
  fields.text("description", setting.description);
}

void read_step(FieldReader& fields, CurriculumStep& step) {
  fields.require("name");
  fields.text("name", step.name);
  fields.texts("set", step.set);
  fields.number("advance", step.advance);
}

void read_curriculum(FieldReader& fields, Curriculum& curriculum) {
  fields.require("name");
  fields.text("name", curriculum.name);
  fields.text("description", curriculum.description);
  fields.objects("steps",
                 [&](FieldReader& inner) { read_step(inner, curriculum.steps.emplace_back()); });
}

void read_spawn(FieldReader& fields, SpawnSpec& spawn) {
  fields.require("species");
  fields.text("species", spawn.species);
  fields.integer("count", spawn.count);
  fields.text("place", spawn.place);
  fields.text("role", spawn.role);
  fields.text("per", spawn.per);
  fields.number("share", spawn.share);
  std::size_t scarce = 0;
  fields.choice("scarce", {"false", "true"}, scarce);
  spawn.scarce = scarce == 1;
}

void read_metric(FieldReader& fields, MetricSpec& metric) {
  fields.require("name");
  fields.text("name", metric.name);
  fields.text("unit", metric.unit);
  std::size_t better = 0;
  fields.choice("better", {"higher", "lower"}, better);
  metric.better = better == 0 ? Better::kHigher : Better::kLower;
  fields.text("description", metric.description);
  fields.texts("words", metric.words);
  fields.number("weight", metric.weight);
  fields.number("scale", metric.scale);
  fields.number("guard", metric.guard);
}

void read_success(FieldReader& fields, SuccessPredicate& success) {
  fields.require("metric");
  fields.text("metric", success.metric);
  fields.text("op", success.op);
  fields.number("value", success.value);
}

void read_scenario(FieldReader& fields, Scenario& scenario) {
  for (const char* key : {"name", "species", "metrics", "success", "agent_species"}) {
    fields.require(key);
  }
  fields.text("name", scenario.name);
  fields.text("title", scenario.title);
  fields.text("description", scenario.description);
  fields.number("tick_rate", scenario.tick_rate);
  fields.number("episode_s", scenario.episode_s);
  fields.number("hazard_damage", scenario.hazard_damage);
  fields.object("terrain", [&](FieldReader& inner) { read_terrain(inner, scenario.terrain); });
  fields.object("senses", [&](FieldReader& inner) { read_senses(inner, scenario); });
  fields.object("environment", [&](FieldReader& inner) {
    read_environment(inner, scenario.environment.emplace());
  });
  fields.objects("species", [&](FieldReader& inner) {
    read_species(inner, scenario.tick_rate, scenario.species.emplace_back());
  });
  fields.objects("spawns",
                 [&](FieldReader& inner) { read_spawn(inner, scenario.spawns.emplace_back()); });
  fields.objects("metrics",
                 [&](FieldReader& inner) { read_metric(inner, scenario.metrics.emplace_back()); });
  fields.object("success", [&](FieldReader& inner) { read_success(inner, scenario.success); });
  fields.texts("goals", scenario.goals);
  fields.object("economy",
                [&](FieldReader& inner) { read_economy(inner, scenario.economy.emplace()); });
  fields.objects("roles",
                 [&](FieldReader& inner) { read_role(inner, scenario.roles.emplace_back()); });
  scenario.actions = action_names();  // all of them, unless the text says which
  fields.texts("actions", scenario.actions);
  fields.objects("settings", [&](FieldReader& inner) {
    read_setting(inner, scenario.settings.emplace_back());
  });
  fields.objects("curricula", [&](FieldReader& inner) {
    read_curriculum(inner, scenario.curricula.emplace_back());
  });
  fields.text("agent_species", scenario.agent_species);
  fields.finish();
  count_heads(scenario);
}

}  // namespace

base::Result<Scenario> parse_scenario(std::string_view yaml) {
  base::Result<YAML::Node> document = load_yaml(yaml, kScenarioBytesMax);
  if (!document) return document.error();
  Scenario scenario;
  std::optional<base::Error> error;
  try {
    FieldReader fields(*document, "", error);
    if (!error) read_scenario(fields, scenario);
  } catch (const std::exception& failure) {
    return base::Error{base::ErrorCode::kInvalidArgument, failure.what(), "YAML"};
  }
  if (error) return *error;
  if (const base::Result<void> checked = check_scenario(scenario); !checked) {
    return checked.error();
  }
  scenario.yaml = std::string(yaml);
  return scenario;
}

}  // namespace cherub::engine
