#include "abilities/builtin_abilities.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <set>

#include "engine/base/thread_pool.h"
#include "scripting/checker.h"
#include "scripting/policy_host.h"
#include "tests/abilities/hamlet.h"

using namespace cherub;
using namespace cherub::abilities;
using engine::EventKind;

namespace {

// Two or more people side by side, all acting by one policy.
struct Hamlet {
  explicit Hamlet(const std::string& act, std::uint32_t people = 2, unsigned threads = 1)
      : pool(threads) {
    auto scenario = engine::parse_scenario(fixtures::kHamlet);
    INFO((scenario.ok() ? "" : scenario.error().text()));
    REQUIRE(scenario.ok());
    auto made = engine::World::create(std::move(*scenario), 5);
    REQUIRE(made.ok());
    world = std::move(*made);
    world->use(pool);
    host = std::make_unique<scripting::PolicyHost>(registry, scripting::HostOptions{});
    const auto installs = builtin_installs(world->scenario(), host->abilities());
    REQUIRE(installs.ok());
    for (const engine::InstallAbility& install : *installs) REQUIRE(world->submit(install).ok());
    // The first agent is who acts; the others are acted upon.
    const std::string source =
        "local policy = {}\nlocal function first(self, world) " + act +
        " end\nfunction policy.act(self, world)\nif self.memory.done then return end\n"
        "if self.id % 4294967296 == 0 then first(self, world) end\nend\nreturn policy\n";
    const auto version = registry->add(source);
    const auto verdict = host->prepare(version->sha256, world->scenario());
    INFO(sandbox::diagnostics_text(verdict.diagnostics, "policy", source));
    REQUIRE(verdict.ok);
    REQUIRE(world->submit(engine::InstallScript{"policy", version->sha256}).ok());
    for (std::uint32_t i = 0; i < people; ++i) spawn("person", 5 + 1.5 * i, 5);
  }

  void spawn(const std::string& species, double x, double y, std::uint32_t count = 1) {
    REQUIRE(world->submit(engine::Spawn{species, x, y, 0, count}).ok());
  }
  void step(int ticks = 1) {
    for (int i = 0; i < ticks; ++i) {
      const engine::TickReport report = world->step(*host);
      events.insert(events.end(), report.events.begin(), report.events.end());
    }
  }
  [[nodiscard]] std::string receipt(std::uint32_t row = 0) const {
    return engine::receipt_name(
        static_cast<engine::Receipt>(world->columns().ability_receipt[row]));
  }
  [[nodiscard]] std::uint64_t held(std::uint32_t row, const std::string& item) const {
    const auto index = world->scenario().find_species(item);
    std::uint64_t count = 0;
    for (const engine::ItemCount& some : world->items_of(row)) {
      if (some.item == *index) count += some.count;
    }
    return count;
  }
  [[nodiscard]] const engine::Event* event(EventKind kind) const {
    for (const engine::Event& one : events) {
      if (one.kind == kind) return &one;
    }
    return nullptr;
  }
  [[nodiscard]] std::string faults() const {
    std::string text;
    for (const engine::Event& one : events) {
      if (one.kind == EventKind::kFault) text += one.text + "\n";
    }
    return text;
  }

  base::ThreadPool pool;
  std::shared_ptr<scripting::ScriptRegistry> registry =
      std::make_shared<scripting::ScriptRegistry>();
  std::unique_ptr<engine::World> world;
  std::unique_ptr<scripting::PolicyHost> host;
  std::vector<engine::Event> events;
};

const std::string kOther = "local other = world.nearest('person', 10) ";

}  // namespace

TEST_CASE("Every built-in ability passes the checker and declares its name", "[abilities]") {
  const auto scenario = engine::parse_scenario(fixtures::kHamlet);
  REQUIRE(scenario.ok());
  CHECK(builtin_ability_names().size() == 21);
  CHECK(builtin_ability("unicorn").empty());
  scripting::AbilityHost host(std::make_shared<scripting::ScriptRegistry>(), {});
  for (const std::string& name : builtin_ability_names()) {
    const std::string source(builtin_ability(name));
    const auto verdict = host.add(source, *scenario);
    INFO(sandbox::diagnostics_text(verdict.load.diagnostics, name, source));
    CHECK(verdict.load.ok);
    CHECK(verdict.load.diagnostics.empty());
    CHECK(verdict.spec.name == name);
    CHECK_FALSE(verdict.description.empty());
  }
}

