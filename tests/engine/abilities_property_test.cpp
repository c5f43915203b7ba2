#include <map>

#include "engine/base/thread_pool.h"
#include "engine/command_json.h"
#include "engine/snapshot.h"
#include "tests/engine/society_fixtures.h"

using namespace cherub::engine;
using namespace cherub::engine::fixtures;

namespace {

// Effects behind kCall are of villages.
constexpr std::uint64_t kFairEffects = static_cast<std::uint64_t>(EffectKind::kCall) + 1;

// Everybody uses abilities at random: any effects on anybody, most of them impossible. A pure
// function of the world, so that two worlds alike go on alike.
class Chaos final : public Behaviour {
 public:
  void decide(const World& world, Intents& intents, std::vector<Event>&) override {
    prices.clear();
    for (const std::uint32_t row : world.agent_rows()) {
      cherub::base::RandomStream random =
          world.random(world.id_of(row).packed(), cherub::base::Stream::kScript);
      act(world, intents, row, random);
    }
  }

  std::map<std::uint32_t, double> prices;  // by row: of all that was asked for in this tick

 private:
  static EntityId anybody(const World& world, std::uint32_t row,
                          cherub::base::RandomStream& random) {
    Sighting near[kNeighborsMax];
    const int species = random.uniform() < 0.5 ? kPerson : kAnySpecies;
    const auto count = cherub_sense_neighbors(&world, row, species, random.uniform(1, 4), near);
    const std::uint64_t at = random.below(std::uint64_t(count) + 1);
    if (at == std::uint64_t(count)) return world.id_of(row);
    return EntityId::unpack(static_cast<std::uint64_t>(near[at].id));
  }

  static Effect anything(const World& world, std::uint32_t row,
                         cherub::base::RandomStream& random) {
    Effect made;
    made.kind = static_cast<EffectKind>(random.below(kFairEffects));
    made.target = anybody(world, row, random);
    if (made.kind == EffectKind::kPickUp || random.uniform() < 0.2) {
      Sighting thing{};
      cherub_sense_nearest(&world, row, random.uniform() < 0.5 ? kApple : kCoin, 3, &thing);
      if (thing.found != 0) {
        made.kind = EffectKind::kPickUp;
        made.target = EntityId::unpack(static_cast<std::uint64_t>(thing.id));
      }
    }
    OfferSeen offer{};
    cherub_sense_offer(&world, row, &offer);
    if (offer.found != 0 && random.uniform() < 0.5) {
      made.kind = EffectKind::kAccept;
      made.target = EntityId::unpack(static_cast<std::uint64_t>(offer.from));
    }
    made.amount = random.uniform() < 0.02 ? -1 : random.uniform() * 0.4;
    made.seconds = random.uniform(0, 3);
    made.x = random.uniform(-2, 2);
    made.y = random.uniform(-2, 2);
    if (made.kind == EffectKind::kPlant) {
      made.x += world.columns().x[row];
      made.y += world.columns().y[row];
    }
    made.item = static_cast<SpeciesIndex>(1 + random.below(3));
    made.want_item = static_cast<SpeciesIndex>(1 + random.below(2));
    made.count = static_cast<std::uint32_t>(random.below(3));
    made.want_count = static_cast<std::uint32_t>(random.below(3));
    made.text.assign(random.below(5), static_cast<char>(random.below(256)));
    return made;
  }

  void act(const World& world, Intents& intents, std::uint32_t row,
           cherub::base::RandomStream& random) {
    intents.move[row] = static_cast<std::uint8_t>(random.below(5));
    intents.move_x[row] = static_cast<float>(random.uniform(-1, 20));
    intents.move_y[row] = static_cast<float>(random.uniform(-1, 20));
    intents.move_z[row] = 0;
    if (random.uniform() < 0.3) intents.messages.push_back({row, "hey", MessageKind::kSay});
    intents.ability[row] = static_cast<std::uint8_t>(AbilityKind::kUse);
    Intents::Use use;
    use.row = row;
    use.ability = static_cast<AbilityIndex>(random.below(world.abilities().size() + 1));
    use.target = anybody(world, row, random);
    const std::size_t effects = random.below(4);
    double price = 0;
    for (std::size_t i = 0; i < effects; ++i) {
      use.effects.push_back(anything(world, row, random));
      price += effect_price(world, row, use.effects.back());
    }
    prices[row] = price;
    intents.uses.push_back(std::move(use));
  }
};

// A lively fair: things on the ground, abilities of several prices known to all.
std::unique_ptr<World> lively(std::uint64_t seed) {
  auto world = make_world(
      fair_yaml("    role: guard\n    hunger_rate: 0.02\n    energy_rate: 0.01\n"
                "    rest_rate: 0.5\n    starve_rate: 0.02\n    thirst_rate: 0.01\n",
                "spawns:\n  - {species: person, count: 40}\n  - {species: apple, count: 60}\n"
                "  - {species: coin, count: 60}\n  - {species: berry, count: 20}\n"),
      seed);
  const AbilitySpec specs[] = {spec_of("strike", 0.12, 6, 0.3), spec_of("mend", 0.05, 10),
                               spec_of("swap", 0.02, 3, 1), spec_of("free", 0, 2)};
  for (const AbilitySpec& spec : specs) REQUIRE(world->submit(InstallAbility{spec}).ok());
  for (const char* name : {"swap", "free"}) {
    REQUIRE(world->submit(GrantAbility{name, std::nullopt, "guard"}).ok());
  }
  return world;
}

// Commands in the middle of it all.
void disturb(World& world, Tick tick) {
  if (world.agent_rows().empty()) return;
  const EntityId someone = world.id_of(world.agent_rows()[tick % world.agent_rows().size()]);
  if (tick % 17 == 3) REQUIRE(world.submit(Remove{someone}).ok());
  if (tick % 13 == 5) REQUIRE(world.submit(SetRole{someone, "trader"}).ok());
  if (tick % 11 == 7) REQUIRE(world.submit(GrantAbility{"mend", someone, ""}).ok());
  if (tick % 19 == 2) REQUIRE(world.submit(Spawn{"person", 12, 12, 0, 6}).ok());
  if (tick % 29 == 4) REQUIRE(world.submit(RevokeAbility{"strike", {}, "guard"}).ok());
  if (tick % 29 == 8) REQUIRE(world.submit(GrantAbility{"strike", {}, "guard"}).ok());
}

std::uint64_t everywhere(const World& world, SpeciesIndex item) {
  std::uint64_t count = world.alive_count(item);
  world.society().hands.for_each(
      [&](std::uint32_t, const Hands& hands) { count += count_of(hands, item); });
  return count;
}

}  // namespace

