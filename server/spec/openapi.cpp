#include "server/spec/openapi.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "engine/base/json.h"
#include "server/spec/answers.h"
#include "server/spec/messages.h"

namespace cherub::server {
namespace {

using base::JsonArray;
using base::JsonObject;

constexpr const char* kLicense = "https://spdx.org/licenses/MIT.html";
constexpr const char* kAbout =
    "Worlds whose inhabitants act by generated Lua. Streams are described by /asyncapi.json.";

const char* place_name(ParameterPlace place) {
  switch (place) {
    case ParameterPlace::kPath:
      return "path";
    case ParameterPlace::kQuery:
      return "query";
    case ParameterPlace::kHeader:
      return "header";
  }
  return "";
}

std::string parameters_json(const Route& route) {
  JsonArray parameters;
  for (const Parameter& parameter : route.parameters) {
    JsonObject entry;
    entry.add("name", parameter.name).add("in", place_name(parameter.place));
    if (parameter.place == ParameterPlace::kPath) entry.add("required", true);
    parameters.raw(entry.add("description", parameter.summary)
                       .raw("schema", parameter_schema(parameter).json())
                       .text());
  }
  return parameters.text();
}

std::string content_json(const std::string& type, const std::optional<base::Schema>& schema) {
  JsonObject media;
  if (schema) media.raw("schema", schema->json());
  return JsonObject().raw(type, media.text()).text();
}

std::string answer_json(const std::string& summary, const std::string& content) {
  JsonObject answer;
  answer.add("description", summary);
  if (!content.empty()) answer.raw("content", content);
  return answer.text();
}

// What any request may be told, by what its route has: who may ask, what can be misspelt.
std::set<unsigned> problem_statuses(const Route& route) {
  std::set<unsigned> statuses(route.problems.begin(), route.problems.end());
  statuses.insert({400, 408, 413, 421, 431});
  if (route.guard != Guard::kOpen) statuses.insert(401);
  if (route.guard == Guard::kChanging) statuses.insert(403);
  return statuses;
}

std::string responses_json(const Route& route) {
  // By status: one may be told in several types.
  std::map<unsigned, std::string> responses;
  for (const Answer& answer : route.answers) {
    const std::string content =
        answer.content_type.empty() ? "" : content_json(answer.content_type, answer.schema);
    responses[answer.status] = answer_json(answer.summary, content);
  }
  for (const unsigned status : problem_statuses(route)) {
    responses.try_emplace(status, answer_json(std::string(status_title(status)),
                                              content_json("application/problem+json",
                                                           base::named_schema("Problem"))));
  }
  JsonObject object;
  for (const auto& [status, json] : responses) object.raw(std::to_string(status), json);
  return object.text();
}

std::string operation_json(const Route& route) {
  JsonObject operation;
  operation.add("operationId", route.id)
      .add("summary", route.summary)
      .raw("tags", JsonArray().add(route.tag).text());
  if (!route.parameters.empty()) operation.raw("parameters", parameters_json(route));
  if (route.body) {
    operation.raw("requestBody",
                  JsonObject()
                      .add("description", route.body->summary)
                      .add("required", true)
                      .raw("content", content_json(route.body->content_type, route.body->schema))
                      .text());
  }
  operation.raw("responses", responses_json(route));
  if (route.guard == Guard::kOpen) operation.raw("security", "[]");
  return operation.text();
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// Routes of one path stand together, in the order of the first of them.
std::string paths_json(const std::vector<Route>& routes) {
  std::vector<std::pair<std::string, JsonObject>> paths;
  for (const Route& route : routes) {
    auto path = std::find_if(paths.begin(), paths.end(),
                             [&](const auto& known) { return known.first == route.path; });
    if (path == paths.end()) path = paths.emplace(paths.end(), route.path, JsonObject());
    path->second.raw(lower(route.method), operation_json(route));
  }
  JsonObject object;
  for (const auto& [path, operations] : paths) object.raw(path, operations.text());
  return object.text();
}

std::string components_json() {
  JsonObject schemas;
  for (const auto& shapes : {answer_schemas(), message_schemas()}) {
    for (const base::SchemaMember& member : shapes) schemas.raw(member.name, member.schema.json());
  }
  const std::string bearer = JsonObject().add("type", "http").add("scheme", "bearer").text();
  return JsonObject()
      .raw("schemas", schemas.text())
      .raw("securitySchemes", JsonObject().raw("token", bearer).text())
      .text();
}

}  // namespace

std::string info_json(std::string_view title, std::string_view description) {
  return JsonObject()
      .add("title", title)
      .add("version", CHERUB_VERSION)
      .add("description", description)
      .raw("license", JsonObject().add("name", "MIT").add("url", kLicense).text())
      .text();
}

std::string openapi_json(const std::vector<Route>& routes) {
  return JsonObject()
      .add("openapi", "3.1.0")
      .raw("info", info_json("Cherub", kAbout))
      .raw("servers", JsonArray().raw(JsonObject().add("url", "/").text()).text())
      // A server on loopback needs no token.
      .raw("security", JsonArray().raw("{}").raw(R"({"token":[]})").text())
      .raw("paths", paths_json(routes))
      .raw("components", components_json())
      .text();
}

}  // namespace cherub::server
