#include "server/serve.h"

#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <random>
#include <sstream>
#include <thread>
#include <utility>

#include "engine/base/hash.h"
#include "engine/base/json.h"
#include "scripting/manifest.h"
#include "server/api.h"
#include "server/http_server.h"
#include "server/run_defaults.h"
#include "server/run_resume.h"
#include "server/signals.h"
#include "server/telemetry/bus.h"
#include "server/telemetry/kinds.h"

namespace cherub::server {
namespace {

// Together they keep the promise of ten seconds.
constexpr std::chrono::milliseconds kRunsPatience{7000};
constexpr std::chrono::milliseconds kClientsPatience{2000};

// Lets one thread wait until another says so.
class Latch {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

// "https://a.example, https://b.example"
base::Result<std::vector<std::string>> origins_of(const std::string& text) {
  std::vector<std::string> origins;
  std::istringstream list(text);
  for (std::string origin; std::getline(list, origin, ',');) {
    const std::size_t first = origin.find_first_not_of(' ');
    if (first == origin.npos) continue;
    origin = origin.substr(first, origin.find_last_not_of(' ') - first + 1);
    const std::size_t scheme = origin.find("://");
    if (scheme == origin.npos || origin.find('/', scheme + 3) != origin.npos) {
      return base::Error{base::ErrorCode::kInvalidArgument,
                         "An origin is a scheme and a host, as in https://garden.example:8443, not "
                         "'" +
                             origin + "'.",
                         "origins"};
    }
    origins.push_back(std::move(origin));
  }
  return origins;
}

base::Result<AccessRules> access_rules(const Config& config) {
  AccessRules rules;
  rules.loopback = is_loopback_host(config.host);
  auto origins = origins_of(config.origins);
  if (!origins.ok()) return origins.error();
  rules.origins = std::move(*origins);
  if (config.token_env.empty()) {
    if (rules.loopback) return rules;
    return base::Error{base::ErrorCode::kRefused,
                       "An address that others can reach needs a token: put one into an "
                       "environment variable and name that with --token-env.",
                       "--host " + config.host};
  }
  const char* const token = std::getenv(config.token_env.c_str());
  if (token == nullptr || *token == '\0') {
    return base::Error{base::ErrorCode::kInvalidArgument,
                       "The environment variable " + config.token_env + " holds no token.",
                       "--token-env"};
  }
  rules.token = token;
  return rules;
}

std::string url_host(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

base::Result<HttpServerOptions> server_options(const Config& config) {
  HttpServerOptions options;
  options.host = config.host;
  options.port = config.port;
  if (config.frames_port != 0) options.frames_port = config.frames_port;
  options.limits = config.limits;
  if (config.tls_cert.empty() != config.tls_key.empty()) {
    return base::Error{base::ErrorCode::kInvalidArgument,
                       "TLS takes a certificate and its key: give both.",
                       config.tls_cert.empty() ? "tls_cert" : "tls_key"};
  }
  if (!config.tls_cert.empty()) options.tls = TlsFiles{config.tls_cert, config.tls_key};
  return options;
}

RegistryLimits registry_limits(const Config& config) {
  RegistryLimits limits;
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  limits.running = config.runs_at_once == 0 ? cores : config.runs_at_once;
  limits.queued = config.runs_queued;
  limits.finished = config.runs_kept;
  limits.hosted = config.limits.sessions;
  return limits;
}

HubOptions hub_options(HttpServer& server) {
  HubOptions options;
  options.clock = std::chrono::steady_clock::now;
  options.executor = [&server](std::function<void()> call) { server.post(std::move(call)); };
  options.wall_ms = [] {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::int64_t{std::chrono::duration_cast<std::chrono::milliseconds>(now).count()};
  };
  std::random_device device;
  options.epoch = base::hex64((std::uint64_t{device()} << 32) | device());
  return options;
}

std::shared_ptr<telemetry::Bus> telemetry_bus(const Config& config, const HubOptions& hub) {
  telemetry::BusOptions options;
  options.runs_dir = config.runs_dir;
  options.log.ring = config.telemetry_ring;
  options.log.files.file_bytes = std::size_t{config.telemetry_file_mib} << 20;
  options.log.files.files = config.telemetry_files;
  options.log.level = *telemetry::level_of(config.telemetry_level);
  options.log.executor = hub.executor;
  options.log.wall_ms = hub.wall_ms;
  options.log.epoch = hub.epoch;
  return std::make_shared<telemetry::Bus>(std::move(options));
}

// Every client is a descriptor, and the usual soft limit is as many as clients are allowed.
void allow_descriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) spdlog::warn("the limit of open files stays low");
}

}  // namespace

base::Result<void> serve(const ServeOptions& options, RunFunction run_function) {
  const Config& config = options.config;
  auto rules = access_rules(config);
  if (!rules.ok()) return rules.error();
  const auto serving = server_options(config);
  if (!serving.ok()) return serving.error();
  std::signal(SIGPIPE, SIG_IGN);
  Latch asked_to_end;
  const SignalWatch signals([&](int count) {
    if (count > 1) std::_Exit(130);
    asked_to_end.open();
  });
  HttpServer server(*serving);
  HubOptions hub = hub_options(server);
  const auto bus = hub.telemetry = telemetry_bus(config, hub);
  RunRegistry registry(std::move(run_function), registry_limits(config), std::move(hub),
                       config.runs_dir);
  ApiOptions api_options;
  api_options.limits = config.limits;
  api_options.access = std::move(*rules);
  api_options.defaults = run_defaults(config);
  api_options.defaults.live_paced = true;  // a person watches, unless the request says otherwise
  api_options.api_markdown = scripting::api_markdown();
  api_options.ledger = options.ledger;
  api_options.later = [&server](std::chrono::milliseconds delay, std::function<void()> call) {
    server.post_after(delay, std::move(call));
  };
  const abilities::RunRequest defaults = api_options.defaults;
  Api api(std::move(api_options), registry, StaticFiles(options.web_dir));
  allow_descriptors();
  const auto port = server.listen(api);
  if (!port.ok()) return port.error();
  std::printf("cherub: listening on %s://%s:%u\n", serving->tls ? "https" : "http",
              url_host(config.host).c_str(), static_cast<unsigned>(*port));
  if (config.frames_port != 0) {
    std::printf("cherub: frames for native renderers on port %u\n",
                static_cast<unsigned>(server.frames_port()));
  }
  std::fflush(stdout);

  bus->server_log()->emit(telemetry::kinds::kServerStarted,
                          {.detail = base::JsonObject().add("port", *port).text()});
  if (config.resume_interrupted) {
    resume_interrupted_runs(registry, StoredRuns(config.runs_dir), defaults);
  }
  std::thread network([&] { server.run(); });
  asked_to_end.wait();
  spdlog::info("ending: no new connections, runs are interrupted");
  bus->server_log()->emit(telemetry::kinds::kServerStopping);
  server.stop_accepting();
  const bool quiet = registry.stop(kRunsPatience);
  server.shut_down(kClientsPatience);
  network.join();
  bus->stop();
  if (!quiet) {
    // A run that does not come back must not keep the process: what it measured is on disk, and it
    // can be gone on with like the others.
    spdlog::warn("a run did not end in time; it can be resumed");
    std::_Exit(0);
  }
  spdlog::info("ended");
  return {};
}

}  // namespace cherub::server
