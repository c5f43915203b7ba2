#include <limits>

#include "engine/ability.h"
#include "tests/engine/society_fixtures.h"

using namespace cherub::engine;
using namespace cherub::engine::fixtures;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::string refusal(World& world, Command command) {
  const auto stamped = world.submit(std::move(command));
  return stamped.ok() ? "" : stamped.error().text();
}

}  // namespace

TEST_CASE("damage costs what the list says and takes health; a killed one dies in that tick") {
  Fair fair("", "", 0.4);
  const EntityId a = fair.person(4, 4), b = fair.person(6, 4);
  // 0.3 of health at 2 m: 0.3 * 0.5 * 1.1 = 0.165.
  CHECK(effect_price(*fair.world, a.index, effect(EffectKind::kDamage, b, 0.3)) == Approx(0.165));
  CHECK(fair.use_on(a, b, {effect(EffectKind::kDamage, b, 0.3)}) == Receipt::kAccepted);
  CHECK(fair.health(b) == Approx(0.7));
  CHECK(fair.world->columns().damage[b.index] == Approx(0.3));
  CHECK(fair.energy(a) == Approx(0.6));  // what the ability declares, not what it needed
  CHECK(fair.events(EventKind::kAbility) == 1);
  CHECK(fair.events(EventKind::kDamage) == 1);
  CHECK(fair.use_on(a, b, {effect(EffectKind::kDamage, b, 0.7)}) == Receipt::kAccepted);
  CHECK_FALSE(fair.world->exists(b));
  CHECK(fair.report.events.back().value == double(DeathCause::kKilled));
  CHECK(fair.use_on(a, b, {effect(EffectKind::kDamage, b, 0.1)}) == Receipt::kExhausted);
}

TEST_CASE("effects that would cost more than what is paid do not happen, none of them") {
  Fair fair("", "", 0.3);
  const EntityId a = fair.person(4, 4), b = fair.person(6, 4);
  const Effect half = effect(EffectKind::kDamage, b, 0.5);  // 0.275
  CHECK(fair.use_on(a, b, {effect(EffectKind::kHeal, a, 0.05), half}) == Receipt::kAccepted);
  CHECK(fair.health(b) == Approx(0.5));
  CHECK(fair.use_on(a, b, {effect(EffectKind::kHeal, b, 0.2), half}) == Receipt::kUnpaid);
  CHECK(fair.health(b) == Approx(0.5));
  CHECK(fair.energy(a) == Approx(0.7));  // a use that is not begun costs nothing
  CHECK(fair.use_on(a, b, std::vector<Effect>(kEffectsMax + 1)) == Receipt::kTooLong);
}

TEST_CASE("numbers that are none, below zero or too large are refused before anything is paid") {
  Fair fair;
  const EntityId a = fair.person(4, 4), b = fair.person(6, 4);
  for (const double bad : {kNaN, -0.1, 1.01, double(INFINITY), -double(INFINITY)}) {
    CHECK(fair.use_on(a, b, {effect(EffectKind::kDamage, b, bad)}) == Receipt::kNotFinite);
    CHECK(fair.use_on(a, b, {moving(EffectKind::kPush, b, std::isfinite(bad) ? 50.01 : bad, 0)}) ==
          Receipt::kNotFinite);
    Effect shield = effect(EffectKind::kShield, b, 0.5);
    shield.seconds = bad * kShieldMax_s;
    CHECK(fair.use_on(a, b, {shield}) == Receipt::kNotFinite);
    CHECK(effect_price(shield, 1) == INFINITY);
  }
  CHECK(effect_price(effect(EffectKind::kHeal, b, 0.1), kNaN) == INFINITY);
  Effect unknown;
  unknown.kind = static_cast<EffectKind>(kEffectKindCount);
  CHECK(fair.use_on(a, b, {unknown}) == Receipt::kNotFinite);
  CHECK(fair.energy(a) == 1);
}

