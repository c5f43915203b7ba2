#include "scripting/ability_vm.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "engine/base/random.h"
#include "scripting/checker.h"
#include "tests/scripting/world_fixture.h"

using namespace cherub;
using namespace cherub::scripting;
using engine::EffectKind;
using engine::Receipt;

namespace {

// A pasture of rabbits that stand still, and abilities that the rabbits use there.
struct Field {
  Field() : life(fixtures::pasture(8, 40, 12)) { life.step(); }

  std::unique_ptr<AbilityVm> load(const std::string& source) {
    const auto version = life.registry->add(source);
    return AbilityVm::create(*version, life.world->scenario(), {}, verdict);
  }
  std::unique_ptr<AbilityVm> with_execute(const std::string& body, double energy_cost = 0.5) {
    const std::string source =
        "local ability = {name = 'spark', description = 'Sparks.', energy_cost = " +
        std::to_string(energy_cost) +
        ", cooldown = 1, range = 10}\n"
        "function ability.execute(user, target, world, effects, details)\n" +
        body + "\nend\nreturn ability\n";
    auto ability = load(source);
    INFO(sandbox::diagnostics_text(verdict.diagnostics, "ability.lua", source));
    REQUIRE(ability);
    return ability;
  }
  [[nodiscard]] std::uint32_t agent(std::size_t i) const { return life.world->agent_rows()[i]; }
  [[nodiscard]] engine::UseRequest at(std::size_t target) const {
    return {0, life.world->id_of(agent(target))};
  }
  // By the first agent.
  UseOutcome run(AbilityVm& ability, const engine::UseRequest& request,
                 const sandbox::Value& details = {}) const {
    return ability.use(*life.world, agent(0), request, details);
  }
  UseOutcome use(const std::string& body, double energy_cost = 0.5) {
    return run(*with_execute(body, energy_cost), at(1));
  }

  fixtures::Life life;
  LoadVerdict verdict;
};

double total_price(const Field& field, const UseOutcome& outcome) {
  double total = 0;
  for (const engine::Effect& effect : outcome.effects) {
    total += engine::effect_price(*field.life.world, field.agent(0), effect);
  }
  return total;
}

}  // namespace

TEST_CASE("An ability declares what it costs and reaches", "[abilities]") {
  Field field;
  const auto ability = field.with_execute("effects.damage(target, 0.1)", 0.25);
  CHECK(ability->spec().name == "spark");
  CHECK(ability->spec().energy_cost == 0.25);
  CHECK(ability->spec().cooldown_s == 1);
  CHECK(ability->spec().range == 10);
  CHECK(ability->spec().sha256.size() == 64);
  CHECK(ability->description() == "Sparks.");
}

TEST_CASE("A file that is no ability is refused with what is wrong", "[abilities]") {
  const std::pair<const char*, const char*> files[] = {
      {"return 5", "return ability"},
      {"return {}", "no function execute"},
      {"return {execute = 5}", "ability.execute must be a function, got number"},
      {"return {execute = function() end}", "ability.name must be a lower-case word"},
      {"return {execute = function() end, name = 'A b'}", "got 'A b'"},
      {"return {execute = function() end, name = 'a'}", "ability.description must be a string"},
      {"return {execute = function() end, name = 'a', description = '', energy_cost = 2}",
       "ability.energy_cost must be a number from 0 to 1 of self.energy, got 2"},
      {"return {execute = function() end, name = 'a', description = '', energy_cost = 0/0}",
       "ability.energy_cost must be a number from 0 to 1"},
      {"return {execute = function() end, name = 'a', description = '', energy_cost = 0, "
       "cooldown = -1}",
       "ability.cooldown must be a number from 0 to 3600 seconds, got -1"},
      {"return {execute = function() end, name = 'a', description = '', energy_cost = 0, "
       "cooldown = 0, range = 1/0}",
       "ability.range must be a number from 0 to 100 metres, got inf"},
      {"return {execute = function() end, can_use = 1}", "ability.can_use must be a function"},
      {"while true do end", "fuel"},
      {"local x = nil + 1", "attempt to perform arithmetic"},
  };
  Field field;
  for (const auto& [source, words] : files) {
    INFO(source);
    field.verdict = {};
    CHECK(field.load(source) == nullptr);
    CHECK_FALSE(field.verdict.ok);
    REQUIRE_FALSE(field.verdict.diagnostics.empty());
    CHECK_THAT(field.verdict.diagnostics[0].message, Catch::Contains(words));
  }
}

