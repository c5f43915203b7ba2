#include "server/event_stream.h"

#include <utility>

#include "engine/base/json.h"
#include "server/spec/record_types.h"

namespace cherub::server {
namespace {

// Whether the event carries the record that ends a run's progress.
bool is_end(std::string_view event) {
  constexpr std::string_view kBeginning = "data: {\"type\":\"";
  const std::size_t at = event.find(kBeginning);
  if (at == event.npos) return false;
  const std::string_view type = event.substr(at + kBeginning.size());
  return is_last_record(type.substr(0, type.find('"')));
}

}  // namespace

std::string event_text(std::string_view name, std::string_view data) {
  std::string text;
  if (!name.empty()) text.append("event: ").append(name).append("\n");
  return text.append("data: ").append(data).append("\n\n");
}

EventStream::EventStream(std::shared_ptr<Outbox> outbox, std::function<void()> leave)
    : outbox_(std::move(outbox)), leave_(std::move(leave)) {}

EventStream::~EventStream() {
  set_wake({});
}

BodyStream::Piece EventStream::next() {
  if (auto message = outbox_->pop()) return {*message->bytes, is_end(*message->bytes)};
  const auto reason = outbox_->closing();
  if (!reason) return {};
  return {event_text("close", base::JsonObject()
                                  .add("code", static_cast<unsigned>(reason->code))
                                  .add("reason", reason->text)
                                  .text()),
          true};
}

void EventStream::set_wake(std::function<void()> wake) {
  const bool gone = !wake;
  outbox_->set_wake(std::move(wake));
  if (gone && leave_) std::exchange(leave_, nullptr)();
}

void EventStream::close() {
  outbox_->close({kCloseGoingAway, "the server is shutting down"});
}

}  // namespace cherub::server
