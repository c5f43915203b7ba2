// What effects of abilities do where hunger and growth are matter.
#include "tests/engine/ecosystem_fixtures.h"
#include "tests/engine/society_fixtures.h"

using namespace cherub::engine;
using namespace cherub::engine::fixtures;

namespace {

// A garden whose animals may use "act"; nobody is there yet.
struct Garden : Fair {
  explicit Garden(double energy_cost) : Fair(make_world(garden_yaml()), energy_cost) {}
  EntityId animal(const std::string& species, double x, double y) {
    const EntityId id = put(species, x, y);
    submit(GrantAbility{"act", id, ""});
    tick();
    return id;
  }
  // All rest, so that they can pay for what they do.
  void rest(int ticks) {
    Puppeteer resting([](const World& seen, Intents& intents) {
      for (const std::uint32_t row : seen.agent_rows()) {
        fixtures::use(intents, row, AbilityKind::kRest);
      }
    });
    for (int tick = 0; tick < ticks; ++tick) world->step(resting);
  }
  [[nodiscard]] float hunger(EntityId id) const { return world->columns().hunger[id.index]; }
  [[nodiscard]] std::uint64_t matter(EntityId id) const {
    return world->ecology()->bodies.matter[id.index];
  }
};

}  // namespace

TEST_CASE("who feeds another gives of its own reserve, and the other stays fed") {
  Garden garden(0.3);
  const EntityId giver = garden.animal("deer", 12, 12), taker = garden.animal("deer", 13, 12);
  garden.rest(100);
  const float giver_before = garden.hunger(giver), taker_before = garden.hunger(taker);
  CHECK(garden.use_on(giver, taker, {effect(EffectKind::kFeed, taker, 0.2)}) == Receipt::kAccepted);
  CHECK(garden.hunger(taker) == Approx(taker_before - 0.2).margin(0.005));
  CHECK(garden.hunger(giver) == Approx(giver_before + 0.2).margin(0.005));
  check_balance(*garden.world);
  const float fed = garden.hunger(taker);
  idle(*garden.world, 1);
  CHECK(garden.hunger(taker) == Approx(fed).margin(0.005));
}

TEST_CASE("nobody feeds itself, or more than it has and the other lacks") {
  Garden garden(0.3);
  const EntityId giver = garden.animal("bird", 12, 12), taker = garden.animal("deer", 13, 12);
  CHECK(garden.use_on(giver, giver, {effect(EffectKind::kFeed, giver, 0.5)}) == Receipt::kFailed);
  garden.rest(100);
  CHECK(garden.use_on(giver, taker, {effect(EffectKind::kFeed, taker, 1)}) == Receipt::kAccepted);
  CHECK(garden.hunger(giver) == 1);
  CHECK(garden.hunger(taker) > 0.1f);
  CHECK(garden.hunger(taker) < 1);
  check_balance(*garden.world);
  garden.install(spec_of("act", 0.01));
  const Effect bite = effect(EffectKind::kFeed, taker, 0.03);
  CHECK(garden.use_on(giver, taker, {bite}) == Receipt::kFailed);
  garden.install(spec_of("act", 0.3));
  const EntityId moth = garden.animal("moth", 13, 13);
  garden.use_on(taker, moth, {effect(EffectKind::kFeed, moth, 1)});
  CHECK(garden.hunger(moth) < 0.01f);
  check_balance(*garden.world);
}

TEST_CASE("abilities that eat and rest do what the actions do") {
  Garden garden(0.01);
  const EntityId deer = garden.animal("deer", 12, 12);
  const EntityId flower = garden.put("flower", 12.5, 12);
  garden.rest(250);
  const std::uint64_t grown = garden.matter(flower);
  const float hunger = garden.hunger(deer);
  CHECK(garden.use_on(deer, flower, {effect(EffectKind::kEat, flower)}) == Receipt::kAccepted);
  CHECK(garden.world->exists(flower));
  CHECK(garden.matter(flower) < grown);
  CHECK(garden.hunger(deer) < hunger);
  const float fed = garden.hunger(deer);
  idle(*garden.world, 1);
  CHECK(garden.hunger(deer) == Approx(fed).margin(0.005));
  check_balance(*garden.world);
  const float energy = garden.energy(deer);
  CHECK(garden.use(deer, {effect(EffectKind::kRest)}) == Receipt::kAccepted);
  CHECK(garden.energy(deer) > energy - 0.01f);  // what it paid comes back in part
  check_balance(*garden.world);
}
