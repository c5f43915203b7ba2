#include <algorithm>
#include <cctype>

#include "abilities/console.h"
#include "engine/world.h"
#include "scripting/manifest.h"

namespace cherub::abilities {
namespace {

using Kind = ArgumentKind;

constexpr double kTickMax = 9007199254740992.0;  // 2^53: what every JSON reader holds exactly
constexpr double kPlaceMax = 1e6;                // m; the world itself knows its edge

std::string upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

const CommandSpec* find_command(std::string_view name) {
  for (const CommandSpec& spec : console_commands()) {
    if (name == spec.name) return &spec;
  }
  return nullptr;
}

}  // namespace

const std::vector<CommandSpec>& console_commands() {
  static const std::vector<CommandSpec> table = {
      {"pause", {}, "The world stands still.", "pause"},
      {"resume", {}, "It goes on at its rate.", "resume"},
      {"step",
       {{"ticks", Kind::kWhole, false, 1, kStepTicksMax}},
       "Makes so many ticks (1) and stands still then; answers when they are done.",
       "step 10"},
      {"until",
       {{"tick", Kind::kWhole, true, 0, kTickMax}},
       "Goes on up to this tick and stands still there; answers when it is reached. Also: run "
       "until.",
       "until 5000"},
      {"set",
       {{"name", Kind::kText, false}, {"value", Kind::kSetting, false}},
       "Settings: rate HZ|max (of wall time; the tick stays as long), budget_ms N|off|default, "
       "autosave_s N|off. Alone: shows them. Also: rate HZ.",
       "set rate 20"},
      {"spawn",
       {{"species", Kind::kText},
        {"count", Kind::kWhole, false, 1, engine::kSpawnCountMax},
        {"x", Kind::kNumber, true, 0, kPlaceMax},
        {"y", Kind::kNumber, true, 0, kPlaceMax},
        {"z", Kind::kNumber, false, 0, kPlaceMax}},
       "Puts entities of a species at a place, in metres.",
       "spawn rabbit 3 10 12"},
      {"remove", {{"id", Kind::kEntity}}, "Takes an entity out of the world.", "remove 17"},
      {"rain",
       {{"intensity", Kind::kNumber, false, 0, 1}},
       "Lets it rain for a while; 0: dry.",
       "rain 0.5"},
      {"grant",
       {{"ability", Kind::kText}, {"who", Kind::kText}},
       "Lets an agent (by id) or a role know an ability.",
       "grant fireball 12"},
      {"revoke",
       {{"ability", Kind::kText}, {"who", Kind::kText}},
       "Takes an ability from a role, or from an agent what was granted to itself.",
       "revoke fireball healer"},
      {"ability",
       {{"goal", Kind::kPhrase}, {"who", Kind::kText, false}},
       "Lets the angel write an ability from a goal in words, beside the world, and an agent (by "
       "id) or a role know it when it is there; an ability record tells.",
       "ability \"a shield for 5 s\" role healer"},
      {"policy",
       {{"goal", Kind::kPhrase}},
       "Lets the angel search for a policy from a goal in words, beside the world, and takes it in "
       "like any new version; policy records tell. off: no more.",
       "policy \"stay far from wolves\""},
      {"role",
       {{"id", Kind::kEntity}, {"role", Kind::kText, false}},
       "Gives an agent a role of the scenario, or none.",
       "role 12 healer"},
      {"abilities",
       {},
       "The world's abilities with their costs, uses and faults, and which roles know them.",
       "abilities"},
      {"debug",
       {{"id", Kind::kEntity}},
       "An agent's columns, memory, last intents and receipts, and its fuel.",
       "debug 12:1"},
      {"follow",
       {{"id", Kind::kEntity}},
       "A record for each tick of this agent, at most ten a second, until it dies; off: no more.",
       "follow 12"},
      {"profile",
       {},
       "Tick time by phase, entities, fuel and faults by script, calls of the model.",
       "profile"},
      {"scenario", {}, "The world's rules, species, actions and metrics.", "scenario"},
      {"dump",
       {{"file", Kind::kName, false}},
       "The whole state as JSON: in the answer, or in dump/FILE.json of the run's folder when "
       "named or large.",
       "dump before_rain"},
      {"save",
       {{"name", Kind::kName, false}},
       "Saves the world in its folder: with a name it stays until forgotten, without one it is as "
       "an autosave.",
       "save before_rain"},
      {"saves", {}, "The saves of this world.", "saves"},
      {"load",
       {{"name", Kind::kName}},
       "Goes back to a named save of this world; else goes on with the world that the run of this "
       "name has left, in the place of this one.",
       "load before_rain"},
      {"forget",
       {{"name", Kind::kName}},
       "Removes a named save. The world goes on.",
       "forget before_rain"},
      {"help", {{"command", Kind::kText, false}}, "This list, or one command.", "help spawn"},
      {"quit", {}, "Ends the run, which keeps its best result. Also: terminate.", "quit"},
  };
  return table;
}

std::string command_usage(const CommandSpec& spec) {
  std::string usage = spec.name;
  for (const ArgumentSpec& argument : spec.arguments) {
    const std::string name = upper(argument.name);
    usage += argument.required ? " " + name : " [" + name + "]";
  }
  return usage;
}

base::Result<std::string> console_help(std::string_view topic) {
  if (topic.empty()) {
    std::string text;
    for (const CommandSpec& spec : console_commands()) {
      text += padded(command_usage(spec), 32) + " " + spec.help + "\n";
    }
    return text + "Entities are named by row (12), row:generation (12:1) or their whole id.";
  }
  if (const CommandSpec* spec = find_command(topic)) {
    return command_usage(*spec) + "\n" + spec->help + "\nExample: " + spec->example;
  }
  std::vector<std::string> names;
  for (const CommandSpec& spec : console_commands()) names.emplace_back(spec.name);
  const std::string near = scripting::nearest_name(std::string(topic), names);
  return base::Error{base::ErrorCode::kNotFound,
                     "There is no command \"" + std::string(topic.substr(0, 64)) + "\"" +
                         (near.empty() ? "." : "; did you mean \"" + near + "\"?"),
                     "command"};
}

std::string console_markdown() {
  std::string text = "| command | what it does | example |\n|---|---|---|\n";
  for (const CommandSpec& spec : console_commands()) {
    std::string help = spec.help;
    for (std::size_t at = help.find('|'); at != std::string::npos; at = help.find('|', at + 2)) {
      help.insert(at, "\\");
    }
    text += "| `" + command_usage(spec) + "` | " + help + " | `" + spec.example + "` |\n";
  }
  return text;
}

ConsoleReply console_refusal(const base::Error& error) {
  ConsoleReply reply;
  reply.ok = false;
  reply.text = error.message;
  reply.code = error.code;
  reply.field = error.where;
  return reply;
}

std::string console_reply_json(const ConsoleReply& reply, base::JsonObject before) {
  before.add("ok", reply.ok);
  if (reply.ok) {
    if (reply.waits) before.add("waits", true);
    return before.add("text", reply.text).raw("data", reply.json).text();
  }
  before.add("detail", reply.text);
  if (!reply.field.empty()) before.add("field", reply.field);
  return before.text();
}

}  // namespace cherub::abilities
