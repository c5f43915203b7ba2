#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/json_schema.h"
#include "server/access.h"
#include "server/routing/arguments.h"
#include "server/spec/messages.h"
#include "server/transport.h"

// One route is one row of the table that dispatch, the checks of parameters, the list of routes
// and the OpenAPI document are all made from.
namespace cherub::server {

// What a handler is given: the request as it came, and its declared parameters, checked.
struct Call {
  const HttpRequest& request;
  const Arguments& arguments;
};

struct RequestBody {
  std::string content_type = "application/json";
  base::Schema schema = base::any_schema();
  std::string summary;
};

struct Answer {
  unsigned status = 200;
  std::string summary;
  std::string content_type = "application/json";
  std::optional<base::Schema> schema;  // nothing: a text, a file, or no body at all
};

struct Route {
  std::string method;  // "GET"; it answers HEAD too
  std::string path;    // "/run/{run_id}": a part in braces is a parameter
  std::string id;      // "showRun"; unique, and the label of its metrics
  std::string tag;     // its chapter: "runs"
  std::string summary;
  Guard guard = Guard::kReader;
  std::vector<Parameter> parameters;
  std::optional<RequestBody> body;
  std::vector<Answer> answers;     // that are no problems
  std::vector<unsigned> problems;  // statuses beside those that the parts above imply
  std::function<Reply(const Call&)> handle;
  // For a WebSocket in the place of `handle`, with the messages that it carries.
  std::function<std::variant<View, HttpResponse>(const Call&)> open;
  ViewMessages messages;
  // Taken only when no other route fits the path, whatever the method: the viewer's files.
  bool last_resort = false;
  // Files are often asked for with a query that only keeps caches from knowing them.
  bool any_query = false;
};

}  // namespace cherub::server
