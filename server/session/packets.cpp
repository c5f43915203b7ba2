#include "server/session/packets.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/base/json.h"

namespace cherub::server::session {
namespace {

using base::JsonArray;
using base::JsonObject;
using engine::EventKind;
using engine::Kind;
using engine::Outlook;

constexpr double kDecimals = 1e4;

double rounded(double value) {
  return std::round(value * kDecimals) / kDecimals;
}

std::string place_json(const EntityCopy& entity) {
  return JsonArray()
      .add(rounded(double{entity.x}))
      .add(rounded(double{entity.y}))
      .add(rounded(double{entity.z}))
      .text();
}

std::string drive_json(const Outlook& outlook) {
  JsonObject drive;
  const auto add = [&](const char* name, float value) { drive.add(name, rounded(double{value})); };
  if (outlook.kind == Kind::kPlant) {
    add("hydration", outlook.hydration);
    add("health", outlook.health);
    add("growth", outlook.growth);
    add("nutrients", outlook.nutrients);
  } else {
    add("hunger", outlook.hunger);
    add("energy", outlook.energy);
    add("hydration", outlook.hydration);
    add("health", outlook.health);
    add("reproduction", outlook.drive);
  }
  return drive.text();
}

// Flags that are not set are left out.
void add_flags(JsonObject& json, const Outlook& outlook) {
  const auto add = [&](const char* name, bool set) {
    if (set) json.add(name, true);
  };
  add("can_consume", outlook.can_consume);
  add("can_predate", outlook.can_predate);
  add("can_pollinate", outlook.can_pollinate);
  add("can_drink", outlook.can_drink);
  add("repro_eligible", outlook.repro_eligible);
  add("spread_eligible", outlook.spread_eligible);
}

std::string update_json(const EntityCopy& entity, bool ack) {
  const Outlook& outlook = entity.outlook;
  JsonObject json;
  json.add("id", entity.id)
      .add("state", engine::conduct_name(outlook.conduct))
      .raw("position", place_json(entity));
  if (outlook.kind == Kind::kAgent || outlook.kind == Kind::kPlant) {
    json.raw("drive", drive_json(outlook));
  }
  if (outlook.kind == Kind::kAgent) {
    JsonArray style;
    for (const float part :
         {outlook.style.pace, outlook.style.caution, outlook.style.posture, outlook.style.social}) {
      style.add(rounded(double{part}));
    }
    json.raw("style", style.text());
  }
  add_flags(json, outlook);
  if (ack) json.add("ack", true);
  return json.text();
}

// The species that eat this one.
std::string threats_json(const engine::Scenario& scenario, const std::string& name) {
  JsonArray threats;
  for (const engine::SpeciesSpec& other : scenario.species) {
    if (std::find(other.diet.begin(), other.diet.end(), name) != other.diet.end()) {
      threats.add(other.name);
    }
  }
  return threats.text();
}

std::string diet_json(const engine::SpeciesSpec& species) {
  JsonArray diet;
  for (std::size_t i = 0; i < species.diet.size(); ++i) {
    diet.raw(JsonArray().add(species.diet[i]).raw(std::to_string(i + 1)).text());
  }
  return diet.text();
}

std::vector<std::string> names_of(const engine::Scenario& scenario) {
  std::vector<std::string> names;
  for (const engine::SpeciesSpec& species : scenario.species) names.push_back(species.name);
  return names;
}

std::string list_json(const std::vector<std::string>& objects) {
  std::string text = "[";
  for (const std::string& object : objects) text += (text.size() > 1 ? "," : "") + object;
  return text + "]";
}

}  // namespace

std::string species_json(const engine::Scenario& scenario) {
  JsonArray all;
  for (const engine::SpeciesSpec& species : scenario.species) {
    JsonArray flowers;
    for (const std::string& flower : species.pollinates) flowers.add(flower);
    const bool breeds_in_pairs = scenario.environment && species.kind == Kind::kAgent;
    all.raw(JsonObject()
                .add("type", species.name)
                .add("kind", engine::kind_name(species.kind))
                .add("movement_speed", species.speed)
                .add("sense_radius", species.sense_radius)
                .raw("diet", diet_json(species))
                .raw("flee_targets", threats_json(scenario, species.name))
                .add("pollinator", !species.pollinates.empty())
                .raw("pollination_targets", flowers.text())
                .raw("roost_affinity",
                     species.roost.empty() ? "null" : base::json_string(species.roost))
                .raw("mating_radius",
                     breeds_in_pairs ? base::json_number(species.mating_radius) : "null")
                .text());
  }
  return all.text();
}

std::string water_json(const engine::Scenario& scenario) {
  JsonArray ponds;
  if (!scenario.environment) return ponds.text();
  for (const engine::WaterSource& pond : scenario.environment->water) {
    ponds.raw(JsonObject().add("x", pond.x).add("y", pond.y).add("radius", pond.radius).text());
  }
  return ponds.text();
}

PacketMaker::PacketMaker(const engine::Scenario& scenario, std::string session_id)
    : species_names_(names_of(scenario)),
      width_(scenario.terrain.width),
      depth_(scenario.terrain.depth),
      tick_s_(1 / scenario.tick_rate),
      session_id_(std::move(session_id)) {}

void PacketMaker::start_over() {
  events_.clear();
  event_bytes_ = 0;
  acks_.clear();
  told_.clear();
  packets_ = 0;
  told_voxels_.reset();
  pending_ = newest_ != nullptr;
}

void PacketMaker::take(std::shared_ptr<const TickCopy> copy) {
  for (const engine::Event& event : copy->events) {
    if (event.kind == EventKind::kPositionRefused) {
      acks_.insert(event.entity.packed());
      continue;
    }
    events_.push_back(event_json(event, copy->tick));
    event_bytes_ += events_.back().size();
  }
  newest_ = std::move(copy);
  pending_ = true;
}

std::string PacketMaker::event_json(const engine::Event& event, base::Tick tick) const {
  JsonObject json;
  json.add("type", engine::event_name(event.kind)).add("tick", tick);
  json.add("source", event.entity.packed());
  if (event.species < species_names_.size()) json.add("species", species_names_[event.species]);
  if (event.other != engine::EntityId{}) json.add("target", event.other.packed());
  json.raw("position",
           JsonArray().add(rounded(double{event.x})).add(rounded(double{event.y})).text());
  if (event.kind == EventKind::kDeath) {
    const auto cause = static_cast<engine::DeathCause>(event.value);
    json.add("cause", engine::death_cause_name(cause));
  } else if (event.kind == EventKind::kClientEvent) {
    const std::size_t space = event.text.find(' ');
    json.add("kind", event.text.substr(0, space)).add("outcome", event.text.substr(space + 1));
    return json.text();
  } else if (event.value != 0 && event.kind != EventKind::kSpawn) {
    json.add("value", event.value);
  }
  if (!event.text.empty()) json.add("text", event.text);
  return json.text();
}

std::string PacketMaker::spawn_json(const EntityCopy& entity) const {
  return JsonObject()
      .add("id", entity.id)
      .add("type", species_names_[entity.species])
      .raw("position", place_json(entity))
      .text();
}

// Who was told of and is not there any more, by id.
std::string PacketMaker::removals_json() {
  std::vector<std::uint64_t> gone;
  for (const auto& [id, told] : told_) {
    if (told.packet != packets_) gone.push_back(id);
  }
  std::sort(gone.begin(), gone.end());
  std::string text = "[";
  for (const std::uint64_t id : gone) {
    text += (text.size() > 1 ? "," : "") + std::to_string(id);
    told_.erase(id);
  }
  return text + "]";
}

std::string PacketMaker::voxels_json() {
  if (told_voxels_ == newest_->voxels) return "[]";
  std::string text = "[";
  const std::vector<std::uint8_t>& now = *newest_->voxels;
  for (std::size_t i = 0; i < now.size(); ++i) {
    const std::uint8_t before = told_voxels_ ? (*told_voxels_)[i] : 0;
    if (before == now[i]) continue;
    const std::size_t x = i % width_, y = i / width_ % depth_, z = i / width_ / depth_;
    text += (text.size() > 1 ? ",[" : "[") + std::to_string(x) + "," + std::to_string(y) + "," +
            std::to_string(z) + "," + std::to_string(now[i]) + "]";
  }
  told_voxels_ = newest_->voxels;
  return text + "]";
}

std::string PacketMaker::make(std::string_view telemetry) {
  const bool first = packets_++ == 0;
  std::vector<std::string> updates, spawns;
  for (const EntityCopy& entity : newest_->entities) {
    Told& told = told_[entity.id];
    const bool is_new = told.packet == 0;
    told.packet = packets_;
    if (is_new) spawns.push_back(spawn_json(entity));
    const bool ack = acks_.contains(entity.id);
    if (!is_new && !ack && told.copy == entity) continue;
    told.copy = entity;
    updates.push_back(update_json(entity, ack));
  }
  acks_.clear();
  const base::Tick ticks = first ? 1 : newest_->tick - last_tick_;
  last_tick_ = newest_->tick;
  JsonObject packet;
  packet.add("type", "tick")
      .add("tick", newest_->tick)
      .add("dt", static_cast<double>(ticks) * tick_s_)
      .add("session_id", session_id_)
      .raw("entities", list_json(updates))
      .raw("spawns", list_json(spawns))
      .raw("removals", removals_json())
      .raw("events", list_json(events_))
      .raw("voxel_deltas", voxels_json());
  if (!telemetry.empty()) packet.raw("telemetry", telemetry);
  events_.clear();
  event_bytes_ = 0;
  pending_ = false;
  return packet.text();
}

}  // namespace cherub::server::session
