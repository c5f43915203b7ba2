#include <algorithm>

#include "abilities/angel/prompt_parts.h"
#include "abilities/builtin_abilities.h"
#include "engine/base/check.h"
#include "engine/ecology/traits.h"
#include "engine/economy/systems.h"
#include "engine/metrics.h"
#include "engine/nature.h"
#include "engine/sight.h"
#include "engine/society.h"
#include "scripting/ability_host.h"
#include "scripting/default_policies.h"

// What a policy must know of how its world works, in the engine's own numbers, and only of what
// there is in the scenario.
namespace cherub::abilities::angel {
namespace {

using engine::EnvironmentSpec;
using engine::Kind;
using engine::Scenario;
using engine::SpeciesSpec;

// One law a line.
class Laws {
 public:
  void say(const std::string& law) { text_ += "- " + law + "\n"; }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string per_s(double value) {
  return with_unit(value, "per s");
}

void say_of_bodies(const SpeciesSpec& species, Laws& laws) {
  if (species.hunger_rate > 0) {
    laws.say("at the beginning, hunger is 0 to " + number(engine::kStartHungerMax) + ", energy " +
             number(engine::kStartEnergyMin) + " to " + number(engine::kStartEnergyMax) +
             ", health 1, age 0");
    laws.say("with hunger below " + number(engine::kMendHungerMax) + ", health mends by " +
             per_s(species.starve_rate / 2));
  }
  if (species.reproduce_energy > 0) {
    laws.say("reproduce needs energy of at least " + number(species.reproduce_energy) +
             ", age of at least " + with_unit(species.reproduce_age_s, "s") +
             " and hunger of at most " + number(engine::kReproduceHungerMax) +
             ", else \"not_ready\"; it costs energy of " + number(species.reproduce_energy / 2) +
             ", which the child begins with, at hunger " + number(engine::kChildHunger) +
             " and age 0");
  }
}

// What the cold does to how fast hunger grows.
std::string cold_text(const SpeciesSpec& species) {
  const std::string at_most = " from " + with_unit(engine::kWarmest, "°C") + " on (at " +
                              with_unit(engine::kFreezing, "°C") + " ";
  return at_most + (engine::is_ectotherm(species)
                        ? number(1 - engine::kTorpor) +
                              " times as much, and thirst, drive and tiredness likewise)"
                        : number(1 + engine::kHeating) + " times as much)");
}

void say_of_needs(const EnvironmentSpec& environment, const SpeciesSpec& species, Laws& laws) {
  laws.say("at the beginning, hunger is 0 to " + number(engine::kStartHungerMax) +
           ", thirst 0 to " + number(engine::kStartThirstMax) + ", energy " +
           number(engine::kStartEnergyMin) + " to " + number(engine::kStartEnergyMax) +
           ", drive 0 to " + number(engine::kStartDriveMax) + ", health 1, and ages differ");
  laws.say("hunger grows by " + per_s(species.hunger_rate * environment.hunger_factor) +
           cold_text(species) + ", thirst by " +
           per_s(species.thirst_rate * environment.thirst_factor) + "; above a hunger of " +
           number(engine::kStarvingHunger) + " health falls by " + per_s(species.starve_rate) +
           ", above a thirst of " + number(engine::kParchedThirst) + " by " +
           per_s(species.parch_rate) + "; with neither, and hunger below " +
           number(engine::kMendHungerMax) + ", it mends by " + per_s(species.starve_rate / 2));
  laws.say("energy falls by " + per_s(species.drain_rate * environment.tiring_factor) +
           " at all times and by " + per_s(species.energy_rate) +
           " more at full speed; only rest gives it back, " + per_s(species.rest_rate) +
           " (eating does not)");
  laws.say("drink relieves thirst by " + per_s(engine::kDrinkPerS) +
           ": the ability of every tick until thirst is low. world.water() is the centre of the "
           "nearest cell of water, which can be drunk from within self.reach; water cannot be "
           "walked on (\"blocked\" at the shore)");
}

// Whom the species eats, of the kind.
std::vector<std::string> diet_of(const Scenario& scenario, const SpeciesSpec& species, Kind kind) {
  std::vector<std::string> names;
  for (const std::string& food : species.diet) {
    const auto found = scenario.find_species(food);
    if (found && scenario.species[*found].kind == kind) names.push_back(food);
  }
  return names;
}

std::string catch_text(const Scenario& scenario, const SpeciesSpec& hunter,
                       const SpeciesSpec& prey) {
  const double pace =
      prey.speed > 0 ? std::clamp(hunter.speed / prey.speed, engine::kPaceMin, engine::kPaceMax)
                     : engine::kPaceMax;
  return number(hunter.catch_chance * scenario.environment->catch_factor * pace);
}

void say_of_hunts(const Scenario& scenario, const SpeciesSpec& species, Laws& laws) {
  for (const std::string& name : diet_of(scenario, species, Kind::kAgent)) {
    const SpeciesSpec& prey = scenario.species[*scenario.find_species(name)];
    laws.say("eat on a " + line(name) + " is a try to catch it, with a chance of " +
             catch_text(scenario, species, prey) +
             " in full health, half as much again for the "
             "dying; it relieves hunger by up to " +
             number(species.prey_relief) + ". Then self.pause runs for " +
             with_unit(double(engine::kHuntPause_ticks) / scenario.tick_rate, "s") +
             ", in which no try is possible (\"cooling_down\"); a miss is \"failed\"");
  }
  for (const SpeciesSpec& hunter : scenario.species) {
    if (std::find(hunter.diet.begin(), hunter.diet.end(), species.name) == hunter.diet.end()) {
      continue;
    }
    laws.say("a " + line(hunter.name) + " (" + with_unit(hunter.speed, "m/s") +
             ") that is hungry and within " + with_unit(hunter.reach, "m") + " of a " +
             line(species.name) + " kills it with a chance of " +
             catch_text(scenario, hunter, species) +
             " in full health, half as much again when "
             "it is dying, then pauses for " +
             with_unit(double(engine::kHuntPause_ticks) / scenario.tick_rate, "s"));
  }
  laws.say(
      "in nearest, neighbors and count, \"threat\" stands for all that eat the agent's "
      "species" +
      std::string(species.roost.empty() ? "" : ", \"roost\" for the " + line(species.roost)));
}

void say_of_grazing(const Scenario& scenario, const SpeciesSpec& species, Laws& laws) {
  const std::vector<std::string> plants = diet_of(scenario, species, Kind::kPlant);
  if (!plants.empty()) {
    laws.say(
        "eat on a plant (" + joined(plants, ", ") +
        ") is a bite, which relieves hunger by "
        "up to " +
        number(species.graze_relief) +
        "; the plant lives on and grows again. A plant that has grown to less than " +
        number(engine::kRipeShare) +
        " is no food (\"not_ready\"): world.forage finds only what is, world.nearest(\"food\", "
        "…) finds the others too");
  }
  if (species.pollinates.empty() && has_action(scenario, "pollinate")) {
    laws.say("a " + line(species.name) + " visits no flowers: pollinate is of no use to it");
  }
  if (!species.pollinates.empty()) {
    laws.say("a visit to a flower (" + joined(species.pollinates, ", ") +
             ") by pollinate relieves hunger by up to " + number(species.nectar_relief) +
             "; self.pause must be 0, and world.blossom finds only flowers with nectar");
  }
}

// What else keeps the agent from having young: room, and the health of its colony.
std::string limits_text(const SpeciesSpec& species) {
  std::string out;
  if (species.territory_m > 0) {
    out += "; with more than " + std::to_string(species.territory_max) +
           " of its species (itself among them) within " + with_unit(species.territory_m, "m") +
           " \"crowded\"";
  }
  if (species.population_max > 0) {
    out += "; with " + std::to_string(species.population_max) + " of its species alive \"crowded\"";
  }
  if (species.colony) {
    out += "; while self.colony is below " + number(engine::kColonyBreeds) + ", \"not_ready\"";
  }
  return out;
}

void say_of_breeding(const Scenario& scenario, const SpeciesSpec& species, Laws& laws) {
  const EnvironmentSpec& environment = *scenario.environment;
  const std::string by_roost =
      "within " + with_unit(engine::kRoost_m, "m") + " of any " + line(species.roost);
  const std::string place = species.nests ? ", " + by_roost : "";
  if (!species.roost.empty()) {
    laws.say(by_roost + " rest gives " + number(engine::kRoostRest) +
             " times as much, hunters do not find the agent, and nobody is caught");
  }
  laws.say("reproduce needs, of the agent and of another of its species within " +
           with_unit(species.mating_radius, "m") + " (the world chooses it)" + place +
           ": drive of at least " + number(engine::kBreedingDrive) + ", age of at least " +
           with_unit(species.reproduce_age_s, "s") + ", hunger of at most " +
           number(engine::kBreedingHungerMax) + ", energy of at least " +
           number(species.birth_cost) +
           ". Missing in the agent, it is \"not_ready\", in all others \"no_such_target\"" +
           limits_text(species) +
           ". It costs both that energy, all their drive "
           "and some of what they ate (hunger grows), and brings " +
           number(species.clutch) + (species.clutch == 1 ? " child" : " children"));
  laws.say("drive grows by " + per_s(species.drive_rate * environment.breeding_factor) +
           " x (1 - hunger / " + number(engine::kBreedingHungerMax) +
           ") in those of that age with health from " + number(engine::kBreedingHealthMin) + ", " +
           number(engine::kFertileBreeding) + " times as fast for " +
           with_unit(double(engine::kFertile_ticks) / scenario.tick_rate, "s") + " from a rain on" +
           (environment.rain_interval_s > 0
                ? "; it rains once in " + with_unit(environment.rain_interval_s, "s")
                : ""));
}

void say_of_climate(const EnvironmentSpec& environment, Laws& laws) {
  laws.say("a year has " + with_unit(environment.year_s, "s") +
           " and begins in spring: the temperature goes from " +
           number(environment.temperature - environment.temperature_swing) + " to " +
           with_unit(environment.temperature + environment.temperature_swing, "°C") +
           ", world.light from " + number(environment.light - environment.light_swing) + " to " +
           number(std::min(1.0, environment.light + environment.light_swing)) +
           "; plants grow with both, and not at all below " + with_unit(engine::kFreezing, "°C"));
}

void say_of_ecosystem(const Scenario& scenario, const SpeciesSpec& species, Laws& laws) {
  say_of_needs(*scenario.environment, species, laws);
  say_of_grazing(scenario, species, laws);
  say_of_hunts(scenario, species, laws);
  say_of_breeding(scenario, species, laws);
  say_of_climate(*scenario.environment, laws);
}

void say_of_gait(const Scenario& scenario, const SpeciesSpec& species, Laws& laws) {
  const double tick_s = 1 / scenario.tick_rate;
  if (species.gait.motion == engine::Motion::kWalk) {
    laws.say(
        "walking is along the ground: whatever z it asks for, the agent stays on what is "
        "solid under it. Where the next cell is " +
        std::to_string(species.gait.climb) +
        " higher or lower, going there climbs; more than that is a wall, and no way down "
        "either. Cells have layers: floor(self.z) is its own");
  }
  if (species.gait.motion == engine::Motion::kFly) {
    laws.say("flying leads in all three dimensions: per tick " +
             with_unit(species.speed * tick_s, "m") + " along the ground and, beside that, " +
             with_unit(species.lift * tick_s, "m") +
             " up or down. Hand on z: "
             "self:move_to(step.x, step.y, step.z)");
  }
  if (species.turn_rate > 0) {
    laws.say("it turns by up to " + with_unit(species.turn_rate * tick_s, "rad") +
             " per tick. In a tick in which that does not bring its heading to where the movement "
             "leads, it only turns (\"accepted\", not \"blocked\") and stays in its place");
  }
  if (species.view_angle < 360) {
    laws.say("it sees " + number(species.view_angle) +
             " degrees around its heading, up and down as well, and whatever is within " +
             with_unit(engine::kTouch_m, "m") + " in any direction");
  }
}

void say_of_obstacles(const Scenario& scenario, const SpeciesSpec& own, Laws& laws) {
  for (const SpeciesSpec& species : scenario.species) {
    if (species.kind != Kind::kObstacle && species.kind != Kind::kTarget) continue;
    std::string law;
    if (species.route == engine::Route::kBeat) {
      law = "goes straight on from cell to cell and turns where its way ends";
    } else if (species.route == engine::Route::kRoam) {
      law = "goes from cell to cell and turns by chance at every crossing";
    }
    if (species.kind == Kind::kObstacle) {
      law += (law.empty() ? "" : "; ");
      law += "stops whoever walks into it (\"blocked\")";
    }
    if (species.contact_damage > 0) {
      law += "; nearer than " + with_unit(species.radius + own.radius, "m") +
             ", centre to centre, it costs health of " + per_s(species.contact_damage) +
             ", also when it comes upon who stands still";
    }
    if (!law.empty()) laws.say("a " + line(species.name) + " " + law);
  }
}

void say_of_map(const Scenario& scenario, Laws& laws) {
  if (!scenario.keeps_map) return;
  laws.say(
      "every agent remembers the cells that it has seen. world.way_step and "
      "world.frontier_step search only among those; a Step's x, y and z are the middle of a "
      "cell beside the agent's own (or of its own, to be gone to first). Go there with "
      "self:move_to and ask again in the next tick. length 0: the agent stands where the way "
      "ends");
}

// What a file of Lua says of itself in the comment that it begins with.
std::string first_comment(std::string_view lua) {
  std::string words;
  while (lua.starts_with("-- ")) {
    const std::string_view text = lua.substr(3, lua.find('\n') - 3);
    words += (words.empty() ? "" : " ") + std::string(text);
    lua.remove_prefix(std::min(lua.size(), text.size() + 4));
  }
  return words;
}

// What those do that the policy does not drive.
void say_of_others(const Scenario& scenario, Laws& laws) {
  for (const std::string_view policy : engine::kDefaultPolicyNames) {
    std::vector<std::string> names;
    for (const SpeciesSpec& species : scenario.species) {
      const bool other = species.policy == policy && species.name != scenario.agent_species;
      if (other) names.push_back(species.name);
    }
    if (names.empty()) continue;
    laws.say("by itself, each " + joined(names, ", ") + ": " +
             line(first_comment(scripting::default_policy_source(policy))));
  }
}

// When an episode is over before its time.
void say_of_end(const Scenario& scenario, Laws& laws) {
  const bool has_target =
      std::any_of(scenario.species.begin(), scenario.species.end(),
                  [](const SpeciesSpec& species) { return species.kind == Kind::kTarget; });
  if (!has_target) return;
  std::string law = "an agent has reached the target as soon as it is within self.reach of it";
  if (scenario.find_metric("returned") != nullptr) {
    law += ", and has returned as soon as, after that, it is within " +
           with_unit(engine::kHome_m, "m") + " of where it began";
  }
  if (scenario.find_metric("following") != nullptr) {
    laws.say(law + "; the episode goes on to its end, unless all agents are dead");
    return;
  }
  std::string done = "has reached the target";
  if (scenario.find_metric("returned") != nullptr) done = "has returned";
  if (scenario.find_metric("explored") != nullptr) done += " and has seen every open cell";
  laws.say(law + "; the episode is over as soon as every agent " + done + ", or is dead");
}

std::string ability_line(const engine::AbilitySpec& spec, const std::string& description) {
  std::string text = "- `" + spec.name + "`: " + line(description) + " Energy " +
                     number(spec.energy_cost) + ", range " + with_unit(spec.range, "m");
  if (spec.cooldown_s > 0) text += ", again after " + with_unit(spec.cooldown_s, "s");
  return text + "\n";
}

// What self:use can do, in the order in which the roles name it.
std::string abilities_part(const Scenario& scenario) {
  std::vector<std::string> names;
  for (const engine::RoleSpec& role : scenario.roles) {
    for (const std::string& name : role.abilities) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  std::string text;
  scripting::AbilityHost host(std::make_shared<scripting::ScriptRegistry>(), {});
  for (std::size_t i = 0; i < std::min(names.size(), kPromptRowsMax); ++i) {
    const std::string_view source = builtin_ability(names[i]);
    if (source.empty()) continue;  // it comes while the world lives
    const scripting::AbilityVerdict verdict = host.add(std::string(source), scenario);
    CHERUB_CHECK(verdict.load.ok);
    text += ability_line(verdict.spec, verdict.description);
  }
  if (text.empty()) return "";
  return "\nAbilities for self:use (who knows which: \"roles\" below). The energy is taken at "
         "every "
         "use, and who has less gets \"exhausted\"; farther away than the range, the use is "
         "\"out_of_reach\". Details are the third argument, target nil where none is needed:\n\n" +
         text + more_rows(names.size());
}

void say_of_village(const Scenario& scenario, Laws& laws) {
  if (!scenario.economy) return;
  laws.say("a plant is ripe for harvest when it has grown to " + number(engine::kRipe) +
           ", and world.nearest_ripe finds only those; harvested, it goes on from " +
           number(engine::kStubble) + "; at the beginning they have grown to " +
           number(engine::kStartGrowthMin) + " to 1");
  laws.say(
      "work goes on while craft is used in every tick within self.reach of the recipe's "
      "place; what it takes leaves the hands when it is done. Movement in the same tick is "
      "possible and leads away");
  laws.say(
      "stores are emptied with fetch by those whom the place serves, and by its owner, and "
      "filled with give by anybody. Coins are never made");
  laws.say("rest beside one's own house (within " + with_unit(engine::kRoof_m, "m") + ") gives " +
           number(engine::kRoofFactor) + " times as much energy");
  laws.say("an offer stands for " + with_unit(engine::kOfferLifetime_s, "s") +
           ", until it is accepted or another of the same agent takes its place; both must be "
           "within the range of trade_accept then");
  laws.say("a theft works with a chance of " + number(engine::kTheftChance) +
           " / (1 + n), where n agents of other species stand within " +
           with_unit(engine::kWitnessRadius_m, "m"));
}

}  // namespace

std::string laws_part(const Scenario& scenario) {
  const auto own = scenario.find_species(scenario.agent_species);
  if (!own) return "";
  const SpeciesSpec& species = scenario.species[*own];
  Laws laws;
  if (scenario.environment) {
    say_of_ecosystem(scenario, species, laws);
  } else {
    say_of_bodies(species, laws);
  }
  if (species.energy_rate > 0) {
    if (!scenario.environment) laws.say("standing costs no energy");
    laws.say("without energy a movement makes " + number(100 * engine::kExhaustedShare) +
             " % of its way (\"exhausted\")");
  }
  if (species.lifetime_s > 0) {
    laws.say("lifetimes differ by up to " + number(100 * engine::kLifetimeSpread) +
             " % either way");
  }
  say_of_gait(scenario, species, laws);
  say_of_map(scenario, laws);
  say_of_obstacles(scenario, species, laws);
  say_of_village(scenario, laws);
  say_of_others(scenario, laws);
  say_of_end(scenario, laws);
  if (has_action(scenario, "say")) {
    laws.say(
        "what is said is heard in the next tick by everybody whose sense_radius reaches the "
        "speaker, through walls");
  }
  const std::string abilities = abilities_part(scenario);
  return (laws.text().empty() ? "" : "\nLaws:\n\n" + laws.text()) + abilities;
}

}  // namespace cherub::abilities::angel
