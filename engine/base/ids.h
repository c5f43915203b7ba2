#pragma once

#include <compare>
#include <cstdint>

namespace cherub::base {

// A tick of world time, counted from 0.
using Tick = std::uint64_t;

// Names one entity for ever: the index is its row, the generation tells it from earlier owners of
// that row. As one number it is generation * 2^32 + index, which a Lua number holds exactly while
// generation < 2^21.
struct EntityId {
  std::uint32_t index = 0;
  std::uint32_t generation = 0;

  auto operator<=>(const EntityId&) const = default;
  [[nodiscard]] std::uint64_t packed() const { return (std::uint64_t{generation} << 32) | index; }
  static EntityId unpack(std::uint64_t packed) {
    return {static_cast<std::uint32_t>(packed), static_cast<std::uint32_t>(packed >> 32)};
  }
};

}  // namespace cherub::base
