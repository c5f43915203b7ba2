#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/events.h"
#include "engine/outlook.h"
#include "engine/world.h"

namespace cherub::server::session {

// An entity as clients are told of it.
struct EntityCopy {
  std::uint64_t id = 0;  // EntityId::packed
  engine::SpeciesIndex species = 0;
  float x = 0, y = 0, z = 0;  // m
  engine::Outlook outlook;
  bool operator==(const EntityCopy&) const = default;
};

// What one tick of a world shows to clients, taken by the thread that ticks and never changed.
struct TickCopy {
  base::Tick tick = 0;               // that was done
  std::vector<EntityCopy> entities;  // who lives, by row
  std::vector<engine::Event> events;
  std::shared_ptr<const std::vector<std::uint8_t>> voxels;  // shared while nothing changes
};

// `previous`: the copy before, whose voxels are shared if they are the same; may be null.
std::shared_ptr<const TickCopy> copy_tick(const engine::World& world,
                                          const engine::TickReport& report,
                                          const TickCopy* previous);

}  // namespace cherub::server::session
