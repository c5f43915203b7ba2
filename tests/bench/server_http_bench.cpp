// Requests a second of the real server and of nginx with one worker, for the same small file, asked
// by the same program over connections that stay open, by turns.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "engine/base/json.h"
#include "server/api.h"
#include "server/http_server.h"
#include "tests/bench/child_process.h"
#include "tests/bench/measure.h"
#include "tests/bench/server_bench.h"

namespace cherub::bench {
namespace {

using namespace server;

constexpr int kRounds = 5;
constexpr const char* kConnections = "16";
constexpr const char* kSeconds = "1";
constexpr const char* kFile = "/favicon.svg";

double requests_per_second(std::uint16_t port, const char* path) {
  ChildProcess load({CHERUB_HTTP_LOAD, std::to_string(port), path, kConnections, kSeconds});
  const std::string told = load.line();
  const auto read = base::parse_json(told);
  if (!read.ok() || !read->IsObject() || !read->HasMember("answers")) {
    std::fprintf(stderr, "bench server: the asking program said '%s'\n", told.c_str());
    std::exit(1);
  }
  return (*read)["answers"].GetDouble() / (*read)["seconds"].GetDouble();
}

// The program's own routes and files, with no run behind them.
class OurServer {
 public:
  OurServer() : registry_(nullptr, nothing_runs(), {}), api_({}, registry_, StaticFiles()) {
    port_ = *http_.listen(api_);
    thread_ = std::thread([this] { http_.run(); });
  }
  ~OurServer() {
    http_.shut_down(std::chrono::milliseconds(200));
    thread_.join();
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  static RegistryLimits nothing_runs() {
    RegistryLimits limits;
    limits.running = 0;
    return limits;
  }
  static HttpServerOptions any_port() {
    HttpServerOptions options;
    options.port = 0;
    return options;
  }

  RunRegistry registry_;
  Api api_;
  HttpServer http_{any_port()};
  std::uint16_t port_ = 0;
  std::thread thread_;
};

// A folder with the file and a configuration, which goes with this object.
class NginxFolder {
 public:
  explicit NginxFolder(std::uint16_t port)
      : path_(std::filesystem::temp_directory_path() /
              ("cherub_nginx_" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_ / "logs");
    std::filesystem::create_directories(path_ / "files");
    std::filesystem::permissions(path_, std::filesystem::perms::all);
    const auto file = StaticFiles().find(kFile);
    std::ofstream(path_ / "files" / "favicon.svg") << file->body;
    std::ofstream(path_ / "nginx.conf")
        << "worker_processes 1;\ndaemon off;\npid nginx.pid;\nerror_log stderr;\n"
        << (::getuid() == 0 ? "user root;\n" : "") << "events { worker_connections 256; }\n"
        << "http {\n  access_log off;\n  sendfile on;\n  tcp_nopush on;\n"
        << "  open_file_cache max=10;\n  keepalive_requests 100000000;\n"
        << "  types { image/svg+xml svg; }\n"
        << "  client_body_temp_path b;\n  proxy_temp_path p;\n  fastcgi_temp_path f;\n"
        << "  uwsgi_temp_path u;\n  scgi_temp_path s;\n"
        << "  server { listen 127.0.0.1:" << port << "; root " << (path_ / "files").string()
        << "; location = /health { default_type application/json;\n"
        << R"(    return 200 '{"status":"ok","protocol":"cherub.v1","running":0,"queued":0}'; })"
        << "\n  }\n}\n";
  }
  ~NginxFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  NginxFolder(const NginxFolder&) = delete;
  NginxFolder& operator=(const NginxFolder&) = delete;
  [[nodiscard]] std::vector<std::string> command() const {
    const char* const program = std::getenv("CHERUB_NGINX");
    return {program == nullptr ? "nginx" : program, "-p", path_.string(), "-c", "nginx.conf"};
  }

 private:
  const std::filesystem::path path_;
};

}  // namespace

void measure_http() {
  const std::uint16_t nginx_port = free_port();
  const NginxFolder folder(nginx_port);
  const ChildProcess nginx(folder.command());
  const OurServer ours;
  wait_for_port(nginx_port);
  for (const auto& [name, path] : {std::pair{"file", kFile}, std::pair{"health", "/health"}}) {
    std::vector<double> own, theirs, ratios;
    for (int round = 0; round < kRounds; ++round) {
      own.push_back(requests_per_second(ours.port(), path));
      theirs.push_back(requests_per_second(nginx_port, path));
      ratios.push_back(own.back() / theirs.back());
    }
    const std::string prefix = std::string("server.http.") + name;
    report(prefix, median(own), "requests/s", "higher");
    report(prefix + ".nginx", median(theirs), "requests/s", "higher");
    const bool file = path == kFile;
    report(file ? "server.http_over_nginx" : prefix + "_over_nginx", median(ratios), "x", "higher");
  }
}

}  // namespace cherub::bench
