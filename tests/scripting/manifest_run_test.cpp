// The manifest against the living world: examples run, and every name that a policy can reach is
// told, and the other way round.
#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include "sandbox/syntax/parser.h"
#include "scripting/checker.h"
#include "scripting/manifest.h"
#include "scripting/manifest_parts.h"
#include "tests/scripting/world_fixture.h"

using namespace cherub;
using namespace cherub::scripting;

namespace {

using Names = std::set<std::string>;

std::string act_policy(const std::string& body) {
  return "local policy = {}\nfunction policy.act(self, world)\n" + body + "\nend\nreturn policy\n";
}

std::string example_policy_of(const ApiEntry& entry) {
  if (entry.kind != ApiKind::kContract) return act_policy(entry.right);
  const std::string act =
      entry.name == "act" ? "" : "function policy.act(self, world) self:wander() end\n";
  return "local policy = {}\n" + entry.right + "\n" + act + "return policy\n";
}

// The pasture, with things to carry and much that one can do.
engine::Scenario society() {
  engine::Scenario scenario = fixtures::pasture(6, 20, 12);
  scenario.actions.insert(scenario.actions.end(), {"use", "turn"});
  scenario.roles = {
      {"villager", {"pick_up", "drop", "give", "trade_accept", "heal", "fireball"}, true}};
  for (engine::SpeciesSpec& species : scenario.species) {
    if (species.kind != engine::Kind::kAgent) continue;
    species.role = "villager";
    species.thirst_rate = 0.01;
    species.hands = 5;
  }
  engine::SpeciesSpec apple;
  apple.name = "apple";
  apple.kind = engine::Kind::kItem;
  scenario.species.push_back(apple);
  return scenario;
}

std::vector<engine::Scenario> scenarios_with(const ApiEntry& entry) {
  std::vector<engine::Scenario> found;
  for (const std::string& name : engine::builtin_scenario_names()) {
    auto scenario = engine::builtin_scenario(name);
    REQUIRE(scenario.ok());
    if (exists_in(entry, *scenario)) found.push_back(std::move(*scenario));
  }
  if (engine::Scenario scenario = society(); exists_in(entry, scenario)) {
    found.push_back(std::move(scenario));
  }
  return found;
}

// What a policy sees, one name a line: the keys of what an expression gives. The checker must not
// know what it is, as it would rightly say that nobody loops over the world.
Names keys_at_run_time(const std::string& expression, const std::string& scenario) {
  fixtures::Life life(engine::builtin_scenario(scenario).value());
  life.install(
      act_policy("local function same(...) return ... end\n"
                 "for key in pairs(same(" +
                 expression + ") or {}) do self:note(key) end"));
  Names names;
  // What there is to be seen may be far away at first.
  for (int tick = 0; tick < 3; ++tick) {
    life.step();
    for (const std::string& note : life.host->take_notes()) {
      names.insert(note.substr(note.find(' ') + 1));
    }
  }
  INFO(life.host->stats().first_fault);
  CHECK(life.host->stats().fault_count() == 0);
  return names;
}

Names manifest_names(ApiKind kind, const std::string& prefix = "") {
  Names names;
  for (const ApiEntry& entry : api_manifest()) {
    if (entry.kind == kind && entry.name.starts_with(prefix)) {
      names.insert(entry.name.substr(prefix.size()));
    }
  }
  return names;
}

Names both(Names a, const Names& b) {
  a.insert(b.begin(), b.end());
  return a;
}

// The keys that the prelude puts into one of its tables: `local fields = {…}`, `fields.x = …`.
Names prelude_keys(const std::string& name, const std::string& table) {
  std::ifstream file(CHERUB_SOURCE_DIR "/scripting/prelude/" + name);
  std::stringstream text;
  text << file.rdbuf();
  const sandbox::ParseResult parsed = sandbox::parse(name, text.str());
  REQUIRE(parsed.chunk);
  Names names;
  for (const auto& statement : parsed.chunk->main->body.statements) {
    for (std::size_t i = 0; i < statement->locals.size() && i < statement->values.size(); ++i) {
      if (statement->locals[i]->name != table) continue;
      for (const auto& field : statement->values[i]->fields) names.insert(field.key->text);
    }
    for (const auto& target : statement->targets) {
      const bool member =
          target->kind == sandbox::ExpressionKind::kIndex && target->children[0]->text == table;
      if (member) names.insert(target->children[1]->text);
    }
  }
  return names;
}

}  // namespace

TEST_CASE("Every right example runs without a fault wherever it exists", "[manifest]") {
  for (const ApiEntry& entry : api_manifest()) {
    // Those of abilities are tried in abilities.
    const bool of_abilities = entry.kind == ApiKind::kAbility || entry.kind == ApiKind::kEffect ||
                              entry.name.starts_with("Person.");
    if (of_abilities) continue;
    const auto scenarios = scenarios_with(entry);
    INFO(api_display_name(entry) << ": " << entry.right);
    const std::string source = example_policy_of(entry);
    int lives = 0;
    for (const engine::Scenario& scenario : scenarios) {
      // What is shown may need an action that is not the entry's own.
      if (!check_policy("policy", source, &scenario).ok()) continue;
      ++lives;
      fixtures::Life life(scenario);
      life.install(source);
      for (int tick = 0; tick < 3; ++tick) life.step();
      INFO(scenario.name << ": " << life.host->stats().first_fault);
      CHECK(life.host->stats().acts > 0);
      CHECK(life.host->stats().fault_count() == 0);
    }
    CHECK(lives > 0);
  }
}