TEST_CASE("what an agent may not use: unknown, withdrawn, cooling down, too far, no such target") {
  Fair fair;
  fair.install(spec_of("strike", 0.1, 3, 0.5));
  const EntityId a = fair.person(4, 4), b = fair.person(6, 4), far = fair.person(9, 4);
  const auto strike = [&](EntityId target) {
    return fair.use_on(a, target, {effect(EffectKind::kDamage, target, 0.1)}, "strike");
  };
  CHECK(strike(b) == Receipt::kUnknownAbility);
  fair.submit(SetRole{a, "guard"});
  CHECK(strike(b) == Receipt::kAccepted);  // commands come before the use
  for (int i = 0; i < 4; ++i) CHECK(strike(b) == Receipt::kCoolingDown);
  CHECK(fair.world->cooldown_left_s(a.index, *fair.world->find_ability("strike")) == Approx(0.0));
  CHECK(strike(far) == Receipt::kOutOfReach);
  CHECK(strike(b) == Receipt::kAccepted);
  fair.submit(RevokeAbility{"strike", std::nullopt, "guard"});
  CHECK(strike(b) == Receipt::kUnknownAbility);
  fair.submit(GrantAbility{"strike", a, ""});
  for (int i = 0; i < 4; ++i) fair.tick();
  CHECK(strike(EntityId{999, 0}) == Receipt::kNoSuchTarget);
  CHECK(strike(b) == Receipt::kAccepted);
  AbilitySpec withdrawn = spec_of("strike");
  withdrawn.sha256.clear();
  fair.install(withdrawn);
  for (int i = 0; i < 5; ++i) fair.tick();
  CHECK(strike(b) == Receipt::kUnknownAbility);
  // Whose script failed or was unwilling is told so, and nothing is paid.
  const float before = fair.energy(a);
  Intents::Use refused = fair.use_of(a, {}, a);
  refused.receipt = Receipt::kUnwilling;
  CHECK(fair.step({refused}) == Receipt::kUnwilling);
  CHECK(fair.energy(a) == before);
}

TEST_CASE("check_use says the same in the frozen world, for targets and for places") {
  Fair fair;
  fair.install(spec_of("bolt", 0.1, 3));
  const EntityId a = fair.person(4, 4), b = fair.person(6, 4), far = fair.person(9, 4);
  const World& world = *fair.world;
  const AbilityIndex bolt = *world.find_ability("bolt");
  CHECK(check_use(world, a.index, {bolt, b}) == Receipt::kUnknownAbility);
  fair.submit(GrantAbility{"bolt", a, ""});
  fair.tick();
  CHECK(check_use(world, a.index, {bolt, b}) == Receipt::kAccepted);
  CHECK(check_use(world, a.index, {bolt, a}) == Receipt::kAccepted);
  CHECK(check_use(world, a.index, {bolt, far}) == Receipt::kOutOfReach);
  CHECK(check_use(world, a.index, {bolt, EntityId{77, 3}}) == Receipt::kNoSuchTarget);
  CHECK(check_use(world, a.index, {bolt, {}, true, 6.9, 4}) == Receipt::kAccepted);
  CHECK(check_use(world, a.index, {bolt, {}, true, 7.1, 4}) == Receipt::kOutOfReach);
  CHECK(check_use(world, a.index, {bolt, {}, true, kNaN, 4}) == Receipt::kNotFinite);
  CHECK(check_use(world, a.index, {kAbilitiesMax, b}) == Receipt::kUnknownAbility);
  CHECK(check_use(world, 4000, {bolt, b}) == Receipt::kNoSuchTarget);
  CHECK(Fair("", "actions: [move]\n").world->has_action("use") == false);
}

TEST_CASE("effects meet nothing beyond the ability's range, nor what is not of their kind") {
  Fair fair;
  fair.install(spec_of("act", 1, 3));
  const EntityId a = fair.person(4, 4), far = fair.person(9, 4);
  const EntityId thing = fair.put("coin", 4.5, 4), berry = fair.put("berry", 5, 4);
  const auto one = [&](const Effect& wanted) {
    const Receipt receipt = fair.use(a, {wanted});
    fair.install(spec_of("act", 0.0, 3));  // from here on it is free, so prices are
    return receipt;
  };
  CHECK(one(effect(EffectKind::kDamage, far, 0.1)) == Receipt::kOutOfReach);
  CHECK(fair.health(far) == 1);
  CHECK(one(effect(EffectKind::kDamage, thing, 0)) == Receipt::kNotAvailable);
  CHECK(one(effect(EffectKind::kHeal, berry, 0)) == Receipt::kNotAvailable);
  CHECK(one(effect(EffectKind::kDamage, berry, 0)) == Receipt::kAccepted);
  CHECK(one(effect(EffectKind::kPickUp, berry)) == Receipt::kNotAvailable);
  CHECK(one(effect(EffectKind::kHeal, EntityId{500, 0})) == Receipt::kNoSuchTarget);
}

