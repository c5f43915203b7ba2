#include <catch2/catch.hpp>

#include "abilities/live_world.h"
#include "abilities/replay.h"
#include "run_fixture.h"
#include "tests/abilities/hamlet.h"

namespace cherub::abilities {
namespace {

std::string frost(const std::string& body) {
  return "local ability = {name = 'frost', description = 'Chills.', energy_cost = 0.05, cooldown = "
         "0, range = 30}\nfunction ability.execute(user, target, world, effects)\n" +
         body + "\nend\nreturn ability\n";
}

constexpr const char* kPolicy =
    "local policy = {}\nfunction policy.act(self, world)\n"
    "local other = world.nearest('person', 12)\n"
    "if self.energy < 0.2 then return self:rest() end\n"
    "if self:knows('frost') and other then self:use('frost', other) end\nend\nreturn policy\n";

// A hamlet of four that lives for a while and is kept in a folder.
struct LiveHamlet {
  TemporaryFolder folder;
  RunControl control;
  KeepingObserver observer;
  std::vector<ReloadOutcome> outcomes;
  std::vector<ConsoleReply> replies;

  void reload(const std::string& source, const std::function<void()>& then) {
    control.reload("ability", source, [this, then](const ReloadOutcome& outcome) {
      outcomes.push_back(outcome);
      if (then) then();
    });
  }
  void ask(const std::string& line) {
    auto command = parse_console_line(line);
    INFO(line);
    REQUIRE(command);
    control.ask(
        *command, [this](ConsoleReply reply) { replies.push_back(std::move(reply)); },
        WhenEarly::kWait);
  }
  LiveResult live() {
    std::string yaml = fixtures::kHamlet;
    yaml.replace(yaml.find("spawns: []"), 10, "spawns: [{species: person, count: 4}]");
    auto scenario = engine::parse_scenario(yaml);
    REQUIRE(scenario);
    auto registry = std::make_shared<scripting::ScriptRegistry>();
    LiveOptions options;
    options.seed = 3;
    options.seconds = 10;
    options.world_dir = folder.path() + "/world";
    LiveWorld world(*scenario, registry, options, control.state(), observer);
    auto result = world.live(registry->add(kPolicy)->sha256, "");
    REQUIRE(result);
    return *result;
  }
  void check_replay() const {
    for (const bool jit : {true, false}) {
      ReplayOptions options;
      options.jit = jit;
      const auto report = replay_run(folder.path() + "/world", options);
      REQUIRE(report);
      INFO(report->difference);
      CHECK(report->verified);
      CHECK(report->ticks == 100);
    }
  }
};

}  // namespace

TEST_CASE("An ability comes into a living world, is granted and used, and replayed",
          "[abilities]") {
  LiveHamlet hamlet;
  hamlet.control.pause();
  // A new ability acts at once, but is checked first.
  hamlet.reload(frost("effects.damage(target, 0.01)"), [&] {
    for (const char* line : {"grant frost mage", "abilities", "debug 0", "role 1 hermit",
                             "grant frost 1", "grant frost nobody", "grant unicorn mage"}) {
      hamlet.ask(line);
    }
    hamlet.control.resume();
  });
  hamlet.live();
  REQUIRE(hamlet.outcomes.size() == 1);
  CHECK(hamlet.outcomes[0].verdict.ok);
  CHECK(hamlet.outcomes[0].tick == 0u);
  REQUIRE(hamlet.replies.size() == 7);
  for (int i = 0; i < 5; ++i) {
    INFO(hamlet.replies[i].text);
    CHECK(hamlet.replies[i].ok);
  }
  CHECK_THAT(hamlet.replies[1].text, Catch::Contains("role mage:"));
  CHECK_THAT(hamlet.replies[2].json, Catch::Contains("\"role\":\"mage\""));
  CHECK_FALSE(hamlet.replies[5].ok);
  CHECK_THAT(hamlet.replies[5].text, Catch::Contains("roles here: mage, hermit"));
  CHECK_FALSE(hamlet.replies[6].ok);
  hamlet.check_replay();
}

TEST_CASE("A refused ability changes nothing and says why", "[abilities]") {
  LiveHamlet hamlet;
  hamlet.control.pause();
  hamlet.reload("return 5", nullptr);
  hamlet.reload(frost("effects.spawn('wolf')"), nullptr);
  hamlet.reload(frost("while true do"), [&] { hamlet.control.resume(); });
  hamlet.live();
  REQUIRE(hamlet.outcomes.size() == 3);
  for (const ReloadOutcome& outcome : hamlet.outcomes) {
    CHECK_FALSE(outcome.verdict.ok);
    CHECK_FALSE(outcome.verdict.diagnostics.empty());
  }
  const auto records = hamlet.observer.of_type("reload");
  REQUIRE(records.size() == 6);
  CHECK(std::count_if(records.begin(), records.end(), [](const std::string& record) {
          return record.find("\"refused\"") != std::string::npos;
        }) == 3);
}

}  // namespace cherub::abilities
