#include "server/api.h"

#include <spdlog/spdlog.h>

#include "engine/base/json.h"

namespace cherub::server {
namespace {

HttpResponse not_allowed(std::string_view allowed) {
  HttpResponse response =
      problem(405, "This address takes " + std::string(allowed) + " only.", "method");
  response.headers.emplace_back("Allow", allowed);
  return response;
}

HttpResponse no_such_address(std::string_view path) {
  return problem(404, "There is nothing at " + std::string(path.substr(0, 200)) + ".", "path");
}

bool is_page(const HttpRequest& request, const std::vector<std::string_view>& segments) {
  if (segments.empty()) return true;
  const std::string_view first = segments[0];
  return first != "run" && first != "code" && first != "api" && first != "ledger" &&
         first != "ws" && request.method == "GET";
}

// HEAD is answered as GET; the session leaves the body out.
HttpRequest as_get(HttpRequest request) {
  if (request.method == "HEAD") request.method = "GET";
  return request;
}

// Scripts and connections of the viewer come from this server only, and nobody frames it.
constexpr std::string_view kPagePolicy =
    "default-src 'self'; connect-src 'self' ws: wss:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; frame-ancestors 'none'";

}  // namespace

Api::Api(ApiOptions options, RunRegistry& registry, StaticFiles files)
    : options_(std::move(options)),
      registry_(registry),
      files_(std::move(files)),
      stored_(options_.defaults.runs_dir) {}

Reply Api::handle(const HttpRequest& received) {
  const HttpRequest request = as_get(received);
  const Segments segments = path_segments(request.path);
  const Guard guard = request.method != "GET"      ? Guard::kChanging
                      : is_page(request, segments) ? Guard::kOpen
                                                   : Guard::kReader;
  if (auto refusal = refuse_access(options_.access, request, guard)) return std::move(*refusal);
  return route(request, segments);
}

Reply Api::route(const HttpRequest& request, const Segments& segments) {
  const std::string_view first = segments.empty() ? std::string_view() : segments[0];
  if (first == "run") return route_run(request, segments);
  if (request.method != "GET") return not_allowed("GET");
  if (first == "health" && segments.size() == 1) return health();
  if (first == "ledger" && segments.size() == 1 && options_.ledger_json) {
    return json_response(200, options_.ledger_json());
  }
  if (first == "code" && segments.size() == 2) return show_code(request, segments[1]);
  if (first == "ws") return problem(426, "This address speaks WebSocket only.");
  if (first == "api" && segments.size() == 1) {
    HttpResponse response;
    response.content_type = "text/markdown; charset=utf-8";
    response.body = options_.api_markdown;
    return response;
  }
  return serve_file(request);
}

Reply Api::route_run(const HttpRequest& request, const Segments& segments) {
  const std::string& method = request.method;
  if (segments.size() == 1) {
    if (method == "POST") return start_run(request);
    return method == "GET" ? list_runs() : not_allowed("GET, POST");
  }
  const std::string_view id = segments[1];
  if (segments.size() == 2) {
    if (method == "GET") return show_run(id);
    return method == "DELETE" ? end_run(id) : not_allowed("GET, DELETE");
  }
  if (segments.size() == 3 && segments[2] == "commands") {
    return method == "POST" ? command(id, request.body) : not_allowed("POST");
  }
  if (segments.size() == 3 && segments[2] == "profile") {
    return method == "GET" ? show_profile(id) : not_allowed("GET");
  }
  if (segments.size() == 4 && segments[2] == "scripts") {
    return method == "PUT" ? put_script(request, id, segments[3]) : not_allowed("PUT");
  }
  return no_such_address(request.path);
}

HttpResponse Api::serve_file(const HttpRequest& request) const {
  std::optional<StaticFile> file = files_.find(request.path);
  if (!file) return no_such_address(request.path);
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

HttpResponse Api::health() const {
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

HttpResponse Api::not_live(std::string_view id) const {
  if (stored_.find(id)) return problem(409, "This run is over; nothing can change it.", "run_id");
  return problem(404, "There is no run of this id.", "run_id");
}

}  // namespace cherub::server
