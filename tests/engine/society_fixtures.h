#pragma once

#include "engine/commands.h"
#include "engine/senses.h"
#include "engine/uses.h"
#include "tests/engine/fixtures.h"

// Small worlds in which agents use abilities. What a script would ask for, the tests list
// themselves.
namespace cherub::engine::fixtures {

inline const std::string kSha(64, 'a');

// People with hands, two kinds of things, plants and a little water; nobody is there yet.
inline std::string fair_yaml(const std::string& person = "", const std::string& world = "") {
  return "name: fair\n"
         "terrain: {generator: flat, width: 24, depth: 24}\n"
         "roles:\n"
         "  - {name: guard, abilities: [strike, mend], may_request: true}\n"
         "  - {name: trader, abilities: [swap]}\n"
         "species:\n"
         "  - name: person\n"
         "    speed: 2\n"
         "    sense_radius: 8\n"
         "    reach: 1.5\n"
         "    diet: [apple, berry]\n" +
         std::string(person.find("hands:") == std::string::npos ? "    hands: 5\n" : "") + person +
         "  - {name: apple, kind: item, food_value: 0.3}\n"
         "  - {name: coin, kind: item}\n"
         "  - {name: berry, kind: plant, density_radius: 1, density_max: 2, food_value: 0.5}\n"
         "metrics: [{name: survival}]\n"
         "success: {metric: survival}\n"
         "agent_species: person\n" +
         world;
}

inline constexpr SpeciesIndex kPerson = 0, kApple = 1, kCoin = 2, kBerry = 3;

inline AbilitySpec spec_of(const std::string& name, double energy_cost = 1, double range = 20,
                           double cooldown_s = 0) {
  AbilitySpec spec;
  spec.name = name;
  spec.sha256 = kSha;
  spec.energy_cost = energy_cost;
  spec.range = range;
  spec.cooldown_s = cooldown_s;
  return spec;
}

inline Effect effect(EffectKind kind, EntityId target = {}, double amount = 0) {
  Effect made;
  made.kind = kind;
  made.target = target;
  made.amount = amount;
  return made;
}

inline Effect moving(EffectKind kind, EntityId target, double x, double y) {
  Effect made = effect(kind, target);
  made.x = x;
  made.y = y;
  return made;
}

inline Effect of_items(EffectKind kind, EntityId target, SpeciesIndex item, std::uint32_t count) {
  Effect made = effect(kind, target);
  made.item = item;
  made.count = count;
  return made;
}

// A world in which every person knows the ability "act", which costs nothing to speak of and may do
// anything that its price allows.
struct Fair {
  std::unique_ptr<World> world;
  TickReport report;

  explicit Fair(const std::string& person = "", const std::string& world_lines = "",
                double energy_cost = 1)
      : Fair(make_world(fair_yaml(person, world_lines)), energy_cost) {}
  Fair(std::unique_ptr<World> made, double energy_cost) : world(std::move(made)) {
    install(spec_of("act", energy_cost));
  }

  void submit(Command command) {
    const auto stamped = world->submit(std::move(command));
    if (!stamped.ok()) FAIL(stamped.error().text());
  }
  void tick() {
    Idle idle;
    report = world->step(idle);
  }
  void install(const AbilitySpec& spec) {
    submit(InstallAbility{spec});
    tick();
  }
  EntityId person(double x, double y) {
    const EntityId id = world->id_of(spawn(*world, "person", x, y));
    submit(GrantAbility{"act", id, ""});
    tick();
    return id;
  }
  EntityId put(const std::string& species, double x, double y) {
    return world->id_of(spawn(*world, species, x, y));
  }
  // Things appear at the person's feet and are picked up, one in a tick.
  void hand(EntityId person_id, SpeciesIndex item, std::uint32_t count) {
    const Columns& columns = world->columns();
    for (std::uint32_t i = 0; i < count; ++i) {
      const EntityId thing = put(world->scenario().species[item].name, columns.x[person_id.index],
                                 columns.y[person_id.index]);
      REQUIRE(use(person_id, {effect(EffectKind::kPickUp, thing)}) == Receipt::kAccepted);
    }
  }
  Intents::Use use_of(EntityId user, std::vector<Effect> effects, EntityId target,
                      const std::string& ability = "act") const {
    Intents::Use made;
    made.row = user.index;
    made.ability = world->find_ability(ability).value_or(kAbilitiesMax);
    made.target = target;
    made.effects = std::move(effects);
    return made;
  }
  // Steps once with these uses only; the user's receipt is that of the first.
  Receipt step(std::vector<Intents::Use> uses) {
    Puppeteer once([&](const World&, Intents& intents) {
      for (const Intents::Use& use : uses) {
        intents.ability[use.row] = static_cast<std::uint8_t>(AbilityKind::kUse);
        intents.uses.push_back(use);
      }
    });
    const std::uint32_t row = uses.front().row;
    report = world->step(once);
    return static_cast<Receipt>(world->columns().ability_receipt[row]);
  }
  Receipt use(EntityId user, std::vector<Effect> effects) {
    return step({use_of(user, std::move(effects), user)});
  }
  Receipt use_on(EntityId user, EntityId target, std::vector<Effect> effects,
                 const std::string& ability = "act") {
    return step({use_of(user, std::move(effects), target, ability)});
  }

  [[nodiscard]] float health(EntityId id) const { return world->columns().health[id.index]; }
  [[nodiscard]] float energy(EntityId id) const { return world->columns().energy[id.index]; }
  [[nodiscard]] std::uint32_t held(EntityId id, SpeciesIndex item) const {
    for (const ItemCount& entry : world->items_of(id.index)) {
      if (entry.item == item) return entry.count;
    }
    return 0;
  }
  [[nodiscard]] int events(EventKind kind) const {
    int count = 0;
    for (const Event& event : report.events) count += event.kind == kind ? 1 : 0;
    return count;
  }
};

}  // namespace cherub::engine::fixtures
