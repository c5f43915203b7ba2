#include "abilities/ability_writing.h"

#include <algorithm>

#include "abilities/angel/ability_prompt.h"
#include "abilities/angel/peer_message.h"

namespace cherub::abilities {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t kNameBytesMax = 32;
constexpr const char* kAbilityKind = "ability";

bool is_taken(const AbilityOrder& order, const std::string& name) {
  return std::find(order.taken.begin(), order.taken.end(), name) != order.taken.end();
}

// "fireball_2" when there is a fireball already.
std::string free_name(const AbilityOrder& order, const std::string& wanted) {
  std::string name = wanted;
  for (int number = 2; is_taken(order, name); ++number) {
    const std::string ending = "_" + std::to_string(number);
    name = wanted.substr(0, kNameBytesMax - ending.size()) + ending;
  }
  return name;
}

base::Result<angel::AbilityBrief> brief_of(const AbilityOrder& order,
                                           const engine::Scenario& scenario, AbilityTitle& title) {
  if (order.goal.find_first_not_of(" \t\r\n") == std::string::npos) {
    return Error{ErrorCode::kInvalidArgument,
                 "Say in words what the ability is to do. Understood without a model are:\n" +
                     understood_effects(),
                 "goal"};
  }
  if (order.goal.size() > kAbilityGoalBytesMax) {
    return Error{
        ErrorCode::kInvalidArgument,
        "A goal for an ability has at most " + std::to_string(kAbilityGoalBytesMax) + " bytes.",
        "goal"};
  }
  auto numbers = ability_numbers(order.goal);
  if (!numbers) return numbers.error();
  title = ability_title(order.goal, scenario);
  if (title.named && is_taken(order, title.name)) {
    return Error{ErrorCode::kConflict,
                 "There is an ability called " + title.name + " already; choose another name.",
                 "goal"};
  }
  title.name = free_name(order, title.name);
  angel::AbilityBrief brief;
  brief.goal = angel::clean_line(order.goal, kAbilityGoalBytesMax);
  brief.scenario = &scenario;
  brief.demands.name = title.name;
  brief.demands.energy_cost = numbers->energy_cost;
  brief.demands.cooldown_s = numbers->cooldown_s;
  brief.demands.range_m = numbers->range_m;
  brief.notes = std::move(numbers->notes);
  return brief;
}

// What makes two refusals the same error.
std::string signature(const AbilityLadderVerdict& verdict) {
  const Refusal& first = verdict.refusals.front();
  return first.code + " " + first.message;
}

}  // namespace

WrittenAbility write_ability(const AbilityOrder& order, angel::AbilityAngel& angel,
                             AbilityLadder& ladder, const AbilityTold& told,
                             const std::atomic<bool>* cancel) {
  WrittenAbility written;
  written.goal = order.goal;
  written.origin = angel.origin();
  const auto fail = [&](const Error& error) {
    written.message = error.text();
    written.code = error.code;
    return written;
  };
  auto brief = brief_of(order, ladder.scenario(), written.title);
  if (!brief) return fail(brief.error());
  std::string last_error;
  for (int round = 1; round <= 1 + angel.repair_rounds(); ++round) {
    auto draft = angel.draft(*brief, cancel);
    if (!draft) return fail(draft.error());
    written.source = std::move(draft->source);
    written.notes = std::move(draft->notes);
    written.rounds = round;
    written.verdict = ladder.climb(written.source, brief->demands);
    if (told) told({round, written.source, written.verdict});
    if (written.verdict.ok) {
      written.ok = true;
      written.message.clear();
      return written;
    }
    written.message = refusals_text(written.verdict.refusals, written.source, kAbilityKind);
    brief->refused_code = written.source;
    brief->errors = written.message;
    const std::string error = signature(written.verdict);
    brief->start_over = error == last_error;
    last_error = error;
    if (cancel != nullptr && *cancel) break;
  }
  return written;
}

base::JsonObject ability_json(const WrittenAbility& written) {
  base::JsonObject json;
  json.add("ability", written.title.name).add("origin", written.origin);
  json.add("rounds", written.rounds);
  if (!written.ok) {
    json.add("message", written.message);
    if (!written.verdict.refusals.empty()) {
      json.add("rung", rung_name(written.verdict.refusals.front().rung))
          .raw("refusals", refusals_json(written.verdict.refusals));
    }
    return json;
  }
  base::JsonArray notes;
  for (const std::string& note : written.notes) notes.add(note);
  const engine::AbilitySpec& spec = written.verdict.spec;
  return json.add("sha256", spec.sha256)
      .add("description", written.verdict.description)
      .add("energy_cost", spec.energy_cost)
      .add("cooldown_s", spec.cooldown_s)
      .add("range", spec.range)
      .add("price_max", written.verdict.price_max)
      .add("price_on", written.verdict.price_on)
      .add("fuel_max", written.verdict.fuel_max)
      .add("effect_on", written.verdict.effect_on)
      .raw("notes", notes.text());
}

base::Result<std::unique_ptr<angel::AbilityAngel>> make_ability_angel(const RunRequest& request,
                                                                      const RunModelTools& tools) {
  if (request.provider.provider == "builtin") {
    return std::unique_ptr<angel::AbilityAngel>(std::make_unique<angel::BuiltinAbilityAngel>());
  }
  auto model = make_run_model(request, tools);
  if (!model) return model.error();
  const std::string& name = request.provider.model;
  return std::unique_ptr<angel::AbilityAngel>(std::make_unique<angel::ModelAbilityAngel>(
      std::move(*model), name.empty() ? request.provider.provider : name));
}

CatalogueScript catalogue_script_of(const WrittenAbility& written, const std::string& scenario,
                                    const std::string& run_id) {
  CatalogueScript script;
  script.sha256 = written.verdict.spec.sha256;
  script.kind = kAbilityKind;
  script.name = written.title.name;
  script.description = written.verdict.description;
  script.goal = written.goal;
  script.scenario = scenario;
  script.tags = {"generated"};
  script.origin = written.origin;
  script.run_id = run_id;
  script.source = written.source;
  return script;
}

}  // namespace cherub::abilities
