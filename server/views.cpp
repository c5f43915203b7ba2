#include <memory>
#include <utility>

#include "engine/base/json.h"
#include "engine/scenario.h"
#include "server/api.h"
#include "server/frames.h"
#include "server/multiplex.h"
#include "server/stored_progress.h"

namespace cherub::server {
namespace {

// What a render view may be told: the next frame is a key frame.
constexpr std::string_view kKeyWish = R"({"type":"key"})";

SharedBytes shared(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

std::shared_ptr<Refuser> refuser_of(const View& view) {
  return std::make_shared<Refuser>(view.outbox, "type", "refused");
}

// The scenario of a stored request; maze, whose species any viewer knows, when it cannot be told.
std::string stored_hello(const std::string& request_json) {
  abilities::RunRequest asked;
  const auto request = base::parse_json(request_json);
  const auto read = [&](const char* name, std::string& text) {
    if (!request.ok() || !request->IsObject()) return;
    const auto member = request->FindMember(name);
    if (member != request->MemberEnd() && member->value.IsString()) {
      text.assign(member->value.GetString(), member->value.GetStringLength());
    }
  };
  read("scenario", asked.scenario);
  read("scenario_source", asked.scenario_source);
  const auto scenario = abilities::plain_scenario_of(asked);
  return scenario.ok() ? render_hello(*scenario) : R"({"type":"hello","species":[]})";
}

HttpResponse no_such_run() {
  return problem(404, "There is no run of this id.", "run_id");
}

std::string about_run(std::string_view run_id, std::string_view state) {
  return base::JsonObject().add("run_id", run_id).add("state", state).text();
}

// A view of a run that nothing more will come from.
View still_view() {
  View view;
  view.outbox = std::make_shared<Outbox>();
  view.on_text = [refuser = refuser_of(view)](std::string_view) {
    refuser->refuse({base::ErrorCode::kConflict, "This run is over.", ""});
  };
  return view;
}

}  // namespace

std::variant<View, HttpResponse> Api::open_view(const HttpRequest& request) {
  const Router::Found found = router_.find("GET", request.path);
  if (auto refusal = refuse_access(options_.access, request, Guard::kChanging)) {
    return std::move(*refusal);
  }
  if (found.route == nullptr || !found.route->open) {
    return problem(404, "There is no such view; see /ws and /ws/progress/<run>.", "path");
  }
  auto arguments = router_.read(*found.route, request);
  if (auto* refusal = std::get_if<HttpResponse>(&arguments)) return std::move(*refusal);
  Opened opened = found.route->open({request, std::get<Arguments>(arguments)});
  if (View* view = std::get_if<View>(&opened)) {
    view->subprotocol = chosen_subprotocol(request.header("sec-websocket-protocol"));
    view->on_closed = tell_of_client(view->outbox, request.path, std::move(view->on_closed));
  }
  return opened;
}

Api::Opened Api::progress_view(const Call& call) {
  const std::string_view id = call.arguments.text("run_id");
  const auto run = registry_.find(id);
  if (!run) {
    const auto stored = stored_.find_row(id);
    if (!stored) return no_such_run();
    View view = still_view();
    join_progress(*stored_progress(stored_, *stored, registry_.hub_options()), view.outbox,
                  stored->run_id, stored->state);
    return view;
  }
  View view;
  view.outbox = std::make_shared<Outbox>(OutboxLimits{}, sent_);
  run->hub().join_progress(view.outbox, run_state_name(run->state()));
  view.on_text = [&registry = registry_, run, refuser = refuser_of(view),
                  outbox = view.outbox](std::string_view text) {
    const auto message = base::parse_json(text);
    if (!message.ok()) return refuser->refuse(message.error());
    const CommandReply to{outbox, "type", ref_of(*message)};
    const auto taken = take_command(registry, *run, *message, to);
    if (!taken.ok()) refuser->refuse(taken.error(), to.ref);
  };
  view.on_closed = [run, outbox = view.outbox] { run->hub().progress()->leave(outbox.get()); };
  return view;
}

Api::Opened Api::render_view(const Call& call) {
  const std::string_view id = call.arguments.text("run_id");
  const auto run = registry_.find(id);
  if (!run) {
    const auto stored = stored_.find_row(id);
    if (!stored) return no_such_run();
    View view = still_view();
    view.outbox->push_record(shared(stored_hello(stored->request_json)));
    return view;
  }
  const bool json = call.arguments.text("encoding") == "json";
  const auto frames = run->hub().frames(call.arguments.text("view"));
  if (!frames.ok()) return problem_of(frames.error());
  View view;
  view.outbox = std::make_shared<Outbox>(OutboxLimits{}, sent_);
  (*frames)->join(view.outbox, json ? FrameForm::kJson : FrameForm::kBinary,
                  [&](std::uint32_t) { view.outbox->push_record(shared(run->hub().hello())); });
  view.on_text = [stream = *frames, refuser = refuser_of(view),
                  outbox = view.outbox](std::string_view text) {
    if (text != kKeyWish) {
      refuser->refuse({base::ErrorCode::kInvalidArgument,
                       "A render view takes no message but " + std::string(kKeyWish) + ".", ""});
    } else if (!stream->wish_key(outbox.get())) {
      refuser->refuse(
          {base::ErrorCode::kRefused, "A key frame comes at most once a second on request.", ""});
    }
  };
  view.on_closed = [stream = *frames, outbox = view.outbox] { stream->leave(outbox.get()); };
  return view;
}

Api::Opened Api::multiplex_view(const Call&) {
  View view;
  OutboxLimits limits;
  limits.message_records = kMessageRecordsMax;
  view.outbox = std::make_shared<Outbox>(limits, sent_);
  const auto command = [&registry = registry_, outbox = view.outbox](
                           const std::string& run_id, const rapidjson::Value& value,
                           const std::string& ref) -> base::Result<void> {
    const auto run = registry.find(run_id);
    if (!run) return base::Error{base::ErrorCode::kNotFound, "There is no run of this id.", "run"};
    return take_command(registry, *run, value, {outbox, "op", ref});
  };
  const auto multiplex = std::make_shared<Multiplex>(
      view.outbox, registry_.hub_options().epoch,
      [this](const std::string& name) { return find_channel(name); }, command, options_.limits);
  view.on_text = [multiplex](std::string_view text) { multiplex->hear(text); };
  view.on_closed = [multiplex] { multiplex->leave(); };
  return view;
}

Api::Opened Api::session_view(const Call& call) {
  session::PacketWish wish;
  wish.every_ticks = static_cast<std::uint32_t>(*call.arguments.whole("every"));
  wish.telemetry = call.arguments.text("telemetry") == "1";
  return sessions_.open(call.arguments.text("session_id"), wish);
}

base::Result<Channel> Api::find_channel(const std::string& name) const {
  const std::string path = "/" + name;
  const auto parts = path_segments(path);
  if (!parts.empty() && parts.size() <= 2 && parts[0] == "telemetry") {
    const std::string run(parts.size() == 2 ? parts[1] : std::string_view());
    const auto channel = find_telemetry(run);
    if (!channel.ok()) return channel.error();
    return Channel{*channel, run.empty() ? "{}" : base::JsonObject().add("run_id", run).text()};
  }
  const bool progress = parts.size() == 2 && parts[0] == "progress";
  const bool render = parts.size() == 3 && parts[0] == "render";
  if (!progress && !render) {
    return base::Error{base::ErrorCode::kNotFound,
                       "A channel is progress/<run>, render/<run>/<view>, telemetry/<run> or "
                       "telemetry.",
                       "ch"};
  }
  const auto run = registry_.find(parts[1]);
  if (!run && progress) {
    if (const auto stored = stored_.find_row(parts[1])) {
      return Channel{stored_progress(stored_, *stored, registry_.hub_options()),
                     about_run(stored->run_id, stored->state)};
    }
  }
  if (!run) return base::Error{base::ErrorCode::kNotFound, "There is no run of this id.", "ch"};
  if (progress) {
    return Channel{run->hub().progress(), about_run(run->id(), run_state_name(run->state()))};
  }
  const auto frames = run->hub().frames(parts[2]);
  if (!frames.ok()) return base::Error{frames.error().code, frames.error().message, "ch"};
  return Channel{*frames, run->hub().hello()};
}

base::Result<View> Api::open_frames(std::string_view line) {
  const std::size_t space = line.find(' ');
  const std::string_view token = space == line.npos ? std::string_view() : line.substr(space + 1);
  if (!options_.access.token.empty() && !tokens_equal(token, options_.access.token)) {
    return base::Error{base::ErrorCode::kRefused,
                       "Send '<run>/<view> <token>', with the right token.", "token"};
  }
  const std::string path = "/" + std::string(line.substr(0, space));
  const auto parts = path_segments(path);
  if (parts.size() != 2) {
    return base::Error{base::ErrorCode::kInvalidArgument,
                       "Send one line: '<run>/<view>', as in 'latest/agents'.", "line"};
  }
  const auto runs = registry_.list();
  const auto run = parts[0] != "latest" ? registry_.find(parts[0])
                   : runs.empty()       ? nullptr
                                        : runs.front();
  if (!run) return base::Error{base::ErrorCode::kNotFound, "There is no such run.", "line"};
  const auto frames = run->hub().frames(parts[1]);
  if (!frames.ok()) return frames.error();
  View view;
  view.outbox = std::make_shared<Outbox>(OutboxLimits{}, sent_);
  (*frames)->join(view.outbox, FrameForm::kBinary, [](std::uint32_t) {});
  view.on_closed =
      tell_of_client(view.outbox, "tcp" + path,
                     [stream = *frames, outbox = view.outbox] { stream->leave(outbox.get()); });
  return view;
}

}  // namespace cherub::server
