#include "server/cli/scenario_choice.h"

#include <algorithm>
#include <array>
#include <utility>

#include "server/cli/text_io.h"

namespace cherub::server::cli {
namespace {

using base::Error;
using base::Result;

constexpr std::array<std::string_view, 3> kEndings = {".yaml", ".yml", ".json"};

bool is_file(std::string_view choice) {
  return std::any_of(kEndings.begin(), kEndings.end(),
                     [&](std::string_view ending) { return choice.ends_with(ending); });
}

Result<engine::Scenario> parsed(const std::string& file, const std::string& text) {
  auto scenario = engine::parse_scenario(text);
  if (scenario) return scenario;
  const Error& error = scenario.error();
  return Error{error.code, error.message, error.where.empty() ? file : file + ": " + error.where};
}

}  // namespace

Result<engine::Scenario> chosen_scenario(const std::string& choice) {
  if (!is_file(choice)) return engine::builtin_scenario(choice);
  const auto text = read_text(choice, engine::kScenarioBytesMax);
  if (!text) return text.error();
  return parsed(choice, *text);
}

Result<void> choose_scenario(const std::string& choice, abilities::RunRequest& request) {
  request.scenario = choice;
  if (!is_file(choice)) return {};
  auto text = read_text(choice, engine::kScenarioBytesMax);
  if (!text) return text.error();
  const auto scenario = parsed(choice, *text);
  if (!scenario) return scenario.error();
  request.scenario = scenario->name;
  request.scenario_source = std::move(*text);
  return {};
}

}  // namespace cherub::server::cli
