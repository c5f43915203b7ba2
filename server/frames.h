#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/result.h"
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
// Positions are sent as multiples of 1/128 m.
inline constexpr float kUnitsPerMetre = 128;
// A voxel that the agent whose view it is has not seen yet.
inline constexpr std::uint8_t kVoxelUnknown = 255;

enum class FrameKind : std::uint8_t { kKey = 0, kDelta = 1, kBlob = 2 };
enum class FrameChannel : std::uint32_t {
  kRecord = 0,  // of a blob, whose payload names its channel
  kWorld = 1,
  kAgents = 2,
  kPovWorld = 3,
  kPovAgents = 4,
};

// Bits of a header's flags.
inline constexpr std::uint16_t kFrameZstd = 1;  // the payload is one Zstandard frame

// Bits of an entity's flags; the upper four hold the layer of voxels that it is in.
inline constexpr std::uint8_t kEntityAlive = 1;
inline constexpr std::uint8_t kEntityReached = 2;   // has been within reach of a target
inline constexpr std::uint8_t kEntityScripted = 4;  // acts by a policy
inline constexpr std::uint8_t kEntityBlocked = 8;   // its last movement was stopped short
inline constexpr unsigned kEntityLayerShift = 4;
inline constexpr std::uint8_t kEntityLayerMax = 15;  // this, or above

struct FrameHeader {
  std::uint8_t version = kFrameVersion;
  FrameKind kind = FrameKind::kKey;
  std::uint16_t flags = 0;
  FrameChannel channel = FrameChannel::kWorld;
  std::uint32_t seq = 0;
  std::uint32_t base_back = 0;  // a delta builds on frame seq - base_back; 0 in key frames
  std::uint64_t tick = 0;
  std::uint32_t length = 0;  // bytes behind the header
  std::uint32_t stream = 0;  // tells the streams of one connection apart; 0 in preset views
};

// One living entity as it is drawn.
struct DrawnEntity {
  std::uint32_t row = 0;
  std::int32_t x = 0, y = 0;  // 1/128 m
  std::uint8_t species = 0, health = 0, flags = 0, heading = 0;

  bool operator==(const DrawnEntity&) const = default;
};
struct AgentsImage {
  std::vector<DrawnEntity> entities;  // by row, ascending
  bool operator==(const AgentsImage&) const = default;
};
struct TerrainImage {
  std::uint32_t width = 0, depth = 0, height = 0;
  std::vector<std::uint8_t> blocks;
  bool operator==(const TerrainImage&) const = default;
};
// What a stream of frames shows.
using FrameImage = std::variant<TerrainImage, AgentsImage>;

DrawnEntity drawn_entity(const engine::Columns& columns, std::uint32_t row);
AgentsImage agents_image(const engine::Columns& columns);
TerrainImage terrain_image(const engine::Terrain& terrain);

// Complete frames, header and payload; `kind` and `length` are filled in.
std::string encode_key(FrameHeader header, const FrameImage& image);
// What makes `next` of `base`. Empty when only a key frame can, or when this would be longer than
// half of one.
std::string encode_delta(FrameHeader header, const FrameImage& base, const FrameImage& next);

// The image behind a key frame, or behind a delta on `image`. The frame may be anything; on an
// error the image is as it was.
base::Result<void> apply_frame(FrameImage& image, std::string_view frame);

// Reads a header back; nothing when the bytes are no frame of this version or cut short.
std::optional<FrameHeader> decode_header(std::string_view frame);

// A key frame for those who ask for JSON: {"type":"frame","channel","seq","tick","len",
// "payload_b64","ts"}.
std::string frame_json(std::string_view key_frame, std::int64_t wall_ms);

// The text message that opens a render view: {"type":"hello","species":[…],"width":…, …}.
std::string render_hello(const engine::Scenario& scenario);

}  // namespace cherub::server
