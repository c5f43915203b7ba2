#include "scripting/policy_shard.h"

#include <algorithm>

#include "engine/behaviour.h"
#include "engine/recording.h"

namespace cherub::scripting {
namespace {

void hash_value(base::Hasher& hasher, const sandbox::Value& value) {
  hasher.add(std::uint64_t{value.data.index()});
  if (const auto* truth = std::get_if<bool>(&value.data)) {
    hasher.add(std::uint64_t{*truth});
  } else if (const auto* number = std::get_if<double>(&value.data)) {
    hasher.add(std::span<const double>(number, 1));
  } else if (const auto* text = std::get_if<std::string>(&value.data)) {
    hasher.add(*text);
  } else if (const auto* table = std::get_if<sandbox::Value::Table>(&value.data)) {
    hasher.add(std::uint64_t{table->size()});
    for (const sandbox::Value::Entry& entry : *table) {
      hash_value(hasher, entry.key);
      hash_value(hasher, entry.value);
    }
  }
}

// Calls visit(row) for the agents of a shard, ascending.
template <class Visit>
void for_rows(const engine::World& world, std::size_t shard, Visit&& visit) {
  const auto rows = world.agent_rows();
  const std::size_t blocks = (world.columns().size() + kShardBlockRows - 1) / kShardBlockRows;
  auto row = rows.begin();
  for (std::size_t block = shard; block < blocks; block += kShardCount) {
    row = std::lower_bound(row, rows.end(), block * kShardBlockRows);
    for (; row != rows.end() && *row < (block + 1) * kShardBlockRows; ++row) visit(*row);
  }
}

}  // namespace

void PolicyShard::decide(PolicyVersion* version, const engine::World& world,
                         engine::Intents& intents, std::size_t shard,
                         std::size_t memory_bytes_max) {
  const auto& script = world.columns().script;
  for_rows(world, shard, [&](std::uint32_t row) {
    if (version != nullptr && script[row] != engine::kNoScript) {
      scripted.push_back(row);
    } else {
      engine::NativeBehaviour::decide_row(world, intents, row);
    }
  });
  fuel = fuel_max = 0;
  if (scripted.empty()) return;
  PolicyVm& vm = version->vm(shard);
  if (vm.may_have_memories()) look_at_memories(vm, world.tick(), memory_bytes_max);
  vm.decide({&world, &intents, version->ready.data(), version->fuel.data()}, scripted, expected,
            faults, messages);
  std::tie(fuel, fuel_max) = vm.last_fuel();
}

// Memories are held to their contract at fixed ticks, so that replays find the same faults.
void PolicyShard::look_at_memories(PolicyVm& vm, base::Tick tick, std::size_t bytes_max) {
  for (const std::uint32_t row : scripted) {
    if (row % engine::kBehaviourHashInterval != tick % engine::kBehaviourHashInterval) continue;
    const auto memory = vm.memory(row);
    if (memory.ok() && memory->is_nil()) continue;
    if (memory.ok() && sandbox::to_json(*memory).size() <= bytes_max) {
      memory_hash.add(std::uint64_t{row});
      hash_value(memory_hash, *memory);
      continue;
    }
    vm.drop_memory(row);
    faults.push_back({row, FaultKind::kInvalidMemory,
                      memory.ok()
                          ? "self.memory is larger than " + std::to_string(bytes_max) + " bytes"
                          : "self.memory: " + memory.error().text()});
  }
}

void PolicyShard::migrate(PolicyVersion& from, PolicyVersion& to, const engine::World& world,
                          std::size_t shard) {
  PolicyVm* const old_vm = from.vm_if_made(shard);
  if (old_vm == nullptr) return;
  PolicyVm& new_vm = to.vm(shard);
  const bool nothing_to_say = !old_vm->may_have_memories() && !new_vm.has_migrate();
  for_rows(world, shard, [&](std::uint32_t row) {
    if (!from.knows(world.id_of(row))) return;
    if (nothing_to_say) {
      to.ready[row] = from.ready[row];
      return;
    }
    const auto memory = old_vm->memory(row);
    if (!memory.ok()) return;  // not plain: look_at_memories would drop it too
    if (const auto adopted = new_vm.adopt(world, row, *memory); adopted.ok()) {
      to.ready[row] = from.ready[row];
    } else {
      faults.push_back({row, FaultKind::kInvalidMemory, adopted.error().message});
    }
  });
}

}  // namespace cherub::scripting
