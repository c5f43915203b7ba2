// Policies that work must pass without a finding: a refusal would cost the author a round for
// nothing.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "scripting/checker.h"
#include "tests/scripting/world_fixture.h"

using namespace cherub;

namespace {

std::vector<std::filesystem::path> policies() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(CHERUB_TEST_DIR "/policies")) {
    if (entry.path().extension() == ".lua") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

// The part of a file's name before the underscore is the scenario that it is for, or "any".
TEST_CASE("Good policies pass without a finding", "[checker]") {
  REQUIRE(policies().size() >= 35);
  for (const auto& path : policies()) {
    const std::string source = text_of(path);
    const std::string name = path.stem().string();
    const auto scenario = engine::builtin_scenario(name.substr(0, name.find('_')));
    const auto report =
        scripting::check_policy(name, source, scenario.ok() ? &scenario.value() : nullptr);
    INFO(sandbox::diagnostics_text(report.diagnostics, name, source));
    CHECK(report.diagnostics.empty());
  }
}

// What the checker finds nothing wrong with must also run: else it has missed something.
TEST_CASE("Good policies live for a while without a fault", "[checker]") {
  for (const auto& path : policies()) {
    const std::string name = path.stem().string();
    for (const std::string& scenario_name : engine::builtin_scenario_names()) {
      const std::string wanted = name.substr(0, name.find('_'));
      if (wanted != "any" && wanted != scenario_name) continue;
      scripting::fixtures::Life life(engine::builtin_scenario(scenario_name).value());
      const std::string source = text_of(path);
      if (!scripting::check_policy(name, source, &life.world->scenario()).ok())
        continue;  // eats in a maze
      life.install(source);
      for (int tick = 0; tick < 30; ++tick) life.step();
      INFO(name << " in " << scenario_name << ": " << life.host->stats().first_fault);
      CHECK(life.host->stats().acts > 0);
      CHECK(life.host->stats().fault_count() == 0);
    }
  }
}
