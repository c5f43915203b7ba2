#include <spdlog/spdlog.h>

#include <array>
#include <cstring>
#include <string_view>
#include <utility>

#include "server/net/session.h"

namespace cherub::server::net {
namespace {

constexpr std::size_t kLineBytesMax = 512;

// One native renderer: a line comes in, frames go out, each behind its length as four bytes,
// little-endian. A reason against the line goes out as text.
class FrameSession final : public std::enable_shared_from_this<FrameSession> {
 public:
  FrameSession(Wire wire, const Surroundings& around) : wire_(std::move(wire)), around_(around) {}

  ~FrameSession() { leave(); }

  void start() {
    ticket_ = around_.connections.add([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->end();
    });
    wire_.next_layer().expires_after(kHandshake);
    asio::async_read_until(wire_, asio::dynamic_buffer(line_, kLineBytesMax), '\n',
                           [self = shared_from_this()](error_code error, std::size_t bytes) {
                             if (!error) self->on_line(bytes);
                           });
  }

 private:
  void on_line(std::size_t bytes) {
    std::string_view line(line_.data(), bytes - 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    auto opened = around_.application.open_frames(line);
    if (!opened.ok()) {
      line_ = opened.error().message + "\n";
      asio::async_write(wire_, asio::buffer(line_),
                        [self = shared_from_this()](error_code, std::size_t) { self->end(); });
      return;
    }
    view_ = std::move(*opened);
    view_.outbox->set_wake([weak = weak_from_this(), executor = wire_.get_executor()] {
      asio::post(executor, [weak] {
        if (const auto self = weak.lock()) self->send_next();
      });
    });
    wire_.next_layer().expires_never();
    watch();
  }

  // Nothing more is expected; reading tells when the renderer is gone.
  void watch() {
    wire_.async_read_some(asio::buffer(scratch_),
                          [self = shared_from_this()](error_code error, std::size_t) {
                            if (error) {
                              self->end();
                            } else {
                              self->watch();
                            }
                          });
  }

  void send_next() {
    if (writing_ || ended_) return;
    std::optional<OutboxMessage> message = view_.outbox->pop();
    while (message && !message->binary) message = view_.outbox->pop();
    if (!message) {
      if (view_.outbox->closing()) end();
      return;
    }
    writing_ = true;
    sending_ = std::move(message->bytes);
    const auto length = static_cast<std::uint32_t>(sending_->size());
    std::memcpy(length_.data(), &length, sizeof length);
    wire_.next_layer().expires_after(around_.idle());
    const std::array<asio::const_buffer, 2> buffers{asio::buffer(length_), asio::buffer(*sending_)};
    asio::async_write(wire_, buffers, [self = shared_from_this()](error_code error, std::size_t) {
      self->writing_ = false;
      self->sending_.reset();
      if (error) {
        self->end();
      } else {
        self->wire_.next_layer().expires_never();
        self->send_next();
      }
    });
  }

  void end() {
    if (ended_) return;
    ended_ = true;
    leave();
    wire_.next_layer().close();
  }

  void leave() {
    if (!view_.outbox) return;
    view_.outbox->set_wake({});
    if (view_.on_closed) view_.on_closed();
    view_ = {};
  }

  Wire wire_;
  const Surroundings& around_;
  Connections::Ticket ticket_;
  View view_;
  std::string line_;
  std::array<char, 4> length_{};
  std::array<char, 64> scratch_{};
  SharedBytes sending_;
  bool writing_ = false;
  bool ended_ = false;
};

}  // namespace

void start_frame_session(Wire wire, const Surroundings& around) {
  std::make_shared<FrameSession>(std::move(wire), around)->start();
}

}  // namespace cherub::server::net
