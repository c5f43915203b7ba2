#include <catch2/catch.hpp>

#include "abilities/journal_file.h"
#include "abilities/live_world.h"
#include "abilities/replay.h"
#include "console_fixture.h"
#include "engine/base/hash.h"

namespace cherub::abilities {
namespace {

constexpr const char* kStillSource =
    "local policy = {}\nfunction policy.act(self, world) self.memory.seen = 1 end\n"
    "return policy\n";

}  // namespace

TEST_CASE("step makes exactly so many ticks and answers when they are done") {
  Console console;
  console.begin();
  CHECK(console.tick() == 0);
  CHECK(console.data("step 3")["tick"].GetUint64() == 3);
  CHECK(console.tick() == 3);
  std::this_thread::sleep_for(20ms);
  CHECK(console.tick() == 3);
  CHECK(console.data("step")["tick"].GetUint64() == 4);
  console.told("resume");
  const auto stopped = console.data("step 5")["tick"].GetUint64();  // pauses a running world
  CHECK(console.tick() == stopped);
}

TEST_CASE("until stands still at its tick; a pause before it is told to who waits") {
  Console console;
  console.begin();
  CHECK(console.data("until 40")["tick"].GetUint64() == 40);
  CHECK(console.tick() == 40);
  CHECK(holds(console.told("until 40").text, "above 40"));
  console.told("rate 10");
  auto reply = console.ask("run until 1000000");
  CHECK(reply.wait_for(20ms) == std::future_status::timeout);
  CHECK(console.told("pause").ok);
  const ConsoleReply interrupted = reply.get();
  CHECK_FALSE(interrupted.ok);
  CHECK(interrupted.code == base::ErrorCode::kConflict);
  auto last = console.ask("run until 1000000");
  console.end();
  CHECK_FALSE(last.get().ok);  // nobody is left waiting
}

TEST_CASE("pauses, steps, rates and looks do not change what the world computes") {
  Console plain(10), steered(10);
  plain.control.resume();
  plain.begin();
  plain.thread.join();
  REQUIRE(plain.summary.ticks == 100);
  steered.begin();
  for (const char* line : {"step 3", "debug 5", "profile", "dump", "until 20", "rate 500", "step 7",
                           "scenario", "follow 3", "rate max", "step 13", "set budget_ms 0.001"}) {
    steered.told(line);
  }
  int scripted = 0;
  for (int row = 0; row < 600; ++row) {
    const ConsoleReply reply = steered.told("debug " + std::to_string(row));
    if (reply.ok && holds(reply.json, "\"memory\":{\"count\"")) ++scripted;
  }
  CHECK(scripted > 0);
  steered.told("resume");
  steered.thread.join();
  CHECK(steered.summary.ticks == 100);
  CHECK(steered.summary.hash == plain.summary.hash);
  const auto report = replay_run(steered.summary.dir, {});
  REQUIRE(report);
  CHECK(report->verified);
}

TEST_CASE("requests of all kinds are taken up in their order of arrival") {
  Console console;
  std::vector<std::string> order;
  bool checked = false;
  const auto note = [&](const std::string& name) {
    return [&order, name](const auto&) { order.push_back(name); };
  };
  console.observer.hook = [&, asked = false](const RunRecord& record) mutable {
    if (asked || !holds(record.json, "\"started\"")) return;
    asked = true;
    console.control.ask(console::ShowSettings{}, note("1"));
    console.control.reload("policy", kStillSource, [&](const auto&) { checked = true; });
    console.control.submit(engine::Rain{0.5});
    console.control.ask(engine::Spawn{"rabbit", 5, 5, 0, 2}, note("3"));
    console.control.reload("nowhere", kStillSource, note("4"));
    console.control.ask(console::Step{2}, note("6"));
    console.control.ask(console::Profile{}, note("5"));
    console.control.ask(console::Step{1}, [&](const ConsoleReply&) {
      order.push_back("7");
      console.control.ask(console::Quit{}, note("8"));
    });
  };
  console.summary = execute_run(console.request, "order-run", console.control, console.observer);
  // A step answers when its ticks are done, so what follows it is answered before.
  CHECK(order == std::vector<std::string>{"1", "3", "4", "5", "6", "7", "8"});
  CHECK(checked);  // on another thread, so it may be answered at any time
  CHECK(console.summary.ticks == 3);
  const auto recording = read_journal(world_path(console.summary.dir) / "journal");
  REQUIRE(recording);
  REQUIRE(recording->commands.size() == 3);  // the first version, rain, spawn
  for (const auto& stamped : recording->commands) CHECK(stamped.tick == 0);
}

TEST_CASE("debug shows an agent's columns, memory, intents, receipts and script") {
  Console console;
  console.begin();
  const auto spawned = console.data("spawn rabbit 1 5 5");
  CHECK(spawned["tick"].GetUint64() == 0);
  console.told("step 4");
  const auto state = console.data("dump");
  const auto& columns = state["state"]["columns"];
  std::string rabbit;
  for (rapidjson::SizeType row = 0; row < columns["alive"].Size(); ++row) {
    if (columns["alive"][row].GetUint() == 0 || columns["script"][row].GetUint() != 0) continue;
    rabbit = std::to_string(row) + ":" + std::to_string(columns["generation"][row].GetUint());
  }
  REQUIRE_FALSE(rabbit.empty());
  const auto shown = console.data("debug " + rabbit);
  CHECK(std::string(shown["species"].GetString()) == "rabbit");
  CHECK(shown["columns"]["age"].GetUint() == 4);
  CHECK(std::string(shown["units"]["x"].GetString()) == "m");
  CHECK(shown["memory"]["count"].GetDouble() == 4);
  CHECK(std::string(shown["intents"]["move"].GetString()) == "move");
  CHECK(shown["receipts"].MemberCount() == 3);
  CHECK(std::string(shown["script"].GetString()).size() == 64);
  CHECK(holds(console.told("debug " + rabbit).text, "receipts"));
  const std::string row = rabbit.substr(0, rabbit.find(':'));
  CHECK(console.data("debug " + row)["id"] == shown["id"]);
  CHECK(holds(console.told("debug " + row + ":77").text, "now belongs to " + rabbit));
  CHECK(holds(console.told("debug 4000000").text, "There is no row"));
  CHECK(holds(console.told("spawn rabit 5 5").text, "\"rabbit\""));
  CHECK(console.told("spawn rabbit 999 999").field == "x, y");
}

TEST_CASE("a followed agent is told of until it dies") {
  Console console;
  console.begin();
  CHECK(console.told("follow 0").ok);
  console.told("step 2");
  console.told("remove 0");
  console.told("step 2");
  console.end();
  const auto records = console.observer.of_type("follow");
  REQUIRE(records.size() >= 2);
  CHECK(holds(records.front(), "\"alive\""));
  CHECK(holds(records.back(), "\"died\""));
  CHECK(holds(records.back(), "\"removed\""));
}

TEST_CASE("a tick over the budget becomes a warning") {
  Console console;
  console.begin();
  console.told("set budget_ms 0.000001");
  console.told("step 50");
  console.end();
  const auto warnings = console.observer.of_type("warning");
  REQUIRE(warnings.size() >= 1);
  CHECK(warnings.size() < 5);
  const auto warning = base::parse_json(warnings.front());
  CHECK((*warning)["tick"].GetUint64() == 0);
  CHECK((*warning)["budget_ms"].GetDouble() == 0.000001);
  CHECK((*warning)["ms"].GetDouble() > 0);
  CHECK((*warning)["phase"].IsString());
}

TEST_CASE("profile counts phases, species and versions") {
  Console console;
  console.begin();
  console.told("step 10");
  std::promise<void> swapped;
  console.control.reload(
      "policy", kStillSource, [&](const ReloadOutcome&) { swapped.set_value(); },
      ReloadForce::kYes);
  swapped.get_future().wait();
  console.told("step 5");
  const auto profile = console.data("profile");
  CHECK(profile["window_ticks"].GetUint() == 15);
  CHECK(profile["phases"].Size() == engine::kPhaseCount);
  REQUIRE(profile["scripts"].Size() == 2);
  const auto& first = profile["scripts"][0];
  const auto& second = profile["scripts"][1];
  CHECK(first["acts"].GetUint64() == 2 * second["acts"].GetUint64());
  CHECK(first["fuel_mean"].GetDouble() > 0);
  CHECK(second["since_tick"].GetUint64() == 10);
  // The second does next to nothing: its maximum is its own, not the first's.
  CHECK(second["fuel_max"].GetUint64() > 0);
  CHECK(second["fuel_max"].GetUint64() < first["fuel_max"].GetUint64());
  CHECK(first["fuel_mean"].GetDouble() <= first["fuel_max"].GetDouble());
  CHECK(profile["model"].IsNull());
  CHECK(profile["species"]["rabbit"].GetUint() > 0);
}

TEST_CASE("a dump goes into the run's folder and nowhere else") {
  Console console;
  console.begin();
  const auto reply = console.data("dump here");
  CHECK(std::string(reply["file"].GetString()) == "dump/here.json");
  const std::string text = file_text(console.folder.path() + "/console-run/dump/here.json");
  const auto state = base::parse_json(text);
  REQUIRE(state);
  CHECK((*state)["columns"]["x"].Size() == (*state)["columns"]["alive"].Size());
  CHECK_FALSE(is_plain_file_name("../out"));
  CHECK_FALSE(is_plain_file_name(".."));
}

TEST_CASE("a dump of more than 1 MiB is written to a file that the answer names") {
  Console console;
  console.begin();
  console.told("spawn grass 30000 20 20");
  console.told("step");
  const auto reply = console.data("dump");
  CHECK(reply["bytes"].GetUint64() > (1u << 20));
  CHECK_FALSE(reply.HasMember("state"));
  CHECK(std::string(reply["file"].GetString()) == "dump/tick-1.json");
  CHECK(std::filesystem::exists(console.folder.path() + "/console-run/dump/tick-1.json"));
}

TEST_CASE("before the live world: what changes it waits in order, what looks at it is refused") {
  Console console(5);
  const ConsoleReply waits = console.told("spawn rabbit 1 5 5");
  CHECK(waits.ok);
  CHECK(waits.waits);
  CHECK(console.told("step 2").waits);
  const ConsoleReply early = console.told("debug 0");
  CHECK_FALSE(early.ok);
  CHECK(early.code == base::ErrorCode::kConflict);
  CHECK(holds(early.text, "no live world yet"));
  CHECK(console.told("help").ok);
  auto profile = console.ask("profile");
  std::promise<ConsoleReply> patient;  // a script waits for its answer instead
  console.control.ask(
      console::ShowSettings{}, [&](ConsoleReply reply) { patient.set_value(std::move(reply)); },
      WhenEarly::kWait);
  console.begin();
  CHECK(profile.get().ok);
  CHECK(patient.get_future().get().ok);
  CHECK(holds(console.told("save").text, "Saves tick"));
  while (console.tick() < 2) std::this_thread::sleep_for(1ms);
  CHECK(console.tick() == 2);  // paused, the spawn, two steps
  console.end();
  const ConsoleReply over = console.told("pause");
  CHECK_FALSE(over.ok);
  CHECK(holds(over.text, "over"));
}

TEST_CASE("a run without a live world says so") {
  Console console;
  console.request.live_seconds = 0;
  console.summary = execute_run(console.request, "no-live", console.control, console.observer);
  CHECK_FALSE(console.told("resume").ok);
}

TEST_CASE("a flood of commands neither blocks the world nor grows the inbox") {
  Console console;
  console.begin();
  console.told("rate 100");
  console.told("resume");
  std::atomic<std::uint64_t> answered{0}, refused{0};
  constexpr std::uint64_t kFlood = 100'000;
  const auto begin = console.tick();
  std::thread flood([&] {
    for (std::uint64_t i = 0; i < kFlood; ++i) {
      console.control.ask(console::Debug{{0, std::nullopt}}, [&](const ConsoleReply& reply) {
        ++answered;
        if (reply.ok) return;
        ++refused;
        if (reply.code != base::ErrorCode::kUnavailable) ++refused;
      });
    }
  });
  std::size_t most = 0;
  while (answered < kFlood) {
    {
      const std::lock_guard lock(console.control.state().mutex);
      most = std::max(most, console.control.state().waiting.size());
    }
    std::this_thread::sleep_for(1ms);
  }
  flood.join();
  CHECK(most <= kInboxMax);
  CHECK(refused <= answered);
  std::this_thread::sleep_for(50ms);
  CHECK(console.tick() > begin);
  CHECK(answered == kFlood);
  console.end();
  CHECK(console.observer.of_type("command").empty());
}

TEST_CASE("save, load and autosave work from the console") {
  const auto runs = std::filesystem::temp_directory_path() / "cherub_live_console_test";
  std::filesystem::remove_all(runs);
  const auto registry = std::make_shared<scripting::ScriptRegistry>();
  const std::string sha256 = registry->add(kWandererSource)->sha256;
  const auto live_in = [&](const std::string& run, RunControl& control, KeepingObserver& observer,
                           const RunFolder& folder) {
    LiveOptions options;
    options.world_dir = (runs / run / "live").string();
    LiveTools tools;
    tools.folder = &folder;
    return LiveWorld(*engine::builtin_scenario("maze"), registry, options, control.state(),
                     observer, tools)
        .live(sha256, "");
  };
  std::uint64_t left_hash = 0;
  {
    RunControl control;
    KeepingObserver observer;
    const auto folder = RunFolder::create(runs.string(), "left");
    REQUIRE(folder);
    control.ask(
        console::Step{40}, [&](const ConsoleReply&) { control.terminate(); }, WhenEarly::kWait);
    const auto lived = live_in("left", control, observer, *folder);
    REQUIRE(lived);
    left_hash = lived->hash;
  }
  RunControl control;
  KeepingObserver observer;
  const auto folder = RunFolder::create(runs.string(), "now");
  REQUIRE(folder);
  std::vector<ConsoleReply> replies;
  const auto keep = [&](const ConsoleReply& reply) { replies.push_back(reply); };
  control.pause();
  control.ask(console::Step{5}, nullptr);
  observer.hook = [&, steps = 0](const RunRecord& record) mutable {
    if (!holds(record.json, "\"stepped\"") || ++steps != 5) return;
    control.ask(console::Save{}, keep);
    control.ask(console::SetAutosave{30}, keep);
    control.ask(console::Load{"never"}, keep);
    control.ask(console::Load{"now"}, keep);
    control.ask(console::Load{"left"}, keep);
    control.ask(console::ShowSettings{}, keep);
    control.ask(console::Step{2}, [&](const ConsoleReply& reply) {
      replies.push_back(reply);
      control.terminate();
    });
  };
  const auto lived = live_in("now", control, observer, *folder);
  REQUIRE(lived);
  REQUIRE(replies.size() == 7);
  CHECK(holds(replies[0].text, "Saves tick 5"));
  CHECK(replies[1].ok);
  CHECK_FALSE(replies[2].ok);
  CHECK_FALSE(replies[3].ok);  // it is this world's own
  REQUIRE(replies[4].ok);
  CHECK(holds(replies[4].json, base::hex64(left_hash)));
  CHECK(holds(replies[5].json, "\"tick\":40"));
  CHECK(holds(replies[6].json, "\"tick\":42"));
  CHECK(!observer.of_type("save").empty());
  std::filesystem::remove_all(runs);
}

}  // namespace cherub::abilities
