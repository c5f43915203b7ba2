#include <algorithm>

#include "abilities/angel/prompt_parts.h"

namespace cherub::abilities::angel {
namespace {

using engine::Better;
using engine::MetricSpec;
using engine::Scenario;
using engine::SpeciesSpec;

// "6 as farmer, at homes".
std::string spawn_text(const engine::SpawnSpec& spawn) {
  std::string out = std::to_string(spawn.count);
  if (!spawn.role.empty()) out += " as " + line(spawn.role);
  if (!spawn.place.empty() && spawn.place != "anywhere") out += ", at " + line(spawn.place);
  return out;
}

// "agent, 3 at the beginning, at start", or each group where there are several.
std::string presence(const Scenario& scenario, const SpeciesSpec& species) {
  std::uint64_t count = 0;
  std::vector<std::string> groups;
  std::string place;
  for (const engine::SpawnSpec& spawn : scenario.spawns) {
    if (spawn.species != species.name || spawn.count == 0) continue;
    count += spawn.count;
    groups.push_back(spawn_text(spawn));
    place = spawn.place;
  }
  std::string out = std::string(engine::kind_name(species.kind)) + ", ";
  if (scenario.environment && scenario.environment->jitter > 0 && count > 0) out += "about ";
  out += std::to_string(count) + " at the beginning";
  if (groups.size() > 1) return out + ": " + joined(groups, "; ");
  if (!place.empty() && place != "anywhere") out += ", at " + line(place);
  return out;
}

// The numbers of one species: only those that are not zero, so that plants stay short.
class Facts {
 public:
  void add(const char* name, double value, const char* unit) {
    if (value != 0) add(std::string(name) + " " + with_unit(value, unit));
  }
  void add(const std::string& fact) { text_ += (text_.empty() ? ": " : ", ") + fact; }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

void add_body(const Scenario& scenario, const SpeciesSpec& species, Facts& facts) {
  facts.add("speed", species.speed, "m/s");
  if (species.speed > 0) facts.add("that is", species.speed / scenario.tick_rate, "m per tick");
  const bool acts = species.kind == engine::Kind::kAgent;
  facts.add("sense_radius", species.sense_radius, "m");
  if (acts) facts.add("reach", species.reach, "m");
  const bool has_body =
      acts || species.kind == engine::Kind::kTarget || species.kind == engine::Kind::kObstacle;
  if (has_body) facts.add("body radius", species.radius, "m");
  facts.add(acts ? "carries up to" : "keeps up to", species.hands, "things");
}

// Where there is no ecosystem, whose laws say all of this of the agents.
void add_needs(const Scenario& scenario, const SpeciesSpec& species, Facts& facts) {
  const bool acts = species.kind == engine::Kind::kAgent;
  const bool plant = species.kind == engine::Kind::kPlant;
  facts.add("hunger grows", species.hunger_rate, "per s");
  facts.add("moving at full speed costs energy", species.energy_rate, "per s");
  if (acts && has_action(scenario, "rest")) {
    facts.add("resting gives energy", species.rest_rate, "per s");
  }
  facts.add("thirst grows", species.thirst_rate, "per s");
  facts.add("starving costs health", species.starve_rate, "per s at hunger 1");
  facts.add(plant ? "eaten when fully grown, it relieves hunger by and gives energy of"
                  : "eaten, it relieves hunger by and gives energy of",
            species.food_value, "");
  facts.add("grows by", species.growth_rate, "per s, from 0 to 1");
  facts.add("once half grown, sows one of its kind with a chance of", species.spread_rate, "per s");
  facts.add("within", species.spread_rate > 0 ? species.spread_radius : 0, "m");
  facts.add("reproduces from energy", species.reproduce_energy, "");
  facts.add("from age", species.reproduce_age_s, "s");
}

void add_belongings(const Scenario& scenario, const SpeciesSpec& species, Facts& facts) {
  if (!scenario.economy) return;
  const std::string coins = line(scenario.economy->currency);
  facts.add("base price", species.price, coins.c_str());
  std::vector<std::string> stacks;
  for (const engine::StackSpec& stack : species.holds) {
    stacks.push_back(std::to_string(stack.count) + " " + stack.item);
  }
  if (!stacks.empty()) facts.add("each begins with " + joined(stacks, " and "));
  if (!species.serves.empty()) facts.add("serves every " + joined(species.serves, ", "));
  if (species.owned) facts.add("each belongs to one " + line(scenario.agent_species));
  if (species.shelter) facts.add("a roof to rest under");
}

std::string species_line(const Scenario& scenario, const SpeciesSpec& species) {
  Facts facts;
  add_body(scenario, species, facts);
  if (!scenario.environment) add_needs(scenario, species, facts);
  add_belongings(scenario, species, facts);
  facts.add("lives about", species.lifetime_s, "s");
  facts.add("at most", species.population_max, "of them");
  if (!species.diet.empty()) facts.add("eats " + joined(species.diet, ", "));
  if (!species.pollinates.empty()) facts.add("pollinates " + joined(species.pollinates, ", "));
  return "- `" + line(species.name) + "` (" + presence(scenario, species) + ")" + facts.text() +
         "\n";
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
  if (terrain.height > 1) {
    out += ", " + std::to_string(terrain.height) +
           " layers of 1 m; walls are solid, also as floor and roof; other ones with each seed";
  }
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
  if (scenario.environment && !scenario.environment->water.empty()) {
    out += "- water: " + std::to_string(scenario.environment->water.size()) +
           " ponds; nobody can walk there\n";
  }
  const bool hides = scenario.walls == engine::WallSight::kBlock ||
                     (scenario.walls == engine::WallSight::kAuto && terrain.generator != "flat");
  if (hides) {
    out +=
        "- walls hide what is behind them from nearest, neighbors, count, tile and voxel; "
        "path_step "
        "feels its way around corners, in the agent's own layer\n";
  }
  out += "- actions that exist here: " + joined(scenario.actions, ", ") + "\n\nSpecies:\n\n";
  for (std::size_t i = 0; i < std::min(scenario.species.size(), kPromptRowsMax); ++i) {
    out += species_line(scenario, scenario.species[i]);
  }
  return out + more_rows(scenario.species.size()) + laws_part(scenario);
}

}  // namespace cherub::abilities::angel
