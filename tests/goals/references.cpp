#include "references.h"

#include <optional>

#include "abilities/evaluation.h"
#include "abilities/file_system.h"
#include "abilities/goal.h"
#include "abilities/seeds.h"
#include "abilities/statistics.h"
#include "engine/yaml_reader.h"

namespace cherub::goals {
namespace {

constexpr std::size_t kBytesMax = 64u << 10;
constexpr std::uint64_t kSeed = 1;
// A policy, so that those who are not under study act as they always do.
constexpr const char* kWanderer =
    "local policy = {}\nfunction policy.act(self, world) self:wander() end\nreturn policy\n";

base::Result<std::string> read_policy(const std::string& folder, const std::string& name) {
  return abilities::read_text_file(folder + "/references/" + name + ".lua", kBytesMax);
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

base::Result<ReferenceTrial> try_reference(const Reference& reference, unsigned threads) {
  const auto scenario = engine::builtin_scenario(reference.scenario);
  if (!scenario) return scenario.error();
  const auto objective = abilities::understand(reference.goal, *scenario);
  if (!objective) return objective.error();
  const auto registry = std::make_shared<scripting::ScriptRegistry>();
  abilities::Evaluator evaluator(*scenario, registry, {}, threads);
  std::vector<abilities::EpisodeSpec> specs;
  for (const std::uint64_t seed :
       abilities::episode_seeds(kSeed, abilities::SeedUse::kHeldOut, reference.seeds)) {
    specs.emplace_back().seed = seed;
  }
  const auto play = [&](const std::string& source) {
    return measured(*scenario, *objective, evaluator.run(registry->add(source)->sha256, specs));
  };
  ReferenceTrial trial;
  trial.reference = play(reference.source);
  trial.greedy = play(reference.greedy_source);
  trial.walker = play(kWanderer);
  trial.over_greedy = interval_of(trial.reference, trial.greedy);
  trial.over_walker = interval_of(trial.reference, trial.walker);
  return trial;
}

}  // namespace cherub::goals
