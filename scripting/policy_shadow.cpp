#include "scripting/policy_shadow.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/base/json.h"

namespace cherub::scripting {
namespace {

// Whether it can be seen without resolving the tick that an intent would be refused.
bool bound_to_be_refused(const engine::World& world, const engine::Intents& intents,
                         std::uint32_t row) {
  const auto move = static_cast<engine::MoveKind>(intents.move[row]);
  if (move == engine::MoveKind::kBy || move == engine::MoveKind::kTo) {
    for (const auto* part : {&intents.move_x, &intents.move_y, &intents.move_z}) {
      if (!std::isfinite((*part)[row])) return true;
    }
  }
  if (static_cast<engine::AbilityKind>(intents.ability[row]) != engine::AbilityKind::kEat) {
    return false;
  }
  const engine::Columns& columns = world.columns();
  const auto target = engine::EntityId::unpack(intents.ability_target[row]);
  if (!world.exists(target) || target.index == row) return true;
  if ((world.diet(columns.species[row]) >> columns.species[target.index] & 1) == 0) return true;
  const double reach = world.scenario().species[columns.species[row]].reach;
  const double dx = double{columns.x[row]} - double{columns.x[target.index]};
  const double dy = double{columns.y[row]} - double{columns.y[target.index]};
  const double dz = double{columns.z[row]} - double{columns.z[target.index]};
  return dx * dx + dy * dy + dz * dz > reach * reach;
}

// Agents that act between two looks at the fuel.
constexpr std::size_t kRowsPerLook = 8;

}  // namespace

PolicyShadow::PolicyShadow(PreparedVersion version, const HostOptions& options)
    : version_(std::move(version)), options_(options) {}

void PolicyShadow::note_fault(const std::string& message) {
  if (report_.faults++ == 0) report_.first_fault = message;
}

// Rows at equal distances in the list of agents, so that all parts of the world have their share.
void PolicyShadow::choose(const engine::World& world, const PolicySeats& seats) {
  const auto rows = world.agent_rows();
  const std::size_t stride = (rows.size() + kSampleMax - 1) / kSampleMax;
  for (std::size_t i = 0; i < rows.size(); i += stride) {
    if (world.columns().script[rows[i]] == engine::kNoScript) continue;
    sample_.push_back(world.id_of(rows[i]));
    copy_memory(world, seats, rows[i]);
  }
  report_.agents = sample_.size();
}

void PolicyShadow::copy_memory(const engine::World& world, const PolicySeats& seats,
                               std::uint32_t row) {
  saved_fuel_[row] = seats.saved_fuel[row];
  if (seats.current() == nullptr) return;
  const engine::EntityId id = world.id_of(row);
  PolicyVersion& driver = *seats.at(seats.seat_seen(id));
  if (!driver.knows(id)) return;  // it has not acted yet
  const auto memory = driver.vm(shard_of(row)).memory(row);
  auto adopted = memory ? version_->vm(shard_of(row)).adopt(world, row, *memory)
                        : base::Result<void>(memory.error());
  if (adopted) {
    version_->ready[row] = id.generation + 1;
  } else {
    if (report_.not_migrated++ == 0) report_.first_fault = adopted.error().message;
    sample_.pop_back();
  }
}

void PolicyShadow::act(const engine::World& world) {
  for (std::size_t shard = 0; shard < kShardCount; ++shard) {
    rows_[shard].clear();
    faults_[shard].clear();
    messages_[shard].clear();
    uses_[shard].clear();
  }
  for (const engine::EntityId id : sample_) {
    const bool acts = world.exists(id) && world.columns().script[id.index] != engine::kNoScript;
    if (acts) rows_[shard_of(id.index)].push_back(id.index);
  }
  std::array<std::uint64_t, kShardCount> fuel{};
  world.pool().run(kShardCount, [&](std::size_t shard) { fuel[shard] = act_in(shard, world); });
  for (std::size_t shard = 0; shard < kShardCount; ++shard) {
    report_.acts += rows_[shard].size();
    report_.fuel += fuel[shard];
    for (const AgentFault& fault : faults_[shard]) note_fault(fault.message);
    for (const std::uint32_t row : rows_[shard]) {
      if (auto kept = version_->vm(shard).memory_within_limit(row); !kept) {
        note_fault(kept.error().message);
      }
    }
  }
}

// Returns the fuel that was used.
std::uint64_t PolicyShadow::act_in(std::size_t shard, const engine::World& world) {
  std::vector<std::uint32_t>& rows = rows_[shard];
  if (rows.empty()) return 0;
  PolicyVm& vm = version_->vm(shard);
  std::uint64_t fuel = 0;
  std::size_t done = 0;
  while (done < rows.size() && fuel < kFuelPerTick) {
    const std::size_t count = std::min(kRowsPerLook, rows.size() - done);
    vm.decide({&world, &intents_, version_->ready.data(), fuel_.data(), saved_fuel_.data()},
              std::span(rows).subspan(done, count), {}, faults_[shard], messages_[shard],
              uses_[shard]);
    fuel += vm.last_fuel().first;
    done += count;
  }
  rows.resize(done);
  return fuel;
}

void PolicyShadow::compare(const engine::World& world, const engine::Intents& intents,
                           const std::vector<std::uint32_t>& faulted) {
  spoke_.assign(world.columns().size(), 0);
  for (const auto& message : intents.messages) spoke_[message.row] |= 1;
  for (const auto& messages : messages_) {
    for (const auto& message : messages) spoke_[message.row] |= 2;
  }
  for (std::size_t shard = 0; shard < kShardCount; ++shard) {
    for (const std::uint32_t row : rows_[shard]) {
      const auto& failed = faults_[shard];
      if (std::any_of(failed.begin(), failed.end(),
                      [row](const AgentFault& fault) { return fault.row == row; })) {
        continue;
      }
      report_.refused += bound_to_be_refused(world, intents_, row) ? 1 : 0;
      if (std::binary_search(faulted.begin(), faulted.end(), row)) continue;
      ++report_.compared;
      report_.other_moves += intents.move[row] != intents_.move[row] ? 1 : 0;
      report_.other_abilities += intents.ability[row] != intents_.ability[row] ? 1 : 0;
      report_.other_messages += spoke_[row] == 1 || spoke_[row] == 2 ? 1 : 0;
    }
  }
}

void PolicyShadow::look(const engine::World& world, const PolicySeats& seats) {
  const std::size_t rows = world.columns().size();
  version_->resize(rows);
  fuel_.resize(rows, 0);
  saved_fuel_.resize(rows, 0);
  if (!std::exchange(chosen_, true)) choose(world, seats);
}

void PolicyShadow::observe(const engine::World& world, const engine::Intents& intents,
                           const std::vector<std::uint32_t>& faulted) {
  intents_.clear(world.columns().size());
  act(world);
  compare(world, intents, faulted);
  ++report_.ticks;
}

}  // namespace cherub::scripting
