#include "server/session/session.h"

#include <algorithm>
#include <utility>

#include "abilities/host_world.h"
#include "engine/base/hash.h"
#include "engine/base/utf8.h"
#include "engine/command_json.h"
#include "server/frames.h"
#include "server/telemetry/log.h"

namespace cherub::server::session {
namespace {

using base::Error;
using base::ErrorCode;
using base::JsonObject;
using base::Result;

constexpr std::uint16_t kCloseNormal = 1000, kCloseBadWorld = 1003, kCloseBroken = 1011,
                        kCloseTryLater = 1013;
constexpr std::size_t kReasonBytesMax = 120;  // of a close frame
constexpr const char* kTooSlow = "too slow: come back for the world as it is then";

// As much of it as a close frame holds, which must be UTF-8.
std::string reason_of(std::string text) {
  text.resize(std::min(text.size(), kReasonBytesMax));
  while (!base::is_utf8(text)) text.pop_back();  // a character that was cut, or what is none
  return text;
}

// Sees a hosted world's ticks on their way to its run.
class TickTap final : public abilities::RunObserver {
 public:
  TickTap(abilities::RunObserver& run, Session& session) : run_(run), session_(session) {}
  void on_record(const abilities::RunRecord& record) override { run_.on_record(record); }
  void on_tick(const engine::World& world, const engine::TickReport& report) override {
    run_.on_tick(world, report);
  }
  bool wants_ticks() const override { return run_.wants_ticks(); }
  void on_live_tick(const engine::World& world, const engine::TickReport& report) override {
    run_.on_live_tick(world, report);
    session_.take_tick(world, report);
  }
  void on_figures(const abilities::TickFigures& figures) override { run_.on_figures(figures); }

