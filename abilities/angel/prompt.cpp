#include "abilities/angel/prompt.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "abilities/angel/peer_message.h"
#include "scripting/manifest.h"

namespace cherub::abilities::angel {
namespace {

using engine::Better;
using engine::MetricSpec;
using engine::Scenario;
using engine::SpeciesSpec;

constexpr std::size_t kLineBytesMax = 300;

constexpr std::string_view kRules = R"text(
You write policies for Cherub, a simulated world. A policy is one chunk of Lua 5.1 that returns a
table with a function `act(self, world)`. It drives every agent of one species: once per tick and
agent, `act` looks at the world and gives orders by calling methods of `self`. What you write runs
as it is, in a sandbox; nobody repairs it. It is measured on many worlds with different seeds.

# Hard rules

1. Answer with exactly ONE fenced block: ```lua, the whole policy from its first line to
   `return policy`, ```. No second block, no "..." or parts left out. Keep words outside it few.
2. Use only the names of the API section and the policy's own. There is no require, pcall,
   coroutine, load, os, io, debug or table.unpack (write unpack).
3. `self:method(...)` takes a colon, `world.sense(...)` a dot. Fields have no parentheses.
4. Every sense may give nil: test before use. An error ends the agent's turn and counts against
   the policy.
5. State that lasts lives in `self.memory` only: plain numbers, strings, booleans and tables of
   them. Never assign globals, and never change file-scope locals inside functions. Constants and
   functions may stand at file scope.
6. `self`, `world` and what senses give are good during this one call. Remember their numbers
   (`memory.x = food.x`), never the records themselves.
7. Per tick an agent has one movement, one ability (eat, reproduce, rest) and one message; a later
   call of the same kind replaces the earlier. `act` has no other effect; its return value is not
   used.
8. A tick is short: an agent moves `self.speed * world.dt` metres in it. Act for now, and again
   next tick; never wait or loop until something happens.
9. Senses reach `self.sense_radius` metres at most, unless the API says otherwise. What is out of
   view must be remembered or explored.
10. Be robust: other seeds have other maps. No coordinates from one run, no species, actions or
    senses that this scenario lacks. When blocked (`self.last_move == "blocked"`), do something
    else.
)text";

constexpr std::string_view kContract = R"text(
# Contract

local policy = {}
function policy.init(self, config) end       -- optional; once per agent, before its first act
function policy.act(self, world) end         -- required; every tick
function policy.collect(step) return {} end  -- optional; small table of numbers for the record
function policy.finalize(episode) return {} end  -- optional; at the end of an episode
function policy.migrate(old) return old end  -- optional; an earlier version's memory to this one's
return policy

Units: metres, world seconds, radians anticlockwise from east. x grows east, y north. health,
energy and hunger go from 0 to 1.
)text";

// Shows form, memory and receipts without solving anything: it bounces like a ball.
constexpr std::string_view kExample = R"lua(-- Goes straight on and turns left where the way ends.
local policy = {}

local MARGIN = 0.5  -- m; constants may stand at the top, what changes lives in self.memory

local function turn_left(memory)
  memory.dx, memory.dy = -memory.dy, memory.dx
  memory.turns = memory.turns + 1
end

function policy.init(self, config)
  self.memory.dx, self.memory.dy, self.memory.turns = 1, 0, 0
end

function policy.act(self, world)
  local memory = self.memory
  local way = self.speed * world.dt
  local free = world.clear(memory.dx, memory.dy, way + MARGIN)
  if self.last_move == "blocked" or free < way then
    turn_left(memory)
  end
  if memory.turns >= 8 then
    memory.turns = 0
    return self:wander()
  end
  return self:move(memory.dx * way, memory.dy * way)
end

function policy.collect(step)
  return {turns = step.self.memory.turns}
end

return policy
)lua";

// For scenarios without these movements.
constexpr std::string_view kStillExample = R"lua(-- Does nothing, and counts for how long.
local policy = {}

function policy.init(self, config)
  self.memory.ticks = 0
end

function policy.act(self, world)
  self.memory.ticks = self.memory.ticks + 1
  return self:idle()
end

return policy
)lua";

