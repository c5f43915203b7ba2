#include <catch2/catch.hpp>
#include <future>

#include "abilities/journal_segments.h"
#include "abilities/live_world.h"
#include "abilities/replay.h"
#include "console_fixture.h"
#include "engine/base/sha256.h"
#include "tests/abilities/hamlet.h"

namespace cherub::abilities {
namespace {

std::string hum(const std::string& body = "") {
  return "local ability = {name = 'hum', description = 'Hums.', energy_cost = 0, cooldown = 0, "
         "range = 0}\nfunction ability.execute(user, target, world, effects)\n" +
         body + "\neffects.call('hm', 0)\nend\nreturn ability\n";
}
const std::string kLate = "if world.tick > 70 then error('too late') end";

// Less than an empty Vm has: whoever comes to a checkpoint is over it.
constexpr std::size_t kTightMemory = 100'000;
const std::string kLong =
    "local last = 0 if user.id % 3 == 0 then for i = 1, 6000 do last = last + i end end";

std::string user(const std::string& when) {
  return "local policy = {}\nfunction policy.act(self, world)\n"
         "if " +
         when +
         " then self:use('hum') end\nself:move(math.random() - 0.5, 0)\nend\nreturn policy\n";
}

// A hamlet of eight who all hum in every tick; stepped by the test.
struct Humming {
  explicit Humming(const std::string& policy = user("true"), unsigned threads = 1,
                   const scripting::HostOptions& host = {})
      : policy_(policy), threads_(threads), host_(host) {
    live(false);
  }
  ~Humming() { end(); }

  void end() {
    control->terminate();
    if (thread_.joinable()) thread_.join();
  }
  // Leaves the world, and goes on with it in another life.
  void load() {
    end();
    live(true);
  }
  std::future<ReloadOutcome> reload(const std::string& source,
                                    ReloadForce force = ReloadForce::kNo) {
    auto promise = std::make_shared<std::promise<ReloadOutcome>>();
    control->reload(
        "ability", source, [promise](const ReloadOutcome& outcome) { promise->set_value(outcome); },
        force);
    return promise->get_future();
  }
  ReloadOutcome reloaded(const std::string& source, ReloadForce force = ReloadForce::kNo) {
    auto outcome = reload(source, force);
    REQUIRE(outcome.wait_for(20s) == std::future_status::ready);
    return outcome.get();
  }
  ConsoleReply told(const std::string& line) {
    const auto command = parse_console_line(line);
    REQUIRE(command);
    auto promise = std::make_shared<std::promise<ConsoleReply>>();
    auto reply = promise->get_future();
    control->ask(
        *command, [promise](ConsoleReply answer) { promise->set_value(std::move(answer)); },
        WhenEarly::kWait);
    REQUIRE(reply.wait_for(20s) == std::future_status::ready);
    return reply.get();
  }
  void step(int ticks) { REQUIRE(told("step " + std::to_string(ticks)).ok); }
  // "submitted 0, checked 0, …" since the last call.
  std::string steps() {
    std::string words;
    const auto records = observer->of_type("reload");
    for (; told_ < records.size(); ++told_) {
      const auto record = base::parse_json(records[told_]);
      CHECK((*record)["slot"].GetString() == std::string("ability"));
      words += (words.empty() ? "" : ", ") + std::string((*record)["state"].GetString()) + " " +
               std::to_string((*record)["tick"].GetUint64());
    }
    return words;
  }
  rapidjson::Document last(const std::string& type) {
    const auto records = observer->of_type(type);
    REQUIRE_FALSE(records.empty());
    auto record = base::parse_json(records.back());
    REQUIRE(record);
    return std::move(*record);
  }
  // What the world says of it: version and counts.
  std::string shown() {
    const ConsoleReply reply = told("abilities");
    const auto begin = reply.json.find("{\"name\":\"hum\"");
    REQUIRE(begin != std::string::npos);
    return reply.json.substr(begin, reply.json.find('}', begin) - begin);
  }
  bool has(const std::string& source) {
    return shown().find(base::sha256_hex(source)) != std::string::npos;
  }
  std::string hash() {
    return base::parse_json(told("step 1").json)->FindMember("hash")->value.GetString();
  }
  void check_replays() {
    end();
    for (const unsigned threads : {1u, 3u}) {
      ReplayOptions options;
      options.threads = threads;
      options.jit = threads == 1;
      const auto report = replay_run(folder.path() + "/world", options);
      REQUIRE(report);
      INFO(report->difference);
      CHECK(report->verified);
    }
  }

  TemporaryFolder folder;
  std::unique_ptr<RunControl> control;
  std::unique_ptr<KeepingObserver> observer;

