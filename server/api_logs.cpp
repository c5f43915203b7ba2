#include <rapidjson/document.h>

#include <memory>
#include <utility>

#include "engine/base/json.h"
#include "server/api.h"
#include "server/telemetry/bus.h"
#include "server/telemetry/kinds.h"

// Telemetry as people and programs ask for it: what was, what is, and who looks.
namespace cherub::server {
namespace {

using base::Error;
using base::ErrorCode;
using telemetry::Selection;

constexpr const char* kNoTelemetry = "This server keeps no telemetry.";

std::vector<std::string> listed(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const std::size_t end = text.find(',');
    if (end != 0) names.emplace_back(text.substr(0, end));
    text = end == text.npos ? std::string_view() : text.substr(end + 1);
  }
  return names;
}

base::Result<Selection> read_selection(const Arguments& arguments) {
  Selection selection;
  selection.level = *telemetry::level_of(arguments.text("level"));
  for (const std::string& name : listed(arguments.text("src"))) {
    const auto source = telemetry::source_of(name);
    if (!source) {
      return Error{ErrorCode::kInvalidArgument,
                   "A source is engine, script, angel, server, client or telemetry.", "src"};
    }
    selection.sources.push_back(*source);
  }
  selection.kinds = listed(arguments.text("evt"));
  if (selection.kinds.size() > kFilterValuesMax) {
    return Error{ErrorCode::kInvalidArgument, "At most 32 kinds can be asked for.", "evt"};
  }
  selection.entity = arguments.whole("entity_id");
  return selection;
}

// Of what was, a place in the sequence and in world time can be told as well.
base::Result<Selection> read_past_selection(const Arguments& arguments) {
  auto selection = read_selection(arguments);
  if (!selection.ok()) return selection;
  selection->from_tick = arguments.whole("from_tick");
  selection->to_tick = arguments.whole("to_tick");
  if (const auto tick = arguments.whole("tick")) selection->from_tick = selection->to_tick = tick;
  selection->since_seq = arguments.whole("since_seq");
  if (selection->since_seq && arguments.text("run").empty()) {
    return Error{ErrorCode::kInvalidArgument, "Events are numbered per run: name one.", "run"};
  }
  return selection;
}

// The same for records of a channel, which are looked at as JSON.
base::Result<Filter> live_filter(const Selection& selection) {
  rapidjson::Document filter(rapidjson::kObjectType);
  auto& memory = filter.GetAllocator();
  const auto add_list = [&](const char* name, const auto& values, const auto& name_of) {
    if (values.empty()) return;
    rapidjson::Value list(rapidjson::kArrayType);
    for (const auto& value : values) {
      list.PushBack(rapidjson::Value(std::string(name_of(value)).c_str(), memory), memory);
    }
    filter.AddMember(rapidjson::StringRef(name), list, memory);
  };
  add_list("src", selection.sources, telemetry::source_name);
  add_list("evt", selection.kinds, [](const std::string& name) { return name; });
  if (selection.entity) filter.AddMember("entity_id", *selection.entity, memory);
  rapidjson::Value level(rapidjson::kObjectType);
  level.AddMember("min", rapidjson::StringRef(telemetry::level_name(selection.level)), memory);
  filter.AddMember("level", level, memory);
  return Filter::parse(filter);
}

HttpResponse lines_response(std::string lines) {
  HttpResponse response;
  response.content_type = "application/x-ndjson";
  response.body = std::move(lines);
  return response;
}

// An answer that the reading thread gives.
std::shared_ptr<PendingReply> pending_answer(std::chrono::milliseconds patience) {
  HttpResponse late = problem(503, "The files take long to read; ask for less.", "");
  late.headers.emplace_back("Retry-After", "5");
  return std::make_shared<PendingReply>(patience, std::move(late));
}

HttpResponse refusal_of(const Error& error) {
  HttpResponse refusal = problem_of(error);
  if (refusal.status == 503) refusal.headers.emplace_back("Retry-After", "1");
  return refusal;
}

}  // namespace

// The run that is asked about, or why there is none; empty: all of this process.
base::Result<std::string> Api::run_of_logs(const Call& call) const {
  const auto& bus = registry_.hub_options().telemetry;
  const std::string run(call.arguments.text("run"));
  if (!bus) return Error{ErrorCode::kNotFound, kNoTelemetry, "path"};
  if (run.empty() || (is_run_id(run) && bus->knows(run))) return run;
  return Error{ErrorCode::kNotFound, "There is no run of this id.", "run"};
}

Reply Api::show_logs(const Call& call) const {
  const auto run = run_of_logs(call);
  if (!run.ok()) return problem_of(run.error());
  const auto selection = read_past_selection(call.arguments);
  if (!selection.ok()) return problem_of(selection.error());
  const auto reply = pending_answer(options_.reload_patience);
  registry_.hub_options().telemetry->query(
      *run, *selection, *call.arguments.whole("limit"),
      [reply](const base::Result<std::string>& lines) {
        reply->deliver(lines.ok() ? lines_response(*lines) : refusal_of(lines.error()));
      });
  return reply;
}