TEST_CASE("A use lists its effects", "[abilities]") {
  Field field;
  const UseOutcome outcome = field.use(
      "effects.damage(target, 0.1) effects.push(target, 1, 2) effects.shield(user, 0.5, 2)\n"
      "effects.dash(1, 0) effects.heal(target.id, 0.1) effects.tell(target, 'boo')");
  CHECK(outcome.fault == "");
  CHECK(outcome.receipt == Receipt::kAccepted);
  REQUIRE(outcome.effects.size() == 6);
  const engine::EntityId target = field.life.world->id_of(field.agent(1));
  CHECK(outcome.effects[0].kind == EffectKind::kDamage);
  CHECK(outcome.effects[0].amount == 0.1);
  CHECK(outcome.effects[0].target == target);
  CHECK(outcome.effects[1].kind == EffectKind::kPush);
  CHECK(outcome.effects[1].y == 2);
  CHECK(outcome.effects[2].target == field.life.world->id_of(field.agent(0)));
  CHECK(outcome.effects[2].seconds == 2);
  CHECK(outcome.effects[4].target == target);
  CHECK(outcome.effects[5].text == "boo");
  CHECK(outcome.fuel > 60);
  CHECK(outcome.fuel < 1000);
}

TEST_CASE("The script knows user, target, world and details", "[abilities]") {
  Field field;
  const auto ability = field.with_execute(
      "assert(user.species == 'rabbit' and user.distance == 0)\n"
      "assert(target.id ~= user.id and target.distance > 0 and target.health > 0)\n"
      "assert(world.tick == 1 and world.width == 12)\n"
      "local all = world.neighbors('rabbit', user.sense_radius)\n"
      "assert(details.item == 'apple' and details.count == 3)\n"
      "if #all > 0 then effects.call('I see you', 5) end");
  sandbox::Value details;
  details.data = sandbox::Value::Table{{{std::string("item")}, {std::string("apple")}},
                                       {{std::string("count")}, {3.0}}};
  const UseOutcome outcome = field.run(*ability, field.at(1), details);
  CHECK(outcome.fault == "");
  CHECK(outcome.receipt == Receipt::kAccepted);
}

TEST_CASE("A place is a target without an id, and nobody is the user", "[abilities]") {
  Field field;
  const auto ability = field.with_execute(
      "if target.id == user.id then effects.rest() else\n"
      "assert(target.id == nil and target.x == 3 and target.y == 4 and target.distance > 0)\n"
      "effects.plant('grass', target.x, target.y) end");
  engine::UseRequest request = field.at(0);
  UseOutcome outcome = field.run(*ability, request);
  CHECK(outcome.fault == "");
  REQUIRE(outcome.effects.size() == 1);
  CHECK(outcome.effects[0].kind == EffectKind::kRest);
  request.at_place = true;
  request.x = 3;
  request.y = 4;
  outcome = field.run(*ability, request);
  CHECK(outcome.fault == "");
  REQUIRE(outcome.effects.size() == 1);
  CHECK(outcome.effects[0].kind == EffectKind::kPlant);
}

TEST_CASE("can_use may say no", "[abilities]") {
  Field field;
  const auto ability = field.load(
      "return {name = 'shy', description = '', energy_cost = 0, cooldown = 0, range = 5,\n"
      "can_use = function(user, target, world) return false end,\n"
      "execute = function(user, target, world, effects) effects.rest() end}");
  REQUIRE(ability);
  const UseOutcome outcome = field.run(*ability, field.at(1));
  CHECK(outcome.receipt == Receipt::kUnwilling);
  CHECK(outcome.effects.empty());
}

