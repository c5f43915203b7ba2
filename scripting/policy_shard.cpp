#include "scripting/policy_shard.h"

#include <algorithm>
#include <tuple>

#include "engine/behaviour.h"
#include "engine/recording.h"

namespace cherub::scripting {
namespace {

// In one tick and shard, a memory each: a number of agents, never a time. A 64th of the shard is
// about half as much work as its acts.
constexpr std::size_t kMovedAtLeast = 256, kMovedShare = 64;

bool is_migration_fault(const MachineFault& fault) {
  return fault.kind == FaultKind::kMigrate;
}

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

// Calls visit(row) for the agents of a shard from a row on, ascending, while it answers true.
template <class Visit>
void for_rows_while(const engine::World& world, std::size_t shard, std::uint32_t first,
                    Visit&& visit) {
  const auto rows = world.agent_rows();
  const std::size_t blocks = (world.columns().size() + kShardBlockRows - 1) / kShardBlockRows;
  auto row = std::lower_bound(rows.begin(), rows.end(), first);
  for (std::size_t block = shard; block < blocks; block += kShardCount) {
    row = std::lower_bound(row, rows.end(), block * kShardBlockRows);
    for (; row != rows.end() && *row < (block + 1) * kShardBlockRows; ++row) {
      if (!visit(*row)) return;
    }
  }
}

// The same for all of them.
template <class Visit>
void for_rows(const engine::World& world, std::size_t shard, Visit&& visit) {
  for_rows_while(world, shard, 0, [&](std::uint32_t row) {
    visit(row);
    return true;
  });
}

bool any_refused(const engine::Columns& columns, std::uint32_t row) {
  for (const auto* receipts :
       {&columns.move_receipt, &columns.ability_receipt, &columns.message_receipt}) {
    if (engine::is_refusal(static_cast<engine::Receipt>((*receipts)[row]))) return true;
  }
  return false;
}

}  // namespace

void PolicyShard::begin_tick() {
  for (Share& share : shares) {
    share.rows.clear();
    share.fuel = share.fuel_max = share.judged = share.refused = 0;
  }
  for (auto& rows : by_default) rows.clear();
  expected.clear();
  faults.clear();
  failed_to_move.clear();
  messages.clear();
  uses.clear();
}

void PolicyShard::judge(const PolicySeats& seats, const engine::World& world, std::size_t shard) {
  const engine::Columns& columns = world.columns();
  for_rows(world, shard, [&](std::uint32_t row) {
    if (columns.script[row] == engine::kNoScript || columns.age[row] == 0) return;
    Share& share = shares[seats.seat_seen(world.id_of(row))];
    ++share.judged;
    share.refused += any_refused(columns, row) ? 1 : 0;
  });
}

void PolicyShard::migrate(PolicySeats& seats, const engine::World& world, std::size_t shard) {
  const auto& script = world.columns().script;
  std::size_t agents = 0;
  for_rows(world, shard, [&](std::uint32_t) { ++agents; });
  const std::size_t most = std::max(kMovedAtLeast, agents / kMovedShare);
  std::size_t handed_on = 0;
  std::uint32_t next = PolicySeats::kAllMoved;
  for_rows_while(world, shard, seats.next_row[shard], [&](std::uint32_t row) {
    if (handed_on == most) {
      next = row;
      return false;
    }
    const std::size_t seat = seats.seat_seen(world.id_of(row));
    if (script[row] == engine::kNoScript || seat == seats.current_seat()) return true;
    handed_on += move_one(seats, world, row, seat) ? 1 : 0;
    return true;
  });
  seats.next_row[shard] = next;
}

// False when there was nothing to hand on.
bool PolicyShard::move_one(PolicySeats& seats, const engine::World& world, std::uint32_t row,
                           std::size_t seat) {
  const std::size_t shard = shard_of(row);
  PolicyVersion &from = *seats.at(seat), &to = *seats.current();
  PolicyVm& old_vm = from.vm(shard);
  PolicyVm& new_vm = to.vm(shard);
  const bool worth_work = new_vm.has_migrate() || old_vm.remembers(row);
  base::Result<void> adopted;
  if (worth_work) {
    const bool must_fail = std::any_of(
        expected.begin(), expected.end(),
        [row](const MachineFault& fault) { return is_migration_fault(fault) && fault.row == row; });
    const auto memory = old_vm.memory(row);
    if (must_fail) {
      adopted = base::Error{base::ErrorCode::kUnavailable, "as recorded", "policy.migrate"};
    } else if (!memory) {
      adopted = base::Error{memory.error().code, "self.memory: " + memory.error().text(), ""};
    } else {
      adopted = new_vm.adopt(world, row, *memory);
    }
  }
  if (!adopted) {
    if (adopted.error().code == base::ErrorCode::kUnavailable) {
      failed_to_move.push_back({row, FaultKind::kMigrate, adopted.error().message, 0});
    }
    if (move.stayed++ == 0) {
      move.first_failure = adopted.error().message;
      move.first_failure_row = row;
    }
    return true;
  }
  ++move.moved;
  to.ready[row] = from.ready[row];
  if (!seats.is_fallback(seat)) {
    from.ready[row] = 0;
    if (worth_work) old_vm.drop_memory(row);
  }
  seats.drive(row, seats.current_seat());
  return worth_work;
}

void PolicyShard::decide(PolicySeats& seats, DefaultPolicies& defaults, const engine::World& world,
                         engine::Intents& intents, std::size_t shard,
                         std::size_t memory_bytes_max) {
  const auto& script = world.columns().script;
  const bool scripted = seats.current() != nullptr, shared = seats.shared();
  const std::size_t alone = shared || !scripted ? 0 : seats.current_seat();
  by_default.resize(defaults.count());
  for_rows(world, shard, [&](std::uint32_t row) {
    if (scripted && script[row] != engine::kNoScript) {
      const std::size_t seat = shared ? seats.seat_of(world.id_of(row)) : alone;
      shares[seat].rows.push_back(row);
    } else if (const int policy = defaults.policy_of(world.columns().species[row]); policy >= 0) {
      by_default[static_cast<std::size_t>(policy)].push_back(row);
    } else {
      engine::NativeBehaviour::decide_row(world, intents, row);
    }
  });
  for (std::size_t seat = 0; seat < PolicySeats::kSeats; ++seat) {
    const auto& rows = shares[seat].rows;
    if (rows.empty()) continue;
    const std::size_t faults_before = faults.size();
    PolicyVm& vm = seats.at(seat)->vm(shard);
    if (vm.may_have_memories()) look_at_memories(vm, rows, world.tick(), memory_bytes_max);
    let_act(seats, seat, world, intents, shard);
    for (std::size_t i = faults_before; i < faults.size(); ++i) {
      faults[i].seat = static_cast<std::uint8_t>(seat);
    }
  }
  act_by_default(defaults, world, intents, shard);
  seats.hash_slice(memory_hash, shard, world.tick());
}

void PolicyShard::act_by_default(DefaultPolicies& defaults, const engine::World& world,
                                 engine::Intents& intents, std::size_t shard) {
  const engine::Columns& columns = world.columns();
  for (std::size_t policy = 0; policy < by_default.size(); ++policy) {
    std::vector<MachineFault> to_repeat;
    for (const MachineFault& fault : expected) {
      const bool drives = fault.row < columns.size() && !is_migration_fault(fault) &&
                          columns.script[fault.row] == engine::kNoScript &&
                          defaults.policy_of(columns.species[fault.row]) == int(policy);
      if (drives) to_repeat.push_back(fault);
    }
    defaults.act(policy, shard, world, intents, by_default[policy], to_repeat,
                 {faults, messages, uses});
  }
}

void PolicyShard::let_act(PolicySeats& seats, std::size_t seat, const engine::World& world,
                          engine::Intents& intents, std::size_t shard) {
  Share& share = shares[seat];
  std::vector<MachineFault> to_repeat;
  for (const MachineFault& fault : expected) {
    const bool acts = fault.row < world.columns().size() && !is_migration_fault(fault) &&
                      world.columns().script[fault.row] != engine::kNoScript;
    if (acts && seats.seat_seen(world.id_of(fault.row)) == seat) to_repeat.push_back(fault);
  }
  PolicyVersion& version = *seats.at(seat);
  PolicyVm& vm = version.vm(shard);
  vm.decide({&world, &intents, version.ready.data(), seats.fuel.data(), seats.saved_fuel.data()},
            share.rows, to_repeat, faults, messages, uses);
  std::tie(share.fuel, share.fuel_max) = vm.last_fuel();
}

// Memories are held to their contract at fixed ticks, so that replays find the same faults.
void PolicyShard::look_at_memories(PolicyVm& vm, const std::vector<std::uint32_t>& rows,
                                   base::Tick tick, std::size_t bytes_max) {
  for (const std::uint32_t row : rows) {
    if (row % engine::kBehaviourHashInterval != tick % engine::kBehaviourHashInterval) continue;
    const auto memory = vm.memory(row);
    if (memory.ok() && memory->is_nil()) continue;
    if (memory.ok() && fits_memory(*memory, bytes_max)) {
      memory_hash.add(std::uint64_t{row});
      hash_value(memory_hash, *memory);
      continue;
    }
    vm.drop_memory(row);
    faults.push_back({row, FaultKind::kInvalidMemory,
                      memory.ok()
                          ? "self.memory is larger than " + std::to_string(bytes_max) + " bytes"
                          : "self.memory: " + memory.error().text(),
                      0});
  }
}

}  // namespace cherub::scripting
