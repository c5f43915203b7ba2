#pragma once

#include <cstdint>

#include "engine/base/ids.h"

namespace cherub::base {

// The finalizer of SplitMix64 (Steele, Lea, Flood 2014): a bijection of 64 bits in which every
// input bit flips every output bit with probability near one half.
constexpr std::uint64_t mix64(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// Maps 64 random bits to [0, 1) with 53 bits of resolution.
constexpr double unit_interval(std::uint64_t bits) {
  return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

// What a draw is for. Two purposes never share numbers.
enum class Stream : std::uint32_t {
  kTerrain = 1,
  kSpawn,
  kBehaviour,      // native behaviours and the fallback
  kScript,         // math.random of a policy
  kLife,           // births, spread, weather
  kSearch,         // the angel's own choices
  kNetwork,        // retry jitter; never inside the world
  kAbility,        // chances of effects
  kAbilityScript,  // math.random of the script of an ability
  kStatistics,     // resampling of what was measured; never inside the world
};

// A counter-based stream: draw n is a pure function of (seed, tick, entity, stream, n). Copy it,
// drop it, make it again: the numbers stay the same, and no generator is ever shared.
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, Tick tick, std::uint64_t entity, Stream stream)
      : RandomStream(of(tick_key(seed, tick), entity, stream)) {}
  explicit RandomStream(std::uint64_t key) : key_(key) {}
  // The same streams for many entities of one tick: RandomStream(seed, tick, entity, stream) is
  // RandomStream::of(tick_key(seed, tick), entity, stream).
  static constexpr std::uint64_t tick_key(std::uint64_t seed, Tick tick) {
    return mix64(mix64(seed) ^ tick);
  }
  static RandomStream of(std::uint64_t key, std::uint64_t entity, Stream stream) {
    return RandomStream(mix64(mix64(key ^ entity) ^ static_cast<std::uint64_t>(stream)));
  }

  std::uint64_t bits() { return mix64(key_ + 0xd1342543de82ef95u * ++counter_); }
  // In [0, 1).
  double uniform() { return unit_interval(bits()); }
  // In [low, high).
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  // In [0, count); count must be positive. The bias is below count / 2^53.
  std::uint64_t below(std::uint64_t count) {
    return static_cast<std::uint64_t>(uniform() * static_cast<double>(count));
  }
  [[nodiscard]] std::uint64_t key() const { return key_; }

 private:
  std::uint64_t key_;
  std::uint64_t counter_ = 0;
};

}  // namespace cherub::base
