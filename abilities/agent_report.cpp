#include "abilities/agent_report.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <vector>

namespace cherub::abilities {
namespace {

struct Field {
  const char* name;
  const char* unit;
  std::string json;
};

std::string ref_text(base::EntityId id) {
  return std::to_string(id.index) + ":" + std::to_string(id.generation);
}

const char* receipt_text(std::uint8_t receipt) {
  return engine::receipt_name(static_cast<engine::Receipt>(receipt));
}

std::vector<Field> column_fields(const engine::World& world, std::uint32_t row) {
  const engine::Columns& c = world.columns();
  const double age_s = c.age[row] * world.tick_s();
  return {{"x", "m", float_json(c.x[row])},
          {"y", "m", float_json(c.y[row])},
          {"z", "m", float_json(c.z[row])},
          {"heading", "rad", float_json(c.heading[row])},
          {"health", "1", float_json(c.health[row])},
          {"energy", "1", float_json(c.energy[row])},
          {"hunger", "1", float_json(c.hunger[row])},
          {"age", "ticks", std::to_string(c.age[row])},
          {"age_s", "s", short_text(age_s)},
          {"collisions", "bumps", std::to_string(c.collisions[row])},
          {"damage", "1", float_json(c.damage[row])},
          {"travelled", "m", float_json(c.travelled[row])},
          {"reached", "bool", c.reached[row] != 0 ? "true" : "false"}};
}

// What it asked for in the last tick. A row that was given to a newborn since then still holds what
// its former owner asked for.
std::string intents_json(const engine::World& world, std::uint32_t row) {
  const engine::Intents& intents = world.intents();
  const engine::SpeciesIndex species = world.columns().species[row];
  const bool acts = world.scenario().species[species].kind == engine::Kind::kAgent;
  if (!acts || row >= intents.move.size() || world.columns().age[row] == 0) return "null";
  const auto move = static_cast<engine::MoveKind>(intents.move[row]);
  base::JsonObject json;
  json.add("move", move_name(move));
  if (move == engine::MoveKind::kBy || move == engine::MoveKind::kTo) {
    json.raw("x", float_json(intents.move_x[row]))
        .raw("y", float_json(intents.move_y[row]))
        .raw("z", float_json(intents.move_z[row]));
  }
  const auto ability = static_cast<engine::AbilityKind>(intents.ability[row]);
  json.add("ability", ability_name(ability));
  if (ability == engine::AbilityKind::kEat) json.add("target", intents.ability_target[row]);
  const auto said =
      std::find_if(intents.messages.begin(), intents.messages.end(),
                   [&](const engine::Intents::Message& message) { return message.row == row; });
  if (said != intents.messages.end()) json.add("message", said->text);
  return json.text();
}

std::string receipts_json(const engine::Columns& columns, std::uint32_t row) {
  return base::JsonObject()
      .add("move", receipt_text(columns.move_receipt[row]))
      .add("ability", receipt_text(columns.ability_receipt[row]))
      .add("message", receipt_text(columns.message_receipt[row]))
      .text();
}

std::string script_of(const engine::World& world, std::uint32_t row) {
  const std::uint16_t slot = world.columns().script[row];
  return slot < world.script_slots().size() ? world.script_slots()[slot].sha256 : std::string();
}

// What it can do and has, where there is such a thing.
std::string society_json(const engine::World& world, std::uint32_t row) {
  const engine::Scenario& scenario = world.scenario();
  const std::uint8_t role = world.columns().role[row];
  const engine::AbilityMask known = world.known_abilities(row);
  base::JsonArray abilities;
  base::JsonObject cooldowns, hands;
  for (std::size_t i = 0; i < world.abilities().size(); ++i) {
    if ((known >> i & 1) == 0) continue;
    const std::string& name = world.abilities()[i].name;
    abilities.add(name);
    const double left = world.cooldown_left_s(row, static_cast<engine::AbilityIndex>(i));
    if (left > 0) cooldowns.add(name, left);
  }
  for (const engine::ItemCount& some : world.items_of(row)) {
    hands.add(scenario.species[some.item].name, some.count);
  }
  base::JsonObject json;
  if (role < scenario.roles.size()) json.add("role", scenario.roles[role].name);
  return json.raw("abilities", abilities.text())
      .raw("cooldowns", cooldowns.text())
      .raw("hands", hands.text())
      .text();
}

}  // namespace

const char* move_name(engine::MoveKind kind) {
  switch (kind) {
    case engine::MoveKind::kNone:
      return "none";
    case engine::MoveKind::kBy:
      return "move";
    case engine::MoveKind::kTo:
      return "move_to";
    case engine::MoveKind::kWander:
      return "wander";
    case engine::MoveKind::kTurn:
      return "turn";
  }
  return "unknown";
}

const char* ability_name(engine::AbilityKind kind) {
  switch (kind) {
    case engine::AbilityKind::kNone:
      return "none";
    case engine::AbilityKind::kEat:
      return "eat";
    case engine::AbilityKind::kReproduce:
      return "reproduce";
    case engine::AbilityKind::kRest:
      return "rest";
    case engine::AbilityKind::kUse:
      return "use";
    case engine::AbilityKind::kDrink:
      return "drink";
    case engine::AbilityKind::kPollinate:
      return "pollinate";
  }
  return "unknown";
}

std::string float_json(float value) {
  if (!std::isfinite(value)) return "null";
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

std::string short_text(double value) {
  std::array<char, 64> buffer{};
  const int length = std::snprintf(buffer.data(), buffer.size(), "%.3f", value);
  std::string text(buffer.data(), std::size_t(std::clamp(length, 0, int(buffer.size()) - 1)));
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

base::Result<base::EntityId> find_entity(const engine::World& world, EntityRef ref) {
  const engine::Columns& columns = world.columns();
  const auto missing = [&](const std::string& why) {
    return base::Error{base::ErrorCode::kNotFound, why, "id"};
  };
  if (ref.row >= columns.size()) {
    return missing("There is no row " + std::to_string(ref.row) + "; this world has " +
                   std::to_string(columns.size()) + ", from 0.");
  }
  const bool lives = columns.alive[ref.row] != 0;
  const base::EntityId now{ref.row, columns.generation[ref.row]};
  if (lives && ref.generation.value_or(now.generation) == now.generation) return now;
  const std::string asked =
      ref.generation ? ref_text({ref.row, *ref.generation}) : "row " + std::to_string(ref.row);
  return missing("Nobody lives as " + asked + " any more" +
                 (lives ? "; the row now belongs to " + ref_text(now) + "." : "."));
}

std::string entity_name(const engine::World& world, base::EntityId id) {
  return world.scenario().species[world.columns().species[id.index]].name + " " + ref_text(id);
}

ConsoleReply debug_agent(const engine::World& world, scripting::PolicyHost& host,
                         base::EntityId id) {
  const engine::Columns& columns = world.columns();
  const std::uint32_t row = id.index;
  const std::string intents = intents_json(world, row);
  const std::string receipts = receipts_json(columns, row);
  const std::string slot_sha256 = script_of(world, row), driver = host.version_of(id);
  const std::string sha256 = slot_sha256.empty() || driver.empty() ? slot_sha256 : driver;
  const std::uint64_t saved_fuel = sha256.empty() ? 0 : host.saved_fuel(id);
  const std::string memory = sha256.empty() ? "null" : host.memory_json(id);
  const std::uint64_t fuel = sha256.empty() ? 0 : host.last_fuel(id);

  ConsoleReply reply;
  base::JsonObject values, units;
  reply.text = entity_name(world, id) + " (id " + std::to_string(id.packed()) + ") at tick " +
               std::to_string(world.tick()) + "\n";
  for (const Field& field : column_fields(world, row)) {
    values.raw(field.name, field.json);
    units.add(field.name, field.unit);
    std::string name(field.name);
    name.resize(12, ' ');
    reply.text += "  " + name + field.json +
                  (std::string_view(field.unit) == "1" || std::string_view(field.unit) == "bool"
                       ? ""
                       : std::string(" ") + field.unit) +
                  "\n";
  }
  reply.text += "  intents     " + intents + "\n  receipts    " + receipts + "\n";
  const std::string society = society_json(world, row);
  if (!world.abilities().empty()) reply.text += "  society     " + society + "\n";
  if (sha256.empty()) {
    reply.text += "  script      none: native behaviour";
  } else {
    reply.text += "  memory      " + memory + "\n  fuel        " + std::to_string(fuel) +
                  " in the last act, " + std::to_string(saved_fuel) + " saved\n  script      " +
                  sha256.substr(0, 12);
  }
  reply.json = base::JsonObject()
                   .add("id", id.packed())
                   .add("row", row)
                   .add("generation", id.generation)
                   .add("species", world.scenario().species[columns.species[row]].name)
                   .add("tick", world.tick())
                   .raw("columns", values.text())
                   .raw("units", units.text())
                   .raw("memory", memory)
                   .raw("intents", intents)
                   .raw("receipts", receipts)
                   .raw("society", society)
                   .add("fuel", fuel)
                   .add("saved_fuel", saved_fuel)
                   .add("script", sha256)
                   .text();
  return reply;
}

base::JsonObject follow_facts(const engine::World& world, const scripting::PolicyHost& host,
                              base::EntityId id) {
  const engine::Columns& columns = world.columns();
  const std::uint32_t row = id.index;
  base::JsonObject json;
  json.add("state", "alive")
      .add("tick", world.tick())
      .add("id", id.packed())
      .add("name", entity_name(world, id))
      .raw("x", float_json(columns.x[row]))
      .raw("y", float_json(columns.y[row]))
      .raw("heading", float_json(columns.heading[row]))
      .raw("health", float_json(columns.health[row]))
      .raw("energy", float_json(columns.energy[row]))
      .raw("hunger", float_json(columns.hunger[row]))
      .raw("intents", intents_json(world, row))
      .raw("receipts", receipts_json(columns, row))
      .add("fuel", script_of(world, row).empty() ? 0 : host.last_fuel(id));
  return json;
}

}  // namespace cherub::abilities
