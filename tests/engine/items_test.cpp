#include "tests/engine/society_fixtures.h"

using namespace cherub::engine;
using namespace cherub::engine::fixtures;

namespace {

Effect offer_of(EntityId to, std::uint32_t apples, std::uint32_t coins) {
  Effect made = of_items(EffectKind::kOffer, to, kApple, apples);
  made.want_item = kCoin;
  made.want_count = coins;
  return made;
}

}  // namespace

TEST_CASE("things are picked up within reach, as many as hands hold, and dropped again") {
  Fair fair("", "", 0);
  const EntityId a = fair.person(4, 4), b = fair.person(5, 4);
  const EntityId near = fair.put("apple", 5, 4), far = fair.put("apple", 6, 4);
  CHECK(fair.use(a, {effect(EffectKind::kPickUp, far)}) == Receipt::kOutOfReach);
  // Two want the same: the lower row gets it.
  const auto take = [&](EntityId who) {
    return fair.use_of(who, {effect(EffectKind::kPickUp, near)}, who);
  };
  CHECK(fair.step({take(a), take(b)}) == Receipt::kAccepted);
  CHECK(fair.world->columns().ability_receipt[b.index] == std::uint8_t(Receipt::kNoSuchTarget));
  CHECK_FALSE(fair.world->exists(near));
  CHECK(fair.report.events.back().value == double(DeathCause::kTaken));
  CHECK(fair.held(a, kApple) == 1);
  fair.hand(a, kApple, 2);
  fair.hand(a, kCoin, 2);
  const EntityId sixth = fair.put("coin", 4, 4);
  CHECK(fair.use(a, {effect(EffectKind::kPickUp, sixth)}) == Receipt::kHandsFull);
  CHECK(fair.world->exists(sixth));
  CHECK(fair.use(a, {of_items(EffectKind::kDrop, {}, kApple, 4)}) == Receipt::kNoItem);
  CHECK(fair.use(a, {of_items(EffectKind::kDrop, {}, kApple, 0)}) == Receipt::kNoItem);
  CHECK(fair.use(a, {of_items(EffectKind::kDrop, {}, 999, 1)}) == Receipt::kNoItem);
  CHECK(fair.use(a, {of_items(EffectKind::kDrop, {}, kApple, 2)}) == Receipt::kAccepted);
  CHECK(fair.events(EventKind::kDrop) == 2);
  CHECK(fair.world->alive_count(kApple) == 3);
  CHECK(fair.held(a, kApple) == 1);
}

TEST_CASE("who has no hands picks nothing up") {
  Fair fair("    hands: 0\n", "", 0);
  const EntityId a = fair.person(4, 4);
  const EntityId coin = fair.put("coin", 4, 4);
  CHECK(fair.use(a, {effect(EffectKind::kPickUp, coin)}) == Receipt::kHandsFull);
}

TEST_CASE("giving: to whom is near, has room, and what is there") {
  Fair fair("", "", 0);
  const EntityId a = fair.person(4, 4), b = fair.person(5, 4), far = fair.person(8, 4);
  fair.hand(a, kCoin, 3);
  fair.hand(b, kApple, 4);
  const auto give = [&](EntityId to, std::uint32_t count) {
    return fair.use(a, {of_items(EffectKind::kGive, to, kCoin, count)});
  };
  CHECK(give(far, 1) == Receipt::kOutOfReach);
  CHECK(give(a, 1) == Receipt::kNoSuchTarget);
  CHECK(give(b, 2) == Receipt::kHandsFull);
  CHECK(give(b, 4) == Receipt::kNoItem);
  CHECK(give(b, 1) == Receipt::kAccepted);
  CHECK(fair.held(a, kCoin) == 2);
  CHECK(fair.held(b, kCoin) == 1);
  CHECK(fair.events(EventKind::kGive) == 1);
}

TEST_CASE("stealing works about every second time, and says so either way") {
  Fair fair("", "", 0);
  const EntityId a = fair.person(4, 4), b = fair.person(5, 4);
  fair.hand(b, kCoin, 1);
  fair.install(spec_of("act", 0.02));
  int stolen = 0, failed = 0;
  for (int i = 0; i < 40; ++i) {
    EntityId thief = a, owner = b;
    if (fair.held(a, kCoin) > 0) std::swap(thief, owner);
    const Receipt receipt = fair.use(thief, {of_items(EffectKind::kSteal, owner, kCoin, 1)});
    REQUIRE(fair.events(EventKind::kTheft) == 1);
    (receipt == Receipt::kAccepted ? stolen : failed) += 1;
    if (receipt != Receipt::kAccepted) CHECK(receipt == Receipt::kFailed);
    CHECK(fair.held(a, kCoin) + fair.held(b, kCoin) == 1);
  }
  CHECK(stolen >= 10);
  CHECK(failed >= 10);
  const EntityId robbed = fair.held(a, kCoin) > 0 ? b : a;
  const EntityId other = robbed == a ? b : a;
  CHECK(fair.use(other, {of_items(EffectKind::kSteal, robbed, kCoin, 1)}) == Receipt::kNoItem);
  CHECK(fair.use(other, {of_items(EffectKind::kSteal, robbed, kCoin, 2)}) == Receipt::kUnpaid);
}

