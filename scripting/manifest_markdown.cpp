// docs/LUA_API.md.
#include "scripting/manifest_parts.h"

namespace cherub::scripting {
namespace {

constexpr std::string_view kOpening = R"(# The Lua API

Generated from the API manifest by `cherub api > docs/LUA_API.md`; a test fails when it differs.

A policy is one Lua file that returns a table. Its function `act` runs every tick for every agent
that the policy drives: it looks at `self` and `world`, and calls actions of `self`. The language is
Lua 5.1 with `goto`, compiled by LuaJIT.

## A complete policy

)";

constexpr std::string_view kRules = R"(
Three rules that other engines do not have:

1. **Actions take a colon, senses a dot**: `self:move_to(x, y)`, `world.nearest("food", 10)`.
2. **What lasts lives in `self.memory`**: plain data, saved with the world. Globals do not exist,
   and locals of the file are constants: a function that changes them is refused, because agents
   share them and a reload forgets them.
3. **Actions are intents.** At most one movement, one ability and one message per tick; a later one
   replaces the earlier. What became of them stands in `self.last_move`, `self.last_ability` and
   `self.last_message` in the next tick.

)";

constexpr std::string_view kReceipts = R"(
The words in `self.last_move`, `self.last_ability` and `self.last_message`:

| word | what happened |
|---|---|
| `none` | nothing was asked |
| `accepted` | it was done |
| `blocked` | a wall or the map's edge stopped the movement short |
| `not_finite` | NaN or infinity among the numbers |
| `no_such_target` | the target does not exist (any more) |
| `out_of_reach` | the target is farther away than `self.reach` |
| `not_in_diet` | the species does not eat that |
| `not_ready` | too young, hungry or tired to reproduce |
| `exhausted` | no energy left |
| `not_available` | this scenario or species has no such action |
| `crowded` | no room for offspring |
| `too_long` | the message is over 200 bytes |
| `unknown_ability` | there is no such ability, or the agent does not know it |
| `cooling_down` | used a moment ago |
| `unwilling` | the ability's `can_use` said no |
| `unpaid` | an effect would have cost more than the ability's `energy_cost` |
| `no_item` | not in whose hands it should be |
| `hands_full` | no room for what would be picked up, given or traded |
| `failed` | tried and did not work: a theft that was noticed, no offer to accept |
| `faulted` | the ability's script failed |
)";

constexpr std::string_view kAbilities = R"(## Abilities

What agents can do beyond moving, eating and speaking are files too. A policy uses them with
`self:use(name, target, details)`; [ABILITIES.md](ABILITIES.md) tells how they are made.

)";

std::string cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string value_words(const ApiEntry& entry) {
  std::string text = entry.returns;
  if (!entry.unit.empty() && entry.unit != "1") text += ", " + entry.unit;
  // Lists of words are told in tables of their own.
  const bool is_list = entry.range.find("accepted") != std::string::npos;
  if (!entry.range.empty() && !is_list) text += ", " + entry.range;
  return text;
}

struct Capability {
  std::string_view needs;
  std::string_view words;
};
constexpr Capability kCapabilities[] = {
    {"thirst", "some species can be thirsty"},
    {"items", "there are items"},
    {"speech", "agents can speak"},
    {"walls", "there are walls"},
    {"ecosystem", "the scenario has an environment"},
    {"roles", "agents have roles"},
    {"requests", "a role may ask for abilities"},
    {"economy", "there is an economy"},
    {"map", "agents remember what they saw"},
    {"abilities", "abilities can be used"},
};

std::string where_words(const ApiEntry& entry) {
  if (!entry.needs.empty()) {
    for (const Capability& capability : kCapabilities) {
      if (capability.needs == entry.needs) return " Where " + std::string(capability.words) + ".";
    }
    return " Where a role knows `" + entry.needs + "`.";
  }
  if (entry.scenarios.empty()) return {};
  std::string text = " Only in scenarios with a target:";
  for (const std::string& name : entry.scenarios) text += " `" + name + "`";
  return text + ".";
}

void add_fields(std::string& text, ApiKind kind, std::string_view prefix) {
  text += "| field | value | meaning |\n|---|---|---|\n";
  for (const ApiEntry& entry : api_manifest()) {
    if (entry.kind != kind || !entry.name.starts_with(prefix)) continue;
    const std::string name =
        prefix.empty() ? api_display_name(entry) : "." + entry.name.substr(prefix.size());
    text += "| `" + name + "` | " + cell(value_words(entry)) + " | " +
            cell(entry.doc + where_words(entry)) + " |\n";
  }
}

void add_parameters(std::string& text, const ApiEntry& entry) {
  for (const ApiParameter& parameter : entry.parameters) {
    if (parameter.range.empty()) continue;
    text += " `" + parameter.name + "`: " + parameter.range + ".";
  }
}