TEST_CASE("things are never made or lost but by eating, whatever is done with them") {
  std::map<EventKind, int> all;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const auto world = lively(seed);
    Chaos chaos;
    std::map<EventKind, int> seen;
    std::uint64_t apples = everywhere(*world, kApple);
    for (Tick tick = 0; tick < 250; ++tick) {
      disturb(*world, tick);
      std::map<std::uint64_t, SpeciesIndex> species;
      for (std::uint32_t row = 0; row < world->columns().size(); ++row) {
        species[world->id_of(row).packed()] = world->columns().species[row];
      }
      for (const Event& event : world->step(chaos).events) {
        ++seen[event.kind];
        if (event.kind != EventKind::kEat) continue;
        const bool apple = event.text == "apple" ||
                           (event.text.empty() && species[event.other.packed()] == kApple);
        if (apple) --apples;
      }
      REQUIRE(everywhere(*world, kCoin) == 60);
      REQUIRE(everywhere(*world, kApple) == apples);
      world->society().hands.for_each([&](std::uint32_t row, const Hands& hands) {
        REQUIRE(total_of(hands) <= 5);
        REQUIRE(world->columns().alive[row] != 0);
      });
    }
    CAPTURE(seed);
    for (const EventKind kind : {EventKind::kPickUp, EventKind::kDrop, EventKind::kDeath}) {
      CHECK(seen[kind] > 10);
    }
    for (const auto& [kind, count] : seen) all[kind] += count;
  }
  for (const EventKind kind : {EventKind::kGive, EventKind::kTheft, EventKind::kOffer,
                               EventKind::kTrade, EventKind::kEat, EventKind::kDamage}) {
    CAPTURE(event_name(kind));
    CHECK(all[kind] > 5);
  }
}

TEST_CASE("no use does more than was paid for, and nobody's energy falls below nothing") {
  for (std::uint64_t seed = 20; seed < 26; ++seed) {
    const auto world = lively(seed);
    Chaos chaos;
    int paid = 0, unpaid = 0;
    for (Tick tick = 0; tick < 200; ++tick) {
      disturb(*world, tick);
      for (const Event& event : world->step(chaos).events) {
        if (event.kind != EventKind::kAbility) continue;
        ++paid;
        REQUIRE(chaos.prices.at(event.entity.index) <= event.value + kPriceSlack);
        REQUIRE(world->abilities()[*world->find_ability(event.text)].energy_cost == event.value);
      }
      const Columns& columns = world->columns();
      for (const std::uint32_t row : world->agent_rows()) {
        REQUIRE(columns.energy[row] >= 0);
        REQUIRE(columns.energy[row] <= 1);
        REQUIRE(columns.health[row] > 0);
        REQUIRE(columns.health[row] <= 1);
        REQUIRE(columns.hunger[row] >= 0);
        REQUIRE(columns.thirst[row] >= 0);
        unpaid += columns.ability_receipt[row] == std::uint8_t(Receipt::kUnpaid) ? 1 : 0;
      }
    }
    CHECK(paid > 200);
    CHECK(unpaid > 200);
  }
}