Reply Api::show_log_statistics(const Call& call) const {
  const auto run = run_of_logs(call);
  if (!run.ok()) return problem_of(run.error());
  const auto selection = read_past_selection(call.arguments);
  if (!selection.ok()) return problem_of(selection.error());
  const auto reply = pending_answer(options_.reload_patience);
  registry_.hub_options().telemetry->statistics(
      *run, *selection, [reply](const base::Result<std::string>& json) {
        reply->deliver(json.ok() ? json_response(200, *json) : refusal_of(json.error()));
      });
  return reply;
}

Reply Api::download_logs(const Call& call) const {
  const auto run = run_of_logs(call);
  if (!run.ok()) return problem_of(run.error());
  if (run->empty()) return problem(400, "Name the run whose events are wanted.", "run");
  const auto selection = read_past_selection(call.arguments);
  if (!selection.ok()) return problem_of(selection.error());
  auto body = registry_.hub_options().telemetry->download(*run, *selection);
  if (!body.ok()) return refusal_of(body.error());
  const std::string name = "attachment; filename=\"telemetry-" + *run + ".jsonl\"";
  return StreamedResponse{
      "application/x-ndjson", {{"Content-Disposition", name}}, std::move(*body)};
}

Api::Opened Api::telemetry_view(const Call& call) {
  const auto run = run_of_logs(call);
  if (!run.ok()) return problem_of(run.error());
  const auto selection = read_selection(call.arguments);
  if (!selection.ok()) return problem_of(selection.error());
  const auto channel = find_telemetry(*run);
  if (!channel.ok()) {
    return problem_of({channel.error().code, channel.error().message, "run"});
  }
  auto filter = live_filter(*selection);
  if (!filter.ok()) return problem_of(filter.error());
  View view;
  view.outbox = std::make_shared<Outbox>(OutboxLimits{}, sent_);
  JoinRequest request;
  request.form = RecordForm::kBare;
  if (call.arguments.text("history") == "all") request.history = HistoryWish::kAll;
  request.filter = std::move(*filter);
  (*channel)->join(view.outbox, std::move(request), [&](const Joined& joined) {
    base::JsonObject greeting;
    greeting.add("type", "connected").add("protocol", "cherub.v1");
    if (!run->empty()) greeting.add("run_id", *run);
    greeting.add("ch", (*channel)->options().name).add("seq", joined.seq);
    view.outbox->push_record(std::make_shared<const std::string>(greeting.text()));
  });
  view.on_text = [refuser =
                      std::make_shared<Refuser>(view.outbox, "type", "refused")](std::string_view) {
    refuser->refuse({ErrorCode::kInvalidArgument, "A telemetry view takes no messages.", ""});
  };
  view.on_closed = [source = *channel, outbox = view.outbox] { source->leave(outbox.get()); };
  return view;
}

base::Result<std::shared_ptr<RecordChannel>> Api::find_telemetry(const std::string& run) const {
  const auto& bus = registry_.hub_options().telemetry;
  if (!bus) return Error{ErrorCode::kNotFound, kNoTelemetry, "ch"};
  if (run.empty()) return bus->all();
  if (const auto log = bus->find(run)) return log->channel();
  return Error{ErrorCode::kNotFound,
               is_run_id(run) && bus->knows(run)
                   ? "This run is over and tells nothing more; GET /logs has what it told."
                   : "There is no run of this id.",
               "ch"};
}

std::function<void()> Api::tell_of_client(const std::shared_ptr<Outbox>& outbox, std::string view,
                                          std::function<void()> leave) const {
  const auto& bus = registry_.hub_options().telemetry;
  if (!bus) return leave;
  const auto emit = [bus, view = std::move(view)](const telemetry::Kind& kind,
                                                  base::JsonObject detail) {
    bus->server_log()->emit(kind, {.detail = detail.add("view", view).text()});
  };
  emit(telemetry::kinds::kClientConnected, {});
  outbox->set_first_loss([emit] { emit(telemetry::kinds::kClientGap, {}); });
  return [emit, outbox, leave = std::move(leave)] {
    if (leave) leave();
    const auto reason = outbox->closing();
    if (reason && reason->code == kCloseTooSlow) emit(telemetry::kinds::kClientSlow, {});
    base::JsonObject detail;
    if (reason) detail.add("code", reason->code).add("reason", reason->text);
    emit(telemetry::kinds::kClientClosed, detail.add("records_lost", outbox->lost()));
  };
}

void tell_of_command(const Run& run, const rapidjson::Value& command) {
  if (const auto& log = run.hub().telemetry()) {
    log->emit(telemetry::kinds::kCommand, {.detail = base::to_json(command)});
  }
}

}  // namespace cherub::server
