#include "server/outbox.h"

#include <utility>

namespace cherub::server {

void Outbox::set_wake(std::function<void()> wake) {
  {
    const std::lock_guard lock(mutex_);
    wake_ = std::move(wake);
  }
  wake_if(true);
}

void Outbox::push_record(SharedBytes text) {
  bool overflow = false;
  {
    const std::lock_guard lock(mutex_);
    if (closing_) return;
    record_bytes_ += text->size();
    records_.push_back(std::move(text));
    if (records_.size() > limits_.records || record_bytes_ > limits_.bytes) {
      records_.clear();
      record_bytes_ = 0;
      frame_.reset();
      closing_ = CloseReason{kCloseTooSlow, "too slow: subscribe again for the history"};
      overflow = true;
    }
  }
  wake_if(overflow);
}

void Outbox::push_frame(SharedBytes bytes) {
  {
    const std::lock_guard lock(mutex_);
    if (closing_) return;
    frame_ = std::move(bytes);
  }
  wake_if(false);
}

void Outbox::close(CloseReason reason) {
  {
    const std::lock_guard lock(mutex_);
    if (closing_) return;
    closing_ = std::move(reason);
    frame_.reset();
  }
  wake_if(true);
}

std::optional<OutboxMessage> Outbox::pop() {
  const std::lock_guard lock(mutex_);
  if (!records_.empty()) {
    OutboxMessage message{std::move(records_.front()), false};
    records_.pop_front();
    record_bytes_ -= message.bytes->size();
    return message;
  }
  idle_ = !frame_;
  if (idle_) return std::nullopt;
  return OutboxMessage{std::exchange(frame_, nullptr), true};
}

std::optional<CloseReason> Outbox::closing() const {
  const std::lock_guard lock(mutex_);
  return closing_;
}

void Outbox::wake_if(bool always) {
  std::function<void()> call;
  {
    const std::lock_guard lock(mutex_);
    if (!always && !idle_) return;
    idle_ = false;
    call = wake_;
  }
  if (call) call();
}

}  // namespace cherub::server
