#include <cstdio>
#include <memory>

#include "scripting/manifest.h"
#include "server/cli/commands.h"

namespace cherub::server::cli {

void add_api_command(CLI::App& program, Session& session) {
  const auto format = std::make_shared<std::string>("markdown");
  CLI::App* const command = program.add_subcommand("api", "Print the Lua API of policies");
  command->add_option("--format", *format, "markdown: for people; luals: a stub for LuaLS")
      ->check(CLI::IsMember({"markdown", "luals"}))
      ->capture_default_str();
  command->footer(
      "Examples:\n"
      "  cherub api\n"
      "  cherub api --format luals > library/cherub.lua");
  command->callback([format, &session] {
    const std::string text =
        *format == "luals" ? scripting::api_luals() : scripting::api_markdown();
    std::fwrite(text.data(), 1, text.size(), stdout);
    session.exit_code = kExitOk;
  });
}

}  // namespace cherub::server::cli
