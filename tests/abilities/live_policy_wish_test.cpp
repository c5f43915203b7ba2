#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>

#include "abilities/replay.h"
#include "console_fixture.h"
#include "tests/text.h"

namespace cherub::abilities {
namespace {

// The states of `policy` records as they come, in any thread.
class States {
 public:
  void watch(Console& console) {
    console.observer.hook = [this, before = console.observer.hook](const RunRecord& record) {
      before(record);
      if (record.type != "policy") return;
      const auto read = base::parse_json(record.json);
      const std::lock_guard lock(mutex_);
      told_.push_back((*read)["state"].GetString());
      last_ = record.json;
      changed_.notify_all();
    };
  }
  // The record that tells it; fails after a while.
  std::string wait_for(const std::string& state) {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_for(lock, 60s, [&] { return !told_.empty() && told_.back() == state; }));
    return last_;
  }
  std::size_t count(const std::string& state) {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::count(told_.begin(), told_.end(), state));
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> told_;
  std::string last_;
};

}  // namespace

TEST_CASE("A policy from a goal comes into a living world, which replays without the angel",
          "[live]") {
  Console console;
  console.request.candidates = 60;
  States states;
  states.watch(console);
  console.begin();
  console.told("resume");
  const std::uint64_t asked_at =
      console.data("policy 'eat as much as you can'")["tick"].GetUint64();
  const auto busy = console.told("policy 'have many children'");
  CHECK_FALSE(busy.ok);
  CHECK(busy.code == base::ErrorCode::kConflict);
  const std::string installed = states.wait_for("installed");
  CHECK(console.tick() > asked_at);  // the world went on meanwhile
  console.end();
  CHECK(states.count("asked") == 1);
  CHECK(states.count("found") == 1);
  CHECK(states.count("searching") >= 1);
  const std::string folder = console.summary.dir + "/policies/policy-1";
  const std::string source = file_text(folder + "/best.lua");
  CHECK(testing::has(source, "eat as much as you can"));
  CHECK(testing::has(installed, scripting::ScriptRegistry().add(source)->sha256));
  CHECK_FALSE(std::filesystem::exists(folder + "/live"));
  for (const bool jit : {true, false}) {
    ReplayOptions options;
    options.jit = jit;
    const auto report = replay_run(console.summary.dir, options);
    REQUIRE(report);
    CHECK(report->verified);
    CHECK(report->ticks == console.summary.ticks);
  }
}

TEST_CASE("A search for a policy ends when it is no longer wanted, and with the world", "[live]") {
  Console console;
  console.request.iterations = 100;
  console.request.candidates = 10'000;
  States states;
  states.watch(console);
  console.begin();
  CHECK_FALSE(console.told("policy ' '").ok);
  CHECK(console.data("policy off")["dropped"].GetBool() == false);
  console.told("policy 'eat as much as you can'");
  CHECK(console.data("policy off")["dropped"].GetBool());
  CHECK(states.count("dropped") == 1);
  // Until the search has let go of its folder, the next one is refused.
  while (!console.told("policy 'eat little'").ok) std::this_thread::yield();
  console.end();
  CHECK(states.count("asked") == 2);
  CHECK(states.count("dropped") == 2);
  CHECK(states.count("found") == 0);
  CHECK(console.summary.end == RunEnd::kTerminated);
  for (const char* number : {"1", "2"}) {
    CHECK(testing::has(
        file_text(console.summary.dir + "/policies/policy-" + number + "/summary.json"),
        "terminated"));
  }
}

TEST_CASE("A goal of which no word is understood is refused, and the world lives on", "[live]") {
  Console console;
  States states;
  states.watch(console);
  console.begin();
  console.told("policy 'zzz qqq'");
  CHECK(testing::has(states.wait_for("refused"), "message"));
  CHECK(console.data("step 3")["tick"].GetUint64() == 3);
  CHECK(console.told("policy 'zzz again'").ok);
  states.wait_for("refused");
}

TEST_CASE("A search inside of a run stays within what is left of its budget", "[live]") {
  Console console;
  console.request.limits.ticks = 2'000;
  States states;
  states.watch(console);
  console.begin();
  console.told("policy 'eat as much as you can'");
  states.wait_for("found");
  console.end();
  const auto ledger = base::parse_json(file_text(console.summary.dir + "/ledger.json"));
  REQUIRE(ledger);
  const auto inner =
      base::parse_json(file_text(console.summary.dir + "/policies/policy-1/ledger.json"));
  REQUIRE(inner);
  CHECK((*inner)["ticks"].GetUint64() > 0);
  CHECK((*ledger)["ticks"].GetUint64() > (*inner)["ticks"].GetUint64());
  CHECK((*ledger)["ticks"].GetUint64() <= 2'000);
}

}  // namespace cherub::abilities
