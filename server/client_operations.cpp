#include "server/client_operations.h"

#include <algorithm>

#include "server/filter.h"

namespace cherub::server {
namespace {

using namespace cherub::base;

SchemaMember channel() {
  return {"ch", text_schema().about(
                    "progress/<run>, render/<run>/<view>, telemetry/<run> or telemetry.")};
}

Schema filter_schema() {
  const Schema scalar = Schema(R"({"type":["string","number","boolean"]})");
  const Schema set = list_schema(scalar).with("maxItems", std::to_string(kFilterValuesMax));
  const Schema level = object_schema({{"min", choice_schema({"DEBUG", "INFO", "WARN", "ERROR"})}});
  return map_schema(either_schema({scalar, set, level}))
      .with("maxProperties", std::to_string(kFilterFieldsMax));
}

std::vector<SchemaMember> subscribe_members() {
  return {channel(),
          {"epoch", text_schema().about("That of `after`."), Presence::kMay},
          {"after", whole_schema().about("Go on behind this number."), Presence::kMay},
          {"history", choice_schema({"none", "latest", "all"}), Presence::kMay},
          {"filter", filter_schema(), Presence::kMay},
          {"encoding", choice_schema({"binary", "json"}).about("Of frames."), Presence::kMay},
          {"compress", choice_schema({"zstd"}).about("Of records and payloads from 512 B on."),
           Presence::kMay}};
}

}  // namespace

const std::vector<ClientOperation>& client_operations() {
  static const std::vector<ClientOperation> table = {
      {"subscribe", "Records or frames of a channel from now on, or from a number on.",
       subscribe_members(), "Subscribed"},
      {"unsubscribe", "No more of a channel.", {channel()}, "Unsubscribed"},
      {"key", "A key frame at once.", {channel()}, "KeySent"},
      {"command",
       "A command of the console to a run.",
       {{"run", text_schema()}, {"command", named_schema("Command")}},
       "Reply"},
  };
  return table;
}

const ClientOperation* find_client_operation(std::string_view op) {
  const auto& table = client_operations();
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const ClientOperation& one) { return one.op == op; });
  return found == table.end() ? nullptr : &*found;
}

std::string client_operation_names() {
  std::string names;
  for (const ClientOperation& operation : client_operations()) {
    const bool last = &operation == &client_operations().back();
    names += (names.empty() ? "" : last ? " or " : ", ") + operation.op;
  }
  return names;
}

}  // namespace cherub::server
