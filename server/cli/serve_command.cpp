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
  std::optional<std::string> host, runs_dir, catalogue, token_env, origins, tls_cert, tls_key;
  std::optional<std::uint16_t> port;
  std::optional<std::uint32_t> runs_at_once;
  std::string web_dir;
  bool verbose = false, resume_interrupted = false;
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
  options.config.origins = flags.origins.value_or(options.config.origins);
  options.config.tls_cert = flags.tls_cert.value_or(options.config.tls_cert);
  options.config.tls_key = flags.tls_key.value_or(options.config.tls_key);
  options.config.runs_at_once = flags.runs_at_once.value_or(options.config.runs_at_once);
  options.config.resume_interrupted |= flags.resume_interrupted;
  spdlog::set_level(flags.verbose ? spdlog::level::debug : spdlog::level::info);
  abilities::RunTools tools;
  tools.services = std::make_shared<abilities::angel::ModelServices>(options.config.call_limits(),
                                                                     options.config.prices);
  options.ledger = &tools.services->total;
  const auto run = [&tools](const RunOrder& order, abilities::RunControl& control,
                            abilities::RunObserver& observer) {
    abilities::RunTools own = tools;
    own.resumes = order.resumes;
    return abilities::execute_run_with(order.request, order.run_id, control, observer, own);
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
  command->add_option("--origins", flags->origins,
                      "Origins whose pages may use the server beside its own, with commas between");
  command->add_option("--tls-cert", flags->tls_cert,
                      "PEM file of the certificate: HTTPS and WSS instead of HTTP and WS");
  command->add_option("--tls-key", flags->tls_key, "PEM file of the certificate's key");
  command->add_option("--runs-at-once", flags->runs_at_once,
                      "Runs that go on at a time, the rest wait (default: one per core)");
  command->add_flag("--resume-interrupted", flags->resume_interrupted,
                    "Go on with the runs that the end of an earlier server interrupted");
  command->add_option("--web-dir", flags->web_dir,
                      "Serve the viewer's files from this folder, for development");
  command->add_flag("--verbose", flags->verbose, "Log more");
  command->footer(
      "Examples:\n"
      "  cherub serve\n"
      "  cherub serve --port 0 --runs-dir /var/lib/cherub/runs\n"
      "  CHERUB_TOKEN=… cherub serve --host 0.0.0.0 --token-env CHERUB_TOKEN\n"
      "  cherub serve --tls-cert cert.pem --tls-key key.pem --resume-interrupted\n"
      "Exit codes: 0 ended by a signal, 1 cannot listen, 2 usage");
  command->callback(
      [flags, &session] { session.exit_code = run_serve(*flags, session.config_path); });
}

}  // namespace cherub::server::cli
