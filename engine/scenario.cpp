#include "engine/scenario.h"

#include <algorithm>
#include <array>

#include "engine/scenario_fields.h"
#include "engine/shipped_scenarios.h"

namespace cherub::engine {

bool SuccessPredicate::holds(double measured) const {
  if (op == "<") return measured < value;
  if (op == "<=") return measured <= value;
  if (op == ">") return measured > value;
  if (op == "==") return measured == value;
  return measured >= value;
}

std::optional<std::size_t> Scenario::find_species(std::string_view species_name) const {
  const auto found = std::find_if(species.begin(), species.end(), [&](const SpeciesSpec& entry) {
    return entry.name == species_name;
  });
  if (found == species.end()) return std::nullopt;
  return std::size_t(found - species.begin());
}

std::optional<std::size_t> Scenario::find_role(std::string_view role_name) const {
  const auto found = std::find_if(roles.begin(), roles.end(),
                                  [&](const RoleSpec& entry) { return entry.name == role_name; });
  if (found == roles.end()) return std::nullopt;
  return std::size_t(found - roles.begin());
}

const MetricSpec* Scenario::find_metric(std::string_view metric_name) const {
  const auto found = std::find_if(metrics.begin(), metrics.end(), [&](const MetricSpec& entry) {
    return entry.name == metric_name;
  });
  return found == metrics.end() ? nullptr : &*found;
}

const Curriculum* Scenario::find_curriculum(std::string_view curriculum_name) const {
  const auto found = std::find_if(curricula.begin(), curricula.end(), [&](const Curriculum& entry) {
    return entry.name == curriculum_name;
  });
  return found == curricula.end() ? nullptr : &*found;
}

const std::vector<std::string>& generator_names() {
  static const std::vector<std::string> names = {"flat", "maze", "caves", "town", "tower"};
  return names;
}

const std::vector<std::string>& place_names() {
  static const std::vector<std::string> names = {"anywhere", "start",  "target", "centre",
                                                 "homes",    "fields", "woods",  "edge"};
  return names;
}

const std::vector<std::string>& action_names() {
  static const std::vector<std::string> names(std::begin(kActionNames), std::end(kActionNames));
  return names;
}

namespace {

struct Shipped {
  std::string_view name, yaml;
};
const std::array<Shipped, 7>& all_shipped() {
  static const std::array<Shipped, 7> all = {{{"maze", shipped::k_maze_yaml},
                                              {"meadow", shipped::k_meadow_yaml},
                                              {"pasture", shipped::k_pasture_yaml},
                                              {"caves", shipped::k_caves_yaml},
                                              {"town", shipped::k_town_yaml},
                                              {"tower", shipped::k_tower_yaml},
                                              {"village", shipped::k_village_yaml}}};
  return all;
}

}  // namespace

std::vector<std::string> builtin_scenario_names() {
  std::vector<std::string> names;
  for (const Shipped& scenario : all_shipped()) names.emplace_back(scenario.name);
  return names;
}

base::Result<Scenario> builtin_scenario(std::string_view name) {
  std::string known;
  for (const Shipped& scenario : all_shipped()) {
    if (scenario.name == name) return parse_scenario(scenario.yaml);
    known += (known.empty() ? "" : ", ") + std::string(scenario.name);
  }
  return base::Error{
      base::ErrorCode::kNotFound,
      "No scenario '" + std::string(name.substr(0, 64)) + "' ships; there are: " + known + ".",
      "scenario"};
}

}  // namespace cherub::engine
