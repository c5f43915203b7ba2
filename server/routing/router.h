#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/routing/route.h"

namespace cherub::server {

// Finds the route of a request and checks its parameters. Immutable; safe from any thread.
class Router {
 public:
  // Two routes of one method and path, or of one id, and parameters in a path that are not declared
  // are faults of the program.
  explicit Router(std::vector<Route> routes);

  struct Found {
    const Route* route = nullptr;      // nothing: `methods` say why
    std::vector<std::string> methods;  // of this path; empty: there is nothing there
  };
  // By method and path. HEAD finds what GET does.
  [[nodiscard]] Found find(std::string_view method, std::string_view path) const;
  // The request's parameters as its route declares them, or the refusal: 404 for a part of the path
  // that can name nothing, 400 for the rest, with the parameter at fault.
  [[nodiscard]] std::variant<Arguments, HttpResponse> read(const Route& route,
                                                           const HttpRequest& request) const;
  // The answer to a request whose route was not found: 404 with the nearest route, 405 with Allow,
  // or what OPTIONS asks for.
  [[nodiscard]] HttpResponse refuse(const Found& found, const HttpRequest& request) const;

  [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }

 private:
  struct Pattern {
    std::vector<std::string> parts;  // "" stands for a parameter
    std::size_t literals = 0;
  };
  [[nodiscard]] std::string nearest(std::string_view path) const;

  const std::vector<Route> routes_;
  std::vector<Pattern> patterns_;  // of each route
};

}  // namespace cherub::server