TEST_CASE("A use that would cost more than its ability does nothing", "[abilities]") {
  Field field;
  CHECK(field.use("effects.damage(target, 0.1) effects.damage(target, 1)").receipt ==
        Receipt::kUnpaid);
  CHECK(field.use("effects.damage(target, 1)").effects.empty());
  CHECK(field.use("effects.damage(target, math.huge)").receipt == Receipt::kFaulted);
  CHECK(field.use("effects.heal(user, 0.1)", 0.039).receipt == Receipt::kUnpaid);
  CHECK(field.use("effects.heal(user, 0.1)", 0.041).receipt == Receipt::kAccepted);
  // The same over a distance costs more.
  CHECK(field.use("effects.heal(target, 0.1)", 0.04).receipt == Receipt::kUnpaid);
}

TEST_CASE("Hostile scripts get clean receipts", "[abilities]") {
  const std::pair<const char*, Receipt> bodies[] = {
      {"while true do end", Receipt::kFaulted},
      {"local function f() return f() + 1 end f()", Receipt::kFaulted},
      {"local s = 'x' while true do s = s .. s end", Receipt::kFaulted},
      {"error('no')", Receipt::kFaulted},
      {"error({})", Receipt::kFaulted},
      {"error()", Receipt::kFaulted},
      {"for i = 1, 65 do effects.rest() end", Receipt::kFaulted},
      {"for i = 1, 64 do effects.rest() end", Receipt::kAccepted},
      {"effects.damage(target, 0/0)", Receipt::kFaulted},
      {"effects.damage(target, -1)", Receipt::kFaulted},
      {"effects.heal(target, '1')", Receipt::kFaulted},
      {"effects.heal(nil, 1)", Receipt::kFaulted},
      {"effects.heal({}, 1)", Receipt::kFaulted},
      {"effects.heal(-5, 1)", Receipt::kNoSuchTarget},
      {"effects.heal(0.5, 0.1)", Receipt::kNoSuchTarget},
      {"effects.heal(1e300, 0.1)", Receipt::kNoSuchTarget},
      {"effects.heal(0/0, 0.1)", Receipt::kNoSuchTarget},
      {"effects.heal(2^52, 0.1)", Receipt::kNoSuchTarget},
      {"effects.push(target, 0/0, 1)", Receipt::kFaulted},
      {"effects.push(target, 1/0, 1)", Receipt::kFaulted},
      {"effects.dash(1e308, 1e308)", Receipt::kFaulted},
      {"effects.dash(50, 50)", Receipt::kUnpaid},
      {"effects.shield(user, 2, 1)", Receipt::kFaulted},
      {"effects.shield(user, 1, 1e9)", Receipt::kFaulted},
      {"effects.drop('grass', 0)", Receipt::kFaulted},
      {"effects.drop('grass', 1.5)", Receipt::kFaulted},
      {"effects.drop('food', 1)", Receipt::kFaulted},
      {"effects.drop('any', 1)", Receipt::kFaulted},
      {"effects.drop('unicorn', 1)", Receipt::kFaulted},
      {"effects.plant('rabbit.', 1, 1)", Receipt::kFaulted},
      {"effects.tell(target, ('x'):rep(201))", Receipt::kTooLong},
      {"effects.tell(target, ('x'):rep(200))", Receipt::kAccepted},
      {"effects.tell(target, 5)", Receipt::kFaulted},
      {"effects.damage = nil", Receipt::kFaulted},
      {"world.tick = 5", Receipt::kFaulted},
      {"target.health = 0 user.energy = 99", Receipt::kAccepted},
      {"world.nearest('any')", Receipt::kFaulted},
      {"pcall(function() effects.damage(target, 9) end)", Receipt::kFaulted},
  };
  Field field;
  for (const auto& [body, receipt] : bodies) {
    INFO(body);
    const auto ability = field.with_execute(body);
    const UseOutcome outcome = field.run(*ability, field.at(1));
    INFO(outcome.fault);
    CHECK(engine::receipt_name(outcome.receipt) == std::string(engine::receipt_name(receipt)));
    CHECK((outcome.receipt == Receipt::kFaulted) == !outcome.fault.empty());
    CHECK((outcome.receipt == Receipt::kAccepted || outcome.effects.empty()));
    CHECK(outcome.fuel <= kFuelPerUse);
    // And the next use finds the Vm as good as new.
    CHECK(field.run(*ability, field.at(1)).receipt == receipt);
  }
}

