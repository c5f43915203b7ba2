#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "scripting/ability_version.h"

namespace cherub::scripting {

// A use whose script is to run: what the engine allowed, and what it was asked with.
struct AllowedUse {
  std::uint32_t row = 0;
  engine::UseRequest request;
  const sandbox::Value* details = nullptr;
};

// What a version of an ability made of uses that the installed one answered.
struct AbilityShadowReport {
  std::uint64_t uses = 0, fuel = 0;
  std::uint64_t faults = 0;
  std::uint64_t refused = 0;   // over its price, beyond its own contract, or no list that can be
  std::uint64_t compared = 0;  // uses in which neither failed, of which:
  std::uint64_t other_answers = 0;  // one was done and the other was not
  std::uint64_t other_effects = 0;  // both were done, by other effects
  std::string first_fault;
};

// A version that is tried beside the installed one: on the same uses, the same observations and the
// same draws. What it lists is priced and compared, and reaches nobody. Its cost in a tick is
// bounded.
class AbilityShadow {
 public:
  // In one tick and shard; uses that come later are left out.
  static constexpr std::size_t kUsesPerTick = 64;
  static constexpr std::uint64_t kFuelPerTick = 500'000;

  explicit AbilityShadow(PreparedAbility version) : version_(std::move(version)) {}

  // Before the uses of a tick.
  void begin_tick();
  // One of them, with what the installed version made of it; by shard, ascending. Different shards
  // may be at it at the same time.
  void run(const engine::World& world, std::size_t shard, const AllowedUse& use,
           const UseOutcome& outcome);

  [[nodiscard]] AbilityShadowReport report() const;
  PreparedAbility release() { return std::move(version_); }

 private:
  struct Share {
    AbilityShadowReport report;
    std::size_t uses = 0;  // of this tick
    std::uint64_t fuel = 0;
  };
  [[nodiscard]] bool allows(const engine::World& world, const AllowedUse& use) const;

  PreparedAbility version_;
  std::array<Share, kShardCount> shares_;
};

}  // namespace cherub::scripting
