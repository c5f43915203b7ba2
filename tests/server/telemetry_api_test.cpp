#include <catch2/catch.hpp>

#include "api_bench.h"
#include "server/telemetry/bus.h"
#include "telemetry_fixture.h"

namespace cherub::server {
namespace {

using telemetry::numbers_in;
using telemetry::TelemetryFolder;
namespace kinds = telemetry::kinds;

// An Api with telemetry over a fake run.
struct Watched {
  Watched() {
    ApiOptions options;
    options.defaults.runs_dir = folder.path.string();
    api.emplace(std::move(options), registry, StaticFiles());
  }

  HttpRequest request(std::string path) const {
    HttpRequest made;
    made.method = "GET";
    const std::size_t question = path.find('?');
    made.path = path.substr(0, question);
    if (question != path.npos) made.query = path.substr(question + 1);
    made.headers = {{"host", "127.0.0.1:8088"}};
    return made;
  }

  HttpResponse get(const std::string& path) {
    Reply reply = api->handle(request(path));
    if (auto* response = std::get_if<HttpResponse>(&reply)) return std::move(*response);
    const auto pending = std::get<std::shared_ptr<PendingReply>>(reply);
    std::atomic<bool> answered{false};
    HttpResponse later;
    pending->when_ready([&](HttpResponse response) {
      later = std::move(response);
      answered = true;
    });
    REQUIRE(eventually([&] { return answered.load(); }));
    return later;
  }

  std::variant<View, HttpResponse> open(const std::string& path) {
    return api->open_view(request(path));
  }

  std::shared_ptr<Run> start() {
    abilities::RunRequest wanted;
    wanted.user_goal = "fast";
    const auto run = *registry.start(std::move(wanted));
    REQUIRE(eventually([&] { return tells(*run, "best"); }));
    return run;
  }

  bool tells(const Run& run, const std::string& kind) {
    return get("/logs?run=" + run.id() + "&evt=" + kind).body.find(kind) != std::string::npos;
  }

  HubOptions hub() const {
    HubOptions options;
    options.clock = std::chrono::steady_clock::now;
    options.telemetry = bus;
    return options;
  }