std::string bounded(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  const std::string_view kept = utf8_prefix(text, bytes_max);
  return std::string(kept) + "\n[… cut here: " + std::to_string(text.size() - kept.size()) +
         " bytes left out …]\n";
}

// The text in a fence that is longer than any run of back quotes in it, so that it cannot end
// early.
std::string fenced(std::string_view text, std::string_view tag, std::size_t bytes_max) {
  const std::string body = bounded(text, bytes_max);
  std::size_t run = 0;
  std::size_t longest = 2;
  for (const char c : body) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(longest + 1, '`');
  const std::string_view line_end = body.ends_with('\n') ? "" : "\n";
  return fence + std::string(tag) + "\n" + body + std::string(line_end) + fence + "\n";
}

// Up to four significant digits: what a model needs of a measurement.
std::string number(double value) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                 std::chars_format::general, 4)
                       .ptr;
  return {buffer.data(), end};
}

std::string with_unit(double value, const std::string& unit) {
  return unit.empty() || unit == "1" ? number(value) : number(value) + " " + unit;
}

std::string line(std::string_view text) {
  return clean_line(text, kLineBytesMax);
}

// A table cell; the bar would begin another.
std::string cell(std::string_view text) {
  std::string out = line(text);
  std::replace(out.begin(), out.end(), '|', '/');
  return out;
}

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
  std::string out;
  for (std::size_t i = 0; i < std::min(words.size(), kPromptRowsMax); ++i) {
    if (i > 0) out += separator;
    out += line(words[i]);
  }
  return words.size() > kPromptRowsMax ? out + std::string(separator) + "[… more …]" : out;
}

std::string more_rows(std::size_t count) {
  if (count <= kPromptRowsMax) return "";
  return "[… " + std::to_string(count - kPromptRowsMax) + " more rows left out …]\n";
}

bool has_action(const Scenario& scenario, std::string_view action) {
  const auto& actions = scenario.actions;
  return std::find(actions.begin(), actions.end(), action) != actions.end();
}

std::string limits_part(const Brief& brief) {
  std::string out = "\n# Limits\n\n- source: 64 KiB, one file\n";
  if (brief.fuel_per_act > 0) {
    out +=
        "- fuel: " + std::to_string(brief.fuel_per_act) +
        " per act; about 1 per operation and turn of a loop, plus what the API says of each "
        "sense. Over it, the act is stopped and the agent's native behaviour acts in its place. "
        "A search over hundreds of cells or entities does not fit: let senses do it, or keep the "
        "work small and go on next tick.\n";
  }
  if (brief.memory_per_agent_bytes > 0) {
    out += "- self.memory: " + std::to_string(brief.memory_per_agent_bytes) +
           " bytes per agent when written out; forget what is old\n";
  }
  return out + "- strings of say: 200 bytes; what collect returns: 1 KiB\n";
}

std::string system_part(const Brief& brief) {
  const bool moves = has_action(*brief.scenario, "move") && has_action(*brief.scenario, "wander");
  std::string out(kRules.substr(1));
  out += limits_part(brief);
  out += kContract;
  out += "\n# A complete policy, to show the form (not a solution)\n\n";
  return out + fenced(moves ? kExample : kStillExample, "lua", kPromptTextBytesMax);
}

std::string metrics_part(const Scenario& scenario) {
  std::string out = "\n# How it is measured\n\n";
  const MetricSpec* judged = scenario.find_metric(scenario.success.metric);
  out += "An episode succeeds when `" + line(scenario.success.metric) + " " +
         line(scenario.success.op) + " " +
         with_unit(scenario.success.value, judged ? judged->unit : "") +
         "`. Success on every seed comes first, then the metrics by weight; those that the goal "
         "speaks of weigh more:\n\n"
         "| metric | unit | better | weight | meaning |\n|---|---|---|---|---|\n";
  for (std::size_t i = 0; i < std::min(scenario.metrics.size(), kPromptRowsMax); ++i) {
    const MetricSpec& metric = scenario.metrics[i];
    out += "| " + cell(metric.name) + " | " + cell(metric.unit) + " | " +
           (metric.better == Better::kHigher ? "higher" : "lower") + " | " + number(metric.weight) +
           " | " + cell(metric.description) + " |\n";
  }
  return out + more_rows(scenario.metrics.size());
}