 private:
  void live(bool again) {
    control = std::make_unique<RunControl>();
    observer = std::make_unique<KeepingObserver>();
    told_ = 0;
    control->pause();
    std::string yaml = fixtures::kHamlet;
    yaml.replace(yaml.find("spawns: []"), 10, "spawns: [{species: person, count: 8}]");
    yaml.replace(yaml.find("abilities: [eat"), 15, "abilities: [hum, eat");
    auto scenario = engine::parse_scenario(yaml);
    REQUIRE(scenario);
    auto registry = std::make_shared<scripting::ScriptRegistry>();
    LiveOptions options;
    options.seed = 3;
    options.seconds = 1e6;
    options.threads = threads_;
    options.host = host_;
    options.world_dir = folder.path() + "/world";
    world_ = std::make_unique<LiveWorld>(*scenario, registry, options, control->state(), *observer);
    const std::string sha256 = registry->add(policy_)->sha256;
    auto started = std::make_shared<std::promise<void>>();
    observer->hook = [started](const RunRecord& record) {
      if (record.type == "live" && record.json.find("\"started\"") != std::string::npos) {
        started->set_value();
      }
    };
    thread_ = std::thread([this, again, sha256] {
      const auto lived = again ? world_->go_on() : world_->live(sha256, "");
      if (!lived) observer->on_record({"error", lived.error().text()});
    });
    REQUIRE(started->get_future().wait_for(20s) == std::future_status::ready);
  }

