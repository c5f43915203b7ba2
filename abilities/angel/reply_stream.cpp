#include "abilities/angel/reply_stream.h"

#include <algorithm>

#include "abilities/angel/peer_message.h"
#include "engine/base/json.h"

namespace cherub::abilities::angel {
namespace {

constexpr std::size_t kBeginningBytesMax = 200;
constexpr std::string_view kDone = "[DONE]";

// JSON, HTML and texts begin with something else than a field of an event or a comment.
bool begins_events(std::string_view text) {
  for (const std::string_view start : {":", "data:", "event:", "id:", "retry:", "error:"}) {
    if (text.starts_with(start)) return true;
  }
  return false;
}

base::Error larger_than_allowed() {
  return {base::ErrorCode::kRefused,
          "the reply is larger than " + std::to_string(kReplyBodyBytesMax >> 10) +
              " KiB; ask for fewer tokens or check the URL",
          ""};
}

}  // namespace

bool ReplyStream::take(const HttpReply& head, std::string_view piece) {
  if (kind_ == Kind::kUnknown) {
    whole_ += piece;
    const std::size_t first = whole_.find_first_not_of(" \t\r\n\xef\xbb\xbf");
    if (first == std::string::npos) return true;
    const bool called_so = head.header("content-type").find("event-stream") != std::string::npos;
    // Enough to tell "data:" from other words that begin so.
    if (!called_so && whole_.size() < first + 6) return true;
    const bool json = whole_[first] == '{' || whole_[first] == '[' || whole_[first] == '<';
    const std::string_view text = std::string_view(whole_).substr(first);
    kind_ = (called_so && !json) || begins_events(text) ? Kind::kEvents : Kind::kWhole;
    if (kind_ == Kind::kWhole) return true;
    piece = whole_;
  } else if (kind_ == Kind::kWhole) {
    whole_ += piece;
    if (whole_.size() <= kReplyBodyBytesMax) return true;
    too_large_ = larger_than_allowed();
    return false;
  }
  beginning_ +=
      piece.substr(0, kBeginningBytesMax - std::min(kBeginningBytesMax, beginning_.size()));
  const auto fed = parser_.feed(piece, [this](const SseEvent& event) { return take_event(event); });
  if (!fed) too_large_ = fed.error();
  if (reader_->bytes() > kReplyBodyBytesMax) too_large_ = larger_than_allowed();
  return !done_ && !error_ && !too_large_;
}

bool ReplyStream::take_event(const SseEvent& event) {
  if (event.data == kDone) {
    any_ = done_ = true;
    return false;
  }
  auto root = base::parse_json(event.data);
  if (!root)
    return true;  // garbage between good events is passed over; alone it is told at the end
  if (event.name == "error" && !error_in(*root)) {
    root = base::parse_json(base::JsonObject().raw("error", event.data).text());
  }
  if (root && error_in(*root)) {
    error_ = std::move(root).value();
    return false;
  }
  any_ = true;
  const std::size_t before = reader_->bytes();
  reader_->take(*root);
  if (on_tokens_ && reader_->bytes() > before) on_tokens_(estimated_tokens(reader_->bytes()));
  done_ = reader_->complete();
  return !done_;
}

base::Result<ModelReply> ReplyStream::finish() {
  if (!done_ && !error_) {
    (void)parser_.finish([this](const SseEvent& event) { return take_event(event); });
  }
  if (!any_) {
    return base::Error{base::ErrorCode::kInvalidArgument,
                       "no event that can be read: " + clean_line(beginning_, 120), ""};
  }
  return reader_->finish(!done_);
}

Tokens ReplyStream::used(const ModelRequest& request) const {
  if (kind_ == Kind::kUnknown) return {};
  return {estimated_tokens(request.system.size() + request.user.size()),
          estimated_tokens(reader_->bytes()), true};
}

}  // namespace cherub::abilities::angel
