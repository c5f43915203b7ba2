#pragma once

#include <chrono>
#include <memory>

#include "server/limits.h"
#include "server/net/asio.h"
#include "server/net/connections.h"
#include "server/transport.h"

namespace cherub::server::net {

inline constexpr std::chrono::seconds kIdle{60};
inline constexpr std::chrono::seconds kHandshake{10};
// How long a refused request's rest is read and thrown away, so that the answer arrives.
inline constexpr std::chrono::seconds kLinger{2};
inline constexpr std::size_t kLingerBytesMax = std::size_t{8} << 20;
// How long a client that is being closed may keep its last write waiting.
inline constexpr std::chrono::seconds kCloseGrace{3};

// Serves one TCP connection until it ends; keeps itself alive meanwhile.
void start_http_session(tcp::socket socket, Application& application, Connections& connections);

// Takes over a connection whose upgrade request was accepted.
void start_ws_session(beast::tcp_stream stream, http::request<http::string_body> upgrade, View view,
                      Connections& connections);

// Serves one native renderer: reads the line that names what it looks at, then writes frames.
void start_frame_session(tcp::socket socket, Application& application, Connections& connections);

}  // namespace cherub::server::net