TEST_CASE("a saved society goes on bit for bit, on any number of threads") {
  cherub::base::ThreadPool pool(3);
  for (std::uint64_t seed = 40; seed < 43; ++seed) {
    const auto world = lively(seed);
    auto twin = lively(seed);
    twin->use(pool);
    Chaos first, second;
    for (Tick tick = 0; tick < 160; ++tick) {
      disturb(*world, tick);
      disturb(*twin, tick);
      const TickReport expected = world->step(first);
      const TickReport got = twin->step(second);
      REQUIRE(got.hash == expected.hash);
      REQUIRE(got.events.size() == expected.events.size());
      if (tick % 20 != 7) continue;
      const Snapshot taken = twin->snapshot();
      auto read = snapshot_from_json(snapshot_to_json(taken));
      if (!read.ok()) FAIL(read.error().text());
      CHECK_FALSE(first_difference(taken, *read));
      auto restored = World::restore(*read);
      if (!restored.ok()) FAIL(restored.error().text());
      twin = std::move(*restored);
      if (tick % 40 == 7) twin->use(pool);
    }
    CHECK_FALSE(world->society().sounds.empty());
    CHECK_FALSE(world->society().cooldowns.empty());
  }
}

TEST_CASE("a society that cannot be is refused with its part") {
  const auto world = lively(1);
  Chaos chaos;
  for (Tick tick = 0; tick < 60; ++tick) {
    disturb(*world, tick);
    world->step(chaos);
  }
  const Snapshot good = world->snapshot();
  const auto error_of = [&](const std::function<void(Society&)>& change) {
    Snapshot bad = good;
    change(bad.society);
    const auto difference = first_difference(good, bad);
    CHECK(difference);
    const auto restored = World::restore(bad);
    return restored.ok() ? std::string() : restored.error().text();
  };
  const std::uint32_t row = world->agent_rows().front();
  CHECK(error_of([](auto& s) { s.abilities[0].energy_cost = 2; }).find("society.abil") == 0);
  CHECK(error_of([](auto& s) { s.abilities[1].name = s.abilities[0].name; }).find("soc") == 0);
  CHECK(error_of([](auto& s) { s.role_abilities.pop_back(); }).find("society.role_") == 0);
  CHECK(error_of([](auto& s) { s.role_abilities[0] = ~0ull; }).find("society.role_") == 0);
  CHECK(error_of([&](auto& s) { s.own_abilities[row] = 1ull << 60; }).find("society.own") == 0);
  CHECK(error_of([&](auto& s) { s.own_abilities[7000] = 1; }).find("society.own") == 0);
  CHECK(error_of([&](auto& s) { s.hands[row] = {{kCoin, 9}}; }).find("society.hands") == 0);
  CHECK(error_of([&](auto& s) { s.hands[row] = {{kBerry, 1}}; }).find("society.hands") == 0);
  CHECK(error_of([&](auto& s) { s.shields[row] = {2, 900}; }).find("society.shields") == 0);
  CHECK(error_of([&](auto& s) { s.offers[row].item = 77; }).find("society.offers") == 0);
  CHECK(error_of([&](auto& s) { s.cooldowns[row] = {{900, 1}}; }).find("society.cool") == 0);
  CHECK(error_of([](auto& s) { s.sounds.emplace_back().x = NAN; }).find("society.sounds") == 0);
  CHECK(error_of([&](auto& s) { s.shields[row] = {0.5, 900}; }).find("hash") == 0);
  const std::string text = snapshot_to_json(good);
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    cherub::base::RandomStream random(seed);
    std::string broken = text;
    const std::size_t from = text.find("\"society\""), length = text.find("\"terrain\"") - from;
    for (int i = 0; i < 2; ++i) {
      broken[from + random.below(length)] = static_cast<char>(random.below(256));
    }
    const auto read = snapshot_from_json(broken);
    if (read.ok()) (void)World::restore(*read);
  }
}

TEST_CASE("commands about abilities read back from JSON as they were") {
  const EntityId someone{12, 3};
  const Command commands[] = {InstallAbility{spec_of("fireball", 0.125, 7.5, 2.5)},
                              GrantAbility{"fireball", someone, ""},
                              GrantAbility{"fireball", std::nullopt, "guard"},
                              RevokeAbility{"fireball", someone, ""},
                              RevokeAbility{"fireball", std::nullopt, "guard"},
                              SetRole{someone, "guard"},
                              SetRole{someone, ""}};
  for (const Command& command : commands) {
    const std::string text = command_to_json(command);
    const auto read = command_from_json(text);
    if (!read.ok()) FAIL(text << ": " << read.error().text());
    CHECK(read->index() == command.index());
    CHECK(command_to_json(*read) == text);
  }
  const auto error_of = [](const char* text) {
    const auto read = command_from_json(text);
    return read.ok() ? std::string() : read.error().text();
  };
  CHECK(error_of(R"({"type":"install_ability","name":"a"})").find("sha256") == 0);
  CHECK(
      error_of(R"({"type":"install_ability","name":"a","sha256":"","range":"x"})").find("range") ==
      0);
  CHECK(error_of(R"({"type":"grant_ability","ability":"a"})").find("role") == 0);
  CHECK(error_of(R"({"type":"grant_ability","ability":"a","id":-1})").find("id") == 0);
  CHECK(error_of(R"({"type":"grant_ability","ability":"a","id":1,"role":"b"})").find("role") == 0);
  CHECK(error_of(R"({"type":"set_role","id":1})").find("role") == 0);
}
