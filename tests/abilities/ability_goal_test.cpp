#include "abilities/ability_goal.h"

#include <catch2/catch.hpp>

#include "abilities/ability_fixtures.h"
#include "tests/abilities/hamlet.h"

namespace cherub::abilities {
namespace {

using engine::EffectKind;

engine::Scenario hamlet() {
  auto scenario = engine::parse_scenario(fixtures::kHamlet);
  REQUIRE(scenario);
  return std::move(*scenario);
}

AbilityWish wish_of(const std::string& goal) {
  INFO(goal);
  auto wish = understand_ability(goal, hamlet());
  if (!wish) FAIL(wish.error().text());
  return std::move(*wish);
}

std::string kinds_of(const AbilityWish& wish) {
  std::string names;
  for (const WishedEffect& effect : wish.effects) {
    names += (names.empty() ? "" : " ") + std::string(engine::effect_name(effect.kind));
  }
  return names;
}

}  // namespace

TEST_CASE("Words of a goal become effects", "[abilities]") {
  const std::pair<const char*, const char*> goals[] = {
      {"a fireball that costs 10 energy", "damage"},
      {"give the gatherers a way to call for help", "call"},
      {"give the mages a shield", "shield"},
      {"heal a wounded friend", "heal"},
      {"restore health", "heal"},
      {"steal an apple from somebody's hands", "steal"},
      {"steal health from a target", "damage heal"},
      {"plant grass", "plant"},
      {"throw somebody back 3 m", "push"},
      {"throw a fireball", "damage"},
      {"give food to somebody", "give"},
      {"give 0.1 energy to a friend", "energise"},
      {"pull a target 2 m closer", "push"},
      {"leap 4 m away from a wolf", "dash"},
      {"a frost bolt that also pushes back", "damage push"},
      {"a shield against fire", "shield"},
      {"heals wounds", "heal"},
      {"whisper to one agent", "tell"},
      {"drink", "drink"},
      {"rest a while", "rest"},
      {"pick up things", "pick_up"},
      {"feed a companion", "feed"},
      {"an explosion that hurts everyone around", "damage"},
  };
  for (const auto& [goal, kinds] : goals) {
    INFO(goal);
    CHECK(kinds_of(wish_of(goal)) == kinds);
  }
}

TEST_CASE("What is not understood is told with all that would be", "[abilities]") {
  for (const char* goal : {"", "summon a dragon", "become invisible", "\xff\xfe", "10 20 30"}) {
    INFO(goal);
    const auto wish = understand_ability(goal, hamlet());
    REQUIRE_FALSE(wish);
    CHECK(wish.error().code == base::ErrorCode::kInvalidArgument);
    for (const char* known : {"damage:", "heal:", "call:", "shield:", "plant:", "give:"}) {
      CHECK_THAT(wish.error().message, Catch::Contains(known));
    }
  }
  CHECK_FALSE(understand_ability(std::string(600, 'x'), hamlet()));
  for (const char* negative : {"a fireball that costs -5 energy", "-3 damage", "heal (-0.2)"}) {
    const auto wish = understand_ability(negative, hamlet());
    REQUIRE_FALSE(wish);
    CHECK_THAT(wish.error().message, Catch::Contains("negative"));
  }
  CHECK(understand_ability("a two-hit fireball that costs 5 energy", hamlet()));
  CHECK_FALSE(understand_ability("heal, push, shield and feed a friend", hamlet()));
  const auto maze = engine::builtin_scenario("maze");
  const auto without = understand_ability("steal an apple", *maze);
  REQUIRE_FALSE(without);
  CHECK_THAT(without.error().message, Catch::Contains("no items"));
}

TEST_CASE("Numbers of a goal are read with their units", "[abilities]") {
  const auto numbers = [](const std::string& goal) {
    auto read = ability_numbers(goal);
    INFO(goal);
    REQUIRE(read);
    return *read;
  };
  CHECK(numbers("a fireball that costs 10 energy").energy_cost == 0.1);
  CHECK(numbers("a fireball that costs 10 energy").notes.size() == 1);
  CHECK(numbers("costs 0.25 energy").energy_cost == 0.25);
  CHECK(numbers("costs 0.25 energy").notes.empty());
  CHECK(numbers("for 15 % of the energy").energy_cost == 0.15);
  CHECK_FALSE(numbers("gives 20 energy").energy_cost);
  CHECK(numbers("range 12 m").range_m == 12.0);
  CHECK(numbers("hits within 12m").range_m == 12.0);
  CHECK(numbers("burns all in a radius of 3 metres").radius_m == 3.0);
  CHECK(numbers("every 5 seconds").cooldown_s == 5.0);
  CHECK(numbers("once per 2 minutes").cooldown_s == 120.0);
  CHECK(numbers("a shield for 4 s").duration_s == 4.0);
  CHECK(numbers("a target 8 m away").range_m == 8.0);
  CHECK_FALSE(numbers("pushes back 3 m").range_m);
  CHECK_FALSE(numbers("leaps 4 m away from a target").range_m);
  CHECK(wish_of("leaps 4 m away from a target").effects[0].amount == 4.0);
  const auto all = numbers("a fireball, range 12 m, costs 30 energy, every 5 seconds");
  CHECK(all.energy_cost == 0.3);
  CHECK(all.range_m == 12.0);
  CHECK(all.cooldown_s == 5.0);
  for (const char* wrong : {"costs 250 energy", "range 500 m", "every 9999 seconds"}) {
    INFO(wrong);
    const auto read = ability_numbers(wrong);
    REQUIRE_FALSE(read);
    CHECK_THAT(read.error().message, Catch::Contains("out of range"));
  }
}

TEST_CASE("A goal gives a name, and the role that it begins with", "[abilities]") {
  const auto title = [](const std::string& goal) { return ability_title(goal, hamlet()); };
  CHECK(title("a fireball that costs 10 energy").name == "fireball");
  CHECK(title("give the mages a way to call for help").name == "call_help");
  CHECK(title("give the mages a way to call for help").role == "mage");
  CHECK(title("teach the hermits to heal").role == "hermit");
  CHECK(title("give food to mages").role.empty());
  const auto named = title("a shield called bark_skin, for 5 s");
  CHECK(named.name == "bark_skin");
  CHECK(named.named);
  CHECK_FALSE(title("a shield called 99!").named);
  CHECK(title("\"\" 12 %").name == "ability");
  CHECK(title(std::string(500, 'a')).name.size() <= 32);
}

TEST_CASE("Goals that differ in nothing but dress are the same", "[abilities]") {
  CHECK(ability_goal_key("A Fireball!  costs 10") == ability_goal_key("a fireball costs 10"));
  CHECK(ability_goal_key("a fireball, costs 10") != ability_goal_key("a fireball costs 11"));
}

}  // namespace cherub::abilities
