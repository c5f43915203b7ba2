#include "scripting/default_policies.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/base/sha256.h"
#include "scripting/default_policy_sources.h"

namespace cherub::scripting {
namespace {

PreparedVersion make_version(std::string_view name, const engine::Scenario& scenario,
                             HostOptions options) {
  options.fuel_saved_max = 0;
  std::string source(default_policy_source(name));
  std::string sha256 = base::sha256_hex(source);
  auto version =
      std::make_shared<const ScriptVersion>(ScriptVersion{std::move(sha256), std::move(source)});
  LoadVerdict verdict;
  PreparedVersion made = PolicyVersion::create(std::move(version), scenario, options, verdict);
  return made;
}

}  // namespace

std::string_view default_policy_source(std::string_view name) {
  if (name == "animal") return default_policy::k_animal_lua;
  if (name == "villager") return default_policy::k_villager_lua;
  if (name == "trader") return default_policy::k_trader_lua;
  return name == "thief" ? default_policy::k_thief_lua : std::string_view();
}

void DefaultPolicies::prepare(const engine::World& world, const HostOptions& options) {
  const engine::Scenario& scenario = world.scenario();
  const bool none = std::all_of(scenario.species.begin(), scenario.species.end(),
                                [](const auto& species) { return species.policy.empty(); });
  if (none) {
    *this = {};
    return;
  }
  if (of_species_.empty() || scenario_yaml_ != scenario.yaml) {
    *this = {};
    scenario_yaml_ = scenario.yaml;
    for (const engine::SpeciesSpec& species : scenario.species) {
      int policy = -1;
      if (!species.policy.empty()) {
        const auto known = std::find(names_.begin(), names_.end(), species.policy);
        policy = static_cast<int>(known - names_.begin());
        if (known == names_.end()) {
          PreparedVersion version = make_version(species.policy, scenario, options);
          if (version == nullptr) {  // it names what is not here: the native behaviour acts
            of_species_.push_back(-1);
            continue;
          }
          names_.push_back(species.policy);
          versions_.push_back(std::move(version));
        }
      }
      of_species_.push_back(policy);
    }
  }
  const std::size_t rows = world.columns().size();
  for (PreparedVersion& version : versions_) version->resize(rows);
  if (fuel_.size() < rows) {
    fuel_.resize(rows, 0);
    saved_fuel_.resize(rows, 0);
  }
}

void DefaultPolicies::act(std::size_t policy, std::size_t shard, const engine::World& world,
                          engine::Intents& intents, std::span<const std::uint32_t> rows,
                          std::span<const MachineFault> expected, const Outcome& outcome) {
  if (rows.empty()) return;
  const std::size_t before = outcome.faults.size();
  PolicyVersion& version = *versions_[policy];
  version.vm(shard).decide(
      {&world, &intents, version.ready.data(), fuel_.data(), saved_fuel_.data()}, rows, expected,
      outcome.faults, outcome.messages, outcome.uses);
  for (std::size_t i = before; i < outcome.faults.size(); ++i) outcome.faults[i].seat = kSeat;
}

void DefaultPolicies::restart() {
  for (PreparedVersion& version : versions_) {
    // The same source ran before.
    CHERUB_CHECK(version->restart().ok());
  }
}

}  // namespace cherub::scripting
