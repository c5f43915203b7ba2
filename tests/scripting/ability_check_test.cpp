#include <catch2/catch.hpp>

#include "scripting/checker.h"

using namespace cherub;
using namespace cherub::scripting;

namespace {

const std::string kHead =
    "local ability = {name = \"spark\", description = \"\", energy_cost = 0.1, cooldown = 1, range "
    "= "
    "5}\n";

std::string found_in(const std::string& source) {
  const CheckReport report = check_ability("ability", source);
  return sandbox::diagnostics_text(report.diagnostics, "ability", source);
}

// The findings in an ability whose execute does this.
std::string found_in_execute(const std::string& body) {
  return found_in(kHead + "function ability.execute(user, target, world, effects, details)\n" +
                  body + "\nend\nreturn ability\n");
}

}  // namespace

TEST_CASE("A file is an ability by what it returns", "[checker]") {
  CHECK(is_ability(kHead + "function ability.execute() end\nreturn ability"));
  CHECK(is_ability("return {execute = function() end}"));
  CHECK_FALSE(is_ability("return {act = function() end}"));
  CHECK_FALSE(is_ability("return {act = function() end, execute = function() end}"));
  CHECK_FALSE(is_ability("return 5"));
  CHECK_FALSE(is_ability("this is no Lua"));
}

TEST_CASE("Good abilities pass", "[checker]") {
  for (const char* body :
       {"effects.damage(target, 0.1)", "effects.damage(world.nearest('any', 3), 0.1)",
        "effects.drop(details.item, details.count)", "local list = effects list.rest()",
        "effects.push(target, -1, 2)", "if target.id == user.id then effects.rest() end",
        "for _, other in ipairs(world.neighbors('any', 3)) do effects.heal(other.id, 0.1) end",
        "local dx, dy = vec.direction(user.x, user.y, target.x, target.y) effects.dash(dx, dy)"}) {
    INFO(body);
    CHECK(found_in_execute(body) == "");
  }
}

TEST_CASE("A number of the contract that is out of range is named where it stands", "[checker]") {
  const auto with = [](const char* field, const char* value) {
    const std::string source =
        std::string("local ability = {name = \"spark\", description = \"\", ") + field + " = " +
        value +
        "}\nfunction ability.execute(user, target, world, effects) end\n"
        "return ability\n";
    return found_in(source);
  };
  for (const char* field : {"energy_cost", "cooldown", "range"}) {
    INFO(field);
    for (const char* value : {"-1", "(-0.5)", "-(3)", "1e9"}) {
      INFO(value);
      CHECK_THAT(with(field, value), Catch::Contains(std::string("ability.") + field + " must be"));
    }
    for (const char* value : {"0", "-0", "1"}) {
      INFO(value);
      CHECK_THAT(with(field, value),
                 !Catch::Contains(std::string("ability.") + field + " must be"));
    }
  }
}

TEST_CASE("Mistakes in abilities are named", "[checker]") {
  const std::pair<const char*, const char*> bodies[] = {
      {"effects.damge(target, 0.1)", "write effects.damage(target, amount)"},
      {"effects:damage(target, 0.1)", "effects are called with '.', not ':'"},
      {"target:damage(0.1)", "target is a record and cannot act"},
      {"target.health = 0", "changes nothing in the world"},
      {"local h = target.hp", "target has no field 'hp'"},
      {"effects.damage(target)", "takes 2 arguments, got 1"},
      {"effects.damage(target, 7)", "'amount' of effects.damage is outside of 0 … 1"},
      {"effects.damage(target, -0.1)", "'amount' of effects.damage is outside of 0 … 1"},
      {"effects.damage(\"rabbit\", 0.1)", "'target' of effects.damage must be a Person"},
      {"effects.tell(target, 5)", "'text' of effects.tell must be a string"},
      {"world.nearst(\"any\", 3)", "world has no 'nearst'"},
      {"count = count + 1", "count"},
      {"self:move_to(1, 2)", "'self' is not known here"},
      {"pcall(effects.rest)", "'pcall' does not exist"},
  };
  for (const auto& [body, words] : bodies) {
    INFO(body);
    CHECK_THAT(found_in_execute(body), Catch::Contains(words));
  }
}

TEST_CASE("Abilities that keep state are refused", "[checker]") {
  CHECK_THAT(found_in("local uses = 0\n" + kHead +
                      "function ability.execute(user, target, world, effects)\nuses = uses + 1\n"
                      "end\nreturn ability\n"),
             Catch::Contains("uses"));
}

TEST_CASE("A file without the parts of an ability is told which", "[checker]") {
  CHECK_THAT(found_in("local ability = {}\nreturn ability\n"),
             Catch::Contains("the ability has no field name"));
  CHECK_THAT(found_in(kHead + "return ability\n"),
             Catch::Contains("the ability has no function execute"));
  CHECK_THAT(found_in("local x = 1"), Catch::Contains("the file returns nothing"));
  CHECK_THAT(found_in(kHead + "ability.execute = 5\nreturn ability"),
             Catch::Contains("ability.execute must be a function"));
}
