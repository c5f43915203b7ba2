#pragma once

#include <cstdint>

namespace cherub::server {

// What clients may send, hold and take their time for. Each can be configured (server/config.h).
struct ServerLimits {
  std::uint32_t header_bytes = 8 * 1024;       // of a request, with its first line
  std::uint32_t body_bytes = 1u << 20;         // of a request
  std::uint32_t message_bytes = 64 * 1024;     // of a message over WebSocket
  std::uint32_t subscriptions = 64;            // of one connection
  std::uint32_t connections = 1024;            // at a time
  std::uint32_t idle_seconds = 60;             // of silence, after which a connection is given up
  std::uint32_t header_seconds = 10;           // from a header's first byte to its last
  std::uint32_t body_seconds = 30;             // from a header to the end of its body
  std::uint32_t run_requests_per_minute = 60;  // of one address, on average; 0: any number
  std::uint32_t run_requests_at_once = 30;     // of one address, after a pause
  std::uint32_t sessions = 8;                  // of ecosystem clients, at a time
  std::uint32_t session_world_seconds = 30;    // until a session's world must be defined
  // Without its client, a world goes on, then stands still, then ends.
  std::uint32_t session_grace_seconds = 30, session_keep_seconds = 600;
};

}  // namespace cherub::server
