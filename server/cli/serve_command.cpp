#include <spdlog/spdlog.h>

#include <memory>
#include <optional>
#include <utility>

#include "abilities/run_loop.h"
#include "server/cli/commands.h"
#include "server/cli/text_io.h"
#include "server/serve.h"

namespace cherub::server::cli {
namespace {

struct ServeFlags {
  std::optional<std::string> host, runs_dir, catalogue, token_env;
  std::optional<std::uint16_t> port;
  std::string web_dir;
  bool verbose = false;
};

int run_serve(const ServeFlags& flags, const std::string& config_path) {
  auto config = load_config(config_path);
  if (!config.ok()) {
    print_error(config.error());
    return kExitUsage;
  }
  ServeOptions options;
  options.config = std::move(*config);
  options.web_dir = flags.web_dir;
  options.config.host = flags.host.value_or(options.config.host);
  options.config.port = flags.port.value_or(options.config.port);
  options.config.runs_dir = flags.runs_dir.value_or(options.config.runs_dir);
  options.config.catalogue = flags.catalogue.value_or(options.config.catalogue);
  options.config.token_env = flags.token_env.value_or(options.config.token_env);
  spdlog::set_level(flags.verbose ? spdlog::level::debug : spdlog::level::info);
  abilities::RunTools tools;
  tools.services = std::make_shared<abilities::angel::ModelServices>(options.config.call_limits(),
                                                                     options.config.prices);
  options.ledger = &tools.services->total;
  const auto run = [&tools](const abilities::RunRequest& request, const std::string& run_id,
                            abilities::RunControl& control, abilities::RunObserver& observer) {
    return abilities::execute_run_with(request, run_id, control, observer, tools);
  };
  const auto served = serve(options, run);
  if (served.ok()) return kExitOk;
  print_error(served.error());
  return served.error().code == base::ErrorCode::kIo ? kExitFailed : kExitUsage;
}

}  // namespace

void add_serve_command(CLI::App& program, Session& session) {
  const auto flags = std::make_shared<ServeFlags>();
  CLI::App* const command =
      program.add_subcommand("serve", "Serve runs over HTTP and WebSocket, with the viewer");
  command->add_option("--host", flags->host,
                      "Address to listen on (default 127.0.0.1); others need --token-env");
  command->add_option("--port", flags->port, "Port (default 8088); 0 lets the system choose");
  command->add_option("--runs-dir", flags->runs_dir, "Folder for results (default runs)");
  command->add_option("--catalogue", flags->catalogue,
                      "Folder of the scripts that earlier runs measured, or none (default: "
                      "catalogue beside the runs)");
  command->add_option("--token-env", flags->token_env,
                      "Environment variable that holds the access token");
  command->add_option("--web-dir", flags->web_dir,
                      "Serve the viewer's files from this folder, for development");
  command->add_flag("--verbose", flags->verbose, "Log more");
  command->footer(
      "Examples:\n"
      "  cherub serve\n"
      "  cherub serve --port 0 --runs-dir /var/lib/cherub/runs\n"
      "  CHERUB_TOKEN=… cherub serve --host 0.0.0.0 --token-env CHERUB_TOKEN\n"
      "Exit codes: 0 ended by a signal, 1 cannot listen, 2 usage");
  command->callback(
      [flags, &session] { session.exit_code = run_serve(*flags, session.config_path); });
}

}  // namespace cherub::server::cli
