#include <spdlog/spdlog.h>

#include <string_view>
#include <utility>

#include "server/net/session.h"

namespace cherub::server::net {
namespace {

// One WebSocket client: reads its words, sends what its outbox holds, one message at a time.
class WsSession final : public std::enable_shared_from_this<WsSession> {
 public:
  WsSession(Wire wire, View view, const Surroundings& around)
      : ws_(std::move(wire)), grace_(ws_.get_executor()), view_(std::move(view)), around_(around) {}

  ~WsSession() { leave(); }

  void start(http::request<http::string_body> upgrade) {
    ticket_ = around_.connections.add([outbox = view_.outbox] {
      outbox->close({kCloseGoingAway, "the server is shutting down"});
    });
    beast::get_lowest_layer(ws_).expires_never();  // the WebSocket layer has its own timers
    ws_.set_option(websocket::stream_base::timeout{kHandshake, around_.idle(), true});
    ws_.set_option(websocket::stream_base::decorator(
        [protocol = view_.subprotocol](websocket::response_type& response) {
          response.set(http::field::server, "cherub");
          if (!protocol.empty()) response.set(http::field::sec_websocket_protocol, protocol);
        }));
    ws_.read_message_max(around_.limits.message_bytes);
    ws_.auto_fragment(false);  // else a message would be a write for every 4 KiB of it
    upgrade_ = std::move(upgrade);
    ws_.async_accept(upgrade_, [self = shared_from_this()](error_code error) {
      if (!error) self->on_accepted();
    });
  }

 private:
  void on_accepted() {
    view_.outbox->set_wake([weak = weak_from_this(), executor = ws_.get_executor()] {
      asio::post(executor, [weak] {
        if (const auto self = weak.lock()) self->send_next();
      });
    });
    read();
  }

  void read() {
    ws_.async_read(buffer_, [self = shared_from_this()](error_code error, std::size_t) {
      self->on_read(error);
    });
  }

  void on_read(error_code error) {
    if (error) {
      spdlog::debug("WebSocket client left: {}", error.message());
      leave();
      return;
    }
    const auto bytes = buffer_.cdata();
    view_.on_text({static_cast<const char*>(bytes.data()), bytes.size()});
    buffer_.consume(buffer_.size());
    read();
  }

  void send_next() {
    const std::optional<CloseReason> reason = view_.outbox->closing();
    if (writing_) {
      if (reason) limit_last_write();
      return;
    }
    if (reason && reason->code == kCloseTooSlow) {
      close(*reason);
      return;
    }
    std::optional<OutboxMessage> message = view_.outbox->pop();
    if (!message) {
      if (reason) close(*reason);
      return;
    }
    writing_ = true;
    sending_ = std::move(message->bytes);
    ws_.binary(message->binary);
    ws_.async_write(asio::buffer(*sending_),
                    [self = shared_from_this()](error_code error, std::size_t) {
                      self->writing_ = false;
                      self->sending_.reset();
                      if (!error) self->send_next();
                    });
  }

  // A client that does not read would hold its connection for ever.
  void limit_last_write() {
    if (limited_) return;
    limited_ = true;
    grace_.expires_after(kCloseGrace);
    grace_.async_wait([weak = weak_from_this()](error_code error) {
      const auto self = weak.lock();
      if (!error && self) beast::get_lowest_layer(self->ws_).close();
    });
  }

  void close(const CloseReason& reason) {
    writing_ = true;  // for good: nothing follows a close
    limit_last_write();
    websocket::close_reason why;
    why.code = static_cast<websocket::close_code>(reason.code);
    why.reason = reason.text;
    ws_.async_close(why, [self = shared_from_this()](error_code) { self->grace_.cancel(); });
  }

  void leave() {
    if (left_) return;
    left_ = true;
    grace_.cancel();
    view_.outbox->set_wake({});
    if (view_.on_closed) view_.on_closed();
  }

  websocket::stream<Wire> ws_;
  asio::steady_timer grace_;
  View view_;
  const Surroundings& around_;
  Connections::Ticket ticket_;
  http::request<http::string_body> upgrade_;
  beast::flat_buffer buffer_;
  SharedBytes sending_;
  bool writing_ = false;
  bool limited_ = false;
  bool left_ = false;
};

}  // namespace

void start_ws_session(Wire wire, http::request<http::string_body> upgrade, View view,
                      const Surroundings& around) {
  std::make_shared<WsSession>(std::move(wire), std::move(view), around)->start(std::move(upgrade));
}

}  // namespace cherub::server::net
