#pragma once

#include <memory>
#include <string>
#include <utility>

#include "server/net/asio.h"

namespace boost::asio::ssl {
class context;
}

namespace cherub::server::net {

// A completion handler of whatever type, so that TLS is compiled for one.
class Completion {
 public:
  template <class Handler>
  explicit Completion(Handler handler)
      : handler_(std::make_unique<Kept<Handler>>(std::move(handler))) {}
  void operator()(error_code error, std::size_t bytes) { handler_->call(error, bytes); }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual void call(error_code error, std::size_t bytes) = 0;
  };
  template <class Handler>
  struct Kept final : Base {
    explicit Kept(Handler given) : handler(std::move(given)) {}
    void call(error_code error, std::size_t bytes) override { handler(error, bytes); }
    Handler handler;
  };
  std::unique_ptr<Base> handler_;
};

// A connection, with TLS or without: the one stream type of all sessions, so that Beast is compiled
// for it once. Completion handlers only, one read and one write at a time, on the network thread.
class Wire {
 public:
  using Plain = beast::tcp_stream;
  using next_layer_type = Plain;
  using executor_type = Plain::executor_type;

  explicit Wire(tcp::socket socket);
  Wire(tcp::socket socket, asio::ssl::context& context);
  Wire(Wire&& other) noexcept;
  ~Wire();

  next_layer_type& next_layer() noexcept;
  const next_layer_type& next_layer() const noexcept;
  executor_type get_executor() noexcept { return next_layer().get_executor(); }
  // With TLS only, before anything else.
  void async_handshake(Completion done);

  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    if (!tls_) {
      plain_->async_read_some(buffers, std::forward<Handler>(handler));
      return;
    }
    asio::mutable_buffer first;
    for (auto at = asio::buffer_sequence_begin(buffers);
         at != asio::buffer_sequence_end(buffers) && first.size() == 0; ++at) {
      first = asio::mutable_buffer(*at);
    }
    read_tls(first, keep(std::forward<Handler>(handler)));
  }
  // With TLS, small buffers go into one record together.
  template <class Buffers, class Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    if (!tls_) {
      plain_->async_write_some(buffers, std::forward<Handler>(handler));
      return;
    }
    const std::size_t bytes = asio::buffer_copy(record_room(), buffers);
    write_tls(bytes, keep(std::forward<Handler>(handler)));
  }
  // Tells the peer that nothing more comes; `handler` gets an error code when that is done.
  template <class Handler>
  void async_finish(Handler handler) {
    if (tls_) {
      shut_down_tls(without_bytes(std::move(handler)));
      return;
    }
    error_code error;
    plain_->socket().shutdown(tcp::socket::shutdown_send, error);
    asio::post(get_executor(), [handler = std::move(handler), error]() mutable { handler(error); });
  }
  // Behind the close of a WebSocket.
  template <class Handler>
  void tear_down(beast::role_type role, Handler&& handler) {
    if (tls_) {
      shut_down_tls(without_bytes(std::forward<Handler>(handler)));
    } else {
      beast::async_teardown(role, *plain_, std::forward<Handler>(handler));
    }
  }

 private:
  struct Tls;

  template <class Handler>
  static Completion keep(Handler&& handler) {
    return Completion(std::decay_t<Handler>(std::forward<Handler>(handler)));
  }
  template <class Handler>
  static Completion without_bytes(Handler&& handler) {
    return Completion([own = std::decay_t<Handler>(std::forward<Handler>(handler))](
                          error_code error, std::size_t) mutable { own(error); });
  }
  asio::mutable_buffer record_room();
  void read_tls(asio::mutable_buffer buffer, Completion done);
  void write_tls(std::size_t bytes, Completion done);  // of the room of the record
  void shut_down_tls(Completion done);

  std::unique_ptr<Plain> plain_;  // one of the two
  std::unique_ptr<Tls> tls_;
};

// Found by Beast when a WebSocket has been closed.
template <class Handler>
void async_teardown(beast::role_type role, Wire& wire, Handler&& handler) {
  wire.tear_down(role, std::forward<Handler>(handler));
}

// The peer's address without its port; empty when it is gone already.
std::string peer_address(Wire& wire);

}  // namespace cherub::server::net
