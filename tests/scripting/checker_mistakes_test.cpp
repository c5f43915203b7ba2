// mistakes/*.lua are what language models and newcomers get wrong, each named by its mistake.
// Beside each stands, in a .txt, every finding that must come back, as `cherub check` prints it:
// place, words, the stretch that is underlined, and what to write instead. Nothing more may be
// said.
//
// To look at a change: cherub check mistakes/NAME.lua [--scenario S] 2> mistakes/NAME.txt
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "scripting/checker.h"

using namespace cherub;

namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<fs::path> files(const std::string& extension) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(CHERUB_TEST_DIR "/mistakes")) {
    if (entry.path().extension() == extension) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

// The first line may say where the policy is to live: `-- scenario: maze`.
std::string scenario_of(const std::string& source) {
  const std::string mark = "-- scenario: ";
  if (!source.starts_with(mark)) return {};
  return source.substr(mark.size(), source.find('\n') - mark.size());
}

scripting::CheckReport check(const fs::path& path, const std::string& source) {
  const auto scenario = engine::builtin_scenario(scenario_of(source));
  return scripting::check_policy(path.stem().string(), source,
                                 scenario.ok() ? &scenario.value() : nullptr);
}

}  // namespace

TEST_CASE("Every typical mistake gets the findings that stand beside it", "[checker]") {
  const auto mistakes = files(".lua");
  CHECK(mistakes.size() >= 100);
  CHECK(files(".txt").size() == mistakes.size());
  for (const fs::path& path : mistakes) {
    const std::string source = text_of(path);
    const std::string name = path.filename().string();
    const auto report = check(path, source);
    INFO(name);
    CHECK(sandbox::diagnostics_text(report.diagnostics, name, source) ==
          text_of(fs::path(path).replace_extension(".txt")));
  }
}

TEST_CASE("Every finding says what to do, and points into its source", "[checker]") {
  for (const fs::path& path : files(".lua")) {
    const std::string source = text_of(path);
    const auto report = check(path, source);
    INFO(path.filename().string());
    CHECK_FALSE(report.diagnostics.empty());
    CHECK(report.diagnostics.size() <= 3);
    for (const sandbox::Diagnostic& finding : report.diagnostics) {
      CHECK_FALSE(finding.hint.empty());
      CHECK(finding.range.begin < finding.range.end);
      CHECK(finding.range.end <= source.size());
    }
  }
}
