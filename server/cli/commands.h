#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace cherub::server::cli {

// What a script or a shell can rely on; `cherub --help` lists them.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitError = 10;
inline constexpr int kExitFuel = 11;
inline constexpr int kExitMemory = 12;
inline constexpr int kExitRefused = 13;

// What all commands share: the options before them, and the exit code they leave.
struct Session {
  std::string config_path;
  int exit_code = kExitOk;
};

// Each adds its subcommand to the program. The session must outlive the parsing.
void add_run_command(CLI::App& program, Session& session);
void add_serve_command(CLI::App& program, Session& session);
void add_check_command(CLI::App& program, Session& session);
void add_sandbox_command(CLI::App& program, Session& session);
void add_replay_command(CLI::App& program, Session& session);
void add_api_command(CLI::App& program, Session& session);
void add_catalogue_command(CLI::App& program, Session& session);
void add_ability_command(CLI::App& program, Session& session);
void add_scenario_command(CLI::App& program, Session& session);
void add_init_command(CLI::App& program, Session& session);
void add_console_help_command(CLI::App& program, Session& session);

}  // namespace cherub::server::cli
