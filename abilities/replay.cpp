#include "abilities/replay.h"

#include <filesystem>
#include <memory>

#include "abilities/run_folder.h"
#include "abilities/stopwatch.h"
#include "engine/base/hash.h"
#include "engine/base/sha256.h"
#include "scripting/policy_host.h"

namespace cherub::abilities {
namespace {

constexpr std::uint64_t kTicksPerProgress = 1000;

base::Tick tick_of(const engine::StampedCommand& command) {
  return command.tick;
}

// Which version of the record goes in at a tick, if any.
const std::string* installed_sha256(const engine::StampedCommand& command) {
  const auto* script = std::get_if<engine::InstallScript>(&command.command);
  return script != nullptr && !script->sha256.empty() ? &script->sha256 : nullptr;
}

// Follows the record tick by tick.
class Replay {
 public:
  Replay(const engine::Recording& recording, const ReplayOptions& options)
      : recording_(recording),
        options_(options),
        registry_(std::make_shared<scripting::ScriptRegistry>()) {
    scripting::HostOptions host;
    host.fuel_per_act = recording.fuel_per_act;
    host.jit = options.jit;
    host_ = std::make_unique<scripting::PolicyHost>(registry_, host);
    report_.ticks_recorded = recording.hashes.size();
  }

  base::Result<ReplayReport> run(const ReplayProgress& progress);

 private:
  bool verifies() const { return options_.verify == ReplayVerify::kHashes; }
  void differ(base::Tick tick, std::string sentence);
  // False when the command cannot be applied as it was; the report then says so.
  bool apply(const engine::StampedCommand& command);
  void compare(const engine::TickReport& report);

  const engine::Recording& recording_;
  ReplayOptions options_;
  std::shared_ptr<scripting::ScriptRegistry> registry_;
  std::unique_ptr<scripting::PolicyHost> host_;
  std::unique_ptr<engine::World> world_;
  ReplayReport report_;
};

void Replay::differ(base::Tick tick, std::string sentence) {
  if (report_.first_difference_tick) return;
  report_.first_difference_tick = tick;
  report_.difference = std::move(sentence);
}

bool Replay::apply(const engine::StampedCommand& command) {
  if (const std::string* sha256 = installed_sha256(command)) {
    const auto source = recording_.sources.find(*sha256);
    if (source == recording_.sources.end()) {
      differ(command.tick, "The source " + *sha256 + " is not in the recording.");
      return false;
    }
    if (base::sha256_hex(source->second) != *sha256) {
      differ(command.tick, "The source named " + *sha256 + " was altered.");
      return false;
    }
    registry_->add(source->second);
    if (!host_->prepare(*sha256, world_->scenario()).ok) {
      differ(command.tick, "The source " + *sha256 + " is refused by this version of Cherub.");
      return false;
    }
  }
  const auto stamped = world_->submit(command.command);
  if (!stamped) {
    differ(command.tick, "A recorded command is refused: " + stamped.error().text());
    return false;
  }
  return true;
}

void Replay::compare(const engine::TickReport& report) {
  const std::uint64_t recorded = recording_.hashes[report.tick];
  if (report.hash != recorded) {
    differ(report.tick,
           "State hash " + base::hex64(report.hash) + " instead of " + base::hex64(recorded) + ".");
    return;
  }
  if (report.tick % engine::kBehaviourHashInterval != 0) return;
  const std::size_t index = report.tick / engine::kBehaviourHashInterval;
  if (index >= recording_.behaviour_hashes.size()) {
    differ(report.tick, "The recording has no hash of the policies' memories here.");
  } else if (const std::uint64_t hash = host_->state_hash();
             hash != recording_.behaviour_hashes[index]) {
    differ(report.tick, "The policies' memories differ: hash " + base::hex64(hash) +
                            " instead of " + base::hex64(recording_.behaviour_hashes[index]) + ".");
  }
}

base::Result<ReplayReport> Replay::run(const ReplayProgress& progress) {
  const Stopwatch stopwatch;
  auto scenario = engine::parse_scenario(recording_.scenario_yaml);
  if (!scenario) return scenario.error();
  auto created = engine::World::create(std::move(*scenario), recording_.seed);
  if (!created) return created.error();
  world_ = std::move(*created);
  std::size_t next_command = 0;
  const auto& commands = recording_.commands;
  while (report_.ticks < recording_.hashes.size()) {
    while (next_command < commands.size() && tick_of(commands[next_command]) <= world_->tick()) {
      if (!apply(commands[next_command++])) break;
    }
    if (report_.first_difference_tick) break;
    const engine::TickReport report = world_->step(*host_);
    ++report_.ticks;
    report_.hash = report.hash;
    if (verifies()) compare(report);
    host_->take_notes();
    if (report_.first_difference_tick) break;
    if (progress && report_.ticks % kTicksPerProgress == 0) {
      progress(report_.ticks, report_.ticks_recorded);
    }
  }
  if (progress) progress(report_.ticks, report_.ticks_recorded);
  report_.verified =
      verifies() && !report_.first_difference_tick && report_.ticks == report_.ticks_recorded;
  report_.wall_s = stopwatch.seconds();
  return report_;
}

}  // namespace

base::Result<ReplayReport> replay_recording(const engine::Recording& recording,
                                            const ReplayOptions& options,
                                            const ReplayProgress& progress) {
  return Replay(recording, options).run(progress);
}

base::Result<ReplayReport> replay_run(const std::string& dir, const ReplayOptions& options,
                                      const ReplayProgress& progress) {
  const std::filesystem::path path = std::filesystem::path(dir) / "live" / "recording.jsonl";
  const auto text = read_text_file(path, engine::kRecordingBytesMax);
  if (!text) return text.error();
  const auto recording = engine::recording_from_jsonl(*text);
  if (!recording) {
    base::Error error = recording.error();
    error.where = path.string() + (error.where.empty() ? "" : " " + error.where);
    return error;
  }
  return replay_recording(*recording, options, progress);
}

}  // namespace cherub::abilities
