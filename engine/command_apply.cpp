#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/ability_commands.h"
#include "engine/base/sha256.h"
#include "engine/ecology/systems.h"
#include "engine/world_state.h"

namespace cherub::engine {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr double kRain_ticks = 80;

Error refusal(ErrorCode code, std::string message, std::string where) {
  return {code, std::move(message), std::move(where)};
}

Result<void> check(const WorldState& state, const Spawn& spawn) {
  if (!state.scenario.find_species(spawn.species)) {
    return refusal(ErrorCode::kNotFound,
                   "No species '" + spawn.species.substr(0, 64) + "' in this scenario.",
                   "spawn.species");
  }
  if (spawn.count == 0 || spawn.count > kSpawnCountMax) {
    return refusal(ErrorCode::kInvalidArgument,
                   "Must be from 1 to " + std::to_string(kSpawnCountMax) + ".", "spawn.count");
  }
  if (state.alive + state.carried + state.pending_spawns + spawn.count > kEntitiesMax) {
    return refusal(ErrorCode::kRefused,
                   "The world holds at most " + std::to_string(kEntitiesMax) + " entities.",
                   "spawn.count");
  }
  const Terrain& terrain = state.terrain;
  const bool inside = spawn.x >= 0 && spawn.x < terrain.width && spawn.y >= 0 &&
                      spawn.y < terrain.depth && spawn.z >= 0 && spawn.z < terrain.height;
  // The place as the world keeps it: rounding may lead to the next cell.
  const auto cell = [](double value) {
    return static_cast<std::int64_t>(static_cast<float>(value));
  };
  if (!inside || !terrain.passable(cell(spawn.x), cell(spawn.y), cell(spawn.z))) {
    return refusal(ErrorCode::kInvalidArgument, "Nobody can stand at that place.",
                   "spawn.x, spawn.y");
  }
  return {};
}

Result<void> check(const WorldState& state, const Remove& remove) {
  if (state.exists(remove.entity)) return {};
  return refusal(ErrorCode::kNotFound, "No living entity has this id.", "remove.id");
}

const ScriptSlot* find_slot(const WorldState& state, const std::string& name) {
  const auto found = std::find_if(state.slots.begin(), state.slots.end(),
                                  [&](const ScriptSlot& slot) { return slot.name == name; });
  return found == state.slots.end() ? nullptr : &*found;
}

Result<void> check_slot(const WorldState& state, const std::string& name, const char* where) {
  if (find_slot(state, name) != nullptr) return {};
  return refusal(ErrorCode::kNotFound, "No such script slot.", where);
}

Result<void> check_sha256(const std::string& sha256, const char* where) {
  if (sha256.empty() || base::is_sha256(sha256)) return {};
  return refusal(ErrorCode::kInvalidArgument,
                 "Must be 64 lower-case hexadecimal digits, or empty for the native behaviour.",
                 where);
}

Result<void> check(const WorldState& state, const InstallScript& install) {
  if (auto known = check_slot(state, install.slot, "install_script.slot"); !known) return known;
  return check_sha256(install.sha256, "install_script.sha256");
}

// Whether a version is on probation when the command is applied, is seen then.
Result<void> check(const WorldState& state, const AcceptScript& accept) {
  return check_slot(state, accept.slot, "accept_script.slot");
}

Result<void> check(const WorldState& state, const RestoreScript& restore) {
  return check_slot(state, restore.slot, "restore_script.slot");
}

Result<void> check(const WorldState& state, const QuarantineScript& quarantine) {
  if (auto known = check_slot(state, quarantine.slot, "quarantine_script.slot"); !known) {
    return known;
  }
  if (auto good = check_sha256(quarantine.sha256, "quarantine_script.sha256"); !good) return good;
  return check_sha256(quarantine.restored_sha256, "quarantine_script.restored_sha256");
}

Result<void> check(const WorldState&, const Rain& rain) {
  if (rain.intensity >= 0 && rain.intensity <= 1) return {};
  return refusal(ErrorCode::kInvalidArgument, "Must be from 0 to 1.", "rain.intensity");
}

void apply(WorldState& state, const Spawn& spawn) {
  spawn_group(state, spawn);
}

void apply(WorldState& state, const Remove& remove) {
  // An earlier command of this tick may have removed it.
  if (!state.exists(remove.entity)) return;
  state.events.push_back(event_at(state, EventKind::kDeath, remove.entity.index,
                                  static_cast<double>(DeathCause::kRemoved)));
  free_entity(state, remove.entity.index);
}

// One that submit() found.
ScriptSlot& slot_of(WorldState& state, const std::string& name) {
  return state.slots[static_cast<std::size_t>(find_slot(state, name) - state.slots.data())];
}

// Lets the entities of the slot act by another version from this tick on.
void give(WorldState& state, ScriptSlot& slot, std::string sha256) {
  slot.sha256 = std::move(sha256);
  Columns& columns = state.columns;
  const auto driven =
      static_cast<SpeciesIndex>(*state.scenario.find_species(state.scenario.agent_species));
  const std::uint16_t script = state.slots.front().sha256.empty() ? kNoScript : 0;
  for (std::size_t row = 0; row < columns.size(); ++row) {
    if (columns.alive[row] != 0 && columns.species[row] == driven) columns.script[row] = script;
  }
  Event event;
  event.kind = EventKind::kReload;
  event.text = slot.name + " " + slot.sha256;
  state.events.push_back(std::move(event));
}

void apply(WorldState& state, const InstallScript& install) {
  ScriptSlot& slot = slot_of(state, install.slot);
  // A version that comes in while another is on probation goes back to the same fallback.
  if (!install.on_probation || install.sha256.empty()) {
    const bool on_probation = !slot.fallback_sha256.empty();
    const std::string good = std::exchange(slot.fallback_sha256, {});
    slot.past.gives_way(on_probation ? good : slot.sha256);
  } else if (slot.fallback_sha256.empty() && slot.sha256 != install.sha256) {
    slot.fallback_sha256 = slot.sha256;
  }
  slot.past.comes_in(install.sha256);
  give(state, slot, install.sha256);
}

void apply(WorldState& state, const AcceptScript& accept) {
  ScriptSlot& slot = slot_of(state, accept.slot);
  slot.past.gives_way(std::exchange(slot.fallback_sha256, {}));
}

void apply(WorldState& state, const RestoreScript& restore) {
  ScriptSlot& slot = slot_of(state, restore.slot);
  if (slot.fallback_sha256.empty()) return;
  give(state, slot, std::exchange(slot.fallback_sha256, {}));
}

void apply(WorldState& state, const QuarantineScript& quarantine) {
  ScriptSlot& slot = slot_of(state, quarantine.slot);
  if (slot.sha256 != quarantine.sha256) return;  // an earlier command of this tick took it away
  slot.fallback_sha256.clear();
  slot.past.comes_in(quarantine.restored_sha256);
  slot.past.quarantine(quarantine.sha256);
  give(state, slot, quarantine.restored_sha256);
}

void apply(WorldState& state, const Rain& rain) {
  state.weather.rain_intensity = rain.intensity;
  state.weather.rain_until = state.tick + static_cast<Tick>(kRain_ticks);
  if (state.ecology) soak(state, rain.intensity);
}

}  // namespace

