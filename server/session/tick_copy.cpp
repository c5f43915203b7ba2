#include "server/session/tick_copy.h"

namespace cherub::server::session {
namespace {

// What the world's own business is, or what every creature does all the time.
bool concerns_clients(engine::EventKind kind) {
  switch (kind) {
    case engine::EventKind::kCollision:
    case engine::EventKind::kReload:
    case engine::EventKind::kFault:
    case engine::EventKind::kPositionAbsorbed:
      return false;
    default:
      return true;
  }
}

}  // namespace

std::shared_ptr<const TickCopy> copy_tick(const engine::World& world,
                                          const engine::TickReport& report,
                                          const TickCopy* previous) {
  auto copy = std::make_shared<TickCopy>();
  copy->tick = report.tick;
  const engine::Columns& columns = world.columns();
  copy->entities.reserve(world.alive_count());
  for (std::uint32_t row = 0; row < columns.size(); ++row) {
    if (columns.alive[row] == 0) continue;
    copy->entities.push_back({world.id_of(row).packed(), columns.species[row], columns.x[row],
                              columns.y[row], columns.z[row], engine::outlook_of(world, row)});
  }
  for (const engine::Event& event : report.events) {
    if (concerns_clients(event.kind)) copy->events.push_back(event);
  }
  const std::vector<std::uint8_t>& blocks = world.terrain().blocks;
  const bool same = previous != nullptr && *previous->voxels == blocks;
  copy->voxels =
      same ? previous->voxels : std::make_shared<const std::vector<std::uint8_t>>(blocks);
  return copy;
}

}  // namespace cherub::server::session