TEST_CASE("Faults name the line of the author", "[abilities]") {
  Field field;
  const UseOutcome outcome = field.use("\nlocal x = 1\neffects.heal(target, -2)");
  CHECK_THAT(outcome.fault,
             Catch::StartsWith("ability:5: effects.heal(target, amount): amount must "
                               "be a number of health from 0 to 1, got -2"));
}

TEST_CASE("Nothing is kept from one use to the next", "[abilities]") {
  Field field;
  // The checker refuses such a file; here it runs all the same.
  const auto ability = field.load(
      "local uses, kept = 0, nil\n"
      "local ability = {name = 'hoard', description = '', energy_cost = 0.5, cooldown = 0, "
      "range = 9}\n"
      "function ability.can_use() return uses == 0 and kept == nil and seen == nil end\n"
      "function ability.execute(user, target, world, effects)\n"
      "uses, kept = uses + 1, effects\n"
      "effects.rest()\n"
      "end\n"
      "return ability");
  REQUIRE(ability);
  for (int i = 0; i < 3; ++i) {
    const UseOutcome outcome = field.run(*ability, field.at(1));
    CHECK(outcome.receipt == Receipt::kAccepted);
    CHECK(outcome.effects.size() == 1);
  }
}

TEST_CASE("Random numbers are the user's own and the same in every run", "[abilities]") {
  Field field;
  const std::string body = "effects.dash(math.random(), math.random())";
  const auto first = field.with_execute(body), second = field.with_execute(body);
  const UseOutcome a = field.run(*first, field.at(1));
  const UseOutcome b = field.run(*second, field.at(1));
  REQUIRE(a.effects.size() == 1);
  CHECK(a.effects[0].x == b.effects[0].x);
  CHECK(a.effects[0].x != a.effects[0].y);
  CHECK(first->use(*field.life.world, field.agent(2), field.at(1), {}).effects[0].x !=
        a.effects[0].x);
  CHECK(field.run(*first, field.at(1)).effects[0].x == a.effects[0].x);
}

TEST_CASE("No sequence of effects costs more than the ability", "[abilities]") {
  Field field;
  base::RandomStream random(20261121);
  const char* const calls[] = {"effects.damage(target, A)",
                               "effects.heal(user, A)",
                               "effects.feed(target, A)",
                               "effects.energise(target, A)",
                               "effects.push(target, A, B)",
                               "effects.dash(A, B)",
                               "effects.shield(user, A % 1, B)",
                               "effects.plant('grass', A, B)",
                               "effects.tell(target, 'x')",
                               "effects.call('x', B)",
                               "effects.rest()"};
  int accepted = 0, unpaid = 0;
  for (int i = 0; i < 300; ++i) {
    std::string body;
    const auto length = 1 + random.below(12);
    for (std::uint64_t k = 0; k < length; ++k) {
      std::string call = calls[random.below(std::size(calls))];
      for (const char* letter : {"A", "B"}) {
        const std::size_t at = call.find(letter);
        if (at == std::string::npos) continue;
        call.replace(at, 1, std::to_string(random.uniform() * (random.below(4) == 0 ? 1 : 0.3)));
      }
      body += "do local target = " + std::string(random.below(3) == 0 ? "user" : "target") + " " +
              call + " end\n";
    }
    const auto ability = field.with_execute(body, std::floor(random.uniform() * 100) / 100);
    INFO(body << ability->spec().energy_cost);
    const UseOutcome outcome = field.run(*ability, field.at(1 + random.below(7)));
    REQUIRE(outcome.fault == "");
    REQUIRE(total_price(field, outcome) <= ability->spec().energy_cost + engine::kPriceSlack);
    accepted += outcome.receipt == Receipt::kAccepted ? 1 : 0;
    unpaid += outcome.receipt == Receipt::kUnpaid ? 1 : 0;
  }
  CHECK(accepted > 50);
  CHECK(unpaid > 50);
}
