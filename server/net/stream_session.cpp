#include <array>
#include <optional>
#include <string>
#include <utility>

#include "server/net/session.h"

namespace cherub::server::net {
namespace {

// A body that is sent as it comes: in chunks, or, to clients of HTTP/1.0, up to the end of the
// connection. Reads meanwhile, which tells when the client is gone.
class StreamSession final : public std::enable_shared_from_this<StreamSession> {
 public:
  StreamSession(Wire wire, std::shared_ptr<BodyStream> body, const Surroundings& around)
      : wire_(std::move(wire)),
        heartbeat_(wire_.get_executor()),
        body_(std::move(body)),
        around_(around) {}

  ~StreamSession() { leave(); }

  void start(http::response<http::empty_body> head) {
    ticket_ = around_.connections.add([weak = weak_from_this()] {
      const auto self = weak.lock();
      if (self && self->body_) {
        self->body_->close();
        self->send_next();
      }
    });
    chunked_ = head.version() >= 11;
    if (chunked_) head.chunked(true);
    head.keep_alive(false);
    head_ = std::move(head);
    serializer_.emplace(head_);
    limit_write();
    http::async_write_header(wire_, *serializer_,
                             [self = shared_from_this()](error_code error, std::size_t) {
                               if (!error) self->begin();
                             });
  }

 private:
  void begin() {
    writing_ = false;
    wire_.next_layer().expires_never();
    watch();
    if (!body_) {
      finish();
      return;
    }
    body_->set_wake([weak = weak_from_this(), executor = wire_.get_executor()] {
      asio::post(executor, [weak] {
        if (const auto self = weak.lock()) self->send_next();
      });
    });
    send_next();
  }

  void watch() {
    wire_.async_read_some(asio::buffer(scratch_), [self = shared_from_this()](error_code error,
                                                                              std::size_t) {
      if (!error) {
        self->watch();
      } else if (error != asio::error::eof || !self->writing_ || self->ended_) {
        self->end();  // a client that only has nothing more to say still gets what is being sent
      }
    });
  }

  void send_next() {
    if (writing_ || ended_) return;
    BodyStream::Piece piece = body_->next();
    if (piece.broken) {
      end();
      return;
    }
    last_ = piece.end;
    if (!piece.bytes.empty()) {
      send(std::move(piece.bytes));
    } else if (last_) {
      send_end();
    } else {
      wait();
    }
  }

  void wait() {
    heartbeat_.expires_after(kHeartbeat);
    heartbeat_.async_wait([weak = weak_from_this()](error_code error) {
      const auto self = weak.lock();
      if (error || !self || self->writing_ || self->ended_) return;
      if (const std::string_view sign = self->body_->heartbeat(); !sign.empty()) {
        self->send(std::string(sign));
      }
    });
  }

  void limit_write() {
    writing_ = true;
    wire_.next_layer().expires_after(around_.idle());
  }

  void send(std::string bytes) {
    limit_write();
    heartbeat_.cancel();
    sending_ = std::move(bytes);
    const auto done = [self = shared_from_this()](error_code error, std::size_t) {
      self->on_sent(error);
    };
    if (chunked_) {
      asio::async_write(wire_, http::make_chunk(asio::buffer(sending_)), done);
    } else {
      asio::async_write(wire_, asio::buffer(sending_), done);
    }
  }

  void on_sent(error_code error) {
    writing_ = false;
    if (error) {
      end();
    } else if (last_) {
      send_end();
    } else {
      send_next();
    }
  }

  void send_end() {
    leave();
    if (!chunked_) {
      finish();
      return;
    }
    limit_write();
    asio::async_write(wire_, http::make_chunk_last(),
                      [self = shared_from_this()](error_code error, std::size_t) {
                        if (error) {
                          self->end();
                        } else {
                          self->finish();
                        }
                      });
  }

  // The client closes when it has read all; one that does not is closed on.
  void finish() {
    leave();
    ended_ = true;
    writing_ = false;
    heartbeat_.expires_after(kLinger);
    heartbeat_.async_wait([self = shared_from_this()](error_code) { self->end(); });
    wire_.async_finish([self = shared_from_this()](error_code) {});
  }

  void end() {
    leave();
    ended_ = true;
    heartbeat_.cancel();
    wire_.next_layer().close();
  }

  void leave() {
    if (!body_) return;
    body_->set_wake({});
    body_.reset();
  }

  Wire wire_;
  asio::steady_timer heartbeat_;
  std::shared_ptr<BodyStream> body_;
  const Surroundings& around_;
  Connections::Ticket ticket_;
  http::response<http::empty_body> head_;
  std::optional<http::response_serializer<http::empty_body>> serializer_;
  std::array<char, 512> scratch_{};
  std::string sending_;
  bool chunked_ = false;
  bool writing_ = false;
  bool last_ = false;
  bool ended_ = false;
};

}  // namespace

void start_stream_session(Wire wire, http::response<http::empty_body> head,
                          std::shared_ptr<BodyStream> body, const Surroundings& around) {
  std::make_shared<StreamSession>(std::move(wire), std::move(body), around)->start(std::move(head));
}

}  // namespace cherub::server::net