TEST_CASE("healing, feeding and energy end at their bounds") {
  Fair fair("    hunger_rate: 0.2\n    starve_rate: 0.001\n", "", 0.9);
  const EntityId a = fair.person(4, 4), b = fair.person(5, 4);
  fair.use_on(a, b, {effect(EffectKind::kDamage, b, 0.5)});
  const float hunger = fair.world->columns().hunger[b.index];
  CHECK(fair.use_on(b, b,
                    {effect(EffectKind::kHeal, b, 0.9), effect(EffectKind::kFeed, b, 1),
                     effect(EffectKind::kEnergise, a, 0.1)}) == Receipt::kExhausted);
  fair.install(spec_of("act", 0.5));
  CHECK(fair.use_on(b, b, {effect(EffectKind::kHeal, b, 0.9)}) == Receipt::kAccepted);
  CHECK(fair.health(b) == Approx(1).margin(1e-3));
  CHECK(hunger > 0);
  const float energy = fair.energy(a);
  fair.install(spec_of("act", 0.2));
  CHECK(fair.use_on(b, a, {effect(EffectKind::kEnergise, a, 0.18)}) == Receipt::kAccepted);
  CHECK(fair.energy(a) == Approx(energy + 0.18));
  CHECK(fair.use_on(b, a, {effect(EffectKind::kEnergise, a, 0.19)}) == Receipt::kUnpaid);
}

TEST_CASE("shields keep off their share until they end; the stronger one counts") {
  Fair fair;
  fair.install(spec_of("act", 0.0));
  const EntityId a = fair.person(4, 4);
  fair.install(spec_of("act", 0.3));
  const auto shield = [&](double share, double seconds) {
    Effect made = effect(EffectKind::kShield, a, share);
    made.seconds = seconds;
    return fair.use(a, {made});
  };
  CHECK(shield(0.75, 0.8) == Receipt::kAccepted);
  fair.install(spec_of("act", 0.1));
  CHECK(shield(0.5, 0.5) == Receipt::kFailed);
  const EntityId b = fair.person(5, 4);
  fair.install(spec_of("act", 0.3));
  const float before = fair.health(a);
  fair.use_on(b, a, {effect(EffectKind::kDamage, a, 0.4)});
  CHECK(before - fair.health(a) == Approx(0.1));
  for (int i = 0; i < 3; ++i) fair.tick();  // its 0.8 s are over
  const float later = fair.health(a);
  fair.use_on(b, a, {effect(EffectKind::kDamage, a, 0.4)});
  CHECK(later - fair.health(a) == Approx(0.4));
}

TEST_CASE("pushing and dashing end at walls") {
  Fair fair;
  const EntityId a = fair.person(4, 4), b = fair.person(5, 4);
  CHECK(fair.use_on(a, b, {moving(EffectKind::kPush, b, 3, 1)}) == Receipt::kAccepted);
  CHECK(fair.world->columns().x[b.index] == Approx(8));
  CHECK(fair.world->columns().y[b.index] == Approx(5));
  CHECK(fair.world->columns().heading[b.index] == 0);
  fair.install(spec_of("act", 0.0));
  const EntityId c = fair.person(5, 20);
  fair.install(spec_of("act", 0.5));
  CHECK(fair.use(c, {moving(EffectKind::kDash, {}, -20, 0)}) == Receipt::kBlocked);
  CHECK(fair.world->columns().x[c.index] < 0.5);
  CHECK(is_clear_of_walls(*fair.world, c.index));
  CHECK(fair.world->columns().travelled[c.index] == Approx(5).margin(0.5));
}

TEST_CASE("turning sets the heading and nothing else") {
  Fair fair;
  const EntityId a = fair.person(4, 4);
  const auto turn = [&](float angle) {
    Puppeteer once(
        [&](const World&, Intents& intents) { move(intents, a.index, MoveKind::kTurn, angle, 0); });
    fair.world->step(once);
    return static_cast<Receipt>(fair.world->columns().move_receipt[a.index]);
  };
  CHECK(turn(1) == Receipt::kAccepted);
  CHECK(fair.world->columns().heading[a.index] == Approx(1));
  CHECK(turn(3) == Receipt::kAccepted);
  CHECK(fair.world->columns().heading[a.index] == Approx(4 - 2 * M_PI));
  CHECK(turn(float(kNaN)) == Receipt::kNotFinite);
  CHECK(fair.world->columns().x[a.index] == 4);
  Fair still("", "actions: [move]\n");
  const std::uint32_t row = spawn(*still.world, "person", 4, 4);
  Puppeteer once(
      [&](const World&, Intents& intents) { move(intents, row, MoveKind::kTurn, 1, 0); });
  still.world->step(once);
  CHECK(still.world->columns().move_receipt[row] == std::uint8_t(Receipt::kNotAvailable));
}

