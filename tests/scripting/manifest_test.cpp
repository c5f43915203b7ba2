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

bool is_of_abilities(const ApiEntry& entry) {
  return entry.kind == ApiKind::kAbility || entry.kind == ApiKind::kEffect ||
         entry.name.starts_with("Person.");
}

// A line of an example as a whole ability. Parts of the contract stand beside the rest of it.
std::string as_ability(const ApiEntry& entry, const std::string& line) {
  std::string ability =
      "local ability = {name = \"spark\", description = \"Sparks.\", energy_cost = 0.1, cooldown = "
      "1, range = 5}\n";
  const std::string execute = "function ability.execute(user, target, world, effects)\n";
  const bool declares = entry.kind == ApiKind::kAbility;
  if (declares && entry.name != "execute" && entry.name != "can_use") {
    ability = "local ability = {}\n";
    for (const ApiEntry& other : api_manifest()) {
      const bool value = other.kind == ApiKind::kAbility && other.parameters.empty();
      if (value && other.name != entry.name) ability += other.right + "\n";
    }
  }
  if (declares) ability += line + "\n";
  if (entry.name != "execute") ability += execute + (declares ? "" : line) + "\nend\n";
  return ability + "return ability\n";
}

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

CheckReport checked(const ApiEntry& entry, const std::string& line, std::string& source) {
  source = is_of_abilities(entry) ? as_ability(entry, line) : as_policy(entry, line);
  return is_of_abilities(entry) ? check_ability("ability", source) : check_policy("policy", source);
}

std::string findings(const CheckReport& report, const std::string& source) {
  return sandbox::diagnostics_text(report.diagnostics, "policy", source);
}

}  // namespace

TEST_CASE("Every right example passes the checker without a finding", "[manifest]") {
  for (const ApiEntry& entry : api_manifest()) {
    REQUIRE_FALSE(entry.right.empty());
    std::string source;
    const CheckReport report = checked(entry, entry.right, source);
    INFO(api_display_name(entry) << "\n" << findings(report, source));
    CHECK(report.diagnostics.empty());
  }
}

TEST_CASE("Every wrong example is refused with its hint", "[manifest]") {
  int examples = 0;
  for (const ApiEntry& entry : api_manifest()) {
    if (entry.wrong.empty()) continue;
    ++examples;
    std::string source;
    const CheckReport report = checked(entry, entry.wrong, source);
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
    const auto& actions = scenario->actions;
    const bool eats = std::find(actions.begin(), actions.end(), "eat") != actions.end();
    CHECK(report.ok() == eats);
  }
}

TEST_CASE("The cheat sheet tells only what the scenario has", "[manifest]") {
  const std::string pasture = api_cheat_sheet(engine::builtin_scenario("pasture").value());
  const std::string maze = api_cheat_sheet(engine::builtin_scenario("maze").value());
  CHECK(pasture.find("self:eat(") != std::string::npos);
  CHECK(pasture.find("\"grass\"") != std::string::npos);
  CHECK(pasture.find("world.target()") == std::string::npos);
  CHECK(maze.find("world.target()") != std::string::npos);
  CHECK(maze.find("self:eat(") == std::string::npos);
  CHECK(maze.find("self:reproduce(") == std::string::npos);
  CHECK(pasture.size() < 9000);
}

TEST_CASE("Abilities, items and roles are told where they exist", "[manifest]") {
  auto scenario = engine::builtin_scenario("pasture").value();
  const std::string bare = api_cheat_sheet(scenario);
  for (const char* word : {"self:use(", "self:turn(", "self.items", "self.role", "self.thirst",
                           "world.offer", "world.voxel", "cooling_down", "self:ask_for"}) {
    INFO(word);
    CHECK(bare.find(word) == std::string::npos);
  }
  scenario.actions.insert(scenario.actions.end(), {"use", "turn"});
  scenario.roles = {{"trader", {"give", "trade_accept"}, true}};
  engine::SpeciesSpec coin;
  coin.name = "coin";
  coin.kind = engine::Kind::kItem;
  scenario.species.push_back(coin);
  const std::string full = api_cheat_sheet(scenario);
  for (const char* word :
       {"self:use(", "self:turn(", "self.items", "self.role", "self:give(", "world.offer",
        "cooling_down", "self:ask_for", "\"coin\" (an item)", "  trader: give trade_accept\n"}) {
    INFO(word);
    CHECK(full.find(word) != std::string::npos);
  }
  // Nobody here can pick things up, or is ever thirsty.
  CHECK(full.find("self:pick_up(") == std::string::npos);
  CHECK(full.find("self.thirst") == std::string::npos);
  CHECK(full.size() < 12000);
}

TEST_CASE("The prices of the documentation are the engine's", "[manifest]") {
  std::ifstream file(CHERUB_SOURCE_DIR "/docs/ABILITIES.md");
  std::stringstream text;
  text << file.rdbuf();
  for (const ApiEntry& entry : api_manifest()) {
    if (entry.kind != ApiKind::kEffect) continue;
    const std::string row = "| `" + entry.name + "` | " + entry.price + " |\n";
    INFO(row);
    CHECK(text.str().find(row) != std::string::npos);
  }
}

TEST_CASE("The editor stub declares every class and member", "[manifest]") {
  const std::string stub = api_luals();
  CHECK(stub.starts_with("---@meta\n"));
  CHECK(sandbox::parse("stub", stub).chunk);
  for (const char* name : {"Self", "World", "Sighting", "Step", "Policy", "Person", "Effects",
                           "Ability", "Sound", "Offer"}) {
    CHECK(stub.find("---@class " + std::string(name) + "\n") != std::string::npos);
  }
  CHECK(stub.find("function Effects.damage(target, amount) end") != std::string::npos);
  CHECK(stub.find("---@field execute fun(user: Person,") != std::string::npos);
  CHECK(stub.find("function vec.rotate(x, y, angle) end") != std::string::npos);
  CHECK(stub.find("function Self:move_to(x, y, z) end") != std::string::npos);
  CHECK(stub.find("function World.nearest(species, radius) end") != std::string::npos);
  CHECK(stub.find("---@param hazard_cost? number") != std::string::npos);
  CHECK(stub.find("---@field hunger number") != std::string::npos);
}
