#pragma once

#include <cstdint>
#include <memory>

#include "engine/world.h"
#include "server/frame_stream.h"

namespace cherub::server {

// An agent's view is made anew at most so often, world seconds.
inline constexpr double kPovIntervalS = 0.05;

// What one agent knows of the world: the voxels that it has seen since somebody looks, and the
// entities that it sees now, itself first among them. Both by its senses: within its radius, not
// behind walls where walls hide. An agent that died sees nothing; who owns its row next begins
// anew.
class Pov {
 public:
  Pov(std::uint32_t row, std::shared_ptr<FrameStream> world, std::shared_ptr<FrameStream> agents);

  // After a tick; one call at a time.
  void look(const engine::World& world, std::uint64_t tick);
  [[nodiscard]] bool watched() const { return world_->watched() || agents_->watched(); }
  [[nodiscard]] const std::shared_ptr<FrameStream>& world() const { return world_; }
  [[nodiscard]] const std::shared_ptr<FrameStream>& agents() const { return agents_; }

 private:
  void forget(const engine::World& world);
  void see_voxels(const engine::World& world);
  [[nodiscard]] AgentsImage seen_entities(const engine::World& world) const;

  const std::uint32_t row_;
  const std::shared_ptr<FrameStream> world_, agents_;
  TerrainImage seen_;
  std::uint32_t generation_ = 0;
  std::uint64_t next_tick_ = 0, last_tick_ = 0;
};

}  // namespace cherub::server
