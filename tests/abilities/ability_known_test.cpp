#include "abilities/ability_known.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "abilities/ability_fixtures.h"
#include "engine/base/sha256.h"
#include "run_fixture.h"

namespace cherub::abilities {
namespace {

constexpr const char* kFireball = "a fireball that costs 10 energy, range 12 m";

// A catalogue with what the built-in angel writes for some goals.
class Shelf {
 public:
  Shelf() : ladder_(ability_workshop(), {}), catalogue_(folder_.path() + "/catalogue") {}

  std::string put(const std::string& goal) {
    angel::BuiltinAbilityAngel angel;
    const WrittenAbility written = write_ability({goal, {}}, angel, ladder_, {}, nullptr);
    INFO(written.message);
    REQUIRE(written.ok);
    return put(catalogue_script_of(written, ladder_.scenario().name, ""));
  }
  std::string put(const CatalogueScript& script) {
    REQUIRE(catalogue_.add({&script, 1}));
    return script.sha256;
  }
  // The hash of the ability that is found; empty: none.
  std::string find(const std::string& goal, Sameness sameness = Sameness::kEffects,
                   const std::vector<std::string>& taken = {}) {
    const auto found = known_ability({goal, taken}, sameness, catalogue_, ladder_);
    INFO((found ? "" : found.error().text()));
    REQUIRE(found);
    if (!*found) return "";
    CHECK((*found)->ok);
    CHECK((*found)->rounds == 0);
    CHECK((*found)->goal == goal);
    CHECK((*found)->title.name == (*found)->verdict.spec.name);
    CHECK(base::sha256_hex((*found)->source) == (*found)->verdict.spec.sha256);
    return (*found)->verdict.spec.sha256;
  }
  [[nodiscard]] std::filesystem::path folder() const { return catalogue_.folder(); }

 private:
  TemporaryFolder folder_;
  AbilityLadder ladder_;
  Catalogue catalogue_;
};

}  // namespace

TEST_CASE("an ability that was asked for in such words is not written anew", "[abilities]") {
  Shelf shelf;
  CHECK(shelf.find(kFireball).empty());
  const std::string sha256 = shelf.put(kFireball);
  CHECK(shelf.find(kFireball) == sha256);
  CHECK(shelf.find("A FIREBALL, that costs 10 energy; range 12 m!") == sha256);
  CHECK(shelf.find("range 12 m: a fireball that costs 10 energy", Sameness::kWords) == sha256);
  CHECK(shelf.find(kFireball, Sameness::kWords) == sha256);
}

TEST_CASE("other words do where the built-in angel would write the same", "[abilities]") {
  Shelf shelf;
  const std::string sha256 = shelf.put("heal a wounded friend");
  CHECK(shelf.find("heal an injured friend") == sha256);
  CHECK(shelf.find("heal an injured friend", Sameness::kWords).empty());
  CHECK(shelf.find("heal a wounded friend for 20 energy").empty());
  CHECK(shelf.find("heals everyone around").empty());
  CHECK(shelf.find("plant grass").empty());
}

TEST_CASE("what the goal insists on must hold of what is known", "[abilities]") {
  Shelf shelf;
  const std::string sha256 = shelf.put(kFireball);
  CHECK(shelf.find("a fireball that costs 12 energy, range 12 m").empty());
  CHECK(shelf.find("a fireball that costs 10 energy, range 11 m").empty());
  CHECK(shelf.find("a fireball called sun that costs 10 energy, range 12 m").empty());
  CHECK(shelf.find(kFireball, Sameness::kEffects, {"fireball"}).empty());
  CHECK(shelf.find(kFireball, Sameness::kEffects, {"frost"}) == sha256);
  CHECK(shelf.find("").empty());
  CHECK(shelf.find(std::string(kAbilityGoalBytesMax + 1, 'x')).empty());
}

TEST_CASE("what does not stand on the ladder any more is passed over", "[abilities]") {
  Shelf shelf;
  const std::string good = shelf.put(kFireball);
  CatalogueScript broken;
  broken.kind = "ability";
  broken.goal = kFireball;
  broken.source =
      "local ability = {name = \"fireball\", description = \"\", energy_cost = 0.1,\n"
      "  cooldown = 1, range = 12}\n"
      "function ability.execute(user, target, world, effects)\n"
      "  effects.damage(target, 1)\nend\nreturn ability\n";
  broken.sha256 = base::sha256_hex(broken.source);
  broken.name = "broken";
  shelf.put(broken);
  CHECK(shelf.find(kFireball) == good);
  std::ofstream(shelf.folder() / "scripts" / (good + ".lua")) << "-- damaged";
  CHECK(shelf.find(kFireball).empty());
}

}  // namespace cherub::abilities
