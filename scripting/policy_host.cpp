#include "scripting/policy_host.h"

#include <algorithm>
#include <utility>

#include "engine/recording.h"
#include "scripting/policy_host_state.h"

namespace cherub::scripting {
namespace {

constexpr const char* kAbilityPrefix = "ability_";

}  // namespace

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
    case FaultKind::kMigrate:
      return "migrate";
  }
  return "error";
}

std::string recorded_kind(const MachineFault& fault) {
  return (fault.in_ability ? kAbilityPrefix : "") + std::string(fault_name(fault.kind));
}

void set_recorded_kind(MachineFault& fault, std::string_view kind) {
  fault.in_ability = kind.starts_with(kAbilityPrefix);
  if (fault.in_ability) kind.remove_prefix(std::string_view(kAbilityPrefix).size());
  for (int i = 0; i < kFaultKindCount; ++i) {
    if (kind == fault_name(static_cast<FaultKind>(i))) fault.kind = static_cast<FaultKind>(i);
  }
}

std::uint64_t PolicyStats::fault_count() const {
  std::uint64_t count = 0;
  for (const std::uint64_t kind : faults) count += kind;
  return count;
}

PolicyHost::PolicyHost(std::shared_ptr<ScriptRegistry> registry, HostOptions options)
    : state_(std::make_unique<State>(std::move(registry), options)) {}

PolicyHost::~PolicyHost() = default;

PreparedVersion PolicyHost::State::find(const std::string& wanted, const engine::Scenario& scenario,
                                        LoadVerdict& verdict) {
  if (auto known = prepared.extract(wanted); !known.empty()) {
    verdict.ok = true;
    return std::move(known.mapped());
  }
  auto version = registry->find(wanted);
  if (!version) {
    verdict.stage = "load";
    sandbox::Diagnostic unknown;
    unknown.message = "no script with the hash " + wanted + " is registered";
    verdict.diagnostics.push_back(std::move(unknown));
    return nullptr;
  }
  return PolicyVersion::create(std::move(version), scenario, options, verdict);
}

LoadVerdict PolicyHost::prepare(const std::string& sha256, const engine::Scenario& scenario) {
  LoadVerdict verdict;
  verdict.ok = state_->seats.find(sha256) != nullptr;
  if (verdict.ok) return verdict;
  PreparedVersion version = state_->find(sha256, scenario, verdict);
  if (version) version->make_vms(state_->seats.fuel.size());
  if (version) hand_over(std::move(version));
  return verdict;
}

void PolicyHost::hand_over(PreparedVersion version) {
  const std::string sha256 = version->sha256();
  state_->prepared[sha256] = std::move(version);
}

void PolicyHost::retire_to(std::function<void(PreparedVersion)> sink) {
  state_->retire_to = std::move(sink);
}

// At the first tick boundary where the slot names other versions than before.
void PolicyHost::State::notice_slot(const engine::World& seen) {
  const engine::ScriptSlot& slot = seen.script_slots().front();
  if (slot.sha256 == sha256 && slot.fallback_sha256 == fallback_sha256) return;
  follow_slot(seen, slot);
  window.begin(mark(seen.tick()));
  sha256 = slot.sha256;
  fallback_sha256 = slot.fallback_sha256;
}

// A version that cannot be loaded leaves the agents to the native behaviour.
void PolicyHost::State::follow_slot(const engine::World& seen, const engine::ScriptSlot& slot) {
  const bool fallback_gone = !fallback_sha256.empty() && slot.fallback_sha256 != fallback_sha256;
  if (slot.sha256 == sha256) return seats.forget_fallback();
  if (fallback_gone && slot.sha256 == fallback_sha256) return seats.restore(seen);
  if (fallback_gone) seats.forget_fallback();
  for (PolicyShard& shard : shards) shard.move = {};
  if (seats.find(slot.sha256) != nullptr) {
    return seats.install_seated(slot.sha256, slot.fallback_sha256);
  }
  LoadVerdict verdict;
  PreparedVersion next =
      slot.sha256.empty() ? nullptr : find(slot.sha256, seen.scenario(), verdict);
  seats.install(std::move(next), slot.fallback_sha256);
}

