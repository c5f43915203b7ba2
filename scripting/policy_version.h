#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sandbox/syntax/parser.h"
#include "scripting/policy_vm.h"

namespace cherub::scripting {

// Agents are spread over a fixed number of shards, each with a Vm of its own, whatever the number
// of threads. Rows go to them in blocks, so that neighbours in memory stay together. policy.lua
// knows these two numbers.
inline constexpr std::size_t kShardCount = 8;
inline constexpr std::size_t kShardBlockRows = 4096;
constexpr std::size_t shard_of(std::uint32_t row) {
  return row / kShardBlockRows % kShardCount;
}
// How many shards have any of so many rows.
constexpr std::size_t shards_of(std::size_t rows) {
  const std::size_t blocks = (rows + kShardBlockRows - 1) / kShardBlockRows;
  return blocks < kShardCount ? blocks : kShardCount;
}

class SpareVms;

// One script version at work: its Vms, one per shard, made when the shard has agents, and what its
// agents remember.
class PolicyVersion {
 public:
  // Checks the source and loads it once; a null pointer and why not.
  static PreparedVersion create(std::shared_ptr<const ScriptVersion> version,
                                const engine::Scenario& scenario, const HostOptions& options,
                                LoadVerdict& verdict);
  // The same for what was parsed before, in a Vm of `spare`, to which it goes back in the end.
  static PreparedVersion create(std::shared_ptr<const ScriptVersion> version,
                                const sandbox::ParseResult& parsed,
                                const engine::Scenario& scenario, const HostOptions& options,
                                std::shared_ptr<SpareVms> spare, LoadVerdict& verdict);
  ~PolicyVersion();
  PolicyVersion(const PolicyVersion&) = delete;
  PolicyVersion& operator=(const PolicyVersion&) = delete;

  [[nodiscard]] const std::string& sha256() const { return version_->sha256; }
  // The shard's Vm. Different shards may be asked for from several threads at a time.
  PolicyVm& vm(std::size_t shard);
  [[nodiscard]] PolicyVm* vm_if_made(std::size_t shard) const { return vms_[shard].get(); }
  // Makes the Vms of all shards that so many rows need, so that no tick pays for it.
  void make_vms(std::size_t rows);
  // Runs the source afresh in all Vms and forgets all agents.
  base::Result<void> restart();

  // Whether it keeps what the owner of a row remembers: init has been done, or migrate.
  [[nodiscard]] bool knows(engine::EntityId agent) const {
    return agent.index < ready.size() && ready[agent.index] == agent.generation + 1;
  }
  // Makes room for so many rows. Called outside of decide phases.
  void resize(std::size_t rows);

  std::vector<std::uint32_t> ready;  // by row: 1 + the generation that is known

 private:
  PolicyVersion() = default;

  std::shared_ptr<const ScriptVersion> version_;
  sandbox::MeteredSource metered_;  // of which each Vm is made
  engine::Scenario scenario_;       // empty with spare_, which has it
  HostOptions options_;
  std::shared_ptr<SpareVms> spare_;  // or null
  std::array<std::unique_ptr<PolicyVm>, kShardCount> vms_;
};

}  // namespace cherub::scripting
