#include "abilities/ability_fixtures.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "abilities/agent_report.h"
#include "engine/base/check.h"
#include "engine/base/random.h"

namespace cherub::abilities {
namespace {

using engine::EffectKind;
using engine::EntityId;
using engine::Kind;

constexpr std::uint64_t kSeed = 4'711;
// The names under which a scene knows its abilities, whatever the tried one is called.
constexpr const char* kTried = "tried";
constexpr const char* kFree = "stage_free";      // what the stage asks for at no cost …
constexpr const char* kDear = "stage_dear";      // … and at some
constexpr double kDearCost = 0.3, kWound = 0.4;  // half of kWound is its price

constexpr std::uint32_t kLineWidth = 240, kLineDepth = 16, kCampSide = 24;  // m
constexpr double kLineUserX = 120, kLineUserY = 8, kRow = 1.5;              // m
constexpr int kCrowd = 16;
constexpr std::size_t kThingsMax = 2;   // kinds of things that people hold one of each
constexpr double kShoreDensity = 0.15;  // of water in a camp
constexpr std::uint32_t kHandsMin = 6;
constexpr double kSearchMax = 6;  // m, for ground to stand on

constexpr const char* kWorkshop = R"yaml(
name: workshop
title: Workshop
description: A place to try abilities that belong to no scenario yet.
tick_rate: 10
terrain: {generator: flat, width: 24, depth: 24}
species:
  - {name: person, kind: agent, speed: 2, sense_radius: 15, reach: 2, hunger_rate: 0.001,
     hands: 6, diet: [grass, apple]}
  - {name: grass, kind: plant, food_value: 0.4}
  - {name: apple, kind: item, food_value: 0.3}
  - {name: coin, kind: item}
agent_species: person
actions: [move, move_to, wander, eat, rest, say, turn, use]
roles:
  - {name: maker, abilities: [], may_request: true}
metrics: [{name: survival}]
success: {metric: survival}
)yaml";

engine::Scenario trial_scenario(engine::Scenario scenario, Bodies bodies) {
  scenario.terrain = {};
  scenario.walls = engine::WallSight::kIgnore;
  scenario.spawns.clear();
  if (scenario.environment) scenario.environment->water.clear();
  for (const char* action : {"use", "say"}) {
    if (std::find(scenario.actions.begin(), scenario.actions.end(), action) ==
        scenario.actions.end()) {
      scenario.actions.emplace_back(action);
    }
  }
  for (engine::SpeciesSpec& species : scenario.species) {
    const bool worn = bodies == Bodies::kWorn && species.kind == Kind::kAgent;
    species.role.clear();
    species.hunger_rate = worn ? 0.001 : 0;  // hungry from the start, or never
    species.thirst_rate = worn ? 0.001 : 0;
    species.growth_rate = species.spread_rate = 0;
    species.lifetime_s = 0;
    if (species.kind == Kind::kAgent) species.hands = std::max(species.hands, kHandsMin);
  }
  return scenario;
}

std::vector<std::string> names_of(const engine::Scenario& scenario, Kind kind, std::size_t most) {
  std::vector<std::string> names;
  for (const engine::SpeciesSpec& species : scenario.species) {
    if (species.kind == kind && names.size() < most) names.push_back(species.name);
  }
  return names;
}

// Lets agents do what they are told and nothing else.
class Puppets final : public engine::Behaviour {
 public:
  explicit Puppets(scripting::AbilityHost* host) : host_(host) {}

  void ask(scripting::AskedUse use) { asked_.push_back(std::move(use)); }
  void stage(engine::Intents::Use use) { staged_.push_back(std::move(use)); }

  void decide(const engine::World& world, engine::Intents& intents,
              std::vector<engine::Event>& faults) override {
    for (const scripting::AskedUse& use : asked_) mark(intents, use.row);
    std::vector<scripting::MachineFault> machine_faults;
    if (host_ != nullptr) host_->run(world, intents, {asked_, {}, faults, machine_faults});
    for (const engine::Intents::Use& use : staged_) {
      mark(intents, use.row);
      intents.uses.push_back(use);
    }
  }

 private:
  static void mark(engine::Intents& intents, std::uint32_t row) {
    intents.ability[row] = static_cast<std::uint8_t>(engine::AbilityKind::kUse);
  }

