#include <algorithm>
#include <utility>

#include "server/frame_bytes.h"
#include "server/frames.h"

namespace cherub::server {
namespace {

using base::Error;
using base::ErrorCode;

// An entry is a gap, a mask and at most two positions with four bytes more.
constexpr std::size_t kEntityDeltaBytesMax = 5 + 1 + 2 * 5 + 4;

Error bad_frame(std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message), "frame"};
}

// Entries by row, each beginning with how many rows lie between it and the one before.
class EntityDeltas {
 public:
  EntityDeltas(FrameWriter& writer, std::size_t bytes_max)
      : writer_(writer), bytes_max_(bytes_max) {}

  void changed(const DrawnEntity& was, const DrawnEntity& is) {
    if (was.species != is.species) return came(is);
    const auto other = static_cast<std::uint8_t>((was.health != is.health ? kDeltaHealth : 0) |
                                                 (was.flags != is.flags ? kDeltaFlags : 0));
    const bool moved = was.x != is.x || was.y != is.y;
    if (moved && other == 0) {  // by far the most: no mask
      begin(is.row, false);
      put_way(was, is);
      writer_.put(is.heading);
      return;
    }
    begin(is.row, true);
    const bool turned = was.heading != is.heading;
    writer_.put(static_cast<std::uint8_t>(other | (moved ? kDeltaMoved : 0) |
                                          (turned ? kDeltaHeading : 0)));
    if (moved) put_way(was, is);
    if (turned) writer_.put(is.heading);
    if ((other & kDeltaHealth) != 0) writer_.put(is.health);
    if ((other & kDeltaFlags) != 0) writer_.put(is.flags);
  }
  void came(const DrawnEntity& is) {
    begin(is.row, true);
    writer_.put(kDeltaNew);
    writer_.put_signed(is.x);
    writer_.put_signed(is.y);
    writer_.put(is.species);
    writer_.put(is.health);
    writer_.put(is.flags);
    writer_.put(is.heading);
  }
  void went(std::uint32_t row) {
    begin(row, true);
    writer_.put(kDeltaGone);
  }
  // More than is worth sending.
  [[nodiscard]] bool full() const { return writer_.size() > bytes_max_; }
  [[nodiscard]] std::uint32_t count() const { return count_; }

 private:
  void begin(std::uint32_t row, bool masked) {
    writer_.put_varint((row - next_row_) << 1 | (masked ? 1U : 0U));
    next_row_ = row + 1;
    ++count_;
  }
  void put_way(const DrawnEntity& was, const DrawnEntity& is) {
    writer_.put_signed(is.x - was.x);
    writer_.put_signed(is.y - was.y);
  }

  FrameWriter& writer_;
  const std::size_t bytes_max_;
  std::uint32_t next_row_ = 0, count_ = 0;
};

std::string agents_delta(FrameHeader header, const AgentsImage& base, const AgentsImage& next) {
  const std::size_t bytes_max = kFrameHeaderBytes + (4 + next.entities.size() * kEntityBytes) / 2;
  FrameWriter writer(bytes_max + kFrameHeaderBytes + 4 + kEntityDeltaBytesMax);
  put_header(writer, header);
  writer.put(std::uint32_t{0});
  EntityDeltas deltas(writer, bytes_max);
  auto was = base.entities.begin();
  auto is = next.entities.begin();
  while (!deltas.full() && (was != base.entities.end() || is != next.entities.end())) {
    if (is == next.entities.end() || (was != base.entities.end() && was->row < is->row)) {
      deltas.went((was++)->row);
    } else if (was == base.entities.end() || is->row < was->row) {
      deltas.came(*is++);
    } else {
      if (*was != *is) deltas.changed(*was, *is);
      ++was;
      ++is;
    }
  }
  if (deltas.full()) return {};
  writer.put_at(kFrameHeaderBytes, deltas.count());
  return writer.take();
}

