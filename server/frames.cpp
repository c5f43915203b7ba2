#include "server/frames.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <numbers>

#include "engine/base/json.h"

namespace cherub::server {
namespace {

static_assert(std::endian::native == std::endian::little,
              "frames are written as the machine keeps numbers");

// Writes numbers one behind the other into a string of known size.
class Writer {
 public:
  explicit Writer(std::size_t bytes) : bytes_(bytes, '\0') {}

  template <class Number>
  void put(Number value) {
    std::memcpy(bytes_.data() + at_, &value, sizeof value);
    at_ += sizeof value;
  }
  void put_bytes(const void* data, std::size_t size) {
    std::memcpy(bytes_.data() + at_, data, size);
    at_ += size;
  }
  void put_header(const FrameHeader& header) {
    put(header.version);
    put(static_cast<std::uint8_t>(header.kind));
    put(header.flags);
    put(static_cast<std::uint32_t>(header.channel));
    put(header.seq);
    put(header.base_back);
    put(header.tick);
    put(header.length);
    put(std::uint32_t{0});
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

template <class Number>
Number read(std::string_view bytes, std::size_t at) {
  Number value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

std::uint8_t byte_of_share(float share) {
  return static_cast<std::uint8_t>(std::lround(std::clamp(share, 0.0F, 1.0F) * 255.0F));
}

// Radians to 1/256 of a turn.
std::uint8_t byte_of_angle(float radians) {
  const double turns = static_cast<double>(radians) / (2 * std::numbers::pi);
  return static_cast<std::uint8_t>(static_cast<std::int64_t>(std::lround(turns * 256)) & 0xff);
}

std::uint8_t entity_flags(const engine::Columns& columns, std::size_t row) {
  std::uint8_t flags = kEntityAlive;
  if (columns.reached[row] != 0) flags |= kEntityReached;
  if (columns.script[row] != engine::kNoScript) flags |= kEntityScripted;
  if (columns.move_receipt[row] == static_cast<std::uint8_t>(engine::Receipt::kBlocked)) {
    flags |= kEntityBlocked;
  }
  return flags;
}

}  // namespace

std::string encode_world_frame(FrameHeader header, const engine::Terrain& terrain) {
  const std::size_t voxels = terrain.blocks.size();
  header.channel = FrameChannel::kWorld;
  header.length = static_cast<std::uint32_t>(12 + voxels);
  Writer writer(kFrameHeaderBytes + header.length);
  writer.put_header(header);
  writer.put(terrain.width);
  writer.put(terrain.depth);
  writer.put(terrain.height);
  writer.put_bytes(terrain.blocks.data(), voxels);
  return writer.take();
}

std::string encode_agents_frame(FrameHeader header, const engine::Columns& columns) {
  const auto alive = std::count(columns.alive.begin(), columns.alive.end(), std::uint8_t{1});
  const auto count = static_cast<std::uint32_t>(std::min<std::int64_t>(alive, kFrameEntitiesMax));
  header.channel = FrameChannel::kAgents;
  header.length = static_cast<std::uint32_t>(4 + count * kEntityBytes);
  Writer writer(kFrameHeaderBytes + header.length);
  writer.put_header(header);
  writer.put(count);
  std::uint32_t written = 0;
  for (std::size_t row = 0; row < columns.size() && written < count; ++row) {
    if (columns.alive[row] == 0) continue;
    writer.put(static_cast<std::uint32_t>(row));
    writer.put(columns.x[row]);
    writer.put(columns.y[row]);
    writer.put(static_cast<std::uint8_t>(columns.species[row]));
    writer.put(byte_of_share(columns.health[row]));
    writer.put(entity_flags(columns, row));
    writer.put(byte_of_angle(columns.heading[row]));
    ++written;
  }
  return writer.take();
}

std::optional<FrameHeader> decode_header(std::string_view frame) {
  if (frame.size() < kFrameHeaderBytes) return std::nullopt;
  FrameHeader header;
  header.version = read<std::uint8_t>(frame, 0);
  header.kind = static_cast<FrameKind>(read<std::uint8_t>(frame, 1));
  header.flags = read<std::uint16_t>(frame, 2);
  header.channel = static_cast<FrameChannel>(read<std::uint32_t>(frame, 4));
  header.seq = read<std::uint32_t>(frame, 8);
  header.base_back = read<std::uint32_t>(frame, 12);
  header.tick = read<std::uint64_t>(frame, 16);
  header.length = read<std::uint32_t>(frame, 24);
  const bool complete = frame.size() - kFrameHeaderBytes == header.length;
  if (header.version != kFrameVersion || !complete) return std::nullopt;
  return header;
}

std::string render_hello(const engine::Scenario& scenario) {
  base::JsonArray species;
  for (const engine::SpeciesSpec& spec : scenario.species) {
    species.raw(base::JsonObject()
                    .add("name", spec.name)
                    .add("kind", engine::kind_name(spec.kind))
                    .add("sense_radius", spec.sense_radius)
                    .text());
  }
  return base::JsonObject()
      .add("type", "hello")
      .add("protocol", "cherub.v1")
      .add("scenario", scenario.name)
      .add("agent_species", scenario.agent_species)
      .add("tick_rate", scenario.tick_rate)
      .add("width", scenario.terrain.width)
      .add("depth", scenario.terrain.depth)
      .add("height", scenario.terrain.height)
      .raw("species", species.text())
      .text();
}

}  // namespace cherub::server
