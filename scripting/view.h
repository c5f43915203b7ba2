#pragma once

#include <cstdint>

#include "engine/intents.h"
#include "engine/senses.h"
#include "engine/world.h"

namespace cherub::scripting {

// The world as the trusted Lua code of prelude/view.lua reads it through FFI: pointers into the
// columns and intent slots, good for one decide phase. The declaration there mirrors this one.
struct View {
  const engine::World* world = nullptr;
  const std::uint32_t* rows = nullptr;  // of the agents to decide for
  std::uint32_t row_count = 0;
  std::uint32_t row = 0;  // of the agent on whose behalf Lua runs
  double tick = 0;
  double dt = 0;
  const std::uint32_t *generation = nullptr, *age = nullptr, *collisions = nullptr;
  const std::uint16_t* species = nullptr;
  const float *x = nullptr, *y = nullptr, *z = nullptr, *heading = nullptr, *health = nullptr,
              *energy = nullptr, *hunger = nullptr, *damage = nullptr;
  const std::uint8_t *move_receipt = nullptr, *ability_receipt = nullptr,
                     *message_receipt = nullptr;
  std::uint8_t* move = nullptr;
  float *move_x = nullptr, *move_y = nullptr, *move_z = nullptr;
  std::uint8_t* ability = nullptr;
  std::uint64_t* ability_target = nullptr;
  std::uint32_t* ready = nullptr;       // by row: 1 + the generation that init has welcomed
  float* fuel = nullptr;                // by row: of the last act
  float* saved_fuel = nullptr;          // by row: what earlier acts left
  double fuel_total = 0, fuel_max = 0;  // of the acts of this phase, and of one act
  decltype(&engine::cherub_sense_nearest) nearest = &engine::cherub_sense_nearest;
  decltype(&engine::cherub_sense_neighbors) neighbors = &engine::cherub_sense_neighbors;
  decltype(&engine::cherub_sense_count) count = &engine::cherub_sense_count;
  decltype(&engine::cherub_sense_tile) tile = &engine::cherub_sense_tile;
  decltype(&engine::cherub_sense_clear) clear = &engine::cherub_sense_clear;
  decltype(&engine::cherub_sense_path) path = &engine::cherub_sense_path;
  decltype(&engine::cherub_sense_target) target = &engine::cherub_sense_target;

  const float* thirst = nullptr;
  const std::uint8_t* role = nullptr;
  decltype(&engine::cherub_sense_heard) heard = &engine::cherub_sense_heard;
  decltype(&engine::cherub_sense_line_of_sight) line_of_sight = &engine::cherub_sense_line_of_sight;
  decltype(&engine::cherub_sense_voxel) voxel = &engine::cherub_sense_voxel;
  decltype(&engine::cherub_sense_offer) offer = &engine::cherub_sense_offer;
  decltype(&engine::cherub_sense_items) items = &engine::cherub_sense_items;
  decltype(&engine::cherub_sense_knows) knows = &engine::cherub_sense_knows;
  decltype(&engine::cherub_sense_cooldown) cooldown = &engine::cherub_sense_cooldown;
  decltype(&engine::cherub_sense_rain) rain = &engine::cherub_sense_rain;
  decltype(&engine::cherub_sense_seen) known = &engine::cherub_sense_seen;
  decltype(&engine::cherub_sense_way) way = &engine::cherub_sense_way;
  decltype(&engine::cherub_sense_frontier) frontier = &engine::cherub_sense_frontier;

  // Of ecosystems; elsewhere null.
  const float* drive = nullptr;
  const std::uint8_t* mode_now = nullptr;
  std::uint8_t* mode = nullptr;
  decltype(&engine::cherub_sense_forage) forage = &engine::cherub_sense_forage;
  decltype(&engine::cherub_sense_blossom) blossom = &engine::cherub_sense_blossom;
  decltype(&engine::cherub_sense_water) water = &engine::cherub_sense_water;
  decltype(&engine::cherub_sense_pause) pause = &engine::cherub_sense_pause;
  decltype(&engine::cherub_sense_colony) colony = &engine::cherub_sense_colony;
  decltype(&engine::cherub_sense_light) light = &engine::cherub_sense_light;
  decltype(&engine::cherub_sense_temperature) temperature = &engine::cherub_sense_temperature;
  // Of villages.
  decltype(&engine::cherub_sense_price) price = &engine::cherub_sense_price;
  decltype(&engine::cherub_sense_owner) owner = &engine::cherub_sense_owner;
  decltype(&engine::cherub_sense_role) role_of = &engine::cherub_sense_role;
  decltype(&engine::cherub_sense_reputation) reputation = &engine::cherub_sense_reputation;
  decltype(&engine::cherub_sense_relationship) relationship = &engine::cherub_sense_relationship;
  decltype(&engine::cherub_sense_stock) stock = &engine::cherub_sense_stock;
  decltype(&engine::cherub_sense_ripe) ripe = &engine::cherub_sense_ripe;

  void look_at(const engine::World& seen);
  void write_to(engine::Intents& intents);
};

}  // namespace cherub::scripting
