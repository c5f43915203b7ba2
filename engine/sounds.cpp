#include "engine/sounds.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "engine/world_state.h"

namespace cherub::engine {
namespace {

constexpr double kBucket_m = 8;

// The nearest sounds so far.
class Nearest {
 public:
  Nearest(std::span<const Sound> sounds, const Hearer& hearer, std::span<SoundHit> hits)
      : sounds_(sounds), hearer_(hearer), hits_(hits) {}

  void consider(std::uint32_t index) {
    const Sound& sound = sounds_[index];
    if (sound.speaker == hearer_.id) return;
    const double dx = double{sound.x} - hearer_.x, dy = double{sound.y} - hearer_.y;
    const double dz = double{sound.z} - hearer_.z;
    const double squared = dx * dx + dy * dy + dz * dz;
    const double radius = sound.kind == SoundKind::kCall ? sound.radius : hearer_.sense_radius;
    if (sound.kind != SoundKind::kTell && squared > radius * radius) return;
    insert({squared, index});
  }
  // Whether something that is farther than this, m, cannot matter any more.
  [[nodiscard]] bool ends_before(double distance) const {
    return count_ == hits_.size() && hits_[count_ - 1].distance_squared < distance * distance;
  }
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  static bool comes_before(const SoundHit& a, const SoundHit& b) {
    return std::pair(a.distance_squared, a.sound) < std::pair(b.distance_squared, b.sound);
  }
  void insert(const SoundHit& hit) {
    const bool full = count_ == hits_.size();
    if (full && !comes_before(hit, hits_[count_ - 1])) return;
    std::size_t at = full ? count_ - 1 : count_++;
    for (; at > 0 && comes_before(hit, hits_[at - 1]); --at) hits_[at] = hits_[at - 1];
    hits_[at] = hit;
  }

  std::span<const Sound> sounds_;
  const Hearer& hearer_;
  std::span<SoundHit> hits_;
  std::size_t count_ = 0;
};

std::int64_t buckets_for(std::uint32_t side_m) {
  return static_cast<std::int64_t>(side_m / kBucket_m) + 1;
}

}  // namespace

std::int64_t SoundMap::bucket_of(double position, std::int64_t count) const {
  return std::clamp<std::int64_t>(cell_at(position / kBucket_m), 0, count - 1);
}

void SoundMap::rebuild(std::span<const Sound> sounds, const Terrain& terrain) {
  told_.clear();
  spoken_.clear();
  call_radius_max_ = 0;
  if (sounds.empty()) return;
  buckets_x_ = buckets_for(terrain.width);
  buckets_y_ = buckets_for(terrain.depth);
  const auto bucket = [&](const Sound& sound) {
    return static_cast<std::size_t>(bucket_of(sound.x, buckets_x_) +
                                    buckets_x_ * bucket_of(sound.y, buckets_y_));
  };
  starts_.assign(static_cast<std::size_t>(buckets_x_ * buckets_y_) + 1, 0);
  for (std::uint32_t i = 0; i < sounds.size(); ++i) {
    if (sounds[i].kind == SoundKind::kTell) {
      told_.push_back(i);
    } else {
      ++starts_[bucket(sounds[i]) + 1];
    }
    if (sounds[i].kind == SoundKind::kCall) {
      call_radius_max_ = std::max(call_radius_max_, sounds[i].radius);
    }
  }
  std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
  spoken_.resize(starts_.back());
  // From the back, so that each start ends up at the bucket's first sound.
  std::vector<std::uint32_t> ends(starts_.begin() + 1, starts_.end());
  for (auto i = static_cast<std::uint32_t>(sounds.size()); i-- > 0;) {
    if (sounds[i].kind != SoundKind::kTell) spoken_[--ends[bucket(sounds[i])]] = i;
  }
  std::sort(told_.begin(), told_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::pair(sounds[a].to, a) < std::pair(sounds[b].to, b);
  });
}

std::size_t SoundMap::heard(std::span<const Sound> sounds, const Hearer& hearer,
                            std::span<SoundHit> hits) const {
  Nearest nearest(sounds, hearer, hits);
  auto told = std::lower_bound(
      told_.begin(), told_.end(), hearer.id,
      [&](std::uint32_t index, const EntityId& id) { return sounds[index].to < id; });
  for (; told != told_.end() && sounds[*told].to == hearer.id; ++told) nearest.consider(*told);
  if (spoken_.empty()) return nearest.count();
  const double reach = std::max(hearer.sense_radius, call_radius_max_);
  const std::int64_t centre_x = bucket_of(hearer.x, buckets_x_);
  const std::int64_t centre_y = bucket_of(hearer.y, buckets_y_);
  const auto visit = [&](std::int64_t x, std::int64_t y) {
    if (x < 0 || y < 0 || x >= buckets_x_ || y >= buckets_y_) return;
    const auto at = static_cast<std::size_t>(x + buckets_x_ * y);
    for (std::uint32_t i = starts_[at]; i < starts_[at + 1]; ++i) nearest.consider(spoken_[i]);
  };
  // Square rings outward; all of ring n is farther than n - 1 buckets.
  const std::int64_t ring_max = std::max(buckets_x_, buckets_y_);
  for (std::int64_t ring = 0; ring <= ring_max; ++ring) {
    const double gap = static_cast<double>(ring - 1) * kBucket_m;
    if (ring > 0 && (gap > reach || nearest.ends_before(gap))) break;
    for (std::int64_t x = centre_x - ring; x <= centre_x + ring; ++x) {
      visit(x, centre_y - ring);
      if (ring > 0) visit(x, centre_y + ring);
    }
    for (std::int64_t y = centre_y - ring + 1; y < centre_y + ring; ++y) {
      visit(centre_x - ring, y);
      visit(centre_x + ring, y);
    }
  }
  return nearest.count();
}

Sound sound_at(const WorldState& state, SoundKind kind, std::uint32_t row, std::string text) {
  Sound sound;
  sound.kind = kind;
  sound.species = state.columns.species[row];
  sound.speaker = state.id_of(row);
  sound.x = state.columns.x[row];
  sound.y = state.columns.y[row];
  sound.z = state.columns.z[row];
  sound.text = std::move(text);
  return sound;
}

}  // namespace cherub::engine
