#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/scenario.h"
#include "engine/world.h"

// The binary records of the render views. Layout in docs/PROTOCOL.md; everything little-endian.
namespace cherub::server {

inline constexpr std::size_t kFrameHeaderBytes = 32;
inline constexpr std::uint8_t kFrameVersion = 1;
inline constexpr std::size_t kEntityBytes = 16;
// More living entities than this are not drawn: a frame stays below 1.6 MB.
inline constexpr std::uint32_t kFrameEntitiesMax = 100'000;
// Terrain beyond this is not streamed.
inline constexpr std::size_t kFrameVoxelsMax = std::size_t{16} << 20;

enum class FrameKind : std::uint8_t { kKey = 0, kDelta = 1, kBlob = 2 };
enum class FrameChannel : std::uint32_t { kWorld = 1, kAgents = 2 };

// Bits of an entity's flags.
inline constexpr std::uint8_t kEntityAlive = 1;
inline constexpr std::uint8_t kEntityReached = 2;   // has been within reach of a target
inline constexpr std::uint8_t kEntityScripted = 4;  // acts by a policy
inline constexpr std::uint8_t kEntityBlocked = 8;   // its last movement was stopped short

struct FrameHeader {
  std::uint8_t version = kFrameVersion;
  FrameKind kind = FrameKind::kKey;
  std::uint16_t flags = 0;
  FrameChannel channel = FrameChannel::kWorld;
  std::uint32_t seq = 0;
  std::uint32_t base_back = 0;  // a delta builds on frame seq - base_back; 0 in key frames
  std::uint64_t tick = 0;
  std::uint32_t length = 0;  // bytes behind the header
};

// Complete frames, header and payload; `length` is filled in.
std::string encode_world_frame(FrameHeader header, const engine::Terrain& terrain);
std::string encode_agents_frame(FrameHeader header, const engine::Columns& columns);

// Reads a header back; nothing when the bytes are no frame of this version or cut short.
std::optional<FrameHeader> decode_header(std::string_view frame);

// The text message that opens a render view: {"type":"hello","species":[…],"width":…, …}.
std::string render_hello(const engine::Scenario& scenario);

}  // namespace cherub::server