void PolicyHost::State::retire() {
  for (PreparedVersion& version : seats.take_retired()) {
    if (retire_to) retire_to(std::move(version));
  }
}

// Gives the shards the faults that a replay has to repeat in this tick.
void PolicyHost::State::expect_faults(base::Tick tick) {
  expected_uses.clear();
  while (next_expected < expected.size() && expected[next_expected].tick <= tick) {
    const MachineFault& fault = expected[next_expected++];
    if (fault.tick != tick) continue;
    auto& repeats = fault.in_ability ? expected_uses : shards[shard_of(fault.row)].expected;
    repeats.push_back(fault);
  }
}

void PolicyHost::State::run_shards(const engine::World& seen, engine::Intents& intents) {
  const std::size_t rows = seen.columns().size();
  const std::size_t used = shards_of(rows);
  const bool scripted = seats.current() != nullptr;
  seen.pool().run(used, [&](std::size_t number) {
    PolicyShard& shard = shards[number];
    if (scripted && watches_receipts) shard.judge(seats, seen, number);
    if (seats.next_row[number] != PolicySeats::kAllMoved) shard.migrate(seats, seen, number);
    shard.decide(seats, defaults, seen, intents, number, options.memory_per_agent_bytes);
  });
  // Shards without rows have nothing to move.
  for (std::size_t number = used; number < kShardCount; ++number) {
    seats.next_row[number] = PolicySeats::kAllMoved;
  }
}

// What the shards wrote, in the order of the shards; resolve and count_faults sort by row.
void PolicyHost::State::collect(const engine::World& seen, engine::Intents& intents) {
  const auto tell = [&](const AgentFault& fault) {
    machine_faults.push_back({seen.tick(), fault.row, fault.kind, fault.message, false});
  };
  for (PolicyShard& shard : shards) {
    std::move(shard.messages.begin(), shard.messages.end(), std::back_inserter(intents.messages));
    std::move(shard.faults.begin(), shard.faults.end(), std::back_inserter(faults));
    std::for_each(shard.failed_to_move.begin(), shard.failed_to_move.end(), tell);
  }
  std::stable_sort(faults.begin(), faults.end(),
                   [](const AgentFault& a, const AgentFault& b) { return a.row < b.row; });
  for (const AgentFault& fault : faults) {
    if (fault.kind >= FaultKind::kMemory) tell(fault);
  }
}

VersionStats& PolicyHost::State::stats_of(const std::string& name, base::Tick tick) {
  for (VersionStats& known : by_version) {
    if (known.sha256 == name) return known;
  }
  if (by_version.size() == kVersionStatsMax) by_version.pop_front();
  return by_version.emplace_back(VersionStats{name, tick, 0, {}});
}

void PolicyHost::State::count_acts() {
  std::array<std::size_t, PolicySeats::kSeats> driven{};
  for (const PolicyShard& shard : shards) {
    for (std::size_t seat = 0; seat < PolicySeats::kSeats; ++seat) {
      const PolicyShard::Share& share = shard.shares[seat];
      if (share.rows.empty() && share.judged == 0) continue;
      driven[seat] += share.rows.size();
      for (PolicyStats* counts : {&stats, &stats_of(seats.at(seat)->sha256(), 0).stats}) {
        counts->acts += share.rows.size();
        counts->fuel += share.fuel;
        counts->fuel_max = std::max(counts->fuel_max, share.fuel_max);
        counts->judged += share.judged;
        counts->refused += share.refused;
      }
    }
  }
  for (VersionStats& version : by_version) version.agents = 0;
  for (std::size_t seat = 0; seat < PolicySeats::kSeats; ++seat) {
    if (driven[seat] > 0) stats_of(seats.at(seat)->sha256(), 0).agents = driven[seat];
  }
  seats.settle(driven);
}

