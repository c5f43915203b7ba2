#include "engine/economy/systems.h"
#include "tests/engine/village_fixture.h"

// Each deed of a village by itself.
using namespace cherub::engine;
using namespace cherub::engine::fixtures;

namespace {

Effect craft_of(const World& world, const std::string& item) {
  Effect made = effect(EffectKind::kCraft);
  made.item = index_in(world, item);
  return made;
}

Effect items_of(const World& world, EffectKind kind, EntityId target, const std::string& item,
                std::uint32_t count = 1) {
  return of_items(kind, target, index_in(world, item), count);
}

EntityId newcomer(Fair& fair, const std::string& species, double x, double y) {
  const EntityId id = fair.put(species, x, y);
  fair.submit(GrantAbility{"act", id, ""});
  fair.tick();
  return id;
}

std::uint32_t held(const Fair& fair, EntityId id, const std::string& item) {
  return fair.held(id, index_in(*fair.world, item));
}

std::int32_t reputation(const Fair& fair, EntityId id) {
  return reputation_of(fair.world->state(), id.index);
}

double price(const Fair& fair, EntityId id, const std::string& item) {
  const Columns& columns = fair.world->columns();
  return cherub_sense_price(fair.world.get(), id.index, index_in(*fair.world, item),
                            columns.x[id.index], columns.y[id.index]);
}

}  // namespace

TEST_CASE("bread takes three seconds at a bakery, and grain when it is done") {
  Fair fair = empty_village();
  const EntityId baker = fair.person(10, 10);
  fair.hand(baker, index_in(*fair.world, "grain"), 3);
  const auto work = [&] { return fair.use(baker, {craft_of(*fair.world, "bread")}); };
  CHECK(work() == Receipt::kOutOfReach);  // no bakery
  fair.put("bakery", 11, 10);
  for (int tick = 1; tick < 15; ++tick) {
    REQUIRE(work() == Receipt::kAccepted);
    REQUIRE(held(fair, baker, "grain") == 3);
    REQUIRE(fair.events(EventKind::kCraft) == 0);
  }
  REQUIRE(work() == Receipt::kAccepted);
  CHECK(fair.events(EventKind::kCraft) == 1);
  CHECK(held(fair, baker, "grain") == 1);
  CHECK(held(fair, baker, "bread") == 1);
  CHECK(work() == Receipt::kNoItem);
  CHECK(fair.use(baker, {craft_of(*fair.world, "coin")}) == Receipt::kNotAvailable);
}

TEST_CASE("work that rests for long begins anew, and nobody does two ticks of it in one") {
  Fair fair = empty_village();
  const EntityId baker = fair.person(10, 10);
  fair.put("bakery", 11, 10);
  fair.hand(baker, index_in(*fair.world, "grain"), 2);
  const Effect bread = craft_of(*fair.world, "bread");
  CHECK(fair.use(baker, {bread, bread}) == Receipt::kNotReady);
  for (int tick = 2; tick < 15; ++tick) REQUIRE(fair.use(baker, {bread}) == Receipt::kAccepted);
  for (int tick = 0; tick < 11; ++tick) fair.tick();  // more than two seconds
  REQUIRE(fair.use(baker, {bread}) == Receipt::kAccepted);
  CHECK(held(fair, baker, "bread") == 0);
  for (int tick = 1; tick < 15; ++tick) REQUIRE(fair.use(baker, {bread}) == Receipt::kAccepted);
  CHECK(held(fair, baker, "bread") == 1);
}

