#include <cstdio>
#include <memory>
#include <span>
#include <vector>

#include "engine/base/json.h"
#include "engine/scenario.h"
#include "engine/scenario_settings.h"
#include "server/cli/commands.h"
#include "server/cli/json_read.h"
#include "server/cli/scenario_choice.h"
#include "server/cli/text_io.h"

namespace cherub::server::cli {
namespace {

struct ScenarioFlags {
  std::string name;
  std::vector<std::string> settings;
  bool json = false;
};

const char* motion_name(engine::Motion motion) {
  if (motion == engine::Motion::kPlane) return "plane";
  return motion == engine::Motion::kWalk ? "walk" : "fly";
}

const char* direction_name(engine::Better better) {
  return better == engine::Better::kHigher ? "higher" : "lower";
}

std::string texts_json(std::span<const std::string> texts) {
  base::JsonArray array;
  for (const std::string& text : texts) array.add(text);
  return array.text();
}

std::string species_json(const engine::Scenario& scenario) {
  base::JsonArray all;
  for (const engine::SpeciesSpec& species : scenario.species) {
    std::uint32_t count = 0;
    for (const engine::SpawnSpec& spawn : scenario.spawns) {
      if (spawn.species == species.name) count += spawn.count;
    }
    all.raw(base::JsonObject()
                .add("name", species.name)
                .add("kind", engine::kind_name(species.kind))
                .add("motion", motion_name(species.gait.motion))
                .add("count", count)
                .add("speed_m_per_s", species.speed)
                .add("sense_radius_m", species.sense_radius)
                .add("view_angle_deg", species.view_angle)
                .add("turn_rate_rad_per_s", species.turn_rate)
                .text());
  }
  return all.text();
}

std::string metrics_json(const engine::Scenario& scenario) {
  base::JsonArray all;
  for (const engine::MetricSpec& metric : scenario.metrics) {
    base::JsonObject json;
    json.add("name", metric.name)
        .add("unit", metric.unit)
        .add("better", direction_name(metric.better))
        .add("weight", metric.weight)
        .add("scale", metric.scale);
    if (metric.guard < 1e300) json.add("guard", metric.guard);
    json.add("description", metric.description);
    all.raw(json.text());
  }
  return all.text();
}

std::string curricula_json(const engine::Scenario& scenario) {
  base::JsonArray all;
  for (const engine::Curriculum& curriculum : scenario.curricula) {
    base::JsonArray steps;
    for (const engine::CurriculumStep& step : curriculum.steps) {
      steps.raw(base::JsonObject()
                    .add("name", step.name)
                    .raw("set", texts_json(step.set))
                    .add("advance", step.advance)
                    .text());
    }
    all.raw(base::JsonObject()
                .add("name", curriculum.name)
                .add("description", curriculum.description)
                .raw("steps", steps.text())
                .text());
  }
  return all.text();
}

std::string scenario_json(const engine::Scenario& scenario) {
  base::JsonArray settings;
  for (const engine::SettingSpec& setting : scenario.settings) {
    settings.raw(base::JsonObject()
                     .add("field", setting.field)
                     .add("low", setting.low)
                     .add("high", setting.high)
                     .add("description", setting.description)
                     .text());
  }
  const engine::TerrainSpec& terrain = scenario.terrain;
  return base::JsonObject()
      .add("name", scenario.name)
      .add("title", scenario.title)
      .add("description", scenario.description)
      .add("tick_rate", scenario.tick_rate)
      .add("episode_s", scenario.episode_s)
      .raw("terrain", base::JsonObject()
                          .add("generator", terrain.generator)
                          .add("width", terrain.width)
                          .add("depth", terrain.depth)
                          .add("height", terrain.height)
                          .text())
      .add("agent_species", scenario.agent_species)
      .raw("species", species_json(scenario))
      .raw("actions", texts_json(scenario.actions))
      .raw("metrics", metrics_json(scenario))
      .raw("success", base::JsonObject()
                          .add("metric", scenario.success.metric)
                          .add("op", scenario.success.op)
                          .add("value", scenario.success.value)
                          .text())
      .raw("goals", texts_json(scenario.goals))
      .raw("settings", settings.text())
      .raw("curricula", curricula_json(scenario))
      .text();
}

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

std::string joined(std::span<const std::string> words, const char* between) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : between) + word;
  return all;
}

std::string species_text(const engine::Scenario& scenario) {
  std::string text = "\nSpecies\n";
  for (const engine::SpeciesSpec& species : scenario.species) {
    text += "  " + species.name + ": " + engine::kind_name(species.kind);
    if (species.name == scenario.agent_species) text += ", which the policy drives";
    if (species.gait.motion == engine::Motion::kWalk) text += ", walks";
    if (species.gait.motion == engine::Motion::kFly) text += ", flies";
    if (species.speed > 0) text += ", " + short_number(species.speed) + " m/s";
    if (species.sense_radius > 0) {
      text += ", senses " + short_number(species.sense_radius) + " m";
    }
    if (species.view_angle < 360) text += ", sees " + short_number(species.view_angle) + " degrees";
    if (species.turn_rate > 0) text += ", turns " + short_number(species.turn_rate) + " rad/s";
    text += "\n";
  }
  return text;
}

