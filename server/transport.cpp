#include "server/transport.h"

#include <utility>

namespace cherub::server {

PendingReply::PendingReply(std::chrono::milliseconds patience, HttpResponse late)
    : patience_(patience), late_(std::move(late)) {}

void PendingReply::deliver(HttpResponse response) {
  std::function<void(HttpResponse)> call;
  {
    const std::lock_guard lock(mutex_);
    if (delivered_) return;
    delivered_ = true;
    if (!ready_) {
      response_ = std::move(response);
      return;
    }
    call = std::exchange(ready_, nullptr);
  }
  call(std::move(response));
}

void PendingReply::when_ready(std::function<void(HttpResponse)> ready) {
  std::optional<HttpResponse> response;
  {
    const std::lock_guard lock(mutex_);
    if (!response_) {
      ready_ = std::move(ready);
      return;
    }
    response = std::exchange(response_, std::nullopt);
  }
  ready(std::move(*response));
}

}  // namespace cherub::server
