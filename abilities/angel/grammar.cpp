#include "abilities/angel/grammar.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "scripting/manifest.h"
#include "scripting/manifest_parts.h"

namespace cherub::abilities::angel {
namespace {

bool lists(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool eats(const engine::SpeciesSpec& eater, const std::string& food) {
  return lists(eater.diet, food);
}

// Who is there to trade: an agent of another species that begins with money.
std::string buyer_of(const engine::Scenario& scenario, const engine::SpeciesSpec& agent) {
  for (const engine::SpeciesSpec& species : scenario.species) {
    const bool rich =
        std::any_of(species.holds.begin(), species.holds.end(),
                    [&](const auto& stack) { return stack.item == scenario.economy->currency; });
    if (rich && species.kind == engine::Kind::kAgent && species.name != agent.name) {
      return species.name;
    }
  }
  return {};
}

Trade trade_of(const engine::Scenario& scenario, const engine::SpeciesSpec& agent,
               const std::string& item) {
  Trade trade;
  for (const engine::RecipeSpec& recipe : scenario.economy->recipes) {
    if (recipe.output != item) continue;
    trade.recipe = recipe;
    const auto at = scenario.find_species(recipe.at);
    trade.harvested = at && scenario.species[*at].kind == engine::Kind::kPlant;
  }
  trade.currency = scenario.economy->currency;
  if (item == trade.currency) return trade;
  trade.buyer = buyer_of(scenario, agent);
  for (const engine::SpeciesSpec& place : scenario.species) {
    if (lists(place.serves, agent.name)) trade.store = place.name;
  }
  return trade;
}

// The roles that the agents begin with, where they begin with several. A role that is called as a
// species would be taken for it in the text of a program.
void add_roles(const engine::Scenario& scenario, const engine::SpeciesSpec& agent,
               std::vector<Thing>& things) {
  std::vector<std::string> roles;
  for (const engine::SpawnSpec& spawn : scenario.spawns) {
    const std::string& role = spawn.role.empty() ? agent.role : spawn.role;
    if (spawn.species == agent.name && !role.empty() && !lists(roles, role)) roles.push_back(role);
  }
  for (const std::string& role : roles) {
    if (roles.size() < 2 || scenario.find_species(role)) continue;
    Thing thing;
    thing.name = role;
    thing.is_role = true;
    things.push_back(thing);
  }
}

std::vector<Thing> things_of(const engine::Scenario& scenario, const engine::SpeciesSpec& agent) {
  std::vector<Thing> things;
  for (const engine::SpeciesSpec& species : scenario.species) {
    Thing thing;
    thing.name = species.name;
    thing.is_target = species.kind == engine::Kind::kTarget;
    thing.edible = eats(agent, species.name);
    thing.hunter = eats(species, agent.name);
    thing.item = species.kind == engine::Kind::kItem;
    thing.place = species.kind == engine::Kind::kPlace;
    thing.foe = species.kind == engine::Kind::kAgent && species.name != agent.name;
    if (thing.item && scenario.economy) thing.trade = trade_of(scenario, agent, species.name);
    // A lone agent's own kind is nothing to see.
    if (species.name == agent.name) {
      const bool alone = std::all_of(scenario.spawns.begin(), scenario.spawns.end(),
                                     [&](const engine::SpawnSpec& spawn) {
                                       return spawn.species != agent.name || spawn.count < 2;
                                     });
      if (alone && agent.reproduce_energy <= 0) continue;
    }
    things.push_back(thing);
  }
  add_roles(scenario, agent, things);
  return things;
}

bool has_sense(const engine::Scenario& scenario, const char* name) {
  const scripting::ApiEntry* const sense =
      scripting::find_api(scripting::ApiKind::kWorldSense, name);
  return sense != nullptr && scripting::exists_in(*sense, scenario);
}

template <class Word>
bool is_about(Word word, const std::vector<Thing>& things) {
  return std::any_of(things.begin(), things.end(),
                     [&](const Thing& thing) { return suits(word, thing); });
}

std::vector<Test> tests_of(const engine::Scenario& scenario, const engine::SpeciesSpec& agent,
                           bool has_walls, const std::vector<Thing>& things) {
  const bool has_things = !things.empty();
  std::vector<Test> tests = {Test::kChance};
  if (agent.hunger_rate > 0) tests.push_back(Test::kHungry);
  if (agent.energy_rate > 0 || agent.reproduce_energy > 0) {
    tests.insert(tests.end(), {Test::kTired, Test::kEnergetic});
  }
  if (agent.starve_rate > 0 || scenario.hazard_damage > 0) tests.push_back(Test::kHurt);
  if (scenario.episode_s > 0) tests.insert(tests.end(), {Test::kLate, Test::kEarly});
  if (has_things) {
    tests.insert(tests.end(), {Test::kSees, Test::kMissing, Test::kCrowded, Test::kSparse});
  }
  if (has_walls) {
    tests.insert(tests.end(), {Test::kBlocked, Test::kOftenHere, Test::kFresh});
    if (has_things && has_sense(scenario, "clear")) tests.push_back(Test::kWayClear);
  }
  if (agent.thirst_rate > 0 && has_sense(scenario, "water")) tests.push_back(Test::kThirsty);
  if (scenario.environment && agent.drive_rate > 0) tests.push_back(Test::kReady);
  if (has_sense(scenario, "way_step") && has_sense(scenario, "target")) {
    tests.push_back(Test::kReached);
  }
  if (is_about(Test::kRole, things)) tests.push_back(Test::kRole);
  return tests;
}

// Those whose ability every role of the agents knows.
void add_village_deeds(const engine::Scenario& scenario, const std::vector<Thing>& things,
                       std::vector<Deed>& deeds) {
  const auto known = [&](std::string_view ability) {
    bool all = true;
    const auto must_know = [&](const std::string& role) {
      const auto index = scenario.find_role(role);
      all = all && index && lists(scenario.roles[*index].abilities, ability);
    };
    const auto& agents = scenario.species[*scenario.find_species(scenario.agent_species)];
    must_know(agents.role);
    for (const engine::SpawnSpec& spawn : scenario.spawns) {
      if (spawn.species == agents.name && !spawn.role.empty()) must_know(spawn.role);
    }
    return all;
  };
  constexpr std::pair<Deed, const char*> kDeeds[] = {
      {Deed::kWork, "craft"},  {Deed::kStore, "give"},       {Deed::kFetch, "fetch"},
      {Deed::kSnack, "snack"}, {Deed::kSell, "trade_offer"}, {Deed::kStrike, "attack"}};
  for (const auto& [deed, ability] : kDeeds) {
    if (is_about(deed, things) && known(ability)) deeds.push_back(deed);
  }
}

// Cell by cell, by what is in sight. Who has a map searches on that.
void add_cell_deeds(const engine::Scenario& scenario, const std::vector<Thing>& things,
                    std::vector<Deed>& deeds) {
  if (!things.empty() && has_sense(scenario, "path_step")) deeds.push_back(Deed::kFollowPath);
  if (!has_sense(scenario, "tile") || has_sense(scenario, "way_step")) return;
  deeds.insert(deeds.end(), {Deed::kProspect, Deed::kExplore});
  if (!things.empty()) deeds.insert(deeds.end(), {Deed::kSeek, Deed::kPlan});
}

void add_map_deeds(const engine::Scenario& scenario, const std::vector<Thing>& things,
                   std::vector<Deed>& deeds) {
  if (has_sense(scenario, "way_step")) {
    if (is_about(Deed::kWay, things)) deeds.push_back(Deed::kWay);
    deeds.push_back(Deed::kGoBack);
  }
  if (has_sense(scenario, "frontier_step")) deeds.push_back(Deed::kSurvey);
}

void add_ecosystem_deeds(const engine::Scenario& scenario, const engine::SpeciesSpec& agent,
                         std::vector<Deed>& deeds) {
  const auto can = [&](std::string_view action) { return lists(scenario.actions, action); };
  if (can("drink")) deeds.push_back(Deed::kDrink);
  if (can("eat") && !agent.diet.empty()) deeds.push_back(Deed::kForage);
  if (can("reproduce")) deeds.push_back(Deed::kMate);
  if (can("pollinate") && !agent.pollinates.empty()) deeds.push_back(Deed::kPollinate);
}

std::vector<Deed> deeds_of(const engine::Scenario& scenario, const engine::SpeciesSpec& agent,
                           const std::vector<Thing>& things, bool has_walls) {
  const auto can = [&](std::string_view action) { return lists(scenario.actions, action); };
  std::vector<Deed> deeds;
  if (can("wander")) deeds.push_back(Deed::kWander);
  if (can("move_to") && is_about(Deed::kApproach, things)) deeds.push_back(Deed::kApproach);
  if (can("move") && is_about(Deed::kFlee, things)) deeds.push_back(Deed::kFlee);
  if (can("move_to") && has_walls) add_cell_deeds(scenario, things, deeds);
  if (can("move_to")) add_map_deeds(scenario, things, deeds);
  if (can("move") && has_sense(scenario, "clear")) deeds.push_back(Deed::kKeepOn);
  if (scenario.environment) {
    add_ecosystem_deeds(scenario, agent, deeds);
  } else {
    if (can("eat") && is_about(Deed::kEat, things)) deeds.push_back(Deed::kEat);
    if (scenario.economy && can("use")) add_village_deeds(scenario, things, deeds);
    if (can("reproduce")) deeds.push_back(Deed::kReproduce);
  }
  if (can("rest")) deeds.push_back(Deed::kRest);
  deeds.push_back(Deed::kStay);
  return deeds;
}

template <class T>
const T& pick(const std::vector<T>& values, base::RandomStream& random) {
  CHERUB_CHECK(!values.empty());
  return values[random.below(values.size())];
}

// One that suits the word, or the first of all where none does.
template <class Word>
std::size_t draw_thing(Word word, const std::vector<Thing>& things, base::RandomStream& random) {
  if (things.empty()) return 0;
  for (int attempt = 0; attempt < 32; ++attempt) {
    const std::size_t thing = random.below(things.size());
    if (suits(word, things[thing])) return thing;
  }
  for (std::size_t i = 0; i < things.size(); ++i) {
    if (suits(word, things[i])) return i;
  }
  return 0;
}

std::array<double*, 3> slots_of(Condition& condition) {
  return {&condition.a, &condition.b, nullptr};
}

std::array<double*, 3> slots_of(Action& action) {
  return {&action.a, &action.b, &action.c};
}

template <class Word>
void draw_constants(Word& word, std::span<const Measure> measures, const Scales& scales,
                    base::RandomStream& random) {
  const std::array<double*, 3> slots = slots_of(word);
  for (std::size_t i = 0; i < measures.size(); ++i) *slots[i] = scales.draw(measures[i], random);
}

}  // namespace

bool suits(Test test, const Thing& thing) {
  return thing.is_role == (test == Test::kRole);
}

bool suits(Deed deed, const Thing& thing) {
  if (thing.is_role) return false;
  switch (deed) {
    case Deed::kWay:
      return thing.is_target;
    case Deed::kApproach:
      return !thing.item;
    case Deed::kFlee:
      return !thing.item && !thing.place;
    case Deed::kEat:
      return thing.edible;
    case Deed::kWork:
      return thing.trade.recipe.has_value();
    case Deed::kStore:
    case Deed::kFetch:
      return thing.item && !thing.trade.store.empty();
    case Deed::kSnack:
      return thing.item && thing.edible;
    case Deed::kSell:
      return thing.item && !thing.trade.buyer.empty();
    case Deed::kStrike:
      return thing.foe;
    default:
      return true;
  }
}

std::size_t Program::size() const {
  std::size_t count = rules.size();
  for (const Rule& rule : rules) count += rule.conditions.size();
  return count;
}

Grammar::Grammar(const engine::Scenario& scenario) {
  const auto index = scenario.find_species(scenario.agent_species);
  CHERUB_CHECK(index.has_value());  // parse_scenario refuses any other
  const engine::SpeciesSpec& agent = scenario.species[*index];
  const bool has_walls = scenario.terrain.generator != "flat";
  scales_ = {std::max(1.0, agent.sense_radius), scenario.episode_s};
  reproduce_energy_ = agent.reproduce_energy;
  things_ = things_of(scenario, agent);
  tests_ = tests_of(scenario, agent, has_walls, things_);
  deeds_ = deeds_of(scenario, agent, things_, has_walls);
}

std::size_t Grammar::random_thing(Test test, base::RandomStream& random) const {
  return draw_thing(test, things_, random);
}

std::size_t Grammar::random_thing(Deed deed, base::RandomStream& random) const {
  return draw_thing(deed, things_, random);
}

bool Grammar::can(Test test) const {
  return std::find(tests_.begin(), tests_.end(), test) != tests_.end();
}

bool Grammar::can(Deed deed) const {
  return std::find(deeds_.begin(), deeds_.end(), deed) != deeds_.end();
}

std::vector<Parameter> Grammar::parameters(Program& program) {
  std::vector<Parameter> found;
  const auto add = [&found](auto& word, std::span<const Measure> measures) {
    const auto slots = slots_of(word);
    for (std::size_t i = 0; i < measures.size(); ++i) found.push_back({slots[i], measures[i]});
  };
  for (Rule& rule : program.rules) {
    for (Condition& condition : rule.conditions) add(condition, measures_of(condition.test));
    add(rule.action, measures_of(rule.action.deed));
  }
  return found;
}

Condition Grammar::random_condition(base::RandomStream& random) const {
  Condition condition;
  condition.test = pick(tests_, random);
  condition.thing = random_thing(condition.test, random);
  draw_constants(condition, measures_of(condition.test), scales_, random);
  return condition;
}

Action Grammar::random_action(base::RandomStream& random) const {
  Action action;
  action.deed = pick(deeds_, random);
  action.thing = random_thing(action.deed, random);
  action.go_on = random.below(2) == 1;
  draw_constants(action, measures_of(action.deed), scales_, random);
  return action;
}

Rule Grammar::random_rule(base::RandomStream& random) const {
  Rule rule;
  // Most rules do best with few conditions: two are half as likely as one, and so on.
  while (rule.conditions.size() + 1 < kConditionsMax && random.below(2) == 0) {
    rule.conditions.push_back(random_condition(random));
  }
  rule.action = random_action(random);
  return rule;
}

Program Grammar::random_program(base::RandomStream& random) const {
  Program program;
  const std::uint64_t rules = 1 + random.below(4);
  for (std::uint64_t i = 0; i < rules; ++i) program.rules.push_back(random_rule(random));
  return program;
}

}  // namespace cherub::abilities::angel
