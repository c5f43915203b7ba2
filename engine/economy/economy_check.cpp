#include <algorithm>

#include "engine/field_checks.h"
#include "engine/scenario_fields.h"
#include "engine/yaml_reader.h"

namespace cherub::engine {
namespace {

using base::Result;

constexpr std::size_t kRecipesMax = 64, kStacksMax = 16;
constexpr std::uint32_t kHeadsMax = 10'000, kRecipeCountMax = 1000;
constexpr double kRecipeTimeMax_s = 3600, kShareMax = 1000;

// The species of that name, which must be of one of the kinds.
Result<void> is_species(const Scenario& scenario, const std::string& where, const std::string& name,
                        std::initializer_list<Kind> kinds) {
  std::vector<std::string> fitting;
  std::string wanted;
  for (const Kind kind : kinds) {
    wanted += (wanted.empty() ? "" : " or ") + std::string(kind_name(kind));
    for (const SpeciesSpec& species : scenario.species) {
      if (species.kind == kind) fitting.push_back(species.name);
    }
  }
  if (std::find(fitting.begin(), fitting.end(), name) != fitting.end()) return {};
  const std::string near = nearest_word(name, fitting);
  std::string hint = near.empty() ? "" : " Did you mean " + quoted(near) + "?";
  return invalid(where, quoted(name) + " is no species of kind: " + wanted + "." + hint);
}

Result<void> check_stacks(const Scenario& scenario, const std::string& where,
                          const std::vector<StackSpec>& stacks) {
  if (stacks.size() > kStacksMax) return invalid(where, "Too many entries.");
  for (std::size_t i = 0; i < stacks.size(); ++i) {
    const std::string entry = entry_of(where, i);
    auto known = is_species(scenario, entry + ".item", stacks[i].item, {Kind::kItem});
    if (!known) return known;
    auto count = in_range(entry + ".count", stacks[i].count, 1, kRecipeCountMax);
    if (!count) return count;
    for (std::size_t j = 0; j < i; ++j) {
      if (stacks[j].item == stacks[i].item) {
        return invalid(entry + ".item", quoted(stacks[i].item) + " is listed twice.");
      }
    }
  }
  return {};
}

Result<void> check_recipe(const Scenario& scenario, std::size_t i) {
  const std::vector<RecipeSpec>& recipes = scenario.economy->recipes;
  const RecipeSpec& recipe = recipes[i];
  const std::string where = entry_of("economy.recipes", i);
  const Result<void> checks[] = {
      is_species(scenario, where + ".output", recipe.output, {Kind::kItem}),
      in_range(where + ".count", recipe.count, 1, kRecipeCountMax),
      in_range(where + ".time_s", recipe.time_s, 0, kRecipeTimeMax_s),
      check_stacks(scenario, where + ".inputs", recipe.inputs),
      recipe.at.empty()
          ? Result<void>()
          : is_species(scenario, where + ".at", recipe.at, {Kind::kPlace, Kind::kPlant}),
      recipe.tool.empty() ? Result<void>()
                          : is_species(scenario, where + ".tool", recipe.tool, {Kind::kItem}),
  };
  for (const Result<void>& checked : checks) {
    if (!checked) return checked;
  }
  if (recipe.output == scenario.economy->currency) {
    return invalid(where + ".output", "The currency cannot be made.");
  }
  for (std::size_t j = 0; j < i; ++j) {
    if (recipes[j].output == recipe.output) {
      return invalid(where + ".output", quoted(recipe.output) + " has a recipe already.");
    }
  }
  return {};
}

// What a species says about belongings, and whether its kind has any.
Result<void> check_belongings(const Scenario& scenario, std::size_t i) {
  const SpeciesSpec& species = scenario.species[i];
  const std::string where = entry_of("species", i);
  const bool place = species.kind == Kind::kPlace;
  if (species.price != 0 && species.kind != Kind::kItem) {
    return invalid(where + ".price", "Only a species with kind: item has this.");
  }
  if (!place && (species.owned || species.shelter || !species.serves.empty())) {
    const char* const field = species.owned ? ".owned" : species.shelter ? ".shelter" : ".serves";
    return invalid(where + field, "Only a species with kind: place has this.");
  }
  auto stacks = check_stacks(scenario, where + ".holds", species.holds);
  if (!stacks) return stacks;
  std::uint64_t held = 0;
  for (const StackSpec& stack : species.holds) held += stack.count;
  if (held > species.hands) {
    return invalid(where + ".holds", "Holds " + std::to_string(held) + " things, but hands is " +
                                         std::to_string(species.hands) + ".");
  }
  for (std::size_t j = 0; j < species.serves.size(); ++j) {
    auto known =
        is_species(scenario, entry_of(where + ".serves", j), species.serves[j], {Kind::kAgent});
    if (!known) return known;
  }
  return {};
}

// What a default policy of villages names: where that is missing it could not even be loaded.
struct PolicyNeeds {
  std::string_view policy;
  std::vector<std::string_view> species, abilities, actions;
};
const std::vector<PolicyNeeds>& policy_needs() {
  static const std::vector<PolicyNeeds> all = {
      {"villager",
       {"granary", "bakery", "house", "wheat", "tree", "trader", "thief", "bread", "grain", "wood",
        "coin"},
       {"craft", "fetch", "give", "snack", "trade_offer", "attack"},
       {"move_to", "rest", "use"}},
      {"trader", {"market", "bread"}, {"snack", "trade_accept"}, {"move_to", "rest", "use"}},
      {"thief",
       {"granary", "person", "bread", "grain"},
       {"snack", "steal"},
       {"move", "move_to", "rest", "use"}},
  };
  return all;
}

bool any_role_knows(const Scenario& scenario, std::string_view ability) {
  return std::any_of(scenario.roles.begin(), scenario.roles.end(), [&](const RoleSpec& role) {
    return std::find(role.abilities.begin(), role.abilities.end(), ability) != role.abilities.end();
  });
}

Result<void> check_policy_of(const Scenario& scenario, std::size_t i) {
  const std::string& policy = scenario.species[i].policy;
  const auto needs = std::find_if(policy_needs().begin(), policy_needs().end(),
                                  [&](const PolicyNeeds& entry) { return entry.policy == policy; });
  if (needs == policy_needs().end()) return {};
  const auto lacks = [&](const std::string& what) {
    return invalid(entry_of("species", i) + ".policy",
                   "Here " + quoted(policy) + " lacks " + what + ".");
  };
  if (!scenario.economy) return lacks("an `economy` section");
  for (const std::string_view name : needs->species) {
    if (!scenario.find_species(name)) return lacks("a species " + quoted(name));
  }
  for (const std::string_view ability : needs->abilities) {
    if (!any_role_knows(scenario, ability)) return lacks("a role that knows " + quoted(ability));
  }
  const auto& actions = scenario.actions;
  for (const std::string_view action : needs->actions) {
    if (std::find(actions.begin(), actions.end(), action) == actions.end()) {
      return lacks("the action " + quoted(action));
    }
  }
  return {};
}

// Nothing of an economy may be said where there is none: it would silently mean nothing.
Result<void> check_absent(const Scenario& scenario) {
  for (std::size_t i = 0; i < scenario.species.size(); ++i) {
    const SpeciesSpec& species = scenario.species[i];
    const bool says = species.price != 0 || !species.holds.empty() || !species.serves.empty() ||
                      species.owned || species.shelter;
    if (says) {
      return invalid(entry_of("species", i),
                     "price, holds, serves, owned and shelter need an `economy` section.");
    }
  }
  for (std::size_t i = 0; i < scenario.spawns.size(); ++i) {
    if (!scenario.spawns[i].per.empty()) {
      return invalid(entry_of("spawns", i) + ".per", "Needs an `economy` section.");
    }
  }
  return {};
}

Result<void> check_heads(const Scenario& scenario) {
  const TownSpec& town = scenario.economy->town;
  const Result<void> checks[] = {
      in_range("economy.town.people", town.people, 0, kHeadsMax),
      in_range("economy.town.thieves", town.thieves, 0, kHeadsMax),
      in_range("economy.town.traders", town.traders, 0, kHeadsMax),
      in_range("economy.town.scarcity", town.scarcity, 0, 1),
  };
  for (const Result<void>& checked : checks) {
    if (!checked) return checked;
  }
  for (std::size_t i = 0; i < scenario.spawns.size(); ++i) {
    const SpawnSpec& spawn = scenario.spawns[i];
    const bool known =
        spawn.per.empty() || spawn.per == "person" || spawn.per == "trader" || spawn.per == "thief";
    if (!known) {
      return invalid(entry_of("spawns", i) + ".per",
                     "Must be person, trader or thief, not " + quoted(spawn.per) + ".");
    }
    auto share = in_range(entry_of("spawns", i) + ".share", spawn.share, 0, kShareMax);
    if (!share) return share;
  }
  return {};
}

}  // namespace

base::Result<void> check_economy(const Scenario& scenario) {
  for (std::size_t i = 0; i < scenario.species.size(); ++i) {
    if (auto checked = check_policy_of(scenario, i); !checked) return checked;
  }
  if (!scenario.economy) return check_absent(scenario);
  const EconomySpec& economy = *scenario.economy;
  auto currency = is_species(scenario, "economy.currency", economy.currency, {Kind::kItem});
  if (!currency) return currency;
  if (economy.recipes.size() > kRecipesMax) return invalid("economy.recipes", "Too many entries.");
  for (std::size_t i = 0; i < economy.recipes.size(); ++i) {
    auto checked = check_recipe(scenario, i);
    if (!checked) return checked;
  }
  for (std::size_t i = 0; i < scenario.species.size(); ++i) {
    auto checked = check_belongings(scenario, i);
    if (!checked) return checked;
  }
  return check_heads(scenario);
}

}  // namespace cherub::engine
