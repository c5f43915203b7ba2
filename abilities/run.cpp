#include "abilities/run.h"

#include <array>
#include <ctime>

#include "abilities/run_loop.h"
#include "engine/base/hash.h"
#include "engine/base/random.h"
#include "engine/scenario_settings.h"

namespace cherub::abilities {

std::string make_run_id(std::int64_t unix_seconds, std::uint64_t salt) {
  const std::time_t seconds = static_cast<std::time_t>(unix_seconds);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y%m%d-%H%M%S", &utc);
  const std::string digits = base::hex64(base::mix64(salt ^ static_cast<std::uint64_t>(seconds)));
  return std::string(text.data(), length) + "-" + digits.substr(0, 4);
}

base::Result<engine::Scenario> plain_scenario_of(const RunRequest& request) {
  const bool ships = request.scenario_source.empty();
  auto scenario = ships ? engine::builtin_scenario(request.scenario)
                        : engine::parse_scenario(request.scenario_source);
  if (scenario) return scenario;
  const base::Error& error = scenario.error();
  return base::Error{base::ErrorCode::kInvalidArgument, error.message,
                     ships ? "scenario" : "scenario: " + error.where};
}

base::Result<engine::Scenario> scenario_of(const RunRequest& request) {
  auto scenario = plain_scenario_of(request);
  if (!scenario) return scenario;
  auto made = engine::with_settings(*scenario, request.settings);
  if (!made) {
    const base::Error& error = made.error();
    return base::Error{base::ErrorCode::kInvalidArgument, error.message,
                       "settings: " + error.where};
  }
  return made;
}

RunSummary execute_run(const RunRequest& request, const std::string& run_id, RunControl& control,
                       RunObserver& observer) {
  return execute_run_with(request, run_id, control, observer, RunTools{});
}

}  // namespace cherub::abilities