TEST_CASE("a trade changes both hands at once or not at all") {
  Fair fair("", "", 0);
  const EntityId a = fair.person(4, 4), b = fair.person(5, 4), c = fair.person(4, 5);
  fair.hand(a, kApple, 5);
  fair.hand(b, kCoin, 4);
  const auto accept = [&](EntityId who, EntityId from) {
    return fair.use(who, {effect(EffectKind::kAccept, from)});
  };
  CHECK(accept(b, a) == Receipt::kFailed);  // nothing is offered
  CHECK(fair.use(a, {offer_of(b, 6, 1)}) == Receipt::kNoItem);
  CHECK(fair.use(a, {offer_of(b, 0, 0)}) == Receipt::kNoItem);
  CHECK(fair.use(a, {offer_of(a, 1, 1)}) == Receipt::kNoSuchTarget);
  CHECK(fair.use(a, {offer_of(b, 2, 5)}) == Receipt::kAccepted);
  CHECK(accept(c, a) == Receipt::kFailed);  // it is not for this one
  CHECK(accept(b, a) == Receipt::kNoItem);  // so many coins are not there
  CHECK(fair.use(a, {offer_of(b, 3, 1)}) == Receipt::kAccepted);
  CHECK(accept(b, a) == Receipt::kHandsFull);  // 4 - 1 + 3 do not fit
  CHECK(fair.held(a, kApple) == 5);
  CHECK(fair.use(a, {offer_of(b, 3, 2)}) == Receipt::kAccepted);
  CHECK(fair.events(EventKind::kOffer) == 1);
  OfferSeen seen{};
  cherub_sense_offer(fair.world.get(), b.index, &seen);
  CHECK(seen.found == 1);
  CHECK(seen.item == kApple);
  CHECK(seen.count == 3);
  CHECK(seen.want_item == kCoin);
  CHECK(seen.want_count == 2);
  CHECK(seen.from == double(a.packed()));
  CHECK(seen.left_s == Approx(10));
  cherub_sense_offer(fair.world.get(), c.index, &seen);
  CHECK(seen.found == 0);
  CHECK(accept(b, a) == Receipt::kAccepted);
  CHECK(fair.events(EventKind::kTrade) == 1);
  CHECK(fair.held(a, kApple) == 2);
  CHECK(fair.held(a, kCoin) == 2);
  CHECK(fair.held(b, kApple) == 3);
  CHECK(fair.held(b, kCoin) == 2);
  CHECK(accept(b, a) == Receipt::kFailed);  // it is taken up
}

TEST_CASE("offers end after their time; the eldest of several is seen first") {
  Fair fair("", "", 0);
  const EntityId a = fair.person(4, 4), b = fair.person(5, 4), c = fair.person(4, 5);
  fair.hand(a, kApple, 1);
  fair.hand(c, kApple, 1);
  CHECK(fair.use(c, {offer_of(b, 1, 0)}) == Receipt::kAccepted);
  CHECK(fair.use(a, {offer_of(b, 1, 0)}) == Receipt::kAccepted);
  const auto from = [&] {
    OfferSeen seen{};
    cherub_sense_offer(fair.world.get(), b.index, &seen);
    return seen.found != 0 ? EntityId::unpack(static_cast<std::uint64_t>(seen.from)) : EntityId{};
  };
  fair.tick();
  CHECK(from() == c);
  for (int i = 0; i < 97; ++i) fair.tick();
  CHECK(from() == c);  // 99 ticks behind the offer
  fair.tick();
  fair.tick();
  CHECK(from() == a);
  CHECK(fair.use(b, {effect(EffectKind::kAccept, c)}) == Receipt::kFailed);
  fair.tick();
  CHECK(from() == EntityId{});
  for (int i = 0; i < 64; ++i) fair.tick();
  CHECK(fair.world->society().offers.empty());
}

