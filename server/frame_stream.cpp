#include "server/frame_stream.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/base/json.h"
#include "server/compressed.h"
#include "server/frame_bytes.h"

namespace cherub::server {
namespace {

SharedBytes shared(std::string bytes) {
  return std::make_shared<const std::string>(std::move(bytes));
}

bool is_binary(FrameForm form) {
  return form != FrameForm::kJson && form != FrameForm::kEnvelope;
}

// The same frame with the stream's number in its header.
SharedBytes numbered(const SharedBytes& plain, std::uint32_t stream) {
  std::string bytes = *plain;
  std::memcpy(bytes.data() + kFrameStreamOffset, &stream, sizeof stream);
  return shared(std::move(bytes));
}

}  // namespace

FrameStream::FrameStream(FrameStreamOptions options) : options_(std::move(options)) {}

void FrameStream::publish(std::uint64_t tick, FrameImage image) {
  auto pending = std::make_unique<Pending>(Pending{tick, std::move(image)});
  {
    const std::lock_guard lock(inbox_mutex_);
    inbox_.swap(pending);
    if (scheduled_) return;
    scheduled_ = true;
  }
  options_.executor([self = shared_from_this()] { self->deliver(); });
}

void FrameStream::deliver() {
  const std::lock_guard lock(mutex_);
  show_pending();
}

void FrameStream::show_pending() {
  std::unique_ptr<Pending> pending;
  {
    const std::lock_guard lock(inbox_mutex_);
    pending = std::move(inbox_);
    scheduled_ = false;
  }
  if (!pending) return;
  ++seq_;
  tick_ = pending->tick;
  key_ = delta_ = {};
  const bool due = seq_ == 1 || ++frames_since_key_ >= kKeyFrameInterval;
  const bool wanted =
      std::any_of(subscribers_.begin(), subscribers_.end(),
                  [](const Subscriber& subscriber) { return is_binary(subscriber.form); });
  if (!due && wanted) {
    FrameHeader next = header();
    next.base_back = 1;
    std::string bytes = encode_delta(next, image_, pending->image);
    if (!bytes.empty()) delta_.plain = shared(std::move(bytes));
  }
  image_ = std::move(pending->image);
  if (!delta_.plain) frames_since_key_ = 0;
  for (const Subscriber& subscriber : subscribers_) {
    const SharedBytes change = is_binary(subscriber.form) ? delta(subscriber.form) : nullptr;
    if (change && subscriber.outbox->push_delta(options_.stream, change)) continue;
    push_key(subscriber);
  }
}

FrameHeader FrameStream::header() const {
  FrameHeader header;
  header.channel = options_.kind;
  header.seq = seq_;
  header.tick = tick_;
  return header;
}

SharedBytes FrameStream::delta(FrameForm form) {
  return delta_.plain ? binary(delta_, form) : nullptr;
}

SharedBytes FrameStream::binary(Encoded& frame, FrameForm form) const {
  if (form == FrameForm::kBinary) return frame.plain;
  if (!frame.numbered) frame.numbered = numbered(frame.plain, options_.stream);
  if (form == FrameForm::kNumbered) return frame.numbered;
  if (!frame.compressed) frame.compressed = compressed_frame(frame.numbered);
  return frame.compressed;
}

SharedBytes FrameStream::key(FrameForm form) {
  if (!key_.plain) key_.plain = shared(encode_key(header(), image_));
  switch (form) {
    case FrameForm::kBinary:
    case FrameForm::kNumbered:
    case FrameForm::kCompressed:
      return binary(key_, form);
    case FrameForm::kJson:
      if (!key_.json) key_.json = shared(frame_json(*key_.plain, options_.wall_ms()));
      return key_.json;
    case FrameForm::kEnvelope:
      if (!key_.envelope) {
        const std::int64_t now = options_.wall_ms();
        key_.envelope = shared(base::JsonObject()
                                   .add("ch", options_.name)
                                   .add("seq", seq_)
                                   .add("ts", now)
                                   .add("type", "frame")
                                   .raw("data", frame_json(*key_.plain, now))
                                   .text());
      }
      return key_.envelope;
  }
  return nullptr;
}

void FrameStream::push_key(const Subscriber& subscriber) {
  subscriber.outbox->push_frame(options_.stream,
                                {key(subscriber.form), is_binary(subscriber.form)});
}

void FrameStream::join(const std::shared_ptr<Outbox>& outbox, FrameForm form,
                       const std::function<void(std::uint32_t)>& greet) {
  const std::lock_guard lock(mutex_);
  show_pending();
  greet(seq_);
  subscribers_.push_back({outbox, form, {}});
  if (seq_ > 0) push_key(subscribers_.back());
  watchers_ = subscribers_.size();
}

void FrameStream::leave(const Outbox* outbox) {
  const std::lock_guard lock(mutex_);
  std::erase_if(subscribers_, [&](const Subscriber& subscriber) {
    if (subscriber.outbox.get() != outbox) return false;
    subscriber.outbox->drop_frame(options_.stream);
    return true;
  });
  watchers_ = subscribers_.size();
}

bool FrameStream::wish_key(const Outbox* outbox) {
  const std::lock_guard lock(mutex_);
  const auto found =
      std::find_if(subscribers_.begin(), subscribers_.end(),
                   [&](const Subscriber& subscriber) { return subscriber.outbox.get() == outbox; });
  if (found == subscribers_.end()) return true;
  const auto now = options_.clock();
  if (now < found->next_wish) return false;
  found->next_wish = now + kKeyWishInterval;
  if (seq_ > 0) push_key(*found);
  return true;
}

}  // namespace cherub::server
