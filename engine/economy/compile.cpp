#include <algorithm>
#include <cmath>

#include "engine/economy/systems.h"

namespace cherub::engine {
namespace {

// Names were looked up when the scenario was checked.
SpeciesIndex index_of(const Scenario& scenario, const std::string& name) {
  return static_cast<SpeciesIndex>(*scenario.find_species(name));
}

Recipe compile(const Scenario& scenario, const RecipeSpec& spec, double tick_s) {
  Recipe recipe;
  recipe.output = index_of(scenario, spec.output);
  recipe.count = spec.count;
  for (const StackSpec& input : spec.inputs) {
    recipe.inputs.push_back({index_of(scenario, input.item), input.count});
  }
  if (!spec.at.empty()) {
    recipe.at = index_of(scenario, spec.at);
    recipe.harvests = scenario.species[*recipe.at].kind == Kind::kPlant;
  }
  if (!spec.tool.empty()) recipe.tool = index_of(scenario, spec.tool);
  recipe.ticks = static_cast<std::uint32_t>(std::max(1.0, std::ceil(spec.time_s / tick_s - 1e-9)));
  return recipe;
}

}  // namespace

EconomyRules compile_economy(const Scenario& scenario, double tick_s) {
  EconomyRules rules;
  rules.currency = index_of(scenario, scenario.economy->currency);
  for (const RecipeSpec& recipe : scenario.economy->recipes) {
    rules.recipes.push_back(compile(scenario, recipe, tick_s));
  }
  for (std::size_t i = 0; i < scenario.species.size(); ++i) {
    const SpeciesSpec& species = scenario.species[i];
    const SpeciesMask bit = SpeciesMask{1} << i;
    rules.prices.push_back(species.price);
    SpeciesMask served = 0;
    for (const std::string& name : species.serves) {
      served |= SpeciesMask{1} << index_of(scenario, name);
    }
    rules.serves.push_back(served);
    rules.owned.push_back(species.owned ? 1 : 0);
    if (species.shelter) rules.shelters |= bit;
    if (species.hands > 0) rules.holders |= bit;
  }
  return rules;
}

}  // namespace cherub::engine
