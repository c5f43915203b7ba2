#pragma once

#include <cstdint>

#include "server/outbox.h"

// What clients that ask for it are sent compressed (docs/PROTOCOL.md): frames with a packed
// payload, and records as blobs.
namespace cherub::server {

// Shorter payloads and records stay as they are.
inline constexpr std::size_t kCompressFromBytes = 512;

// The same frame with its payload packed, where that makes it shorter; else itself.
SharedBytes compressed_frame(const SharedBytes& frame);
// A message of kind blob whose payload is the record's text, packed. Null where the text is too
// short, or does not become shorter.
SharedBytes record_blob(const std::string& text, std::uint64_t seq);

}  // namespace cherub::server
