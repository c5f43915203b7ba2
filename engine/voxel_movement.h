#pragma once

#include <cstdint>

#include "engine/gait.h"

// Movement of those who walk over steps or fly. Which ways they have is engine/gait.h.
namespace cherub::engine {

struct WorldState;

// The farthest that one tick leads, m: so no voxel is skipped.
inline constexpr double kVoxelStepMax = 0.9;

struct BodyPlace {
  float x, y, z;
};

// Turns the agent toward a direction, at most as far as a tick allows. False while it does not face
// it yet: who must turn stays where it is.
bool turn_toward(WorldState& state, std::uint32_t row, double dx, double dy);

// Where a body of a species that walks or flies ends that wants to be at `wish`, no farther than a
// tick's way: it goes along each axis until something is in its way, and a walker's z follows the
// ground. A walker with nothing under its feet falls one voxel instead. Who would touch an obstacle
// stays where it is, unless that leads away from it.
BodyPlace go_in_voxels(const WorldState& state, std::uint32_t row, BodyPlace wish);

// How high above the floor of its cell a body is, m. Who walks looks over the edge of a step beside
// it.
constexpr float height_in_cell(const Gait& gait) {
  return gait.motion == Motion::kWalk ? 0.7f : 0.5f;
}

}  // namespace cherub::engine