  scripting::AbilityHost* host_;
  std::vector<scripting::AskedUse> asked_;
  std::vector<engine::Intents::Use> staged_;
};

void submit(engine::World& world, engine::Command command) {
  const auto stamped = world.submit(std::move(command));
  CHERUB_CHECK(stamped.ok());
}

engine::AbilitySpec stage_spec(const char* name, double cost) {
  engine::AbilitySpec spec;
  spec.name = name;
  spec.sha256 = std::string(64, '0');  // no script: the stage lists its effects itself
  spec.energy_cost = cost;
  spec.range = engine::kAbilityRangeMax_m;
  return spec;
}

std::unique_ptr<engine::World> make_world(const engine::Scenario& scenario,
                                          const engine::AbilitySpec& spec) {
  auto world = engine::World::create(scenario, kSeed);
  // A scenario that was read stays valid on another map and with other rates.
  CHERUB_CHECK(world.ok());
  submit(**world, engine::InstallAbility{stage_spec(kFree, 0)});
  submit(**world, engine::InstallAbility{stage_spec(kDear, kDearCost)});
  engine::AbilitySpec tried = spec;
  tried.name = kTried;
  submit(**world, engine::InstallAbility{tried});
  return std::move(*world);
}

// The nearest place to (x, y) where somebody can stand.
std::pair<double, double> ground_near(const engine::Terrain& terrain, double x, double y) {
  for (double far = 0; far <= kSearchMax; far += 0.5) {
    for (int turn = 0; turn < 16; ++turn) {
      const double angle = turn * std::numbers::pi / 8;
      // As the world keeps places: rounding may lead to the next cell.
      const double at_x = static_cast<float>(x + far * std::cos(angle));
      const double at_y = static_cast<float>(y + far * std::sin(angle));
      if (at_x >= 0 && at_y >= 0 && terrain.passable(engine::cell_at(at_x), engine::cell_at(at_y)))
        return {at_x, at_y};
    }
  }
  return {x, y};
}

// Next to water, as near to the middle of the map as there is any.
std::pair<double, double> shore_of(const engine::Terrain& terrain) {
  const double middle_x = terrain.width / 2.0, middle_y = terrain.depth / 2.0;
  std::pair<double, double> best{middle_x, middle_y};
  double best_far = -1;
  for (std::int64_t y = 1; y + 1 < terrain.depth; ++y) {
    for (std::int64_t x = 1; x + 1 < terrain.width; ++x) {
      const bool shore = terrain.passable(x, y) && terrain.at(x + 1, y) == engine::Block::kWater;
      const double far =
          std::hypot(static_cast<double>(x) - middle_x, static_cast<double>(y) - middle_y);
      if (!shore || (best_far >= 0 && far >= best_far)) continue;
      best = {static_cast<double>(x) + 0.8, static_cast<double>(y) + 0.5};
      best_far = far;
    }
  }
  return best_far >= 0 ? best : ground_near(terrain, middle_x, middle_y);
}

sandbox::Value text_value(std::string text) {
  sandbox::Value value;
  value.data = std::move(text);
  return value;
}

sandbox::Value number_value(double number) {
  sandbox::Value value;
  value.data = number;
  return value;
}

sandbox::Value details_with(const std::string& thing) {
  sandbox::Value::Table table;
  table.push_back({text_value("text"), text_value("help")});
  table.push_back({text_value("count"), number_value(1)});
  if (!thing.empty()) {
    table.push_back({text_value("item"), text_value(thing)});
    table.push_back({text_value("want_item"), text_value(thing)});
    table.push_back({text_value("want_count"), number_value(1)});
  }
  sandbox::Value value;
  value.data = std::move(table);
  return value;
}

}  // namespace

engine::Scenario ability_workshop() {
  auto scenario = engine::parse_scenario(kWorkshop);
  CHERUB_CHECK(scenario.ok());
  return std::move(*scenario);
}

std::vector<sandbox::Value> trial_details(const engine::Scenario& scenario) {
  std::vector<sandbox::Value> all{{}};
  auto things = names_of(scenario, Kind::kItem, kThingsMax);
  const auto plants = names_of(scenario, Kind::kPlant, 1);
  things.insert(things.end(), plants.begin(), plants.end());
  if (things.empty()) things.emplace_back();
  for (const std::string& thing : things) all.push_back(details_with(thing));
  return all;
}

AbilityScene::AbilityScene(const engine::Scenario& scenario, const engine::AbilitySpec& spec)
    : world_(make_world(scenario, spec)), spec_(spec) {}