// "name (agent, 3 of them): speed 2 m/s …": only what is not zero, so that plants stay short.
std::string species_line(const Scenario& scenario, const SpeciesSpec& species) {
  std::uint64_t count = 0;
  std::string place;
  for (const engine::SpawnSpec& spawn : scenario.spawns) {
    if (spawn.species != species.name) continue;
    count += spawn.count;
    place = spawn.place;
  }
  std::string out = "- `" + line(species.name) + "` (" + engine::kind_name(species.kind) + ", " +
                    std::to_string(count) + " at the beginning";
  if (!place.empty() && place != "anywhere") out += ", at " + line(place);
  out += ")";
  std::string separator = ": ";
  const auto add = [&](const char* name, double value, const char* unit) {
    if (value == 0) return;
    out += separator + name + " " + with_unit(value, unit);
    separator = ", ";
  };
  add("speed", species.speed, "m/s");
  if (species.speed > 0) add("that is", species.speed / scenario.tick_rate, "m per tick");
  add("sense_radius", species.sense_radius, "m");
  if (species.kind == engine::Kind::kAgent) add("reach", species.reach, "m");
  add("body radius", species.radius, "m");
  add("hunger grows", species.hunger_rate, "per s");
  add("moving costs energy", species.energy_rate, "per s");
  add("starving costs health", species.starve_rate, "per s at hunger 1");
  add("eaten, it relieves hunger by", species.food_value, "");
  add("grows", species.growth_rate, "per s");
  add("reproduces from energy", species.reproduce_energy, "");
  add("from age", species.reproduce_age_s, "s");
  add("lives", species.lifetime_s, "s");
  add("at most", species.population_max, "of them");
  if (!species.diet.empty()) out += separator + "eats " + joined(species.diet, ", ");
  return out + "\n";
}

std::string scenario_part(const Scenario& scenario) {
  const engine::TerrainSpec& terrain = scenario.terrain;
  std::string out =
      "\n# The world: " + line(scenario.title.empty() ? scenario.name : scenario.title) + "\n\n" +
      bounded(scenario.description, kPromptTextBytesMax) + "\n\n";
  out += "- your policy drives every `" + line(scenario.agent_species) + "`\n";
  out += "- " + number(scenario.tick_rate) + " ticks per second, so `world.dt` is " +
         with_unit(1 / scenario.tick_rate, "s") + "; an episode lasts up to " +
         with_unit(scenario.episode_s, "s") + " = " +
         number(scenario.episode_s * scenario.tick_rate) + " ticks\n";
  out += "- size " + std::to_string(terrain.width) + " x " + std::to_string(terrain.depth) +
         " m, cells of 1 m, cell centres at .5; terrain: " + line(terrain.generator);
  if (terrain.height > 1) out += ", " + std::to_string(terrain.height) + " layers";
  if (terrain.generator == "maze") {
    out += ", other walls with each seed, " + number(100 * terrain.openness) +
           " % of the inner walls removed, so ways may loop";
  }
  out += "\n";
  if (terrain.hazard_density > 0 || scenario.hazard_damage > 0) {
    out += "- hazards: about " + number(100 * terrain.hazard_density) +
           " % of the open cells; standing in one costs " + number(scenario.hazard_damage) +
           " health per s. They can be walked through, walls cannot.\n";
  }
  out += "- actions that exist here: " + joined(scenario.actions, ", ") + "\n\nSpecies:\n\n";
  for (std::size_t i = 0; i < std::min(scenario.species.size(), kPromptRowsMax); ++i) {
    out += species_line(scenario, scenario.species[i]);
  }
  return out + more_rows(scenario.species.size());
}

