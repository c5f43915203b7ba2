#include "abilities/ability_requests.h"

#include <catch2/catch.hpp>

#include "abilities/angel/ability_prompt.h"
#include "abilities/live_world.h"
#include "abilities/replay.h"
#include "engine/base/json.h"
#include "run_fixture.h"
#include "tests/abilities/hamlet.h"

namespace cherub::abilities {
namespace {

// Asks in its first tick for what the words say, and uses "call_help" once it knows it.
std::string asking(const std::string& words) {
  return "local policy = {}\nfunction policy.act(self, world)\n"
         "  if self:knows('call_help') then return self:use('call_help') end\n"
         "  self:ask_for(" +
         words + ")\nend\nreturn policy\n";
}

constexpr const char* kIdle =
    "local policy = {}\nfunction policy.act(self, world) self:wander() end\nreturn policy\n";

// Does what the test says with each prompt; it may wait until it is cancelled.
class ScriptedModel final : public angel::LanguageModel {
 public:
  using Answer = std::function<base::Result<std::string>(const angel::ModelRequest&,
                                                         const std::atomic<bool>* cancel)>;
  explicit ScriptedModel(Answer answer) : answer_(std::move(answer)) {}
  base::Result<angel::ModelReply> complete(const angel::ModelRequest& request,
                                           const std::atomic<bool>* cancel) override {
    auto text = answer_(request, cancel);
    if (!text) return text.error();
    angel::ModelReply reply;
    reply.text = std::move(*text);
    return reply;
  }

 private:
  Answer answer_;
};

MakeAbilityAngel model(ScriptedModel::Answer answer) {
  return [answer]() -> base::Result<std::unique_ptr<angel::AbilityAngel>> {
    return std::unique_ptr<angel::AbilityAngel>(std::make_unique<angel::ModelAbilityAngel>(
        std::make_unique<ScriptedModel>(answer), "scripted"));
  };
}

// A hamlet that lives in a folder until `end_when` says so, or for so many seconds.
struct Hamlet {
  TemporaryFolder folder;
  RunControl control;
  KeepingObserver observer;
  LiveOptions options;
  LiveTools tools;
  std::vector<ConsoleReply> replies;
  std::uint32_t people = 4;

  Hamlet() {
    options.seed = 3;
    options.seconds = 1e5;  // the tests end it
    options.autosave_s = 0;
    options.world_dir = folder.path() + "/world";
  }

  // Nobody dies of thirst while an angel writes.
  void slow_down() { control.ask(console::SetRate{100}, nullptr, WhenEarly::kWait); }

  // Ends the world when so many records of the state have come.
  void end_after(const std::string& state, std::size_t count) {
    observer.hook = [this, state, count](const RunRecord&) {
      if (of_state(state).size() >= count) control.terminate();
    };
  }

  std::vector<rapidjson::Document> of_state(const std::string& state) const {
    std::vector<rapidjson::Document> found;
    for (const std::string& json : observer.of_type("ability")) {
      auto read = base::parse_json(json);
      REQUIRE(read);
      if ((*read)["state"].GetString() == state) found.push_back(std::move(*read));
    }
    return found;
  }

  void ask(const std::string& line) {
    auto command = parse_console_line(line);
    INFO(line);
    REQUIRE(command);
    control.ask(
        *command, [this](ConsoleReply reply) { replies.push_back(std::move(reply)); },
        WhenEarly::kWait);
  }

  LiveResult live(const std::string& policy) {
    std::string yaml = fixtures::kHamlet;
    yaml.replace(yaml.find("spawns: []"), 10,
                 "spawns: [{species: person, count: " + std::to_string(people) + "}]");
    auto scenario = engine::parse_scenario(yaml);
    REQUIRE(scenario);
    auto registry = std::make_shared<scripting::ScriptRegistry>();
    LiveWorld world(*scenario, registry, options, control.state(), observer, tools);
    auto result = world.live(registry->add(policy)->sha256, "");
    if (!result) FAIL(result.error().text());
    return *result;
  }