TEST_CASE("attack, defend and heal", "[abilities]") {
  SECTION("a blow costs energy and health") {
    Hamlet hamlet(kOther + "self:use('attack', other)");
    hamlet.step();
    CHECK(hamlet.faults() == "");
    CHECK(hamlet.receipt() == "accepted");
    CHECK(hamlet.world->columns().health[1] == Approx(0.9).margin(0.001));
    REQUIRE(hamlet.event(EventKind::kAbility));
    CHECK(hamlet.event(EventKind::kAbility)->value == Approx(0.06));
    CHECK(hamlet.event(EventKind::kAbility)->text == "attack");
    hamlet.step();
    CHECK(hamlet.receipt() == "cooling_down");
  }
  SECTION("a guard halves it") {
    Hamlet hamlet(kOther + "self:use('attack', other)");
    hamlet.step();
    Hamlet guarded("if not self.memory.guard then self.memory.guard = 1 self:use('defend') else " +
                   kOther + "self:use('attack', self.id) end");
    guarded.step(2);
    CHECK(guarded.faults() == "");
    // Nobody strikes himself.
    CHECK(guarded.receipt() == "unwilling");
    REQUIRE(guarded.world->society().shields.find(0) != nullptr);
    CHECK(guarded.world->society().shields.find(0)->share == 0.5);
  }
  SECTION("wounds are tended, health is not") {
    Hamlet hamlet("if not self.memory.hit then self.memory.hit = true " + kOther +
                  "self:use('attack', other) else " + kOther + "self:use('heal', other) end");
    hamlet.step(2);
    CHECK(hamlet.receipt() == "accepted");
    CHECK(hamlet.world->columns().health[1] == Approx(1.0));
    Hamlet whole(kOther + "self:use('heal', other)");
    whole.step();
    CHECK(whole.receipt() == "unwilling");
  }
}

TEST_CASE("fireball burns the target and singes beside it", "[abilities]") {
  Hamlet hamlet("local all = world.neighbors('person', 10) self:use('fireball', all[#all])", 4);
  hamlet.step();
  CHECK(hamlet.faults() == "");
  CHECK(hamlet.receipt() == "accepted");
  const auto& health = hamlet.world->columns().health;
  CHECK(health[3] == Approx(0.7).margin(0.001));
  CHECK(health[2] == Approx(0.9).margin(0.001));
  CHECK(health[0] == Approx(1).margin(0.101));
  REQUIRE(hamlet.event(EventKind::kAbility));
  CHECK(hamlet.event(EventKind::kAbility)->value == Approx(0.5));
}

TEST_CASE("flee_burst leaps away", "[abilities]") {
  Hamlet hamlet(kOther + "self:use('flee_burst', other)");
  hamlet.step();
  CHECK(hamlet.receipt() == "accepted");
  CHECK(hamlet.world->columns().x[0] == Approx(1).margin(0.5));
}

TEST_CASE("eat and graze", "[abilities]") {
  for (const char* use : {"self:use('eat', world.nearest('grass', 2))", "self:use('graze')"}) {
    Hamlet hamlet(use, 1);
    hamlet.spawn("grass", 6, 5);
    hamlet.step();
    CHECK(hamlet.faults() == "");
    CHECK(hamlet.receipt() == "accepted");
    CHECK(hamlet.event(EventKind::kEat) != nullptr);
  }
  Hamlet hungry("self:use('graze')", 1);
  hungry.step();
  CHECK(hungry.receipt() == "unwilling");
}

TEST_CASE("Things are picked up, dropped, given and stolen", "[abilities]") {
  Hamlet hamlet(
      "local m = self.memory m.n = (m.n or 0) + 1\n"
      "local other = world.nearest('person', 5)\n"
      "if m.n <= 3 then local thing = world.nearest('apple', 2) if thing then "
      "self:pick_up(thing) end\n"
      "elseif m.n == 4 then assert(self.items.apple == 3) self:drop('apple', 1)\n"
      "elseif m.n == 5 then self:give(other, 'apple', 2)\n"
      "elseif self:cooldown('steal') == 0 then self:use('steal', other, {item = 'apple'}) end");
  hamlet.spawn("apple", 5.5, 5, 3);
  hamlet.step(3);
  CHECK(hamlet.faults() == "");
  CHECK(hamlet.held(0, "apple") == 3);
  CHECK(hamlet.event(EventKind::kPickUp) != nullptr);
  hamlet.step();
  CHECK(hamlet.held(0, "apple") == 2);
  hamlet.step();
  CHECK(hamlet.faults() == "");
  CHECK(hamlet.held(0, "apple") == 0);
  CHECK(hamlet.held(1, "apple") == 2);
  hamlet.step(600);
  CHECK(hamlet.event(EventKind::kTheft) != nullptr);
  CHECK(hamlet.held(0, "apple") + hamlet.held(1, "apple") == 2);
  CHECK(hamlet.held(0, "apple") > 0);
  CHECK(hamlet.faults() == "");
}

