#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/base/result.h"
#include "server/limits.h"
#include "server/transport.h"

namespace cherub::server {

// PEM files of a certificate (with those that lead to its authority) and of its key.
struct TlsFiles {
  std::string certificate, key;
};

struct HttpServerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8088;  // 0: the system chooses
  ServerLimits limits;
  std::optional<TlsFiles> tls;               // nothing: unencrypted
  std::optional<std::uint16_t> frames_port;  // for native renderers; nothing: no such port
};

// HTTP/1.1 and WebSocket on one port, and frames for native renderers on another, all with TLS or
// all without, on the one thread that calls run().
class HttpServer {
 public:
  explicit HttpServer(HttpServerOptions options);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Binds; the port that clients can use from now on. The application must live until run() has
  // returned. Errors name the address, or the file of TLS that does not do.
  base::Result<std::uint16_t> listen(Application& application);
  // That of native renderers, once it listens; 0: none.
  [[nodiscard]] std::uint16_t frames_port() const;
  // From any thread: calls it soon on the thread of run(), in the order of the posts.
  void post(std::function<void()> call);
  // From any thread: the same, but so much later; not at all when the server ends before.
  void post_after(std::chrono::milliseconds delay, std::function<void()> call);
  // Serves until the server is shut down.
  void run();
  // From any thread: takes no more connections.
  void stop_accepting();
  // From any thread: closes all clients with a reason; run() returns when they are gone, and after
  // `patience` in any case.
  void shut_down(std::chrono::milliseconds patience);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cherub::server