  TelemetryFolder folder{"api"};
  std::shared_ptr<telemetry::Bus> bus =
      std::make_shared<telemetry::Bus>(telemetry::BusOptions{folder.path.string(), {}});
  FakeRun fake;
  RunRegistry registry{fake.function(), {1, 4, 8}, hub(), folder.path.string()};
  std::optional<Api> api;
};

std::vector<std::string> drained(const View& view) {
  std::vector<std::string> texts;
  while (const auto message = view.outbox->pop()) texts.push_back(*message->bytes);
  return texts;
}

bool has_kind(const std::string& lines, const char* name) {
  return lines.find("\"evt\":\"" + std::string(name) + "\"") != std::string::npos;
}

}  // namespace

TEST_CASE("a run's life is in its telemetry, from the queue to the end") {
  Watched watched;
  const auto run = watched.start();
  watched.fake.release();
  REQUIRE(eventually([&] { return watched.tells(*run, "session_end"); }));
  const HttpResponse logs = watched.get("/logs?run=" + run->id());
  CHECK(logs.status == 200);
  CHECK(logs.content_type == "application/x-ndjson");
  for (const char* kind : {"run_queued", "session_init", "best", "session_end"}) {
    INFO(kind);
    CHECK(has_kind(logs.body, kind));
  }
  CHECK_FALSE(has_kind(logs.body, "step"));  // DEBUG
  const auto numbers = numbers_in(logs.body);
  CHECK(numbers == telemetry::counted(1, numbers.size()));
  const auto statistics = base::parse_json(watched.get("/logs/stats?run=" + run->id()).body);
  REQUIRE(statistics.ok());
  CHECK((*statistics)["events"].GetUint64() == numbers.size());
}

TEST_CASE("commands are told as they came") {
  Watched watched;
  const auto run = watched.start();
  HttpRequest command = watched.request("/run/" + run->id() + "/commands");
  command.method = "POST";
  command.body = R"({"line":"pause"})";
  (void)watched.api->handle(command);
  const std::string lines = watched.get("/logs?src=client&run=" + run->id()).body;
  CHECK(numbers_in(lines).size() == 1);
  CHECK(lines.find(R"("detail":{"line":"pause"})") != std::string::npos);
  watched.fake.release();
}

TEST_CASE("filters of a query are checked and told by their names") {
  Watched watched;
  const auto run = watched.start();
  watched.fake.release();
  const struct {
    const char *query, *field;
    unsigned status;
  } cases[] = {{"level=LOUD", "level", 400},       {"src=nobody", "src", 400},
               {"src=engine,nobody", "src", 400},  {"limit=0", "limit", 400},
               {"limit=1001", "limit", 400},       {"tick=-1", "tick", 400},
               {"since_seq=x", "since_seq", 400},  {"colour=red", "colour", 400},
               {"entity_id=1.5", "entity_id", 400}};
  for (const auto& one : cases) {
    INFO(one.query);
    const HttpResponse refused = watched.get("/logs?run=" + run->id() + "&" + one.query);
    CHECK(refused.status == one.status);
    CHECK(field_of(refused) == one.field);
  }
  for (const char* path :
       {"/logs?run=nobody", "/logs/stats?run=nobody", "/logs/download?run=nobody",
        "/logs?run=../../etc", "/logs?run=.server", "/logs?run=%2e%2e"}) {
    INFO(path);
    CHECK(watched.get(path).status == 404);
  }
  CHECK(field_of(watched.get("/logs?since_seq=1")) == "run");
  CHECK(field_of(watched.get("/logs/download")) == "run");
  CHECK(watched.get("/logs?run=server").status == 200);
  CHECK(watched.get("/logs").status == 200);
  CHECK(watched.get("/telemetry").status == 426);
  std::string many = "evt=a";
  for (int i = 0; i < 32; ++i) many += ",a";
  CHECK(field_of(watched.get("/logs?" + many)) == "evt");
}

TEST_CASE("a live view tells what happens from now on, filtered before it waits") {
  Watched watched;
  const auto run = watched.start();
  // Streams that Cherub follows stored their filters and never applied them, and a query broke
  // their path.
  auto opened = watched.open("/telemetry?run=" + run->id() + "&src=client,server&level=INFO");
  REQUIRE(std::holds_alternative<View>(opened));
  const View& view = std::get<View>(opened);
  const auto greeting = drained(view);
  REQUIRE(greeting.size() == 1);
  CHECK((*base::parse_json(greeting[0]))["type"] == "connected");
  const auto& log = run->hub().telemetry();
  log->emit(kinds::kSpawn);
  log->emit(kinds::kCommand, {.detail = R"({"line":"pause"})"});
  log->emit(kinds::kFault);
  log->drain();
  const auto texts = drained(view);
  REQUIRE(texts.size() == 1);
  const auto event = base::parse_json(texts[0]);
  REQUIRE(event.ok());
  CHECK((*event)["evt"] == "command");
  CHECK((*event)["run"].GetString() == run->id());
  view.on_closed();
  log->emit(kinds::kCommand);
  log->drain();
  CHECK(drained(view).empty());
  watched.fake.release();
}

TEST_CASE("the numbers of a live view are those of the log") {
  Watched watched;
  const auto run = watched.start();
  auto opened = watched.open("/telemetry?history=all&run=" + run->id());
  const View& view = std::get<View>(opened);
  run->hub().telemetry()->emit(kinds::kCommand);
  run->hub().telemetry()->drain();
  std::vector<std::uint64_t> heard;
  for (const std::string& text : drained(view)) {
    const auto event = base::parse_json(text);
    if ((*event)["type"] == "telemetry") heard.push_back((*event)["seq"].GetUint64());
  }
  CHECK(heard == numbers_in(watched.get("/logs?run=" + run->id()).body));
  CHECK(heard.size() >= 4);
  view.on_closed();
  watched.fake.release();
}

TEST_CASE("without a run a view hears all of them, and of the clients") {
  Watched watched;
  auto opened = watched.open("/telemetry");
  const View& view = std::get<View>(opened);
  watched.bus->server_log()->drain();
  (void)drained(view);
  const auto run = watched.start();
  auto other = watched.open("/ws/progress/" + run->id());
  REQUIRE(std::holds_alternative<View>(other));
  std::get<View>(other).on_closed();
  watched.bus->server_log()->drain();
  run->hub().telemetry()->drain();
  std::string all;
  for (const std::string& text : drained(view)) all += text + "\n";
  for (const char* kind : {"run_queued", "session_init", "client_connected", "client_closed"}) {
    INFO(kind);
    CHECK(has_kind(all, kind));
  }
  CHECK(all.find("/ws/progress/" + run->id()) != std::string::npos);
  view.on_closed();
  watched.fake.release();
}

TEST_CASE("clients are told of, whatever they come over, and who is refused is not") {
  Watched watched;
  const auto run = watched.start();
  const std::string progress = "/ws/progress/" + run->id(),
                    events = "/run/" + run->id() + "/events";
  for (const std::string& path : {progress, std::string("/ws"), std::string("/ws/session/mine")}) {
    auto opened = watched.open(path);
    REQUIRE(std::holds_alternative<View>(opened));
    std::get<View>(opened).on_closed();
  }
  REQUIRE(std::holds_alternative<HttpResponse>(watched.open("/ws/progress/nobody")));
  const auto renderer = watched.api->open_frames("latest/agents");
  REQUIRE(renderer.ok());
  renderer->on_closed();
  CHECK_FALSE(watched.api->open_frames("nobody/agents").ok());
  Reply reply = watched.api->handle(watched.request(events));
  REQUIRE(std::holds_alternative<StreamedResponse>(reply));
  std::get<StreamedResponse>(reply).body->set_wake({});
  for (const char* kind : {"client_connected", "client_closed"}) {
    INFO(kind);
    watched.bus->server_log()->drain();
    std::vector<std::string> views;
    telemetry::for_each_line(watched.get("/logs?run=server&evt=" + std::string(kind)).body,
                             [&](std::string_view line, const telemetry::EventHead&) {
                               const auto event = base::parse_json(line);
                               views.emplace_back((*event)["detail"]["view"].GetString());
                             });
    CHECK(views == std::vector<std::string>{progress, "/ws", "/ws/session/mine",
                                            "tcp/latest/agents", events});
  }
  watched.fake.release();
}

TEST_CASE("wrong views of telemetry are refused before the upgrade") {
  Watched watched;
  for (const char* path :
       {"/telemetry?run=nobody", "/telemetry?src=nobody", "/telemetry?level=loud",
        "/telemetry?since_seq=1", "/telemetry?history=some"}) {
    INFO(path);
    auto opened = watched.open(path);
    REQUIRE(std::holds_alternative<HttpResponse>(opened));
    CHECK(std::get<HttpResponse>(opened).status >= 400);
  }
}

TEST_CASE("a client that is too slow for telemetry loses the oldest, is told, and so is the log") {
  Watched watched;
  const auto run = watched.start();
  auto opened = watched.open("/telemetry?run=" + run->id());
  const View& view = std::get<View>(opened);
  (void)drained(view);
  const auto& log = run->hub().telemetry();
  constexpr std::uint64_t kMany = 6000;
  for (std::uint64_t i = 0; i < kMany; ++i) log->emit(kinds::kCommand);
  log->drain();
  CHECK_FALSE(view.outbox->closing());
  const auto texts = drained(view);
  const auto gap = base::parse_json(texts.front());
  REQUIRE((*gap)["type"] == "gap");
  CHECK((*gap)["n"].GetUint64() + texts.size() - 1 == kMany);
  const auto first = base::parse_json(texts[1]);
  CHECK((*first)["seq"].GetUint64() == (*gap)["to"].GetUint64() + 1);
  view.on_closed();
  const std::string lines = watched.get("/logs?run=server").body;
  CHECK(has_kind(lines, "client_gap"));
  CHECK(lines.find("\"records_lost\":" + std::to_string((*gap)["n"].GetUint64())) !=
        std::string::npos);
  watched.fake.release();
}

TEST_CASE("the multiplexed view has telemetry as channels, and goes on behind a number") {
  Watched watched;
  const auto run = watched.start();
  const auto& log = run->hub().telemetry();
  log->drain();
  auto opened = watched.open("/ws");
  const View& view = std::get<View>(opened);
  view.on_text(R"({"op":"subscribe","ch":"telemetry","filter":{"level":{"min":"WARN"}}})");
  view.on_text(R"({"op":"subscribe","ch":"telemetry/nobody"})");
  view.on_text(R"({"op":"subscribe","ch":"telemetry/)" + run->id() + R"(","epoch":"0","after":1})");
  std::string all;
  for (const std::string& text : drained(view)) all += text + "\n";
  CHECK(all.find(R"("op":"subscribed","ch":"telemetry")") != std::string::npos);
  CHECK(all.find(R"("op":"error")") != std::string::npos);
  CHECK(all.find(R"("recovered":true)") != std::string::npos);
  CHECK(has_kind(all, "best"));
  log->emit(kinds::kFault);
  log->drain();
  std::size_t faults = 0;
  for (const std::string& text : drained(view)) {
    for (std::size_t at = text.find("\"evt\":\"fault\""); at != text.npos;
         at = text.find("\"evt\":\"fault\"", at + 1)) {
      ++faults;
    }
  }
  CHECK(faults == 2);  // in the run's channel and in that of all
  view.on_closed();
  watched.fake.release();
}

TEST_CASE("without telemetry its addresses say so, and everything else goes on") {
  Bench bench;
  const std::string id = bench.start();
  CHECK(bench.ask("GET", "/logs").status == 404);
  CHECK(bench.ask("GET", "/logs/stats").status == 404);
  CHECK(bench.ask("GET", "/run/" + id).status == 200);
}

}  // namespace cherub::server
