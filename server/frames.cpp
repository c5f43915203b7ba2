#include "server/frames.h"

#include <algorithm>
#include <numbers>

#include "engine/base/json.h"
#include "server/frame_bytes.h"

namespace cherub::server {
namespace {

// Rounds half away from zero; farther out than any world reaches is cut.
std::int32_t units_of(float metres) {
  constexpr float kUnitsMax = 1 << 30;
  const float units = std::clamp(metres * kUnitsPerMetre, -kUnitsMax, kUnitsMax);
  return static_cast<std::int32_t>(units + (units < 0 ? -0.5F : 0.5F));
}

std::uint8_t byte_of_share(float share) {
  return static_cast<std::uint8_t>(std::clamp(share, 0.0F, 1.0F) * 255.0F + 0.5F);
}

// Radians to 1/256 of a turn.
std::uint8_t byte_of_angle(float radians) {
  const double turns = static_cast<double>(radians) / (2 * std::numbers::pi);
  const double parts = turns * 256;
  return static_cast<std::uint8_t>(static_cast<std::int64_t>(parts + (parts < 0 ? -0.5 : 0.5)) &
                                   0xff);
}

std::uint8_t entity_flags(const engine::Columns& columns, std::size_t row) {
  std::uint8_t flags = kEntityAlive;
  if (columns.reached[row] != 0) flags |= kEntityReached;
  if (columns.script[row] != engine::kNoScript) flags |= kEntityScripted;
  if (columns.move_receipt[row] == static_cast<std::uint8_t>(engine::Receipt::kBlocked)) {
    flags |= kEntityBlocked;
  }
  const float z = columns.z[row];
  const float layer = z > 0 ? std::min(z, static_cast<float>(kEntityLayerMax)) : 0;
  return static_cast<std::uint8_t>(flags | static_cast<unsigned>(layer) << kEntityLayerShift);
}

std::string encode_terrain(FrameHeader header, const TerrainImage& terrain) {
  const std::size_t voxels = terrain.blocks.size();
  header.length = static_cast<std::uint32_t>(12 + voxels);
  FrameWriter writer(kFrameHeaderBytes + header.length);
  put_header(writer, header);
  writer.put(terrain.width);
  writer.put(terrain.depth);
  writer.put(terrain.height);
  writer.put_bytes(terrain.blocks.data(), voxels);
  return writer.take();
}

std::string encode_agents(FrameHeader header, const AgentsImage& agents) {
  header.length = static_cast<std::uint32_t>(4 + agents.entities.size() * kEntityBytes);
  FrameWriter writer(kFrameHeaderBytes + header.length);
  put_header(writer, header);
  writer.put(static_cast<std::uint32_t>(agents.entities.size()));
  for (const DrawnEntity& entity : agents.entities) {
    writer.put(entity.row);
    writer.put(static_cast<float>(entity.x) / kUnitsPerMetre);
    writer.put(static_cast<float>(entity.y) / kUnitsPerMetre);
    writer.put(entity.species);
    writer.put(entity.health);
    writer.put(entity.flags);
    writer.put(entity.heading);
  }
  return writer.take();
}

// RFC 4648, section 4.
std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      text += i <= count ? kDigits[bits >> (18 - 6 * i) & 0x3f] : '=';
    }
  }
  return text;
}

const char* channel_name(FrameChannel channel) {
  switch (channel) {
    case FrameChannel::kRecord:
      return "record";
    case FrameChannel::kWorld:
      return "world";
    case FrameChannel::kAgents:
      return "agents";
    case FrameChannel::kPovWorld:
      return "pov_world";
    case FrameChannel::kPovAgents:
      return "pov_agents";
  }
  return "";
}

}  // namespace

void put_header(FrameWriter& writer, const FrameHeader& header) {
  writer.put(header.version);
  writer.put(static_cast<std::uint8_t>(header.kind));
  writer.put(header.flags);
  writer.put(static_cast<std::uint32_t>(header.channel));
  writer.put(header.seq);
  writer.put(header.base_back);
  writer.put(header.tick);
  writer.put(header.length);
  writer.put(header.stream);
}

DrawnEntity drawn_entity(const engine::Columns& columns, std::uint32_t row) {
  return {row,
          units_of(columns.x[row]),
          units_of(columns.y[row]),
          static_cast<std::uint8_t>(columns.species[row]),
          byte_of_share(columns.health[row]),
          entity_flags(columns, row),
          byte_of_angle(columns.heading[row])};
}

AgentsImage agents_image(const engine::Columns& columns) {
  const auto alive = std::count(columns.alive.begin(), columns.alive.end(), std::uint8_t{1});
  AgentsImage image;
  image.entities.reserve(
      static_cast<std::size_t>(std::min<std::ptrdiff_t>(alive, kFrameEntitiesMax)));
  const auto rows = static_cast<std::uint32_t>(columns.size());
  for (std::uint32_t row = 0; row < rows && image.entities.size() < kFrameEntitiesMax; ++row) {
    if (columns.alive[row] != 0) image.entities.push_back(drawn_entity(columns, row));
  }
  return image;
}

TerrainImage terrain_image(const engine::Terrain& terrain) {
  return {terrain.width, terrain.depth, terrain.height, terrain.blocks};
}

std::string encode_key(FrameHeader header, const FrameImage& image) {
  header.kind = FrameKind::kKey;
  header.base_back = 0;
  if (const auto* terrain = std::get_if<TerrainImage>(&image)) {
    return encode_terrain(header, *terrain);
  }
  return encode_agents(header, std::get<AgentsImage>(image));
}

std::optional<FrameHeader> decode_header(std::string_view frame) {
  if (frame.size() < kFrameHeaderBytes) return std::nullopt;
  FrameReader reader(frame);
  FrameHeader header;
  header.version = reader.get<std::uint8_t>();
  header.kind = static_cast<FrameKind>(reader.get<std::uint8_t>());
  header.flags = reader.get<std::uint16_t>();
  header.channel = static_cast<FrameChannel>(reader.get<std::uint32_t>());
  header.seq = reader.get<std::uint32_t>();
  header.base_back = reader.get<std::uint32_t>();
  header.tick = reader.get<std::uint64_t>();
  header.length = reader.get<std::uint32_t>();
  header.stream = reader.get<std::uint32_t>();
  const bool complete = frame.size() - kFrameHeaderBytes == header.length;
  if (header.version != kFrameVersion || !complete) return std::nullopt;
  return header;
}

std::string frame_json(std::string_view key_frame, std::int64_t wall_ms) {
  const FrameHeader header = decode_header(key_frame).value_or(FrameHeader{});
  const std::string_view payload = key_frame.substr(std::min(kFrameHeaderBytes, key_frame.size()));
  return base::JsonObject()
      .add("type", "frame")
      .add("channel", channel_name(header.channel))
      .add("seq", header.seq)
      .add("tick", header.tick)
      .add("len", payload.size())
      .add("payload_b64", base64(payload))
      .add("ts", wall_ms)
      .text();
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
