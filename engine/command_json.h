#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/commands.h"

namespace cherub::engine {

// One command as a JSON object {"type":"spawn", ...}; the same shape that the server's commands
// take.
std::string command_to_json(const Command& command);
base::Result<Command> command_from_json(std::string_view json);

}  // namespace cherub::engine
