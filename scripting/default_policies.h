#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scripting/policy_version.h"

namespace cherub::scripting {

// The Lua that ships for a name of engine::kDefaultPolicyNames.
std::string_view default_policy_source(std::string_view name);

// The policies that scenarios name for species which no script drives (`species: policy:`). They
// keep nothing from tick to tick beside what the world keeps, so saves need not know of them: no
// memory, no saved fuel. Different shards may act at the same time.
class DefaultPolicies {
 public:
  static constexpr std::uint8_t kSeat = 0xff;  // AgentFault::seat of their faults

  // Makes what the world's scenario names, when it is another one than before, and room for its
  // rows. Between decide phases.
  void prepare(const engine::World& world, const HostOptions& options);
  // Whether there are any.
  [[nodiscard]] bool any() const { return !versions_.empty(); }
  // Which one drives a species without a script; negative: the native behaviour.
  [[nodiscard]] int policy_of(engine::SpeciesIndex species) const {
    return species < of_species_.size() ? of_species_[species] : -1;
  }
  [[nodiscard]] std::size_t count() const { return versions_.size(); }

  // Where the acts of some agents go.
  struct Outcome {
    std::vector<AgentFault>& faults;
    std::vector<engine::Intents::Message>& messages;
    std::vector<AskedUse>& uses;
  };
  // Lets one of them act for rows of one shard, which ascend. `expected`: machine faults of these
  // rows that must happen.
  void act(std::size_t policy, std::size_t shard, const engine::World& world,
           engine::Intents& intents, std::span<const std::uint32_t> rows,
           std::span<const MachineFault> expected, const Outcome& outcome);
  // Runs the sources afresh.
  void restart();

 private:
  std::string scenario_yaml_;
  std::vector<std::string> names_;
  std::vector<PreparedVersion> versions_;
  std::vector<int> of_species_;
  std::vector<float> fuel_, saved_fuel_;  // by row
};

}  // namespace cherub::scripting