std::string metrics_text(const engine::Scenario& scenario) {
  std::string text = "\nMetrics\n";
  for (const engine::MetricSpec& metric : scenario.metrics) {
    text += "  " + metric.name + " [" + metric.unit + "], " + direction_name(metric.better) +
            " is better";
    if (metric.weight != 0) text += ", weight " + short_number(metric.weight);
    if (metric.guard < 1e300) text += ", guard " + short_number(metric.guard);
    text += ": " + metric.description + "\n";
  }
  const engine::SuccessPredicate& success = scenario.success;
  return text + "  success: " + success.metric + " " + success.op + " " +
         short_number(success.value) + "\n";
}

std::string difficulty_text(const engine::Scenario& scenario) {
  std::string text;
  if (!scenario.settings.empty()) text += "\nSettings (--set field=value)\n";
  for (const engine::SettingSpec& setting : scenario.settings) {
    text += "  " + setting.field + ", " + short_number(setting.low) + " to " +
            short_number(setting.high) + ": " + setting.description + "\n";
  }
  for (const engine::Curriculum& curriculum : scenario.curricula) {
    text += "\nCurriculum " + curriculum.name + ": " + curriculum.description + "\n";
    for (const engine::CurriculumStep& step : curriculum.steps) {
      text += "  " + step.name + " (on at " + short_number(step.advance) + ")" +
              (step.set.empty() ? "" : ": ") + joined(step.set, " ") + "\n";
    }
  }
  return text;
}

std::string scenario_text(const engine::Scenario& scenario) {
  const engine::TerrainSpec& terrain = scenario.terrain;
  std::string text = scenario.name + ": " + scenario.title + "\n\n" + scenario.description + "\n";
  text += "\n" + terrain.generator + ", " + std::to_string(terrain.width) + " x " +
          std::to_string(terrain.depth) + " x " + std::to_string(terrain.height) + " m; " +
          short_number(scenario.tick_rate) + " ticks per second; episodes of " +
          short_number(scenario.episode_s) + " s\n";
  text += species_text(scenario);
  text += "\nActions\n  " + joined(scenario.actions, ", ") + "\n";
  text += metrics_text(scenario);
  text += "\nGoals\n";
  for (const std::string& goal : scenario.goals) text += "  " + goal + "\n";
  return text + difficulty_text(scenario);
}

int list(const ScenarioFlags& flags) {
  base::JsonArray all;
  for (const std::string& name : engine::builtin_scenario_names()) {
    const auto scenario = engine::builtin_scenario(name);
    if (!scenario.ok()) {
      print_error(scenario.error());
      return kExitFailed;
    }
    if (flags.json) {
      all.raw(scenario_json(*scenario));
    } else {
      print(name + ": " + joined(scenario->goals, "; ") + "\n");
    }
  }
  if (flags.json) print(all.text() + "\n");
  return kExitOk;
}

int show(const ScenarioFlags& flags) {
  auto scenario = chosen_scenario(flags.name);
  if (scenario.ok()) scenario = engine::with_settings(*scenario, flags.settings);
  if (!scenario.ok()) {
    print_error(scenario.error());
    return kExitUsage;
  }
  print(flags.json ? scenario_json(*scenario) + "\n" : scenario_text(*scenario));
  return kExitOk;
}

}  // namespace

void add_scenario_command(CLI::App& program, Session& session) {
  const auto flags = std::make_shared<ScenarioFlags>();
  CLI::App* const command =
      program.add_subcommand("scenario", "What kinds of worlds there are, and what counts in them");
  command->require_subcommand(1);
  CLI::App* const all = command->add_subcommand("list", "The scenarios that ship, and their goals");
  all->add_flag("--json", flags->json, "One JSON array with all that show --json tells");
  all->callback([flags, &session] { session.exit_code = list(*flags); });
  CLI::App* const one = command->add_subcommand(
      "show", "Description, species, actions, metrics, goals, settings and curricula");
  one->add_option("name", flags->name, kScenarioHelp)->required();
  one->add_option("--set", flags->settings, "field=value: as it would be with this setting")
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  one->add_flag("--json", flags->json, "One JSON object");
  one->callback([flags, &session] { session.exit_code = show(*flags); });
  command->footer(
      "Examples:\n"
      "  cherub scenario list\n"
      "  cherub scenario show tower\n"
      "  cherub scenario show maze --set terrain.width=31 --json\n"
      "Exit codes: 0 ok, 2 usage");
}

}  // namespace cherub::server::cli
