#pragma once

#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "server/net/asio.h"

namespace cherub::server::net {

// A connection, with TLS or without: the one stream type of all sessions, so that Beast is compiled
// for it once. Completion handlers only, one read and one write at a time.
class Wire {
 public:
  using Plain = beast::tcp_stream;
  using Tls = beast::ssl_stream<beast::tcp_stream>;
  using next_layer_type = Plain;
  using executor_type = Plain::executor_type;

  explicit Wire(tcp::socket socket) : stream_(std::in_place_type<Plain>, std::move(socket)) {}
  Wire(tcp::socket socket, ssl::context& context)
      : stream_(std::in_place_type<Tls>, std::move(socket), context) {}
  Wire(Wire&&) = default;

  next_layer_type& next_layer() noexcept {
    Tls* const tls = std::get_if<Tls>(&stream_);
    return tls != nullptr ? tls->next_layer() : *std::get_if<Plain>(&stream_);
  }
  const next_layer_type& next_layer() const noexcept {
    return const_cast<Wire*>(this)->next_layer();
  }
  executor_type get_executor() noexcept { return next_layer().get_executor(); }
  // Null without TLS.
  Tls* tls() { return std::get_if<Tls>(&stream_); }

  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    std::visit(
        [&](auto& stream) { stream.async_read_some(buffers, std::forward<Handler>(handler)); },
        stream_);
  }
  template <class Buffers, class Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    std::visit(
        [&](auto& stream) { stream.async_write_some(buffers, std::forward<Handler>(handler)); },
        stream_);
  }
  // Tells the peer that nothing more comes; `handler` gets an error code when that is done.
  template <class Handler>
  void async_finish(Handler handler) {
    if (Tls* const encrypted = tls()) {
      encrypted->async_shutdown(std::move(handler));
      return;
    }
    error_code error;
    next_layer().socket().shutdown(tcp::socket::shutdown_send, error);
    asio::post(get_executor(), [handler = std::move(handler), error]() mutable { handler(error); });
  }
  template <class Handler>
  void tear_down(beast::role_type role, Handler&& handler) {
    using beast::async_teardown;
    std::visit([&](auto& stream) { async_teardown(role, stream, std::forward<Handler>(handler)); },
               stream_);
  }

 private:
  std::variant<Plain, Tls> stream_;
};

// Found by Beast when a WebSocket has been closed.
template <class Handler>
void async_teardown(beast::role_type role, Wire& wire, Handler&& handler) {
  wire.tear_down(role, std::forward<Handler>(handler));
}

// The peer's address without its port; empty when it is gone already.
std::string peer_address(Wire& wire);

}  // namespace cherub::server::net
