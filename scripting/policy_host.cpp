#include "scripting/policy_host.h"

#include <algorithm>
#include <map>

#include "engine/recording.h"
#include "scripting/policy_shard.h"
#include "scripting/policy_version.h"

namespace cherub::scripting {

struct PolicyHost::State {
  std::shared_ptr<ScriptRegistry> registry;
  HostOptions options;
  std::map<std::string, std::unique_ptr<PolicyVersion>> versions;  // prepared, by sha256
  PolicyVersion* current = nullptr;
  std::string current_sha256;
  std::array<PolicyShard, kShardCount> shards;
  PolicyStats stats;
  std::vector<AgentFault> faults;            // of the running tick
  std::vector<MachineFault> machine_faults;  // since they were taken
  std::vector<MachineFault> expected;        // by tick
  std::size_t next_expected = 0;

  PolicyVersion* find(const std::string& sha256, const engine::Scenario& scenario,
                      LoadVerdict& verdict);
  void swap_to(const std::string& sha256, const engine::World& seen);
  void expect_faults(base::Tick tick);
  void collect(const engine::World& seen, engine::Intents& intents);
  void count_faults(const engine::World& seen, engine::Intents& intents,
                    std::vector<engine::Event>& events);
};

const char* fault_name(FaultKind kind) {
  switch (kind) {
    case FaultKind::kError:
      return "error";
    case FaultKind::kFuel:
      return "fuel";
    case FaultKind::kInvalidMemory:
      return "invalid_memory";
    case FaultKind::kMemory:
      return "memory";
    case FaultKind::kWatchdog:
      return "watchdog";
    case FaultKind::kOverflow:
      return "overflow";
  }
  return "error";
}

std::uint64_t PolicyStats::fault_count() const {
  std::uint64_t count = 0;
  for (const std::uint64_t kind : faults) count += kind;
  return count;
}

PolicyHost::PolicyHost(std::shared_ptr<ScriptRegistry> registry, HostOptions options)
    : state_(std::make_unique<State>()) {
  state_->registry = std::move(registry);
  state_->options = options;
}

PolicyHost::~PolicyHost() = default;

PolicyVersion* PolicyHost::State::find(const std::string& sha256, const engine::Scenario& scenario,
                                       LoadVerdict& verdict) {
  if (const auto known = versions.find(sha256); known != versions.end()) {
    verdict.ok = true;
    return known->second.get();
  }
  auto version = registry->find(sha256);
  if (!version) {
    verdict.stage = "load";
    sandbox::Diagnostic unknown;
    unknown.message = "no script with the hash " + sha256 + " is registered";
    verdict.diagnostics.push_back(std::move(unknown));
    return nullptr;
  }
  auto made = PolicyVersion::create(std::move(version), scenario, options, verdict);
  if (!made) return nullptr;
  if (current != nullptr) made->prepare_like(*current);
  return (versions[sha256] = std::move(made)).get();
}

LoadVerdict PolicyHost::prepare(const std::string& sha256, const engine::Scenario& scenario) {
  LoadVerdict verdict;
  state_->find(sha256, scenario, verdict);
  return verdict;
}

// At the first tick boundary where the slot names another version. One that cannot be loaded leaves
// the agents to the native behaviour.
void PolicyHost::State::swap_to(const std::string& sha256, const engine::World& seen) {
  LoadVerdict verdict;
  PolicyVersion* next = sha256.empty() ? nullptr : find(sha256, seen.scenario(), verdict);
  const std::string old_sha256 = current_sha256;
  if (current != nullptr && next != nullptr) {
    next->resize(seen.columns().size());
    seen.pool().run(kShardCount, [&](std::size_t shard) {
      shards[shard].migrate(*current, *next, seen, shard);
    });
  }
  current = next;
  current_sha256 = sha256;
  stats.fuel_max_version = 0;
  if (old_sha256 != sha256) versions.erase(old_sha256);
}

// Gives the shards the faults that a replay has to repeat in this tick.
void PolicyHost::State::expect_faults(base::Tick tick) {
  for (PolicyShard& shard : shards) shard.expected.clear();
  while (next_expected < expected.size() && expected[next_expected].tick <= tick) {
    const MachineFault& fault = expected[next_expected++];
    if (fault.tick == tick) shards[shard_of(fault.row)].expected.push_back(fault);
  }
}

// What the shards wrote, in the order of the shards; resolve and count_faults sort by row.
void PolicyHost::State::collect(const engine::World& seen, engine::Intents& intents) {
  for (PolicyShard& shard : shards) {
    std::move(shard.messages.begin(), shard.messages.end(), std::back_inserter(intents.messages));
    std::move(shard.faults.begin(), shard.faults.end(), std::back_inserter(faults));
    stats.acts += shard.scripted.size();
    stats.fuel += shard.fuel;
    stats.fuel_max = std::max(stats.fuel_max, shard.fuel_max);
    stats.fuel_max_version = std::max(stats.fuel_max_version, shard.fuel_max);
  }
  std::stable_sort(faults.begin(), faults.end(),
                   [](const AgentFault& a, const AgentFault& b) { return a.row < b.row; });
  for (const AgentFault& fault : faults) {
    if (fault.kind >= FaultKind::kMemory) {
      machine_faults.push_back({seen.tick(), fault.row, fault.kind, fault.message});
    }
  }
}

void PolicyHost::State::count_faults(const engine::World& seen, engine::Intents& intents,
                                     std::vector<engine::Event>& events) {
  for (AgentFault& fault : faults) {
    ++stats.faults[static_cast<std::size_t>(fault.kind)];
    if (stats.first_fault.empty()) stats.first_fault = fault.message;
    engine::NativeBehaviour::decide_row(seen, intents, fault.row);
    engine::Event event;
    event.kind = engine::EventKind::kFault;
    event.entity = seen.id_of(fault.row);
    event.x = seen.columns().x[fault.row];
    event.y = seen.columns().y[fault.row];
    event.value = static_cast<double>(fault.kind);
    event.text = std::string(fault_name(fault.kind)) + ": " + fault.message;
    events.push_back(std::move(event));
  }
  faults.clear();
}

void PolicyHost::decide(const engine::World& world, engine::Intents& intents,
                        std::vector<engine::Event>& faults) {
  State& state = *state_;
  const std::string& wanted = world.script_slots().front().sha256;
  for (PolicyShard& shard : state.shards) shard.faults.clear();
  if (wanted != state.current_sha256) state.swap_to(wanted, world);
  if (state.current != nullptr) state.current->resize(world.columns().size());
  state.expect_faults(world.tick());
  const std::size_t blocks = (world.columns().size() + kShardBlockRows - 1) / kShardBlockRows;
  const bool new_interval = world.tick() % engine::kBehaviourHashInterval == 1;
  for (PolicyShard& shard : state.shards) {
    if (new_interval) shard.memory_hash = {};
    shard.scripted.clear();
    shard.messages.clear();
  }
  world.pool().run(std::min(blocks, kShardCount), [&](std::size_t shard) {
    state.shards[shard].decide(state.current, world, intents, shard,
                               state.options.memory_per_agent_bytes);
  });
  state.collect(world, intents);
  state.count_faults(world, intents, faults);
}

std::uint64_t PolicyHost::state_hash() {
  base::Hasher hasher;
  for (const PolicyShard& shard : state_->shards) hasher.add(shard.memory_hash.value());
  return hasher.value();
}

std::vector<AgentMemory> PolicyHost::save_memories() {
  std::vector<AgentMemory> memories;
  for (PolicyShard& shard : state_->shards) shard.memory_hash = {};
  if (state_->current == nullptr) return memories;
  PolicyVersion& version = *state_->current;
  for (std::uint32_t row = 0; row < version.ready.size(); ++row) {
    if (version.ready[row] == 0) continue;
    AgentMemory saved{{row, version.ready[row] - 1}, {}};
    PolicyVm& vm = version.vm(shard_of(row));
    auto memory = vm.memory(row);
    if (memory.ok()) saved.memory = std::move(*memory);
    if (memory.ok() && saved.memory.is_nil()) {
      memories.push_back(std::move(saved));
      continue;
    }
    // What is not plain data cannot be saved; it would be dropped at the next look anyway.
    if (!memory.ok() || !vm.set_memory(row, saved.memory).ok()) vm.drop_memory(row);
    memories.push_back(std::move(saved));
  }
  return memories;
}

base::Result<void> PolicyHost::restore_memories(const engine::World& world,
                                                std::span<const AgentMemory> memories) {
  State& state = *state_;
  const std::string& sha256 = world.script_slots().front().sha256;
  LoadVerdict verdict;
  state.current = sha256.empty() ? nullptr : state.find(sha256, world.scenario(), verdict);
  state.current_sha256 = sha256;
  if (state.current == nullptr) return {};
  state.current->resize(world.columns().size());
  for (const AgentMemory& saved : memories) {
    if (saved.agent.index >= world.columns().size()) {
      return base::Error{base::ErrorCode::kInvalidArgument,
                         "There is no row " + std::to_string(saved.agent.index) + ".", "memories"};
    }
    state.current->ready[saved.agent.index] = saved.agent.generation + 1;
    if (saved.memory.is_nil()) continue;
    PolicyVm& vm = state.current->vm(shard_of(saved.agent.index));
    if (auto set = vm.set_memory(saved.agent.index, saved.memory); !set.ok()) return set;
  }
  return {};
}

std::vector<MachineFault> PolicyHost::take_machine_faults() {
  return std::exchange(state_->machine_faults, {});
}

void PolicyHost::expect_machine_faults(std::vector<MachineFault> faults) {
  state_->expected = std::move(faults);
  state_->next_expected = 0;
}

void PolicyHost::reset() {
  State& state = *state_;
  state.current = nullptr;
  state.current_sha256.clear();
  state.stats = {};
  state.machine_faults.clear();
  for (PolicyShard& shard : state.shards) shard = {};
  for (auto it = state.versions.begin(); it != state.versions.end();) {
    it = it->second->restart().ok() ? std::next(it) : state.versions.erase(it);
  }
}

const PolicyStats& PolicyHost::stats() const {
  return state_->stats;
}

std::string PolicyHost::collect_json(const engine::World& world, std::uint32_t row) {
  if (state_->current == nullptr) return "null";
  return state_->current->vm(shard_of(row)).collect_json(world, row);
}

std::string PolicyHost::finalize_json(const std::string& episode_json) {
  return state_->current == nullptr ? "null" : state_->current->vm(0).finalize_json(episode_json);
}

std::string PolicyHost::memory_json(engine::EntityId agent) {
  State& state = *state_;
  if (state.current == nullptr || !state.current->knows(agent)) return "null";
  const auto memory = state.current->vm(shard_of(agent.index)).memory(agent.index);
  return memory.ok() ? sandbox::to_json(*memory) : "null";
}

std::uint64_t PolicyHost::last_fuel(engine::EntityId agent) const {
  const PolicyVersion* version = state_->current;
  if (version == nullptr || !version->knows(agent)) return 0;
  return static_cast<std::uint64_t>(version->fuel[agent.index]);
}

std::vector<std::string> PolicyHost::take_notes() {
  std::vector<std::string> all;
  if (state_->current == nullptr) return all;
  for (std::size_t shard = 0; shard < kShardCount; ++shard) {
    PolicyVm* const vm = state_->current->vm_if_made(shard);
    if (vm == nullptr) continue;
    for (std::string& note : vm->take_notes()) all.push_back(std::move(note));
  }
  return all;
}

}  // namespace cherub::scripting