  // Without angel, wishes and console: the journal has all that came of them.
  void check_replay(std::uint64_t ticks) const {
    for (const bool jit : {true, false}) {
      ReplayOptions replay;
      replay.jit = jit;
      const auto report = replay_run(folder.path() + "/world", replay);
      REQUIRE(report);
      INFO(report->difference);
      CHECK(report->verified);
      CHECK(report->ticks == ticks);
    }
  }
};

AbilityRequest wish(const std::string& goal, std::optional<std::uint32_t> asker = 1) {
  AbilityRequest request;
  request.goal = goal;
  if (asker) request.asker = base::EntityId{*asker, 0};
  return request;
}

AbilityAsk ask(AbilityQueue& queue, AbilityRequest request, base::Tick now = 0) {
  return queue.ask(request, now);
}

}  // namespace

TEST_CASE("Agents' wishes are taken once, in bounds, in their order", "[abilities]") {
  AbilityQueue queue(0.1);
  CHECK(ask(queue, wish("a shield")) == AbilityAsk::kTaken);
  CHECK(ask(queue, wish("A  Shield!", 2)) == AbilityAsk::kAskedBefore);
  CHECK(ask(queue, wish("  .,! ")) == AbilityAsk::kEmpty);
  for (std::size_t i = 1; i < kAbilityAsksPerMinute; ++i) {
    CHECK(ask(queue, wish("wish " + std::to_string(i))) == AbilityAsk::kTaken);
  }
  CHECK(ask(queue, wish("one more"), 599) == AbilityAsk::kTooOften);
  CHECK(ask(queue, wish("one more"), 600) == AbilityAsk::kTaken);
  // People are not counted with the agents, and may repeat themselves.
  CHECK(ask(queue, wish("a shield", std::nullopt), 601) == AbilityAsk::kTaken);
  CHECK(queue.waiting().size() == kAbilityQueueMax);
  CHECK(ask(queue, wish("a shield", std::nullopt), 601) == AbilityAsk::kFull);
  CHECK(ask(queue, wish("late"), 2000) == AbilityAsk::kFull);
  const auto first = queue.next();
  REQUIRE(first);
  CHECK(first->number == 1);
  CHECK_FALSE(queue.next());  // one at a time
  queue.finished();
  CHECK(queue.next()->number == 2);
  queue.clear();
  CHECK(queue.working());
  CHECK(ask(queue, wish("a shield"), 2001) == AbilityAsk::kTaken);
}

TEST_CASE("What a queue remembers of agents is bounded", "[abilities]") {
  AbilityQueue queue(0.1);
  base::Tick now = 0;
  for (std::size_t i = 0; i <= kAbilityWordsMax; ++i) {
    REQUIRE(ask(queue, wish("wish " + std::to_string(i)), now) == AbilityAsk::kTaken);
    REQUIRE(queue.next());
    queue.finished();
    now += 600;
  }
  CHECK(ask(queue, wish("wish 1"), now) == AbilityAsk::kAskedBefore);
  CHECK(ask(queue, wish("wish 0"), now) == AbilityAsk::kTaken);
}

TEST_CASE("An agent asks for an ability, gets it and uses it; the replay is the same",
          "[abilities]") {
  Hamlet hamlet;
  std::uint64_t heard = 0;
  hamlet.observer.hook = [&](const RunRecord& record) {
    // Goes on for a while, so that it is used.
    if (record.type == "live" && !hamlet.of_state("installed").empty() && ++heard > 3) {
      hamlet.control.terminate();
    }
  };
  const LiveResult result = hamlet.live(asking("'a way to call for help'"));
  const auto asked = hamlet.of_state("asked");
  REQUIRE(asked.size() == 1);  // all four asked in the same words
  CHECK(asked[0]["role"].GetString() == std::string("mage"));
  CHECK(asked[0].HasMember("asker"));
  const auto installed = hamlet.of_state("installed");
  REQUIRE(installed.size() == 1);
  CHECK(installed[0]["ability"].GetString() == std::string("call_help"));
  CHECK(installed[0]["granted"].GetBool());
  CHECK(installed[0]["origin"].GetString() == std::string("builtin"));
  REQUIRE(result.abilities.size() == 1);
  CHECK(result.abilities[0].title.name == "call_help");
  CHECK(hamlet.observer.of_type("reload").size() == 1);
  hamlet.check_replay(result.tick);
}

TEST_CASE("An agent that asks uses what it got", "[abilities]") {
  Hamlet hamlet;
  // The console looks when it is there.
  std::uint64_t looks = 0;
  hamlet.observer.hook = [&](const RunRecord& record) {
    if (record.type != "live" || hamlet.of_state("installed").empty()) return;
    if (++looks == 3) hamlet.ask("abilities");
    if (looks == 5) hamlet.control.terminate();
  };
  hamlet.slow_down();
  hamlet.live(asking("'a way to call for help'"));
  REQUIRE(hamlet.replies.size() == 1);
  const auto data = base::parse_json(hamlet.replies[0].json);
  REQUIRE(data);
  std::uint64_t uses = 0;
  for (const auto& ability : (*data)["abilities"].GetArray()) {
    if (ability["name"].GetString() == std::string("call_help")) uses = ability["uses"].GetUint64();
  }
  CHECK(uses > 0);
}

TEST_CASE("A person orders abilities for roles and agents", "[abilities]") {
  Hamlet hamlet;
  hamlet.end_after("installed", 3);
  hamlet.slow_down();
  hamlet.ask("ability \"a fireball that costs 10 energy, range 12 m\" role hermit");
  hamlet.ask("ability 'a shield for 5 s' 1");
  hamlet.ask("ability \"give the hermits a way to call for help\"");
  hamlet.ask("ability \"summon a dragon\" mage");
  hamlet.ask("ability \"a shield\" nobody");
  const LiveResult result = hamlet.live(kIdle);
  REQUIRE(hamlet.replies.size() == 5);
  for (int i = 0; i < 4; ++i) {
    INFO(hamlet.replies[i].text);
    CHECK(hamlet.replies[i].ok);
    CHECK_THAT(hamlet.replies[i].json, Catch::Contains("\"number\":"));
  }
  CHECK_FALSE(hamlet.replies[4].ok);
  const auto installed = hamlet.of_state("installed");
  REQUIRE(installed.size() == 3);
  // The hamlet has a fireball already.
  CHECK(installed[0]["ability"].GetString() == std::string("fireball_2"));
  CHECK(installed[0]["role"].GetString() == std::string("hermit"));
  CHECK(installed[0]["energy_cost"].GetDouble() == 0.1);
  CHECK(installed[1]["ability"].GetString() == std::string("shield"));
  CHECK(installed[1].HasMember("id"));
  CHECK(installed[2]["ability"].GetString() == std::string("call_help"));
  CHECK(installed[2]["role"].GetString() == std::string("hermit"));
  for (const auto& one : installed) CHECK(one["granted"].GetBool());
  hamlet.check_replay(result.tick);
}

TEST_CASE("A goal that is not understood is refused with what would be", "[abilities]") {
  Hamlet hamlet;
  hamlet.end_after("refused", 1);
  hamlet.ask("ability \"summon a dragon\" mage");
  hamlet.live(kIdle);
  const auto refused = hamlet.of_state("refused");
  REQUIRE(refused.size() == 1);
  CHECK_THAT(refused[0]["message"].GetString(), Catch::Contains("Understood are"));
}

TEST_CASE("A crowd that asks for other garbage in every tick costs the world nothing",
          "[abilities]") {
  Hamlet hamlet;
  hamlet.people = 200;
  hamlet.options.seconds = 20;
  // 200 bytes of anything, never the same twice.
  const LiveResult result = hamlet.live(
      asking("string.char(128 + self.id % 100, 0, 10, 255) .. self.id .. ' ' .. world.tick .. "
             "('z'):rep(150)"));
  CHECK(result.ticks == 200);
  CHECK(result.policy.fault_count() == 0);
  const auto asked = hamlet.of_state("asked");
  CHECK(asked.size() >= 1);
  CHECK(asked.size() <= kAbilityAsksPerMinute);
  CHECK(hamlet.of_state("installed").empty());
  // Told once a second, with how many were left out.
  CHECK(hamlet.observer.of_type("ability").size() < 100);
  hamlet.check_replay(200);
}

TEST_CASE("An angel that hangs does not hold the world, nor its end", "[abilities]") {
  Hamlet hamlet;
  std::atomic<bool> called{false}, let_go{false};
  hamlet.tools.make_ability_angel =
      model([&](const angel::ModelRequest&, const std::atomic<bool>* cancel) {
        called = true;
        while (!*cancel) std::this_thread::yield();
        let_go = true;
        return base::Result<std::string>(
            base::Error{base::ErrorCode::kUnavailable, "The call was cancelled.", "model"});
      });
  hamlet.observer.hook = [&](const RunRecord& record) {
    if (record.type == "live" && called) hamlet.control.terminate();
  };
  const LiveResult result = hamlet.live(asking("'a way to call for help'"));
  CHECK(result.ticks > 0);
  CHECK(let_go);
  CHECK(hamlet.of_state("dropped").size() == 1);
  hamlet.check_replay(result.tick);
}

TEST_CASE("An angel that takes too long is given up, and the next wish is worked on",
          "[abilities]") {
  Hamlet hamlet;
  hamlet.options.ability_seconds_max = 0.01;
  hamlet.tools.make_ability_angel =
      model([&](const angel::ModelRequest&, const std::atomic<bool>* cancel) {
        while (!*cancel) std::this_thread::yield();
        return base::Result<std::string>(
            base::Error{base::ErrorCode::kUnavailable, "The call was cancelled.", "model"});
      });
  hamlet.end_after("refused", 2);
  hamlet.ask("ability 'a shield' mage");
  hamlet.ask("ability 'a fireball' mage");
  hamlet.live(kIdle);
  const auto refused = hamlet.of_state("refused");
  REQUIRE(refused.size() == 2);
  CHECK(refused[0].HasMember("seconds_max"));
}

TEST_CASE("An angel that answers garbage is asked again, and then refused", "[abilities]") {
  Hamlet hamlet;
  std::vector<angel::ModelRequest> prompts;  // of the writer's thread, which ends with the world
  hamlet.tools.make_ability_angel =
      model([&](const angel::ModelRequest& request, const std::atomic<bool>*) {
        prompts.push_back(request);
        return base::Result<std::string>(std::string("Certainly! \xff I cannot do that."));
      });
  hamlet.end_after("refused", 1);
  hamlet.live(asking("'a way to call for help'"));
  REQUIRE(prompts.size() == 1 + angel::kAbilityRepairRoundsMax);
  CHECK_THAT(prompts.front().user, !Catch::Contains("was refused"));
  CHECK_THAT(prompts[1].user, Catch::Contains("was refused") && !Catch::Contains("anew"));
  CHECK_THAT(prompts[2].user, Catch::Contains("anew"));
  const auto refused = hamlet.of_state("refused");
  REQUIRE(refused.size() == 1);
  CHECK(refused[0]["rung"].GetString() == std::string("A1"));
  CHECK(refused[0]["refusals"].IsArray());
}

TEST_CASE("A model repairs what the ladder refuses, by the price", "[abilities]") {
  Hamlet hamlet;
  const auto source = [](const char* amount) {
    return std::string("```lua\nlocal ability = {name = 'fireball_2', description = 'Burns.', ") +
           "energy_cost = 0.1, cooldown = 1, range = 10}\n"
           "function ability.can_use(user, target) return target.id ~= nil end\n"
           "function ability.execute(user, target, world, effects)\n  effects.damage(target, " +
           amount + ")\nend\nreturn ability\n```\n";
  };
  std::vector<angel::ModelRequest> prompts;
  hamlet.tools.make_ability_angel =
      model([&](const angel::ModelRequest& request, const std::atomic<bool>*) {
        prompts.push_back(request);
        return base::Result<std::string>(source(prompts.size() == 1 ? "0.5" : "0.13"));
      });
  hamlet.end_after("installed", 1);
  hamlet.ask("ability 'a fireball that costs 10 energy, range 10 m' mage");
  const LiveResult result = hamlet.live(kIdle);
  REQUIRE(prompts.size() == 2);
  CHECK_THAT(prompts[0].user, Catch::Contains("name: \"fireball_2\""));
  CHECK_THAT(prompts[0].user, Catch::Contains("energy_cost: 0.1"));
  CHECK_THAT(prompts[0].user, Catch::Contains("effects.damage"));
  CHECK_THAT(prompts[0].user, Catch::Contains("0.5 per health"));
  CHECK_THAT(prompts[0].user, Catch::Contains("apple"));
  CHECK_THAT(prompts[1].user, Catch::Contains("cost more than its energy_cost of 0.1"));
  const auto installed = hamlet.of_state("installed");
  REQUIRE(installed.size() == 1);
  CHECK(installed[0]["rounds"].GetInt() == 2);
  CHECK(installed[0]["origin"].GetString() == std::string("scripted"));
  hamlet.check_replay(result.tick);
}

}  // namespace cherub::abilities