TEST_CASE("only ripe wheat is reaped, and goes on as stubble") {
  Fair fair = empty_village();
  const EntityId farmer = fair.person(10, 10);
  const EntityId wheat = fair.put("wheat", 10.5, 10);
  const SpeciesIndex species = index_in(*fair.world, "wheat");
  while (fair.world->columns().energy[wheat.index] < kRipe) {
    Sighting ripe{};
    cherub_sense_ripe(fair.world.get(), farmer.index, species, 20, &ripe);
    REQUIRE(ripe.found == 0);
    REQUIRE(fair.use(farmer, {craft_of(*fair.world, "grain")}) == Receipt::kNotReady);
    fair.tick();
  }
  Sighting ripe{};
  cherub_sense_ripe(fair.world.get(), farmer.index, species, 20, &ripe);
  CHECK(ripe.id == double(wheat.packed()));
  for (int tick = 0; tick < 12; ++tick) {
    REQUIRE(fair.use(farmer, {craft_of(*fair.world, "grain")}) == Receipt::kAccepted);
  }
  CHECK(held(fair, farmer, "grain") == 1);
  CHECK(fair.world->columns().energy[wheat.index] < 0.2f);
}

TEST_CASE("stores: everybody may give, those who are served may fetch, others must steal") {
  Fair fair = empty_village();
  const EntityId person = fair.person(10, 10), thief = newcomer(fair, "thief", 10, 11);
  const EntityId granary = fair.put("granary", 11, 10);
  fair.hand(person, index_in(*fair.world, "bread"), 4);
  fair.install(spec_of("act", 0.02));
  const auto give = items_of(*fair.world, EffectKind::kGive, granary, "bread", 3);
  CHECK(fair.use(person, {give}) == Receipt::kAccepted);
  CHECK(held(fair, granary, "bread") == 3);
  CHECK(reputation(fair, person) == 2);
  const auto fetch = [&](EntityId who, std::uint32_t count) {
    return fair.use(who, {items_of(*fair.world, EffectKind::kFetch, granary, "bread", count)});
  };
  CHECK(fetch(person, 9) == Receipt::kNoItem);
  CHECK(fetch(person, 1) == Receipt::kAccepted);
  CHECK(fetch(thief, 1) == Receipt::kNotAvailable);
  const auto steal = items_of(*fair.world, EffectKind::kSteal, granary, "bread");
  CHECK(fair.use(person, {steal}) == Receipt::kNotAvailable);
  int stolen = 0;
  for (int tick = 0; tick < 40; ++tick) {
    stolen += fair.use(thief, {steal}) == Receipt::kAccepted ? 1 : 0;
  }
  CHECK(stolen == 2);
  CHECK(held(fair, thief, "bread") == 2);
  CHECK(held(fair, granary, "bread") == 0);
  CHECK(reputation(fair, thief) < -10);
  CHECK(cherub_sense_stock(fair.world.get(), person.index, double(granary.packed()),
                           index_in(*fair.world, "bread")) == 0);
  CHECK(cherub_sense_stock(fair.world.get(), person.index, double(thief.packed()),
                           index_in(*fair.world, "bread")) == 2);
}

TEST_CASE("theft is harder under the eyes of others") {
  Fair fair = empty_village();
  const EntityId thief = newcomer(fair, "thief", 10, 10);
  const EntityId granary = fair.put("granary", 11, 10);
  const WorldState& state = fair.world->state();
  fair.tick();
  CHECK(theft_chance(state, thief.index, granary.index) == 0.5);
  const EntityId first = fair.person(12, 10);
  CHECK(theft_chance(state, thief.index, granary.index) == 0.25);
  CHECK(theft_chance(state, thief.index, first.index) == 0.5);  // the victim itself aside
  newcomer(fair, "thief", 9, 10);
  fair.person(16, 10);  // too far
  fair.tick();
  CHECK(theft_chance(state, thief.index, granary.index) == 0.25);
}

