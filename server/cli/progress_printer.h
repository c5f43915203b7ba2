#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

#include "abilities/run.h"
#include "engine/base/json.h"

namespace cherub::server::cli {

enum class ProgressStyle {
  kJson,    // every record as a line
  kLine,    // one updating line on a terminal, news above it
  kPrompt,  // news above the line where a person types
  kPlain,   // news only, one line each
};

// Shows a run's records on standard output while it goes on.
class ProgressPrinter final : public abilities::RunObserver {
 public:
  explicit ProgressPrinter(ProgressStyle style) : style_(style) {}

  void on_record(const abilities::RunRecord& record) override;
  void on_tick(const engine::World&, const engine::TickReport&) override {}
  bool wants_ticks() const override { return false; }

  // A line of its own, without tearing the updating one. From any thread.
  void say(const std::string& text);
  // What the console answered to a line.
  void reply(const std::string& line, const abilities::ConsoleReply& reply);
  // Clears the updating line.
  void finish();

 private:
  void tell_news(const std::string& type, const rapidjson::Document& record);
  void tell_estimate(const rapidjson::Document& record);
  void tell_model(const rapidjson::Document& record);
  void tell_candidate(const rapidjson::Document& record);
  void tell_live(const rapidjson::Document& record);
  void tell_ability(const rapidjson::Document& record);
  void tell_policy(const rapidjson::Document& record);
  void tell_followed(const rapidjson::Document& record);
  void say_locked(const std::string& text);
  void show_prompt();
  void update_line();

  const ProgressStyle style_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point last_update_;
  std::string line_;
  std::uint64_t iteration_ = 0, iterations_ = 0, candidate_ = 0, candidates_ = 0;
  std::uint64_t episodes_done_ = 0, episodes_ = 0;
  double best_score_ = 0;
  bool has_best_ = false;
};

}  // namespace cherub::server::cli
