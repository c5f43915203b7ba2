#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "abilities/run.h"
#include "server/access.h"
#include "server/idempotency.h"
#include "server/limits.h"
#include "server/metrics/server_metrics.h"
#include "server/multiplex.h"
#include "server/rate_limit.h"
#include "server/routing/router.h"
#include "server/run_registry.h"
#include "server/session/sessions.h"
#include "server/static_files.h"
#include "server/stored_runs.h"
#include "server/transport.h"

namespace cherub::server {

inline constexpr std::size_t kRunsListedMax = 200;

struct ApiOptions {
  AccessRules access;
  ServerLimits limits;
  abilities::RunRequest defaults;             // of POST /run
  std::string api_markdown;                   // GET /api
  const abilities::Ledger* ledger = nullptr;  // of all runs; null: no models are counted
  session::Later later = [](std::chrono::milliseconds, const std::function<void()>&) {};
  // How long PUT scripts, commands and profile wait for the run before they answer without it.
  std::chrono::milliseconds reload_patience{5000};
};

// The routes of docs/PROTOCOL.md over the runs of one registry and those on disk. Network thread
// only.
class Api final : public Application {
 public:
  Api(ApiOptions options, RunRegistry& registry, StaticFiles files);

  Reply handle(const HttpRequest& request) override;
  std::variant<View, HttpResponse> open_view(const HttpRequest& request) override;
  base::Result<View> open_frames(std::string_view line) override;
  void on_answered(const Answered& answered) override;

  [[nodiscard]] const Router& router() const { return router_; }

 private:
  using Opened = std::variant<View, HttpResponse>;

  // The rows of the router's table, by chapter (api_routes.cpp).
  std::vector<Route> all_routes();
  void add_run_routes(std::vector<Route>& routes);
  void add_script_routes(std::vector<Route>& routes);
  void add_view_routes(std::vector<Route>& routes);
  void add_log_routes(std::vector<Route>& routes);
  void add_server_routes(std::vector<Route>& routes);

  HttpResponse serve_file(const Call& call) const;
  HttpResponse health(const Call& call) const;
  HttpResponse show_ledger(const Call& call) const;
  HttpResponse show_lua_api(const Call& call) const;
  HttpResponse show_metrics(const Call& call) const;
  HttpResponse show_openapi(const Call& call) const;
  HttpResponse show_asyncapi(const Call& call) const;

  HttpResponse start_run(const Call& call);
  HttpResponse resume_run(const Call& call);
  Reply run_events(const Call& call);
  HttpResponse list_runs(const Call& call) const;
  HttpResponse show_run(const Call& call) const;
  HttpResponse end_run(const Call& call);
  HttpResponse show_code(const Call& call) const;
  Reply put_script(const Call& call);
  Reply command(const Call& call);
  Reply show_profile(const Call& call);
  // Telemetry: api_logs.cpp.
  base::Result<std::string> run_of_logs(const Call& call) const;
  Reply show_logs(const Call& call) const;
  Reply show_log_statistics(const Call& call) const;
  Reply download_logs(const Call& call) const;
  Opened telemetry_view(const Call& call);
  // Of all logs when the run is empty; the error's `where` is "ch".
  base::Result<std::shared_ptr<RecordChannel>> find_telemetry(const std::string& run) const;
  // The server's own log hears of a client and what it looks at, now and, by the function that is
  // returned and calls `leave`, when it is gone.
  std::function<void()> tell_of_client(const std::shared_ptr<Outbox>& outbox, std::string view,
                                       std::function<void()> leave) const;

  Opened progress_view(const Call& call);
  Opened render_view(const Call& call);
  Opened multiplex_view(const Call& call);
  Opened session_view(const Call& call);
  base::Result<Channel> find_channel(const std::string& name) const;
  // Why a run that does not go on here cannot take a change.
  HttpResponse not_live(std::string_view id) const;

  // The refusal of a client that asks for too many runs; nothing when this one may be.
  std::optional<HttpResponse> refuse_haste(const HttpRequest& request);

  const ApiOptions options_;
  RunRegistry& registry_;
  const StaticFiles files_;
  const StoredRuns stored_;
  IdempotencyKeys keys_;
  RateLimit run_rate_;
  const std::shared_ptr<OutboxCounters> sent_ = std::make_shared<OutboxCounters>();
  HttpCounters http_;
  const std::chrono::system_clock::time_point started_ = std::chrono::system_clock::now();
  session::Sessions sessions_;
  const Router router_;
};

// Where the reply to a WebSocket client's command goes: to its outbox, as {"type":"reply","ref",…},
// "op" in place of "type" where clients say it so. `ref`: the client's own name for its message, as
// JSON, may be empty.
struct CommandReply {
  std::shared_ptr<Outbox> outbox;
  const char* member = "type";
  std::string ref;
};
// The run's log hears of a command as it came.
void tell_of_command(const Run& run, const rapidjson::Value& command);
base::Result<void> take_command(RunRegistry& registry, Run& run, const rapidjson::Value& value,
                                const CommandReply& to);

}  // namespace cherub::server
