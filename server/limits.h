#pragma once

#include <cstddef>

namespace cherub::server {

// What a client may send.
inline constexpr std::size_t kHeaderBytesMax = 8 * 1024;
inline constexpr std::size_t kBodyBytesMax = std::size_t{1} << 20;
inline constexpr std::size_t kInboundMessageBytesMax = 64 * 1024;

}  // namespace cherub::server
