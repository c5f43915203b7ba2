#include "abilities/angel/ability_prompt.h"

#include <utility>

#include "abilities/angel/prompt_parts.h"
#include "abilities/builtin_abilities.h"
#include "scripting/manifest.h"
#include "scripting/manifest_parts.h"

namespace cherub::abilities::angel {
namespace {

using scripting::ApiEntry;
using scripting::ApiKind;

constexpr std::string_view kRules = R"text(
You write abilities for Cherub, a simulated world. An ability is one file of Lua 5.1 that returns a
table; agents use it on one another, and the world charges what it does. What you write runs as it
is, in a sandbox; nobody repairs it.

# Hard rules

1. Answer with one fenced block: ```lua, the whole file up to `return ability`, ```. Words outside
   of it are read by nobody.
2. Effects are all that an ability does: `execute` calls functions of `effects`, each with a dot.
   A call adds to a list; it happens after all movement of the tick. What a call returns is nil.
3. Every effect has a price in units of the user's energy. All effects of one use together may cost
   at most `energy_cost`; where they cost more, the use does nothing at all ("unpaid"). Reckon with
   the greatest distance: prices marked (1 + distance / 20 m) grow with the distance between the
   user and whom the effect meets. No discount for failed effects.
4. `range` bounds how far the target, the place and everybody whom an effect meets may be from the
   user. 0: the user itself only.
5. `target` is the user itself when nobody was named, and a bare place {x, y, z, distance} without
   id when a place was. Test `target.id ~= nil` in can_use before an effect that meets somebody,
   and `target.id ~= user.id` when it must be another one. `details` is nil when the policy hands on
   nothing. Senses may give nil or an empty array. An error ends the use.
6. Nothing is kept: the file runs afresh for every use. No globals. Constants and helper functions
   may stand at file scope. There is no require, pcall, coroutine, load, os, io or debug.
7. A use has 20 000 units of fuel, roughly one for each operation, and at most 64 effects. Texts
   have at most 200 bytes.
8. `name`, `energy_cost`, `cooldown` and `range` are written as literals in the table.

# How it is checked

A0 the text parses. A1 it keeps the contract, and what the order says about name and numbers.
A2 can_use and execute run on the user itself, on agents, plants, things and places at all
distances up to the range, on the healthy and the wounded, with details and without: no error, no
lack of fuel.
A3 on none of them do the effects ask for more than energy_cost. A4 in small worlds at least one use
must change something, the same way twice.
)text";

constexpr std::string_view kExample = R"lua(-- Drives away up to two others that have come near.
local ability = {
  name = "gust",
  description = "Blows up to two others within 4 m two metres away.",
  energy_cost = 0.1,  -- 2 targets x 0.02 per m x 2 m x (1 + 4 / 20) = 0.096
  cooldown = 3,       -- s
  range = 4,          -- m
}

local STRENGTH, BLOWN_MAX = 2, 2  -- m, targets

function ability.can_use(user, target, world)
  return world.nearest("any", ability.range) ~= nil
end

function ability.execute(user, target, world, effects)
  local blown = 0
  for _, other in ipairs(world.neighbors("any", ability.range)) do
    if blown < BLOWN_MAX then
      local dx, dy = vec.direction(user.x, user.y, other.x, other.y)
      effects.push(other, dx * STRENGTH, dy * STRENGTH)
      blown = blown + 1
    end
  end
end

return ability
)lua";

// One line: signature, what it is, and, of an effect, its price.
std::string entry_line(const ApiEntry& entry) {
  std::string text = "  " + scripting::api_signature(entry) + ": " + entry.doc;
  if (!entry.price.empty()) text += " Price: " + entry.price + ".";
  return text + "\n";
}

// `prefix`: of the entries' names.
std::string entries(ApiKind kind, const engine::Scenario& scenario, std::string_view prefix = "") {
  std::string text;
  for (const ApiEntry& entry : scripting::api_manifest()) {
    const bool wanted = entry.kind == kind && entry.name.starts_with(prefix);
    if (wanted && scripting::exists_in(entry, scenario)) text += entry_line(entry);
  }
  return bounded(text, kPromptSheetBytesMax);
}

std::string contract_part() {
  std::string text =
      "\n# Contract\n\nlocal ability = {name = …, description = …, energy_cost = …, "
      "cooldown = …, range = …}\n";
  for (const ApiEntry& entry : scripting::api_manifest()) {
    if (entry.kind == ApiKind::kAbility) text += entry_line(entry);
  }
  return text;
}