TEST_CASE("The examples of collect, finalize and migrate give what they should", "[manifest]") {
  fixtures::Life life(fixtures::pasture(3, 5, 12));
  std::string source =
      "local policy = {}\nfunction policy.act(self, world)\n"
      "self.memory.home = 1 self:idle() end\n";
  for (const char* name : {"collect", "finalize", "migrate"}) {
    source += find_api(ApiKind::kContract, name)->right + "\n";
  }
  life.install(source + "return policy\n");
  life.step();
  CHECK(life.host->collect_json(*life.world, 0).find("\"hunger\":") != std::string::npos);
  CHECK(life.host->finalize_json("{}") == "{\"done\":true}");
  life.install(source + "return policy -- again\n");
  life.step();
  INFO(life.host->stats().first_fault);
  CHECK(life.host->stats().fault_count() == 0);
}

TEST_CASE("self has what the manifest says, and nothing else", "[manifest]") {
  CHECK(both(prelude_keys("self.lua", "fields"), prelude_keys("nature.lua", "own")) ==
        manifest_names(ApiKind::kSelfField));
  const Names of_bodies =
      both(prelude_keys("self.lua", "actions"), prelude_keys("nature.lua", "nature"));
  CHECK(both(of_bodies, prelude_keys("uses.lua", "uses")) == manifest_names(ApiKind::kSelfAction));
}

TEST_CASE("effects has what the manifest says, and nothing else", "[manifest]") {
  CHECK(prelude_keys("effects.lua", "effects") == manifest_names(ApiKind::kEffect));
}

TEST_CASE("The world has what the manifest says, and nothing else", "[manifest]") {
  const Names wanted =
      both(manifest_names(ApiKind::kWorldField), manifest_names(ApiKind::kWorldSense));
  for (const std::string& scenario : engine::builtin_scenario_names()) {
    CHECK(keys_at_run_time("world", scenario) == wanted);
  }
}

TEST_CASE("Records have what the manifest says, and nothing else", "[manifest]") {
  const Names sighting = manifest_names(ApiKind::kResultField, "Sighting.");
  CHECK(keys_at_run_time("world.nearest('any', 99)", "pasture") == sighting);
  CHECK(keys_at_run_time("world.neighbors('any', 99)[1]", "pasture") == sighting);
  CHECK(keys_at_run_time("world.target()", "maze") == sighting);
  const Names step = manifest_names(ApiKind::kResultField, "Step.");
  CHECK(keys_at_run_time("world.way_step(1, 1, 1)", "caves") == step);
  CHECK(keys_at_run_time("world.frontier_step()", "tower") == step);
  Names of_plane = keys_at_run_time("world.path_step(world.target().x, world.target().y)", "maze");
  of_plane.insert({"z", "there"});
  CHECK(of_plane == step);
}

TEST_CASE("The library has what the manifest says, and nothing else", "[manifest]") {
  for (const std::string table : {"math", "string", "table", "bit", "vec"}) {
    INFO(table);
    CHECK(keys_at_run_time(table, "maze") == manifest_names(ApiKind::kLibrary, table + "."));
  }
}

// Globals cannot be listed, so whatever any Lua has is asked for.
TEST_CASE("Of the globals of other Luas, only those of the manifest exist", "[manifest]") {
  Names asked{"_G",       "_VERSION", "coroutine", "debug", "dofile", "ffi",     "io",  "jit",
              "loadfile", "module",   "newproxy",  "os",    "pcall",  "package", "utf8"};
  for (const AbsentName& absent : absent_names()) {
    for (const std::string& name : split_words(absent.names, ' ')) {
      if (name.find('.') == std::string::npos && !name.starts_with("__")) asked.insert(name);
    }
  }
  for (const ApiEntry& entry : api_manifest()) {
    if (entry.kind == ApiKind::kLibrary) asked.insert(entry.name.substr(0, entry.name.find('.')));
  }
  for (const std::string& name : asked) {
    const std::string source = act_policy("self:note(type(" + name + ")) self:idle()");
    const bool known = check_policy("policy", source).ok();
    INFO(name);
    bool in_manifest = false;
    for (const ApiEntry& entry : api_manifest()) {
      in_manifest = in_manifest || (entry.kind == ApiKind::kLibrary &&
                                    (entry.name == name || library_table(entry.name) == name));
    }
    CHECK(known == in_manifest);
    if (!known) continue;
    fixtures::Life life(engine::builtin_scenario("maze").value());
    life.install(source);
    life.step();
    const auto notes = life.host->take_notes();
    REQUIRE_FALSE(notes.empty());
    CHECK(notes[0].find("nil") == std::string::npos);
  }
}