std::string results_part(const Brief& brief) {
  if (brief.parent_results.empty()) return "";
  const auto& metrics = brief.scenario->metrics;
  const std::size_t columns = std::min(metrics.size(), kPromptRowsMax);
  std::string head = "| seed | success |";
  std::string rule = "|---|---|";
  for (std::size_t i = 0; i < columns; ++i) {
    head += " " + cell(metrics[i].name) + " |";
    rule += "---|";
  }
  std::string out = "\nIts results:\n\n" + head + " faults | note |\n" + rule + "---|---|\n";
  std::size_t successes = 0;
  for (const SeedRow& row : brief.parent_results) successes += row.success ? 1 : 0;
  for (std::size_t r = 0; r < std::min(brief.parent_results.size(), kPromptRowsMax); ++r) {
    const SeedRow& row = brief.parent_results[r];
    out += "| " + std::to_string(row.seed) + " | " + (row.success ? "yes" : "no") + " |";
    for (std::size_t i = 0; i < columns; ++i) {
      out += " " + (i < row.metrics.size() ? number(row.metrics[i]) : "-") + " |";
    }
    out += " " + std::to_string(row.faults) + " | " + cell(row.note) + " |\n";
  }
  out += more_rows(brief.parent_results.size());
  return out + "\n" + std::to_string(successes) + " of " +
         std::to_string(brief.parent_results.size()) + " episodes succeeded.\n";
}

std::string priors_part(const Brief& brief) {
  if (brief.priors.empty()) return "";
  std::string out =
      "\n# Policies of earlier runs that did well\n\nIn this world, for goals like this one. Take "
      "over what is good in them; do better than them.\n";
  for (std::size_t i = 0; i < std::min(brief.priors.size(), kPromptPriorsMax); ++i) {
    const PriorPolicy& prior = brief.priors[i];
    out += "\nFor the goal \"" + line(prior.goal) + "\". Measured on " + line(prior.results) +
           "\n\n" + fenced(prior.source, "lua", kPromptPriorBytesMax);
  }
  return out;
}

std::string parent_part(const Brief& brief) {
  std::string out;
  if (!brief.parent_code.empty()) {
    out +=
        "\n# The best policy so far\n\nImprove on it: keep what works, change what the results "
        "blame.\n\n" +
        fenced(brief.parent_code, "lua", kPromptCodeBytesMax);
  }
  out += results_part(brief);
  if (!brief.critique.empty()) {
    out += "\n# Critique (computed from the episodes)\n\n" +
           bounded(brief.critique, kPromptTextBytesMax) + "\n";
  }
  if (!brief.attempts.empty()) {
    out += "\n# Attempts so far\n\nDo not repeat what lost.\n\n";
    const std::size_t first =
        brief.attempts.size() - std::min(brief.attempts.size(), kPromptRowsMax);
    if (first > 0) out += "[… " + std::to_string(first) + " older ones left out …]\n";
    for (std::size_t i = first; i < brief.attempts.size(); ++i) {
      out += "- " + line(brief.attempts[i]) + "\n";
    }
  }
  return out;
}

std::string refusal_part(const Brief& brief) {
  if (brief.errors.empty() && brief.refused_code.empty()) return "";
  std::string out = "\n# Your last reply was refused\n\n";
  if (!brief.refused_code.empty()) out += fenced(brief.refused_code, "lua", kPromptCodeBytesMax);
  out += "\nWhat is wrong with it:\n\n";
  for (std::size_t i = 0; i < std::min(brief.errors.size(), kPromptErrorsMax); ++i) {
    out += fenced(brief.errors[i], "text", kPromptTextBytesMax);
  }
  if (brief.errors.size() > kPromptErrorsMax) {
    out += "[… " + std::to_string(brief.errors.size() - kPromptErrorsMax) +
           " more errors left out …]\n";
  }
  return out +
         "\nCorrect every one of these, look for the same mistake elsewhere, and send the "
         "whole policy again.\n";
}

std::string user_part(const Brief& brief) {
  const Scenario& scenario = *brief.scenario;
  std::string out = "# Goal\n\n" + fenced(brief.goal, "text", kPromptGoalBytesMax);
  out += metrics_part(scenario);
  out += scenario_part(scenario);
  out += "\n# API\n\n" + bounded(scripting::api_cheat_sheet(scenario), kPromptSheetBytesMax) + "\n";
  out += priors_part(brief);
  out += parent_part(brief);
  out += refusal_part(brief);
  return out +
         "\n# Now\n\nWrite the whole policy for the goal above. One ```lua block, ending with "
         "`return policy`.\n";
}

}  // namespace

ModelRequest build_prompt(const Brief& brief) {
  CHERUB_CHECK(brief.scenario != nullptr);
  return {system_part(brief), user_part(brief)};
}

}  // namespace cherub::abilities::angel
