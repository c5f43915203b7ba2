#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/hash.h"
#include "scripting/default_policies.h"
#include "scripting/policy_seats.h"

namespace cherub::scripting {

// The agents of one shard in one tick: who is scripted, what their policies asked for and where
// they failed. Different shards may work at the same time.
struct PolicyShard {
  // What was done by the version of one seat.
  struct Share {
    std::vector<std::uint32_t> rows;
    std::uint64_t fuel = 0, fuel_max = 0;   // in all and of one act
    std::uint64_t judged = 0, refused = 0;  // acts of the tick before
  };
  // Of the memories that were to move.
  struct Move {
    std::uint64_t moved = 0, stayed = 0;
    std::string first_failure;
    std::uint32_t first_failure_row = 0;
  };

  void begin_tick();
  // Counts the acts of the tick before of which an intent was refused.
  void judge(const PolicySeats& seats, const engine::World& world, std::size_t shard);
  // Hands what the next agents remember to the current version: so many of them as kMovedAtLeast
  // and kMovedShare allow, and all those that have nothing to hand on.
  void migrate(PolicySeats& seats, const engine::World& world, std::size_t shard);
  // Lets the shard's agents act; those that no version drives by their species' default policy, or
  // natively.
  void decide(PolicySeats& seats, DefaultPolicies& defaults, const engine::World& world,
              engine::Intents& intents, std::size_t shard, std::size_t memory_bytes_max);

  std::array<Share, PolicySeats::kSeats> shares;
  std::vector<std::vector<std::uint32_t>> by_default;  // rows by default policy
  Move move;                                           // since the current version came
  std::vector<MachineFault> expected;                  // of this tick, by row
  std::vector<AgentFault> faults;                      // of agents that act
  std::vector<AgentFault> failed_to_move;              // by the machine
  std::vector<engine::Intents::Message> messages;
  std::vector<AskedUse> uses;  // of abilities
  base::Hasher memory_hash;    // of the memories seen in this interval

 private:
  bool move_one(PolicySeats& seats, const engine::World& world, std::uint32_t row,
                std::size_t seat);
  void act_by_default(DefaultPolicies& defaults, const engine::World& world,
                      engine::Intents& intents, std::size_t shard);
  void let_act(PolicySeats& seats, std::size_t seat, const engine::World& world,
               engine::Intents& intents, std::size_t shard);
  void look_at_memories(PolicyVm& vm, const std::vector<std::uint32_t>& rows, base::Tick tick,
                        std::size_t bytes_max);
};

}  // namespace cherub::scripting
