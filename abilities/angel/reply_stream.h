#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "abilities/angel/http_transport.h"
#include "abilities/angel/sse.h"
#include "abilities/angel/wire.h"
#include "abilities/ledger.h"

namespace cherub::abilities::angel {

// The body of a 200 as it comes: events when it is a stream of them, whatever the peer calls it,
// else a whole that is kept until the end. One thread, one reply.
class ReplyStream {
 public:
  // `on_tokens` (may be empty) hears how many came so far, by estimate.
  ReplyStream(const Wire& wire, std::function<void(std::uint64_t tokens)> on_tokens)
      : reader_(wire.stream_reader()), on_tokens_(std::move(on_tokens)) {}

  // Whether more is wanted.
  bool take(const HttpReply& head, std::string_view piece);

  [[nodiscard]] bool is_events() const { return kind_ == Kind::kEvents; }
  std::string take_whole() { return std::move(whole_); }

  // The reply when the body is over. Errors as StreamReader::finish; kInvalidArgument for a stream
  // in which nothing could be read.
  base::Result<ModelReply> finish();
  // The event that was an error, which then stands for the reply; null: none was.
  [[nodiscard]] const rapidjson::Document* error() const { return error_ ? &*error_ : nullptr; }
  // kRefused, when something went beyond the limits; null: nothing did.
  [[nodiscard]] const base::Error* too_large() const { return too_large_ ? &*too_large_ : nullptr; }
  [[nodiscard]] bool is_cut() const { return !done_; }
  [[nodiscard]] std::size_t bytes() const { return reader_->bytes(); }
  // By estimate, what a reply that came to nothing used; nothing before its first byte.
  [[nodiscard]] Tokens used(const ModelRequest& request) const;

 private:
  enum class Kind { kUnknown, kEvents, kWhole };

  bool take_event(const SseEvent& event);

  std::unique_ptr<StreamReader> reader_;
  std::function<void(std::uint64_t)> on_tokens_;
  SseParser parser_;
  Kind kind_ = Kind::kUnknown;
  std::string whole_;      // before the kind is known, and of a whole
  std::string beginning_;  // of events, for the message when none can be read
  bool done_ = false;      // the peer said that this was all
  bool any_ = false;       // an event could be read
  std::optional<rapidjson::Document> error_;
  std::optional<base::Error> too_large_;
};

}  // namespace cherub::abilities::angel
