#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "server/outbox_counters.h"

namespace cherub::server {

// Encoded once, shared by all clients that get it.
using SharedBytes = std::shared_ptr<const std::string>;

struct OutboxMessage {
  SharedBytes bytes;
  bool binary = false;
};

// Records that were encoded together: so many lines, separated by newlines; or one compressed
// record, which is a binary message of its own.
struct Bundle {
  SharedBytes bytes;
  std::uint32_t records = 1;
  bool binary = false;
};

// Telemetry: what of it does not fit is dropped, and its channel tells which records are lost.
struct LossyBundle {
  Bundle bundle;
  SharedBytes channel;                        // its name; null: the client looks at this one only
  std::uint64_t first_seq = 0, last_seq = 0;  // of its records
};

struct CloseReason {
  std::uint16_t code = 1000;
  std::string text;
};
inline constexpr std::uint16_t kCloseGoingAway = 1001;
inline constexpr std::uint16_t kClosePolicy = 1008;
inline constexpr std::uint16_t kCloseTooSlow = 4008;

// Of one message to a client that takes several records in one.
inline constexpr std::uint32_t kMessageRecordsMax = 64;
inline constexpr std::size_t kMessageBytesMax = 64 * 1024;

struct OutboxLimits {
  std::size_t records = 1024;
  std::size_t bytes = std::size_t{4} << 20;
  std::size_t lossy_records = 4096;
  std::size_t lossy_bytes = std::size_t{4} << 20;
  std::uint32_t message_records = 1;  // that one message may carry
};

// Of those that nobody counts.
std::shared_ptr<OutboxCounters> uncounted();

// The bytes of {"type":"gap",…} that tells a client of so many lost records of a channel.
std::string gap_record(const SharedBytes& channel, std::uint64_t from, std::uint64_t to,
                       std::uint64_t count);

// What waits to be sent to one client, in three lanes: records, which are kept in order and whose
// overflow closes the client; telemetry, whose oldest is dropped; frames, of which the newest of
// each stream waits, so that at most two of a stream are in flight. Records go before the others,
// which take turns. Filled by any thread, emptied by the session; nothing is encoded under the
// lock.
class Outbox {
 public:
  explicit Outbox(OutboxLimits limits = {}, std::shared_ptr<OutboxCounters> counters = uncounted());
  ~Outbox();
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  // Called, from the pushing thread, when there is something to do after pop() gave nothing, and
  // when the outbox closes. Must not block.
  void set_wake(std::function<void()> wake);
  // Called once, from the pushing thread, when the first telemetry is lost. Must not block.
  void set_first_loss(std::function<void()> call);
  [[nodiscard]] std::uint64_t lost() const;  // records of telemetry, so far

  void push_record(SharedBytes text) { push({std::move(text), 1}); }
  void push(Bundle bundle);
  void push_lossy(LossyBundle bundle);
  // Frames of a stream: a delta is taken only if nothing of its stream waits, for what waits is
  // what it builds on; false: not taken. Any other frame takes the place of the one that waits.
  bool push_delta(std::uint32_t stream, SharedBytes bytes);
  void push_frame(std::uint32_t stream, OutboxMessage frame);
  // Forgets the frame of the stream that waits.
  void drop_frame(std::uint32_t stream);
  // Nothing more is taken; the client is closed once what waits is sent.
  void close(CloseReason reason);

  // Whether a record waits that the session has not begun to send.
  [[nodiscard]] bool has_records() const;
  std::optional<OutboxMessage> pop();
  // Set once the outbox overflowed or was closed. Records that wait are sent first, unless the
  // reason is that the client is too slow.
  [[nodiscard]] std::optional<CloseReason> closing() const;

 private:
  struct WaitingFrame {
    std::uint32_t stream = 0;
    OutboxMessage message;
  };
  struct Gap {
    SharedBytes channel;
    std::uint64_t from = 0, to = 0, count = 0;
  };
  // What one message is made of, taken under the lock and joined outside of it.
  struct Taken {
    std::vector<Gap> gaps;
    std::vector<Bundle> bundles;
    std::size_t records = 0, bytes = 0;  // of both, with newlines
    bool binary = false;                 // one bundle, which nothing is joined to
    std::optional<OutboxMessage> frame;
  };

  void wake_if(bool always);
  WaitingFrame* find_frame(std::uint32_t stream);
  void drop_oldest_lossy();
  [[nodiscard]] Taken take();
  void take_records(Taken& taken);
  void take_lossy(Taken& taken);
  static void add(Taken& taken, Bundle bundle);
  // What was taken as one message; nothing: nothing was there.
  static std::optional<OutboxMessage> joined(Taken& taken);
  // Whether one more of so many records and bytes fits behind what was taken.
  [[nodiscard]] bool fits(const Taken& taken, const Bundle& next) const;

  const OutboxLimits limits_;
  const std::shared_ptr<OutboxCounters> counters_;
  mutable std::mutex mutex_;
  std::function<void()> wake_, first_loss_;
  bool idle_ = true;  // the session has found nothing to pop and waits to be woken
  bool frames_next_ = false;
  std::deque<Bundle> records_;
  std::size_t record_count_ = 0, record_bytes_ = 0;
  std::deque<LossyBundle> lossy_;
  std::size_t lossy_count_ = 0, lossy_bytes_ = 0;
  std::vector<Gap> gaps_;  // before what is in lossy_
  std::uint64_t lost_ = 0;
  std::deque<WaitingFrame> frames_;
  std::optional<CloseReason> closing_;
};

}  // namespace cherub::server
