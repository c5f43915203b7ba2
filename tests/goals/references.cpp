#include "references.h"

#include <memory>
#include <optional>

#include "abilities/file_system.h"
#include "abilities/goal.h"
#include "abilities/seeds.h"
#include "abilities/statistics.h"
#include "engine/scenario_settings.h"
#include "engine/yaml_reader.h"

namespace cherub::goals {
namespace {

constexpr std::size_t kBytesMax = 64u << 10;
constexpr std::uint64_t kSeed = 1;

base::Result<std::string> read_policy(const std::string& folder, const std::string& name) {
  auto text = abilities::read_text_file(folder + "/references/" + name + ".lua", kBytesMax);
  if (text) return text;
  return abilities::read_text_file(folder + "/baselines/" + name + ".lua", kBytesMax);
}

base::Result<std::string> source_of(const std::string& folder, const Reference& reference) {
  const auto own = read_policy(folder, reference.policy);
  if (!own || reference.with.empty()) return own;
  const auto beginning = read_policy(folder, reference.with);
  if (!beginning) return beginning.error();
  return *beginning + "\n" + *own;
}

abilities::Interval interval_of(const Measured& one, const Measured& other) {
  std::vector<double> differences;
  for (std::size_t i = 0; i < one.scores.size(); ++i) {
    differences.push_back(one.scores[i] - other.scores[i]);
  }
  return abilities::bootstrap_interval(differences, kSeed);
}

}  // namespace

base::Result<std::vector<Reference>> read_references(const std::string& folder) {
  const auto text = abilities::read_text_file(folder + "/references.yaml", kBytesMax);
  if (!text) return text.error();
  const auto root = engine::load_yaml(*text, kBytesMax);
  if (!root) return root.error();
  std::optional<base::Error> error;
  std::vector<Reference> references;
  engine::FieldReader reader(*root, "references.yaml", error);
  reader.objects("references", [&](engine::FieldReader& fields) {
    Reference& reference = references.emplace_back();
    for (const char* key : {"scenario", "goal", "policy"}) fields.require(key);
    fields.text("scenario", reference.scenario);
    fields.text("goal", reference.goal);
    fields.text("policy", reference.policy);
    fields.texts("set", reference.set);
    fields.text("with", reference.with);
    fields.integer("seeds", reference.seeds);
    fields.text("greedy", reference.greedy);
  });
  reader.finish();
  if (error) return *error;
  for (Reference& reference : references) {
    const auto source = source_of(folder, reference);
    if (!source) return source.error();
    reference.source = *source;
    const auto greedy = read_policy(folder, reference.greedy);
    if (!greedy) return greedy.error();
    reference.greedy_source = *greedy;
  }
  return references;
}

const ReferenceTrials::Episodes& ReferenceTrials::play(const Reference& reference,
                                                       const engine::Scenario& scenario,
                                                       const std::string& source) {
  const std::string key = scenario.yaml + "\n" + std::to_string(reference.seeds) + "\n" + source;
  if (const auto found = played_.find(key); found != played_.end()) return found->second;
  const auto registry = std::make_shared<scripting::ScriptRegistry>();
  abilities::Evaluator evaluator(scenario, registry, {}, threads_);
  std::vector<abilities::EpisodeSpec> specs;
  for (const std::uint64_t seed :
       abilities::episode_seeds(kSeed, abilities::SeedUse::kHeldOut, reference.seeds)) {
    specs.emplace_back().seed = seed;
  }
  if (source.empty()) return played_[key] = evaluator.run_random_walker(specs);
  return played_[key] = evaluator.run(registry->add(source)->sha256, specs);
}

base::Result<ReferenceTrial> ReferenceTrials::run(const Reference& reference) {
  const auto shipped = engine::builtin_scenario(reference.scenario);
  if (!shipped) return shipped.error();
  const auto scenario = engine::with_settings(*shipped, reference.set);
  if (!scenario) return scenario.error();
  const auto objective = abilities::understand(reference.goal, *scenario);
  if (!objective) return objective.error();
  const auto measure = [&](const std::string& source) {
    return measured(*scenario, *objective, play(reference, *scenario, source));
  };
  ReferenceTrial trial;
  trial.reference = measure(reference.source);
  trial.greedy = measure(reference.greedy_source);
  trial.walker = measure("");
  trial.over_greedy = interval_of(trial.reference, trial.greedy);
  trial.over_walker = interval_of(trial.reference, trial.walker);
  return trial;
}

}  // namespace cherub::goals