void add_functions(std::string& text, ApiKind kind) {
  for (const ApiEntry& entry : api_manifest()) {
    if (entry.kind != kind) continue;
    text += "### `" + api_signature(entry) + "`\n\n" + entry.doc;
    if (!entry.range.empty()) text += " Gives " + entry.range + ".";
    add_parameters(text, entry);
    text += where_words(entry);
    if (!entry.price.empty()) text += " Price: " + entry.price + ".";
    if (!entry.cost.empty()) text += " Fuel: " + entry.cost + ".";
    text += "\n\n```lua\n" + entry.right + "\n```\n\n";
    if (entry.wrong.empty()) continue;
    const bool says_write = entry.wrong_hint.starts_with("write ");
    text +=
        "Wrong: `" + entry.wrong + "`. " +
        (says_write ? "Write `" + entry.wrong_hint.substr(6) : "Instead: `" + entry.wrong_hint) +
        "`.\n\n";
  }
}

void add_library(std::string& text, std::string_view table, std::string_view title) {
  text += "### " + std::string(title) + "\n\n| function | meaning | fuel |\n|---|---|---|\n";
  for (const ApiEntry& entry : api_manifest()) {
    if (entry.kind != ApiKind::kLibrary || library_table(entry.name) != table) continue;
    text += "| `" + cell(api_signature(entry)) + "` | " + cell(entry.doc) + " | " +
            cell(entry.cost) + " |\n";
  }
  text += "\n";
}

void add_absent(std::string& text) {
  text += "| not here | instead |\n|---|---|\n";
  for (const AbsentName& absent : absent_names()) {
    std::string names;
    for (const std::string& name : split_words(absent.names, ' ')) {
      names += (names.empty() ? "`" : ", `") + name + "`";
    }
    text += "| " + names + " | " + cell(absent.instead) + " |\n";
  }
}

}  // namespace

std::string api_markdown() {
  std::string text(kOpening);
  text += "```lua\n" + std::string(example_policy()) + "```\n";
  text += kRules;
  text += "## The contract\n\n";
  add_functions(text, ApiKind::kContract);
  text +=
      "## self: what the agent knows of itself\n\nAll fields are read only, but for what is "
      "inside `self.memory`.\n\n";
  add_fields(text, ApiKind::kSelfField, "");
  text += kReceipts;
  text +=
      "\n## self: actions\n\nEach returns `self`, so `return self:wander()` is fine. A scenario "
      "may have only some of them.\n\n";
  add_functions(text, ApiKind::kSelfAction);
  text += "## world: facts\n\n";
  add_fields(text, ApiKind::kWorldField, "");
  text +=
      "\n## world: senses\n\nAll are cut to `self.sense_radius`. A species is a name of the "
      "scenario, `\"any\"`, or `\"food\"` for whatever the agent's diet lists.\n\n";
  add_functions(text, ApiKind::kWorldSense);
  text +=
      "## Records\n\nPlain tables, new for each call: what is found may be kept, but is not "
      "brought up to date.\n\n### Sighting: one entity as the agent sees it\n\n";
  add_fields(text, ApiKind::kResultField, "Sighting.");
  text += "\n### Step: the next cell on a way\n\n";
  add_fields(text, ApiKind::kResultField, "Step.");
  text += "\n### Sound: something that was said\n\n";
  add_fields(text, ApiKind::kResultField, "Sound.");
  text += "\n### Weather\n\n";
  add_fields(text, ApiKind::kResultField, "Weather.");
  text += "\n### Offer: a trade that somebody offers\n\n";
  add_fields(text, ApiKind::kResultField, "Offer.");
  text += "\n";
  text += kAbilities;
  text += "### The file of an ability\n\n";
  add_functions(text, ApiKind::kAbility);
  text += "### Person: the user and the target of a use\n\n";
  add_fields(text, ApiKind::kResultField, "Person.");
  text +=
      "\n### effects: what an ability does to the world\n\nPrices are in units of "
      "`self.energy`.\n\n";
  add_functions(text, ApiKind::kEffect);
  text += "## The library\n\n";
  add_library(text, "", "Basics");
  add_library(text, "math", "math");
  add_library(text, "string", "string");
  text += "Strings have these as methods too: `(\"a,b\"):find(\",\", 1, true)`.\n\n";
  add_library(text, "table", "table");
  add_library(text, "bit", "bit");
  add_library(text, "vec", "vec: geometry on plain numbers");
  text += "## Limits\n\n| what | bound |\n|---|---|\n";
  for (const ApiLimit& limit : api_limits()) {
    text += "| " + cell(limit.what) + " | " + cell(limit.bound) + " |\n";
  }
  text += "\n## What is absent, and what to use instead\n\n";
  add_absent(text);
  return text;
}

}  // namespace cherub::scripting
