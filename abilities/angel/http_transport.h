#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "abilities/angel/proxy.h"
#include "engine/base/result.h"

namespace cherub::abilities::angel {

inline constexpr std::size_t kReplyBodyBytesMax = 4u << 20;
// Of a body that is handed on piece by piece: each token of a stream comes with some 300 bytes.
inline constexpr std::size_t kStreamBodyBytesMax = 64u << 20;
inline constexpr std::size_t kReplyHeaderBytesMax = 64u << 10;

struct HttpHeader {
  std::string name;
  std::string value;
};

struct HttpReply {
  unsigned status = 0;
  std::vector<HttpHeader> headers;  // in the peer's order
  std::string body;                 // chunks joined

  // The first value under the name, whatever its case, or empty.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

struct HttpRequest {
  std::string url;
  std::string method = "POST";
  std::vector<HttpHeader> headers;  // beyond Host, Content-Length, Connection and User-Agent
  std::string body;
  double deadline_s = 60;      // for all of it: resolve, connect, handshake, write, read
  double first_byte_s = 0;     // from the request to the reply's header; 0: the deadline only
  double idle_s = 0;           // between two pieces of the body; 0: the deadline only
  std::optional<Proxy> proxy;  // https goes through a tunnel (CONNECT)
  // When given, a 200's body is handed on piece by piece, with status and headers, and left out of
  // the reply. False: the rest is not wanted, and the connection is closed.
  std::function<bool(const HttpReply& head, std::string_view piece)> on_body;
};

// One HTTP/1.1 exchange over a connection of its own, on the calling thread; a host name is looked
// up on a short-lived thread beside it. https verifies the certificate and the host name against
// the system's authorities (OpenSSL's SSL_CERT_FILE and SSL_CERT_DIR are honoured). Redirects are
// not followed. Any status is a value; errors are:
//   kUnavailable      no answer: deadline, cancelled, refused, cut off; trying again may help
//   kRefused          certificate or size limits; trying again does not help
//   kInvalidArgument  a bad URL or header, or a peer that does not speak HTTP (or TLS)
// A proxy that cannot be reached or refuses the tunnel is told as such. Returns within about 100 ms
// once `cancel` (may be null) turns true. Never repeats headers or bodies in errors; their `where`
// is the URL's host and port. Safe from any thread.
base::Result<HttpReply> http_exchange(const HttpRequest& request, const std::atomic<bool>* cancel);

}  // namespace cherub::abilities::angel
