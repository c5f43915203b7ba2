// The bodies of POST /run and of commands: they are taken or refused with the field at fault, and a
// run that was taken writes back to one that is taken, too.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "abilities/console.h"
#include "abilities/run.h"
#include "engine/base/json.h"
#include "engine/base/utf8.h"
#include "server/run_body.h"

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

cherub::abilities::RunRequest server_defaults() {
  cherub::abilities::RunRequest defaults;
  defaults.provider.key_variable = "OPERATORS_KEY";
  defaults.threads = 2;
  return defaults;
}

void look_at(const cherub::abilities::RunRequest& request, bool names_url) {
  demand(request.iterations >= 1 && request.iterations <= 100 && request.threads <= 2);
  demand(request.runs_dir == "runs" && request.world_dir.empty() && request.cassette.empty());
  demand(cherub::base::is_utf8(request.user_goal));
  // The operator's key goes nowhere that a client has named.
  if (names_url && !request.provider.base_url.empty()) {
    demand(request.provider.key_variable != "OPERATORS_KEY");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cherub;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto command = abilities::console_command_from_json(text);
  if (!command.ok()) demand(!command.error().message.empty());
  const auto line = abilities::parse_console_line(text);
  if (!line.ok()) demand(!line.error().message.empty());

  const auto request = server::read_run_body(text, server_defaults());
  if (!request.ok()) {
    demand(!request.error().message.empty());
    return 0;
  }
  const auto body = base::parse_json(text);
  demand(body.ok());
  look_at(*request, body->HasMember("provider_url"));
  const std::string told = abilities::run_request_to_json(*request);
  const auto again = abilities::run_request_from_json(told, server_defaults());
  if (!again.ok()) demand(again.error().where == "provider" || again.error().where == "threads");
  return 0;
}
