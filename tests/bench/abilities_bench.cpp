// What abilities and hearing cost with 100,000 agents: worlds that are alike but for one thing are
// stepped by turns, so that the difference is what that thing takes, over all threads.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "abilities/builtin_abilities.h"
#include "engine/behaviour.h"
#include "engine/world.h"
#include "scripting/ability_host.h"
#include "scripting/policy_host.h"
#include "tests/bench/measure.h"

namespace cherub::bench {

void bench_abilities();

namespace {

constexpr std::uint32_t kAgents = 100'000;
constexpr int kRounds = 11;

// Each has 10 m² and a tuft of grass.
constexpr const char* kCrowd = R"yaml(
name: crowd
title: Crowd
description: A hundred thousand who know how to eat and rest.
tick_rate: 10
episode_s: 10
terrain: {generator: flat, width: 1000, depth: 1000}
species:
  - {name: person, kind: agent, speed: 2, sense_radius: 6, reach: 6, hunger_rate: 0.001,
     energy_rate: 0.0, starve_rate: 0.0, rest_rate: 0.2, diet: [grass], population_max: 100000,
     role: eater}
  - {name: grass, kind: plant, food_value: 0.4, population_max: 100000}
spawns: [{species: person, count: 100000}, {species: grass, count: 100000}]
agent_species: person
actions: [move, wander, eat, rest, say, use]
roles: [{name: eater, abilities: [eat, rest]}]
metrics:
  - {name: survival, unit: "1", better: higher, description: Who lives., words: [live], weight: 1,
     scale: 1}
success: {metric: survival, op: ">=", value: 0}
goals: ["live"]
)yaml";

template <class T>
T must(base::Result<T> result) {
  if (result.ok()) return std::move(*result);
  std::fprintf(stderr, "bench abilities: %s\n", result.error().text().c_str());
  std::exit(1);
}

// A crowd whose policy does this in every act.
class Crowd {
 public:
  explicit Crowd(const std::string& body)
      : world_(must(engine::World::create(must(engine::parse_scenario(kCrowd)), 1))) {
    const auto installs = abilities::builtin_installs(world_->scenario(), host_.abilities());
    for (const auto& install : must(installs)) must(world_->submit(install));
    const auto version = registry_->add("local policy = {}\nfunction policy.act(self, world)\n" +
                                        body + "\nend\nreturn policy\n");
    if (!host_.prepare(version->sha256, world_->scenario()).ok) {
      std::fprintf(stderr, "bench abilities: the policy was refused: %s\n", body.c_str());
      std::exit(1);
    }
    must(world_->submit(engine::InstallScript{"policy", version->sha256, false}));
    // Nobody has eaten yet when the measure begins.
    engine::RandomWalker walker;
    world_->step(walker);
    decide();
  }

  void step() { world_->step(host_); }
  // In the world as it stands.
  void decide() {
    intents_.clear(world_->columns().size());
    std::vector<engine::Event> faults;
    host_.decide(*world_, intents_, faults);
  }
  [[nodiscard]] std::string first_fault() const {
    std::string fault = host_.stats().first_fault;
    for (const auto& [sha256, stats] : host_.abilities().stats()) fault += stats.first_fault;
    return fault;
  }
  [[nodiscard]] std::uint64_t uses() const {
    std::uint64_t uses = 0;
    for (const auto& [sha256, stats] : host_.abilities().stats()) uses += stats.accepted;
    return uses;
  }

 private:
  std::shared_ptr<scripting::ScriptRegistry> registry_ =
      std::make_shared<scripting::ScriptRegistry>();
  mutable scripting::PolicyHost host_{registry_, {}};
  std::unique_ptr<engine::World> world_;
  engine::Intents intents_;
};

double per_agent(double with_ns, double without_ns) {
  return (with_ns - without_ns) / kAgents;
}

void bench_uses() {
  const std::string find = "local food = world.nearest('grass', 3)\nif not food then return end\n";
  Crowd by_ability(find + "self:use('eat', food)"), by_engine(find + "self:eat(food)");
  const std::uint64_t before = by_ability.uses();
  const auto decided =
      median_ns({[&] { by_ability.decide(); }, [&] { by_engine.decide(); }}, kRounds);
  const double uses = static_cast<double>(by_ability.uses() - before) / (kRounds * double{kAgents});
  if (uses < 0.9) {
    std::fprintf(stderr, "bench abilities: only %g of the agents ate; %s\n", uses,
                 by_ability.first_fault().c_str());
    std::exit(1);
  }
  report("abilities.use_ns", per_agent(decided[0], decided[1]) / uses, "ns", "lower");
  Crowd resting("self:use('rest')"), at_rest("self:rest()");
  const auto rested = median_ns({[&] { resting.step(); }, [&] { at_rest.step(); }}, kRounds);
  report("abilities.use_in_a_tick_ns", per_agent(rested[0], rested[1]), "ns", "lower");
}

void bench_hearing() {
  Crowd hears("self:say('here I am')\nlocal heard = world.heard()"),
      speaks("self:say('here I am')"), silent("self:idle()");
  const auto ticks =
      median_ns({[&] { hears.step(); }, [&] { speaks.step(); }, [&] { silent.step(); }}, kRounds);
  report("abilities.heard_ns", per_agent(ticks[0], ticks[1]), "ns", "lower");
  report("abilities.say_ns", per_agent(ticks[1], ticks[2]), "ns", "lower");
}

}  // namespace

void bench_abilities() {
  bench_uses();
  bench_hearing();
}

}  // namespace cherub::bench
