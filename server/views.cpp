#include <memory>
#include <utility>

#include "engine/base/json.h"
#include "engine/scenario.h"
#include "server/api.h"
#include "server/frames.h"

namespace cherub::server {
namespace {

// A client that keeps sending what nobody can read is not worth its connection.
constexpr int kRefusalsMax = 16;

SharedBytes shared(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

// Answers a client's words with what is wrong about them, and hangs up when it is always so.
class Refuser {
 public:
  explicit Refuser(std::shared_ptr<Outbox> outbox) : outbox_(std::move(outbox)) {}

  void refuse(const base::Error& error, const std::string& ref = {}) {
    if (++refusals_ > kRefusalsMax) {
      outbox_->close({kClosePolicy, "too many messages that cannot be read"});
      return;
    }
    base::JsonObject record;
    record.add("type", "refused");
    if (!ref.empty()) record.raw("ref", ref);
    record.add("detail", error.message);
    if (!error.where.empty()) record.add("field", error.where);
    outbox_->push_record(shared(record.text()));
  }

 private:
  std::shared_ptr<Outbox> outbox_;
  int refusals_ = 0;
};

// The scenario of a stored request; maze, whose species any viewer knows, when it cannot be told.
std::string stored_hello(const std::string& request_json) {
  std::string name = "maze";
  const auto request = base::parse_json(request_json);
  if (request.ok() && request->IsObject() && request->HasMember("scenario") &&
      (*request)["scenario"].IsString()) {
    name = (*request)["scenario"].GetString();
  }
  const auto scenario = engine::builtin_scenario(name);
  return scenario.ok() ? render_hello(*scenario) : R"({"type":"hello","species":[]})";
}

HttpResponse no_such_run() {
  return problem(404, "There is no run of this id.", "run_id");
}

// A view of a run that nothing more will come from.
View still_view(std::initializer_list<std::string> records) {
  View view;
  view.outbox = std::make_shared<Outbox>();
  for (const std::string& record : records) view.outbox->push_record(shared(record));
  view.on_text = [refuser = std::make_shared<Refuser>(view.outbox)](std::string_view) {
    refuser->refuse({base::ErrorCode::kConflict, "This run is over.", ""});
  };
  return view;
}

}  // namespace

std::variant<View, HttpResponse> Api::open_view(const HttpRequest& request) {
  if (auto refusal = refuse_access(options_.access, request, Guard::kChanging)) {
    return std::move(*refusal);
  }
  const Segments segments = path_segments(request.path);
  std::variant<View, HttpResponse> opened =
      problem(404, "There is no such view; see /ws/progress/<run>.", "path");
  if (segments.size() == 3 && segments[0] == "ws" && segments[1] == "progress") {
    opened = progress_view(segments[2]);
  } else if (segments.size() == 4 && segments[0] == "ws" && segments[1] == "render") {
    opened = render_view(segments[2], segments[3]);
  }
  if (View* view = std::get_if<View>(&opened)) {
    view->subprotocol = chosen_subprotocol(request.header("sec-websocket-protocol"));
  }
  return opened;
}

std::variant<View, HttpResponse> Api::progress_view(std::string_view id) {
  const auto run = registry_.find(id);
  if (!run) {
    const auto stored = stored_.find(id);
    if (!stored) return no_such_run();
    return still_view({base::JsonObject()
                           .add("type", "connected")
                           .add("protocol", "cherub.v1")
                           .add("run_id", stored->run_id)
                           .add("state", stored->state)
                           .text(),
                       stored->summary_json});
  }
  View view;
  view.outbox = std::make_shared<Outbox>();
  run->hub().join_progress(view.outbox, run_state_name(run->state()));
  const auto refuser = std::make_shared<Refuser>(view.outbox);
  view.on_text = [&registry = registry_, run, refuser,
                  outbox = view.outbox](std::string_view text) {
    if (run->over()) {
      refuser->refuse({base::ErrorCode::kConflict, "This run is over.", ""});
      return;
    }
    const auto refused = hear_command(registry, *run, text, outbox);
    if (refused) refuser->refuse(refused->error, refused->ref);
  };
  view.on_closed = [run, outbox = view.outbox] { run->hub().leave(outbox); };
  return view;
}

std::variant<View, HttpResponse> Api::render_view(std::string_view id, std::string_view channel) {
  if (channel != "world" && channel != "agents") {
    return problem(404, "A run is rendered as 'world' and 'agents'.", "channel");
  }
  const auto run = registry_.find(id);
  if (!run) {
    const auto stored = stored_.find(id);
    if (!stored) return no_such_run();
    return still_view({stored_hello(stored->request_json)});
  }
  View view;
  view.outbox = std::make_shared<Outbox>();
  if (channel == "world") {
    run->hub().join_world(view.outbox);
  } else {
    run->hub().join_agents(view.outbox);
  }
  view.on_text = [refuser = std::make_shared<Refuser>(view.outbox)](std::string_view) {
    refuser->refuse({base::ErrorCode::kInvalidArgument, "A render view takes no messages.", ""});
  };
  view.on_closed = [run, outbox = view.outbox] { run->hub().leave(outbox); };
  return view;
}

}  // namespace cherub::server
