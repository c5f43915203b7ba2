#include "abilities/console.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "abilities/file_system.h"

namespace cherub::abilities {
namespace {

template <class Kind>
Kind parsed(const std::string& line) {
  const auto command = parse_console_line(line);
  INFO(line << ": " << (command ? "" : command.error().text()));
  REQUIRE(command);
  REQUIRE(std::holds_alternative<Kind>(*command));
  return std::get<Kind>(*command);
}

template <class Kind>
Kind from_json(const std::string& json) {
  const auto command = console_command_from_json(json);
  INFO(json << ": " << (command ? "" : command.error().text()));
  REQUIRE(command);
  REQUIRE(std::holds_alternative<Kind>(*command));
  return std::get<Kind>(*command);
}

base::Error refused(const std::string& line) {
  const auto command = parse_console_line(line);
  INFO(line);
  REQUIRE_FALSE(command);
  CHECK(command.error().code == base::ErrorCode::kInvalidArgument);
  return command.error();
}

base::Error refused_json(const std::string& json) {
  const auto command = console_command_from_json(json);
  INFO(json);
  REQUIRE_FALSE(command);
  return command.error();
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("every command of the table is read from its example and has a line of help") {
  for (const CommandSpec& spec : console_commands()) {
    INFO(spec.name);
    CHECK(parse_console_line(spec.example));
    CHECK(std::string(spec.help).size() > 5);
    const auto help = console_help(spec.name);
    REQUIRE(help);
    CHECK(holds(*help, spec.example));
    // Without its first required argument each is refused, and that is named.
    const bool required = !spec.arguments.empty() && spec.arguments.front().required;
    if (!required) continue;
    const base::Error error = refused(spec.name);
    CHECK(error.where == spec.arguments.front().name);
    CHECK(holds(error.message, "missing"));
    CHECK(holds(error.message, spec.example));
  }
}

TEST_CASE("lines become typed commands") {
  parsed<console::Pause>("  pause  ");
  parsed<console::Resume>("resume\r");
  CHECK(parsed<console::Step>("step").ticks == 1);
  CHECK(parsed<console::Step>("step 10000").ticks == 10'000);
  CHECK(parsed<console::Until>("until 500").tick == 500);
  CHECK(parsed<console::Until>("run until 9007199254740992").tick == 9007199254740992U);
  CHECK(parsed<console::SetRate>("rate 20").hz == std::optional(20.0));
  CHECK(parsed<console::SetRate>("set rate 0.5").hz == std::optional(0.5));
  CHECK_FALSE(parsed<console::SetRate>("set rate max").hz);
  CHECK(parsed<console::SetBudget>("set budget_ms 2.5").ms == 2.5);
  CHECK(parsed<console::SetBudget>("set budget_ms off").ms == 0);
  CHECK(parsed<console::SetBudget>("set budget_ms default").by_rate);
  CHECK(parsed<console::SetAutosave>("set autosave_s 60").seconds == 60);
  CHECK(parsed<console::SetAutosave>("set autosave_s off").seconds == 0);
  parsed<console::ShowSettings>("set");
  CHECK(parsed<console::Remove>("remove 7").entity == EntityRef{7, std::nullopt});
  CHECK(parsed<engine::Rain>("rain").intensity == 1);
  CHECK(parsed<engine::Rain>("rain 0.25").intensity == 0.25);
  CHECK(parsed<console::Debug>("debug 12:3").agent == EntityRef{12, 3});
  CHECK(parsed<console::Debug>("debug 12884901900").agent == EntityRef{12, 3});
  CHECK(parsed<console::Follow>("follow 4").agent == EntityRef{4, std::nullopt});
  CHECK_FALSE(parsed<console::Follow>("follow off").agent);
  parsed<console::Profile>("profile");
  parsed<console::ShowScenario>("scenario");
  CHECK(parsed<console::Dump>("dump").file.empty());
  CHECK(parsed<console::Dump>("dump a.json").file == "a.json");
  CHECK(parsed<console::Load>("load noon").name == "noon");
  CHECK(parsed<console::Help>("help spawn").topic == "spawn");
  parsed<console::Quit>("quit");
  parsed<console::Quit>("terminate");
  CHECK(parsed<console::Step>(R"({"type":"step","ticks":4})").ticks == 4);
}

TEST_CASE("a line and JSON give the same command") {
  const auto line = parsed<engine::Spawn>("spawn rabbit 3 10 12");
  const auto json =
      from_json<engine::Spawn>(R"({"type":"spawn","species":"rabbit","x":10,"y":12,"count":3})");
  for (const engine::Spawn& spawn : {line, json}) {
    CHECK(spawn.species == "rabbit");
    CHECK(spawn.count == 3);
    CHECK(spawn.x == 10);
    CHECK(spawn.y == 12);
    CHECK(spawn.z == 0);
  }
  const auto short_form = parsed<engine::Spawn>("spawn rabbit 10.5 12");
  CHECK(short_form.count == 1);
  CHECK(short_form.x == 10.5);
  CHECK(parsed<engine::Spawn>("spawn rabbit 3 10 12 1").z == 1);
  CHECK(from_json<engine::Spawn>(R"({"line":"spawn rabbit 3 10 12","ref":1})").count == 3);
  CHECK(from_json<console::Step>(R"({"type":"step","ticks":5,"ref":"mine"})").ticks == 5);
  CHECK(from_json<console::SetRate>(R"({"type":"set","name":"rate","value":20})").hz ==
        std::optional(20.0));
  CHECK_FALSE(from_json<console::SetRate>(R"({"type":"set","name":"rate","value":"max"})").hz);
  // A number in JSON is a whole id, never "whoever is in that row now".
  CHECK(from_json<console::Remove>(R"({"type":"remove","id":7})").entity == EntityRef{7, 0});
  CHECK(from_json<console::Remove>(R"({"type":"remove","id":"7"})").entity ==
        EntityRef{7, std::nullopt});
  from_json<console::Quit>(R"({"type":"terminate"})");
}

TEST_CASE("every wrong argument is named, with what was given and what is right") {
  struct Case {
    const char *line, *where, *said;
  };
  const std::vector<Case> cases = {
      {"", "line", "Type a command"},
      {"puase", "command", "did you mean \"pause\"?"},
      {"xyzzyplugh", "command", "help lists"},
      {"pause now", "line", "\"now\" is too much"},
      {"step 0", "ticks", "whole number from 1 to 10000, not \"0\""},
      {"step 10001", "ticks", "not \"10001\""},
      {"step 1.5", "ticks", "whole number"},
      {"step -1", "ticks", "not \"-1\""},
      {"step ten", "ticks", "not \"ten\""},
      {"step 1 2", "line", "step [TICKS]"},
      {"until", "tick", "missing"},
      {"until soon", "tick", "not \"soon\""},
      {"run", "run", "run until 5000"},
      {"run until", "tick", "missing"},
      {"set speed 3", "name", "rate, budget_ms or autosave_s"},
      {"set rate", "value", "not nothing"},
      {"set rate 0", "value", "not \"0\""},
      {"rate fast", "value", "or max, not \"fast\""},
      {"rate inf", "value", "not \"inf\""},
      {"set budget_ms -3", "value", "not \"-3\""},
      {"set autosave_s 0", "value", "or off"},
      {"spawn", "species", "missing"},
      {"spawn rabbit", "x", "missing"},
      {"spawn rabbit 3", "y", "missing"},
      {"spawn rabbit none 10 12", "count", "from 1 to 100000, not \"none\""},
      {"spawn rabbit 0 10 12", "count", "not \"0\""},
      {"spawn rabbit 3 x 12", "x", "number"},
      {"spawn rabbit 3 10 nan", "y", "not \"nan\""},
      {"spawn rabbit 1 2 3 4 5", "line", "\"5\" is too much"},
      {"remove", "id", "missing"},
      {"remove it", "id", "row:generation"},
      {"remove 1:", "id", "not \"1:\""},
      {"remove 1:2:3", "id", "row:generation"},
      {"remove 99999999999999999999", "id", "whole id"},
      {"rain 2", "intensity", "from 0 to 1, not \"2\""},
      {"debug -1", "id", "not \"-1\""},
      {"follow her", "id", "not \"her\""},
      {"dump ../../etc/passwd", "file", "not a path"},
      {"dump .hidden", "file", "not a path"},
      {"load a/b", "name", "not a path"},
      {"save ../x", "name", "not a path"},
      {"forget .x", "name", "not a path"},
      {"load", "name", "missing"},
      {"quit now", "line", "too much"},
  };
  for (const Case& wrong : cases) {
    const base::Error error = refused(wrong.line);
    INFO(error.text());
    CHECK(error.where == wrong.where);
    CHECK(holds(error.message, wrong.said));
  }
  CHECK(refused(std::string(5000, 'x')).where == "line");
  CHECK(refused(std::string(4000, 'x')).message.size() < 200);
}

TEST_CASE("wrong JSON is told like a wrong line") {
  CHECK(refused_json("[]").where == "command");
  CHECK(refused_json("{}").where == "type");
  CHECK(refused_json(R"({"type":7})").where == "type");
  CHECK(holds(refused_json(R"({"type":"spwan"})").message, "did you mean \"spawn\"?"));
  const base::Error extra = refused_json(R"({"type":"step","tick":3})");
  CHECK(extra.where == "tick");
  CHECK(holds(extra.message, "did you mean \"ticks\"?"));
  CHECK(refused_json(R"({"type":"step","ticks":"3"})").where == "ticks");
  CHECK(refused_json(R"({"type":"step","ticks":null})").where == "ticks");
  CHECK(refused_json(R"({"type":"spawn","species":5,"x":1,"y":2})").where == "species");
  CHECK(refused_json(R"({"type":"remove","id":1.5})").where == "id");
  CHECK(refused_json(R"({"type":"remove","id":[]})").where == "id");
  CHECK(refused_json(R"({"type":"set","name":"rate","value":[20]})").where == "value");
  CHECK(refused_json(R"({"line":3})").where == "line");
  CHECK(refused_json(R"({"line":"{\"type\":\"pause\"}"})").where == "line");
  CHECK_FALSE(console_command_from_json("{nonsense"));
}

TEST_CASE("help lists all commands and knows near names") {
  const auto all = console_help("");
  REQUIRE(all);
  for (const CommandSpec& spec : console_commands()) CHECK(holds(*all, spec.name));
  const auto none = console_help("spwan");
  REQUIRE_FALSE(none);
  CHECK(holds(none.error().message, "\"spawn\""));
}

TEST_CASE("docs/CONSOLE.md has the table of the program") {
  const auto text =
      read_text_file(std::filesystem::path(CHERUB_SOURCE_DIR) / "docs" / "CONSOLE.md", 1u << 20);
  REQUIRE(text);
  INFO("Put the output of `cherub console-help --format markdown` into docs/CONSOLE.md:\n"
       << console_markdown());
  CHECK(holds(*text, console_markdown()));
}

TEST_CASE("a reply is an object for programs") {
  ConsoleReply reply;
  reply.text = "done";
  reply.json = R"({"tick":3})";
  CHECK(console_reply_json(reply) == R"({"ok":true,"text":"done","data":{"tick":3}})");
  const ConsoleReply refusal =
      console_refusal({base::ErrorCode::kNotFound, "There is none.", "id"});
  CHECK(console_reply_json(refusal) == R"({"ok":false,"detail":"There is none.","field":"id"})");
}

}  // namespace cherub::abilities
