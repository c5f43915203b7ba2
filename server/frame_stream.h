#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "server/frames.h"
#include "server/outbox.h"
#include "server/record_channel.h"

namespace cherub::server {

using SteadyClock = std::function<std::chrono::steady_clock::time_point()>;

inline constexpr std::uint32_t kKeyFrameInterval = 60;  // frames from one key frame to the next
// A client's wish for a key frame is heard so often.
inline constexpr std::chrono::milliseconds kKeyWishInterval{1000};

struct FrameStreamOptions {
  std::string name;  // as clients subscribe to it, "render/<run>/world"
  FrameChannel kind = FrameChannel::kWorld;
  std::uint32_t stream = 0;  // in the headers of those who look at several; of this process, > 0
  Executor executor;
  SteadyClock clock;
  std::function<std::int64_t()> wall_ms;
};

// How a client wants its frames: binary; binary, with the stream's number in the header; the same
// with long payloads compressed; as JSON, key frames only; as a JSON record of this channel, {ch,
// seq, ts, type, data}.
enum class FrameForm { kBinary, kNumbered, kCompressed, kJson, kEnvelope };

// What one stream shows, and those who look at it. A publisher hands over an image and waits for
// nobody; numbering, encoding (once for all clients of a form) and handing out happen on the
// executor. A client gets deltas as long as it keeps up; else the newest image as a key frame as
// soon as it has room. Safe from any thread.
class FrameStream : public std::enable_shared_from_this<FrameStream> {
 public:
  explicit FrameStream(FrameStreamOptions options);

  // Of images that come while one waits to be handed out only the newest is shown.
  void publish(std::uint64_t tick, FrameImage image);
  // `greet` gets the number of the newest frame, 0 before the first; then the image comes as a key
  // frame, if there is one.
  void join(const std::shared_ptr<Outbox>& outbox, FrameForm form,
            const std::function<void(std::uint32_t)>& greet);
  void leave(const Outbox* outbox);
  // The next frame of this client is a key frame, sent at once. False: it wished not long ago.
  bool wish_key(const Outbox* outbox);
  // Whether anybody looks. Does not wait.
  [[nodiscard]] bool watched() const { return watchers_.load(std::memory_order_relaxed) > 0; }
  [[nodiscard]] const FrameStreamOptions& options() const { return options_; }

 private:
  struct Subscriber {
    std::shared_ptr<Outbox> outbox;
    FrameForm form;
    std::chrono::steady_clock::time_point next_wish;
  };
  struct Pending {
    std::uint64_t tick = 0;
    FrameImage image;
  };
  // One frame in all forms that were wanted so far.
  struct Encoded {
    SharedBytes plain, numbered, compressed, json, envelope;
  };

  void deliver();
  void show_pending();  // the rest: under mutex_
  [[nodiscard]] FrameHeader header() const;
  [[nodiscard]] SharedBytes key(FrameForm form);
  [[nodiscard]] SharedBytes delta(FrameForm form);
  [[nodiscard]] SharedBytes binary(Encoded& frame, FrameForm form) const;
  void push_key(const Subscriber& subscriber);

  const FrameStreamOptions options_;

  std::mutex inbox_mutex_;  // all that a publisher ever waits for
  std::unique_ptr<Pending> inbox_;
  bool scheduled_ = false;

  std::mutex mutex_;
  std::uint32_t seq_ = 0;
  std::uint32_t frames_since_key_ = 0;
  std::uint64_t tick_ = 0;
  FrameImage image_;
  Encoded key_, delta_;
  std::vector<Subscriber> subscribers_;
  std::atomic<std::size_t> watchers_{0};
};

}  // namespace cherub::server
