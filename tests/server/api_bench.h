#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "engine/base/json.h"
#include "fake_run.h"
#include "server/api.h"

namespace cherub::server {

// An Api over a fake run, with a runs folder of its own.
struct Bench {
  explicit Bench(AccessRules rules = {}, const ServerLimits& limits = {}) {
    std::filesystem::remove_all(dir);
    std::filesystem::create_directories(dir);
    ApiOptions options;
    options.access = std::move(rules);
    options.limits = limits;
    options.defaults.runs_dir = dir;
    options.api_markdown = "# API";
    api.emplace(std::move(options), registry, StaticFiles());
  }

  HttpRequest request(std::string method, std::string path, std::string body = {}) {
    HttpRequest made;
    made.method = std::move(method);
    made.path = std::move(path);
    made.body = std::move(body);
    made.headers = {{"host", "127.0.0.1:8088"}};
    return made;
  }

  HttpResponse ask(const HttpRequest& asked) {
    Reply reply = api->handle(asked);
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
  HttpResponse ask(std::string method, std::string path, std::string body = {}) {
    return ask(request(std::move(method), std::move(path), std::move(body)));
  }

  std::string start() {
    const HttpResponse response = ask("POST", "/run", R"({"user_goal":"reach the target fast"})");
    REQUIRE(response.status == 202);
    const std::string id = (*base::parse_json(response.body))["run_id"].GetString();
    REQUIRE(eventually([&] { return registry.find(id)->script().sha256 == "aa"; }));
    return id;
  }

  std::string dir = (std::filesystem::temp_directory_path() / "cherub_api_test").string();
  FakeRun fake;
  RunRegistry registry{fake.function(), {1, 4, 8}, {std::chrono::steady_clock::now}, dir};
  std::optional<Api> api;
};

inline std::string header_of(const HttpResponse& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

inline std::string field_of(const HttpResponse& response) {
  const auto body = base::parse_json(response.body);
  return body.ok() && body->HasMember("field") ? (*body)["field"].GetString() : "";
}

}  // namespace cherub::server
