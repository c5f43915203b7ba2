#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <variant>

#include "server/http_message.h"
#include "server/outbox.h"

// The seam between sockets and meaning: the network code knows only this, the application knows no
// sockets.
namespace cherub::server {

// An answer that comes later, from any thread. The session waits `patience` and then sends `late`.
class PendingReply {
 public:
  PendingReply(std::chrono::milliseconds patience, HttpResponse late);

  // The first call counts.
  void deliver(HttpResponse response);
  // `ready` is called once, at once when the answer is already there; from the delivering thread.
  void when_ready(std::function<void(HttpResponse)> ready);
  [[nodiscard]] std::chrono::milliseconds patience() const { return patience_; }
  [[nodiscard]] const HttpResponse& late() const { return late_; }

 private:
  const std::chrono::milliseconds patience_;
  const HttpResponse late_;
  std::mutex mutex_;
  bool delivered_ = false;
  std::optional<HttpResponse> response_;
  std::function<void(HttpResponse)> ready_;
};

// A body of unknown length that is sent piece by piece. Network thread only, but for the wake.
class BodyStream {
 public:
  struct Piece {
    std::string bytes;    // some 64 KiB at most; empty and not the end: wake tells of more
    bool end = false;     // nothing follows
    bool broken = false;  // at the end: more was to come, and nobody shall take this for the whole
  };
  virtual ~BodyStream() = default;
  virtual Piece next() = 0;
  // `wake` is to be called, from any thread, when next() has something again. Empty when the client
  // is gone: nothing is asked for any more.
  virtual void set_wake(std::function<void()> /*wake*/) {}
  // What is sent in a silence, so that it is not taken for the end; empty: nothing.
  [[nodiscard]] virtual std::string_view heartbeat() const { return {}; }
  // The server ends: next() gives what is to be said about it, and the end.
  virtual void close() {}
};

struct StreamedResponse {
  std::string content_type;
  Headers headers;
  std::shared_ptr<BodyStream> body;
};

using Reply = std::variant<HttpResponse, std::shared_ptr<PendingReply>, StreamedResponse>;

// What a WebSocket client looks at: its messages come from the outbox, its words go to on_text.
struct View {
  std::shared_ptr<Outbox> outbox;
  std::function<void(std::string_view)> on_text;
  std::function<void()> on_closed;  // once, when the client is gone
  std::string subprotocol;          // to answer with; may be empty
};

// What became of a request, for statistics.
struct Answered {
  std::string_view method, path;  // empty: it could not be read
  unsigned status = 0;            // 101: it became a WebSocket
};

// Called by the network thread only, one call at a time; must not block.
class Application {
 public:
  virtual ~Application() = default;
  virtual Reply handle(const HttpRequest& request) = 0;
  // A view for an upgrade request, or the refusal.
  virtual std::variant<View, HttpResponse> open_view(const HttpRequest& request) = 0;
  // A view of frames for a native renderer by its first line, "<run>/<view>" and a token behind a
  // space where one is asked for; or the reason against it.
  virtual base::Result<View> open_frames(std::string_view line) = 0;
  virtual void on_answered(const Answered& /*answered*/) {}
};

}  // namespace cherub::server
