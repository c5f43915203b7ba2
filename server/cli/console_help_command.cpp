#include <cstdio>
#include <memory>

#include "abilities/console.h"
#include "server/cli/commands.h"
#include "server/cli/text_io.h"

namespace cherub::server::cli {

void add_console_help_command(CLI::App& program, Session& session) {
  struct Flags {
    std::string topic, format = "text";
  };
  const auto flags = std::make_shared<Flags>();
  CLI::App* const command =
      program.add_subcommand("console-help", "Print the commands of the console");
  command->add_option("command", flags->topic, "Only this one");
  command->add_option("--format", flags->format, "text; markdown: the table of docs/CONSOLE.md")
      ->check(CLI::IsMember({"text", "markdown"}))
      ->capture_default_str();
  command->callback([flags, &session] {
    if (flags->format == "markdown") {
      const std::string table = abilities::console_markdown();
      std::fwrite(table.data(), 1, table.size(), stdout);
      return;
    }
    const auto help = abilities::console_help(flags->topic);
    if (!help.ok()) {
      print_error(help.error());
      session.exit_code = kExitUsage;
      return;
    }
    print_line(*help);
  });
}

}  // namespace cherub::server::cli
