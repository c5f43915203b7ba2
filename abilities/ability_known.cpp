#include "abilities/ability_known.h"

#include <algorithm>

namespace cherub::abilities {
namespace {

constexpr std::size_t kLookedAt = 64;

std::vector<std::string> sorted_words(std::string_view goal) {
  std::vector<std::string> words = catalogue_words(goal);
  std::sort(words.begin(), words.end());
  return words;
}

bool is_same(const AbilityNumbers& a, const AbilityNumbers& b) {
  return a.energy_cost == b.energy_cost && a.cooldown_s == b.cooldown_s && a.range_m == b.range_m &&
         a.radius_m == b.radius_m && a.duration_s == b.duration_s;
}

bool is_same(const AbilityWish& a, const AbilityWish& b) {
  return is_same(a.numbers, b.numbers) && a.effects == b.effects && a.aim == b.aim &&
         a.item == b.item && a.words == b.words;
}

// What the goal insists on, whoever wrote the ability.
std::optional<AbilityDemands> demands_of(const AbilityOrder& order,
                                         const engine::Scenario& scenario) {
  if (order.goal.size() > kAbilityGoalBytesMax) return std::nullopt;
  const auto numbers = ability_numbers(order.goal);
  if (!numbers) return std::nullopt;
  AbilityDemands demands;
  const AbilityTitle title = ability_title(order.goal, scenario);
  if (title.named) demands.name = title.name;
  demands.energy_cost = numbers->energy_cost;
  demands.cooldown_s = numbers->cooldown_s;
  demands.range_m = numbers->range_m;
  return demands;
}

bool is_free(const AbilityOrder& order, const std::string& name) {
  return std::find(order.taken.begin(), order.taken.end(), name) == order.taken.end();
}

}  // namespace

bool asks_the_same(std::string_view goal, std::string_view other, const engine::Scenario& scenario,
                   Sameness sameness) {
  const std::vector<std::string> words = sorted_words(goal);
  if (words.empty()) return false;
  if (words == sorted_words(other)) return true;
  if (sameness == Sameness::kWords) return false;
  const auto wish = understand_ability(goal, scenario);
  const auto known = understand_ability(other, scenario);
  return wish && known && is_same(*wish, *known);
}

base::Result<std::optional<WrittenAbility>> known_ability(const AbilityOrder& order,
                                                          Sameness sameness,
                                                          const Catalogue& catalogue,
                                                          AbilityLadder& ladder) {
  const engine::Scenario& scenario = ladder.scenario();
  const auto demands = demands_of(order, scenario);
  if (!demands) return std::optional<WrittenAbility>();
  CatalogueFilter filter;
  filter.kind = "ability";
  filter.limit = kLookedAt;
  const auto hits = catalogue.search(order.goal, filter);
  if (!hits) return hits.error();
  std::size_t tried = 0;
  for (const CatalogueHit& hit : *hits) {
    if (!asks_the_same(order.goal, hit.script.goal, scenario, sameness)) continue;
    if (++tried > kKnownAbilitiesTried) break;
    auto script = catalogue.find(hit.script.sha256);
    if (!script) continue;  // its file is damaged or gone
    WrittenAbility known;
    known.verdict = ladder.climb(script->source, *demands);
    if (!known.verdict.ok || !is_free(order, known.verdict.spec.name)) continue;
    known.ok = true;
    known.goal = order.goal;
    known.title = ability_title(order.goal, scenario);
    known.title.name = known.verdict.spec.name;
    known.source = std::move(script->source);
    known.origin = std::move(script->origin);
    known.notes.push_back("taken from the catalogue, where it was written for \"" + script->goal +
                          "\"");
    return std::optional(std::move(known));
  }
  return std::optional<WrittenAbility>();
}

}  // namespace cherub::abilities