std::string terrain_delta(FrameHeader header, const TerrainImage& base, const TerrainImage& next) {
  if (base.width != next.width || base.depth != next.depth || base.height != next.height) return {};
  const std::size_t bytes_max = kFrameHeaderBytes + (12 + next.blocks.size()) / 2;
  FrameWriter writer(bytes_max + kFrameHeaderBytes + 16);
  put_header(writer, header);
  writer.put(std::uint32_t{0});
  std::uint32_t count = 0;
  std::size_t from = 0;
  while (writer.size() <= bytes_max) {
    const auto at = static_cast<std::ptrdiff_t>(from);
    const auto differ =
        std::mismatch(base.blocks.begin() + at, base.blocks.end(), next.blocks.begin() + at);
    if (differ.first == base.blocks.end()) {
      writer.put_at(kFrameHeaderBytes, count);
      return writer.take();
    }
    const auto voxel = static_cast<std::size_t>(differ.first - base.blocks.begin());
    writer.put_varint(static_cast<std::uint32_t>(voxel - from));
    writer.put(*differ.second);
    from = voxel + 1;
    ++count;
  }
  return {};
}

base::Result<FrameImage> read_terrain_key(FrameReader& reader) {
  TerrainImage terrain;
  terrain.width = reader.get<std::uint32_t>();
  terrain.depth = reader.get<std::uint32_t>();
  terrain.height = reader.get<std::uint32_t>();
  const std::string_view blocks = reader.rest();
  const std::uint64_t layer = std::uint64_t{terrain.width} * terrain.depth;
  const bool fits = reader.good() && layer <= kFrameVoxelsMax &&
                    terrain.height <= kFrameVoxelsMax && layer * terrain.height == blocks.size();
  if (!fits) return bad_frame("The size of the world is not that of its voxels.");
  terrain.blocks.assign(blocks.begin(), blocks.end());
  return FrameImage(std::move(terrain));
}

void read_looks(FrameReader& reader, DrawnEntity& entity) {
  entity.species = reader.get<std::uint8_t>();
  entity.health = reader.get<std::uint8_t>();
  entity.flags = reader.get<std::uint8_t>();
  entity.heading = reader.get<std::uint8_t>();
}

base::Result<FrameImage> read_agents_key(FrameReader& reader) {
  const auto count = reader.get<std::uint32_t>();
  if (count > kFrameEntitiesMax || reader.rest().size() != count * kEntityBytes) {
    return bad_frame("The number of entities is not that of their bytes.");
  }
  AgentsImage agents;
  agents.entities.resize(count);
  std::int64_t last_row = -1;
  for (DrawnEntity& entity : agents.entities) {
    entity.row = reader.get<std::uint32_t>();
    const float x = reader.get<float>() * kUnitsPerMetre;
    const float y = reader.get<float>() * kUnitsPerMetre;
    read_looks(reader, entity);
    constexpr float kUnitsMax = 1 << 30;
    const bool far = !(x >= -kUnitsMax && x <= kUnitsMax && y >= -kUnitsMax && y <= kUnitsMax);
    if (far || entity.row <= last_row) return bad_frame("An entity is nowhere or out of order.");
    entity.x = static_cast<std::int32_t>(x);
    entity.y = static_cast<std::int32_t>(y);
    last_row = entity.row;
  }
  return FrameImage(std::move(agents));
}

base::Result<FrameImage> read_terrain_delta(FrameReader& reader, TerrainImage terrain) {
  const auto count = reader.get<std::uint32_t>();
  std::uint64_t next = 0;
  for (std::uint32_t i = 0; i < count && reader.good(); ++i) {
    next += reader.get_varint();
    const auto block = reader.get<std::uint8_t>();
    if (next >= terrain.blocks.size()) return bad_frame("A voxel lies outside of the world.");
    if (reader.good()) terrain.blocks[next++] = block;
  }
  if (!reader.good() || !reader.rest().empty()) return bad_frame("The changes do not add up.");
  return FrameImage(std::move(terrain));
}

std::int32_t moved_by(std::int32_t from, std::int32_t way) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(from) +
                                   static_cast<std::uint32_t>(way));
}

