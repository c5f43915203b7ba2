#include "goal_list.h"

#include <optional>

#include "abilities/file_system.h"
#include "engine/yaml_reader.h"

namespace cherub::goals {
namespace {

constexpr std::size_t kBytesMax = 64u << 10;

// The goals of a file, and where the sources of their policies are.
struct List {
  std::string file, policies;
  bool has_references = false;
};

base::Result<void> read_source(const std::string& path, std::string& source) {
  const auto text = abilities::read_text_file(path, kBytesMax);
  if (!text) return text.error();
  source = *text;
  return {};
}

void read_case(engine::FieldReader& fields, const List& list, GoalCase& goal) {
  for (const char* key : {"scenario", "goal", "aims", "baseline"}) fields.require(key);
  fields.text("scenario", goal.scenario);
  fields.text("goal", goal.goal);
  fields.texts("aims", goal.aims);
  fields.text("baseline", goal.baseline);
  if (!list.has_references) return;
  fields.require("reference");
  fields.text("reference", goal.reference);
}

base::Result<std::vector<GoalCase>> read_list(const std::string& folder, const List& list) {
  const auto text = abilities::read_text_file(folder + "/" + list.file, kBytesMax);
  if (!text) return text.error();
  const auto root = engine::load_yaml(*text, kBytesMax);
  if (!root) return root.error();
  std::optional<base::Error> error;
  std::vector<GoalCase> goals;
  engine::FieldReader reader(*root, list.file, error);
  reader.require("goals");
  reader.objects(
      "goals", [&](engine::FieldReader& fields) { read_case(fields, list, goals.emplace_back()); });
  reader.finish();
  if (error) return *error;
  const std::string policies = folder + "/" + list.policies + "/";
  for (GoalCase& goal : goals) {
    auto read = read_source(policies + goal.baseline + ".lua", goal.baseline_source);
    if (read && list.has_references) {
      read = read_source(policies + goal.reference + ".lua", goal.reference_source);
    }
    if (!read) return read.error();
  }
  return goals;
}

}  // namespace

base::Result<std::vector<GoalCase>> read_goals(const std::string& folder) {
  return read_list(folder, {"goals.yaml", "baselines", false});
}

base::Result<std::vector<GoalCase>> read_references(const std::string& folder) {
  return read_list(folder, {"references.yaml", "references", true});
}

}  // namespace cherub::goals