void PolicyHost::State::count_fault(const AgentFault& fault, base::Tick tick) {
  for (PolicyStats* counts : {&stats, &stats_of(seats.at(fault.seat)->sha256(), tick).stats}) {
    ++counts->faults[static_cast<std::size_t>(fault.kind)];
    if (counts->first_fault.empty()) counts->first_fault = fault.message;
  }
}

void PolicyHost::State::count_faults(const engine::World& seen, engine::Intents& intents,
                                     std::vector<engine::Event>& events) {
  for (AgentFault& fault : faults) {
    if (fault.seat != DefaultPolicies::kSeat) count_fault(fault, seen.tick());
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

// Behind all acts, when it is known whose later call or fault took the place of a use.
void PolicyHost::State::use_abilities(const engine::World& seen, engine::Intents& intents,
                                      std::vector<engine::Event>& events) {
  std::vector<AskedUse> asked;
  for (PolicyShard& shard : shards) {
    std::move(shard.uses.begin(), shard.uses.end(), std::back_inserter(asked));
  }
  const std::size_t before = events.size();
  abilities.run(seen, intents, {std::move(asked), expected_uses, events, machine_faults});
  if (events.size() == before) return;
  std::stable_sort(events.begin(), events.end(),
                   [](const engine::Event& a, const engine::Event& b) {
                     return a.entity.index < b.entity.index;
                   });
}

void PolicyHost::decide(const engine::World& world, engine::Intents& intents,
                        std::vector<engine::Event>& faults) {
  State& state = *state_;
  const std::size_t rows = world.columns().size();
  for (PolicyShard& shard : state.shards) shard.begin_tick();
  state.faults.clear();
  state.seats.resize(rows);
  state.notice_slot(world);
  state.seats.resize(rows);
  state.defaults.prepare(world, state.options);
  if (state.seats.current() != nullptr) state.stats_of(state.sha256, world.tick());
  state.expect_faults(world.tick());
  if (world.tick() % engine::kBehaviourHashInterval == 1) {
    for (PolicyShard& shard : state.shards) shard.memory_hash = {};
  }
  if (state.shadow) state.shadow->look(world, state.seats);
  state.run_shards(world, intents);
  state.collect(world, intents);
  if (state.shadow) {
    std::vector<std::uint32_t> faulted;
    for (const AgentFault& fault : state.faults) faulted.push_back(fault.row);
    state.shadow->observe(world, intents, faulted);
  }
  state.count_faults(world, intents, faults);
  state.use_abilities(world, intents, faults);
  state.count_acts();
  state.window.on_tick(state.mark(world.tick() + 1));
  state.retire();
}

AbilityHost& PolicyHost::abilities() {
  return state_->abilities;
}

std::uint64_t PolicyHost::state_hash() {
  base::Hasher hasher;
  for (const PolicyShard& shard : state_->shards) hasher.add(shard.memory_hash.value());
  return hasher.value();
}

void PolicyHost::begin_shadow(PreparedVersion version) {
  end_shadow();
  state_->shadow = std::make_unique<PolicyShadow>(std::move(version), state_->options);
}

const ShadowReport* PolicyHost::shadow() const {
  return state_->shadow ? &state_->shadow->report() : nullptr;
}

void PolicyHost::end_shadow() {
  if (!state_->shadow) return;
  if (state_->retire_to) state_->retire_to(state_->shadow->release());
  state_->shadow.reset();
}

void PolicyHost::watch_receipts(bool watch) {
  state_->watches_receipts = watch;
}

Migration PolicyHost::migration() const {
  Migration migration;
  migration.going = state_->seats.migrating();
  std::uint32_t first_row = 0;
  for (const PolicyShard& shard : state_->shards) {
    migration.moved += shard.move.moved;
    const bool first = migration.stayed == 0 || shard.move.first_failure_row < first_row;
    if (shard.move.stayed > 0 && first) {
      migration.first_failure = shard.move.first_failure;
      first_row = shard.move.first_failure_row;
    }
    migration.stayed += shard.move.stayed;
  }
  return migration;
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
  end_shadow();
  state.seats.clear();
  for (PreparedVersion& version : state.seats.take_retired()) hand_over(std::move(version));
  state.sha256.clear();
  state.fallback_sha256.clear();
  state.stats = {};
  state.by_version.clear();
  state.window.forget();
  state.abilities.reset();
  state.machine_faults.clear();
  for (PolicyShard& shard : state.shards) shard = {};
  state.defaults.restart();
  for (auto it = state.prepared.begin(); it != state.prepared.end();) {
    it = it->second->restart().ok() ? std::next(it) : state.prepared.erase(it);
  }
}

const PolicyStats& PolicyHost::stats() const {
  return state_->stats;
}

std::vector<VersionStats> PolicyHost::version_stats() const {
  return {state_->by_version.begin(), state_->by_version.end()};
}

const ActWindow& PolicyHost::window() const {
  return state_->window;
}

const PolicyStats* PolicyHost::stats_of(const std::string& sha256) const {
  for (const VersionStats& version : state_->by_version) {
    if (version.sha256 == sha256) return &version.stats;
  }
  return nullptr;
}

PolicyVersion* PolicyHost::driver_of(engine::EntityId agent) const {
  const PolicySeats& seats = state_->seats;
  if (seats.current() == nullptr || agent.index >= seats.fuel.size()) return nullptr;
  PolicyVersion* const version = seats.at(seats.seat_seen(agent));
  return version->knows(agent) ? version : nullptr;
}

std::string PolicyHost::version_of(engine::EntityId agent) const {
  const PolicyVersion* const version = driver_of(agent);
  return version == nullptr ? std::string() : version->sha256();
}

std::string PolicyHost::collect_json(const engine::World& world, std::uint32_t row) {
  PolicyVersion* version = driver_of(world.id_of(row));
  if (version == nullptr) version = state_->seats.current();
  return version == nullptr ? "null" : version->vm(shard_of(row)).collect_json(world, row);
}

std::string PolicyHost::finalize_json(const std::string& episode_json) {
  PolicyVersion* const version = state_->seats.current();
  return version == nullptr ? "null" : version->vm(0).finalize_json(episode_json);
}

std::string PolicyHost::memory_json(engine::EntityId agent) {
  PolicyVersion* const version = driver_of(agent);
  if (version == nullptr) return "null";
  const auto memory = version->vm(shard_of(agent.index)).memory(agent.index);
  return memory.ok() ? sandbox::to_json(*memory) : "null";
}

std::uint64_t PolicyHost::last_fuel(engine::EntityId agent) const {
  if (driver_of(agent) == nullptr) return 0;
  return static_cast<std::uint64_t>(state_->seats.fuel[agent.index]);
}

std::uint64_t PolicyHost::saved_fuel(engine::EntityId agent) const {
  if (driver_of(agent) == nullptr) return 0;
  return static_cast<std::uint64_t>(state_->seats.saved_fuel[agent.index]);
}

std::vector<std::string> PolicyHost::take_notes() {
  std::vector<std::string> all;
  for (std::size_t seat = 0; seat < PolicySeats::kSeats; ++seat) {
    const PolicyVersion* const version = state_->seats.at(seat);
    for (std::size_t shard = 0; version != nullptr && shard < kShardCount; ++shard) {
      PolicyVm* const vm = version->vm_if_made(shard);
      if (vm == nullptr) continue;
      for (std::string& note : vm->take_notes()) all.push_back(std::move(note));
    }
  }
  return all;
}

}  // namespace cherub::scripting