// Reads one entry behind its gap; false when it does not fit what was there.
bool read_entity_delta(FrameReader& reader, bool masked, const DrawnEntity* was,
                       std::vector<DrawnEntity>& out, std::uint32_t row) {
  const std::uint8_t mask =
      masked ? reader.get<std::uint8_t>() : static_cast<std::uint8_t>(kDeltaMoved | kDeltaHeading);
  if (mask == kDeltaGone) return was != nullptr;
  DrawnEntity entity = was != nullptr ? *was : DrawnEntity{};
  if (mask == kDeltaNew) {
    entity.row = row;
    entity.x = reader.get_signed();
    entity.y = reader.get_signed();
    read_looks(reader, entity);
  } else if (was == nullptr || mask > (kDeltaMoved | kDeltaHeading | kDeltaHealth | kDeltaFlags)) {
    return false;
  } else {
    if ((mask & kDeltaMoved) != 0) {
      entity.x = moved_by(entity.x, reader.get_signed());
      entity.y = moved_by(entity.y, reader.get_signed());
    }
    if ((mask & kDeltaHeading) != 0) entity.heading = reader.get<std::uint8_t>();
    if ((mask & kDeltaHealth) != 0) entity.health = reader.get<std::uint8_t>();
    if ((mask & kDeltaFlags) != 0) entity.flags = reader.get<std::uint8_t>();
  }
  out.push_back(entity);
  return out.size() <= kFrameEntitiesMax;
}

base::Result<FrameImage> read_agents_delta(FrameReader& reader, const AgentsImage& base) {
  const auto count = reader.get<std::uint32_t>();
  AgentsImage agents;
  agents.entities.reserve(base.entities.size());
  auto was = base.entities.begin();
  std::uint64_t next_row = 0;
  for (std::uint32_t i = 0; i < count && reader.good(); ++i) {
    const std::uint32_t head = reader.get_varint();
    const std::uint64_t row = next_row + (head >> 1);
    if (row > 0xffffffffU) return bad_frame("A row is beyond all rows.");
    while (was != base.entities.end() && was->row < row) agents.entities.push_back(*was++);
    const bool known = was != base.entities.end() && was->row == row;
    if (!read_entity_delta(reader, (head & 1) != 0, known ? &*was : nullptr, agents.entities,
                           static_cast<std::uint32_t>(row))) {
      return bad_frame("A change does not fit the entity that it names.");
    }
    if (known) ++was;
    next_row = row + 1;
  }
  agents.entities.insert(agents.entities.end(), was, base.entities.end());
  if (!reader.good() || !reader.rest().empty()) return bad_frame("The changes do not add up.");
  return FrameImage(std::move(agents));
}

}  // namespace

std::string encode_delta(FrameHeader header, const FrameImage& base, const FrameImage& next) {
  header.kind = FrameKind::kDelta;
  if (base.index() != next.index()) return {};
  std::string frame =
      std::holds_alternative<TerrainImage>(next)
          ? terrain_delta(header, std::get<TerrainImage>(base), std::get<TerrainImage>(next))
          : agents_delta(header, std::get<AgentsImage>(base), std::get<AgentsImage>(next));
  if (!frame.empty()) {
    const auto length = static_cast<std::uint32_t>(frame.size() - kFrameHeaderBytes);
    std::memcpy(frame.data() + kFrameLengthOffset, &length, sizeof length);
  }
  return frame;
}

base::Result<void> apply_frame(FrameImage& image, std::string_view frame) {
  const std::optional<FrameHeader> header = decode_header(frame);
  if (!header) return bad_frame("These bytes are no frame of this version, or cut short.");
  if ((header->flags & kFrameZstd) != 0) return bad_frame("The payload is to be unpacked first.");
  FrameReader reader(frame.substr(kFrameHeaderBytes));
  const bool terrain =
      header->channel == FrameChannel::kWorld || header->channel == FrameChannel::kPovWorld;
  auto read = [&]() -> base::Result<FrameImage> {
    if (header->kind == FrameKind::kKey) {
      return terrain ? read_terrain_key(reader) : read_agents_key(reader);
    }
    if (header->kind != FrameKind::kDelta || header->base_back == 0) {
      return bad_frame("The frame is neither a key frame nor a delta.");
    }
    if (terrain != std::holds_alternative<TerrainImage>(image)) {
      return bad_frame("The delta is of another kind of image.");
    }
    return terrain ? read_terrain_delta(reader, std::get<TerrainImage>(image))
                   : read_agents_delta(reader, std::get<AgentsImage>(image));
  }();
  if (!read.ok()) return read.error();
  image = std::move(*read);
  return {};
}

}  // namespace cherub::server
