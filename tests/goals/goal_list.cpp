#include "goal_list.h"

#include <optional>

#include "abilities/file_system.h"
#include "engine/yaml_reader.h"

namespace cherub::goals {
namespace {

constexpr std::size_t kBytesMax = 64u << 10;

}  // namespace

base::Result<std::vector<GoalCase>> read_goals(const std::string& folder) {
  const auto text = abilities::read_text_file(folder + "/goals.yaml", kBytesMax);
  if (!text) return text.error();
  const auto root = engine::load_yaml(*text, kBytesMax);
  if (!root) return root.error();
  std::optional<base::Error> error;
  std::vector<GoalCase> goals;
  engine::FieldReader reader(*root, "goals.yaml", error);
  reader.require("goals");
  reader.objects("goals", [&](engine::FieldReader& fields) {
    GoalCase& goal = goals.emplace_back();
    for (const char* key : {"scenario", "goal", "aims", "baseline"}) fields.require(key);
    fields.text("scenario", goal.scenario);
    fields.text("goal", goal.goal);
    fields.texts("aims", goal.aims);
    fields.text("baseline", goal.baseline);
  });
  reader.finish();
  if (error) return *error;
  for (GoalCase& goal : goals) {
    const auto source =
        abilities::read_text_file(folder + "/baselines/" + goal.baseline + ".lua", kBytesMax);
    if (!source) return source.error();
    goal.baseline_source = *source;
  }
  return goals;
}

}  // namespace cherub::goals
