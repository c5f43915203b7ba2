#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "api_bench.h"
#include "server/run_resume.h"

// Runs as resources: keys, pages, places in the queue, going on, events.
namespace cherub::server {

TEST_CASE("a repeated request with the same key makes one run, for the next process too") {
  Bench bench;
  HttpRequest request = bench.request("POST", "/run", R"({"user_goal":"fast"})");
  request.headers.emplace_back("idempotency-key", "k1");
  const HttpResponse first = bench.ask(request);
  const HttpResponse second = bench.ask(request);
  CHECK(first.status == 202);
  CHECK(second.status == 202);
  CHECK(first.body == second.body);
  CHECK(header_of(first, "Idempotent-Replayed").empty());
  CHECK(header_of(second, "Idempotent-Replayed") == "true");
  CHECK(header_of(second, "Location") == header_of(first, "Location"));
  HttpRequest other = request;
  other.body = R"({"user_goal":"safe"})";
  CHECK(bench.ask(other).status == 422);
  ApiOptions options;
  options.defaults.runs_dir = bench.dir;
  bench.api.emplace(std::move(options), bench.registry, StaticFiles());
  CHECK(bench.ask(request).body == first.body);
  CHECK(bench.ask(other).status == 422);
  CHECK(bench.registry.list().size() == 1);
}

TEST_CASE("a key that is none, and a request that was refused, take no key") {
  Bench bench;
  HttpRequest request = bench.request("POST", "/run", R"({"user_goal":"fast"})");
  for (const std::string& key : {std::string("a b"), std::string(201, 'k')}) {
    request.headers = {{"host", "127.0.0.1"}, {"idempotency-key", key}};
    const HttpResponse refused = bench.ask(request);
    CHECK(refused.status == 400);
    CHECK(field_of(refused) == "Idempotency-Key");
  }
  request.headers.back().second = "k1";
  request.body = "{";
  CHECK(bench.ask(request).status == 400);
  request.body = R"({"user_goal":"fast"})";
  CHECK(bench.ask(request).status == 202);
}

TEST_CASE("who asks for too many runs is told to wait, whoever else asks is not") {
  ServerLimits limits;
  limits.run_requests_per_minute = 1;
  limits.run_requests_at_once = 2;
  Bench bench({}, limits);
  HttpRequest request = bench.request("POST", "/run", R"({"user_goal":"fast"})");
  request.peer = "10.0.0.1";
  CHECK(bench.ask(request).status == 202);
  CHECK(bench.ask(request).status == 202);
  const HttpResponse refused = bench.ask(request);
  CHECK(refused.status == 429);
  CHECK(header_of(refused, "Retry-After") == "60");
  request.peer = "10.0.0.2";
  CHECK(bench.ask(request).status == 202);
}

TEST_CASE("runs are listed in pages, newest first, and by their states") {
  Bench bench;
  for (int i = 10; i < 35; ++i) {
    const std::string folder = bench.dir + "/20250101-0000" + std::to_string(i) + "-aaaa";
    std::filesystem::create_directories(folder);
    std::ofstream(folder + "/request.json") << R"({"scenario":"maze"})";
    if (i % 2 == 0) std::ofstream(folder + "/summary.json") << R"({"type":"done"})";
  }
  std::filesystem::create_directories(bench.dir + "/catalogue");  // no run
  const std::string running = bench.start();
  const auto page = [&](const std::string& query) {
    HttpRequest request = bench.request("GET", "/run");
    request.query = query;
    const HttpResponse response = bench.ask(request);
    CHECK(response.status == 200);
    std::vector<std::string> found;
    const auto body = base::parse_json(response.body);
    for (const auto& run : (*body)["runs"].GetArray()) found.push_back(run["run_id"].GetString());
    found.push_back((*body)["next"].IsNull() ? "" : (*body)["next"].GetString());
    return found;
  };
  std::vector<std::string> all;
  std::string before;
  do {
    auto found = page("limit=4" + (before.empty() ? "" : "&before=" + before));
    before = found.back();
    found.pop_back();
    all.insert(all.end(), found.begin(), found.end());
  } while (!before.empty());
  REQUIRE(all.size() == 26);
  CHECK(all.front() == running);
  CHECK(std::is_sorted(all.rbegin(), all.rend()));
  CHECK(page("state=done").size() == 13 + 1);
  CHECK(page("state=interrupted,running").size() == 12 + 1 + 1);
  CHECK(page("state=queued").size() == 0 + 1);
  CHECK(page("state=done&limit=3").size() == 3 + 1);
  const auto status = [&](const std::string& query) {
    HttpRequest request = bench.request("GET", "/run");
    request.query = query;
    return bench.ask(request).status;
  };
  for (const char* query : {"state=dancing", "state=done,", "limit=0", "limit=201", "limit=x"}) {
    INFO(query);
    CHECK(status(query) == (std::string(query) == "state=done," ? 200 : 400));
  }
}

TEST_CASE("a queued run tells its place") {
  Bench bench;
  bench.start();
  std::vector<std::string> ids;
  for (int i = 0; i < 2; ++i) {
    const HttpResponse response = bench.ask("POST", "/run", R"({"user_goal":"fast"})");
    ids.push_back((*base::parse_json(response.body))["run_id"].GetString());
  }
  const auto place = [&](const std::string& id) {
    const auto shown = base::parse_json(bench.ask("GET", "/run/" + id).body);
    return shown->HasMember("position") ? (*shown)["position"].GetInt() : 0;
  };
  CHECK(place(ids[1]) == 2);
  CHECK(bench.ask("DELETE", "/run/" + ids[0]).status == 202);
  CHECK(place(ids[0]) == 0);
  CHECK(place(ids[1]) == 1);
}

TEST_CASE("an interrupted run is gone on with, one that goes on, ended or is not there is not") {
  Bench bench;
  const std::string id = "20250101-000000-abcd";
  const std::string folder = bench.dir + "/" + id;
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/request.json") << R"({"user_goal":"fast","scenario":"maze"})";
  const auto resume = [&](const std::string& run, const std::string& body = {}) {
    return bench.ask("POST", "/run/" + run + "/resume", body);
  };
  CHECK(resume("nobody").status == 404);
  CHECK(field_of(resume(id, R"({"user_goal":"safe"})")) == "user_goal");
  CHECK(resume(id, "[]").status == 400);
  CHECK(resume(id, R"({"iterations":0})").status == 400);
  CHECK(bench.ask("GET", "/run/" + id).body.find("interrupted") != std::string::npos);
  REQUIRE(resume(id, R"({"iterations":5})").status == 202);
  REQUIRE(eventually([&] { return bench.fake.resumed() == 1; }));
  CHECK(bench.registry.find(id)->request().iterations == 5);
  CHECK(bench.registry.find(id)->request().runs_dir == bench.dir);
  CHECK(resume(id).status == 409);
  bench.fake.release();
  REQUIRE(eventually([&] { return bench.registry.find(id)->over(); }));
  std::ofstream(folder + "/summary.json") << R"({"type":"done","reason":"completed"})";
  const HttpResponse complete = resume(id);
  CHECK(complete.status == 409);
  CHECK(complete.body.find(bench.dir) == std::string::npos);
}

TEST_CASE("a run that is gone on with keeps the operator's key from a client's address") {
  Bench bench;
  const std::string id = "20250101-000000-abcd";
  std::filesystem::create_directories(bench.dir + "/" + id);
  std::ofstream(bench.dir + "/" + id + "/request.json")
      << R"({"user_goal":"g","provider":"openai","provider_url":"http://evil.example/v1"})";
  abilities::RunRequest defaults;
  defaults.runs_dir = bench.dir;
  defaults.provider.provider = "openai";
  defaults.provider.base_url = "http://ours.example/v1";
  defaults.provider.key_variable = "OUR_KEY";
  const auto order = read_resume_order(StoredRuns(bench.dir), id, {}, defaults);
  REQUIRE(order.ok());
  CHECK(order->request.provider.base_url == "http://evil.example/v1");
  CHECK(order->request.provider.key_variable == "CHERUB_CLIENT_KEY");
}

TEST_CASE("a world that was hosted for a session has no search to go on with") {
  Bench bench;
  const std::string id = "20250101-000000-abcd";
  std::filesystem::create_directories(bench.dir + "/" + id);
  std::ofstream(bench.dir + "/" + id + "/request.json") << R"({"kind":"session","seed":1})";
  std::ofstream(bench.dir + "/" + id + "/progress.jsonl") << "";
  const HttpResponse refused = bench.ask("POST", "/run/" + id + "/resume");
  CHECK(refused.status == 409);
  CHECK(refused.body.find("cherub run --load") != std::string::npos);
}

TEST_CASE("events carry ids to go on behind, end with the run, and need not be asked for again") {
  Bench bench;
  const std::string id = bench.start();
  const auto events = [&](const std::string& last = {}) {
    HttpRequest request = bench.request("GET", "/run/" + id + "/events");
    if (!last.empty()) request.headers.emplace_back("last-event-id", last);
    return bench.api->handle(request);
  };
  Reply reply = events();
  REQUIRE(std::holds_alternative<StreamedResponse>(reply));
  const auto body = std::get<StreamedResponse>(reply).body;
  std::string text;
  const auto comes = [&](const std::string& wanted) {
    return eventually([&] {
      const auto piece = body->next();
      text += piece.bytes + (piece.end ? "END" : "");
      return text.find(wanted) != std::string::npos;
    });
  };
  REQUIRE(comes("\"type\":\"best\""));
  CHECK(text.find("data: {\"type\":\"connected\"") != std::string::npos);
  const std::size_t second = text.find("data: {\"type\":\"best\"");
  REQUIRE(second != std::string::npos);
  CHECK(text.find("\nid: 0.2\n\n", second) != std::string::npos);
  bench.fake.release();
  REQUIRE(comes("END"));
  const std::size_t last = text.find("data: {\"type\":\"done\"");
  REQUIRE(last != std::string::npos);
  CHECK(text.find("\nid: 0.3\n\n", last) != std::string::npos);
  body->set_wake({});
  REQUIRE(eventually([&] { return bench.registry.find(id)->over(); }));
  Reply rest = events("0.2");
  REQUIRE(std::holds_alternative<StreamedResponse>(rest));
  const auto ending = std::get<StreamedResponse>(rest).body;
  CHECK(ending->next().bytes.find("\"recovered\":true") != std::string::npos);
  CHECK(ending->next().end);
  CHECK(std::get<HttpResponse>(events("0.3")).status == 204);
  CHECK(std::get<HttpResponse>(events("nonsense")).status == 400);
  CHECK(std::holds_alternative<StreamedResponse>(events("other.3")));
  CHECK(bench.ask("GET", "/run/nobody/events").status == 404);
}

TEST_CASE("the end of the server is an event of its own") {
  Bench bench;
  const std::string id = bench.start();
  const Reply reply = bench.api->handle(bench.request("GET", "/run/" + id + "/events"));
  const auto body = std::get<StreamedResponse>(reply).body;
  body->close();
  std::string text;
  for (BodyStream::Piece piece = body->next();; piece = body->next()) {
    text += piece.bytes;
    if (piece.end) break;
  }
  CHECK(text.find("event: close\ndata: {\"code\":1001,") != std::string::npos);
}

}  // namespace cherub::server