std::string installed_sha256(const Command& command) {
  if (const auto* script = std::get_if<InstallScript>(&command)) return script->sha256;
  if (const auto* script = std::get_if<QuarantineScript>(&command)) return script->restored_sha256;
  if (const auto* ability = std::get_if<InstallAbility>(&command)) return ability->spec.sha256;
  if (const auto* ability = std::get_if<RestoreAbility>(&command)) return ability->spec.sha256;
  const auto* ability = std::get_if<QuarantineAbility>(&command);
  return ability != nullptr ? ability->restored.sha256 : std::string();
}

base::Result<StampedCommand> World::submit(Command command) {
  WorldState& state = *state_;
  if (state.pending.size() >= kPendingCommandsMax) {
    return refusal(ErrorCode::kUnavailable, "Too many commands wait for the next tick.", "command");
  }
  const Result<void> checked =
      std::visit([&](const auto& kind) { return check(state, kind); }, command);
  if (!checked) return checked.error();
  if (const auto* spawn = std::get_if<Spawn>(&command)) state.pending_spawns += spawn->count;
  state.pending.push_back({state.tick, std::move(command)});
  return state.pending.back();
}

void apply_commands(WorldState& state) {
  for (const StampedCommand& stamped : state.pending) {
    std::visit([&](const auto& kind) { apply(state, kind); }, stamped.command);
  }
  state.pending.clear();
  state.pending_spawns = 0;
}

}  // namespace cherub::engine
