#include "server/routing/router.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>
#include <utility>

#include "engine/base/check.h"
#include "scripting/manifest.h"

namespace cherub::server {
namespace {

constexpr std::size_t kShownBytesMax = 200;  // of what a client sent, in an answer

std::string shown(std::string_view text) {
  return std::string(text.substr(0, kShownBytesMax));
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

bool is_parameter(std::string_view part) {
  return part.size() > 2 && part.front() == '{' && part.back() == '}';
}

std::string allow_text(const std::vector<std::string>& methods) {
  std::string text;
  for (const std::string& method : methods) {
    text += method + ", ";
    if (method == "GET") text += "HEAD, ";
  }
  return text + "OPTIONS";
}

const Parameter* find_parameter(const Route& route, ParameterPlace place, std::string_view name) {
  for (const Parameter& parameter : route.parameters) {
    if (parameter.place == place && parameter.name == name) return &parameter;
  }
  return nullptr;
}

HttpResponse unknown_parameter(const Route& route, const std::string& name) {
  std::vector<std::string> known;
  for (const Parameter& parameter : route.parameters) {
    if (parameter.place == ParameterPlace::kQuery) known.push_back(parameter.name);
  }
  const std::string near = scripting::nearest_name(name, known);
  std::string detail = "There is no parameter '" + shown(name) + "' here";
  detail += near.empty() ? "." : "; did you mean '" + near + "'?";
  return problem(400, detail, shown(name));
}

std::optional<HttpResponse> read_path(const Route& route, std::string_view path,
                                      Arguments& arguments) {
  const auto names = path_segments(route.path);
  const auto parts = path_segments(path);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!is_parameter(names[i])) continue;
    const auto name = names[i].substr(1, names[i].size() - 2);
    const Parameter& parameter = *find_parameter(route, ParameterPlace::kPath, name);
    auto value = percent_decoded(parts[i], PlusSign::kPlus);
    if (!value) return problem(400, "A '%' in a path is followed by two hex digits.", name);
    const std::string wrong = parameter_problem(parameter, *value);
    if (!wrong.empty()) return problem(404, wrong, name);
    arguments.set(parameter, std::move(*value));
  }
  return std::nullopt;
}

std::optional<HttpResponse> read_query(const Route& route, std::string_view query,
                                       Arguments& arguments) {
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == query.npos ? std::string_view() : query.substr(end + 1);
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const auto name = percent_decoded(pair.substr(0, equals), PlusSign::kSpace);
    auto value = equals == pair.npos ? std::optional<std::string>("")
                                     : percent_decoded(pair.substr(equals + 1), PlusSign::kSpace);
    if (!name || !value) {
      return problem(400, "A '%' in a query is followed by two hex digits.", "query");
    }
    const Parameter* const parameter = find_parameter(route, ParameterPlace::kQuery, *name);
    if (parameter == nullptr) return unknown_parameter(route, *name);
    if (arguments.sent(*name)) {
      return problem(400, "'" + *name + "' is given more than once.", *name);
    }
    const std::string wrong = parameter_problem(*parameter, *value);
    if (!wrong.empty()) return problem(400, wrong, *name);
    arguments.set(*parameter, std::move(*value));
  }
  return std::nullopt;
}

std::optional<HttpResponse> read_headers(const Route& route, const HttpRequest& request,
                                         Arguments& arguments) {
  for (const Parameter& parameter : route.parameters) {
    if (parameter.place != ParameterPlace::kHeader) continue;
    const std::string_view value = request.header(lower(parameter.name));
    if (value.empty()) continue;
    const std::string wrong = parameter_problem(parameter, value);
    if (!wrong.empty()) return problem(400, wrong, parameter.name);
    arguments.set(parameter, std::string(value));
  }
  return std::nullopt;
}

}  // namespace