TEST_CASE("what the dead carried lies where they died") {
  Fair fair("", "", 0);
  const EntityId a = fair.person(4, 4), b = fair.person(12, 12);
  fair.hand(a, kApple, 2);
  fair.hand(a, kCoin, 3);
  fair.hand(b, kCoin, 1);
  fair.submit(Remove{a});
  fair.tick();
  CHECK(fair.events(EventKind::kDrop) == 5);
  CHECK(fair.world->alive_count(kApple) == 2);
  CHECK(fair.world->alive_count(kCoin) == 3);
  CHECK(fair.world->items_of(a.index).empty());
  fair.install(spec_of("act", 0.5));
  const EntityId killer = fair.person(13, 12);
  const float x = fair.world->columns().x[b.index];
  CHECK(fair.use_on(killer, b, {effect(EffectKind::kDamage, b, 0.9)}) == Receipt::kAccepted);
  fair.install(spec_of("act", 0.06));
  CHECK(fair.use_on(killer, b, {effect(EffectKind::kDamage, b, 0.11)}) == Receipt::kAccepted);
  CHECK(fair.world->alive_count(kCoin) == 4);
  for (const Event& event : fair.report.events) {
    if (event.kind == EventKind::kDrop) CHECK(event.x == x);
  }
}

TEST_CASE("eating out of one's hands follows the diet") {
  Fair fair("    hunger_rate: 1\n", "", 0);
  const EntityId a = fair.person(4, 4);
  fair.hand(a, kApple, 1);
  fair.hand(a, kCoin, 1);
  const auto eat = [&](SpeciesIndex item) {
    return fair.use(a, {of_items(EffectKind::kEat, a, item, 1)});
  };
  CHECK(eat(kCoin) == Receipt::kNotInDiet);
  const float hunger = fair.world->columns().hunger[a.index];
  CHECK(eat(kApple) == Receipt::kAccepted);
  CHECK(fair.world->columns().hunger[a.index] == Approx(hunger - 0.3 + 0.1).margin(0.101));
  CHECK(eat(kApple) == Receipt::kNoItem);
  CHECK(fair.held(a, kCoin) == 1);
  const EntityId apple = fair.put("apple", 4, 4.5), second = fair.put("apple", 4, 4.5);
  CHECK(fair.use(a, {effect(EffectKind::kEat, apple), effect(EffectKind::kEat, second)}) ==
        Receipt::kNotReady);  // one meal in a use
  CHECK_FALSE(fair.world->exists(apple));
  CHECK(fair.world->exists(second));
}

TEST_CASE("planting needs open ground and room") {
  Fair fair("", "", 0.1);
  const EntityId a = fair.person(4.5, 4.5);
  const auto plant = [&](double x, double y, SpeciesIndex species = kBerry) {
    Effect seed = of_items(EffectKind::kPlant, {}, species, 1);
    seed.x = x;
    seed.y = y;
    return fair.use(a, {seed});
  };
  CHECK(plant(5.5, 4.5) == Receipt::kAccepted);
  CHECK(fair.world->alive_count(kBerry) == 1);
  CHECK(plant(5.6, 4.5) == Receipt::kAccepted);
  CHECK(plant(5.7, 4.5) == Receipt::kCrowded);
  fair.install(spec_of("act", 0.1, 3));
  CHECK(plant(9, 4.5) == Receipt::kOutOfReach);
  CHECK(plant(5.5, 6.5, kCoin) == Receipt::kNotAvailable);
  fair.install(spec_of("act", 0.1));
  CHECK(plant(-3, 4.5) == Receipt::kBlocked);
}

TEST_CASE("thirst grows, kills, and is quenched at water only") {
  const std::string thirsty = "    thirst_rate: 1\n    starve_rate: 1\n";
  Fair dry(thirsty, "", 0);
  const EntityId a = dry.person(4, 4);
  CHECK(dry.world->columns().thirst[a.index] > 0.1f);
  CHECK(dry.use(a, {effect(EffectKind::kDrink, {}, 1)}) == Receipt::kOutOfReach);
  DeathCause cause{};
  for (int i = 0; i < 30; ++i) {
    dry.tick();
    for (const Event& event : dry.report.events) {
      if (event.kind == EventKind::kDeath) cause = static_cast<DeathCause>(event.value);
    }
  }
  CHECK(cause == DeathCause::kThirst);
  Fair wet(thirsty, "", 0);
  const std::string lake = "terrain: {generator: flat, width: 24, depth: 24, water_density: 0.5}\n";
  std::string yaml = fair_yaml(thirsty);
  yaml.replace(yaml.find("terrain:"), yaml.find("roles:") - yaml.find("terrain:"), lake);
  wet.world = make_world(yaml, 3);
  wet.install(spec_of("act", 0));
  const Terrain& terrain = wet.world->terrain();
  int water = 0;
  for (const std::uint8_t block : terrain.blocks) water += block == std::uint8_t(Block::kWater);
  CHECK(water > 200);
  CHECK(water < 376);
  double x = 0;
  while (x < 23 &&
         !(terrain.passable(std::int64_t(x), 7) && !terrain.passable(std::int64_t(x) + 1, 7)))
    ++x;
  const EntityId b = wet.person(x + 0.5, 7.5);
  CHECK(wet.use(b, {effect(EffectKind::kDrink, {}, 1)}) == Receipt::kAccepted);
  CHECK(wet.world->columns().thirst[b.index] == Approx(0.1));
}
