#include "server/spec/messages.h"

#include <utility>

#include "server/client_operations.h"
#include "server/spec/answers.h"
#include "server/spec/command_schema.h"
#include "server/spec/record_types.h"
#include "server/telemetry/event_schema.h"

namespace cherub::server {
namespace {

using namespace cherub::base;

constexpr Presence kMay = Presence::kMay;
constexpr const char* kRecordPrefix = "record_";
constexpr const char* kAskPrefix = "ask_";

SchemaMember ref() {
  return {"ref", Schema(R"({"type":["string","number"]})").about("The client's own name."), kMay};
}

Schema hello() {
  const Schema limits = object_schema({{"subscriptions", whole_schema()},
                                       {"inbound_bytes", whole_schema()},
                                       {"json_depth", whole_schema()},
                                       {"message_records", whole_schema()},
                                       {"message_bytes", whole_schema()},
                                       {"filter_members", whole_schema()},
                                       {"filter_values", whole_schema()}});
  return object_schema({{"op", constant_schema("hello")},
                        {"protocol", text_schema()},
                        {"epoch", text_schema().about("Sequence numbers hold within it.")},
                        {"compress", list_schema(text_schema()).about("What may be asked for.")},
                        {"limits", limits}});
}

Schema subscribed() {
  const Schema about = either_schema({named_schema("RunState"), named_schema("RenderHello"),
                                      object_schema({{"run_id", text_schema(), kMay}})});
  return object_schema({{"op", constant_schema("subscribed")},
                        ref(),
                        {"ch", text_schema()},
                        {"epoch", text_schema()},
                        {"seq", whole_schema().about("Of the newest; 0: none yet.")},
                        {"from", whole_schema().about("The first that may come."), kMay},
                        {"recovered", boolean_schema().about("Nothing is lost or repeated."), kMay},
                        {"reason", choice_schema({"epoch", "history", "ahead"}), kMay},
                        {"stream", whole_schema().about("Of frames: in their headers."), kMay},
                        {"about", about}});
}

// `member`: what says that it is one, "op" or "type".
Schema reply(const char* member) {
  return object_schema({{member, constant_schema("reply")},
                        ref(),
                        {"ok", boolean_schema()},
                        {"waits", boolean_schema(), kMay},
                        {"text", text_schema(), kMay},
                        {"data", open_schema({}), kMay},
                        {"detail", text_schema().about("What is wrong."), kMay},
                        {"field", text_schema().about("The argument at fault."), kMay}});
}

Schema refused(const char* member, const char* value) {
  return object_schema({{member, constant_schema(value)},
                        ref(),
                        {"detail", text_schema()},
                        {"field", text_schema(), kMay}});
}

Schema gap() {
  const Schema lost = object_schema({{"from", whole_schema()},
                                     {"to", whole_schema()},
                                     {"n", whole_schema().about("How many of them matched.")}});
  return object_schema({{"ch", text_schema()}, {"type", constant_schema("gap")}, {"data", lost}});
}

Schema envelope(const std::string& type, const Schema& data) {
  return object_schema({{"ch", text_schema()},
                        {"seq", whole_schema()},
                        {"ts", whole_schema().about("Milliseconds since 1970.")},
                        {"type", constant_schema(type)},
                        {"data", data}});
}

Schema any_record() {
  std::vector<Schema> types;
  for (const RecordType& type : record_types()) {
    types.push_back(envelope(type.type, named_schema(kRecordPrefix + type.type)));
  }
  types.push_back(envelope("telemetry", named_schema("record_telemetry")));
  return either_schema(types);
}

Schema frame_json() {
  return object_schema({{"type", constant_schema("frame")},
                        {"channel", choice_schema({"world", "agents", "pov_world", "pov_agents"})},
                        {"seq", whole_schema()},
                        {"tick", whole_schema()},
                        {"len", whole_schema().about("Bytes of the payload.")},
                        {"payload_b64", text_schema().with("contentEncoding", R"("base64")")},
                        {"ts", whole_schema()}});
}

Schema render_hello() {
  const Schema species = object_schema(
      {{"name", text_schema()}, {"kind", text_schema()}, {"sense_radius", number_schema()}});
  return object_schema({{"type", constant_schema("hello")},
                        {"protocol", text_schema(), kMay},
                        {"scenario", text_schema(), kMay},
                        {"agent_species", text_schema(), kMay},
                        {"tick_rate", number_schema(), kMay},
                        {"width", whole_schema(), kMay},
                        {"depth", whole_schema(), kMay},
                        {"height", whole_schema(), kMay},
                        {"species", list_schema(species)}});
}

Schema connected() {
  return object_schema({{"type", constant_schema("connected")},
                        {"protocol", text_schema()},
                        {"run_id", text_schema()},
                        {"state", named_schema("RunStateName")},
                        {"records", whole_schema().about("So many were told so far."), kMay}});
}

Schema asked(const ClientOperation& operation) {
  std::vector<SchemaMember> members = {{"op", constant_schema(operation.op)}, ref()};
  members.insert(members.end(), operation.members.begin(), operation.members.end());
  return object_schema(members);
}

void add_multiplex_shapes(std::vector<MessageShape>& shapes) {
  shapes.push_back({"Hello", "The first message.", hello()});
  shapes.push_back({"Subscribed", "Answers subscribe; its records follow.", subscribed()});
  shapes.push_back(
      {"Unsubscribed", "Answers unsubscribe.",
       object_schema({{"op", constant_schema("unsubscribed")}, ref(), {"ch", text_schema()}})});
  shapes.push_back({"KeySent", "Answers key, where it had a ref.",
                    object_schema({{"op", constant_schema("key")}, ref(), {"ch", text_schema()}})});
  shapes.push_back({"Reply", "Answers command.", reply("op")});
  shapes.push_back({"Error", "What could not be read or done.", refused("op", "error")});
  shapes.push_back({"Record", "A record; a message holds 1 to 64 lines.", any_record()});
  shapes.push_back({"Gap", "Records that are lost.", gap()});
  shapes.push_back({"FrameRecord", "A key frame, of who asked for JSON.",
                    envelope("frame", named_schema("FrameJson"))});
  for (const ClientOperation& operation : client_operations()) {
    shapes.push_back({kAskPrefix + operation.op, operation.summary, asked(operation)});
  }
}

void add_telemetry_shapes(std::vector<MessageShape>& shapes) {
  shapes.push_back({"TelemetryConnected", "The first message.",
                    object_schema({{"type", constant_schema("connected")},
                                   {"protocol", text_schema()},
                                   {"run_id", text_schema(), kMay},
                                   {"ch", text_schema()},
                                   {"seq", whole_schema().about("Of the newest; 0: none yet.")}})});
  shapes.push_back({"TelemetryRecord", "An event.", named_schema("record_telemetry")});
  shapes.push_back({"LostTelemetry", "Events that this client was too slow for.",
                    object_schema({{"type", constant_schema("gap")},
                                   {"from", whole_schema()},
                                   {"to", whole_schema()},
                                   {"n", whole_schema().about("How many of them matched.")}})});
}

void add_view_shapes(std::vector<MessageShape>& shapes) {
  shapes.push_back({"Connected", "The first message.", connected()});
  shapes.push_back({"ViewReply", "Answers a command.", reply("type")});
  shapes.push_back({"Refused", "What could not be read or done.", refused("type", "refused")});
  shapes.push_back({"RunCommand", "A command of the console.", named_schema("Command")});
  shapes.push_back({"RenderHello", "The first message.", named_schema("RenderHello")});
  shapes.push_back({"Frame", "A key frame, a delta, or a compressed record (docs/PROTOCOL.md).",
                    text_schema().with("format", R"("binary")"), true});
  shapes.push_back({"FrameJson", "A key frame, of who asked for JSON.", named_schema("FrameJson")});
  shapes.push_back({"KeyWish", "The next frame is a key frame.",
                    object_schema({{"type", constant_schema("key")}})});
  for (const RecordType& type : record_types()) {
    shapes.push_back(
        {kRecordPrefix + type.type, type.summary, named_schema(kRecordPrefix + type.type)});
  }
}

}  // namespace

std::vector<MessageShape> message_shapes() {
  std::vector<MessageShape> shapes;
  add_multiplex_shapes(shapes);
  add_view_shapes(shapes);
  add_telemetry_shapes(shapes);
  for (MessageShape& shape : session_shapes()) shapes.push_back(std::move(shape));
  return shapes;
}

ViewMessages multiplex_messages() {
  ViewMessages messages;
  messages.sends = {"Hello", "Subscribed", "Unsubscribed", "KeySent",     "Reply",
                    "Error", "Record",     "Gap",          "FrameRecord", "Frame"};
  for (const ClientOperation& operation : client_operations()) {
    messages.takes.push_back(kAskPrefix + operation.op);
  }
  return messages;
}

ViewMessages progress_messages() {
  ViewMessages messages{{"Connected", "ViewReply", "Refused"}, {"RunCommand"}};
  for (const RecordType& type : record_types()) {
    messages.sends.push_back(kRecordPrefix + type.type);
  }
  return messages;
}

ViewMessages render_messages() {
  return {{"RenderHello", "Frame", "FrameJson", "Refused"}, {"KeyWish"}};
}

ViewMessages telemetry_messages() {
  return {{"TelemetryConnected", "TelemetryRecord", "LostTelemetry", "Refused"}, {}};
}

std::vector<SchemaMember> message_schemas() {
  std::vector<SchemaMember> schemas = record_schemas();
  schemas.push_back({"record_telemetry", telemetry::record_schema()});
  for (const RecordType& type : record_types()) {
    schemas.push_back({kRecordPrefix + type.type, type.data});
  }
  schemas.push_back({"Command", command_schema()});
  schemas.push_back({"RunState", run_state_schema()});
  schemas.push_back({"RunStateName", run_state_name_schema()});
  schemas.push_back({"RenderHello", render_hello()});
  schemas.push_back({"FrameJson", frame_json()});
  return schemas;
}

}  // namespace cherub::server
