// Whole prompts as a model gets them, compared with tests/abilities/prompts/*.md: whoever changes a
// word of a prompt, or of the API in it, sees and reads what comes of it. CHERUB_WRITE_GOLDEN=1 in
// the environment writes the files anew.
#include <catch2/catch.hpp>
#include <cstdlib>

#include "abilities/angel/prompt.h"
#include "abilities/ladder.h"
#include "run_fixture.h"

namespace cherub::abilities {
namespace {

using angel::Brief;
using angel::PromptKind;

constexpr const char* kParent =
    "local policy = {}\n\n"
    "function policy.act(self, world)\n"
    "  local food = world.nearest(\"food\", 4)\n"
    "  if food and food.distance <= self.reach then return self:eat(food) end\n"
    "  if food then return self:move_to(food.x, food.y) end\n"
    "  return self:wander()\n"
    "end\n\n"
    "return policy\n";

Brief brief_for(const engine::Scenario& scenario, const std::string& goal) {
  const scripting::HostOptions host;
  Brief brief;
  brief.goal = goal;
  brief.scenario = &scenario;
  brief.fuel_per_act = host.fuel_per_act;
  brief.memory_per_agent_bytes = host.memory_per_agent_bytes;
  return brief;
}

Brief brief_with_parent(const engine::Scenario& scenario) {
  Brief brief = brief_for(scenario, "keep the rabbits alive");
  brief.parent_code = kParent;
  brief.parent_results = {
      {4, true, {0.9, 40, 18, 3.1, 0.31, 2, 80.5}, 0, "2 x no_such_target"},
      {8, false, {0.5, 20, 9, 2.5, 0.45, 12, 95.25}, 1, "time; policy:4: a fault"}};
  brief.critique = "# Critique\n\nScore 0.41, success in 1 of 2 episodes.\n";
  brief.attempts = {"iteration 1: score 0.410", "iteration 2: score 0.310 (-0.100)"};
  return brief;
}

void compare(const std::string& name, const Brief& brief) {
  const angel::ModelRequest prompt = build_prompt(brief);
  const std::string text = "## System\n\n" + prompt.system + "\n## User\n\n" + prompt.user;
  const std::string path = std::string(CHERUB_TEST_DIR) + "/prompts/" + name + ".md";
  if (std::getenv("CHERUB_WRITE_GOLDEN") != nullptr) {
    REQUIRE(make_folders(real_file_system(), std::string(CHERUB_TEST_DIR) + "/prompts"));
    REQUIRE(replace_file(real_file_system(), path, text, Durable::kNo));
  }
  INFO("If the change is meant: CHERUB_WRITE_GOLDEN=1 writes " << path << " anew.");
  CHECK(text == file_text(path));
}

}  // namespace

TEST_CASE("golden prompt: the first try in every world that ships") {
  for (const std::string& name : engine::builtin_scenario_names()) {
    const auto scenario = engine::builtin_scenario(name);
    REQUIRE(scenario);
    REQUIRE_FALSE(scenario->goals.empty());
    compare(name + "_first", brief_for(*scenario, scenario->goals.front()));
  }
}

TEST_CASE("golden prompt: a whole policy for the pasture, with parent and critique") {
  const auto scenario = engine::builtin_scenario("pasture");
  compare("pasture_parent", brief_with_parent(*scenario));
}

TEST_CASE("golden prompt: changes to the parent") {
  const auto scenario = engine::builtin_scenario("pasture");
  Brief brief = brief_with_parent(*scenario);
  brief.kind = PromptKind::kDiff;
  compare("pasture_diff", brief);
}

TEST_CASE("golden prompt: a repair, with what was learned") {
  const auto scenario = engine::builtin_scenario("maze");
  Brief brief = brief_for(*scenario, "reach the target safely");
  brief.refused_code =
      "local policy = {}\nfunction policy.act(self)\n  os.exit()\nend\nreturn policy\n";
  Ladder ladder(*scenario, std::make_shared<scripting::ScriptRegistry>(), {});
  brief.errors = {refusals_text(ladder.climb(brief.refused_code).refusals, brief.refused_code)};
  brief.rules = {"'os' does not exist in policies (2 times)"};
  compare("maze_repair", brief);
}

}  // namespace cherub::abilities