TEST_CASE("A trade is offered, seen and taken up", "[abilities]") {
  Hamlet hamlet("", 0);
  // Both act here: each by what it has.
  const std::string source =
      "local policy = {}\n"
      "function policy.act(self, world)\n"
      "  local other = world.nearest('person', 5)\n"
      "  local ground = world.nearest(self.id % 4294967296 == 0 and 'apple' or 'coin', 2)\n"
      "  local offer = world.offer()\n"
      "  if ground then self:pick_up(ground)\n"
      "  elseif offer then self:use('trade_accept', offer.from)\n"
      "  elseif self.items.apple then self:use('trade_offer', other,\n"
      "    {item = 'apple', count = 1, want_item = 'coin', want_count = 1}) end\n"
      "end\n"
      "return policy\n";
  const auto version = hamlet.registry->add(source);
  REQUIRE(hamlet.host->prepare(version->sha256, hamlet.world->scenario()).ok);
  REQUIRE(hamlet.world->submit(engine::InstallScript{"policy", version->sha256}).ok());
  hamlet.spawn("person", 5, 5);
  hamlet.spawn("person", 6.5, 5);
  hamlet.spawn("apple", 5, 6);
  hamlet.spawn("coin", 6.5, 6);
  std::string receipts;
  for (int i = 0; i < 3; ++i) {
    hamlet.step();
    receipts += hamlet.receipt(0) + " " + hamlet.receipt(1) + "\n";
  }
  INFO(receipts);
  CHECK(hamlet.faults() == "");
  CHECK(hamlet.event(EventKind::kTrade) != nullptr);
  CHECK(hamlet.held(0, "coin") == 1);
  CHECK(hamlet.held(1, "apple") == 1);
}

TEST_CASE("Words travel: call, telepathy and say", "[abilities]") {
  for (const char* use : {"self:use('call', nil, {text = 'wolf'})",
                          "self:use('telepathy', world.nearest('person', 10), {text = 'wolf'})",
                          "self:say('wolf')"}) {
    Hamlet hamlet("");
    const std::string source =
        "local policy = {}\nfunction policy.act(self, world)\n"
        "if self.id % 4294967296 == 0 then " +
        std::string(use) +
        " end\n"
        "for _, sound in ipairs(world.heard()) do\n"
        "assert(sound.text == 'wolf' and sound.species == 'person' and sound.distance > 0)\n"
        "self.memory.heard = sound.kind end\nend\n"
        "function policy.collect(step) return {heard = step.self.memory.heard} end\n"
        "return policy\n";
    const auto version = hamlet.registry->add(source);
    REQUIRE(hamlet.host->prepare(version->sha256, hamlet.world->scenario()).ok);
    REQUIRE(hamlet.world->submit(engine::InstallScript{"policy", version->sha256}).ok());
    hamlet.step(3);
    INFO(use);
    CHECK(hamlet.faults() == "");
    CHECK_THAT(hamlet.host->collect_json(*hamlet.world, 1), Catch::Contains("heard"));
  }
}

TEST_CASE("plant sets a seedling, rest restores, drink needs water", "[abilities]") {
  Hamlet farmer("self:use('plant', {x = self.x + 1, y = self.y}, {item = 'grass'})", 1);
  farmer.step();
  CHECK(farmer.faults() == "");
  CHECK(farmer.receipt() == "accepted");
  CHECK(farmer.world->alive_count(static_cast<engine::SpeciesIndex>(
            *farmer.world->scenario().find_species("grass"))) == 1);
  Hamlet thirsty("self:use('drink')", 1);
  thirsty.step();
  CHECK(thirsty.faults() == "");
  CHECK(thirsty.receipt() != "accepted");
  Hamlet tired(
      "if self.energy > 0.9 then self:use('fireball', world.nearest('person', 9)) else "
      "self:use('rest') end");
  tired.step(10);
  CHECK(tired.receipt() == "accepted");
  CHECK(tired.world->columns().energy[0] > 0.5);
}

