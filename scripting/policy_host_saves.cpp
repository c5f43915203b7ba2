#include "scripting/policy_host_state.h"

// What agents remember, on its way into saves and back.
namespace cherub::scripting {

SavedPolicies PolicyHost::save_memories() {
  State& state = *state_;
  PolicySeats& seats = state.seats;
  SavedPolicies saved;
  for (PolicyShard& shard : state.shards) shard.memory_hash = {};
  saved.counts = {state.stats, version_stats(), state.window.marks(), state.abilities.stats()};
  if (seats.current() == nullptr) return saved;
  seats.make_canonical();
  saved.versions = seats.saved_versions();
  saved.migration = seats.saved_migration();
  for (std::uint32_t row = 0; row < seats.fuel.size(); ++row) {
    for (const SavedVersion& at_work : saved.versions) {
      PolicyVersion& version = *seats.at(at_work.seat);
      if (version.ready[row] == 0) continue;
      AgentMemory kept{{row, version.ready[row] - 1}, {}, at_work.seat, true, 0};
      kept.drives = seats.drives(row, at_work.seat);
      if (kept.drives) kept.saved_fuel = double{seats.saved_fuel[row]};
      PolicyVm& vm = version.vm(shard_of(row));
      auto memory = vm.memory(row);
      if (memory.ok()) kept.memory = std::move(*memory);
      // What is not plain data cannot be saved; it would be dropped at the next look anyway.
      const bool is_nothing = memory.ok() && kept.memory.is_nil();
      const bool made_anew = is_nothing || (memory.ok() && vm.set_memory(row, kept.memory).ok());
      if (!made_anew) vm.drop_memory(row);
      saved.agents.push_back(std::move(kept));
    }
  }
  return saved;
}

base::Result<void> PolicyHost::restore_memories(const engine::World& world,
                                                const SavedPolicies& saved) {
  State& state = *state_;
  PolicySeats& seats = state.seats;
  const auto wrong = [](std::string message) {
    return base::Error{base::ErrorCode::kInvalidArgument, std::move(message), "memories"};
  };
  const engine::ScriptSlot& slot = world.script_slots().front();
  seats.clear();
  seats.resize(world.columns().size());
  state.stats = saved.counts.total;
  state.by_version.assign(saved.counts.versions.begin(), saved.counts.versions.end());
  state.window.restore(saved.counts.window);
  state.abilities.restore_stats(saved.counts.abilities);
  for (const SavedVersion& at_work : saved.versions) {
    LoadVerdict verdict;
    PreparedVersion version;
    if (at_work.seat < PolicySeats::kSeats && seats.at(at_work.seat) == nullptr) {
      version = state.find(at_work.sha256, world.scenario(), verdict);
    }
    if (!version) return wrong("The version " + at_work.sha256 + " cannot be at work again.");
    seats.restore_seat(std::move(version), at_work);
  }
  for (const std::string& name : {slot.sha256, slot.fallback_sha256}) {
    const bool missing = !name.empty() && seats.find(name) == nullptr;
    // A version that came in behind the last tick has no agents yet.
    if (missing && !saved.versions.empty()) return wrong("The version " + name + " is missing.");
  }
  seats.restore_roles(slot.sha256, slot.fallback_sha256, saved.migration);
  if (seats.current() != nullptr) {
    state.sha256 = slot.sha256;
    state.fallback_sha256 = slot.fallback_sha256;
  }
  for (const AgentMemory& kept : saved.agents) {
    const std::uint32_t row = kept.agent.index;
    if (row >= world.columns().size() || kept.seat >= PolicySeats::kSeats ||
        seats.at(kept.seat) == nullptr) {
      return wrong("There is no row " + std::to_string(row) + ", or nobody in its seat.");
    }
    PolicyVersion& version = *seats.at(kept.seat);
    version.ready[row] = kept.agent.generation + 1;
    if (kept.drives) {
      seats.drive(row, kept.seat);
      seats.saved_fuel[row] = static_cast<float>(kept.saved_fuel);
    }
    if (kept.memory.is_nil()) continue;
    if (auto set = version.vm(shard_of(row)).set_memory(row, kept.memory); !set.ok()) return set;
  }
  return {};
}

}  // namespace cherub::scripting