TEST_CASE("abilities of roles are there from the beginning, without scripts") {
  Fair fair("    role: trader\n");
  const World& world = *fair.world;
  REQUIRE(world.abilities().size() == 4);  // strike, mend, swap, act
  CHECK(world.abilities()[2].name == "swap");
  CHECK(world.abilities()[2].sha256.empty());
  const EntityId a = fair.person(4, 4);
  CHECK(world.columns().role[a.index] == 1);
  CHECK(world.known_abilities(a.index) == 0b1100);
  fair.submit(SetRole{a, "guard"});
  fair.tick();
  CHECK(world.known_abilities(a.index) == 0b1011);
  fair.submit(SetRole{a, ""});
  fair.submit(RevokeAbility{"act", a, ""});
  fair.tick();
  CHECK(world.known_abilities(a.index) == 0);
  CHECK(world.society().own_abilities.empty());
}

TEST_CASE("requests are for roles that may") {
  Fair fair;
  const EntityId a = fair.person(4, 4);
  const auto ask = [&] {
    Puppeteer once([&](const World&, Intents& intents) {
      intents.messages.push_back({a.index, "to fly", MessageKind::kRequest});
    });
    fair.report = fair.world->step(once);
    return static_cast<Receipt>(fair.world->columns().message_receipt[a.index]);
  };
  CHECK(ask() == Receipt::kNotAvailable);
  CHECK(fair.events(EventKind::kRequest) == 0);
  fair.submit(SetRole{a, "guard"});
  CHECK(ask() == Receipt::kAccepted);
  CHECK(fair.events(EventKind::kRequest) == 1);
  CHECK(fair.world->society().sounds.empty());
}

TEST_CASE("commands about abilities are checked when they are submitted") {
  Fair fair;
  World& world = *fair.world;
  const EntityId a = fair.person(4, 4);
  const EntityId coin = fair.put("coin", 8, 8);
  const auto with = [](const std::function<void(AbilitySpec&)>& change) {
    AbilitySpec spec = spec_of("good");
    change(spec);
    return InstallAbility{spec};
  };
  CHECK(refusal(world, with([](auto&) {})).empty());
  CHECK(refusal(world, with([](auto& s) { s.name = "Bad"; })).find("name") == 0);
  CHECK(refusal(world, with([](auto& s) { s.name = std::string(33, 'a'); })).find("name") == 0);
  CHECK(refusal(world, with([](auto& s) { s.sha256 = "12"; })).find("sha256") == 0);
  CHECK(refusal(world, with([](auto& s) { s.energy_cost = 1.1; })).find("energy_cost") == 0);
  CHECK(refusal(world, with([](auto& s) { s.energy_cost = kNaN; })).find("energy_cost") == 0);
  CHECK(refusal(world, with([](auto& s) { s.cooldown_s = 3601; })).find("cooldown_s") == 0);
  CHECK(refusal(world, with([](auto& s) { s.range = -1; })).find("range") == 0);
  CHECK(refusal(world, GrantAbility{"good", a, ""}).empty());  // its installation is on its way
  CHECK(refusal(world, GrantAbility{"none", a, ""}).find("ability") == 0);
  CHECK(refusal(world, GrantAbility{"act", coin, ""}).find("id") == 0);
  CHECK(refusal(world, GrantAbility{"act", a, "guard"}).find("role") == 0);
  CHECK(refusal(world, RevokeAbility{"act", {}, "king"}).find("guard trader") != std::string::npos);
  CHECK(refusal(world, SetRole{a, "king"}).find("role") == 0);
  CHECK(refusal(world, SetRole{EntityId{99, 0}, "guard"}).find("id") == 0);
  fair.tick();
  CHECK(world.known_abilities(a.index) == 0b11000);
  for (std::size_t i = world.abilities().size(); i < kAbilitiesMax; ++i) {
    CHECK(refusal(world, InstallAbility{spec_of("more_" + std::to_string(i))}).empty());
  }
  CHECK(refusal(world, InstallAbility{spec_of("too_many")}).find("name") == 0);
  CHECK(refusal(world, InstallAbility{spec_of("more_63", 0.5)}).empty());
  fair.tick();
  CHECK(world.abilities().size() == kAbilitiesMax);
  CHECK(world.abilities().back().energy_cost == 0.5);
  CHECK_FALSE(refusal(world, InstallAbility{spec_of("too_many")}).empty());
}
