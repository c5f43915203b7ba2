#include "server/routing/router.h"

#include <catch2/catch.hpp>
#include <map>

#include "engine/base/json.h"
#include "tests/text.h"

namespace cherub::server {
namespace {

using cherub::testing::has;

Route row(std::string method, std::string path, std::vector<Parameter> parameters = {}) {
  Route route;
  route.method = std::move(method);
  route.path = std::move(path);
  route.id = route.method + route.path;
  route.parameters = std::move(parameters);
  return route;
}

std::vector<Route> table() {
  std::vector<Route> routes = {
      row("GET", "/run"),
      row("POST", "/run"),
      row("GET", "/run/{id}", {path_text("id", "")}),
      row("GET", "/run/newest"),
      row("PUT", "/run/{id}/scripts/{slot}",
          {path_text("id", ""), path_choice("slot", "", {"policy", "ability"})}),
      row("GET", "/logs",
          {query_whole("limit", "", {1, 1000}, "100"), query_choice("level", "", {"INFO", "WARN"}),
           query_text("src", "", 8), header_text("If-Match", "")}),
      row("GET", "/{file}", {path_text("file", "")}),
  };
  routes.back().last_resort = true;
  routes.back().any_query = true;
  return routes;
}

HttpRequest request_of(std::string method, const std::string& target, Headers headers = {}) {
  HttpRequest request;
  request.method = std::move(method);
  request.path = target.substr(0, target.find('?'));
  if (request.path.size() < target.size()) request.query = target.substr(request.path.size() + 1);
  request.headers = std::move(headers);
  return request;
}

std::string id_of(const Router& router, const std::string& method, const std::string& path) {
  const auto found = router.find(method, path);
  return found.route == nullptr ? "" : found.route->id;
}

// The parameters of a request to /logs, or the refusal's status and field.
std::string read_logs(const Router& router, const std::string& query, Headers headers = {}) {
  const HttpRequest request = request_of("GET", "/logs?" + query, std::move(headers));
  const auto read = router.read(*router.find("GET", "/logs").route, request);
  if (const auto* refusal = std::get_if<HttpResponse>(&read)) {
    const auto body = base::parse_json(refusal->body);
    return std::to_string(refusal->status) + " " + (*body)["field"].GetString();
  }
  const auto& arguments = std::get<Arguments>(read);
  return std::to_string(*arguments.whole("limit")) + " " + std::string(arguments.text("level")) +
         " " + std::string(arguments.text("src")) + " " + std::string(arguments.text("If-Match"));
}

std::string header_of(const HttpResponse& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return {};
}

}  // namespace

TEST_CASE("a route is found by its method and path, what is named before what is open") {
  const Router router(table());
  CHECK(id_of(router, "GET", "/run") == "GET/run");
  CHECK(id_of(router, "HEAD", "/run/") == "GET/run");
  CHECK(id_of(router, "POST", "/run") == "POST/run");
  CHECK(id_of(router, "GET", "/run/x") == "GET/run/{id}");
  CHECK(id_of(router, "GET", "/run/newest") == "GET/run/newest");
  CHECK(id_of(router, "GET", "/app.js") == "GET/{file}");
  CHECK(id_of(router, "GET", "/") == "");
  CHECK(id_of(router, "GET", "/run/x/y") == "");
  CHECK(id_of(router, "DELETE", "/run") == "");
  CHECK(id_of(router, "get", "/run") == "");
}

TEST_CASE("a wrong method is told the right ones, a file's address has none but its own") {
  const Router router(table());
  const auto refused = [&](const std::string& method, const std::string& path) {
    return router.refuse(router.find(method, path), request_of(method, path));
  };
  const HttpResponse wrong = refused("PATCH", "/run");
  CHECK(wrong.status == 405);
  CHECK(header_of(wrong, "Allow") == "GET, HEAD, POST, OPTIONS");
  const HttpResponse asked = refused("OPTIONS", "/run/x/scripts/policy");
  CHECK(asked.status == 204);
  CHECK(asked.body.empty());
  CHECK(header_of(asked, "Allow") == "PUT, OPTIONS");
  CHECK(refused("POST", "/app.js").status == 404);
}

TEST_CASE("who asks for nothing is told the nearest route") {
  const Router router(table());
  const auto told = [&](const std::string& path) {
    const HttpResponse response = router.refuse({}, request_of("GET", path));
    CHECK(response.status == 404);
    CHECK(response.content_type == "application/problem+json");
    return response.body;
  };
  CHECK(has(told("/runs"), "did you mean GET /run?"));
  CHECK(has(told("/run/2026/script/policy"), "did you mean PUT /run/{id}/scripts/{slot}?"));
  CHECK(has(told("/LOGS"), "did you mean GET /logs?"));
  CHECK(has(told("/completely/elsewhere"), "/openapi.json"));
  CHECK(told("/" + std::string(7000, 'x')).size() < 500);
  CHECK(base::parse_json(told("/\xff\"\n")).ok());
}

TEST_CASE("parameters are decoded, checked and have their defaults") {
  const Router router(table());
  CHECK(read_logs(router, "") == "100   ");
  CHECK(read_logs(router, "limit=1000&level=WARN") == "1000 WARN  ");
  CHECK(read_logs(router, "src=a%20b+c&&") == "100  a b c ");
  CHECK(read_logs(router, "src=", {{"if-match", "x"}}) == "100   x");
  CHECK(read_logs(router, "limit=0") == "400 limit");
  CHECK(read_logs(router, "limit=1001") == "400 limit");
  CHECK(read_logs(router, "limit=-1") == "400 limit");
  CHECK(read_logs(router, "limit=") == "400 limit");
  CHECK(read_logs(router, "limit=99999999999999999999999") == "400 limit");
  CHECK(read_logs(router, "limit=5&limit=6") == "400 limit");
  CHECK(read_logs(router, "level=LOUD") == "400 level");
  CHECK(read_logs(router, "src=123456789") == "400 src");
  CHECK(read_logs(router, "src=%ff") == "400 src");
  CHECK(read_logs(router, "src=%f") == "400 query");
  CHECK(read_logs(router, "levle=INFO") == "400 levle");
  CHECK(read_logs(router, "If-Match=x") == "400 If-Match");
}

TEST_CASE("a part of a path that can name nothing is 404, one that is no text 400") {
  const Router router(table());
  const auto status = [&](const std::string& path) {
    const HttpRequest request = request_of("PUT", path);
    const auto read = router.read(*router.find("PUT", path).route, request);
    const auto* refusal = std::get_if<HttpResponse>(&read);
    return refusal == nullptr ? 0U : refusal->status;
  };
  CHECK(status("/run/x/scripts/policy") == 0);
  CHECK(status("/run/%78/scripts/polic%79") == 0);
  CHECK(status("/run/x/scripts/other") == 404);
  CHECK(status("/run/%zz/scripts/policy") == 400);
  CHECK(status("/run/%ff/scripts/policy") == 404);
}

TEST_CASE("files may be asked for with any query") {
  const Router router(table());
  const HttpRequest request = request_of("GET", "/app.js?v=%zz&v=2");
  CHECK(std::holds_alternative<Arguments>(
      router.read(*router.find("GET", "/app.js").route, request)));
}

TEST_CASE("percent signs are decoded or refused") {
  CHECK(percent_decoded("a%2Fb+c", PlusSign::kPlus) == "a/b+c");
  CHECK(percent_decoded("a%2fb+c", PlusSign::kSpace) == "a/b c");
  CHECK_FALSE(percent_decoded("%", PlusSign::kPlus));
  CHECK_FALSE(percent_decoded("%4", PlusSign::kPlus));
  CHECK_FALSE(percent_decoded("%4g", PlusSign::kPlus));
  CHECK(percent_decoded("%00", PlusSign::kPlus) == std::string(1, '\0'));
}

}  // namespace cherub::server
