#include "abilities/step_log.h"

#include <cmath>

#include "engine/base/json.h"

namespace cherub::abilities {
namespace {

double distance_to_target(const engine::World& world, std::uint32_t row) {
  const engine::Sighting* target = world.target();
  if (target == nullptr) return std::nan("");
  const double dx = target->x - static_cast<double>(world.columns().x[row]);
  const double dy = target->y - static_cast<double>(world.columns().y[row]);
  return std::sqrt(dx * dx + dy * dy);
}

// Logs are read by people: a tenth of a millimetre is plenty, and it keeps the lines short.
double rounded(double value) {
  return std::round(value * 1e4) / 1e4;
}

const char* receipt_text(std::uint8_t receipt) {
  return engine::receipt_name(static_cast<engine::Receipt>(receipt));
}

}  // namespace

std::optional<std::uint32_t> followed_row(const engine::World& world) {
  const auto rows = world.agent_rows();
  if (rows.empty()) return std::nullopt;
  return rows.front();
}

StepLog::StepLog(const engine::World& world) {
  if (const auto row = followed_row(world)) {
    followed_id_ = world.id_of(*row).packed();
    last_travelled_ = static_cast<double>(world.columns().travelled[*row]);
  }
}

std::optional<StepFacts> StepLog::observe(const engine::World& world) {
  if (!followed_id_ || !world.exists(base::EntityId::unpack(*followed_id_))) {
    const auto next = followed_row(world);
    if (!next) return std::nullopt;
    followed_id_ = world.id_of(*next).packed();
    last_travelled_ = static_cast<double>(world.columns().travelled[*next]);
  }
  const engine::Columns& columns = world.columns();
  const std::uint32_t row = base::EntityId::unpack(*followed_id_).index;
  StepFacts facts;
  facts.t = static_cast<double>(world.tick()) * world.tick_s();
  facts.row = row;
  facts.x = static_cast<double>(columns.x[row]);
  facts.y = static_cast<double>(columns.y[row]);
  facts.heading = static_cast<double>(columns.heading[row]);
  const double travelled = static_cast<double>(columns.travelled[row]);
  facts.speed = (travelled - last_travelled_) / world.tick_s();
  last_travelled_ = travelled;
  facts.collisions = columns.collisions[row];
  facts.distance_to_target = distance_to_target(world, row);
  facts.health = static_cast<double>(columns.health[row]);
  facts.energy = static_cast<double>(columns.energy[row]);
  facts.hunger = static_cast<double>(columns.hunger[row]);
  facts.move_receipt = columns.move_receipt[row];
  facts.ability_receipt = columns.ability_receipt[row];
  facts.alive_agents = static_cast<std::uint32_t>(world.agent_rows().size());
  return facts;
}

std::string step_members(const StepFacts& facts) {
  const std::string object = base::JsonObject()
                                 .add("t", rounded(facts.t))
                                 .add("agent", facts.row)
                                 .add("x", rounded(facts.x))
                                 .add("y", rounded(facts.y))
                                 .add("heading", rounded(facts.heading))
                                 .add("speed", rounded(facts.speed))
                                 .add("collisions", facts.collisions)
                                 .add("distance_to_target", rounded(facts.distance_to_target))
                                 .add("health", rounded(facts.health))
                                 .add("energy", rounded(facts.energy))
                                 .add("hunger", rounded(facts.hunger))
                                 .add("move", receipt_text(facts.move_receipt))
                                 .add("ability", receipt_text(facts.ability_receipt))
                                 .add("agents", facts.alive_agents)
                                 .text();
  return object.substr(1, object.size() - 2);
}

std::string step_line(const StepFacts& facts, const std::vector<std::string>& notes,
                      const std::string& collected) {
  std::string line = "{" + step_members(facts);
  if (!notes.empty()) {
    base::JsonArray texts;
    for (const std::string& note : notes) texts.add(note);
    line += ",\"notes\":" + texts.text();
  }
  if (!collected.empty() && collected != "null") line += ",\"collect\":" + collected;
  return line + "}\n";
}

std::vector<std::string> notes_of_row(const std::vector<std::string>& notes, std::uint32_t row) {
  const std::string prefix = std::to_string(row) + " ";
  std::vector<std::string> texts;
  for (const std::string& note : notes) {
    if (note.starts_with(prefix)) texts.push_back(note.substr(prefix.size()));
  }
  return texts;
}

}  // namespace cherub::abilities
