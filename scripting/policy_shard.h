#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/hash.h"
#include "scripting/policy_version.h"

namespace cherub::scripting {

// The agents of one shard in one tick: who is scripted, what their policy asked for and where it
// failed. Different shards may work at the same time.
struct PolicyShard {
  // Lets the shard's agents act: by the version, or natively those that have none.
  void decide(PolicyVersion* version, const engine::World& world, engine::Intents& intents,
              std::size_t shard, std::size_t memory_bytes_max);
  // Hands what the agents remember from one version to the next.
  void migrate(PolicyVersion& from, PolicyVersion& to, const engine::World& world,
               std::size_t shard);

  std::vector<std::uint32_t> scripted;  // rows
  std::vector<MachineFault> expected;   // of this tick
  std::vector<AgentFault> faults;
  std::vector<engine::Intents::Message> messages;
  std::vector<AskedUse> uses;            // of abilities
  std::uint64_t fuel = 0, fuel_max = 0;  // of this tick, in all and of one act
  base::Hasher memory_hash;              // of the memories seen in this interval

 private:
  void look_at_memories(PolicyVm& vm, base::Tick tick, std::size_t bytes_max);
};

}  // namespace cherub::scripting