TEST_CASE("What cannot be used says why", "[abilities]") {
  const std::pair<const char*, const char*> uses[] = {
      {"self:use('unicorn')", "unknown_ability"},
      {"self:use('attack', 4294967296 * 77)", "no_such_target"},
      {"self:use('attack', -1)", "no_such_target"},
      {"self:use('attack', {x = 19, y = 19})", "out_of_reach"},
      {"self:use('drop', nil, {item = 'apple'})", "no_item"},
      {"self:use('give', world.nearest('person', 9), {item = 'apple'})", "no_item"},
      {"self:use('trade_accept', world.nearest('person', 9))", "failed"},
      {"self:use('drop', nil, {item = 'unicorn'})", "faulted"},
      {"self:use('drop', nil, {item = 'apple', count = -3})", "faulted"},
      {"self:use('rest') self:idle()", "none"},
  };
  for (const auto& [use, receipt] : uses) {
    Hamlet hamlet(use);
    hamlet.step();
    INFO(use << "\n" << hamlet.faults());
    CHECK(hamlet.receipt() == receipt);
    CHECK((hamlet.faults().empty() || hamlet.receipt() == "faulted"));
  }
}

TEST_CASE("Wrong calls of self:use are faults of the policy, in words", "[abilities]") {
  const std::pair<const char*, const char*> uses[] = {
      {"self:use(5)",
       "self:use(ability, target, details): ability must be the name of an ability, "
       "got number"},
      {"self:use('attack', 'rabbit')", "target must be a Sighting, an id or a place"},
      {"self:use('attack', {})", "target must be a Sighting, an id or a place"},
      {"self:use('drop', nil, (function() return 'apple' end)())", "details must be a table"},
      {"self:use('drop', nil, {print})", "details must be at most 8 numbers, strings and booleans"},
      {"self:use('drop', nil, {1, 2, 3, 4, 5, 6, 7, 8, 9})", "details must be at most 8"},
      {"local u = self.use u('attack')", "call actions with a colon"},
      {"self:drop('apple', (function() return 'two' end)())", "count must be a whole number"},
  };
  for (const auto& [use, words] : uses) {
    Hamlet hamlet(use);
    hamlet.step();
    INFO(use);
    CHECK_THAT(hamlet.faults(), Catch::Contains(words));
  }
}

TEST_CASE("self tells role, items, thirst, abilities; roles may ask", "[abilities]") {
  Hamlet hamlet(
      "assert(self.role == 'mage' and self.thirst >= 0 and next(self.items) == nil)\n"
      "assert(self:knows('fireball') and not self:knows('unicorn'))\n"
      "assert(self:cooldown('fireball') == 0 and world.weather().rain == 0)\n"
      "assert(world.line_of_sight(self.x + 1, self.y) and not world.offer())\n"
      "assert(not world.line_of_sight(self.x + 100, self.y))\n"
      "assert(world.voxel(self.x, self.y, self.z) == 'open')\n"
      "self:turn(1) self:ask_for('a light')");
  hamlet.step();
  CHECK(hamlet.faults() == "");
  REQUIRE(hamlet.event(EventKind::kRequest));
  CHECK(hamlet.event(EventKind::kRequest)->text == "a light");
}

TEST_CASE("Uses come out the same on any number of threads, and after a reset", "[abilities]") {
  const std::string act =
      "local other = world.nearest('person', 10)\n"
      "local what = ({'attack', 'heal', 'flee_burst', 'fireball', 'rest', "
      "'call'})[math.random(6)]\n"
      "self:use(what, other, {text = 'x'})";
  std::set<std::uint64_t> hashes;
  for (const unsigned threads : {1u, 4u}) {
    Hamlet hamlet("", 0, threads);
    const std::string source =
        "local policy = {}\nfunction policy.act(self, world)\n" + act + "\nend\nreturn policy\n";
    const auto version = hamlet.registry->add(source);
    REQUIRE(hamlet.host->prepare(version->sha256, hamlet.world->scenario()).ok);
    REQUIRE(hamlet.world->submit(engine::InstallScript{"policy", version->sha256}).ok());
    for (int i = 0; i < 50; ++i) hamlet.spawn("person", i % 10 * 2, i / 10 * 4, 100);
    hamlet.step(20);
    CHECK(hamlet.faults() == "");
    hashes.insert(hamlet.world->state_hash());
    std::uint64_t uses = 0;
    for (const auto& [sha256, stats] : hamlet.host->abilities().stats()) uses += stats.uses;
    CHECK(uses > 1000);
  }
  CHECK(hashes.size() == 1);
}
