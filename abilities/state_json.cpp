#include "abilities/state_json.h"

#include <vector>

#include "abilities/agent_report.h"
#include "engine/base/hash.h"
#include "engine/base/json.h"

namespace cherub::abilities {
namespace {

template <class Value>
std::string column_json(const std::vector<Value>& column, const std::vector<std::uint8_t>& alive) {
  base::JsonArray json;
  for (std::size_t row = 0; row < alive.size(); ++row) {
    if (alive[row] == 0) continue;
    if constexpr (std::is_same_v<Value, float>) {
      json.raw(float_json(column[row]));
    } else {
      json.raw(std::to_string(column[row]));
    }
  }
  return json.text();
}

std::string entities_json(const engine::Columns& c) {
  std::vector<std::uint32_t> rows(c.size());
  for (std::size_t row = 0; row < rows.size(); ++row) rows[row] = static_cast<std::uint32_t>(row);
  base::JsonObject json;
  const auto add = [&](const char* name, const auto& column) {
    json.raw(name, column_json(column, c.alive));
  };
  add("row", rows);
  add("generation", c.generation);
  add("species", c.species);
  add("script", c.script);
  add("x", c.x);
  add("y", c.y);
  add("z", c.z);
  add("heading", c.heading);
  add("health", c.health);
  add("energy", c.energy);
  add("hunger", c.hunger);
  add("age", c.age);
  add("collisions", c.collisions);
  add("damage", c.damage);
  add("travelled", c.travelled);
  add("reached", c.reached);
  add("move_receipt", c.move_receipt);
  add("ability_receipt", c.ability_receipt);
  add("message_receipt", c.message_receipt);
  return json.text();
}

}  // namespace

std::string state_json(const engine::World& world) {
  const engine::Scenario& scenario = world.scenario();
  base::JsonObject species;
  for (std::size_t i = 0; i < scenario.species.size(); ++i) {
    species.add(scenario.species[i].name, world.alive_count(static_cast<engine::SpeciesIndex>(i)));
  }
  base::JsonArray scripts;
  for (const engine::ScriptSlot& slot : world.script_slots()) {
    scripts.raw(base::JsonObject().add("slot", slot.name).add("sha256", slot.sha256).text());
  }
  return base::JsonObject()
      .add("tick", world.tick())
      .add("seed", std::to_string(world.seed()))  // beyond 2^53 a JSON number is not exact
      .add("scenario", scenario.name)
      .add("hash", base::hex64(world.state_hash()))
      .raw("weather", base::JsonObject().add("rain_intensity", world.rain_intensity()).text())
      .raw("species", species.text())
      .raw("scripts", scripts.text())
      .raw("entities", entities_json(world.columns()))
      .text();
}

}  // namespace cherub::abilities
