#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "abilities/console.h"
#include "scripting/manifest.h"

namespace cherub::abilities {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::uint64_t kRows = std::uint64_t{1} << 32;
constexpr double kExactIntegerMax = 9007199254740992.0;  // 2^53
constexpr double kRateMin = 0.01, kRateMax = 100'000;    // Hz
constexpr double kBudgetMax_ms = 3'600'000;
constexpr double kAutosaveMin_s = 1, kAutosaveMax_s = 86'400;
constexpr std::size_t kTextBytesMax = 64, kPhraseBytesMax = 500;

// One argument as it came: a word of a line, or a member of an object.
struct Given {
  std::string text;
  enum class From { kLine, kJsonText, kJsonNumber, kJsonOther } from = From::kLine;
};
using GivenArguments = std::map<std::string, Given, std::less<>>;

std::string quoted(std::string_view text) {
  return "\"" + std::string(text.substr(0, kTextBytesMax)) +
         (text.size() > kTextBytesMax ? "…\"" : "\"");
}

Error wrong(const std::string& argument, const std::string& message) {
  return {ErrorCode::kInvalidArgument, message, argument};
}

std::optional<double> number_of(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

template <class Whole>
std::optional<Whole> whole_of(std::string_view text) {
  Whole value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string range_text(double low, double high) {
  return "from " + base::json_number(low) + " to " +
         (high == std::floor(high) && high < kExactIntegerMax
              ? std::to_string(static_cast<std::uint64_t>(high))
              : base::json_number(high));
}

// Values of one command's arguments; the first that is wrong is kept as the error.
class Reader {
 public:
  Reader(const CommandSpec& spec, const GivenArguments& given) : spec_(spec), given_(given) {}

  [[nodiscard]] bool has(const char* name) const { return given_.find(name) != given_.end(); }

  std::string text(const char* name) {
    const Given* given = find(name);
    if (given == nullptr) return {};
    if (given->from != Given::From::kLine && given->from != Given::From::kJsonText) {
      fail(name, "must be a text");
    } else if (const std::size_t most = bytes_max(name);
               given->text.empty() || given->text.size() > most) {
      fail(name, "must have 1 to " + std::to_string(most) + " bytes");
    } else if (spec_of(name).kind == ArgumentKind::kName && !is_plain_file_name(given->text)) {
      fail(name, "must be a name of letters, digits, '.', '_' and '-', not a path");
    }
    return given->text;
  }

  double number(const char* name, double fallback = 0) {
    const Given* given = find(name);
    if (given == nullptr) return fallback;
    const ArgumentSpec& spec = spec_of(name);
    const bool whole = spec.kind == ArgumentKind::kWhole;
    const bool may = given->from == Given::From::kLine || given->from == Given::From::kJsonNumber;
    const auto value = may ? number_of(given->text) : std::nullopt;
    if (value && *value >= spec.low && *value <= spec.high &&
        (!whole || *value == std::floor(*value))) {
      return *value;
    }
    fail(name, std::string("must be a ") + (whole ? "whole number " : "number ") +
                   range_text(spec.low, spec.high));
    return fallback;
  }

  EntityRef entity(const char* name) {
    const Given* given = find(name);
    if (given == nullptr) return {};
    std::optional<EntityRef> ref;
    if (given->from == Given::From::kJsonNumber) {
      // A number in JSON is always the whole id: a client must not hit a later owner of the row.
      if (const auto packed = whole_of<std::uint64_t>(given->text)) {
        const auto id = base::EntityId::unpack(*packed);
        ref = EntityRef{id.index, id.generation};
      }
    } else if (given->from != Given::From::kJsonOther) {
      ref = parse_entity_ref(given->text);
    }
    if (!ref) fail(name, "must be a row (12), row:generation (12:1) or a whole id");
    return ref.value_or(EntityRef{});
  }

  [[nodiscard]] const Given* find(const char* name) const {
    const auto found = given_.find(name);
    return found == given_.end() ? nullptr : &found->second;
  }

  void fail(const char* name, const std::string& rule) {
    if (error_) return;
    const Given* given = find(name);
    error_ = wrong(name, std::string(spec_.name) + ": " + name + " " + rule + ", not " +
                             (given == nullptr ? "nothing" : quoted(given->text)) + ".");
  }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  [[nodiscard]] std::size_t bytes_max(std::string_view name) const {
    return spec_of(name).kind == ArgumentKind::kPhrase ? kPhraseBytesMax : kTextBytesMax;
  }
  [[nodiscard]] const ArgumentSpec& spec_of(std::string_view name) const {
    return *std::find_if(spec_.arguments.begin(), spec_.arguments.end(),
                         [&](const ArgumentSpec& argument) { return name == argument.name; });
  }

  const CommandSpec& spec_;
  const GivenArguments& given_;
  std::optional<Error> error_;
};

ConsoleCommand read_setting(Reader& reader) {
  if (!reader.has("name")) {
    if (reader.has("value")) reader.fail("name", "must be rate, budget_ms or autosave_s");
    return console::ShowSettings{};
  }
  const std::string name = reader.text("name");
  const Given* given = reader.find("value");
  const std::string word = given == nullptr ? "" : given->text;
  const bool may = given != nullptr && given->from != Given::From::kJsonOther;
  const auto value = may ? number_of(word) : std::nullopt;
  if (name == "rate") {
    if (may && word == "max") return console::SetRate{};
    if (value && *value >= kRateMin && *value <= kRateMax) return console::SetRate{*value};
    reader.fail("value",
                "of rate must be a number of Hz " + range_text(kRateMin, kRateMax) + ", or max");
  } else if (name == "budget_ms") {
    if (may && word == "off") return console::SetBudget{};
    if (may && word == "default") return console::SetBudget{true, 0};
    if (value && *value > 0 && *value <= kBudgetMax_ms) return console::SetBudget{false, *value};
    reader.fail("value", "of budget_ms must be a number above 0, at most " +
                             base::json_number(kBudgetMax_ms) + ", off or default");
  } else if (name == "autosave_s") {
    if (may && word == "off") return console::SetAutosave{};
    if (value && *value >= kAutosaveMin_s && *value <= kAutosaveMax_s) {
      return console::SetAutosave{*value};
    }
    reader.fail("value", "of autosave_s must be a number of seconds " +
                             range_text(kAutosaveMin_s, kAutosaveMax_s) + ", or off");
  } else {
    reader.fail("name", "must be rate, budget_ms or autosave_s");
  }
  return console::ShowSettings{};
}

ConsoleCommand build(std::string_view name, Reader& reader) {
  const auto whole = [&](const char* argument, double fallback) {
    return static_cast<std::uint64_t>(reader.number(argument, fallback));
  };
  if (name == "pause") return console::Pause{};
  if (name == "resume") return console::Resume{};
  if (name == "step") return console::Step{static_cast<std::uint32_t>(whole("ticks", 1))};
  if (name == "until") return console::Until{whole("tick", 0)};
  if (name == "set") return read_setting(reader);
  if (name == "spawn") {
    engine::Spawn spawn;
    spawn.species = reader.text("species");
    spawn.count = static_cast<std::uint32_t>(whole("count", 1));
    spawn.x = reader.number("x");
    spawn.y = reader.number("y");
    spawn.z = reader.number("z");
    return spawn;
  }
  if (name == "remove") return console::Remove{reader.entity("id")};
  if (name == "rain") return engine::Rain{reader.number("intensity", 1)};
  if (name == "grant") return console::Grant{reader.text("ability"), reader.text("who")};
  if (name == "revoke") return console::Revoke{reader.text("ability"), reader.text("who")};
  if (name == "ability") {
    return console::WriteAbility{reader.text("goal"), reader.text("who")};
  }
  if (name == "policy") return console::WritePolicy{reader.text("goal")};
  if (name == "role") return console::GiveRole{reader.entity("id"), reader.text("role")};
  if (name == "abilities") return console::ShowAbilities{};
  if (name == "debug") return console::Debug{reader.entity("id")};
  if (name == "follow") {
    const Given* given = reader.find("id");
    if (given != nullptr && given->text == "off") return console::Follow{};
    return console::Follow{reader.entity("id")};
  }
  if (name == "profile") return console::Profile{};
  if (name == "scenario") return console::ShowScenario{};
  if (name == "dump") return console::Dump{reader.text("file")};
  if (name == "save") return console::Save{reader.text("name")};
  if (name == "saves") return console::ListSaves{};
  if (name == "load") return console::Load{reader.text("name")};
  if (name == "forget") return console::Forget{reader.text("name")};
  if (name == "help") return console::Help{reader.text("command")};
  return console::Quit{};
}

Result<ConsoleCommand> make_command(const CommandSpec& spec, const GivenArguments& given) {
  for (const ArgumentSpec& argument : spec.arguments) {
    if (!argument.required || given.find(argument.name) != given.end()) continue;
    return wrong(argument.name, std::string(spec.name) + ": " + argument.name + " is missing: " +
                                    command_usage(spec) + ", for example: " + spec.example);
  }
  Reader reader(spec, given);
  ConsoleCommand command = build(spec.name, reader);
  if (reader.error()) return *reader.error();
  return command;
}

Result<const CommandSpec*> spec_named(std::string_view name, const char* where) {
  if (name == "terminate") name = "quit";
  std::vector<std::string> names;
  for (const CommandSpec& spec : console_commands()) {
    if (name == spec.name) return &spec;
    names.emplace_back(spec.name);
  }
  names.insert(names.end(), {"run", "rate", "terminate"});
  const std::string near = scripting::nearest_name(std::string(name), names);
  return wrong(where, "There is no command " + quoted(name) +
                          (near.empty() ? "" : "; did you mean \"" + near + "\"?") +
                          (near.empty() ? "; help lists them all." : ""));
}

std::vector<std::string_view> words_of(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r\n\v\f";
  std::vector<std::string_view> words;
  for (std::size_t at = line.find_first_not_of(kBlanks); at != std::string_view::npos;) {
    const bool quoted = line[at] == '"' || line[at] == '\'';
    if (const std::size_t close = quoted ? line.find(line[at], at + 1) : std::string_view::npos;
        close != std::string_view::npos) {
      words.push_back(line.substr(at + 1, close - at - 1));
      at = line.find_first_not_of(kBlanks, close + 1);
      continue;
    }
    const std::size_t end = std::min(line.find_first_of(kBlanks, at), line.size());
    words.push_back(line.substr(at, end - at));
    at = line.find_first_not_of(kBlanks, end);
  }
  return words;
}

Given given_of(const rapidjson::Value& value) {
  if (value.IsString()) {
    return {{value.GetString(), value.GetStringLength()}, Given::From::kJsonText};
  }
  return {base::to_json(value),
          value.IsNumber() ? Given::From::kJsonNumber : Given::From::kJsonOther};
}

}  // namespace

std::optional<EntityRef> parse_entity_ref(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    const auto value = whole_of<std::uint64_t>(text);
    if (!value || static_cast<double>(*value) > kExactIntegerMax) return std::nullopt;
    const auto id = base::EntityId::unpack(*value);
    if (*value < kRows) return EntityRef{id.index, std::nullopt};
    return EntityRef{id.index, id.generation};
  }
  const auto row = whole_of<std::uint32_t>(text.substr(0, colon));
  const auto generation = whole_of<std::uint32_t>(text.substr(colon + 1));
  if (!row || !generation) return std::nullopt;
  return EntityRef{*row, *generation};
}

bool is_plain_file_name(std::string_view name) {
  if (name.empty() || name.size() > kTextBytesMax || name.front() == '.') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

Result<ConsoleCommand> parse_console_line(std::string_view line) {
  if (line.size() > kConsoleLineBytesMax) {
    return wrong("line", "A line has at most " + std::to_string(kConsoleLineBytesMax) + " bytes.");
  }
  std::vector<std::string_view> words = words_of(line);
  if (words.empty() || words.front().empty()) {
    return wrong("line", "Type a command; help lists them all.");
  }
  if (words.front().front() == '{') return console_command_from_json(line);
  if (words.size() >= 2 && words[0] == "run" && words[1] == "until") words.erase(words.begin());
  if (words.front() == "run") {
    return wrong("run", "run: write until and a tick behind it, for example: run until 5000");
  }
  if (words.front() == "rate") words.insert(words.begin(), "set");
  // ability "…" role healer
  const bool says_what =
      words.front() == "ability" && words.size() == 4 && (words[2] == "role" || words[2] == "id");
  if (says_what) words.erase(words.begin() + 2);
  const auto found = spec_named(words.front(), "command");
  if (!found) return found.error();
  const CommandSpec& spec = **found;
  words.erase(words.begin());

  if (words.size() > spec.arguments.size()) {
    const std::size_t most = spec.arguments.size();
    return wrong("line", std::string(spec.name) + ": " + quoted(words[most]) +
                             " is too much: " + command_usage(spec));
  }
  const auto required =
      std::count_if(spec.arguments.begin(), spec.arguments.end(),
                    [](const ArgumentSpec& argument) { return argument.required; });
  auto spare = static_cast<std::ptrdiff_t>(words.size()) - required;
  GivenArguments given;
  std::size_t next = 0;
  for (const ArgumentSpec& argument : spec.arguments) {
    if (next == words.size()) break;
    if (!argument.required && spare-- <= 0) continue;
    given[argument.name] = {std::string(words[next++]), Given::From::kLine};
  }
  return make_command(spec, given);
}

Result<ConsoleCommand> console_command_from_json(const rapidjson::Value& value) {
  if (!value.IsObject()) return wrong("command", "A command is a JSON object.");
  if (const auto line = value.FindMember("line"); line != value.MemberEnd()) {
    if (!line->value.IsString()) return wrong("line", "line must be a text.");
    const std::string_view text(line->value.GetString(), line->value.GetStringLength());
    const std::size_t first = text.find_first_not_of(" \t");
    if (first != std::string_view::npos && text[first] == '{') {
      return wrong("line", "A line within JSON holds words, not JSON again.");
    }
    return parse_console_line(text);
  }
  const auto type = value.FindMember("type");
  if (type == value.MemberEnd() || !type->value.IsString()) {
    return wrong("type", "A command is an object with a type, or with a line.");
  }
  const auto found = spec_named({type->value.GetString(), type->value.GetStringLength()}, "type");
  if (!found) return found.error();
  const CommandSpec& spec = **found;
  GivenArguments given;
  for (const auto& member : value.GetObject()) {
    const std::string name(member.name.GetString(), member.name.GetStringLength());
    if (name == "type" || name == "ref") continue;
    std::vector<std::string> names;
    for (const ArgumentSpec& argument : spec.arguments) names.emplace_back(argument.name);
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      const std::string near = scripting::nearest_name(name, names);
      return wrong(name.substr(0, kTextBytesMax),
                   std::string(spec.name) + " has no " + quoted(name) +
                       (near.empty() ? "." : "; did you mean \"" + near + "\"?"));
    }
    given[name] = given_of(member.value);
  }
  return make_command(spec, given);
}

Result<ConsoleCommand> console_command_from_json(std::string_view json) {
  const auto document = base::parse_json(json);
  if (!document) return document.error();
  return console_command_from_json(*document);
}

}  // namespace cherub::abilities