TEST_CASE("a thing is worth its price divided by one more than there are near") {
  Fair fair = empty_village();
  const EntityId person = fair.person(16, 16);
  fair.tick();
  CHECK(price(fair, person, "bread") == 6);
  fair.put("bread", 20, 16);
  CHECK(price(fair, person, "bread") == 3);
  fair.put("bread", 27, 16);  // farther than 10 m
  CHECK(price(fair, person, "bread") == 3);
  fair.hand(person, index_in(*fair.world, "bread"), 2);
  fair.tick();
  CHECK(price(fair, person, "bread") == 6.0 / 4);
  const EntityId granary = fair.put("granary", 16, 17);
  CHECK(fair.use(person, {items_of(*fair.world, EffectKind::kGive, granary, "bread")}) ==
        Receipt::kAccepted);
  fair.tick();
  CHECK(price(fair, person, "bread") == 6.0 / 4);  // it is still there
  CHECK(price(fair, person, "coin") == 1);         // the currency's price is its own
  fair.put("coin", 16, 16);
  CHECK(price(fair, person, "coin") == 1);
  CHECK(cherub_sense_price(fair.world.get(), person.index, index_in(*fair.world, "bread"), 99, 16) <
        0);
  CHECK(cherub_sense_price(fair.world.get(), person.index, index_in(*fair.world, "person"), 16,
                           16) < 0);
}

TEST_CASE("scarcity raises prices, whatever there is") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto world = busy_village(seed, shipped("village"));
    Bustle bustle;
    for (int tick = 0; tick < 60; ++tick) world->step(bustle);
    const WorldState& state = world->state();
    for (const char* name : {"grain", "bread", "wood"}) {
      const SpeciesIndex item = index_in(*world, name);
      const double before = price_at(state, item, 16, 16, 0);
      Idle idle;
      REQUIRE(world->submit(Spawn{name, 16, 16, 0, 3}).ok());
      world->step(idle);
      const double plenty = price_at(state, item, 16, 16, 0);
      CHECK(plenty < before);
      CHECK(1 / plenty == Approx(1 / before + 3 / state.economy->prices[item]));
    }
  }
}

TEST_CASE("what is let fall stays one's own, and who takes it steals; the dead own nothing") {
  Fair fair = empty_village();
  const EntityId a = fair.person(10, 10), b = fair.person(10, 11);
  fair.hand(a, index_in(*fair.world, "wood"), 3);
  const auto drop = [&] {
    REQUIRE(fair.use(a, {items_of(*fair.world, EffectKind::kDrop, {}, "wood")}) ==
            Receipt::kAccepted);
    for (const Event& event : fair.report.events) {
      if (event.kind == EventKind::kDrop) return event.entity;
    }
    FAIL("nothing fell");
    return EntityId{};
  };
  const EntityId first = drop();
  CHECK(cherub_sense_owner(fair.world.get(), b.index, double(first.packed())) ==
        double(a.packed()));
  CHECK(fair.use(a, {effect(EffectKind::kPickUp, first)}) == Receipt::kAccepted);
  CHECK(fair.events(EventKind::kTheft) == 0);
  const EntityId second = drop();
  CHECK(fair.use(b, {effect(EffectKind::kPickUp, second)}) == Receipt::kAccepted);
  CHECK(fair.events(EventKind::kTheft) == 1);
  CHECK(reputation(fair, b) == -10);
  CHECK(relationship_of(fair.world->state(), a.index, b) == -20);
  const EntityId third = drop();
  fair.submit(Remove{a});
  fair.tick();
  CHECK(cherub_sense_owner(fair.world.get(), b.index, double(third.packed())) == -1);
  CHECK(fair.use(b, {effect(EffectKind::kPickUp, third)}) == Receipt::kAccepted);
  CHECK(fair.events(EventKind::kTheft) == 0);
  CHECK(fair.world->society().economy.owners.empty());
  CHECK(fair.world->society().economy.bonds.find(a.index) == nullptr);
}

