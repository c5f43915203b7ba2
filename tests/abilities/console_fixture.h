#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "run_fixture.h"

namespace cherub::abilities {

using namespace std::chrono_literals;

// A live run on a thread of its own, asked from the test's.
struct Console {
  TemporaryFolder folder;
  RunControl control;
  KeepingObserver observer;
  RunRequest request;
  std::promise<void> live;
  std::thread thread;
  RunSummary summary;

  explicit Console(double live_seconds = 1e6, const char* source = kCountingSource) {
    request = small_request(folder);
    request.policy_code = source;
    request.scenario = "pasture";
    request.episodes = 1;
    request.max_steps = 5;
    request.live_seconds = live_seconds;
    control.pause();  // so that the world waits for the test at tick 0
    observer.hook = [this](const RunRecord& record) {
      if (record.type == "live" && record.json.find("\"started\"") != std::string::npos) {
        live.set_value();
      }
    };
  }
  ~Console() { end(); }

  void begin() {
    thread =
        std::thread([this] { summary = execute_run(request, "console-run", control, observer); });
    live.get_future().wait();
  }
  void end() {
    control.terminate();
    if (thread.joinable()) thread.join();
  }
  std::future<ConsoleReply> ask(const std::string& line) {
    const auto command = parse_console_line(line);
    INFO(line << ": " << (command ? "" : command.error().text()));
    REQUIRE(command);
    auto promise = std::make_shared<std::promise<ConsoleReply>>();
    control.ask(*command, [promise](ConsoleReply reply) { promise->set_value(std::move(reply)); });
    return promise->get_future();
  }
  ConsoleReply told(const std::string& line) {
    auto reply = ask(line);
    REQUIRE(reply.wait_for(20s) == std::future_status::ready);
    return reply.get();
  }
  rapidjson::Document data(const std::string& line) {
    const ConsoleReply reply = told(line);
    INFO(line << ": " << reply.text);
    REQUIRE(reply.ok);
    auto document = base::parse_json(reply.json);
    REQUIRE(document);
    return std::move(*document);
  }
  std::uint64_t tick() { return data("set")["tick"].GetUint64(); }
};

inline bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace cherub::abilities
