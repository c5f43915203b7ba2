#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/commands.h"

// The commands by which people and programs steer a run: one table, one parser for a typed line and
// for JSON, one kind of reply. Who executes them: live_commands.cpp.
namespace cherub::abilities {

// Who is meant: whoever lives in the row now, or, with a generation, exactly this one.
struct EntityRef {
  std::uint32_t row = 0;
  std::optional<std::uint32_t> generation;
  bool operator==(const EntityRef&) const = default;
};

namespace console {

struct Pause {};
struct Resume {};
struct Step {
  std::uint32_t ticks = 1;
};
struct Until {
  base::Tick tick = 0;
};
struct SetRate {
  std::optional<double> hz;  // empty: as fast as possible
};
struct SetBudget {
  bool by_rate = false;  // the tick's period while the world is paced
  double ms = 0;         // else; 0: off
};
struct SetAutosave {
  double seconds = 0;  // 0: off
};
struct ShowSettings {};
struct Remove {
  EntityRef entity;
};
struct Grant {
  std::string ability;
  std::string who;  // an id, or a role
};
struct Revoke {
  std::string ability;
  std::string who;
};
struct WriteAbility {
  std::string goal;  // in words
  std::string who;   // an id, or a role; empty: whom the goal names, or nobody yet
};
struct WritePolicy {
  std::string goal;  // in words; "off": none any more
};
struct GiveRole {
  EntityRef agent;
  std::string role;  // empty: none
};
struct ShowAbilities {};
struct Debug {
  EntityRef agent;
};
struct Follow {
  std::optional<EntityRef> agent;  // empty: nobody
};
struct Profile {};
struct ShowScenario {};
struct Dump {
  std::string file;  // empty: in the reply when it is small
};
struct Save {
  std::string name;  // empty: as an autosave, which goes when it is old
};
struct ListSaves {};
struct Load {
  std::string name;  // of a save of this world, else of a run
};
struct Forget {
  std::string save;
};
struct Help {
  std::string topic;
};
struct Quit {};

}  // namespace console

using ConsoleCommand =
    std::variant<console::Pause, console::Resume, console::Step, console::Until, console::SetRate,
                 console::SetBudget, console::SetAutosave, console::ShowSettings, engine::Spawn,
                 console::Remove, engine::Rain, console::Grant, console::Revoke,
                 console::WriteAbility, console::WritePolicy, console::GiveRole,
                 console::ShowAbilities, console::Debug, console::Follow, console::Profile,
                 console::ShowScenario, console::Dump, console::Save, console::ListSaves,
                 console::Load, console::Forget, console::Help, console::Quit>;

struct ConsoleReply {
  bool ok = true;
  bool waits = false;       // accepted, and done when the live world begins
  std::string text;         // for people, may have several lines; when not ok, what is wrong
  std::string json = "{}";  // for programs, one object
  // When not ok: what kind of failure, and the argument at fault.
  base::ErrorCode code = base::ErrorCode::kInvalidArgument;
  std::string field;
};
ConsoleReply console_refusal(const base::Error& error);
// {"ok":…,"text":…,"data":{…}} or {"ok":false,"detail":…,"field":…}, with members put before.
std::string console_reply_json(const ConsoleReply& reply, base::JsonObject before = {});

enum class ArgumentKind {
  kText,     // one word
  kPhrase,   // several words; in a line between quotes
  kName,     // of a file: letters, digits, . _ -
  kWhole,    // from `low` to `high`
  kNumber,   // likewise
  kEntity,   // row, row:generation, or the whole id as one number
  kSetting,  // a number or a word, as the setting wants it
};

struct ArgumentSpec {
  const char* name;
  ArgumentKind kind;
  bool required = true;
  double low = 0, high = 0;
};

struct CommandSpec {
  const char* name;
  std::vector<ArgumentSpec> arguments;  // a line with few words leaves out the optional ones
  const char* help;                     // one line
  const char* example;
};

inline constexpr std::uint32_t kStepTicksMax = 10'000;
inline constexpr std::size_t kConsoleLineBytesMax = 4096;

const std::vector<CommandSpec>& console_commands();
// "spawn SPECIES [COUNT] X Y [Z]"
std::string command_usage(const CommandSpec& spec);
// All commands, or one with its arguments and an example.
base::Result<std::string> console_help(std::string_view topic);
// The table of docs/CONSOLE.md.
std::string console_markdown();

// "spawn rabbit 3 10 12"; "several words" or 'several words' are one argument. Errors name the
// argument (`where`), what was given and what is right. A line that begins with '{' is read as
// JSON.
base::Result<ConsoleCommand> parse_console_line(std::string_view line);
// {"type":"spawn","species":"rabbit","x":10,"y":12,"count":3}, or {"line":"spawn rabbit 3 10 12"}.
// A member "ref" is left to whoever carries the message.
base::Result<ConsoleCommand> console_command_from_json(const rapidjson::Value& value);
base::Result<ConsoleCommand> console_command_from_json(std::string_view json);

// "12", "12:3" (row and generation) or a whole id of at least 2^32.
std::optional<EntityRef> parse_entity_ref(std::string_view text);
// Letters, digits, '.', '_', '-', at most 64, not beginning with a dot: no way out of a folder.
bool is_plain_file_name(std::string_view name);

}  // namespace cherub::abilities
