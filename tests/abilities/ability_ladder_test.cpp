#include "abilities/ability_ladder.h"

#include <catch2/catch.hpp>

#include "abilities/ability_writing.h"
#include "abilities/builtin_abilities.h"
#include "engine/base/json.h"
#include "tests/abilities/hamlet.h"

namespace cherub::abilities {
namespace {

engine::Scenario hamlet() {
  auto scenario = engine::parse_scenario(fixtures::kHamlet);
  REQUIRE(scenario);
  return std::move(*scenario);
}

// An ability "spark" with these numbers and this body of execute.
std::string spark(const std::string& body, const std::string& cost = "0.1",
                  const std::string& range = "10", const std::string& can_use = "") {
  return "local ability = {name = 'spark', description = 'Sparks.', energy_cost = " + cost +
         ", cooldown = 0, range = " + range + "}\n" +
         (can_use.empty() ? ""
                          : "function ability.can_use(user, target, world, details)\n  return " +
                                can_use + "\nend\n") +
         "function ability.execute(user, target, world, effects, details)\n  " + body +
         "\nend\nreturn ability\n";
}

constexpr const char* kSomebody = "target.id ~= nil";

struct Refused {
  std::string source;
  const char* rung;
  const char* code;
  const char* says;
};

std::vector<Refused> all_refused() {
  return {
      {std::string(70'000, ' '), "A0", "too_long", "70000 bytes"},
      {"\x1bLJ\x02", "A0", "binary", "compiled"},
      {std::string("return\0{}", 9), "A0", "nul_byte", "ability:1:"},
      {"this is not Lua", "A0", "syntax", "ability:1:"},
      {"return 5", "A1", "check", "execute"},
      {spark("effects.explode(target)"), "A1", "check", "effects has"},
      {spark("os.exit()"), "A1", "check", "os"},
      {spark("effects.damage(target, 30)"), "A1", "check", "0 … 1"},
      {"local n = 0\nfor i = 1, 1e9 do n = n + i end\n" + spark("effects.rest()"), "A2", "load",
       "fuel"},
      // A place has no id.
      {spark("effects.heal(target, 0.1)"), "A2", "fault_error", "a place at"},
      {spark("effects.call(details.text, 10)"), "A2", "fault_error", "nil"},
      {spark("if user.health < 0.9 then error('wounded') end effects.rest()"), "A2", "fault_error",
       "wounded"},
      {spark("local n = 0 while n >= 0 do n = n + 1 end"), "A2", "fault_fuel", "fuel"},
      {spark("effects.call(('x'):rep(201), 10)"), "A2", "too_long", "200 bytes"},
      // 0.1 health is 0.05 beside the user, 0.06 at 4 m, and more behind.
      {spark("effects.damage(target, 0.1)", "0.06", "10", kSomebody), "A3", "unpaid", "at 8 m"},
      // Only where many stand.
      {spark("for _, other in ipairs(world.neighbors('person', 10)) do effects.damage(other, 0.02) "
             "end"),
       "A3", "unpaid", "energy_cost of 0.1"},
      // Only for those who need much.
      {spark("effects.heal(target, 1 - target.health)", "0.1", "2", kSomebody), "A3", "unpaid",
       "energy_cost"},
      {spark("local nothing = 1"), "A4", "no_effect", "in no fixture fight"},
      {spark("effects.damage(target, 0)", "0.1", "10", kSomebody), "A4", "no_effect", "accepted"},
      {spark("effects.damage(target, 0.1)", "0.1", "10", "false"), "A4", "no_effect", "unwilling"},
  };
}

}  // namespace

TEST_CASE("The ladder of abilities refuses on the right rung and says why", "[abilities]") {
  for (const Refused& refused : all_refused()) {
    AbilityLadder ladder(hamlet(), {});
    const auto verdict = ladder.climb(refused.source, {});
    const std::string text = refusals_text(verdict.refusals, refused.source, "ability");
    const std::string json = refusals_json(verdict.refusals);
    CAPTURE(refused.source.substr(0, 300), text);
    REQUIRE_FALSE(verdict.ok);
    REQUIRE_FALSE(verdict.refusals.empty());
    CHECK(std::string(rung_name(verdict.refusals.front().rung)) == refused.rung);
    CHECK(verdict.refusals.front().code == refused.code);
    CHECK_THAT(text, Catch::Contains(refused.says));
    CHECK(text.size() < 8000);
    const auto read = base::parse_json(json);
    REQUIRE(read);
    CHECK((*read)[0]["rung"].GetString() == std::string(refused.rung));
    // With LuaJIT's compiler off: the same words.
    AbilityLadder slow(hamlet(), {.jit = false});
    CHECK(refusals_json(slow.climb(refused.source, {}).refusals) == json);
  }
}

TEST_CASE("All abilities that ship stand on the whole ladder", "[abilities]") {
  for (const std::string& name : builtin_ability_names()) {
    AbilityLadder ladder(hamlet(), {});
    const std::string source(builtin_ability(name));
    const auto verdict = ladder.climb(source, {});
    INFO(name << "\n" << refusals_text(verdict.refusals, source, name));
    if (name == "craft" || name == "fetch") {
      // Nothing is wrong with them but that here is neither a recipe nor a store.
      REQUIRE(verdict.refusals.size() == 1);
      CHECK(verdict.refusals.front().code == "no_effect");
      continue;
    }
    CHECK(verdict.ok);
    CHECK(verdict.price_max <= verdict.spec.energy_cost + 1e-9);
    CHECK_FALSE(verdict.effect_on.empty());
    CHECK(verdict.fuel_max < 20'000);
  }
}

TEST_CASE("What was asked for in numbers must be there", "[abilities]") {
  AbilityLadder ladder(hamlet(), {});
  const std::string source = spark("effects.damage(target, 0.1)", "0.1", "10", kSomebody);
  CHECK(ladder.climb(source, {"spark", 0.1, 0.0, 10.0}).ok);
  const auto verdict = ladder.climb(source, {"bolt", 0.2, 5.0, 12.0});
  REQUIRE(verdict.refusals.size() == 4);
  for (const Refusal& refusal : verdict.refusals) {
    CHECK(refusal.code == "demand");
    CHECK(refusal.rung == Rung::kAbilityContract);
    CHECK_FALSE(refusal.hint.empty());
  }
}

TEST_CASE("The built-in angel's abilities stand on the ladder and use what is paid",
          "[abilities]") {
  struct Case {
    const char* goal;
    double cost;
    double worth;  // of that, the dearest use that was tried
  };
  const Case cases[] = {
      {"a fireball that costs 10 energy", 0.1, 0.98},
      {"a fireball that costs 10 energy, range 12 m, every 5 seconds", 0.1, 0.98},
      {"an explosion that hurts everyone around, radius 4 m, costs 30 energy", 0.3, 0.7},
      {"a fireball that burns all in a radius of 3 m, range 12 m, costs 40 energy", 0.4, 0.7},
      {"give the mages a way to call for help", 0.008, 0.98},
      {"calls for help, costs 1 % energy", 0.01, 0.98},
      {"heals a friend within 5 m, costs 20 energy", 0.2, 0.98},
      {"heals itself by 0.2 health", 0.08, 0.98},
      {"a shield for 5 seconds that costs 10 energy", 0.1, 0.98},
      {"a shield that keeps off half, costs 20 energy", 0.2, 0.98},
      {"shields a friend", 0.1, 0.98},
      {"steals an apple", 0.02, 0.98},
      {"steal health from a target, costs 20 energy", 0.2, 0.98},
      {"plants grass", 0.1, 0.98},
      {"pushes somebody back 3 m", 0.075, 0.98},
      {"pulls a target, costs 5 energy", 0.05, 0.98},
      {"leaps away from a target", 0.06, 0.98},
      {"gives food to somebody near", 0, 0.98},
      {"gives 0.1 energy to a friend", 0.12, 0.98},
      {"feeds a companion, 0.3 hunger", 0.09, 0.98},
      {"a frost bolt that also pushes back, costs 30 energy", 0.3, 0.98},
      {"picks up things", 0, 0.98},
      {"whispers to a target", 0.05, 0.98},
      {"drops an apple", 0, 0.98},
      {"drinks", 0, 0.98},
      {"rests", 0, 0.98},
      // 40 m already cost 0.008, and nobody is heard farther than 200 m.
      {"calls for help, costs 50 energy", 0.5, 0},
  };
  for (const Case& one : cases) {
    AbilityLadder ladder(hamlet(), {});
    angel::BuiltinAbilityAngel angel;
    const auto written = write_ability({one.goal, {}}, angel, ladder, {}, nullptr);
    INFO(one.goal << "\n" << written.message << "\n" << written.source);
    REQUIRE(written.ok);
    CHECK(written.rounds == 1);
    CHECK(written.verdict.spec.energy_cost == Approx(one.cost).margin(1e-9));
    CHECK(written.verdict.diagnostics.empty());
    CHECK(written.verdict.price_max >= one.worth * one.cost);
    if (one.worth == 0) CHECK_FALSE(written.notes.empty());
    CHECK_THAT(written.source,
               Catch::Contains(std::string("-- Goal: ") + std::string(one.goal).substr(0, 20)));
    // The same words, the same script.
    CHECK(write_ability({one.goal, {}}, angel, ladder, {}, nullptr).source == written.source);
  }
}

TEST_CASE("A goal that cannot be paid says what it would cost", "[abilities]") {
  const std::pair<const char*, const char*> cases[] = {
      {"a bolt with 0.9 damage at range 100 m", "nobody has more than 1"},
      {"hurts by 0.4 damage, costs 5 energy", "it allows 0.05"},
      {"plants grass, costs 5 energy", "costs at least"},
      {"summon a dragon", "Understood are"},
  };
  for (const auto& [goal, says] : cases) {
    AbilityLadder ladder(hamlet(), {});
    angel::BuiltinAbilityAngel angel;
    const auto written = write_ability({goal, {}}, angel, ladder, {}, nullptr);
    INFO(goal << ": " << written.message);
    CHECK_FALSE(written.ok);
    CHECK(written.source.empty());
    CHECK(written.code == base::ErrorCode::kInvalidArgument);
    CHECK_THAT(written.message, Catch::Contains(says));
  }
}

TEST_CASE("A name that is taken gets a number, and one that was asked for is refused",
          "[abilities]") {
  AbilityLadder ladder(hamlet(), {});
  angel::BuiltinAbilityAngel angel;
  const auto second = write_ability({"a fireball", {"fireball"}}, angel, ladder, {}, nullptr);
  CHECK(second.ok);
  CHECK(second.verdict.spec.name == "fireball_2");
  const auto named = write_ability({"a fire called spark", {"spark"}}, angel, ladder, {}, nullptr);
  CHECK_FALSE(named.ok);
  CHECK(named.code == base::ErrorCode::kConflict);
}

}  // namespace cherub::abilities
