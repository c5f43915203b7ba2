#include "abilities/journal_file.h"
#include "abilities/reload.h"
#include "abilities/replay.h"
#include "console_fixture.h"
#include "engine/base/sha256.h"

namespace cherub::abilities {
namespace {

// Counts its acts; walks by the count.
constexpr const char* kFirst =
    "local policy = {}\n"
    "function policy.act(self, world)\n"
    "  self.memory.count = (self.memory.count or 0) + 1\n"
    "  return self:move(math.cos(self.memory.count), math.random() - 0.5)\n"
    "end\n"
    "return policy\n";

std::string second(const std::string& trouble = "") {
  return "local policy = {}\n"
         "function policy.migrate(old) return {count = old.count + 1000} end\n"
         "function policy.act(self, world)\n" +
         trouble +
         "\n  self.memory.count = (self.memory.count or 0) + 1\n"
         "  return self:move(math.sin(self.memory.count), math.random() - 0.5)\n"
         "end\n"
         "return policy\n";
}

const std::string kLate = "  if world.tick > 70 then error('too late') end";

// A live world that is stepped by the test, so that every tick is known.
struct Reloads : Console {
  explicit Reloads(const char* source = kFirst) : Console(1e6, source) { begin(); }

  std::future<ReloadOutcome> reload(const std::string& source,
                                    ReloadForce force = ReloadForce::kNo) {
    auto promise = std::make_shared<std::promise<ReloadOutcome>>();
    control.reload(
        "policy", source, [promise](const ReloadOutcome& outcome) { promise->set_value(outcome); },
        force);
    return promise->get_future();
  }
  // While the world stands: it is checked then.
  ReloadOutcome reloaded(const std::string& source, ReloadForce force = ReloadForce::kNo) {
    auto outcome = reload(source, force);
    REQUIRE(outcome.wait_for(20s) == std::future_status::ready);
    return outcome.get();
  }
  // "submitted 0, checked 0, …" of the reloads since the last call.
  std::string steps() {
    std::string told;
    const auto records = observer.of_type("reload");
    for (; told_ < records.size(); ++told_) {
      const auto record = base::parse_json(records[told_]);
      told += (told.empty() ? "" : ", ") + std::string((*record)["state"].GetString()) + " " +
              std::to_string((*record)["tick"].GetUint64());
    }
    return told;
  }
  std::string hash_after(const std::string& line) { return data(line)["hash"].GetString(); }
  // What all agents remember, by their ids.
  std::string memories() {
    std::string all;
    const auto state = data("dump");
    const auto& alive = state["state"]["columns"]["alive"];
    const auto& script = state["state"]["columns"]["script"];
    for (rapidjson::SizeType row = 0; row < alive.Size(); ++row) {
      if (alive[row].GetUint() == 0 || script[row].GetUint() != 0) continue;
      const ConsoleReply shown = told("debug " + std::to_string(row));
      const auto begin = shown.json.find("\"memory\":");
      all += shown.json.substr(begin, shown.json.find("\"intents\"") - begin) + "\n";
    }
    return all;
  }
  double figure(const std::string& state, const std::string& name) {
    for (const std::string& json : observer.of_type("reload")) {
      const auto record = base::parse_json(json);
      if ((*record)["state"].GetString() != state || !record->HasMember("figures")) continue;
      for (const auto& figure : (*record)["figures"].GetArray()) {
        if (figure["name"].GetString() == name) return figure["value"].GetDouble();
      }
    }
    FAIL("no " << name << " in " << state);
    return 0;
  }
  // Ends the run; what was recorded must come out again, however it is computed.
  void check_replays() {
    end();
    for (const unsigned threads : {1u, 3u}) {
      ReplayOptions options;
      options.threads = threads;
      options.jit = threads == 1;
      const auto report = replay_run(summary.dir, options);
      REQUIRE(report);
      INFO(report->difference);
      CHECK(report->verified);
    }
  }

