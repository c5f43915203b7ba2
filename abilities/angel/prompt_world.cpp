#include <algorithm>

#include "abilities/angel/prompt_parts.h"
#include "engine/nature.h"

namespace cherub::abilities::angel {
namespace {

using engine::Better;
using engine::MetricSpec;
using engine::Scenario;
using engine::SpeciesSpec;

// "name (agent, 3 of them): speed 2 m/s …": only what is not zero, so that plants stay short.
std::string species_line(const Scenario& scenario, const SpeciesSpec& species) {
  std::uint64_t count = 0;
  std::string place;
  for (const engine::SpawnSpec& spawn : scenario.spawns) {
    if (spawn.species != species.name) continue;
    count += spawn.count;
    place = spawn.place;
  }
  std::string out = "- `" + line(species.name) + "` (" + engine::kind_name(species.kind) + ", " +
                    std::to_string(count) + " at the beginning";
  if (!place.empty() && place != "anywhere") out += ", at " + line(place);
  out += ")";
  std::string separator = ": ";
  const double rest_rate = has_action(scenario, "rest") ? species.rest_rate : 0;
  const auto add = [&](const char* name, double value, const char* unit) {
    if (value == 0) return;
    out += separator + name + " " + with_unit(value, unit);
    separator = ", ";
  };
  add("speed", species.speed, "m/s");
  if (species.speed > 0) add("that is", species.speed / scenario.tick_rate, "m per tick");
  add("sense_radius", species.sense_radius, "m");
  if (species.kind == engine::Kind::kAgent) add("reach", species.reach, "m");
  add("body radius", species.radius, "m");
  add("hunger grows", species.hunger_rate, "per s");
  add("moving at full speed costs energy", species.energy_rate, "per s");
  if (species.kind == engine::Kind::kAgent) add("resting gives energy", rest_rate, "per s");
  add("thirst grows", species.thirst_rate, "per s");
  add("starving costs health", species.starve_rate, "per s at hunger 1");
  const bool plant = species.kind == engine::Kind::kPlant;
  add(plant ? "eaten when fully grown, it relieves hunger by and gives energy of"
            : "eaten, it relieves hunger by and gives energy of",
      species.food_value, "");
  add("grows by", species.growth_rate, "per s, from 0 to 1");
  add("once half grown, sows one of its kind with a chance of", species.spread_rate, "per s");
  add("within", species.spread_rate > 0 ? species.spread_radius : 0, "m");
  add("reproduces from energy", species.reproduce_energy, "");
  add("from age", species.reproduce_age_s, "s");
  add("lives about", species.lifetime_s, "s");
  add("carries up to", species.hands, "things");
  add("at most", species.population_max, "of them");
  if (!species.diet.empty()) out += separator + "eats " + joined(species.diet, ", ");
  return out + "\n";
}

// The laws of nature, as far as they matter to the agents' species.
std::string laws_part(const Scenario& scenario) {
  const auto own = scenario.find_species(scenario.agent_species);
  if (!own) return "";
  const SpeciesSpec& species = scenario.species[*own];
  std::string out;
  const auto say = [&out](const std::string& law) { out += "- " + law + "\n"; };
  if (species.hunger_rate > 0) {
    say("at the beginning, hunger is 0 to " + number(engine::kStartHungerMax) + ", energy " +
        number(engine::kStartEnergyMin) + " to " + number(engine::kStartEnergyMax) +
        ", health 1, age 0");
    say("with hunger below " + number(engine::kMendHungerMax) + ", health mends by " +
        number(species.starve_rate / 2) + " per s");
    say("what is eaten is gone; its energy is added to the eater's, up to 1, also when it was not "
        "hungry");
  }
  if (species.energy_rate > 0) {
    say("standing costs no energy; without energy a movement makes " +
        number(100 * engine::kExhaustedShare) + " % of its way (\"exhausted\")");
  }
  if (species.reproduce_energy > 0) {
    say("reproduce needs energy of at least " + number(species.reproduce_energy) +
        ", age of at least " + with_unit(species.reproduce_age_s, "s") + " and hunger of at most " +
        number(engine::kReproduceHungerMax) + ", else \"not_ready\"; it costs energy of " +
        number(species.reproduce_energy / 2) + ", which the child begins with, at hunger " +
        number(engine::kChildHunger) + " and age 0");
  }
  if (species.lifetime_s > 0) {
    say("lifetimes differ by up to " + number(100 * engine::kLifetimeSpread) + " % either way");
  }
  if (has_action(scenario, "say")) {
    say("what is said is heard in the next tick by everybody whose sense_radius reaches the "
        "speaker, through walls");
  }
  return out.empty() ? "" : "\nLaws:\n\n" + out;
}

// What a cell of hazard costs whoever walks straight across it.
std::string crossing_text(const Scenario& scenario) {
  const auto own = scenario.find_species(scenario.agent_species);
  if (!own || scenario.species[*own].speed <= 0) return "";
  return ", walking across one " + number(scenario.hazard_damage / scenario.species[*own].speed);
}

}  // namespace

std::string metrics_part(const Brief& brief) {
  const Scenario& scenario = *brief.scenario;
  std::string out = "\n# How it is measured\n\n";
  const MetricSpec* judged = scenario.find_metric(scenario.success.metric);
  out += "An episode succeeds when `" + line(scenario.success.metric) + " " +
         line(scenario.success.op) + " " +
         with_unit(scenario.success.value, judged ? judged->unit : "") + "`. Its score is " +
         number(brief.success_share) + " x success (0 or 1) + " + number(1 - brief.success_share) +
         " x the mean of the metrics below by weight - the share of acts that failed. A metric "
         "counts as value / range where higher is better, as 1 - value / range where lower is, "
         "cut to -1 … 2; a negative weight wants the opposite. The mean over many seeds is what "
         "is to become large.\n\n"
         "| metric | unit | better | weight | range | meaning |\n|---|---|---|---|---|---|\n";
  for (std::size_t i = 0; i < std::min(scenario.metrics.size(), kPromptRowsMax); ++i) {
    const MetricSpec& metric = scenario.metrics[i];
    const double weight = i < brief.weights.size() ? brief.weights[i] : metric.weight;
    out += "| " + cell(metric.name) + " | " + cell(metric.unit) + " | " +
           (metric.better == Better::kHigher ? "higher" : "lower") + " | " + number(weight) +
           " | " + number(metric.scale) + " | " + cell(metric.description) + " |\n";
  }
  return out + more_rows(scenario.metrics.size());
}

std::string world_part(const Scenario& scenario) {
  const engine::TerrainSpec& terrain = scenario.terrain;
  std::string out =
      "\n# The world: " + line(scenario.title.empty() ? scenario.name : scenario.title) + "\n\n" +
      bounded(scenario.description, kPromptTextBytesMax) + "\n\n";
  out += "- your policy drives every `" + line(scenario.agent_species) + "`\n";
  out += "- " + number(scenario.tick_rate) + " ticks per second, so `world.dt` is " +
         with_unit(1 / scenario.tick_rate, "s") + "; an episode lasts up to " +
         with_unit(scenario.episode_s, "s") + " = " +
         number(scenario.episode_s * scenario.tick_rate) + " ticks\n";
  out += "- size " + std::to_string(terrain.width) + " x " + std::to_string(terrain.depth) +
         " m, cells of 1 m, cell centres at .5; terrain: " + line(terrain.generator);
  if (terrain.height > 1) out += ", " + std::to_string(terrain.height) + " layers";
  if (terrain.generator == "maze") {
    out += ", other walls with each seed, " + number(100 * terrain.openness) +
           " % of the inner walls removed, so ways may loop";
  }
  out += "\n";
  if (terrain.hazard_density > 0 || scenario.hazard_damage > 0) {
    out += "- hazards: about " + number(100 * terrain.hazard_density) +
           " % of the open cells; standing in one costs " + number(scenario.hazard_damage) +
           " health per s" + crossing_text(scenario) +
           ". They can be walked through, walls cannot.\n";
  }
  if (terrain.water_density > 0) {
    out += "- water: about " + number(100 * terrain.water_density) +
           " % of the cells; nobody can walk there\n";
  }
  const bool hides = scenario.walls == engine::WallSight::kBlock ||
                     (scenario.walls == engine::WallSight::kAuto && terrain.generator != "flat");
  if (hides) {
    out +=
        "- walls hide what is behind them from nearest, neighbors, count and tile; path_step "
        "feels its way around corners\n";
  }
  out += "- actions that exist here: " + joined(scenario.actions, ", ") + "\n\nSpecies:\n\n";
  for (std::size_t i = 0; i < std::min(scenario.species.size(), kPromptRowsMax); ++i) {
    out += species_line(scenario, scenario.species[i]);
  }
  return out + more_rows(scenario.species.size()) + laws_part(scenario);
}

}  // namespace cherub::abilities::angel
