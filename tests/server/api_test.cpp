#include "server/api.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "api_bench.h"
#include "engine/base/json.h"
#include "server/run_body.h"

namespace cherub::server {
TEST_CASE("a problem is an object with status, title, detail and field") {
  const HttpResponse response = problem(400, "No \"quotes\" break it.", "user_goal");
  CHECK(response.content_type == "application/problem+json");
  const auto body = base::parse_json(response.body);
  REQUIRE(body.ok());
  CHECK((*body)["status"].GetInt() == 400);
  CHECK(std::string((*body)["title"].GetString()) == "Bad Request");
  CHECK(field_of(response) == "user_goal");
}

TEST_CASE("a path is cut at its slashes") {
  CHECK(path_segments("/").empty());
  CHECK(path_segments("//run//x/") == std::vector<std::string_view>{"run", "x"});
}

TEST_CASE("a run is started, shown, listed and ended") {
  Bench bench;
  const std::string id = bench.start();
  const auto shown = base::parse_json(bench.ask("GET", "/run/" + id).body);
  REQUIRE(shown.ok());
  CHECK(std::string((*shown)["state"].GetString()) == "running");
  CHECK((*shown)["results"].IsNull());
  CHECK((*shown)["best"].IsObject());
  CHECK(bench.ask("GET", "/run").body.find(id) != std::string::npos);
  CHECK(bench.ask("DELETE", "/run/" + id).status == 202);
  REQUIRE(eventually([&] { return bench.registry.find(id)->over(); }));
  CHECK(bench.ask("DELETE", "/run/" + id).status == 409);
}

TEST_CASE("a body that is no run is refused, naming the field") {
  Bench bench;
  const auto field = [&](const std::string& body) {
    const HttpResponse response = bench.ask("POST", "/run", body);
    CHECK(response.status == 400);
    return field_of(response);
  };
  CHECK(field("[]") == "body");
  CHECK(field(R"({"user_goal":"fast","iterations":"x"})").find("iterations") != std::string::npos);
  CHECK(field(R"({"user_goal":"fast","render":1})") == "render");
  CHECK(field(R"({"user_goal":"fast","runs_dir":"/etc"})") == "runs_dir");
  CHECK(field(R"({"user_goal":"fast","key_variable":"HOME"})") == "key_variable");
  CHECK(field(R"({"user_goal":"fast","scenario":"nowhere"})") == "scenario");
  CHECK(field(R"({"user_goal":"xyzzy plugh"})") == "user_goal");
  CHECK(bench.ask("POST", "/run", "{").status == 400);
  CHECK(bench.ask("POST", "/run", std::string(100'000, '[')).status == 400);
  CHECK(bench.fake.started() == 0);
}

TEST_CASE("a client's model address gets neither the operator's key nor the operator's model") {
  abilities::RunRequest defaults;
  defaults.provider.provider = "openai";
  defaults.provider.model = "ours";
  defaults.provider.key_variable = "OUR_KEY";
  const auto own =
      read_run_body(R"({"user_goal":"g","provider_url":"http://evil.example/v1"})", defaults);
  REQUIRE(own.ok());
  CHECK(own->provider.key_variable == "CHERUB_CLIENT_KEY");
  const auto same = read_run_body(R"({"user_goal":"g"})", defaults);
  REQUIRE(same.ok());
  CHECK(same->provider.key_variable == "OUR_KEY");
  CHECK(same->provider.model == "ours");
}

TEST_CASE("the code has its hash as tag") {
  Bench bench;
  const std::string id = bench.start();
  HttpRequest request = bench.request("GET", "/code/" + id);
  const HttpResponse response = bench.ask(request);
  CHECK(std::string((*base::parse_json(response.body))["code"].GetString()) == "return 1");
  CHECK(response.headers.front().second == "\"aa\"");
  request.headers.emplace_back("if-none-match", "\"aa\"");
  CHECK(bench.ask(request).status == 304);
  CHECK(bench.ask("GET", "/code/nobody").status == 404);
}

TEST_CASE("a script is taken, waits or is refused with its diagnostics") {
  Bench bench;
  const std::string id = bench.start();
  const std::string path = "/run/" + id + "/scripts/policy";
  const HttpResponse good = bench.ask("PUT", path, "good");
  CHECK(good.status == 200);
  CHECK((*base::parse_json(good.body))["tick"].GetInt() == 42);
  CHECK(bench.registry.find(id)->script().code == "good");
  CHECK(bench.ask("PUT", path, "early").status == 202);
  const HttpResponse bad = bench.ask("PUT", path, "bad");
  CHECK(bad.status == 422);
  CHECK((*base::parse_json(bad.body))["diagnostics"].Size() == 1);
  CHECK(bench.registry.find(id)->script().code == "early");
  CHECK(bench.ask("PUT", path, std::string(64 * 1024, ' ')).status != 413);
  CHECK(bench.ask("PUT", path, std::string(64 * 1024 + 1, ' ')).status == 413);
  CHECK(bench.ask("PUT", "/run/" + id + "/scripts/other", "good").status == 404);
}

TEST_CASE("a script is replaced only if it is the expected one") {
  Bench bench;
  HttpRequest request = bench.request("PUT", "/run/" + bench.start() + "/scripts/policy", "good");
  request.headers.emplace_back("if-match", "\"other\"");
  CHECK(bench.ask(request).status == 412);
  request.headers.back().second = "\"aa\"";
  CHECK(bench.ask(request).status == 200);
}

TEST_CASE("commands are checked before they are accepted") {
  Bench bench;
  const std::string path = "/run/" + bench.start() + "/commands";
  const auto status = [&](const std::string& body) { return bench.ask("POST", path, body).status; };
  CHECK(status(R"({"type":"pause"})") == 200);
  CHECK(status(R"({"type":"step","ticks":5})") == 200);
  CHECK(status(R"({"line":"step 5"})") == 200);
  CHECK(status(R"({"type":"step","ticks":0})") == 400);
  CHECK(status(R"({"type":"step","ticks":10001})") == 400);
  CHECK(status(R"({"type":"rain","intensity":0.5})") == 200);
  CHECK(status(R"({"type":"dance"})") == 400);
  CHECK(status(R"({"type":"install_script","slot":"policy","sha256":"aa"})") == 422);
  CHECK(status("[]") == 400);
  CHECK(status("{}") == 400);
  CHECK(status(R"({"line":"spawn rabbit three 1 2"})") == 400);
}

TEST_CASE("a command is answered with text and data, a wrong one with its argument") {
  Bench bench;
  const std::string path = "/run/" + bench.start() + "/commands";
  const HttpResponse done = bench.ask("POST", path, R"({"line":"debug 12"})");
  CHECK(done.status == 200);
  CHECK(done.body == R"({"ok":true,"text":"done","data":{}})");
  const HttpResponse wrong = bench.ask("POST", path, R"({"line":"debug twelve"})");
  CHECK(wrong.content_type == "application/problem+json");
  CHECK(field_of(wrong) == "id");
  CHECK(wrong.body.find("row:generation") != std::string::npos);
  CHECK(bench.ask("POST", path, R"({"line":"help"})").body.find("spawn") != std::string::npos);
}

TEST_CASE("while a run searches, commands wait or are told that there is no world yet") {
  Bench bench;
  const HttpResponse response =
      bench.ask("POST", "/run", R"({"policy_code":"x","user_goal":"search"})");
  const std::string id = (*base::parse_json(response.body))["run_id"].GetString();
  REQUIRE(eventually([&] { return bench.registry.find(id)->script().sha256 == "aa"; }));
  const std::string path = "/run/" + id + "/commands";
  const HttpResponse waits = bench.ask("POST", path, R"({"type":"pause"})");
  CHECK(waits.status == 202);
  CHECK(waits.body.find("\"waits\":true") != std::string::npos);
  CHECK(bench.ask("POST", path, R"({"line":"debug 1"})").status == 409);
  CHECK(bench.ask("GET", "/run/" + id + "/profile").status == 200);
  CHECK(bench.ask("POST", path, R"({"line":"quit"})").status == 200);
  CHECK(eventually([&] { return bench.registry.find(id)->state() == RunState::kTerminated; }));
  CHECK(bench.ask("POST", path, R"({"line":"pause"})").status == 409);
  CHECK(bench.ask("GET", "/run/" + id + "/profile").status == 409);
  CHECK(bench.ask("POST", "/run/" + id + "/profile").status == 405);
}

TEST_CASE("a queued run is ended by quit") {
  Bench bench;
  bench.start();
  const HttpResponse response = bench.ask("POST", "/run", R"({"user_goal":"reach the target"})");
  const std::string id = (*base::parse_json(response.body))["run_id"].GetString();
  CHECK(bench.ask("POST", "/run/" + id + "/commands", R"({"line":"quit"})").status == 200);
  CHECK(bench.registry.find(id)->state() == RunState::kTerminated);
}

TEST_CASE("a progress client's command gets a reply with the client's ref") {
  Bench bench;
  auto opened = bench.api->open_view(bench.request("GET", "/ws/progress/" + bench.start()));
  REQUIRE(std::holds_alternative<View>(opened));
  View& view = std::get<View>(opened);
  const auto next_of = [&](const std::string& type) {
    std::string found;
    REQUIRE(eventually([&] {
      while (auto message = view.outbox->pop()) {
        if (message->bytes->find("{\"type\":\"" + type + "\"") != 0) continue;
        found = *message->bytes;
        return true;
      }
      return false;
    }));
    return found;
  };
  view.on_text(R"({"line":"debug 3","ref":"mine"})");
  CHECK(next_of("reply") == R"({"type":"reply","ref":"mine","ok":true,"text":"done","data":{}})");
  view.on_text(R"({"type":"step","ticks":2,"ref":7})");
  CHECK(next_of("reply").find("\"ref\":7") != std::string::npos);
  view.on_text(R"({"type":"step","ticks":0,"ref":8})");
  const std::string refused = next_of("refused");
  CHECK(refused.find("\"ref\":8") != std::string::npos);
  CHECK(refused.find("\"field\":\"ticks\"") != std::string::npos);
  view.on_closed();
}

TEST_CASE("a finished run of an earlier process is served from its folder and takes no changes") {
  Bench bench;
  std::filesystem::create_directories(bench.dir + "/20250101-0000-abcd");
  std::ofstream(bench.dir + "/20250101-0000-abcd/summary.json")
      << R"({"type":"done","score":7})" << '\n';
  std::ofstream(bench.dir + "/20250101-0000-abcd/best.lua") << "return {}";
  const HttpResponse shown = bench.ask("GET", "/run/20250101-0000-abcd");
  CHECK(shown.status == 200);
  CHECK(shown.body.find("\"score\":7") != std::string::npos);
  CHECK(bench.ask("GET", "/run").body.find("20250101-0000-abcd") != std::string::npos);
  CHECK(bench.ask("GET", "/code/20250101-0000-abcd").body.find("return {}") != std::string::npos);
  CHECK(bench.ask("PUT", "/run/20250101-0000-abcd/scripts/policy", "x").status == 409);
  CHECK(bench.ask("DELETE", "/run/20250101-0000-abcd").status == 409);
  CHECK(bench.ask("GET", "/run/..").status == 404);
  CHECK(bench.ask("GET", "/run/20250101%2f..").status == 404);
  const auto view = bench.api->open_view(bench.request("GET", "/ws/progress/20250101-0000-abcd"));
  REQUIRE(std::holds_alternative<View>(view));
  const auto outbox = std::get<View>(view).outbox;
  CHECK(outbox->pop()->bytes->find("connected") != std::string::npos);
  CHECK(outbox->pop()->bytes->find("\"score\":7") != std::string::npos);
}

TEST_CASE("unknown addresses and methods are told apart") {
  Bench bench;
  CHECK(bench.ask("GET", "/").status == 200);
  CHECK(bench.ask("GET", "/health").status == 200);
  CHECK(bench.ask("GET", "/api").body == "# API");
  CHECK(bench.ask("GET", "/nothing").status == 404);
  CHECK(bench.ask("GET", "/../etc/passwd").status == 404);
  CHECK(bench.ask("GET", "/run/a/b/c/d").status == 404);
  CHECK(bench.ask("GET", "/ws/progress/x").status == 426);
  CHECK(bench.ask("PATCH", "/run").status == 405);
  CHECK(bench.ask("POST", "/health").status == 405);
}

TEST_CASE("with a token the pages are open, the runs are not") {
  Bench bench({true, "secret"});
  CHECK(bench.ask("GET", "/").status == 200);
  CHECK(bench.ask("GET", "/health").status == 200);
  CHECK(bench.ask("GET", "/run").status == 401);
  CHECK(bench.ask("GET", "/code/x").status == 401);
  const auto view = bench.api->open_view(bench.request("GET", "/ws/progress/x"));
  REQUIRE(std::holds_alternative<HttpResponse>(view));
  CHECK(std::get<HttpResponse>(view).status == 401);
}

TEST_CASE("a progress client may terminate; nonsense is answered and at last hung up on") {
  Bench bench;
  const std::string id = bench.start();
  auto opened = bench.api->open_view(bench.request("GET", "/ws/progress/" + id));
  REQUIRE(std::holds_alternative<View>(opened));
  View& view = std::get<View>(opened);
  for (int i = 0; i < 16; ++i) view.on_text("nonsense");
  CHECK_FALSE(view.outbox->closing());
  view.on_text("nonsense");
  REQUIRE(view.outbox->closing());
  CHECK(view.outbox->closing()->code == kClosePolicy);
  view.on_text(R"({"type":"terminate"})");
  CHECK(eventually([&] { return bench.registry.find(id)->state() == RunState::kTerminated; }));
  view.on_closed();
}

TEST_CASE("views exist for runs that exist") {
  Bench bench;
  const std::string id = bench.start();
  const auto status = [&](const std::string& path) {
    const auto opened = bench.api->open_view(bench.request("GET", path));
    const auto* refusal = std::get_if<HttpResponse>(&opened);
    return refusal == nullptr ? 101U : refusal->status;
  };
  CHECK(status("/ws/render/" + id + "/world") == 101);
  CHECK(status("/ws/render/" + id + "/agents") == 101);
  CHECK(status("/ws/render/" + id + "/pov") == 404);
  CHECK(status("/ws/progress/nobody") == 404);
  CHECK(status("/ws/other") == 404);
  CHECK(status("/ws") == 101);
  CHECK(status("/ws/render/" + id + "/pov_agents_3") == 101);
  auto request = bench.request("GET", "/ws/render/" + id + "/world");
  request.query = "encoding=xml";
  CHECK(std::get<HttpResponse>(bench.api->open_view(request)).status == 400);
}

TEST_CASE("the multiplexed view knows the channels of runs, past ones too, and takes commands") {
  Bench bench;
  const std::string id = bench.start();
  std::filesystem::create_directories(bench.dir + "/20250101-0000-abcd");
  std::ofstream(bench.dir + "/20250101-0000-abcd/request.json") << R"({"scenario":"maze"})";
  std::ofstream(bench.dir + "/20250101-0000-abcd/summary.json")
      << R"({"type":"done","score":7})" << '\n';
  auto opened = bench.api->open_view(bench.request("GET", "/ws"));
  REQUIRE(std::holds_alternative<View>(opened));
  View& view = std::get<View>(opened);
  // What comes until a line holds the text; empty when it does not.
  const auto heard = [&](const std::string& wanted) {
    std::string all;
    const bool came = eventually([&] {
      while (const auto message = view.outbox->pop()) all += *message->bytes + "\n";
      return all.find(wanted) != std::string::npos;
    });
    return came ? all : "";
  };
  CHECK(heard("\"op\":\"hello\"") != "");
  view.on_text(R"({"op":"subscribe","history":"all","ch":"progress/)" + id + "\"}");
  CHECK(heard(R"("type":"best")").find(R"("state":"running")") != std::string::npos);
  view.on_text(R"({"op":"subscribe","ch":"render/)" + id + "/agents\"}");
  CHECK(heard(R"("type":"hello")").find("\"stream\":") != std::string::npos);
  view.on_text(R"({"op":"subscribe","history":"all","ch":"progress/20250101-0000-abcd"})");
  CHECK(heard(R"("data":{"type":"done","score":7})") != "");
  for (const std::string& name : {std::string("progress/nobody"), "render/" + id + "/pov",
                                  std::string("x"), "render/" + id, std::string("progress/../x")}) {
    INFO(name);
    view.on_text(R"({"op":"subscribe","ch":")" + name + "\"}");
    CHECK(heard("\"field\":\"ch\"") != "");
  }
  view.on_text(R"({"op":"command","run":"nobody","command":{"type":"pause"}})");
  CHECK(heard("\"field\":\"run\"") != "");
  view.on_text(R"({"op":"command","ref":3,"command":{"type":"pause"},"run":")" + id + "\"}");
  CHECK(heard(R"({"op":"reply","ref":3,"ok":true)") != "");
  view.on_closed();
}

TEST_CASE("a native renderer names a run or the latest, and the token where there is one") {
  Bench bench({true, "secret"});
  const auto run = *bench.registry.start({});
  const auto where = [&](const std::string& line) {
    const auto opened = bench.api->open_frames(line);
    if (opened.ok()) opened->on_closed();
    return opened.ok() ? "open" : opened.error().where;
  };
  CHECK(where(run->id() + "/agents secret") == "open");
  CHECK(where("latest/pov_world_0 secret") == "open");
  CHECK(where("latest/world") == "token");
  CHECK(where("latest/world secre") == "token");
  CHECK(where("latest/sky secret") == "channel");
  CHECK(where("nobody/world secret") == "line");
  CHECK(where("GET / HTTP/1.1") == "token");
}

}  // namespace cherub::server
