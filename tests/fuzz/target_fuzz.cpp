// A method and a target, with a header on a second line: whatever they are, the router finds a
// route or says in one form why not, and what it takes for a parameter is one.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/base/json.h"
#include "engine/base/utf8.h"
#include "server/routing/router.h"

namespace {

using namespace cherub::server;

Route row(const char* method, const char* path, std::vector<Parameter> parameters) {
  Route route;
  route.method = method;
  route.path = path;
  route.id = route.method + route.path;
  route.parameters = std::move(parameters);
  return route;
}

const Router& router() {
  static const Router made = [] {
    std::vector<Route> routes;
    routes.push_back(row("GET", "/run", {query_whole("limit", "", {1, 1000}, "100")}));
    routes.push_back(row("POST", "/run", {header_text("Idempotency-Key", "")}));
    routes.push_back(row("GET", "/run/{id}", {path_text("id", "")}));
    routes.push_back(row("PUT", "/run/{id}/scripts/{slot}",
                         {path_text("id", ""), path_choice("slot", "", {"policy", "ability"})}));
    routes.push_back(row("GET", "/logs",
                         {query_text("src", "", 16), query_choice("level", "", {"INFO", "WARN"}),
                          query_whole("tick", "", {0, ~std::uint64_t{0}})}));
    routes.push_back(row("GET", "/{file}", {path_text("file", "")}));
    routes.back().last_resort = true;
    routes.back().any_query = true;
    return Router(std::move(routes));
  }();
  return made;
}

void demand(bool holds) {
  if (!holds) std::abort();
}

// A refusal is a whole problem, however strange the request was, and a small one.
void look_at(const HttpResponse& refusal) {
  if (refusal.status == 204) return demand(refusal.body.empty());
  demand(refusal.status >= 400 && refusal.content_type == "application/problem+json");
  const auto body = cherub::base::parse_json(refusal.body);
  demand(body.ok() && (*body)["status"].GetUint() == refusal.status);
  demand(refusal.body.size() < 4000);
}

void look_at(const Route& route, const Arguments& arguments) {
  for (const Parameter& parameter : route.parameters) {
    const std::string_view text = arguments.text(parameter.name);
    demand(cherub::base::is_utf8(text) && text.size() <= parameter.bytes_max);
    const bool there = arguments.sent(parameter.name) || !parameter.fallback.empty();
    if (there) demand(parameter_problem(parameter, text).empty());
    if (there && parameter.whole) {
      const auto number = arguments.whole(parameter.name);
      demand(number && *number >= parameter.whole->low && *number <= parameter.whole->high);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view line = text.substr(0, text.find('\n'));
  const std::size_t space = line.find(' ');
  if (space == line.npos) return 0;
  HttpRequest request;
  request.method = line.substr(0, space);
  const std::string_view target = line.substr(space + 1);
  request.path = target.substr(0, target.find('?'));
  if (request.path.size() < target.size()) request.query = target.substr(request.path.size() + 1);
  if (line.size() < text.size()) {
    request.headers = {{"idempotency-key", std::string(text.substr(line.size() + 1))}};
  }
  const Router::Found found = router().find(request.method, request.path);
  if (found.route == nullptr) {
    look_at(router().refuse(found, request));
    return 0;
  }
  const auto read = router().read(*found.route, request);
  if (const auto* refusal = std::get_if<HttpResponse>(&read)) {
    look_at(*refusal);
  } else {
    look_at(*found.route, std::get<Arguments>(read));
  }
  return 0;
}
