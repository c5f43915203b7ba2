#include <cstdio>
#include <memory>

#include "scripting/manifest.h"
#include "server/api.h"
#include "server/cli/commands.h"
#include "server/spec/asyncapi.h"
#include "server/spec/openapi.h"

namespace cherub::server::cli {
namespace {

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

// A document that a server tells, from the very table that it serves by.
std::string document(std::string (*of)(const std::vector<Route>&)) {
  RegistryLimits nothing_runs;
  nothing_runs.running = 0;
  RunRegistry registry(nullptr, nothing_runs, {});
  const Api api({}, registry, StaticFiles());
  return of(api.router().routes()) + "\n";
}

}  // namespace

void add_api_command(CLI::App& program, Session& session) {
  const auto format = std::make_shared<std::string>("markdown");
  CLI::App* const command =
      program.add_subcommand("api", "Print the Lua API of policies, or the server's wire");
  command->require_subcommand(0, 1);
  command->fallthrough(false);
  command->add_option("--format", *format, "markdown: for people; luals: definitions for LuaLS")
      ->check(CLI::IsMember({"markdown", "luals"}))
      ->capture_default_str();
  command->footer(
      "Examples:\n"
      "  cherub api\n"
      "  cherub api --format luals > library/cherub.lua\n"
      "  cherub api openapi > openapi.json");
  CLI::App* const openapi =
      command->add_subcommand("openapi", "Print the OpenAPI 3.1 document of the HTTP routes");
  CLI::App* const asyncapi =
      command->add_subcommand("asyncapi", "Print the AsyncAPI 3.0 document of the WebSockets");
  command->callback([format, openapi, asyncapi, &session] {
    print(openapi->parsed()    ? document(openapi_json)
          : asyncapi->parsed() ? document(asyncapi_json)
          : *format == "luals" ? scripting::api_luals()
                               : scripting::api_markdown());
    session.exit_code = kExitOk;
  });
}

}  // namespace cherub::server::cli
