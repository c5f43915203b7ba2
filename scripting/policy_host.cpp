#include "scripting/policy_host.h"

#include <algorithm>
#include <map>

#include "engine/base/hash.h"
#include "engine/recording.h"
#include "scripting/policy_vm.h"

namespace cherub::scripting {

struct PolicyHost::State {
  std::shared_ptr<ScriptRegistry> registry;
  HostOptions options;
  std::map<std::string, std::unique_ptr<PolicyVm>> versions;  // prepared, by sha256
  PolicyVm* current = nullptr;
  std::string current_sha256;
  const engine::World* world = nullptr;  // of the last decide; for questions between ticks
  PolicyStats stats;
  std::vector<AgentFault> faults;
  std::vector<std::uint32_t> scripted_rows;

  PolicyVm* find(const std::string& sha256, const engine::Scenario& scenario, LoadVerdict& verdict);
  void swap_to(const std::string& sha256, const engine::World& seen);
  void migrate(PolicyVm& from, PolicyVm& to, const engine::World& seen);
  void check_memories();
  void count_faults(const engine::World& seen, engine::Intents& intents,
                    std::vector<engine::Event>& events);
};

const char* fault_name(FaultKind kind) {
  switch (kind) {
    case FaultKind::kError:
      return "error";
    case FaultKind::kFuel:
      return "fuel";
    case FaultKind::kMemory:
      return "memory";
    case FaultKind::kInvalidMemory:
      return "invalid_memory";
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

PolicyVm* PolicyHost::State::find(const std::string& sha256, const engine::Scenario& scenario,
                                  LoadVerdict& verdict) {
  if (const auto known = versions.find(sha256); known != versions.end()) {
    verdict.ok = true;
    return known->second.get();
  }
  const auto version = registry->find(sha256);
  if (!version) {
    verdict.stage = "load";
    sandbox::Diagnostic unknown;
    unknown.message = "no script with the hash " + sha256 + " is registered";
    verdict.diagnostics.push_back(std::move(unknown));
    return nullptr;
  }
  auto made = PolicyVm::create(*version, scenario, options, verdict);
  if (!made) return nullptr;
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
  PolicyVm* next = sha256.empty() ? nullptr : find(sha256, seen.scenario(), verdict);
  const std::string old_sha256 = current_sha256;
  if (current != nullptr && next != nullptr) migrate(*current, *next, seen);
  current = next;
  current_sha256 = sha256;
  if (old_sha256 != sha256) versions.erase(old_sha256);
}

void PolicyHost::State::migrate(PolicyVm& from, PolicyVm& to, const engine::World& seen) {
  for (const std::uint32_t row : seen.agent_rows()) {
    if (!from.knows(row, seen.columns().generation[row])) continue;
    const auto memory = from.memory(row);
    if (!memory.ok()) continue;  // not plain: check_memories would drop it too
    const auto adopted = to.adopt(seen, row, *memory);
    if (!adopted.ok()) {
      faults.push_back({row, FaultKind::kInvalidMemory, adopted.error().message});
    }
  }
}

// Memories are held to their contract at fixed ticks, so that replays find the same faults.
void PolicyHost::State::check_memories() {
  for (const std::uint32_t row : scripted_rows) {
    const auto memory = current->memory(row);
    if (memory.ok() && sandbox::to_json(*memory).size() <= options.memory_per_agent_bytes) continue;
    current->drop_memory(row);
    faults.push_back({row, FaultKind::kInvalidMemory,
                      memory.ok() ? "self.memory is larger than " +
                                        std::to_string(options.memory_per_agent_bytes) + " bytes"
                                  : "self.memory: " + memory.error().text()});
  }
}

void PolicyHost::State::count_faults(const engine::World& seen, engine::Intents& intents,
                                     std::vector<engine::Event>& events) {
  std::stable_sort(faults.begin(), faults.end(),
                   [](const AgentFault& a, const AgentFault& b) { return a.row < b.row; });
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
}

void PolicyHost::decide(const engine::World& world, engine::Intents& intents,
                        std::vector<engine::Event>& faults) {
  State& state = *state_;
  state.world = &world;
  state.faults.clear();
  state.scripted_rows.clear();
  const std::string& wanted = world.script_slots().front().sha256;
  if (wanted != state.current_sha256) state.swap_to(wanted, world);
  const auto& script = world.columns().script;
  for (const std::uint32_t row : world.agent_rows()) {
    if (state.current != nullptr && script[row] != engine::kNoScript) {
      state.scripted_rows.push_back(row);
    } else {
      engine::NativeBehaviour::decide_row(world, intents, row);
    }
  }
  if (state.current == nullptr) return;
  state.current->decide(world, state.scripted_rows, intents, state.faults);
  if (world.tick() % engine::kBehaviourHashInterval == engine::kBehaviourHashInterval - 1) {
    state.check_memories();
  }
  state.stats.acts += state.scripted_rows.size();
  const auto [fuel, fuel_max] = state.current->take_fuel();
  state.stats.fuel += fuel;
  state.stats.fuel_max = std::max(state.stats.fuel_max, fuel_max);
  state.count_faults(world, intents, faults);
}

std::uint64_t PolicyHost::state_hash() {
  base::Hasher hasher;
  if (state_->current == nullptr || state_->world == nullptr) return hasher.value();
  for (const std::uint32_t row : state_->scripted_rows) {
    const auto memory = state_->current->memory(row);
    if (!memory.ok() || memory->is_nil()) continue;
    hasher.add(row);
    hasher.add(sandbox::to_json(*memory));
  }
  return hasher.value();
}

void PolicyHost::reset() {
  state_->current = nullptr;
  state_->current_sha256.clear();
  state_->world = nullptr;
  state_->stats = {};
  state_->scripted_rows.clear();
  for (auto it = state_->versions.begin(); it != state_->versions.end();) {
    it = it->second->restart().ok() ? std::next(it) : state_->versions.erase(it);
  }
}

const PolicyStats& PolicyHost::stats() const {
  return state_->stats;
}

std::string PolicyHost::collect_json(const engine::World& world, std::uint32_t row) {
  return state_->current == nullptr ? "null" : state_->current->collect_json(world, row);
}

std::string PolicyHost::finalize_json(const std::string& episode_json) {
  return state_->current == nullptr ? "null" : state_->current->finalize_json(episode_json);
}

std::string PolicyHost::memory_json(engine::EntityId agent) {
  State& state = *state_;
  if (state.current == nullptr || !state.current->knows(agent.index, agent.generation))
    return "null";
  const auto memory = state.current->memory(agent.index);
  return memory.ok() ? sandbox::to_json(*memory) : "null";
}

std::vector<AgentMemory> PolicyHost::save_memories() {
  return {};
}

base::Result<void> PolicyHost::restore_memories(const engine::World&,
                                                std::span<const AgentMemory>) {
  return {};
}

std::vector<MachineFault> PolicyHost::take_machine_faults() {
  return {};
}

void PolicyHost::expect_machine_faults(std::vector<MachineFault>) {}

std::uint64_t PolicyHost::last_fuel(engine::EntityId) const {
  return 0;
}

std::vector<std::string> PolicyHost::take_notes() {
  return state_->current == nullptr ? std::vector<std::string>{} : state_->current->take_notes();
}

}  // namespace cherub::scripting
