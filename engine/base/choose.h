#pragma once

#include <bit>
#include <cstdint>

namespace cherub::base {

// `condition ? yes : no` that is never compiled to a branch: for conditions that nobody can
// predict.
inline double choose(bool condition, double yes, double no) {
  const std::uint64_t mask = std::uint64_t{0} - std::uint64_t{condition};
  return std::bit_cast<double>((std::bit_cast<std::uint64_t>(yes) & mask) |
                               (std::bit_cast<std::uint64_t>(no) & ~mask));
}

}  // namespace cherub::base
