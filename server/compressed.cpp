#include "server/compressed.h"

#include <string_view>
#include <utility>

#include "abilities/compression.h"
#include "server/frame_bytes.h"

namespace cherub::server {
namespace {

// Null where packing gains nothing.
SharedBytes packed(FrameHeader header, std::string_view payload) {
  if (payload.size() < kCompressFromBytes) return nullptr;
  const auto bytes = abilities::compress(payload);
  if (!bytes.ok() || bytes->size() >= payload.size()) return nullptr;
  header.flags |= kFrameZstd;
  header.length = static_cast<std::uint32_t>(bytes->size());
  FrameWriter writer(kFrameHeaderBytes + bytes->size());
  put_header(writer, header);
  writer.put_bytes(bytes->data(), bytes->size());
  return std::make_shared<const std::string>(writer.take());
}

}  // namespace

SharedBytes compressed_frame(const SharedBytes& frame) {
  const auto header = decode_header(*frame);
  if (!header) return frame;
  const SharedBytes shorter = packed(*header, std::string_view(*frame).substr(kFrameHeaderBytes));
  return shorter ? shorter : frame;
}

SharedBytes record_blob(const std::string& text, std::uint64_t seq) {
  FrameHeader header;
  header.kind = FrameKind::kBlob;
  header.channel = FrameChannel::kRecord;
  header.seq = static_cast<std::uint32_t>(seq);
  return packed(header, text);
}

}  // namespace cherub::server
