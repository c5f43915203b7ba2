#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "abilities/ladder.h"
#include "engine/scenario.h"
#include "engine/world.h"
#include "scripting/policy_host.h"

// V3 of the ladder: what policies are let loose in before anything is measured.
namespace cherub::abilities {

inline constexpr const char* kFaultCodePrefix = "fault_";  // then the fault_name
inline constexpr const char* kIntentsRefusedCode = "intents_refused";

// A small world of a scenario, always with the same seed.
struct FixtureWorld {
  std::string name;  // "empty", "crowded", "edge", "dying"
  std::uint64_t ticks = 0;
  std::vector<engine::Spawn> arrivals;  // in the first tick
  std::unique_ptr<engine::World> world;
};

// The scenario on the small map that all fixtures have: policies may ask for its size.
engine::Scenario fixture_scenario(engine::Scenario scenario);

// Nobody else and nothing to find; many of everything; at the corners of the map; bodies that last
// two seconds. What the agents look for (Kind::kTarget) is always there.
std::vector<FixtureWorld> make_fixtures(const engine::Scenario& small);

// Intents in all fixtures and those of them that were mistakes.
struct MistakeCount {
  struct First {
    std::uint64_t count = 0;
    std::string fixture;  // where the first of them was
    engine::Tick tick = 0;
    engine::EntityId entity;
  };
  std::uint64_t intents = 0, mistakes = 0;
  std::array<First, engine::kReceiptCount> by_receipt;

  // When they are too many.
  [[nodiscard]] std::optional<Refusal> refusal() const;
};

// Lets the prepared policy act in the fixture twice, the second time with a save in the middle from
// which it goes on in Vms that know nothing else. Every tick's state must be the same; where it is
// not, a third run tells whether the save was to blame. Only the first of what is wrong is told.
std::optional<Refusal> try_fixture(FixtureWorld& fixture, scripting::PolicyHost& host,
                                   const std::string& sha256, MistakeCount& mistakes);

// The line that a message of a fault names ("policy:12: …"), from its first word to its end.
std::optional<sandbox::Range> blamed_line(const std::string& source, const std::string& message,
                                          const std::string& script = "policy");

}  // namespace cherub::abilities
