#include "engine/scenario_fields.h"
#include "engine/yaml_reader.h"

namespace cherub::engine {
namespace {

void read_flag(FieldReader& fields, std::string_view key, bool& out) {
  std::size_t choice = out ? 1 : 0;
  fields.choice(key, {"false", "true"}, choice);
  out = choice == 1;
}

void read_stack(FieldReader& fields, StackSpec& stack) {
  fields.require("item");
  fields.text("item", stack.item);
  fields.integer("count", stack.count);
}

void read_recipe(FieldReader& fields, RecipeSpec& recipe) {
  fields.require("output");
  fields.text("output", recipe.output);
  fields.integer("count", recipe.count);
  fields.objects("inputs",
                 [&](FieldReader& inner) { read_stack(inner, recipe.inputs.emplace_back()); });
  fields.text("at", recipe.at);
  fields.text("tool", recipe.tool);
  fields.number("time_s", recipe.time_s);
}

void read_town(FieldReader& fields, TownSpec& town) {
  fields.integer("people", town.people);
  fields.integer("thieves", town.thieves);
  fields.integer("traders", town.traders);
  fields.number("scarcity", town.scarcity);
}

}  // namespace

void read_belongings(FieldReader& fields, SpeciesSpec& species) {
  fields.objects("holds",
                 [&](FieldReader& inner) { read_stack(inner, species.holds.emplace_back()); });
  fields.texts("serves", species.serves);
  read_flag(fields, "owned", species.owned);
  read_flag(fields, "shelter", species.shelter);
}

void read_economy(FieldReader& fields, EconomySpec& economy) {
  fields.require("currency");
  fields.text("currency", economy.currency);
  fields.objects("recipes",
                 [&](FieldReader& inner) { read_recipe(inner, economy.recipes.emplace_back()); });
  fields.object("town", [&](FieldReader& inner) { read_town(inner, economy.town); });
}

}  // namespace cherub::engine
