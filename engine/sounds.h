#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/society.h"
#include "engine/terrain.h"

namespace cherub::engine {

struct WorldState;

inline constexpr std::size_t kHeardMax = 8;  // of one hearer and tick

// Who listens, and how far its senses go, m.
struct Hearer {
  EntityId id;
  double x = 0, y = 0, z = 0;
  double sense_radius = 0;
};

struct SoundHit {
  double distance_squared = 0;
  std::uint32_t sound = 0;  // index
};

// Finds what somebody hears among all that was said in a tick: sounds for one hearer by whom they
// are for, all others in square buckets. Read-only between rebuilds, so any number of threads may
// ask.
class SoundMap {
 public:
  void rebuild(std::span<const Sound> sounds, const Terrain& terrain);
  [[nodiscard]] bool empty() const { return told_.empty() && spoken_.empty(); }
  // Up to hits.size() of them, nearest first, of equal ones the earlier; never what the hearer said
  // itself. `sounds` are those of the last rebuild. Returns how many.
  std::size_t heard(std::span<const Sound> sounds, const Hearer& hearer,
                    std::span<SoundHit> hits) const;

 private:
  [[nodiscard]] std::int64_t bucket_of(double position, std::int64_t count) const;

  std::vector<std::uint32_t> told_;    // of kTell: by who hears them
  std::vector<std::uint32_t> spoken_;  // all others, by bucket
  std::vector<std::uint32_t> starts_;  // of each bucket in spoken_, and one end
  std::int64_t buckets_x_ = 1, buckets_y_ = 1;
  double call_radius_max_ = 0;
};

// What the entity of the row says where it stands.
Sound sound_at(const WorldState& state, SoundKind kind, std::uint32_t row, std::string text);

}  // namespace cherub::engine