TEST_CASE("good deeds count once in ten seconds, bad ones always") {
  Fair fair = empty_village();
  const EntityId a = fair.person(10, 10), b = fair.person(10, 11);
  fair.hand(a, index_in(*fair.world, "wood"), 3);
  const auto give = items_of(*fair.world, EffectKind::kGive, b, "wood");
  for (int gift = 0; gift < 2; ++gift) CHECK(fair.use(a, {give}) == Receipt::kAccepted);
  CHECK(reputation(fair, a) == 2);
  CHECK(relationship_of(fair.world->state(), b.index, a) == 10);
  for (int tick = 0; tick < 50; ++tick) fair.tick();
  CHECK(fair.use(a, {give}) == Receipt::kAccepted);
  CHECK(reputation(fair, a) == 4);
  const Effect blow = effect(EffectKind::kDamage, b, 0.01);
  for (int strike = 0; strike < 2; ++strike) fair.use(a, {blow});
  CHECK(reputation(fair, a) == 4 - 10);
  const auto back = fair.use(b, {effect(EffectKind::kDamage, a, 0.01)});
  CHECK(back == Receipt::kAccepted);
  CHECK(reputation(fair, b) == 0);  // that was defence
}

TEST_CASE("a fair trade is good for both names, an unfair one for none") {
  for (const bool fair_deal : {true, false}) {
    Fair fair = empty_village();
    const EntityId a = fair.person(10, 10), b = fair.person(10, 11);
    fair.hand(a, index_in(*fair.world, "chair"), 1);
    fair.hand(b, index_in(*fair.world, "coin"), 10);
    Effect offer = items_of(*fair.world, EffectKind::kOffer, b, "chair");
    offer.want_item = index_in(*fair.world, "coin");
    offer.want_count = fair_deal ? 10 : 3;  // one chair where there is one: 24 / 2 coins
    REQUIRE(fair.use(a, {offer}) == Receipt::kAccepted);
    REQUIRE(fair.use(b, {effect(EffectKind::kAccept, a)}) == Receipt::kAccepted);
    CHECK(reputation(fair, a) == (fair_deal ? 1 : 0));
    CHECK(reputation(fair, b) == (fair_deal ? 1 : 0));
    CHECK(relationship_of(fair.world->state(), a.index, b) == (fair_deal ? 3 : 0));
  }
}

TEST_CASE("somebody keeps sixteen ties, the strongest") {
  Fair fair = empty_village();
  const EntityId a = fair.person(10, 10);
  std::vector<EntityId> others;
  for (int i = 0; i < 18; ++i) {
    others.push_back(fair.person(10 + 0.05 * i, 10.5));
    fair.use(others.back(), {effect(EffectKind::kDamage, a, 0.001)});
    if (i == 0) fair.use(others.back(), {effect(EffectKind::kDamage, a, 0.001)});
  }
  const Bonds* const bonds = fair.world->society().economy.bonds.find(a.index);
  REQUIRE(bonds != nullptr);
  CHECK(bonds->size() == kBondsMax);
  CHECK(relationship_of(fair.world->state(), a.index, others[0]) == -20);
  CHECK(relationship_of(fair.world->state(), a.index, others[1]) == 0);  // forgotten
  CHECK(relationship_of(fair.world->state(), a.index, others[17]) == -10);
}

TEST_CASE("rest is better under one's own roof") {
  Scenario scenario = shipped("village");
  scenario.spawns.clear();
  for (const auto& [species, count] : {std::pair{"house", 1u}, {"person", 2u}}) {
    SpawnSpec& spawn = scenario.spawns.emplace_back();
    spawn.species = species;
    spawn.count = count;
    spawn.place = "homes";
  }
  const auto world = make_world(scenario, 3);
  const auto& owners = world->society().economy.owners;
  REQUIRE(owners.size() == 1);
  const std::uint32_t house = owners.sorted_rows().front();
  const EntityId owner = *owners.find(house);
  const Columns& columns = world->columns();
  Puppeteer go([&](const World&, Intents& intents) {
    for (const std::uint32_t row : world->agent_rows()) {
      move(intents, row, MoveKind::kTo, columns.x[house], columns.y[house]);
    }
  });
  for (int tick = 0; tick < 60; ++tick) world->step(go);
  const std::vector<float> before = columns.energy;
  Puppeteer rest([&](const World&, Intents& intents) {
    for (const std::uint32_t row : world->agent_rows()) use(intents, row, AbilityKind::kRest);
  });
  for (int tick = 0; tick < 3; ++tick) world->step(rest);
  float own = 0, of_guest = 0;
  for (const std::uint32_t row : world->agent_rows()) {
    REQUIRE(columns.energy[row] < 1);
    (row == owner.index ? own : of_guest) = columns.energy[row] - before[row];
  }
  CHECK(of_guest > 0);
  CHECK(own == Approx(3 * of_guest).epsilon(0.01));
}