Router::Router(std::vector<Route> routes) : routes_(std::move(routes)) {
  std::set<std::string> ids, places;
  for (const Route& route : routes_) {
    CHERUB_CHECK(ids.insert(route.id).second);
    CHERUB_CHECK(places.insert(route.method + " " + route.path).second);
    Pattern pattern;
    for (const std::string_view part : path_segments(route.path)) {
      const bool open = is_parameter(part);
      const auto name = open ? part.substr(1, part.size() - 2) : part;
      CHERUB_CHECK(!open || find_parameter(route, ParameterPlace::kPath, name) != nullptr);
      pattern.parts.emplace_back(open ? "" : name);
      pattern.literals += open ? 0 : 1;
    }
    patterns_.push_back(std::move(pattern));
  }
}

// Where several patterns fit a path, the one with most parts of its own wins, and a route of last
// resort comes behind all others.
Router::Found Router::find(std::string_view method, std::string_view path) const {
  if (method == "HEAD") method = "GET";
  const auto parts = path_segments(path);
  Found found;
  const Route* last_resort = nullptr;
  std::size_t literals = 0;
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    const Pattern& pattern = patterns_[i];
    if (pattern.parts.size() != parts.size()) continue;
    if (!std::equal(parts.begin(), parts.end(), pattern.parts.begin(),
                    [](std::string_view part, const std::string& wanted) {
                      return wanted.empty() || part == wanted;
                    })) {
      continue;
    }
    if (routes_[i].last_resort) {
      if (routes_[i].method == method) last_resort = &routes_[i];
      continue;
    }
    if (pattern.literals < literals) continue;
    if (pattern.literals > literals || found.methods.empty()) found = {};
    literals = pattern.literals;
    found.methods.push_back(routes_[i].method);
    if (routes_[i].method == method) found.route = &routes_[i];
  }
  if (found.methods.empty()) found.route = last_resort;
  return found;
}

std::variant<Arguments, HttpResponse> Router::read(const Route& route,
                                                   const HttpRequest& request) const {
  Arguments arguments(route.parameters);
  if (auto refusal = read_path(route, request.path, arguments)) return std::move(*refusal);
  if (!route.any_query) {
    if (auto refusal = read_query(route, request.query, arguments)) return std::move(*refusal);
  }
  if (auto refusal = read_headers(route, request, arguments)) return std::move(*refusal);
  return arguments;
}

HttpResponse Router::refuse(const Found& found, const HttpRequest& request) const {
  if (found.methods.empty()) {
    const std::string near = nearest(request.path);
    return problem(404,
                   "There is nothing at " + shown(request.path) +
                       (near.empty() ? ". GET /openapi.json lists what there is."
                                     : "; did you mean " + near + "?"),
                   "path");
  }
  const std::string allow = allow_text(found.methods);
  if (request.method == "OPTIONS") {
    HttpResponse response;
    response.status = 204;
    response.headers = {{"Allow", allow}};
    return response;
  }
  HttpResponse response = problem(405, "This address takes " + allow + " only.", "method");
  response.headers.emplace_back("Allow", allow);
  return response;
}

// Parameters take the name of what stands in their place, so that only the rest can be misspelt.
std::string Router::nearest(std::string_view path) const {
  const auto parts = path_segments(path);
  std::string given;
  for (const std::string_view part : parts) given += "/" + std::string(part);
  std::vector<std::string> known;
  for (const Pattern& pattern : patterns_) {
    std::string candidate;
    for (std::size_t i = 0; i < pattern.parts.size(); ++i) {
      const bool open = pattern.parts[i].empty();
      candidate += "/" + (!open              ? pattern.parts[i]
                          : i < parts.size() ? std::string(parts[i])
                                             : std::string("-"));
    }
    // What fits as it is was no misspelling: a file that is not there.
    known.push_back(candidate == given ? std::string() : candidate);
  }
  const std::string near = scripting::nearest_name(given, known);
  const auto at = std::find(known.begin(), known.end(), near);
  if (near.empty() || at == known.end()) return {};
  const Route& route = routes_[static_cast<std::size_t>(at - known.begin())];
  return route.method + " " + route.path;
}

}  // namespace cherub::server