 private:
  std::size_t told_ = 0;
};

}  // namespace

TEST_CASE("a good version goes through all steps at known ticks, and is replayed") {
  Reloads world;
  const ReloadOutcome outcome = world.reloaded(second());
  CHECK(outcome.verdict.ok);
  CHECK_FALSE(outcome.tick);
  CHECK(world.steps() == "submitted 0, checked 0");
  world.told("step 19");
  CHECK(world.steps().empty());
  world.told("step 1");
  CHECK(world.steps() == "shadowed 20, swapped 20");
  world.told("step 1");
  CHECK(world.steps() == "probation 21");
  CHECK(holds(world.memories(), "{\"count\":1021}"));
  world.told("step 99");
  CHECK(world.steps().empty());
  world.told("step 5");
  CHECK(world.steps() == "accepted 121");
  CHECK(world.figure("shadowed", "shadow_ticks") == 20);
  CHECK(world.figure("shadowed", "other_moves") == 0);  // both move, elsewhere
  CHECK(world.figure("accepted", "agents_moved") > 10);
  CHECK(world.figure("accepted", "new_fault_share") == 0);
  world.check_replays();
}

TEST_CASE("what does not parse, pass the checks or load is refused, and leaves no trace") {
  Reloads plain, world;
  for (const char* bad : {"not Lua", "return os.time()", "local x = nil; return x.y"}) {
    const ReloadOutcome outcome = world.reloaded(bad);
    CHECK_FALSE(outcome.verdict.ok);
    CHECK_FALSE(outcome.tick);
    CHECK_FALSE(outcome.verdict.diagnostics.empty());
    CHECK(world.steps() == "submitted 0, refused 0");
  }
  CHECK(plain.hash_after("step 30") == world.hash_after("step 30"));
  CHECK(plain.memories() == world.memories());
}

TEST_CASE("a shadow leaves no trace, and one that fails is refused at its line") {
  Reloads plain, world;
  CHECK(world.reloaded(second("  local none = {} local x = none[self.id].x")).verdict.ok);
  CHECK(plain.hash_after("step 30") == world.hash_after("step 30"));
  CHECK(plain.memories() == world.memories());
  CHECK(world.steps() == "submitted 0, checked 0, refused 1");
  const auto record = base::parse_json(world.observer.of_type("reload").back());
  CHECK(std::string((*record)["stage"].GetString()) == "shadow");
  CHECK((*record)["diagnostics"][0]["line"].GetUint() == 4);
  // Whoever waits while the world goes on is told.
  world.told("rate 300");
  const auto going = world.ask("until 1000000");
  auto waiting = world.reload(second("  self:nonsense()"));
  REQUIRE(waiting.wait_for(20s) == std::future_status::ready);
  CHECK_FALSE(waiting.get().verdict.ok);
  auto good = world.reload(second());
  REQUIRE(good.wait_for(20s) == std::future_status::ready);
  const ReloadOutcome swapped = good.get();
  CHECK(swapped.verdict.ok);
  REQUIRE(swapped.tick);
  CHECK(*swapped.tick > 30);
  world.check_replays();
}

TEST_CASE("a version that fails after fifty ticks is rolled back, with the memories of before") {
  Reloads plain, world;
  world.reloaded(second(kLate));
  world.told("step 20");
  plain.told("step 20");
  CHECK(plain.memories() == world.memories());
  const std::string before = world.memories();
  world.told("step 51");
  CHECK(world.steps() == "submitted 0, checked 0, shadowed 20, swapped 20, probation 21");
  world.told("step 1");  // every agent fails in tick 71
  CHECK(world.steps() == "rolled_back 72");
  CHECK(world.figure("rolled_back", "new_fault_share") > 0.01);
  const auto record = base::parse_json(world.observer.of_type("reload").back());
  CHECK(holds((*record)["diagnostics"][0]["message"].GetString(), "too late"));
  world.told("step 1");
  // As they were at the swap, one act later.
  std::string expected = before;
  for (std::size_t at = 0; (at = expected.find("\"count\":20", at)) != std::string::npos; ++at) {
    expected.replace(at, 10, "\"count\":21");
  }
  CHECK(world.memories() == expected);
  world.told("step 60");
  world.check_replays();
}

TEST_CASE("agents whose memory cannot move stay behind, and that is no reason to go back") {
  Reloads world;
  world.told("step 3");
  const std::string picky =
      "local policy = {}\n"
      "function policy.migrate(old)\n"
      "  if math.random() < 0.3 then error('cannot') end\n"
      "  return old\n"
      "end\n"
      "function policy.act(self, world) return self:move(0, 1) end\n"
      "return policy\n";
  world.reloaded(picky);
  world.told("step 130");
  CHECK(holds(world.steps(), "accepted"));
  CHECK(world.figure("accepted", "agents_stayed") > 0);
  CHECK(world.figure("accepted", "agents_moved") > 0);
  world.check_replays();
}

TEST_CASE("of two in one tick the later one replaces the earlier, which is told so") {
  Reloads world;
  auto first = world.reload(second("-- 1"));
  const ReloadOutcome later = world.reloaded(second("-- 2"));
  const ReloadOutcome earlier = first.get();
  CHECK(earlier.verdict.stage == "superseded");
  CHECK_FALSE(earlier.verdict.ok);
  CHECK(later.verdict.ok);
  world.told("step 21");
  CHECK(holds(world.steps(), "superseded 0"));
  CHECK(world.data("profile")["scripts"][1]["sha256"].GetString() == later.sha256);
  world.check_replays();
}

TEST_CASE("a reload during the probation of another: what comes back is the one before both") {
  Reloads world;
  world.reloaded(second(""));
  world.told("step 25");
  CHECK(holds(world.steps(), "probation 21"));
  world.reloaded(second(kLate));
  world.told("step 20");
  CHECK(world.steps() == "submitted 25, checked 25, shadowed 45, superseded 45, swapped 45");
  CHECK(holds(world.memories(), "{\"count\":1045}"));
  world.told("step 30");
  CHECK(holds(world.steps(), "rolled_back 72"));
  world.told("step 1");
  CHECK(holds(world.memories(), "{\"count\":24}"));  // 20 before, 4 since
  world.check_replays();
}

TEST_CASE("submitting the former version during a probation brings it back as it was") {
  Reloads world;
  world.reloaded(second());
  world.told("step 40");
  const ReloadOutcome outcome = world.reloaded(kFirst);
  CHECK(outcome.verdict.ok);
  CHECK(outcome.tick == std::optional<std::uint64_t>(40));
  CHECK(holds(world.steps(), "rolled_back 40"));
  world.told("step 1");
  CHECK(holds(world.memories(), "{\"count\":21}"));
  world.check_replays();
}

TEST_CASE("a version that fails too often after it was accepted is quarantined") {
  Reloads world;
  const std::string bad = second(kLate);
  CHECK(world.reloaded(bad, ReloadForce::kYes).tick == std::optional<std::uint64_t>(0));
  world.told("step 240");
  CHECK(world.steps() == "submitted 0, checked 0, shadowed 0, swapped 0, accepted 1");
  const auto records = world.observer.of_type("quarantine");
  REQUIRE(records.size() == 1);
  const auto record = base::parse_json(records[0]);
  CHECK((*record)["restored"].GetStringLength() == 64);
  const std::uint64_t tick = (*record)["tick"].GetUint64();
  CHECK(tick > 120);
  CHECK(tick < 150);
  CHECK(holds((*record)["first_fault"].GetString(), "too late"));
  const ReloadOutcome again = world.reloaded(bad);
  CHECK(again.verdict.stage == "quarantine");
  CHECK(world.reloaded(bad, ReloadForce::kYes).verdict.ok);
  world.told("step 3");
  world.check_replays();
}

TEST_CASE("a quarantine, and what leads to one, is the same in a world that went back to a save") {
  Reloads went_on, back;
  const std::string worse = second("  if world.tick > 300 then error('never') end");
  for (Reloads* world : {&went_on, &back}) {
    world->reloaded(second(kLate), ReloadForce::kYes);
    world->told("step 240");
    CHECK(world->observer.of_type("quarantine").size() == 1);
    world->reloaded(worse, ReloadForce::kYes);
    world->told("step 75");  // half of a window
  }
  REQUIRE(back.told("save here").ok);
  back.told("step 3");
  REQUIRE(back.told("load here").ok);
  const std::string scripts = "\"scripts\":";
  const auto counts = [&](Reloads& world) {
    const std::string json = world.told("profile").json;
    return json.substr(json.find(scripts), json.find("]", json.find(scripts)) - json.find(scripts));
  };
  CHECK(counts(went_on) == counts(back));
  for (Reloads* world : {&went_on, &back}) {
    CHECK(world->reloaded(second(kLate)).verdict.stage == "quarantine");
    world->told("step 60");
    const auto records = world->observer.of_type("quarantine");
    REQUIRE(records.size() == 2);
    CHECK(holds(records[1], base::sha256_hex(worse)));
    CHECK(holds(records[1], "\"restored\":\"" + base::sha256_hex(kFirst)));
  }
  CHECK(went_on.observer.of_type("quarantine")[1] == back.observer.of_type("quarantine")[1]);
  CHECK(went_on.hash_after("step 1") == back.hash_after("step 1"));
  went_on.check_replays();
  back.check_replays();
}

TEST_CASE("where no good version is known, the native behaviour takes the place of a bad one") {
  Reloads world(
      "local policy = {}\nfunction policy.act(self, world)\n"
      "  if world.tick > 110 then error('never') end\n"  // past all fixtures of the ladder
      "  self:move(1, 0)\nend\nreturn policy\n");
  world.told("step 250");
  const auto records = world.observer.of_type("quarantine");
  REQUIRE(records.size() == 1);
  CHECK(holds(records[0], "\"restored\":\"\""));
  CHECK(world.data("step 5")["tick"].GetUint64() == 255);
  world.check_replays();
}

TEST_CASE("a world that is left in the middle of a reload is gone on with, and replayed") {
  for (const int ticks : {10, 20, 21, 60}) {
    CAPTURE(ticks);
    Reloads world;
    world.reloaded(second());
    world.told("step " + std::to_string(ticks));
    world.end();
    RunRequest more = world.request;
    more.live_seconds = 15;
    RunControl control;
    KeepingObserver observer;
    const RunSummary summary = continue_world(world.summary.dir, more, control, observer);
    CHECK(summary.end == RunEnd::kDone);
    const auto records = observer.of_type("reload");
    // What was a shadow is forgotten; a probation begins again.
    REQUIRE(records.empty() == (ticks < 20));
    if (ticks >= 20) CHECK(holds(records.back(), "\"accepted\""));
    const auto report = replay_run(world.summary.dir, {});
    REQUIRE(report);
    INFO(report->difference);
    CHECK(report->verified);
  }
}

}  // namespace cherub::abilities
