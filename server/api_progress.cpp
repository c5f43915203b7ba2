#include <charconv>
#include <memory>
#include <optional>
#include <utility>

#include "engine/base/json.h"
#include "server/api.h"
#include "server/event_stream.h"
#include "server/stored_progress.h"

// GET /run/<id>/events: a run's records as server-sent events.
namespace cherub::server {
namespace {

// Milliseconds after which a client comes back; and an event that nobody listens to. Some clients
// keep the data of an event that a broken connection cut short: here it ends, and what follows is
// not taken for its rest.
constexpr std::string_view kBeginning = "retry: 2000\nevent: torn\n\n";

// "<epoch>.<seq>", as the events are numbered.
std::optional<JoinRequest> request_behind(std::string_view last_event_id) {
  JoinRequest request;
  request.form = RecordForm::kEvent;
  request.history = HistoryWish::kAll;
  if (last_event_id.empty()) return request;
  const std::size_t dot = last_event_id.rfind('.');
  if (dot == last_event_id.npos || dot == 0) return std::nullopt;
  const std::string_view digits = last_event_id.substr(dot + 1);
  std::uint64_t seq = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), seq);
  if (read.ec != std::errc() || read.ptr != digits.data() + digits.size()) return std::nullopt;
  request.after = seq;
  request.epoch = std::string(last_event_id.substr(0, dot));
  return request;
}

std::string greeting(std::string_view run_id, std::string_view state, const Joined& joined) {
  base::JsonObject said;
  said.add("type", "connected")
      .add("protocol", "cherub.v1")
      .add("run_id", run_id)
      .add("state", state)
      .add("records", joined.seq)
      .add("recovered", joined.recovered);
  if (!joined.reason.empty()) said.add("reason", joined.reason);
  return std::string(kBeginning) + event_text({}, said.text());
}

}  // namespace

Reply Api::run_events(const Call& call) {
  const std::string_view id = call.arguments.text("run_id");
  const auto request = request_behind(call.arguments.text("Last-Event-ID"));
  if (!request) {
    return problem(400, "An id of an event is '<epoch>.<seq>', as the events tell it.",
                   "Last-Event-ID");
  }
  const auto run = registry_.find(id);
  const auto stored = run ? std::nullopt : stored_.find_row(id);
  if (!run && !stored) return problem(404, "There is no run of this id.", "run_id");
  const auto channel =
      run ? run->hub().progress() : stored_progress(stored_, *stored, registry_.hub_options());
  const std::string state = run ? run_state_name(run->state()) : stored->state;
  const bool over = !run || run->over();
  const auto outbox = std::make_shared<Outbox>(OutboxLimits{}, sent_);
  bool nothing_follows = false;
  channel->join(outbox, *request, [&](const Joined& joined) {
    nothing_follows = over && joined.recovered && joined.from > joined.seq;
    outbox->push_record(std::make_shared<const std::string>(greeting(id, state, joined)));
  });
  if (nothing_follows) {
    // By which clients of server-sent events know that they need not come back.
    channel->leave(outbox.get());
    HttpResponse end;
    end.status = 204;
    return end;
  }
  if (over) outbox->close({1000, "the run is over"});
  auto leave = tell_of_client(outbox, call.request.path,
                              [channel, outbox] { channel->leave(outbox.get()); });
  return StreamedResponse{"text/event-stream; charset=utf-8",
                          {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}},
                          std::make_shared<EventStream>(outbox, std::move(leave))};
}

}  // namespace cherub::server