std::string world_of(const engine::Scenario& scenario) {
  std::string text =
      "\n# The world: " + line(scenario.title.empty() ? scenario.name : scenario.title) + "\n\n" +
      bounded(scenario.description, kPromptTextBytesMax) +
      "\n\nSpecies (kind; m/s; m of sight; m of reach):\n";
  std::size_t rows = 0;
  for (const engine::SpeciesSpec& species : scenario.species) {
    if (rows++ == kPromptRowsMax) break;
    text += "  " + line(species.name) + " (" + engine::kind_name(species.kind);
    if (species.kind == engine::Kind::kAgent) {
      text += "; " + number(species.speed) + "; " + number(species.sense_radius) + "; " +
              number(species.reach);
    }
    text += ")\n";
  }
  text += more_rows(scenario.species.size());
  text += "A tick is " + number(1 / scenario.tick_rate) +
          " s. health, energy and hunger go from 0 to 1. What goes from hand to hand, or is picked "
          "up, must be in reach.\n";
  return text;
}

std::string order_part(const AbilityBrief& brief) {
  std::string text = "\n# The order\n\nGoal: " + bounded(brief.goal, kAbilityGoalBytesMax) + "\n";
  const AbilityDemands& demands = brief.demands;
  text += "name: \"" + demands.name + "\", no other\n";
  if (demands.energy_cost) {
    text += "energy_cost: " + number(*demands.energy_cost) + ", no other\n";
  }
  if (demands.cooldown_s) text += "cooldown: " + number(*demands.cooldown_s) + ", no other\n";
  if (demands.range_m) text += "range: " + number(*demands.range_m) + ", no other\n";
  for (const std::string& note : brief.notes) text += "Note: " + line(note) + "\n";
  text +=
      "Choose what the goal leaves open so that the effects use most of what energy_cost pays "
      "for at the full range.\n";
  return text;
}

std::string last_try_part(const AbilityBrief& brief) {
  if (brief.errors.empty()) return "";
  std::string text = "\n# Your last try was refused\n\n";
  if (!brief.refused_code.empty()) {
    text += fenced(brief.refused_code, "lua", kPromptCodeBytesMax) + "\n";
  }
  text += bounded(brief.errors, kPromptTextBytesMax);
  text += brief.start_over
              ? "\nThe same was wrong before: do not patch it, write it anew in a simpler way.\n"
              : "\nMend this and keep what was right.\n";
  return text;
}

// The example must not be the answer.
std::string_view example_for(const std::string& goal) {
  const bool blows =
      goal.find("push") != std::string::npos || goal.find("blow") != std::string::npos ||
      goal.find("gust") != std::string::npos || goal.find("wind") != std::string::npos;
  return blows ? builtin_ability("fireball") : kExample;
}

}  // namespace

ModelRequest build_ability_prompt(const AbilityBrief& brief) {
  const engine::Scenario& scenario = *brief.scenario;
  ModelRequest request;
  request.system = std::string(kRules) + contract_part() + "\n# An example, for another goal\n\n" +
                   fenced(example_for(brief.goal), "lua", kPromptCodeBytesMax);
  request.user = world_of(scenario) + "\n# effects, with prices in units of self.energy\n\n" +
                 entries(ApiKind::kEffect, scenario) + "\n# user and target: Person\n\n" +
                 entries(ApiKind::kResultField, scenario, "Person.") +
                 "\n# world: what the user senses, as far as its sight\n\n" +
                 entries(ApiKind::kWorldField, scenario) + entries(ApiKind::kWorldSense, scenario) +
                 "  Sighting: {id, species, x, y, z, distance}\n" + order_part(brief) +
                 last_try_part(brief) + "\n# Now\n\nWrite the whole file.\n";
  return request;
}

ModelAbilityAngel::ModelAbilityAngel(std::unique_ptr<LanguageModel> model, std::string origin)
    : model_(std::move(model)), origin_(std::move(origin)) {}

base::Result<AbilityDraft> ModelAbilityAngel::draft(const AbilityBrief& brief,
                                                    const std::atomic<bool>* cancel) {
  const auto reply = model_->complete(build_ability_prompt(brief), cancel);
  if (!reply) return reply.error();
  AbilityDraft draft;
  draft.notes = brief.notes;
  // A reply without code goes to the ladder as it is: its first rung says what is missing.
  const auto source = extract_code(reply->text);
  draft.source = source ? *source : "";
  return draft;
}

}  // namespace cherub::abilities::angel