TEST_CASE("what is wrong with an economy is told with its place") {
  const std::string good = shipped("village").yaml;
  const auto wrong = [&](const std::string& from, const std::string& to) {
    std::string yaml = good;
    const auto at = yaml.find(from);
    REQUIRE(at != std::string::npos);
    yaml.replace(at, from.size(), to);
    const auto scenario = parse_scenario(yaml);
    return scenario.ok() ? std::string() : scenario.error().where;
  };
  CHECK(wrong("currency: coin", "currency: money") == "economy.currency");
  CHECK(wrong("output: grain", "output: wheat") == "economy.recipes[0].output");
  CHECK(wrong("at: bakery", "at: person") == "economy.recipes[1].at");
  CHECK(wrong("item: grain, count: 2", "item: grain, count: 0") ==
        "economy.recipes[1].inputs[0].count");
  CHECK(wrong("output: tool", "output: wood") == "economy.recipes[3].output");
  CHECK(wrong("output: tool", "output: coin") == "economy.recipes[3].output");
  CHECK(wrong("time_s: 2.4", "time_s: -1") == "economy.recipes[0].time_s");
  CHECK(wrong("scarcity: 0}", "scarcity: 1.5}") == "economy.town.scarcity");
  CHECK(wrong("people: 12", "people: 99999") == "economy.town.people");
  CHECK(wrong("serves: [person]", "serves: [granary]") == "species[3].serves[0]");
  CHECK(wrong("hands: 300", "hands: 3") == "species[3].holds");
  CHECK(wrong("{name: tree, kind: plant", "{name: tree, kind: plant, price: 4") ==
        "species[9].price");
  CHECK(wrong("{name: market, kind: place}", "{name: market, kind: target, owned: true}") ==
        "species[6].owned");
  CHECK(wrong("per: thief", "per: rogue") == "spawns[12].per");
  CHECK(wrong("role: guard, per", "role: king, per") == "spawns[10].role");
  CHECK(parse_scenario(fair_yaml("    policy: trader\n")).error().where == "species[0].policy");
  CHECK(wrong("abilities: [snack, drop, pick_up, steal, attack]", "abilities: [drop]").empty());
  CHECK(wrong("rest, say, use]", "say, use]") == "species[0].policy");
  CHECK(wrong("place: woods", "place: start") == "spawns[6].place");
  CHECK(parse_scenario(fair_yaml("", "spawns: [{species: coin, per: person}]\n")).error().where ==
        "spawns[0].per");
  CHECK(parse_scenario(fair_yaml("    holds: [{item: coin}]\n")).error().where == "species[0]");
}

TEST_CASE("worlds without an economy neither craft nor fetch") {
  Fair fair;
  const EntityId a = fair.person(4, 4), b = fair.person(5, 4);
  CHECK(fair.use(a, {of_items(EffectKind::kCraft, {}, kApple, 1)}) == Receipt::kNotAvailable);
  CHECK(fair.use(b, {of_items(EffectKind::kFetch, a, kApple, 1)}) == Receipt::kNotAvailable);
  CHECK(cherub_sense_price(fair.world.get(), a.index, kApple, 4, 4) < 0);
  CHECK(cherub_sense_reputation(fair.world.get(), a.index, double(a.packed())) == kNoReputation);
}
