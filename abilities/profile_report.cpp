#include "abilities/profile_report.h"

#include <cmath>

#include "abilities/agent_report.h"

namespace cherub::abilities {
namespace {

std::string left(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}
std::string right(const std::string& text, std::size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

base::JsonObject spread_json(const TimeSpread& spread, const char* phase = nullptr) {
  base::JsonObject json;
  if (phase != nullptr) json.add("phase", phase);
  return json.add("mean_ms", spread.mean)
      .add("p50_ms", spread.p50)
      .add("p99_ms", spread.p99)
      .add("max_ms", spread.max);
}

std::string spread_row(const std::string& name, const TimeSpread& spread) {
  std::string row = "  " + left(name, 10);
  for (const double value : {spread.mean, spread.p50, spread.p99, spread.max}) {
    row += right(short_text(value), 11);
  }
  return row + "\n";
}

void add_ticks(const ProfileSources& sources, base::JsonObject& json, std::string& text) {
  const TickProfile& ticks = *sources.ticks;
  text += "  " + left("ms", 10) + right("mean", 11) + right("p50", 11) + right("p99", 11) +
          right("max", 11) + "\n";
  base::JsonArray phases;
  for (int i = 0; i < engine::kPhaseCount; ++i) {
    const auto phase = static_cast<engine::Phase>(i);
    const TimeSpread spread = ticks.phase(phase);
    phases.raw(spread_json(spread, engine::phase_name(phase)).text());
    text += spread_row(engine::phase_name(phase), spread);
  }
  const TimeSpread total = ticks.total();
  text += spread_row("tick", total);
  json.add("window_ticks", ticks.ticks())
      .add("ticks_per_s", ticks.ticks_per_s())
      .raw("tick_ms", spread_json(total).text())
      .raw("phases", phases.text());
  text += "over the last " + std::to_string(ticks.ticks()) + " ticks; " +
          short_text(std::round(ticks.ticks_per_s() * 10) / 10) + " ticks/s reached\n";
}

void add_world(const ProfileSources& sources, base::JsonObject& json, std::string& text) {
  const engine::World& world = *sources.world;
  const auto number_or_null = [](const std::optional<double>& value) {
    return value ? base::json_number(*value) : std::string("null");
  };
  json.add("tick", world.tick())
      .add("paused", sources.paused)
      .raw("rate_hz", number_or_null(sources.rate_hz))
      .raw("budget_ms", number_or_null(sources.budget_ms))
      .add("alive", world.alive_count());
  text += "tick " + std::to_string(world.tick()) + (sources.paused ? ", paused" : "") + ", rate " +
          (sources.rate_hz ? short_text(*sources.rate_hz) + " Hz" : "max") + ", budget " +
          (sources.budget_ms ? short_text(*sources.budget_ms) + " ms" : "off") + "\n";
  if (sources.ticks != nullptr) add_ticks(sources, json, text);
  base::JsonObject species;
  text += "alive: " + std::to_string(world.alive_count());
  for (std::size_t i = 0; i < world.scenario().species.size(); ++i) {
    const auto count = world.alive_count(static_cast<engine::SpeciesIndex>(i));
    species.add(world.scenario().species[i].name, count);
    text += (i == 0 ? " (" : ", ") + world.scenario().species[i].name + " " + std::to_string(count);
  }
  text += ")\n";
  json.raw("species", species.text());
}

void add_versions(const ProfileSources& sources, base::JsonObject& json, std::string& text) {
  base::JsonArray versions;
  for (const scripting::VersionStats& version : sources.versions) {
    const scripting::PolicyStats& use = version.stats;
    const double mean = use.acts > 0 ? double(use.fuel) / double(use.acts) : 0;
    base::JsonObject faults;
    std::string fault_text;
    for (int i = 0; i < scripting::kFaultKindCount; ++i) {
      const char* const name = scripting::fault_name(static_cast<scripting::FaultKind>(i));
      const std::uint64_t count = use.faults[static_cast<std::size_t>(i)];
      faults.add(name, count);
      if (count > 0) fault_text += " " + std::string(name) + " " + std::to_string(count);
    }
    versions.raw(base::JsonObject()
                     .add("sha256", version.sha256)
                     .add("since_tick", version.since)
                     .add("agents", version.agents)
                     .add("acts", use.acts)
                     .add("fuel_mean", mean)
                     .add("fuel_max", use.fuel_max)
                     .raw("faults", faults.text())
                     .text());
    text += "script " + version.sha256.substr(0, 12) + " since tick " +
            std::to_string(version.since) + ": " + std::to_string(version.agents) + " agents, " +
            std::to_string(use.acts) + " acts, fuel per act " + short_text(mean) + " mean, " +
            std::to_string(use.fuel_max) +
            " max, faults:" + (fault_text.empty() ? " none" : fault_text) + "\n";
  }
  json.raw("scripts", versions.text());
}

void add_model(const ProfileSources& sources, base::JsonObject& json, std::string& text) {
  if (sources.ledger == nullptr) {
    json.raw("model", "null");
    text += "model: none";
    return;
  }
  json.raw("model", sources.ledger->json());
  text += "model";
  const LedgerState state = sources.ledger->state();
  for (const auto& [model, use] : state.models) text += " " + model;
  const Use& use = state.use;
  text += ": " + std::to_string(use.calls) + " calls, " + std::to_string(use.errors) + " errors, " +
          std::to_string(use.tokens_in) + " tokens in, " + std::to_string(use.tokens_out) +
          " out, " + (use.unpriced > 0 ? "cost unknown" : "cost " + micros_text(use.cost)) + ", " +
          short_text(double(use.wall_ms) / 1000) + " s";
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

ConsoleReply profile_report(const ProfileSources& sources) {
  ConsoleReply reply;
  base::JsonObject json;
  if (sources.world != nullptr) {
    add_world(sources, json, reply.text);
    add_versions(sources, json, reply.text);
  } else {
    reply.text = "No live world yet.\n";
  }
  add_model(sources, json, reply.text);
  reply.json = json.text();
  return reply;
}

ConsoleReply scenario_report(const engine::Scenario& scenario) {
  ConsoleReply reply;
  reply.text = scenario.name + ": " + scenario.title + "\n" + scenario.description;
  if (!reply.text.empty() && reply.text.back() != '\n') reply.text += "\n";
  reply.text += "tick: " + short_text(1 / scenario.tick_rate) + " s; " +
                std::to_string(scenario.terrain.width) + " x " +
                std::to_string(scenario.terrain.depth) + " m, " + scenario.terrain.generator +
                "\nspecies:\n";
  base::JsonArray species, actions, metrics;
  for (const engine::SpeciesSpec& spec : scenario.species) {
    base::JsonArray diet;
    for (const std::string& food : spec.diet) diet.add(food);
    species.raw(base::JsonObject()
                    .add("name", spec.name)
                    .add("kind", engine::kind_name(spec.kind))
                    .add("speed", spec.speed)
                    .add("sense_radius", spec.sense_radius)
                    .add("reach", spec.reach)
                    .raw("diet", diet.text())
                    .text());
    reply.text += "  " + left(spec.name, 12) + left(engine::kind_name(spec.kind), 8);
    if (spec.kind == engine::Kind::kAgent) {
      reply.text += short_text(spec.speed) + " m/s, senses " + short_text(spec.sense_radius) +
                    " m, reaches " + short_text(spec.reach) + " m";
    }
    if (!spec.diet.empty()) reply.text += ", eats " + joined(spec.diet);
    if (spec.name == scenario.agent_species) reply.text += " (driven by the policy)";
    reply.text += "\n";
  }
  for (const std::string& action : scenario.actions) actions.add(action);
  reply.text += "actions: " + joined(scenario.actions) + "\nmetrics:\n";
  for (const engine::MetricSpec& metric : scenario.metrics) {
    const char* const better = metric.better == engine::Better::kHigher ? "higher" : "lower";
    metrics.raw(base::JsonObject()
                    .add("name", metric.name)
                    .add("unit", metric.unit)
                    .add("better", better)
                    .add("description", metric.description)
                    .text());
    reply.text += "  " + left(metric.name, 22) + left(metric.unit, 6) + left(better, 8) +
                  metric.description + "\n";
  }
  reply.text += "success: " + scenario.success.metric + " " + scenario.success.op + " " +
                short_text(scenario.success.value);
  reply.json = base::JsonObject()
                   .add("name", scenario.name)
                   .add("title", scenario.title)
                   .add("description", scenario.description)
                   .add("tick_rate", scenario.tick_rate)
                   .add("width", scenario.terrain.width)
                   .add("depth", scenario.terrain.depth)
                   .add("agent_species", scenario.agent_species)
                   .raw("species", species.text())
                   .raw("actions", actions.text())
                   .raw("metrics", metrics.text())
                   .raw("success", base::JsonObject()
                                       .add("metric", scenario.success.metric)
                                       .add("op", scenario.success.op)
                                       .add("value", scenario.success.value)
                                       .text())
                   .text();
  return reply;
}

}  // namespace cherub::abilities
