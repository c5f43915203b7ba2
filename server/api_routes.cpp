#include <utility>

#include "sandbox/syntax/parser.h"
#include "server/api.h"
#include "server/spec/answers.h"
#include "server/telemetry/selection.h"

// The table of routes (routing/route.h). A new route is a new row.
namespace cherub::server {
namespace {

using base::named_schema;

Parameter run_id() {
  return path_text("run_id", "Of a run, as POST /run told it.");
}

// A handler of the Api as a row's.
template <class Method>
auto bound(Api* api, Method method) {
  return [api, method](const Call& call) -> Reply { return (api->*method)(call); };
}

Route row(std::string method, std::string path, std::string id, std::string tag,
          std::string summary) {
  Route route;
  route.method = std::move(method);
  route.path = std::move(path);
  route.id = std::move(id);
  route.tag = std::move(tag);
  route.summary = std::move(summary);
  if (route.method != "GET") route.guard = Guard::kChanging;
  return route;
}

Answer json_answer(unsigned status, std::string summary, std::string_view schema) {
  return {status, std::move(summary), "application/json", named_schema(schema)};
}

Answer empty_answer(unsigned status, std::string summary) {
  return {status, std::move(summary), "", std::nullopt};
}

// Which events are wanted, of those that come and of those that were.
std::vector<Parameter> event_parameters() {
  return {
      query_text("run", "Of a run, or server; without it all of this process."),
      query_choice("level", "Of this level or worse.", {"DEBUG", "INFO", "WARN", "ERROR"}, "DEBUG"),
      query_text("src", "Sources, separated by commas."),
      query_text("evt", "Kinds, separated by commas.", 1000),
      query_whole("entity_id", "Of this entity.", {0, UINT64_MAX})};
}

std::vector<Parameter> past_event_parameters() {
  std::vector<Parameter> parameters = event_parameters();
  for (Parameter& more :
       std::vector<Parameter>{query_whole("tick", "Of this tick.", {0, UINT64_MAX}),
                              query_whole("from_tick", "Of this tick or later.", {0, UINT64_MAX}),
                              query_whole("to_tick", "Of this tick or before.", {0, UINT64_MAX}),
                              query_whole("since_seq", "Behind this number.", {0, UINT64_MAX})}) {
    parameters.push_back(std::move(more));
  }
  return parameters;
}

}  // namespace

std::vector<Route> Api::all_routes() {
  std::vector<Route> routes;
  add_run_routes(routes);
  add_script_routes(routes);
  add_view_routes(routes);
  add_log_routes(routes);
  add_server_routes(routes);
  return routes;
}

void Api::add_run_routes(std::vector<Route>& routes) {
  Route start = row("POST", "/run", "startRun", "runs", "Starts a run, or puts it into the queue.");
  start.parameters = {
      header_text("Idempotency-Key", "A repeated request with the same key gives the same run.")};
  start.body = RequestBody{"application/json", named_schema("RunRequest"), "What to achieve."};
  start.answers = {json_answer(202, "The run began or waits.", "RunStarted")};
  start.problems = {422, 429, 503};
  start.handle = bound(this, &Api::start_run);
  routes.push_back(std::move(start));

  Route list = row("GET", "/run", "listRuns", "runs", "Runs that are known, newest first.");
  list.parameters = {
      query_text("state", "Of these states only, with commas between: queued, running …"),
      query_text("before", "Goes on behind this run: the `next` of the page before."),
      query_whole("limit", "Runs of one page.", {1, kRunsListedMax},
                  std::to_string(kRunsListedMax))};
  list.answers = {json_answer(200, "The runs.", "RunList")};
  list.handle = bound(this, &Api::list_runs);
  routes.push_back(std::move(list));

  Route show = row("GET", "/run/{run_id}", "showRun", "runs", "A run's state and results.");
  show.parameters = {run_id()};
  show.answers = {json_answer(200, "The run.", "Run")};
  show.problems = {404};
  show.handle = bound(this, &Api::show_run);
  routes.push_back(std::move(show));

  Route end =
      row("DELETE", "/run/{run_id}", "endRun", "runs", "Ends a run, which keeps its best result.");
  end.parameters = {run_id()};
  end.answers = {json_answer(202, "It ends soon.", "RunState")};
  end.problems = {404, 409};
  end.handle = bound(this, &Api::end_run);
  routes.push_back(std::move(end));

  Route resume = row("POST", "/run/{run_id}/resume", "resumeRun", "runs",
                     "Goes on with a run that was interrupted or ended.");
  resume.parameters = {run_id()};
  resume.body = RequestBody{"application/json", named_schema("RunChanges"),
                            "What is others now; may be empty."};
  resume.answers = {json_answer(202, "The run waits for its turn.", "RunStarted")};
  resume.problems = {404, 409, 429, 503};
  resume.handle = bound(this, &Api::resume_run);
  routes.push_back(std::move(resume));

  Route events = row("GET", "/run/{run_id}/events", "followRun", "runs",
                     "A run's records as server-sent events.");
  events.guard = Guard::kChanging;
  events.parameters = {run_id(),
                       header_text("Last-Event-ID", "Goes on behind this event, by its id.")};
  events.answers = {{200, "The events.", "text/event-stream; charset=utf-8", std::nullopt},
                    empty_answer(204, "The run is over and nothing follows this event.")};
  events.problems = {404};
  events.handle = bound(this, &Api::run_events);
  routes.push_back(std::move(events));

  Route command =
      row("POST", "/run/{run_id}/commands", "commandRun", "runs", "A command of the console.");
  command.parameters = {run_id()};
  command.body = RequestBody{"application/json", named_schema("Command"), "The command."};
  command.answers = {
      json_answer(200, "Done.", "CommandReply"),
      json_answer(202, "Waits for the live world, or for a busy run.", "CommandReply")};
  command.problems = {404, 409, 422, 503};
  command.handle = bound(this, &Api::command);
  routes.push_back(std::move(command));

  Route profile = row("GET", "/run/{run_id}/profile", "profileRun", "runs",
                      "Tick time by phase, entities, scripts, model.");
  profile.parameters = {run_id()};
  profile.answers = {json_answer(200, "The profile.", "Profile")};
  profile.problems = {404, 409, 503};
  profile.handle = bound(this, &Api::show_profile);
  routes.push_back(std::move(profile));
}

void Api::add_script_routes(std::vector<Route>& routes) {
  Route code = row("GET", "/code/{run_id}", "showCode", "scripts",
                   "The script that acts, else the best so far.");
  code.parameters = {run_id(), header_text("If-None-Match", "A version that is known already.")};
  code.answers = {json_answer(200, "The script; ETag is its sha256.", "Code"),
                  empty_answer(304, "It is still this version.")};
  code.problems = {404};
  code.handle = bound(this, &Api::show_code);
  routes.push_back(std::move(code));

  Route put = row("PUT", "/run/{run_id}/scripts/{slot}", "putScript", "scripts",
                  "Hot reload: a script takes over in the running world.");
  put.parameters = {run_id(), path_choice("slot", "Which script.", {"policy", "ability"}),
                    query_choice("force", "1: without shadow and probation.", {"1"}),
                    header_text("If-Match", "The version that it may replace.")};
  put.body = RequestBody{"text/x-lua", base::text_schema(sandbox::kSourceBytesMax),
                         "The source, at most 64 KiB."};
  put.answers = {json_answer(200, "Swapped at this tick.", "Reloaded"),
                 json_answer(202, "Good so far; records tell the rest.", "Reloaded")};
  put.problems = {404, 409, 412, 422};
  put.handle = bound(this, &Api::put_script);
  routes.push_back(std::move(put));
}

void Api::add_view_routes(std::vector<Route>& routes) {
  const auto open = [this](Opened (Api::*method)(const Call&)) {
    return [this, method](const Call& call) { return (this->*method)(call); };
  };
  const auto view = [](std::string path, std::string id, std::string summary) {
    Route route = row("GET", std::move(path), std::move(id), "views", std::move(summary));
    route.guard = Guard::kChanging;
    route.answers = {empty_answer(101, "The connection is a WebSocket from here on.")};
    route.problems = {404, 426};
    return route;
  };
  Route all = view("/ws", "openChannels", "Everything, multiplexed: see GET /asyncapi.json.");
  all.messages = multiplex_messages();
  all.open = open(&Api::multiplex_view);
  routes.push_back(std::move(all));

  Route progress = view("/ws/progress/{run_id}", "watchProgress", "A run's records.");
  progress.parameters = {run_id()};
  progress.messages = progress_messages();
  progress.open = open(&Api::progress_view);
  routes.push_back(std::move(progress));

  Route render = view("/ws/render/{run_id}/{view}", "watchFrames", "Frames of a run's world.");
  render.parameters = {run_id(),
                       path_text("view", "world, agents, pov_world_<row> or pov_agents_<row>."),
                       query_choice("encoding", "Of the frames.", {"binary", "json"}, "binary")};
  render.problems.push_back(503);
  render.messages = render_messages();
  render.open = open(&Api::render_view);
  routes.push_back(std::move(render));

  Route session = view("/ws/session/{session_id}", "openSession",
                       "A world of one's own, whose creatures the client moves.");
  session.parameters = {
      path_text("session_id", "A name, or `new`; one that has lost its client is joined."),
      query_whole("every", "A packet after every so many ticks.", {1, 1000}, "1"),
      query_choice("telemetry", "1: packets carry the newest events.", {"0", "1"}, "0")};
  session.problems = {400, 409, 426, 503};
  session.messages = session_messages();
  session.open = open(&Api::session_view);
  routes.push_back(std::move(session));
}

void Api::add_log_routes(std::vector<Route>& routes) {
  const base::Schema line = base::text_schema().about("A LogEvent on each line.");
  Route logs = row("GET", "/logs", "showLogs", "telemetry",
                   "Events of a run: the newest, or those behind since_seq; oldest first.");
  logs.parameters = past_event_parameters();
  logs.parameters.push_back(query_whole("limit", "At most so many.", {1, telemetry::kQueryLinesMax},
                                        std::to_string(telemetry::kQueryLinesMax)));
  logs.answers = {{200, "The events.", "application/x-ndjson", line}};
  logs.problems = {404, 500, 503};
  logs.handle = bound(this, &Api::show_logs);
  routes.push_back(std::move(logs));

  Route statistics = row("GET", "/logs/stats", "countLogs", "telemetry",
                         "How many events there are, by level, source and kind, and how fast.");
  statistics.parameters = past_event_parameters();
  statistics.answers = {json_answer(200, "The numbers.", "LogStatistics")};
  statistics.problems = {404, 500, 503};
  statistics.handle = bound(this, &Api::show_log_statistics);
  routes.push_back(std::move(statistics));

  Route download = row("GET", "/logs/download", "downloadLogs", "telemetry",
                       "All events of a run that are kept, as they are on disk.");
  download.parameters = past_event_parameters();
  download.answers = {{200, "The events.", "application/x-ndjson", line}};
  download.problems = {404, 503};
  download.handle = bound(this, &Api::download_logs);
  routes.push_back(std::move(download));

  Route live = row("GET", "/telemetry", "watchTelemetry", "telemetry", "Events as they happen.");
  live.guard = Guard::kChanging;
  live.parameters = event_parameters();
  live.parameters.push_back(query_choice("history", "What was before.", {"none", "all"}, "none"));
  live.answers = {empty_answer(101, "The connection is a WebSocket from here on.")};
  live.problems = {404, 426};
  live.messages = telemetry_messages();
  live.open = [this](const Call& call) { return telemetry_view(call); };
  routes.push_back(std::move(live));
}

void Api::add_server_routes(std::vector<Route>& routes) {
  Route alive = row("GET", "/health", "showHealth", "server", "Whether the server serves.");
  alive.guard = Guard::kOpen;
  alive.answers = {json_answer(200, "It does.", "Health")};
  alive.handle = bound(this, &Api::health);
  routes.push_back(std::move(alive));

  Route ledger = row("GET", "/ledger", "showLedger", "server", "What all runs took of models.");
  ledger.answers = {json_answer(200, "The ledger.", "Ledger")};
  ledger.problems = {404};
  ledger.handle = bound(this, &Api::show_ledger);
  routes.push_back(std::move(ledger));

  Route lua = row("GET", "/api", "showLuaApi", "server", "The Lua API of policies.");
  lua.answers = {{200, "Markdown.", "text/markdown; charset=utf-8", std::nullopt}};
  lua.handle = bound(this, &Api::show_lua_api);
  routes.push_back(std::move(lua));

  Route metrics = row("GET", "/metrics", "showMetrics", "server", "Figures for Prometheus.");
  metrics.answers = {
      {200, "Text format 0.0.4.", "text/plain; version=0.0.4; charset=utf-8", std::nullopt}};
  metrics.handle = bound(this, &Api::show_metrics);
  routes.push_back(std::move(metrics));

  Route openapi = row("GET", "/openapi.json", "showOpenapi", "server", "This document.");
  openapi.answers = {{200, "OpenAPI 3.1.", "application/json", base::open_schema({})}};
  openapi.handle = bound(this, &Api::show_openapi);
  routes.push_back(std::move(openapi));

  Route asyncapi =
      row("GET", "/asyncapi.json", "showAsyncapi", "server", "The WebSockets and their messages.");
  asyncapi.answers = {{200, "AsyncAPI 3.0.", "application/json", base::open_schema({})}};
  asyncapi.handle = bound(this, &Api::show_asyncapi);
  routes.push_back(std::move(asyncapi));

  for (const char* path : {"/", "/{file}"}) {
    const bool index = std::string_view(path) == "/";
    Route file = row("GET", path, index ? "showPage" : "showFile", "page",
                     index ? "The viewer." : "A file of the viewer.");
    if (!index) file.parameters = {path_text("file", "app.js, style.css …")};
    file.parameters.push_back(header_text("If-None-Match", "A version that is known already."));
    file.guard = Guard::kOpen;
    file.answers = {{200, "The file.", "*/*", std::nullopt},
                    empty_answer(304, "It is still this version.")};
    file.problems = {404};
    file.last_resort = !index;
    file.any_query = true;
    file.handle = bound(this, &Api::serve_file);
    routes.push_back(std::move(file));
  }
}

}  // namespace cherub::server
