#include "abilities/replayer.h"

#include <algorithm>
#include <utility>

#include "engine/base/hash.h"
#include "engine/base/sha256.h"

namespace cherub::abilities {
namespace {

std::vector<scripting::MachineFault> machine_faults_from(const engine::Recording& recording,
                                                         engine::Tick from) {
  std::vector<scripting::MachineFault> faults;
  for (const engine::RecordedFault& recorded : recording.faults) {
    if (recorded.tick < from) continue;
    scripting::MachineFault fault;
    fault.tick = recorded.tick;
    fault.row = recorded.row;
    fault.message = recorded.message;
    scripting::set_recorded_kind(fault, recorded.kind);
    faults.push_back(std::move(fault));
  }
  return faults;
}

// The budgets that the recorded policies ran under.
scripting::HostOptions host_options(const engine::RecordedStart& start, bool jit, bool replays) {
  scripting::HostOptions options;
  options.fuel_per_act = start.fuel_per_act;
  options.fuel_saved_max = start.fuel_saved_max;
  options.fuel_per_load = start.fuel_per_load;
  options.memory_bytes = start.memory_bytes;
  options.memory_per_agent_bytes = start.memory_per_agent_bytes;
  options.jit = jit;
  options.replays = replays;
  return options;
}

}  // namespace

Replayer::Replayer(const engine::Recording& recording,
                   std::shared_ptr<scripting::ScriptRegistry> registry, bool jit,
                   base::WorkerPool* pool)
    : recording_(recording),
      registry_(std::move(registry)),
      jit_(jit),
      pool_(pool),
      host_(std::make_unique<scripting::PolicyHost>(registry_,
                                                    host_options(recording.start, jit, true))) {}

base::Result<void> Replayer::stand(std::unique_ptr<engine::World> world) {
  world_ = std::move(world);
  if (pool_ != nullptr) world_->use(*pool_);
  const engine::Tick tick = world_->tick();
  host_->expect_machine_faults(machine_faults_from(recording_, tick));
  const auto& commands = recording_.commands;
  next_command_ = static_cast<std::size_t>(
      std::find_if(commands.begin(), commands.end(),
                   [&](const auto& command) { return command.tick >= tick; }) -
      commands.begin());
  const auto& saves = recording_.saves;
  next_save_ =
      static_cast<std::size_t>(std::lower_bound(saves.begin(), saves.end(), tick) - saves.begin());
  return {};
}

base::Result<void> Replayer::begin() {
  if (recording_.first > 0) {
    return base::Error{base::ErrorCode::kNotFound,
                       "The journal was read from tick " + std::to_string(recording_.first) +
                           " on, and no save there can be used.",
                       "journal"};
  }
  auto scenario = engine::parse_scenario(recording_.start.scenario_yaml);
  if (!scenario) return scenario.error();
  auto created = engine::World::create(std::move(*scenario), recording_.start.seed);
  if (!created) return created.error();
  return stand(std::move(*created));
}

base::Result<void> Replayer::begin_at(const Save& save) {
  if (save.snapshot.seed != recording_.start.seed ||
      save.snapshot.scenario_yaml != recording_.start.scenario_yaml) {
    return base::Error{base::ErrorCode::kInvalidArgument,
                       "The save is of another world than the journal.", "save"};
  }
  const engine::Tick tick = save.snapshot.tick;
  const bool is_told = tick > recording_.first && tick <= recording_.end();
  if (tick < recording_.first ||
      (is_told && recording_.hashes[tick - recording_.first - 1] != save.snapshot.hash)) {
    return base::Error{base::ErrorCode::kInvalidArgument,
                       "The save is not of what the journal tells.", "save"};
  }
  auto restored = engine::World::restore(save.snapshot);
  if (!restored) return restored.error();
  if (auto stood = stand(std::move(*restored)); !stood) return stood;
  for (const scripting::SavedVersion& version : save.memories.versions) {
    if (!add_source(version.sha256)) {
      return base::Error{base::ErrorCode::kInvalidArgument, difference_->sentence, "script"};
    }
  }
  for (const engine::AbilitySpec& ability : world_->abilities()) {
    if (ability.sha256.empty() || add_source(ability.sha256)) continue;
    return base::Error{base::ErrorCode::kInvalidArgument, difference_->sentence, "ability"};
  }
  if (auto done = host_->restore_memories(*world_, save.memories); !done) return done;
  // The memories are as this save left them.
  while (next_save_ < recording_.saves.size() && recording_.saves[next_save_] <= world_->tick()) {
    ++next_save_;
  }
  return {};
}

void Replayer::differ(std::string sentence, std::string column) {
  if (difference_) return;
  difference_ = {world_->tick(), std::move(column), std::move(sentence)};
}

bool Replayer::add_source(const std::string& sha256) {
  const auto source = recording_.sources.find(sha256);
  if (source == recording_.sources.end()) {
    differ("The source " + sha256 + " is not in the journal.");
  } else if (base::sha256_hex(source->second) != sha256) {
    differ("The source named " + sha256 + " was altered.");
  } else {
    registry_->add(source->second);
    return true;
  }
  return false;
}

bool Replayer::prepare(const std::string& sha256) {
  if (!add_source(sha256)) return false;
  if (host_->prepare(sha256, world_->scenario()).ok) return true;
  differ("The source " + sha256 + " is refused by this version of Cherub.");
  return false;
}

void Replayer::apply(const engine::StampedCommand& command) {
  const std::string sha256 = engine::installed_sha256(command.command);
  // An ability's script is loaded when it is first used, or not at all.
  const bool known =
      sha256.empty() ||
      (engine::is_about_abilities(command.command) ? add_source(sha256) : prepare(sha256));
  if (!known) return;
  const auto stamped = world_->submit(command.command);
  if (!stamped) differ("A recorded command is refused: " + stamped.error().text());
}

std::optional<scripting::SavedPolicies> Replayer::pass_save() {
  const auto& saves = recording_.saves;
  if (next_save_ >= saves.size() || saves[next_save_] != world_->tick()) return std::nullopt;
  while (next_save_ < saves.size() && saves[next_save_] == world_->tick()) ++next_save_;
  return host_->save_memories();
}

base::Result<void> Replayer::renew_host() {
  const auto memories = host_->save_memories();
  host_ = std::make_unique<scripting::PolicyHost>(registry_,
                                                  host_options(recording_.start, jit_, false));
  return host_->restore_memories(*world_, memories);
}

void Replayer::submit_waiting() {
  const auto& commands = recording_.commands;
  while (next_command_ < commands.size() && commands[next_command_].tick <= world_->tick()) {
    apply(commands[next_command_++]);
  }
}

engine::TickReport Replayer::step(bool verify) {
  (void)pass_save();
  submit_waiting();
  engine::TickReport report = world_->step(*host_);
  host_->take_notes();  // nobody reads them here, and they must not pile up
  (void)host_->take_machine_faults();
  if (verify && !difference_) compare(report);
  return report;
}

std::string Replayer::differing_column(engine::Tick tick) const {
  const auto& names = recording_.start.columns;
  for (const engine::ColumnHash& column : world_->column_hashes()) {
    const auto found = std::find(names.begin(), names.end(), column.name);
    if (found == names.end()) continue;
    const auto at =
        (tick - recording_.first) * names.size() + static_cast<std::size_t>(found - names.begin());
    if (at >= recording_.column_hashes.size()) continue;
    if (recording_.column_hashes[at] != static_cast<std::uint32_t>(column.hash)) {
      return std::string(column.name);
    }
  }
  return {};
}

void Replayer::compare(const engine::TickReport& report) {
  const auto at = [&](std::string sentence, std::string column) {
    difference_ = {report.tick, std::move(column), std::move(sentence)};
  };
  const std::uint64_t recorded = recording_.hashes[report.tick - recording_.first];
  const std::string column = differing_column(report.tick);
  if (report.hash != recorded) {
    return at("State hash " + base::hex64(report.hash) + " instead of " + base::hex64(recorded) +
                  (column.empty() ? "; no column differs." : "; column " + column + " differs."),
              column);
  }
  if (!column.empty()) return at("The hash of column " + column + " differs.", column);
  if (report.tick % engine::kBehaviourHashInterval != 0) return;
  const auto expected = recording_.behaviour_hash(report.tick);
  if (!expected) {
    return at("The journal has no hash of the policies' memories here.", "memories");
  }
  const std::uint64_t hash = host_->state_hash();
  if (hash == *expected) return;
  at("The policies' memories differ: hash " + base::hex64(hash) + " instead of " +
         base::hex64(*expected) + ".",
     "memories");
}

}  // namespace cherub::abilities