// Entities come in the order of the calls, into rows from 0 on.
void AbilityScene::put(const std::string& species, double x, double y) {
  const auto index = world_->scenario().find_species(species);
  submit(*world_, engine::Spawn{species, x, y, 0, 1});
  ++count_;
  if (world_->scenario().species[*index].kind != Kind::kAgent) return;
  people_.push_back(count_ - 1);
  for (const std::string& thing : names_of(world_->scenario(), Kind::kItem, kThingsMax)) {
    submit(*world_, engine::Spawn{thing, x, y, 0, 1});
    ++count_;
  }
}

// Who was put is there from now on, and knows what the stage needs.
void AbilityScene::settle() {
  step_idle();
  CHERUB_CHECK(world_->columns().size() == count_);
  user_ = world_->id_of(0);
  for (const std::size_t row : people_) {
    const EntityId id = world_->id_of(static_cast<std::uint32_t>(row));
    for (const char* name : {kFree, kDear, kTried}) {
      submit(*world_, engine::GrantAbility{name, id, ""});
    }
  }
}

// Everybody takes what lies at its feet, the worn are wounded and tired by it; then the first
// person besides the user makes an offer.
void AbilityScene::stage(Bodies bodies) {
  const bool worn = bodies == Bodies::kWorn;
  const std::size_t things = names_of(world_->scenario(), Kind::kItem, kThingsMax).size();
  Puppets taking(nullptr);
  for (const std::size_t row : people_) {
    engine::Intents::Use use;
    use.row = static_cast<std::uint32_t>(row);
    use.ability = *world_->find_ability(worn ? kDear : kFree);
    use.target = world_->id_of(use.row);
    for (std::size_t i = 1; i <= things; ++i) {
      engine::Effect take;
      take.kind = EffectKind::kPickUp;
      take.target = world_->id_of(static_cast<std::uint32_t>(row + i));
      use.effects.push_back(take);
    }
    if (worn) {
      engine::Effect wound;
      wound.target = use.target;
      wound.amount = kWound;
      use.effects.push_back(wound);
    }
    taking.stage(std::move(use));
  }
  world_->step(taking);
  if (things == 0 || people_.size() < 2) return;
  Puppets offering(nullptr);
  engine::Intents::Use use;
  use.row = static_cast<std::uint32_t>(people_[1]);
  use.ability = *world_->find_ability(kFree);
  use.target = user_;
  engine::Effect offer;
  offer.kind = EffectKind::kOffer;
  offer.target = user_;
  const auto names = names_of(world_->scenario(), Kind::kItem, kThingsMax);
  offer.item = static_cast<std::uint16_t>(*world_->scenario().find_species(names.front()));
  offer.want_item = static_cast<std::uint16_t>(*world_->scenario().find_species(names.back()));
  offer.count = offer.want_count = 1;
  use.effects.push_back(offer);
  offering.stage(std::move(use));
  world_->step(offering);
}

void AbilityScene::add_target(std::size_t entity, const std::string& on) {
  const EntityId id = world_->id_of(static_cast<std::uint32_t>(entity));
  if (!world_->exists(id)) return;
  const double far =
      std::hypot(double{world_->columns().x[id.index]} - double{world_->columns().x[user_.index]},
                 double{world_->columns().y[id.index]} - double{world_->columns().y[user_.index]});
  TrialUse use;
  use.on = on + " at " + short_text(std::round(100 * far) / 100) + " m";
  use.target = id;
  uses_.push_back(std::move(use));
}

void AbilityScene::add_place(double x, double y, const std::string& on) {
  TrialUse use;
  use.on = on;
  use.at_place = true;
  use.x = x;
  use.y = y;
  uses_.push_back(std::move(use));
}

