#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
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
#include "server/multiplex.h"
#include "server/run_registry.h"
#include "server/static_files.h"
#include "server/stored_runs.h"
#include "server/transport.h"

namespace cherub::server {

inline constexpr std::size_t kRunsListedMax = 200;
inline constexpr std::size_t kIdempotencyKeysMax = 256;

struct ApiOptions {
  AccessRules access;
  abilities::RunRequest defaults;            // of POST /run
  std::string api_markdown;                  // GET /api
  std::function<std::string()> ledger_json;  // GET /ledger; from any thread
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

 private:
  using Segments = std::vector<std::string_view>;

  Reply route(const HttpRequest& request, const Segments& segments);
  Reply route_run(const HttpRequest& request, const Segments& segments);
  HttpResponse serve_file(const HttpRequest& request) const;
  HttpResponse health() const;

  HttpResponse start_run(const HttpRequest& request);
  HttpResponse list_runs() const;
  HttpResponse show_run(std::string_view id) const;
  HttpResponse end_run(std::string_view id);
  HttpResponse show_code(const HttpRequest& request, std::string_view id) const;
  Reply put_script(const HttpRequest& request, std::string_view id, std::string_view slot);
  Reply command(std::string_view id, std::string_view body);
  Reply show_profile(std::string_view id);

  std::variant<View, HttpResponse> progress_view(std::string_view id);
  std::variant<View, HttpResponse> render_view(const HttpRequest& request, std::string_view id,
                                               std::string_view channel);
  View multiplex_view();
  base::Result<Channel> find_channel(const std::string& name) const;
  // Why a run that is not in the registry cannot take a change.
  HttpResponse not_live(std::string_view id) const;

  // Keys of POST /run that were used, with the body's hash and the run they made.
  struct UsedKey {
    std::string key, body_sha256, run_id;
  };

  const ApiOptions options_;
  RunRegistry& registry_;
  const StaticFiles files_;
  const StoredRuns stored_;
  std::deque<UsedKey> used_keys_;
};

// Where the reply to a WebSocket client's command goes: to its outbox, as {"type":"reply","ref",…},
// "op" in place of "type" where clients say it so. `ref`: the client's own name for its message, as
// JSON, may be empty.
struct CommandReply {
  std::shared_ptr<Outbox> outbox;
  const char* member = "type";
  std::string ref;
};
base::Result<void> take_command(RunRegistry& registry, Run& run, const rapidjson::Value& value,
                                const CommandReply& to);

}  // namespace cherub::server
