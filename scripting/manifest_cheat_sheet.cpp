// The API in a prompt: short, and only what the scenario has.
#include <cstdio>

#include "scripting/manifest_parts.h"

namespace cherub::scripting {
namespace {

struct Pair {
  std::string_view wrong;
  std::string_view right;
  std::string_view action;  // the pair is told where this action exists; empty: everywhere
};

constexpr Pair kPairs[] = {
    {"world:nearest(\"food\", 9)", "world.nearest(\"food\", 9)", ""},
    {"self.wander()", "self:wander()", "wander"},
    {"self:move_to(target)", "self:move_to(target.x, target.y)", "move_to"},
    {"seen.position.x, seen.pos", "seen.x, seen.y", ""},
    {"self.x = 5, self.goal = seen", "self.memory.goal = {x = seen.x, y = seen.y}", ""},
    {"self:eat(\"grass\")",
     "local food = world.nearest(\"food\", self.reach); if food then self:eat(food) end", "eat"},
    {"world.nearest(\"any\", 5).x",
     "local seen = world.nearest(\"any\", 5); if seen then … seen.x … end", ""},
    {"return {action = \"wander\"}", "return self:wander()", "wander"},
    {"count = count + 1 (a local of the file, a global)",
     "self.memory.count = (self.memory.count or 0) + 1", ""},
    {"pcall, require, os, io, math.randomseed, table.unpack",
     "none of them exists; unpack(list) does", ""},
    {"x += 1, a != b, continue", "x = x + 1, a ~= b, goto continue", ""},
};

void add_entries(std::string& text, ApiKind kind, const engine::Scenario& scenario) {
  for (const ApiEntry& entry : api_manifest()) {
    if (entry.kind != kind || !exists_in(entry, scenario)) continue;
    text += "  " + api_signature(entry);
    if (!entry.range.empty() && entry.range.find("accepted") == std::string::npos) {
      text += " (" + entry.range + ")";
    }
    text += "  -- " + entry.doc + "\n";
  }
}

std::string species_words(const engine::SpeciesSpec& species) {
  std::string text = "\"" + species.name + "\"";
  if (species.kind == engine::Kind::kAgent) text += " (acts";
  if (species.kind == engine::Kind::kPlant) text += " (a plant";
  if (species.kind == engine::Kind::kTarget) text += " (a target";
  if (species.kind == engine::Kind::kItem) text += " (an item";
  if (species.kind == engine::Kind::kObstacle) text += " (an obstacle";
  if (species.route != engine::Route::kNone) text += ", goes about";
  if (species.kind == engine::Kind::kPlace) text += " (a place";
  for (const std::string& food : species.diet) text += ", eats " + food;
  return text + ")";
}

// "2 grain" and what else a recipe takes.
std::string recipe_words(const engine::RecipeSpec& recipe) {
  std::string text = "  " + std::to_string(recipe.count) + " " + recipe.output;
  std::string from;
  for (const engine::StackSpec& input : recipe.inputs) {
    from += (from.empty() ? " from " : " and ") + std::to_string(input.count) + " " + input.item;
  }
  text += from;
  if (!recipe.at.empty()) text += ", at a " + recipe.at;
  if (!recipe.tool.empty()) text += ", with a " + recipe.tool + " in hand";
  char time[32];
  std::snprintf(time, sizeof time, "%g", recipe.time_s);
  return text + ", in " + time + " s\n";
}

void add_economy(std::string& text, const engine::Scenario& scenario) {
  if (!scenario.economy) return;
  text += "recipes for self:craft, which is called until they are done:\n";
  for (const engine::RecipeSpec& recipe : scenario.economy->recipes) text += recipe_words(recipe);
}

// What exists only where agents have roles and things.
void add_roles(std::string& text, const engine::Scenario& scenario) {
  const auto exists = [&](ApiKind kind, std::string_view name) {
    return exists_in(*find_api(kind, name), scenario);
  };
  if (exists(ApiKind::kWorldSense, "heard")) {
    text += "Sound: {speaker, species, x, y, z, distance, kind, text}\n";
  }
  if (exists(ApiKind::kWorldSense, "offer")) {
    text += "Offer: {from, item, count, want_item, want_count, seconds}\n";
  }
  if (scenario.roles.empty()) return;
  text += "roles, and the abilities that each knows for self:use:\n";
  for (const engine::RoleSpec& role : scenario.roles) {
    text += "  " + role.name + ":";
    for (const std::string& ability : role.abilities) text += " " + ability;
    text += "\n";
  }
}

// No model knows these by heart: "(ax, ay, bx, by) -> x, y;".
std::string vec_arguments(const ApiEntry& entry) {
  std::string text = "(";
  for (const ApiParameter& parameter : entry.parameters) {
    text += (&parameter == &entry.parameters.front() ? "" : ", ") + parameter.name;
  }
  return text + (entry.returns == "number" ? ");" : ") -> x, y;");
}

void add_library(std::string& text) {
  for (const std::string_view table : {"", "math", "string", "table", "bit", "vec"}) {
    std::string names;
    for (const ApiEntry& entry : api_manifest()) {
      if (entry.kind != ApiKind::kLibrary || library_table(entry.name) != table) continue;
      names += " " + (table.empty() ? entry.name : entry.name.substr(table.size() + 1));
      if (table == "vec") names += vec_arguments(entry);
    }
    text += table.empty() ? "  basics:" : "  " + std::string(table) + ":";
    text += names + "\n";
  }
}

}  // namespace

std::string api_cheat_sheet(const engine::Scenario& scenario) {
  std::string text = "A policy is one Lua 5.1 file that returns a table:\n";
  text +=
      "  local policy = {}\n"
      "  function policy.act(self, world) … end        -- required, runs every tick\n"
      "  function policy.init(self, config) … end      -- optional, once per agent\n"
      "  function policy.collect(step) return {} end   -- optional; step.self, step.tick\n"
      "  return policy\n";
  text += "One movement, one ability and one message per tick; a later one replaces the earlier.\n";
  text +=
      "State that lasts lives in self.memory (plain data, 4096 bytes). No globals; locals of the "
      "file are constants.\n\nself, read only:\n";
  add_entries(text, ApiKind::kSelfField, scenario);
  text += "  last_move, last_ability, last_message are one of:";
  for (const std::string& word :
       split_words(find_api(ApiKind::kSelfField, "last_move")->range, ' ')) {
    text += " " + word;
  }
  if (!scenario.roles.empty()) {
    text +=
        "; after self:use also: unknown_ability cooling_down unwilling unpaid no_item hands_full "
        "failed faulted";
  }
  text += "\nactions, with a colon:\n";
  add_entries(text, ApiKind::kSelfAction, scenario);
  text += "world, read only:\n";
  add_entries(text, ApiKind::kWorldField, scenario);
  text += "senses, with a dot; all within self.sense_radius:\n";
  add_entries(text, ApiKind::kWorldSense, scenario);
  text += "species:";
  for (const engine::SpeciesSpec& species : scenario.species) {
    text += " " + species_words(species) + ",";
  }
  text +=
      " \"any\" (all), \"food\" (what the agent eats)\nSighting: {id, species, x, y, z, distance}"
      "; Step: {x, y, length}";
  if (scenario.keeps_map) text += ", of way_step and frontier_step also z, there";
  text += "\n";
  add_roles(text, scenario);
  add_economy(text, scenario);
  text += "library:\n";
  add_library(text);
  text += "wrong -> right:\n";
  for (const Pair& pair : kPairs) {
    const ApiEntry* action = find_api(ApiKind::kSelfAction, pair.action);
    if (action && !exists_in(*action, scenario)) continue;
    text += "  " + std::string(pair.wrong) + "  ->  " + std::string(pair.right) + "\n";
  }
  return text;
}

}  // namespace cherub::scripting
