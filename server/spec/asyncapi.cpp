#include "server/spec/asyncapi.h"

#include "engine/base/json.h"
#include "server/spec/messages.h"
#include "server/spec/openapi.h"

namespace cherub::server {
namespace {

using base::JsonArray;
using base::JsonObject;

constexpr const char* kAbout =
    "What runs tell while they go on, and what clients may say. One text message of /ws holds 1 to "
    "64 lines, each of which is one of the messages listed here. Frames are described in "
    "docs/PROTOCOL.md.";

std::string reference(const std::string& to) {
  return JsonObject().add("$ref", to).text();
}

std::string parameters_json(const Route& route) {
  JsonObject parameters;
  for (const Parameter& parameter : route.parameters) {
    if (parameter.place != ParameterPlace::kPath) continue;
    parameters.raw(parameter.name, JsonObject().add("description", parameter.summary).text());
  }
  return parameters.text();
}

std::string query_binding(const Route& route) {
  std::vector<base::SchemaMember> members;
  for (const Parameter& parameter : route.parameters) {
    if (parameter.place != ParameterPlace::kQuery) continue;
    members.push_back({parameter.name, parameter_schema(parameter).about(parameter.summary),
                       base::Presence::kMay});
  }
  if (members.empty()) return {};
  const std::string query = base::object_schema(members).json();
  return JsonObject().raw("ws", JsonObject().raw("query", query).text()).text();
}

std::string channel_json(const Route& route) {
  JsonObject messages;
  for (const auto* names : {&route.messages.sends, &route.messages.takes}) {
    for (const std::string& name : *names) {
      messages.raw(name, reference("#/components/messages/" + name));
    }
  }
  JsonObject channel;
  channel.add("address", route.path)
      .add("summary", route.summary)
      .raw("messages", messages.text())
      .raw("parameters", parameters_json(route));
  const std::string binding = query_binding(route);
  if (!binding.empty()) channel.raw("bindings", binding);
  return channel.text();
}

std::string operation_json(const Route& route, const char* action,
                           const std::vector<std::string>& names) {
  const std::string channel = "#/channels/" + route.id;
  JsonArray messages;
  for (const std::string& name : names) messages.raw(reference(channel + "/messages/" + name));
  return JsonObject()
      .add("action", action)
      .raw("channel", reference(channel))
      .add("summary", route.summary)
      .raw("messages", messages.text())
      .text();
}

std::string components_json() {
  JsonObject messages, schemas;
  for (const MessageShape& shape : message_shapes()) {
    messages.raw(shape.name, JsonObject()
                                 .add("name", shape.name)
                                 .add("summary", shape.summary)
                                 .add("contentType", shape.binary ? "application/octet-stream"
                                                                  : "application/json")
                                 .raw("payload", shape.payload.json())
                                 .text());
  }
  for (const base::SchemaMember& member : message_schemas()) {
    schemas.raw(member.name, member.schema.json());
  }
  return JsonObject().raw("messages", messages.text()).raw("schemas", schemas.text()).text();
}

}  // namespace

std::string asyncapi_json(const std::vector<Route>& routes) {
  JsonObject channels, operations;
  for (const Route& route : routes) {
    if (!route.open) continue;
    channels.raw(route.id, channel_json(route));
    operations.raw(route.id + ".told", operation_json(route, "send", route.messages.sends));
    operations.raw(route.id + ".heard", operation_json(route, "receive", route.messages.takes));
  }
  const std::string server = JsonObject()
                                 .add("host", "127.0.0.1:8088")
                                 .add("protocol", "ws")
                                 .add("description", "The usual address of cherub serve.")
                                 .text();
  return JsonObject()
      .add("asyncapi", "3.0.0")
      .raw("info", info_json("Cherub, its streams", kAbout))
      .add("defaultContentType", "application/json")
      .raw("servers", JsonObject().raw("local", server).text())
      .raw("channels", channels.text())
      .raw("operations", operations.text())
      .raw("components", components_json())
      .text();
}

}  // namespace cherub::server
