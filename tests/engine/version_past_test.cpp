#include "engine/version_past.h"

#include <catch2/catch.hpp>

#include "engine/command_json.h"
#include "engine/snapshot.h"
#include "fixtures.h"

using namespace cherub;
using namespace cherub::engine;

namespace {

const std::string kA(64, 'a'), kB(64, 'b'), kC(64, 'c');

AbilitySpec spark(const std::string& sha256) {
  AbilitySpec spec;
  spec.name = "spark";
  spec.sha256 = sha256;
  spec.energy_cost = 0.1;
  return spec;
}

struct Past {
  std::unique_ptr<World> world = fixtures::make_world(fixtures::shipped("pasture"));
  NativeBehaviour behaviour;

  // As a journal would have it.
  void after(const Command& command) {
    const auto read = command_from_json(command_to_json(command));
    REQUIRE(read);
    REQUIRE(world->submit(*read));
    world->step(behaviour);
  }
  const VersionPast& policy() { return world->script_slots().front().past; }
  AbilityPast ability() {
    const auto& pasts = world->society().ability_pasts;
    return pasts.empty() ? AbilityPast{} : pasts.begin()->second;
  }
  std::string installed() { return world->abilities().front().sha256; }
};

}  // namespace

TEST_CASE("A slot knows which versions were good and which are in quarantine") {
  Past slot;
  slot.after(InstallScript{"policy", kA, false});
  CHECK(slot.policy().empty());
  slot.after(InstallScript{"policy", kB, true});
  CHECK(slot.policy().last_good().empty());  // a is what is gone back to
  slot.after(RestoreScript{"policy"});
  CHECK(slot.policy().empty());
  slot.after(InstallScript{"policy", kB, true});
  slot.after(AcceptScript{"policy"});
  CHECK(slot.policy().last_good() == kA);
  slot.after(InstallScript{"policy", kC, true});
  slot.after(InstallScript{"policy", kA, false});  // by force, during the probation
  CHECK(slot.policy().former == std::vector{kB});
  slot.after(QuarantineScript{"policy", kA, kB});
  CHECK(slot.policy().is_quarantined(kA));
  CHECK(slot.policy().last_good().empty());
  slot.after(QuarantineScript{"policy", kB, ""});
  CHECK(slot.policy().quarantined == std::vector{kA, kB});
  slot.after(InstallScript{"policy", kA, false});
  CHECK(slot.policy().quarantined == std::vector{kB});
}

TEST_CASE("So does an ability, and what it goes back to may be nothing") {
  Past slot;
  slot.after(InstallAbility{spark(kA), true});
  CHECK(slot.ability().fallback_sha256 == "");
  slot.after(RestoreAbility{spark("")});
  CHECK(slot.installed().empty());
  CHECK(slot.ability().empty());
  slot.after(InstallAbility{spark(kA), true});
  slot.after(AcceptAbility{"spark"});
  CHECK(slot.ability().empty());
  slot.after(InstallAbility{spark(kB), true});
  CHECK(slot.ability().fallback_sha256 == kA);
  slot.after(RestoreAbility{spark(kC)});  // not what it can go back to
  CHECK(slot.installed() == kB);
  slot.after(InstallAbility{spark(kC), true});
  CHECK(slot.ability().fallback_sha256 == kA);
  slot.after(AcceptAbility{"spark"});
  CHECK(slot.ability().versions.last_good() == kA);
  slot.after(QuarantineAbility{kB, spark(kA)});  // it does not act
  CHECK(slot.installed() == kC);
  slot.after(QuarantineAbility{kC, spark(kA)});
  CHECK(slot.installed() == kA);
  CHECK(slot.ability().versions.quarantined == std::vector{kC});
  CHECK(slot.ability().versions.former.empty());
}

TEST_CASE("The past is saved, and one that cannot be is refused") {
  Past slot;
  slot.after(InstallScript{"policy", kA, false});
  slot.after(InstallScript{"policy", kB, false});
  slot.after(InstallAbility{spark(kA), true});
  slot.after(InstallAbility{spark(kB), false});
  slot.after(QuarantineAbility{kB, spark("")});
  const Snapshot saved = slot.world->snapshot();
  const auto read = snapshot_from_json(snapshot_to_json(saved));
  REQUIRE(read);
  CHECK(read->slots.front().past == saved.slots.front().past);
  CHECK(read->society.ability_pasts == saved.society.ability_pasts);
  CHECK(World::restore(*read));
  const auto refused = [&](auto&& change) {
    Snapshot bad = saved;
    change(bad);
    return !World::restore(bad);
  };
  CHECK(refused([](Snapshot& bad) { bad.slots[0].past.former = {"x"}; }));
  CHECK(refused([](Snapshot& bad) { bad.slots[0].past.quarantined = {kA, kA}; }));
  CHECK(refused([](Snapshot& bad) { bad.society.ability_pasts[7].fallback_sha256 = kA; }));
  CHECK(refused([](Snapshot& bad) { bad.society.ability_pasts[0].fallback_sha256 = "x"; }));
}

TEST_CASE("The past is bounded") {
  VersionPast past;
  for (int i = 0; i < 200; ++i) {
    std::string sha256 = std::to_string(i);
    past.gives_way(sha256 + std::string(64 - sha256.size(), 'a'));
    past.quarantine(sha256 + std::string(64 - sha256.size(), 'b'));
  }
  CHECK(past.former.size() == VersionPast::kFormerMax);
  CHECK(past.quarantined.size() == VersionPast::kQuarantinedMax);
  CHECK(past.last_good().substr(0, 4) == "199a");
  CHECK(is_sound(past));
}
