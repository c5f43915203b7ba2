#include "abilities/curriculum.h"

#include <utility>

namespace cherub::abilities {
namespace {

base::Error no_such_curriculum(const engine::Scenario& scenario, const std::string& name) {
  std::string known;
  for (const engine::Curriculum& each : scenario.curricula) known += " " + each.name;
  if (known.empty()) known = " none";
  return {base::ErrorCode::kInvalidArgument,
          "The scenario " + scenario.name + " has no curriculum '" + name.substr(0, 64) +
              "'; there are:" + known + ".",
          "curriculum"};
}

RunRequest request_of_step(const RunRequest& request, const engine::CurriculumStep& step) {
  RunRequest wanted = request;
  wanted.settings = step.set;
  wanted.settings.insert(wanted.settings.end(), request.settings.begin(), request.settings.end());
  wanted.catalogue_dir.clear();
  return wanted;
}

}  // namespace

CurriculumRun::CurriculumRun(RunRequest request, engine::Curriculum curriculum)
    : request_(std::move(request)), curriculum_(std::move(curriculum)) {
  for (std::size_t i = 0; i < curriculum_.steps.size() * kStepTriesMax; ++i) {
    controls_.emplace_back();
  }
}

base::Result<CurriculumRun> CurriculumRun::plan(const RunRequest& request,
                                                const std::string& curriculum) {
  const auto scenario = plain_scenario_of(request);
  if (!scenario) return scenario.error();
  const engine::Curriculum* const found = scenario->find_curriculum(curriculum);
  if (found == nullptr) return no_such_curriculum(*scenario, curriculum);
  for (const engine::CurriculumStep& step : found->steps) {
    if (const auto made = scenario_of(request_of_step(request, step)); !made) return made.error();
  }
  return CurriculumRun(request, *found);
}

CurriculumOutcome CurriculumRun::run(const std::string& run_id, RunObserver& observer,
                                     const RunTools& tools,
                                     const std::function<void(const CurriculumTry&)>& tell) {
  CurriculumOutcome outcome;
  std::string best = request_.existing_code;
  for (std::size_t at = 0; at < curriculum_.steps.size(); ++at) {
    const engine::CurriculumStep& step = curriculum_.steps[at];
    bool passed = false;
    for (std::uint32_t number = 1; number <= kStepTriesMax && !passed; ++number) {
      RunRequest request = request_of_step(request_, step);
      request.existing_code = best;
      request.seed = request_.seed + (number - 1);
      if (at + 1 < curriculum_.steps.size()) request.live_seconds = 0;
      RunControl& control = controls_[at * kStepTriesMax + number - 1];
      const std::string id = run_id + "-" + step.name + "-" + std::to_string(number);
      CurriculumTry made{step.name, number, step.advance, false, {}};
      made.summary = execute_run_with(request, id, control, observer, tools);
      const bool done = made.summary.end == RunEnd::kDone;
      made.passed = passed = done && made.summary.success_lower >= step.advance;
      if (done && !made.summary.best_code.empty()) best = made.summary.best_code;
      outcome.tries.push_back(std::move(made));
      tell(outcome.tries.back());
      if (!done) return outcome;
    }
    if (!passed) return outcome;
  }
  outcome.passed = true;
  return outcome;
}

void CurriculumRun::terminate() {
  for (RunControl& control : controls_) control.terminate();
}

}  // namespace cherub::abilities