AbilityScene AbilityScene::line(const engine::Scenario& scenario, const engine::AbilitySpec& spec,
                                Bodies bodies) {
  engine::Scenario wide = trial_scenario(scenario, bodies);
  wide.terrain.width = kLineWidth;
  wide.terrain.depth = kLineDepth;
  AbilityScene scene(wide, spec);
  const std::string& people = wide.agent_species;
  scene.put(people, kLineUserX, kLineUserY);
  struct Placed {
    std::size_t entity;
    std::string on;
  };
  std::vector<Placed> placed;
  std::vector<double> distances{0.5, 1, 2, 4, 8, 16, 32, 64};
  std::erase_if(distances, [&](double far) { return far >= spec.range; });
  // Columns hold single precision: what is put at the range may lie a hair behind it.
  for (const double share : {0.25, 0.5, 0.75, 0.999}) {
    if (spec.range > 0) distances.push_back(share * spec.range);
  }
  const auto& columns = scene.world_->columns();
  for (const double far : distances) {
    for (const engine::SpeciesSpec& species : wide.species) {
      if (species.kind == Kind::kTarget) continue;
      const double side = species.kind == Kind::kAgent ? 1 : -1;  // agents to the right
      placed.push_back({scene.count_, "a " + species.name});
      scene.put(species.name, kLineUserX + side * far, kLineUserY);
    }
  }
  base::RandomStream random(kSeed);
  for (int i = 0; i < kCrowd; ++i) {
    const double far = std::max(1.0, spec.range) * std::sqrt(random.uniform());
    const double angle = 2 * std::numbers::pi * random.uniform();
    scene.put(people, kLineUserX + far * std::cos(angle),
              std::clamp(kLineUserY + far * std::sin(angle), kRow, kLineDepth - kRow));
  }
  scene.settle();
  scene.stage(bodies);
  scene.uses_.push_back({"the user itself", std::nullopt, false, 0, 0});
  for (const Placed& one : placed) scene.add_target(one.entity, one.on);
  for (const double far : distances) {
    scene.add_place(double{columns.x[0]} + far, columns.y[0],
                    "a place at " + short_text(std::round(100 * far) / 100) + " m");
  }
  return scene;
}

AbilityScene AbilityScene::camp(const engine::Scenario& scenario, const engine::AbilitySpec& spec,
                                Bodies bodies) {
  engine::Scenario small = trial_scenario(scenario, bodies);
  small.terrain.width = small.terrain.depth = kCampSide;
  small.terrain.water_density = kShoreDensity;
  AbilityScene scene(small, spec);
  const engine::Terrain& terrain = scene.world_->terrain();
  const auto home = shore_of(terrain);
  const std::string& people = small.agent_species;
  const double reach = small.species[*small.find_species(people)].reach;
  const double near = 0.5 * std::min(reach, std::max(spec.range, 1.0));
  scene.put(people, home.first, home.second);
  std::vector<std::pair<std::size_t, std::string>> placed;
  double angle = std::numbers::pi / 2;
  const auto put_near = [&](const std::string& species, double far) {
    const auto [x, y] = ground_near(terrain, home.first + far * std::cos(angle),
                                    home.second + far * std::sin(angle));
    angle += std::numbers::pi / 3;
    placed.emplace_back(scene.count_, "a " + species);
    scene.put(species, x, y);
  };
  put_near(people, near);
  put_near(people, std::min(0.8 * spec.range, 6.0));
  for (const engine::SpeciesSpec& species : small.species) {
    if (species.kind != Kind::kTarget && species.name != people) put_near(species.name, near);
  }
  scene.settle();
  scene.stage(bodies);
  scene.uses_.push_back({"the user itself", std::nullopt, false, 0, 0});
  for (const auto& [entity, on] : placed) scene.add_target(entity, on);
  const auto [x, y] = ground_near(terrain, home.first - near, home.second);
  scene.add_place(x, y, "a place near by");
  return scene;
}

scripting::AskedUse AbilityScene::asked(const TrialUse& use, const sandbox::Value& details) const {
  scripting::AskedUse asked;
  asked.row = user_.index;
  asked.ability = kTried;
  asked.target = use.target;
  asked.at_place = use.at_place;
  asked.x = use.x;
  asked.y = use.y;
  asked.details = details;
  return asked;
}

engine::Intents::Use AbilityScene::probe(scripting::AbilityHost& host, const TrialUse& use,
                                         const sandbox::Value& details, std::string& fault) {
  engine::Intents intents;
  intents.clear(world_->columns().size());
  std::vector<engine::Event> faults;
  Puppets puppets(&host);
  puppets.ask(asked(use, details));
  puppets.decide(*world_, intents, faults);
  fault = faults.empty() ? "" : faults.front().text;
  return intents.uses.front();
}

engine::TickReport AbilityScene::step(scripting::AbilityHost& host, const TrialUse& use,
                                      const sandbox::Value& details) {
  Puppets puppets(&host);
  puppets.ask(asked(use, details));
  return world_->step(puppets);
}

engine::TickReport AbilityScene::step_idle() {
  Puppets nobody(nullptr);
  return world_->step(nobody);
}

}  // namespace cherub::abilities
