#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"

// HTTP as the application sees it: plain data, no sockets, no Beast.
namespace cherub::server {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method;  // "GET"
  std::string path;    // "/run/20261121-0142-3f9a", without the query, as it was sent
  std::string query;   // behind the '?'
  Headers headers;     // names in lower case
  std::string body;
  std::string peer;  // the client's address, without a port

  // The first header of that (lower-case) name, or empty.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

struct HttpResponse {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  Headers headers;  // beside Content-Type and Content-Length
};

// The parts of a path between its slashes: "/run/x" gives {"run", "x"}.
std::vector<std::string_view> path_segments(std::string_view path);

// "Not Found" …; empty for codes that Cherub does not use.
std::string_view status_title(unsigned status);

// An application/problem+json answer (RFC 9457). `field` names the part of the request at fault and
// may be empty.
HttpResponse problem(unsigned status, std::string_view detail, std::string_view field = {});
// The same with one more member, whose value is complete JSON.
HttpResponse problem_with(unsigned status, std::string_view detail, std::string_view member,
                          std::string_view member_json);
// Adds which address a problem is about, as far as it was read. Other answers stay as they are.
void set_instance(HttpResponse& response, std::string_view path);
// The status that fits the error's code; `where` becomes the field.
HttpResponse problem_of(const base::Error& error);

HttpResponse json_response(unsigned status, std::string body);

}  // namespace cherub::server
