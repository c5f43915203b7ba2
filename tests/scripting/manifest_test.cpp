#include "scripting/manifest.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include "sandbox/syntax/parser.h"
#include "scripting/checker.h"

using namespace cherub;
using namespace cherub::scripting;

namespace {

// A line of an example as a whole policy. Contract functions stand beside act, the rest in it.
std::string as_policy(const ApiEntry& entry, const std::string& line) {
  std::string policy = "local policy = {}\n";
  if (entry.kind == ApiKind::kContract) {
    policy += line + "\n";
    if (entry.name != "act") policy += "function policy.act(self, world) self:wander() end\n";
  } else {
    policy += "function policy.act(self, world)\nif world.tick < 5 then self:idle() return end\n" +
              line + "\nend\n";
  }
  return policy + "return policy\n";
}

std::string findings(const CheckReport& report, const std::string& source) {
  return sandbox::diagnostics_text(report.diagnostics, "policy", source);
}

}  // namespace

TEST_CASE("Every right example passes the checker without a finding", "[manifest]") {
  for (const ApiEntry& entry : api_manifest()) {
    REQUIRE_FALSE(entry.right.empty());
    const std::string source = as_policy(entry, entry.right);
    const CheckReport report = check_policy("policy", source);
    INFO(api_display_name(entry) << "\n" << findings(report, source));
    CHECK(report.diagnostics.empty());
  }
}

TEST_CASE("Every wrong example is refused with its hint", "[manifest]") {
  int examples = 0;
  for (const ApiEntry& entry : api_manifest()) {
    if (entry.wrong.empty()) continue;
    ++examples;
    const std::string source = as_policy(entry, entry.wrong);
    const CheckReport report = check_policy("policy", source);
    const std::string text = findings(report, source);
    INFO(api_display_name(entry) << " should say: " << entry.wrong_hint << "\n" << text);
    CHECK_FALSE(report.ok());
    CHECK(text.find("= ") != std::string::npos);
    CHECK(text.find(entry.wrong_hint) != std::string::npos);
  }
  CHECK(examples >= 50);
}

TEST_CASE("Names are unique within a kind, and every entry is told", "[manifest]") {
  std::set<std::pair<ApiKind, std::string>> names;
  for (const ApiEntry& entry : api_manifest()) {
    INFO(api_display_name(entry));
    CHECK(names.insert({entry.kind, entry.name}).second);
    CHECK_FALSE(entry.doc.empty());
    CHECK(find_api(entry.kind, entry.name) == &entry);
  }
  CHECK(find_api(ApiKind::kSelfField, "nearest") == nullptr);
}

TEST_CASE("Signatures are written as in the documentation", "[manifest]") {
  CHECK(api_signature(*find_api(ApiKind::kWorldSense, "nearest")) ==
        "world.nearest(species: string, radius: number m) -> Sighting|nil");
  CHECK(api_signature(*find_api(ApiKind::kSelfAction, "move")) ==
        "self:move(dx: number m, dy: number m, dz?: number m) -> Self");
  CHECK(api_signature(*find_api(ApiKind::kSelfField, "speed")) == "self.speed: number m/s");
  CHECK(api_signature(*find_api(ApiKind::kLibrary, "math.max")) ==
        "math.max(x: number, ...) -> number");
  CHECK(api_signature(*find_api(ApiKind::kResultField, "Step.length")) == "Step.length: integer");
}

TEST_CASE("The nearest name forgives slips and refuses strangers", "[manifest]") {
  const std::vector<std::string> known{"move_to", "wander", "hunger", "x", "energy", "neighbors"};
  CHECK(nearest_name("moveTo", known) == "move_to");
  CHECK(nearest_name("wnader", known) == "wander");
  CHECK(nearest_name("hungre", known) == "hunger");
  CHECK(nearest_name("neighbours", known) == "neighbors");
  CHECK(nearest_name("q", known).empty());
  CHECK(nearest_name("inventory", known).empty());
  CHECK(nearest_name("", known).empty());
  CHECK(nearest_name(std::string(100'000, 'x'), known).empty());
}

TEST_CASE("docs/LUA_API.md is what the manifest says", "[manifest]") {
  std::ifstream file(CHERUB_SOURCE_DIR "/docs/LUA_API.md");
  std::stringstream text;
  text << file.rdbuf();
  INFO("Regenerate it: cherub api > docs/LUA_API.md");
  CHECK(text.str() == api_markdown());
}

TEST_CASE("The example of the documentation passes the checker", "[manifest]") {
  const std::string text = api_markdown();
  const std::string fence = "```lua\n";
  const std::size_t begin = text.find(fence) + fence.size();
  const std::string source = text.substr(begin, text.find("```", begin) - begin);
  for (const std::string& name : engine::builtin_scenario_names()) {
    auto scenario = engine::builtin_scenario(name);
    REQUIRE(scenario.ok());
    const CheckReport report = check_policy("policy", source, &scenario.value());
    INFO(name << "\n" << findings(report, source));
    // Not every scenario lets its agents eat.
    CHECK((report.ok() || name == "maze"));
  }
}

TEST_CASE("The cheat sheet tells only what the scenario has", "[manifest]") {
  const std::string meadow = api_cheat_sheet(engine::builtin_scenario("meadow").value());
  const std::string maze = api_cheat_sheet(engine::builtin_scenario("maze").value());
  CHECK(meadow.find("self:eat(") != std::string::npos);
  CHECK(meadow.find("\"grass\"") != std::string::npos);
  CHECK(meadow.find("world.target()") == std::string::npos);
  CHECK(maze.find("world.target()") != std::string::npos);
  CHECK(maze.find("self:eat(") == std::string::npos);
  CHECK(maze.find("self:reproduce(") == std::string::npos);
  CHECK(meadow.size() < 9000);
}

TEST_CASE("The editor stub declares every class and member", "[manifest]") {
  const std::string stub = api_luals();
  CHECK(stub.starts_with("---@meta\n"));
  CHECK(sandbox::parse("stub", stub).chunk);
  for (const char* name : {"Self", "World", "Sighting", "Step", "Policy"}) {
    CHECK(stub.find("---@class " + std::string(name) + "\n") != std::string::npos);
  }
  CHECK(stub.find("function Self:move_to(x, y, z) end") != std::string::npos);
  CHECK(stub.find("function World.nearest(species, radius) end") != std::string::npos);
  CHECK(stub.find("---@param hazard_cost? number") != std::string::npos);
  CHECK(stub.find("---@field hunger number") != std::string::npos);
}
