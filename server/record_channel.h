#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "server/filter.h"
#include "server/outbox.h"

namespace cherub::server {

// Runs a function soon, in the order given, on the thread that serves clients.
using Executor = std::function<void(std::function<void()>)>;

// What becomes of a client that reads more slowly than records come: it is closed and comes back
// for the history, or it loses the oldest and is told which.
enum class Overflow { kClose, kDropOldest };

struct RecordChannelOptions {
  std::string name;   // as clients subscribe to it, "progress/<run>"
  std::string epoch;  // sequence numbers hold within it
  Overflow overflow = Overflow::kClose;
  // The history that a late subscriber is given. Beyond it, plain records go before key records.
  std::size_t history_records = 512;
  std::size_t history_bytes = std::size_t{2} << 20;
  Executor executor;
  std::function<std::int64_t()> wall_ms;  // for `ts`: milliseconds since 1970
  std::uint64_t last_seq = 0;             // numbers go on behind it
};

// What a publisher hands over: `json` is a complete object that begins with {"type":"<type>"…}.
struct OutgoingRecord {
  std::string type, json;
  bool key = false;  // tells the story, stays in the history longest
};

// How a client wants its records: as they are with `seq` as last member, one in a message; the same
// as a server-sent event with the id "<epoch>.<seq>"; as {ch, seq, ts, type, data}, several in a
// message; or so with long records compressed.
enum class RecordForm { kBare, kEvent, kEnvelope, kCompressed };
enum class HistoryWish { kNone, kLatest, kAll };

struct JoinRequest {
  RecordForm form = RecordForm::kEnvelope;
  HistoryWish history = HistoryWish::kNone;
  // Goes on behind this number if the epoch is the channel's and all that came since is kept; else
  // the whole history comes first.
  std::optional<std::uint64_t> after;
  std::string epoch;
  std::optional<Filter> filter;
};

// What the subscriber gets first.
struct Joined {
  std::uint64_t seq = 0;   // of the newest record; 0: none yet
  std::uint64_t from = 1;  // of the first record that may come
  bool recovered = false;
  std::string reason;  // when it was to be recovered and could not be: "epoch", "history", "ahead"
};

// A sequence of records and those who listen. Publishing takes a lock for the time of a push; the
// rest happens on the executor: numbering, encoding (once for all clients) and handing out. Between
// the history and what follows nothing is lost or repeated. Safe from any thread.
class RecordChannel : public std::enable_shared_from_this<RecordChannel> {
 public:
  explicit RecordChannel(RecordChannelOptions options);

  void publish(OutgoingRecord record);
  void publish(std::vector<OutgoingRecord> records);  // in one push
  [[nodiscard]] bool watched() const { return watchers_.load(std::memory_order_relaxed) > 0; }
  // `greet` is called before the first record goes to the outbox; it may push there itself.
  void join(const std::shared_ptr<Outbox>& outbox, JoinRequest request,
            const std::function<void(const Joined&)>& greet);
  void leave(const Outbox* outbox);
  [[nodiscard]] const RecordChannelOptions& options() const { return options_; }

 private:
  struct Record {
    OutgoingRecord content;
    std::uint64_t seq = 0;
    std::int64_t ts = 0;
    SharedBytes bare, event, envelope;            // made when first wanted
    std::optional<SharedBytes> blob;              // likewise; null: it stays a text
    std::shared_ptr<rapidjson::Document> parsed;  // likewise, for filters
  };
  struct Subscriber {
    std::shared_ptr<Outbox> outbox;
    RecordForm form;
    std::optional<Filter> filter;
  };
  using Batch = std::vector<std::shared_ptr<Record>>;

  void deliver();
  void schedule();
  void number_pending();  // the rest: under mutex_
  void hand_out(const Batch& batch);
  void remember(std::shared_ptr<Record> record);
  void forget_oldest();
  [[nodiscard]] Joined plan(const JoinRequest& request) const;
  void push_history(const Subscriber& subscriber, std::uint64_t from);
  [[nodiscard]] std::vector<LossyBundle> bundles_of(const Batch& batch, RecordForm form) const;
  [[nodiscard]] Batch matching(const Batch& batch, const Filter& filter) const;
  void push(const Subscriber& subscriber, const std::vector<LossyBundle>& bundles) const;
  void push_single(const Subscriber& subscriber, const Batch& batch) const;
  [[nodiscard]] const SharedBytes& bare(Record& record) const;
  [[nodiscard]] const SharedBytes& event(Record& record) const;
  [[nodiscard]] const SharedBytes& envelope(Record& record) const;
  [[nodiscard]] const SharedBytes& blob(Record& record) const;

  const RecordChannelOptions options_;
  const SharedBytes name_;

  std::mutex inbox_mutex_;  // all that a publisher ever waits for
  std::vector<OutgoingRecord> inbox_;
  bool scheduled_ = false;

  std::mutex mutex_;
  std::uint64_t seq_ = 0;
  std::deque<std::shared_ptr<Record>> history_;
  std::size_t history_bytes_ = 0;
  std::vector<Subscriber> subscribers_;
  std::atomic<std::size_t> watchers_{0};  // as many as subscribers_, for who does not wait
};

}  // namespace cherub::server
