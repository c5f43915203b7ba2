#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scripting/policy_seats.h"

namespace cherub::scripting {

// A version that acts beside the ones that drive the world: for a sample of their agents, on the
// same observations, with memories that migrate made of copies and with the draws that it would
// have. Nothing of it reaches the world. Its cost in a tick is bounded by the sample.
class PolicyShadow {
 public:
  static constexpr std::size_t kSampleMax = 512;  // agents
  // In one tick and shard; agents whose turn does not come then are left out of this tick.
  static constexpr std::uint64_t kFuelPerTick = 500'000;

  PolicyShadow(PreparedVersion version, const HostOptions& options);

  // In the world's decide phase: before the others act, and behind it. `intents` are what they
  // asked for, `faulted` the rows whose policy failed, ascending.
  void look(const engine::World& world, const PolicySeats& seats);
  void observe(const engine::World& world, const engine::Intents& intents,
               const std::vector<std::uint32_t>& faulted);

  [[nodiscard]] const ShadowReport& report() const { return report_; }
  PreparedVersion release() { return std::move(version_); }

 private:
  void choose(const engine::World& world, const PolicySeats& seats);
  void copy_memory(const engine::World& world, const PolicySeats& seats, std::uint32_t row);
  void act(const engine::World& world);
  std::uint64_t act_in(std::size_t shard, const engine::World& world);
  void compare(const engine::World& world, const engine::Intents& intents,
               const std::vector<std::uint32_t>& faulted);
  void note_fault(const std::string& message);

  PreparedVersion version_;
  HostOptions options_;
  bool chosen_ = false;
  std::vector<engine::EntityId> sample_;  // by row
  // Of one tick.
  std::array<std::vector<std::uint32_t>, kShardCount> rows_;
  std::array<std::vector<AgentFault>, kShardCount> faults_;
  std::array<std::vector<engine::Intents::Message>, kShardCount> messages_;
  std::array<std::vector<AskedUse>, kShardCount> uses_;  // asked for, never run
  engine::Intents intents_;
  std::vector<std::uint8_t> spoke_;  // by row: 1 the others, 2 the shadow
  std::vector<float> fuel_, saved_fuel_;
  ShadowReport report_;
};

}  // namespace cherub::scripting