  std::string policy_;
  unsigned threads_;
  scripting::HostOptions host_;
  std::unique_ptr<LiveWorld> world_;
  std::thread thread_;
  std::size_t told_ = 0;
};

}  // namespace

TEST_CASE("A new ability acts at once, and is on probation", "[abilities]") {
  Humming hamlet;
  CHECK(hamlet.reloaded(hum()).tick == std::optional<std::uint64_t>(0));
  CHECK(hamlet.steps() == "submitted 0, checked 0, shadowed 0, swapped 0");
  hamlet.step(105);
  CHECK(hamlet.steps() == "probation 1, accepted 101");
  CHECK(hamlet.has(hum()));
  hamlet.check_replays();
}

TEST_CASE("A better version is a shadow first, which leaves no trace", "[abilities]") {
  Humming plain, hamlet(user("true"), 3);
  for (Humming* world : {&plain, &hamlet}) world->reloaded(hum(), ReloadForce::kYes);
  for (Humming* world : {&plain, &hamlet}) world->step(5);
  hamlet.steps();
  const std::string next = hum("local noise = math.random() effects.rest()");
  const ReloadOutcome outcome = hamlet.reloaded(next);
  CHECK(outcome.verdict.ok);
  CHECK_FALSE(outcome.tick);  // the world stands
  CHECK(hamlet.hash() == plain.hash());
  hamlet.step(18);
  CHECK(hamlet.steps() == "submitted 5, checked 5");
  hamlet.step(1);
  CHECK(hamlet.steps() == "shadowed 25, swapped 25");
  const auto shadowed = hamlet.observer->of_type("reload");
  CHECK_THAT(shadowed[shadowed.size() - 3] + shadowed[shadowed.size() - 2],
             Catch::Contains(R"({"name":"shadow_uses","value":160,"unit":"uses"})") &&
                 Catch::Contains(R"({"name":"other_effects","value":1,"unit":"share"})"));
  hamlet.step(110);
  CHECK(hamlet.steps() == "probation 26, accepted 126");
  CHECK(hamlet.has(next));
  hamlet.check_replays();
}

TEST_CASE("A version that fails, or costs too much, is refused as a shadow", "[abilities]") {
  const std::pair<const char*, const char*> bodies[] = {
      {"local none = {} none = none[user.id].x", "failed"},
      {"effects.heal(user, 0.5)", "refused"},
  };
  for (const auto& [body, words] : bodies) {
    Humming hamlet;
    hamlet.reloaded(hum(), ReloadForce::kYes);
    hamlet.step(5);
    hamlet.steps();
    CHECK(hamlet.reloaded(hum(body)).verdict.ok);
    hamlet.step(10);
    CHECK_THAT(hamlet.steps(), Catch::StartsWith("submitted 5, checked 5, refused "));
    const auto record = hamlet.last("reload");
    CHECK(record["stage"].GetString() == std::string("shadow"));
    CHECK_THAT(record["message"].GetString(), Catch::Contains(words));
    CHECK((record["diagnostics"][0]["line"].GetUint() == 3) == (words == std::string("failed")));
    CHECK(hamlet.has(hum()));
    hamlet.check_replays();
  }
}

TEST_CASE("A version whose contract asks for more than its users have is refused", "[abilities]") {
  Humming hamlet;
  hamlet.reloaded(hum(), ReloadForce::kYes);
  hamlet.step(1);
  std::string dear = hum("effects.heal(user, 1)");
  dear.replace(dear.find("energy_cost = 0"), 15, "energy_cost = 1");
  hamlet.reloaded(dear);
  hamlet.step(99);
  CHECK(hamlet.has(hum()) == (hamlet.steps().find("refused") != std::string::npos));
  hamlet.check_replays();
}

TEST_CASE("An ability that fails after a while is rolled back by itself", "[abilities]") {
  Humming hamlet;
  hamlet.reloaded(hum(), ReloadForce::kYes);
  hamlet.step(5);
  hamlet.steps();
  hamlet.reloaded(hum(kLate));
  hamlet.step(66);
  CHECK(hamlet.steps() == "submitted 5, checked 5, shadowed 25, swapped 25, probation 26");
  hamlet.step(1);
  CHECK(hamlet.steps() == "rolled_back 72");
  CHECK_THAT(hamlet.last("reload")["diagnostics"][0]["message"].GetString(),
             Catch::Contains("too late"));
  hamlet.step(1);
  CHECK(hamlet.has(hum()));
  hamlet.check_replays();
}

TEST_CASE("A new ability that fails is withdrawn", "[abilities]") {
  Humming hamlet;
  hamlet.reloaded(hum(kLate));
  hamlet.step(80);
  CHECK_THAT(hamlet.steps(), Catch::Contains("rolled_back 72"));
  CHECK_THAT(hamlet.shown(), Catch::Contains("\"sha256\":\"\""));
  hamlet.check_replays();
}

TEST_CASE("Of two versions in one tick the later one replaces the earlier", "[abilities]") {
  Humming hamlet;
  hamlet.reloaded(hum(), ReloadForce::kYes);
  hamlet.step(1);
  hamlet.steps();
  auto first = hamlet.reload(hum("-- 1"));
  const ReloadOutcome later = hamlet.reloaded(hum("-- 2"));
  CHECK(later.verdict.ok);
  const ReloadOutcome earlier = first.get();
  CHECK((earlier.verdict.stage == "superseded" || earlier.verdict.ok));
  hamlet.step(21);
  CHECK_THAT(hamlet.steps(), Catch::Contains("superseded 1") && Catch::Contains("swapped 21"));
  CHECK(hamlet.has(hum("-- 2")));
  // The one before comes back when it is submitted again.
  CHECK(hamlet.reloaded(hum()).tick == std::optional<std::uint64_t>(22));
  CHECK(hamlet.steps() == "submitted 22, rolled_back 22");
  hamlet.step(1);
  CHECK(hamlet.has(hum()));
  // Both new, before the first tick: the second is tried beside the first.
  Humming fresh;
  fresh.reloaded(hum());
  fresh.reloaded(hum("-- 2"));
  CHECK(fresh.steps() == "submitted 0, checked 0, shadowed 0, swapped 0, submitted 0, checked 0");
  fresh.step(21);
  CHECK(fresh.steps() == "probation 1, shadowed 20, superseded 20, swapped 20, probation 21");
  fresh.check_replays();
  hamlet.check_replays();
}

TEST_CASE("What is hardly used waits neither as a shadow nor on probation for ever",
          "[abilities]") {
  Humming hamlet(user("false"));
  hamlet.reloaded(hum(), ReloadForce::kYes);
  hamlet.step(1);
  hamlet.steps();
  hamlet.reloaded(hum("-- rare"));
  hamlet.step(710);
  CHECK(hamlet.steps() ==
        "submitted 1, checked 1, shadowed 101, swapped 101, probation 102, accepted 702");
}

TEST_CASE("An ability in quarantine stays there, and its counts stay, when the world is loaded",
          "[abilities]") {
  Humming went_on, loaded;
  const std::string bad = hum(kLate), worse = hum("if world.tick > 130 then error('no') end");
  for (Humming* world : {&went_on, &loaded}) {
    world->reloaded(hum(), ReloadForce::kYes);
    world->step(1);
    world->reloaded(bad, ReloadForce::kYes);
    world->step(110);
    CHECK(world->has(hum()));  // of 640 uses at most a fifth could fail
    const auto record = world->last("quarantine");
    CHECK(record["ability"].GetString() == std::string("hum"));
    CHECK(record["sha256"].GetString() == base::sha256_hex(bad));
    CHECK(record["restored"].GetString() == base::sha256_hex(hum()));
    CHECK_THAT(record["first_fault"].GetString(), Catch::Contains("too late"));
    world->reloaded(worse, ReloadForce::kYes);
    world->step(22);  // a few have failed
  }
  REQUIRE(loaded.told("save here").ok);
  CHECK(went_on.shown() == loaded.shown());
  CHECK_THAT(went_on.shown(), Catch::Contains("\"faults\":16"));
  loaded.load();
  CHECK(went_on.shown() == loaded.shown());
  for (Humming* world : {&went_on, &loaded}) {
    CHECK(world->reloaded(bad).verdict.stage == "quarantine");
    world->step(20);
    CHECK(world->has(hum()));
    CHECK(world->last("quarantine")["sha256"].GetString() == base::sha256_hex(worse));
    CHECK(world->reloaded(worse).verdict.stage == "quarantine");
  }
  CHECK(went_on.last("quarantine")["tick"].GetUint64() ==
        loaded.last("quarantine")["tick"].GetUint64());
  CHECK(went_on.hash() == loaded.hash());
  REQUIRE(loaded.told("load here").ok);
  CHECK(loaded.has(worse));
  CHECK(loaded.reloaded(bad).verdict.stage == "quarantine");
  CHECK(loaded.reloaded(bad, ReloadForce::kYes).verdict.ok);
  loaded.step(1);
  CHECK(loaded.has(bad));
  went_on.check_replays();
  loaded.check_replays();
}

TEST_CASE("Where the memory of an ability ends is recorded, and a replay ends there",
          "[abilities]") {
  scripting::HostOptions host;
  host.ability_memory_bytes = kTightMemory;
  Humming hamlet(user("true"), 1, host);
  REQUIRE(hamlet.reloaded(hum(kLong), ReloadForce::kYes).verdict.ok);
  hamlet.step(3);
  // Each is a fault like others.
  CHECK_THAT(hamlet.last("quarantine")["first_fault"].GetString(), Catch::Contains("memory"));
  hamlet.step(3);
  hamlet.end();
  const auto recording = read_journal(hamlet.folder.path() + "/world/journal");
  REQUIRE(recording);
  REQUIRE(recording->faults.size() == 6);  // three in each of the two ticks before that
  CHECK(recording->faults.front().kind == "ability_memory");
  hamlet.check_replays();
}

TEST_CASE("A world that is left while an ability is on probation goes on with it", "[abilities]") {
  Humming hamlet;
  hamlet.reloaded(hum(), ReloadForce::kYes);
  hamlet.step(5);
  hamlet.reloaded(hum(kLate));
  hamlet.step(30);
  hamlet.load();
  CHECK(hamlet.steps() == "swapped 35");
  hamlet.step(40);
  CHECK_THAT(hamlet.steps(), Catch::Contains("rolled_back 72"));
  CHECK(hamlet.has(hum()));
  hamlet.check_replays();
}

TEST_CASE("What comes before the world lives is answered, and there when it does", "[abilities]") {
  Console console;
  const std::string forced = std::string(kCountingSource) + "-- forced\n";
  std::vector<std::future<ReloadOutcome>> answers;
  const auto reload = [&](const char* slot, const std::string& source, ReloadForce force) {
    auto promise = std::make_shared<std::promise<ReloadOutcome>>();
    answers.push_back(promise->get_future());
    console.control.reload(
        slot, source, [promise](const ReloadOutcome& outcome) { promise->set_value(outcome); },
        force);
  };
  reload("ability", hum(), ReloadForce::kNo);
  reload("ability", "return 5", ReloadForce::kNo);
  reload("policy", forced, ReloadForce::kYes);
  console.begin();
  for (auto& answer : answers) REQUIRE(answer.wait_for(20s) == std::future_status::ready);
  CHECK(answers[0].get().verdict.ok);
  CHECK_FALSE(answers[1].get().verdict.ok);
  CHECK(answers[2].get().verdict.ok);
  const std::string sha256 = base::sha256_hex(forced);
  const auto accepted = [&] {
    const auto records = console.observer.of_type("reload");
    return std::count_if(records.begin(), records.end(), [&](const std::string& record) {
      return holds(record, "\"accepted\"") && holds(record, sha256) &&
             holds(record, "\"forced\":true");
    });
  };
  // Its check is done by another thread.
  for (int i = 0; i < 1000 && accepted() == 0; ++i) console.told("step 1");
  CHECK(accepted() == 1);
  CHECK(console.told("abilities").json.find(base::sha256_hex(hum())) != std::string::npos);
  CHECK(holds(console.told("profile").json, sha256));
}

}  // namespace cherub::abilities
