#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace cherub::server {

// Encoded once, shared by all clients that get it.
using SharedBytes = std::shared_ptr<const std::string>;

struct OutboxMessage {
  SharedBytes bytes;
  bool binary = false;
};

struct CloseReason {
  std::uint16_t code = 1000;
  std::string text;
};
inline constexpr std::uint16_t kCloseGoingAway = 1001;
inline constexpr std::uint16_t kClosePolicy = 1008;
inline constexpr std::uint16_t kCloseTooSlow = 4008;

struct OutboxLimits {
  std::size_t records = 1024;
  std::size_t bytes = std::size_t{4} << 20;
};

// What waits to be sent to one client. Filled by any thread, emptied by the session, one message at
// a time: what the session has popped is in flight, what is here waits. Records are kept in order
// and overflow closes the client; of frames only the newest waits, so at most two are in flight.
class Outbox {
 public:
  explicit Outbox(OutboxLimits limits = {}) : limits_(limits) {}

  // Called, from the pushing thread, when there is something to do after pop() gave nothing, and
  // when the outbox closes. Must not block.
  void set_wake(std::function<void()> wake);

  void push_record(SharedBytes text);
  void push_frame(SharedBytes bytes);
  // Nothing more is taken; the client is closed once what waits is sent.
  void close(CloseReason reason);

  std::optional<OutboxMessage> pop();
  // Set once the outbox overflowed or was closed. Records that wait are sent first, unless the
  // reason is that the client is too slow.
  [[nodiscard]] std::optional<CloseReason> closing() const;

 private:
  void wake_if(bool always);

  const OutboxLimits limits_;
  mutable std::mutex mutex_;
  std::function<void()> wake_;
  bool idle_ = true;  // the session has found nothing to pop and waits to be woken
  std::deque<SharedBytes> records_;
  std::size_t record_bytes_ = 0;
  SharedBytes frame_;
  std::optional<CloseReason> closing_;
};

}  // namespace cherub::server