 private:
  abilities::RunObserver& run_;
  Session& session_;
};

std::string text_member(const rapidjson::Value& message, const char* name) {
  const auto member = message.FindMember(name);
  if (member == message.MemberEnd() || !member->value.IsString()) return {};
  return {member->value.GetString(), member->value.GetStringLength()};
}

}  // namespace

Session::Session(std::string id, std::shared_ptr<const SessionTools> tools)
    : id_(std::move(id)), tools_(std::move(tools)) {}

View Session::join(const PacketWish& wish) {
  View view;
  view.outbox = outbox_ = std::make_shared<Outbox>();
  refuser_ = std::make_unique<Refuser>(outbox_, "type", "refused");
  wish_ = wish;
  greeted_ = false;
  const std::uint64_t visit = ++visits_;
  JsonObject hello;
  hello.add("type", "hello").add("protocol", "cherub.v1").add("session_id", id_);
  hello.add("resumed", run_ != nullptr);
  if (!run_)
    hello.add("world_within_s", std::chrono::duration<double>(tools_->world_patience).count());
  say(hello);
  const std::weak_ptr<Session> weak = weak_from_this();
  if (run_) {
    if (std::exchange(paused_by_absence_, false)) run_->control().resume();
    packets_->start_over();
    watch_telemetry();
    send_packet();  // of a world that stands still, too
  } else {
    tools_->later(tools_->world_patience, [weak, visit] {
      const auto self = weak.lock();
      if (self && self->visits_ == visit && !self->run_) {
        self->give_up(kClosePolicy, "no world was defined in time");
      }
    });
  }
  view.on_text = [self = shared_from_this()](std::string_view text) { self->hear(text); };
  view.on_closed = [weak, outbox = view.outbox.get()] {
    if (const auto self = weak.lock()) self->leave(outbox);
  };
  return view;
}

void Session::hear(std::string_view text) {
  if (!listens() || over_) return;
  if (run_) {
    hear_message(text);
  } else {
    begin(text);
  }
}

void Session::begin(std::string_view text) {
  auto definition = read_world_definition(text);
  if (!definition) {
    const Error& error = definition.error();
    return give_up(kCloseBadWorld, (error.where.empty() ? "" : error.where + ": ") + error.message);
  }
  scenario_ = std::move(definition->scenario);
  packets_.emplace(*scenario_, id_);
  abilities::HostOrder order;
  order.scenario = *scenario_;
  order.seed = definition->seed;
  order.runs_dir = tools_->runs_dir;
  abilities::RunRequest request;
  request.kind = order.kind;
  request.scenario = scenario_->name;
  request.seed = order.seed;
  request.live_seconds = order.seconds;
  request.live_paced = true;
  HostedRun hosting;
  hosting.request = std::move(request);
  hosting.hello = render_hello(*scenario_);
  hosting.function = [self = shared_from_this(), order = std::move(order)](
                         const RunOrder& run, abilities::RunControl& control,
                         abilities::RunObserver& observer) {
    TickTap tap(observer, *self);
    auto summary = abilities::host_world(order, run.run_id, control, tap);
    self->keep_summary(summary);
    return summary;
  };
  hosting.over = [self = shared_from_this()] { self->take_end(); };
  auto hosted = tools_->registry.host(std::move(hosting));
  if (!hosted) return give_up(kCloseTryLater, hosted.error().message);
  run_ = std::move(*hosted);
  watch_telemetry();
}

void Session::hear_message(std::string_view text) {
  const auto message = base::parse_json(text);
  if (!message) return refuser_->refuse(message.error());
  if (!message->IsObject()) {
    return refuser_->refuse({ErrorCode::kInvalidArgument, "A message is an object.", ""});
  }
  const std::string type = text_member(*message, "type");
  const Result<void> taken = [&]() -> Result<void> {
    if (type == "heartbeat") return take_heartbeat(text);
    if (type == "control") return take_control(*message);
    return Error{ErrorCode::kInvalidArgument, "Must be heartbeat or control.", "type"};
  }();
  if (!taken) refuser_->refuse(taken.error());
}

Result<void> Session::take_heartbeat(std::string_view text) {
  auto heartbeat = engine::command_from_json(text);
  if (!heartbeat) return heartbeat.error();
  if (heartbeats_waiting_ >= kHeartbeatsMax) {
    return Error{ErrorCode::kUnavailable,
                 "Too many heartbeats wait for the next tick; this one was not taken.", "type"};
  }
  ++heartbeats_waiting_;
  if (!run_->control().submit(std::move(*heartbeat))) {
    return Error{ErrorCode::kUnavailable, "Too many commands wait; this one was not taken.",
                 "type"};
  }
  return {};
}

Result<void> Session::take_control(const rapidjson::Value& message) {
  for (const auto& member : message.GetObject()) {
    const std::string_view name(member.name.GetString(), member.name.GetStringLength());
    if (name == "type" || name == "action" || name == "intensity") continue;
    return Error{ErrorCode::kInvalidArgument, "No such member in a control.",
                 std::string(name.substr(0, 64))};
  }
  const std::string action = text_member(message, "action");
  if (action == "pause") {
    ask(action, abilities::console::Pause{});
  } else if (action == "resume") {
    ask(action, abilities::console::Resume{});
  } else if (action == "rain") {
    const auto intensity = message.FindMember("intensity");
    const bool given = intensity != message.MemberEnd();
    const double value = !given                        ? 1
                         : intensity->value.IsNumber() ? intensity->value.GetDouble()
                                                       : -1;
    if (!(value >= 0 && value <= 1)) {
      return Error{ErrorCode::kInvalidArgument, "Must be from 0 to 1.", "intensity"};
    }
    ask(action, engine::Rain{value});
  } else if (action == "shutdown") {
    tools_->registry.terminate(*run_);
  } else {
    return Error{ErrorCode::kInvalidArgument, "Must be pause, resume, rain or shutdown.", "action"};
  }
  return {};
}

// The answer goes to the client that asked, if it is still there.
void Session::ask(const std::string& action, abilities::ConsoleCommand command) {
  run_->control().ask(std::move(command),
                      [outbox = outbox_, action](const abilities::ConsoleReply& reply) {
                        JsonObject answer;
                        answer.add("type", "control").add("action", action).add("ok", reply.ok);
                        answer.add("text", reply.text);
                        outbox->push_record(std::make_shared<const std::string>(answer.text()));
                      });
}

void Session::leave(const Outbox* outbox) {
  if (outbox_.get() != outbox) return;
  outbox_.reset();
  refuser_.reset();
  if (telemetry_) run_->hub().telemetry()->channel()->leave(telemetry_.get());
  telemetry_.reset();
  if (!run_) {
    over_ = true;
  } else if (!over_) {
    wait_for_return();
  }
}

void Session::wait_for_return() {
  const auto still_gone = [weak = weak_from_this(), visit = visits_]() -> std::shared_ptr<Session> {
    auto self = weak.lock();
    return self && self->visits_ == visit && !self->over_ ? self : nullptr;
  };
  tools_->later(tools_->grace, [still_gone] {
    if (const auto self = still_gone()) {
      self->paused_by_absence_ = true;
      self->run_->control().pause();
    }
  });
  tools_->later(tools_->grace + tools_->keep, [still_gone] {
    if (const auto self = still_gone()) self->tools_->registry.terminate(*self->run_);
  });
}

void Session::take_tick(const engine::World& world, const engine::TickReport& report) {
  heartbeats_waiting_ = 0;
  last_copy_ = copy_tick(world, report, last_copy_.get());
  const std::lock_guard lock(inbox_mutex_);
  inbox_events_ += last_copy_->events.size();
  if (inbox_events_ > kInboxEventsMax) {
    inbox_.clear();
    inbox_events_ = 0;
    overrun_ = true;
  }
  inbox_.push_back(last_copy_);
  schedule();
}

void Session::keep_summary(const abilities::RunSummary& summary) {
  const std::lock_guard lock(inbox_mutex_);
  summary_ = summary;
}

void Session::take_end() {
  const std::lock_guard lock(inbox_mutex_);
  ended_ = true;
  schedule();
}

void Session::schedule() {
  if (std::exchange(scheduled_, true)) return;
  tools_->executor([self = shared_from_this()] { self->drain(); });
}

void Session::drain() {
  std::vector<std::shared_ptr<const TickCopy>> copies;
  bool ends = false, overrun = false;
  {
    const std::lock_guard lock(inbox_mutex_);
    copies.swap(inbox_);
    inbox_events_ = 0;
    scheduled_ = false;
    overrun = std::exchange(overrun_, false);
    ends = ended_;
  }
  if (overrun && listens()) close(kCloseTooSlow, kTooSlow);
  for (auto& copy : copies) packets_->take(std::move(copy));
  if (!listens() && !copies.empty()) packets_->start_over();  // nobody is told what happened
  if (ends) return finish();
  const TickCopy* const newest = packets_->newest();
  const bool due = newest != nullptr && newest->tick % wish_.every_ticks == 0;
  if (due || !greeted_) send_packet();
}

void Session::greet() {
  if (std::exchange(greeted_, true)) return;
  JsonObject greeting;
  greeting.add("type", "session")
      .add("session_id", id_)
      .add("run_id", run_->id())
      .add("scenario", scenario_->name)
      .add("tick_rate", scenario_->tick_rate)
      .add("tick", packets_->newest()->tick)
      .add("entities", packets_->newest()->entities.size())
      .raw("size", base::JsonArray()
                       .raw(std::to_string(scenario_->terrain.width))
                       .raw(std::to_string(scenario_->terrain.depth))
                       .raw(std::to_string(scenario_->terrain.height))
                       .text())
      .raw("species", species_json(*scenario_))
      .raw("water_sources", water_json(*scenario_));
  say(greeting);
}

// A client that has not taken the packet before gets what is new with a later tick.
void Session::send_packet() {
  if (!listens() || !packets_->newest() || !packets_->pending()) return;
  if (outbox_->has_records()) {
    if (packets_->waiting_bytes() > kEventsWaitingMax) {
      close(kCloseTooSlow, kTooSlow);
    }
    return;
  }
  greet();
  outbox_->push_record(std::make_shared<const std::string>(packets_->make(telemetry_json())));
}

void Session::watch_telemetry() {
  const auto log = run_->hub().telemetry();
  if (!log || !wish_.telemetry) return;
  OutboxLimits limits;
  limits.lossy_records = kTelemetryMax - 1;  // beside what tells of those that were lost
  telemetry_ = std::make_shared<Outbox>(limits);
  JoinRequest request;
  request.form = RecordForm::kBare;
  log->channel()->join(telemetry_, std::move(request), [](const Joined&) {});
}

std::string Session::telemetry_json() {
  if (!wish_.telemetry) return {};
  base::JsonArray events;
  while (telemetry_) {
    const std::optional<OutboxMessage> event = telemetry_->pop();
    if (!event) break;
    events.raw(*event->bytes);
  }
  return events.text();
}

void Session::finish() {
  over_ = true;
  if (!outbox_) return;
  const bool failed = summary_.end == abilities::RunEnd::kFailed;
  if (packets_->pending() && greeted_ && !failed) {
    outbox_->push_record(std::make_shared<const std::string>(packets_->make(telemetry_json())));
  }
  JsonObject end;
  end.add("type", "end")
      .add("session_id", id_)
      .add("run_id", run_->id())
      .add("state", run_state_name(run_->state()))
      .add("ticks", summary_.ticks)
      .add("hash", base::hex64(summary_.hash));
  if (failed) end.add("detail", summary_.error);
  say(end);
  close(failed ? kCloseBroken : kCloseNormal, failed ? summary_.error : "the session has ended");
}

void Session::say(const base::JsonObject& message) {
  if (outbox_) outbox_->push_record(std::make_shared<const std::string>(message.text()));
}

// No world comes of it.
void Session::give_up(std::uint16_t code, const std::string& reason) {
  over_ = true;
  close(code, reason);
}

void Session::close(std::uint16_t code, const std::string& reason) {
  if (outbox_) outbox_->close({code, reason_of(reason)});
}

}  // namespace cherub::server::session
