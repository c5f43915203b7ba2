#include "abilities/ladder.h"

#include <catch2/catch.hpp>

#include "abilities/angel/grammar.h"
#include "abilities/file_system.h"
#include "engine/base/json.h"
#include "run_fixture.h"

namespace cherub::abilities {
namespace {

engine::Scenario shipped(const std::string& name) {
  auto scenario = engine::builtin_scenario(name);
  REQUIRE(scenario);
  return std::move(*scenario);
}

struct Bench {
  explicit Bench(const std::string& name, bool jit = true)
      : ladder(shipped(name), std::make_shared<scripting::ScriptRegistry>(), {.jit = jit}) {}
  const LadderVerdict& climb(const std::string& source) { return ladder.climb(source); }
  Ladder ladder;
};

// The body of act begins at line 4, what stands before it at line 2.
std::string policy(const std::string& act, const std::string& before = "") {
  return "local policy = {}\n" + before + "\nfunction policy.act(self, world)\n" + act +
         "\nend\nreturn policy\n";
}

std::string source_of(const std::string& path) {
  const auto text = read_text_file(std::string(CHERUB_SOURCE_DIR) + "/" + path, 1 << 20);
  REQUIRE(text);
  return *text;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Walks by what it counts where saves do not see it.
std::string forgetful(const std::string& act, const std::string& before) {
  return policy(act + "\nif turns % 7 == 3 then self:move(1, 0) else self:move(-1, 0) end", before);
}

struct Hostile {
  const char* scenario;
  std::string source;
  const char* rung;
  const char* code;
  const char* says;     // in the text
  const char* fixture;  // or empty
};

std::vector<Hostile> no_texts() {
  return {
      {"maze", std::string(70'000, ' ') + "return {}", "V0", "too_long", "70009 bytes", ""},
      {"maze", std::string(65'536, '\x81'), "V0", "not_utf8", "1:1", ""},
      {"maze", "return {}\n  " + std::string("\0", 1), "V0", "nul_byte", "2:3", ""},
      {"maze", "local s = 'a\xc3'\nreturn {}", "V0", "not_utf8", "1:13", ""},
      {"maze", "\x1bLJ\x02", "V0", "binary", "compiled", ""},
      {"maze", "this is not Lua", "V0", "syntax", "policy:1:", ""},
      {"maze", std::string(60'000, '('), "V0", "syntax", "policy:1:", ""},
  };
}

std::vector<Hostile> breaches() {
  return {
      {"maze", "", "V1", "check", "return", ""},
      {"maze", policy("os.exit()"), "V1", "check", "os", ""},
      {"maze", policy("self:wandr()"), "V1", "check", "write self:wander()", ""},
      {"maze", policy("self:eat(1)"), "V1", "check", "eat", ""},
      {"maze", policy("count = count + 1 self:wander()", "local count = 0"), "V1", "check",
       "self.memory.count", ""},
      {"maze", "local n = 0\nfor i = 1, 1e9 do n = n + i end\n" + policy("self:wander()"), "V2",
       "load", "out of fuel", ""},
      {"maze",
       "local t = {}\nfor i = 1, 1e9 do t[i] = ('x'):rep(10000) .. i end\n" +
           policy("self:wander()"),
       "V2", "load", "out of", ""},
      {"maze", "error('never mind')\n" + policy("self:wander()"), "V2", "load", "never mind", ""},
  };
}

std::vector<Hostile> misfits() {
  const std::string count = "s.n = s.n + 1 local turns = s.n";
  const std::string store = "local store = {n = 0}";
  return {
      {"maze", policy("error('no')"), "V3", "fault_error", "policy:4:1:", "empty"},
      {"maze", policy("local n = 0 while n >= 0 do n = n + 1 end"), "V3", "fault_fuel",
       "bound the loops", "empty"},
      {"pasture",
       policy("local other = world.nearest('rabbit', 5)\n"
              "if other and other.distance < 3 then error('too near') end\nself:wander()"),
       "V3", "fault_error", "too near", "crowded"},
      {"pasture", policy("if self.health < 0.5 then error('I die') end self:wander()"), "V3",
       "fault_error", "I die", "dying"},
      // Grows by 60 bytes in each tick, and never forgets.
      {"maze",
       policy("local m = self.memory\nm.list = m.list or {}\n"
              "m.list[#m.list + 1] = ('x'):rep(60)\nself:wander()"),
       "V3", "fault_invalid_memory", "4096 bytes", "empty"},
      {"maze",
       forgetful("for _, s in pairs({store}) do " + count +
                     " self.memory.n = turns end\n"
                     "local turns = self.memory.n",
                 store),
       "V3", "lost_on_restore", "self.memory", "empty"},
      {"maze", forgetful("local s = ({store})[1] " + count, store), "V3", "lost_on_restore",
       "self.memory", "empty"},
      {"maze", forgetful("local s = unpack({store}) " + count, store), "V3", "lost_on_restore",
       "self.memory", "empty"},
      // One table under two names comes apart in a save.
      {"maze",
       policy(
           "local m = self.memory\nif not m.a then m.a = {n = 0} m.b = m.a end\n"
           "m.a.n = m.a.n + 1\nif m.b.n % 7 == 3 then self:move(1, 0) else self:move(-1, 0) end"),
       "V3", "save_changes", "one name", "empty"},
      {"pasture",
       policy("local food = world.nearest('grass', 10)\n"
              "if food then self:eat(food) else self:wander() end"),
       "V3", "intents_refused", "out_of_reach", "crowded"},
  };
}

void expect_refusals(const std::vector<Hostile>& all) {
  for (const Hostile& hostile : all) {
    Bench bench(hostile.scenario);
    const LadderVerdict verdict = bench.climb(hostile.source);
    const std::string text = refusals_text(verdict.refusals, hostile.source);
    const std::string json = refusals_json(verdict.refusals);
    CAPTURE(hostile.source.substr(0, 300), text, json);
    REQUIRE_FALSE(verdict.ok);
    const Refusal& first = verdict.refusals.front();
    CHECK(std::string(rung_name(first.rung)) == hostile.rung);
    CHECK(first.code == hostile.code);
    CHECK(has(text, hostile.says));
    CHECK(first.fixture == hostile.fixture);
    CHECK(verdict.diagnostics.size() >= verdict.refusals.size());
    CHECK(text.size() < 8000);
    const auto read = base::parse_json(json);
    REQUIRE(read);
    CHECK((*read)[0]["code"].GetString() == first.code);
    CHECK((*read)[0]["message"].GetStringLength() > 0);
    // Asked again, and with LuaJIT's compiler off: the same words.
    bench.climb(policy("self:wander()"));
    CHECK(refusals_json(bench.climb(hostile.source).refusals) == json);
    Bench slow(hostile.scenario, false);
    CHECK(refusals_json(slow.climb(hostile.source).refusals) == json);
  }
}

}  // namespace

TEST_CASE("V0 refuses what is no text, with the place of the first bad byte") {
  expect_refusals(no_texts());
}

TEST_CASE("V1 and V2 refuse what breaks the contract and what does not load") {
  expect_refusals(breaches());
}

TEST_CASE("V3 refuses what fails in small worlds, and says in which and when") {
  expect_refusals(misfits());
}

TEST_CASE("policies that people would hand in go through") {
  const std::pair<const char*, std::string> good[] = {
      {"maze", source_of("tests/soak/maze.lua")},
      {"pasture", source_of("tests/soak/pasture.lua")},
      {"maze", source_of("tests/system/maze_policy.lua")},
      {"maze", kWandererSource},
      {"pasture", kCountingSource},
      // Blocked all the time, and never ready: the world says so, and no harm is done.
      {"maze", policy("self:move(1, 0)")},
      {"pasture", policy("self:reproduce()")},
  };
  for (const auto& [scenario, source] : good) {
    Bench bench(scenario);
    const LadderVerdict& verdict = bench.climb(source);
    INFO(source << refusals_text(verdict.refusals, source));
    CHECK(verdict.ok);
  }
}

TEST_CASE("what the built-in angel writes neither faults nor forgets") {
  for (const char* name : {"maze", "pasture"}) {
    Bench bench(name);
    const angel::Grammar grammar(shipped(name));
    base::RandomStream random(7);
    for (int i = 0; i < 60; ++i) {
      const std::string source = grammar.print(grammar.random_program(random), {"x"});
      const LadderVerdict& verdict = bench.climb(source);
      INFO(source << refusals_text(verdict.refusals, source));
      CHECK(verdict.works());
    }
  }
}

TEST_CASE("a policy that only asks for too much works, one that faults does not") {
  Bench bench("pasture");
  const auto& greedy = bench.climb(misfits().back().source);
  CHECK_FALSE(greedy.ok);
  CHECK(greedy.works());
  CHECK_FALSE(greedy.faulted());
  const auto& faulty = bench.climb(policy("error('no')"));
  CHECK_FALSE(faulty.works());
  CHECK(faulty.faulted());
}

TEST_CASE("what the world does to a good intent is no mistake") {
  using engine::Receipt;
  for (const Receipt honest : {Receipt::kNone, Receipt::kAccepted, Receipt::kBlocked,
                               Receipt::kNoSuchTarget, Receipt::kCrowded, Receipt::kFailed}) {
    CHECK_FALSE(is_mistake(honest, IntentSlot::kAbility));
    CHECK_FALSE(is_mistake(honest, IntentSlot::kMove));
  }
  for (const Receipt wrong : {Receipt::kNotFinite, Receipt::kOutOfReach, Receipt::kNotInDiet,
                              Receipt::kNotAvailable, Receipt::kTooLong, Receipt::kUnpaid}) {
    CHECK(is_mistake(wrong, IntentSlot::kAbility));
  }
  CHECK(is_mistake(Receipt::kExhausted, IntentSlot::kAbility));
  CHECK_FALSE(is_mistake(Receipt::kExhausted, IntentSlot::kMove));
}

}  // namespace cherub::abilities
