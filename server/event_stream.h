#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "server/outbox.h"
#include "server/transport.h"

namespace cherub::server {

// Server-sent events: what an outbox gets, records as RecordForm::kEvent, as the body of an answer.
// It ends behind a run's last record, and with an event "close" that says why when the outbox is
// closed.
class EventStream final : public BodyStream {
 public:
  // `leave` is called once, when the client is gone or the stream has ended.
  EventStream(std::shared_ptr<Outbox> outbox, std::function<void()> leave);
  ~EventStream() override;

  Piece next() override;
  void set_wake(std::function<void()> wake) override;
  [[nodiscard]] std::string_view heartbeat() const override { return ":\n\n"; }
  void close() override;

 private:
  const std::shared_ptr<Outbox> outbox_;
  std::function<void()> leave_;
};

// One event without an id. `name`: empty for what every client listens to.
std::string event_text(std::string_view name, std::string_view data);

}  // namespace cherub::server
