#pragma once

#include <map>

#include "tests/engine/society_fixtures.h"

// Parts of the village that ships.
namespace cherub::engine::fixtures {

inline SpeciesIndex index_in(const World& world, const std::string& species) {
  const auto found = world.scenario().find_species(species);
  REQUIRE(found);
  return static_cast<SpeciesIndex>(*found);
}

// The village's rules on empty ground, and an ability "act" that may do all that is cheap.
inline Fair empty_village() {
  Scenario scenario = shipped("village");
  scenario.spawns.clear();
  return Fair(make_world(scenario), 0.01);
}

// How many things of each item species there are: on the ground, in hands and in stores.
using Stocks = std::map<SpeciesIndex, std::int64_t>;
inline Stocks stocks_of(const World& world) {
  Stocks stocks;
  for (std::size_t i = 0; i < world.scenario().species.size(); ++i) {
    const auto species = static_cast<SpeciesIndex>(i);
    if (world.scenario().species[i].kind == Kind::kItem)
      stocks[species] = world.alive_count(species);
  }
  world.society().hands.for_each([&](std::uint32_t, const Hands& hands) {
    for (const ItemCount& held : hands) stocks[held.item] += held.count;
  });
  return stocks;
}

// Everybody of a village does at random what can be done there, mostly with what is near. A pure
// function of the world, so that two worlds alike go on alike.
class Bustle final : public Behaviour {
 public:
  void decide(const World& world, Intents& intents, std::vector<Event>&) override {
    const auto act = world.find_ability("act");
    for (const std::uint32_t row : world.agent_rows()) {
      cherub::base::RandomStream random =
          world.random(world.id_of(row).packed(), cherub::base::Stream::kScript);
      walk(world, intents, row);
      if (!act) continue;
      if (world.columns().energy[row] < 0.1f) {
        intents.ability[row] = static_cast<std::uint8_t>(AbilityKind::kRest);
        continue;
      }
      intents.ability[row] = static_cast<std::uint8_t>(AbilityKind::kUse);
      Intents::Use use;
      use.row = row;
      use.ability = *act;
      use.target = world.id_of(row);
      use.effects.push_back(anything(world, row, random));
      intents.uses.push_back(std::move(use));
    }
  }

 private:
  static constexpr Tick kErrandTicks = 80;

  // Where everybody goes for some time, and what he makes there.
  struct Errand {
    const char *place, *item;
  };
  static Errand errand_of(const World& world, std::uint32_t row) {
    static constexpr Errand kErrands[] = {
        {"wheat", "grain"}, {"granary", "grain"}, {"tree", "wood"},    {"bakery", "bread"},
        {"house", "bread"}, {"person", "wood"},   {"workshop", "tool"}};
    return kErrands[(row + world.tick() / kErrandTicks) % std::size(kErrands)];
  }

  static void walk(const World& world, Intents& intents, std::uint32_t row) {
    const EntityId place = nearest(world, row, errand_of(world, row).place, 30);
    intents.move[row] = static_cast<std::uint8_t>(MoveKind::kTo);
    intents.move_x[row] = world.columns().x[place.index];
    intents.move_y[row] = world.columns().y[place.index];
    intents.move_z[row] = 0;
  }

  static EntityId nearest(const World& world, std::uint32_t row, const std::string& species,
                          double radius = 12) {
    Sighting seen{};
    cherub_sense_nearest(&world, row, index_in(world, species), radius, &seen);
    return seen.found != 0 ? EntityId::unpack(static_cast<std::uint64_t>(seen.id))
                           : world.id_of(row);
  }

  static Effect anything(const World& world, std::uint32_t row,
                         cherub::base::RandomStream& random) {
    static constexpr EffectKind kKinds[] = {
        EffectKind::kCraft, EffectKind::kCraft,  EffectKind::kCraft, EffectKind::kCraft,
        EffectKind::kFetch, EffectKind::kGive,   EffectKind::kSteal, EffectKind::kSteal,
        EffectKind::kDrop,  EffectKind::kPickUp, EffectKind::kEat,   EffectKind::kOffer,
        EffectKind::kRest,  EffectKind::kDamage};
    static constexpr const char* kPartners[] = {"person", "granary", "house", "thief", "trader"};
    static constexpr const char* kItems[] = {"grain", "bread", "wood", "tool", "chair", "coin"};
    Effect made;
    made.kind = kKinds[random.below(std::size(kKinds))];
    made.target = nearest(world, row, kPartners[random.below(std::size(kPartners))]);
    made.item = index_in(world, kItems[random.below(std::size(kItems))]);
    if (made.kind == EffectKind::kCraft) {
      made.item = index_in(world, errand_of(world, row).item);
    }
    made.want_item = index_in(world, kItems[random.below(std::size(kItems))]);
    made.count = static_cast<std::uint32_t>(1 + random.below(2));
    made.want_count = static_cast<std::uint32_t>(random.below(3));
    if (made.kind == EffectKind::kEat) made.target = world.id_of(row);
    if (made.kind == EffectKind::kDamage) made.amount = 0.02;
    if (made.kind == EffectKind::kPickUp) {
      made.target = nearest(world, row, kItems[random.below(std::size(kItems))]);
    }
    OfferSeen offer{};
    cherub_sense_offer(&world, row, &offer);
    if (offer.found != 0 && random.uniform() < 0.5) {
      made.kind = EffectKind::kAccept;
      made.target = EntityId::unpack(static_cast<std::uint64_t>(offer.from));
    }
    return made;
  }
};

// The village with everybody in it, all of whom know "act".
inline std::unique_ptr<World> busy_village(std::uint64_t seed, const Scenario& scenario) {
  auto world = make_world(scenario, seed);
  REQUIRE(world->submit(InstallAbility{spec_of("act", 0.04)}).ok());
  for (const RoleSpec& role : scenario.roles) {
    REQUIRE(world->submit(GrantAbility{"act", std::nullopt, role.name}).ok());
  }
  return world;
}

}  // namespace cherub::engine::fixtures
