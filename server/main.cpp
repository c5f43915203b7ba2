#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <exception>

#include "server/cli/commands.h"

namespace {

constexpr const char* kFooter =
    "Examples:\n"
    "  cherub run --goal 'reach the target fast and safely'\n"
    "  cherub serve\n"
    "  cherub check policy.lua --scenario maze\n"
    "\n"
    "Settings come from flags, then CHERUB_<KEY> variables, then the file of --config or\n"
    "./cherub.yaml: host port runs_dir catalogue token_env scenario threads jit provider model\n"
    "base_url key_variable; those of the server are listed in docs/PROTOCOL.md.\n"
    "\n"
    "Exit codes: 0 ok, 1 failed, 2 usage, 10 error, 11 fuel, 12 memory, 13 refused";

int run_program(int argc, char** argv) {
  namespace cli = cherub::server::cli;
  cli::Session session;
  CLI::App program("Cherub: living worlds whose inhabitants act by generated Lua", "cherub");
  program.require_subcommand(1);
  program.fallthrough();
  // `./dev run --goal …` gives a goal of its own first: the last one counts.
  program.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  program.add_option("--config", session.config_path, "YAML file with settings");
  program.set_version_flag("--version", std::string("cherub ") + CHERUB_VERSION);
  program.footer(kFooter);
  cli::add_run_command(program, session);
  cli::add_serve_command(program, session);
  cli::add_check_command(program, session);
  cli::add_sandbox_command(program, session);
  cli::add_replay_command(program, session);
  cli::add_api_command(program, session);
  cli::add_catalogue_command(program, session);
  cli::add_ability_command(program, session);
  cli::add_scenario_command(program, session);
  cli::add_init_command(program, session);
  cli::add_console_help_command(program, session);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? cli::kExitOk : cli::kExitUsage;
  }
  return session.exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("cherub"));
  try {
    return run_program(argc, argv);
  } catch (const std::exception& exception) {
    spdlog::critical("{}", exception.what());
    return cherub::server::cli::kExitFailed;
  }
}
