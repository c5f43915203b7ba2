#pragma once

#include <chrono>
#include <memory>

#include "server/limits.h"
#include "server/net/connections.h"
#include "server/net/wire.h"
#include "server/transport.h"

namespace cherub::server::net {

inline constexpr std::chrono::seconds kHandshake{10};
// How long a refused request's rest is read and thrown away, so that the answer arrives.
inline constexpr std::chrono::seconds kLinger{2};
inline constexpr std::size_t kLingerBytesMax = std::size_t{8} << 20;
// How long a client that is being closed may keep its last write waiting.
inline constexpr std::chrono::seconds kCloseGrace{3};
// A stream that has nothing to say says so this often.
inline constexpr std::chrono::seconds kHeartbeat{15};

// What every session works with; outlives them.
struct Surroundings {
  Application& application;
  Connections& connections;
  const ServerLimits& limits;

  [[nodiscard]] std::chrono::seconds idle() const {
    return std::chrono::seconds(limits.idle_seconds);
  }
};

// Serves one connection until it ends; keeps itself alive meanwhile.
void start_http_session(Wire wire, const Surroundings& around);

// Answers 503 to whatever a client wants that is one too many.
void refuse_http_session(Wire wire, const Surroundings& around);

// Takes over a connection whose upgrade request was accepted.
void start_ws_session(Wire wire, http::request<http::string_body> upgrade, View view,
                      const Surroundings& around);

// Takes over a connection to send a body of unknown length; `head` is all of the answer but that.
void start_stream_session(Wire wire, http::response<http::empty_body> head,
                          std::shared_ptr<BodyStream> body, const Surroundings& around);

// Serves one native renderer: reads the line that names what it looks at, then writes frames.
void start_frame_session(Wire wire, const Surroundings& around);

}  // namespace cherub::server::net
