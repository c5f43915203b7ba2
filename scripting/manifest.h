#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/scenario.h"

// The one source of the Lua API. The bindings of the prelude are tested against it; the checker,
// the prompt's cheat sheet, docs/LUA_API.md and the definitions for LuaLS are made from it.
namespace cherub::scripting {

enum class ApiKind {
  kSelfField,    // self.hunger
  kSelfAction,   // self:move_to(x, y)
  kWorldField,   // world.tick
  kWorldSense,   // world.nearest("grass", 10)
  kResultField,  // fields of a record type that senses give: Sighting.x, Step.length
  kLibrary,      // math.floor, pairs, string.format
  kContract,     // policy.act, policy.init …
  kAbility,      // ability.execute, ability.range …
  kEffect,       // effects.damage(target, amount)
};

struct ApiParameter {
  std::string name;
  std::string type;   // number | integer | string | table | any | Sighting | species
  std::string unit;   // "m", "s", "rad", "1" or empty
  std::string range;  // "0 … 100", "one of open wall hazard water" or empty
  bool optional = false;
};

struct ApiEntry {
  ApiKind kind;
  std::string name;  // as written behind the dot or colon: "nearest"; library: "math.floor"
  std::vector<ApiParameter> parameters;
  std::string returns;  // type: "Sighting|nil", "number", ""
  std::string unit;     // of the value or return
  std::string range;
  std::string doc;                     // one line
  std::string cost;                    // in fuel, in words or as a number: "20 + 10 per Sighting"
  std::string price;                   // of an effect, in units of self.energy
  std::vector<std::string> scenarios;  // empty: all
  // The capability that must be there: thirst, roles, items, abilities, requests, speech, walls,
  // map, ecosystem, economy, or the name of an ability that some role knows. Empty: none, or, for
  // an action, that the scenario lists it.
  std::string needs;
  std::string right;       // a line that works
  std::string wrong;       // a line that models write and that is refused, or empty
  std::string wrong_hint;  // the diagnostic's hint for it
};

const std::vector<ApiEntry>& api_manifest();

// "self.hunger", "world.nearest", "self:move_to": how an entry is written in a policy.
std::string api_display_name(const ApiEntry& entry);
// `world.nearest(species: string, radius: number m) -> Sighting|nil`
std::string api_signature(const ApiEntry& entry);
const ApiEntry* find_api(ApiKind kind, std::string_view name);
// The known name that is closest to a misspelt one (edit distance), or empty.
std::string nearest_name(std::string_view name, const std::vector<std::string>& known);

// docs/LUA_API.md.
std::string api_markdown();
// The `---@meta` definitions for the Lua language server.
std::string api_luals();
// For the prompt: short, and only what exists in the scenario.
std::string api_cheat_sheet(const engine::Scenario& scenario);

}  // namespace cherub::scripting
