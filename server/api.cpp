#include "server/api.h"

#include <utility>

#include "engine/base/json.h"
#include "server/spec/asyncapi.h"
#include "server/spec/openapi.h"

namespace cherub::server {
namespace {

// What the viewer runs, styles included, comes from this server's files only: nothing that is
// written into the page is executed. Nobody frames it.
constexpr std::string_view kPagePolicy =
    "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data: blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

// What may be asked of an address that is not there: a look shows nothing, the rest is a try.
Guard guard_of(const Route* route, std::string_view method) {
  if (route != nullptr) return route->guard;
  const bool looks = method == "GET" || method == "HEAD" || method == "OPTIONS";
  return looks ? Guard::kOpen : Guard::kChanging;
}

session::SessionTools session_tools(const ApiOptions& options, RunRegistry& registry) {
  session::SessionTools tools{registry, registry.hub_options().executor, options.later};
  tools.world_patience = std::chrono::seconds(options.limits.session_world_seconds);
  tools.grace = std::chrono::seconds(options.limits.session_grace_seconds);
  tools.keep = std::chrono::seconds(options.limits.session_keep_seconds);
  tools.runs_dir = options.defaults.runs_dir;
  return tools;
}

}  // namespace

Api::Api(ApiOptions options, RunRegistry& registry, StaticFiles files)
    : options_(std::move(options)),
      registry_(registry),
      files_(std::move(files)),
      stored_(options_.defaults.runs_dir),
      keys_(RunKeeper(options_.defaults.runs_dir), registry.hub_options().wall_ms()),
      run_rate_(options_.limits.run_requests_per_minute, options_.limits.run_requests_at_once,
                registry.hub_options().clock),
      sessions_(session_tools(options_, registry), options_.limits.sessions),
      router_(all_routes()) {}

Reply Api::handle(const HttpRequest& request) {
  const Router::Found found = router_.find(request.method, request.path);
  const Guard guard = guard_of(found.route, request.method);
  if (auto refusal = refuse_access(options_.access, request, guard)) return std::move(*refusal);
  if (found.route == nullptr) return router_.refuse(found, request);
  if (found.route->open) {
    HttpResponse refusal = problem(426, "This address speaks WebSocket only.");
    refusal.headers.emplace_back("Upgrade", "websocket");
    return refusal;
  }
  auto arguments = router_.read(*found.route, request);
  if (auto* refusal = std::get_if<HttpResponse>(&arguments)) return std::move(*refusal);
  return found.route->handle({request, std::get<Arguments>(arguments)});
}

HttpResponse Api::serve_file(const Call& call) const {
  const HttpRequest& request = call.request;
  std::optional<StaticFile> file = files_.find(request.path);
  if (!file) return router_.refuse({}, request);
  HttpResponse response;
  response.content_type = std::move(file->content_type);
  response.headers = {{"ETag", file->etag},
                      {"Cache-Control", "no-cache"},
                      {"Content-Security-Policy", std::string(kPagePolicy)},
                      {"Referrer-Policy", "no-referrer"}};
  if (request.header("if-none-match") == file->etag) {
    response.status = 304;
    return response;
  }
  response.body = std::move(file->body);
  return response;
}

HttpResponse Api::health(const Call&) const {
  std::size_t running = 0, queued = 0;
  for (const auto& run : registry_.list()) {
    running += run->state() == RunState::kRunning ? 1 : 0;
    queued += run->state() == RunState::kQueued ? 1 : 0;
  }
  return json_response(200, base::JsonObject()
                                .add("status", "ok")
                                .add("protocol", "cherub.v1")
                                .add("running", running)
                                .add("queued", queued)
                                .text());
}

HttpResponse Api::show_ledger(const Call&) const {
  if (options_.ledger == nullptr) {
    return problem(404, "This server counts no calls of models.", "path");
  }
  return json_response(200, options_.ledger->json());
}

HttpResponse Api::show_lua_api(const Call&) const {
  HttpResponse response;
  response.content_type = "text/markdown; charset=utf-8";
  response.body = options_.api_markdown;
  return response;
}

HttpResponse Api::show_metrics(const Call&) const {
  const auto seconds = [](auto time) { return std::chrono::duration<double>(time).count(); };
  MetricSources sources{registry_, http_, *registry_.hub_options().figures, *sent_};
  sources.ledger = options_.ledger;
  sources.uptime_seconds = seconds(std::chrono::system_clock::now() - started_);
  sources.started_unix_seconds = seconds(started_.time_since_epoch());
  HttpResponse response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = metrics_text(sources);
  return response;
}

void Api::on_answered(const Answered& answered) {
  const Route* const route = router_.find(answered.method, answered.path).route;
  http_.count(route != nullptr        ? route->id
              : answered.path.empty() ? "unreadable"
                                      : "unknown",
              answered.status);
}

HttpResponse Api::show_openapi(const Call&) const {
  return json_response(200, openapi_json(router_.routes()));
}

HttpResponse Api::show_asyncapi(const Call&) const {
  return json_response(200, asyncapi_json(router_.routes()));
}

HttpResponse Api::not_live(std::string_view id) const {
  if (registry_.find(id) || stored_.find_row(id)) {
    return problem(409, "This run is over; nothing can change it.", "run_id");
  }
  return problem(404, "There is no run of this id.", "run_id");
}

}  // namespace cherub::server
