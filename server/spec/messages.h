#pragma once

#include <string>
#include <vector>

#include "engine/base/json_schema.h"

namespace cherub::server {

// A message of a WebSocket, as the table of routes names it: "Hello", "record_best", "ask_key" …
struct MessageShape {
  std::string name;
  std::string summary;
  base::Schema payload;
  bool binary = false;
};

std::vector<MessageShape> message_shapes();

// Those of each kind of view, by name: what the server sends, and what it takes.
struct ViewMessages {
  std::vector<std::string> sends, takes;
};
ViewMessages multiplex_messages();
ViewMessages progress_messages();
ViewMessages render_messages();
ViewMessages telemetry_messages();
ViewMessages session_messages();
// session_messages.cpp: of these.
std::vector<MessageShape> session_shapes();

// The shapes that messages refer to.
std::vector<base::SchemaMember> message_schemas();

}  // namespace cherub::server
