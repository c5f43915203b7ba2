#include "abilities/angel/grammar.h"

#include <catch2/catch.hpp>
#include <cctype>
#include <regex>
#include <set>

#include "abilities/angel/tuner.h"
#include "abilities/evaluation.h"
#include "scripting/checker.h"

namespace cherub::abilities {
namespace {

// Programs as a search makes them, of all kinds.
class Programs {
 public:
  explicit Programs(const angel::Grammar& grammar, std::uint64_t seed)
      : grammar_(grammar), random_(seed, 0, 0, base::Stream::kSearch) {
    last_ = grammar_.random_program(random_);
  }

  angel::Program next() {
    switch (turn_++ % 4) {
      case 0:
        last_ = grammar_.random_program(random_);
        break;
      case 1:
        last_ = grammar_.composed_program(random_);
        break;
      case 2:
        last_ = grammar_.mutated(last_, random_);
        break;
      default:
        last_ = grammar_.crossed(last_, grammar_.composed_program(random_), random_);
    }
    return last_;
  }

 private:
  const angel::Grammar& grammar_;
  base::RandomStream random_;
  angel::Program last_;
  std::uint64_t turn_ = 0;
};

engine::Scenario shipped(const std::string& name) {
  auto scenario = engine::builtin_scenario(name);
  REQUIRE(scenario);
  return std::move(*scenario);
}

std::size_t occurrences(const std::string& text, const std::string& name) {
  const std::regex word("\\b" + name + "\\b");
  return static_cast<std::size_t>(
      std::distance(std::sregex_iterator(text.begin(), text.end(), word), std::sregex_iterator()));
}

std::string without_comments(const std::string& lua) {
  return std::regex_replace(lua, std::regex("--[^\n]*"), "");
}

// The names that the file declares outside of functions.
std::set<std::string> declared(const std::string& lua) {
  std::set<std::string> names;
  static const std::regex function("\nlocal function (\\w+)");
  static const std::regex locals("\nlocal ([A-Z_0-9, ]+) =");
  for (std::sregex_iterator at(lua.begin(), lua.end(), function), end; at != end; ++at) {
    names.insert((*at)[1]);
  }
  for (std::sregex_iterator at(lua.begin(), lua.end(), locals), end; at != end; ++at) {
    static const std::regex word("\\w+");
    const std::string list = (*at)[1];
    for (std::sregex_iterator name(list.begin(), list.end(), word); name != end; ++name) {
      names.insert(name->str());
    }
  }
  return names;
}

// What an episode was like, tick by tick for its first agent.
std::string course_of(Evaluator& evaluator, scripting::ScriptRegistry& registry,
                      const std::string& source, std::uint64_t ticks) {
  EpisodeSpec spec;
  spec.seed = 11;
  spec.ticks_max = ticks;
  spec.record_steps = true;
  const auto results = evaluator.run(registry.add(source)->sha256, {&spec, 1});
  std::string course = results.front().steps_jsonl + results.front().end_reason;
  for (const double metric : results.front().metrics) course += " " + std::to_string(metric);
  return course;
}

}  // namespace

TEST_CASE("every program reads back from its text, and no other text is one") {
  for (const std::string& name : engine::builtin_scenario_names()) {
    const auto scenario = engine::builtin_scenario(name);
    REQUIRE(scenario);
    const angel::Grammar grammar(*scenario);
    base::RandomStream random(5, 0, 0, base::Stream::kSearch);
    for (int i = 0; i < 200; ++i) {
      const angel::Program program = grammar.random_program(random);
      const std::string text = grammar.text(program);
      CAPTURE(name, text);
      const auto read = grammar.read(text);
      REQUIRE(read);
      CHECK(*read == program);
      std::string spoilt = text;
      spoilt[random.below(spoilt.size())] = static_cast<char>(random.below(128));
      const auto other = grammar.read(spoilt);  // a digit or letter of a name that still fits
      if (other) CHECK(scripting::check_policy("p", grammar.print(*other, {}), &*scenario).ok());
    }
    for (const char* wrong :
         {"", "[]", "{}", R"({"rules":[]})", R"({"rules":[{}]})", R"({"rules":[{"if":[],"do":3}]})",
          R"({"rules":[{"if":[],"do":{"deed":"fly","thing":"","a":0,"b":0,"c":0}}]})"}) {
      CAPTURE(wrong);
      CHECK_FALSE(grammar.read(wrong));
    }
  }
}

TEST_CASE("every program of the grammar is a policy that the checker accepts") {
  for (const std::string& name : engine::builtin_scenario_names()) {
    const auto scenario = engine::builtin_scenario(name);
    REQUIRE(scenario);
    const angel::Grammar grammar(*scenario);
    base::RandomStream random(3, 0, 0, base::Stream::kSearch);
    angel::Program last = grammar.random_program(random);
    for (int i = 0; i < 300; ++i) {
      angel::Program program = i % 3 == 0   ? grammar.random_program(random)
                               : i % 3 == 1 ? grammar.mutated(last, random)
                                            : grammar.crossed(last, last, random);
      const std::string source = grammar.print(program, {"A test."});
      const auto report = scripting::check_policy("policy", source, &*scenario);
      CAPTURE(name, source, sandbox::diagnostics_text(report.diagnostics, "policy", source));
      REQUIRE(report.ok());
      REQUIRE(program.rules.size() <= angel::kRulesMax);
      last = std::move(program);
    }
  }
}

TEST_CASE("simplification offers plainer programs only") {
  const auto scenario = engine::builtin_scenario("maze");
  const angel::Grammar grammar(*scenario);
  base::RandomStream random(1, 0, 0, base::Stream::kSearch);
  for (int i = 0; i < 20; ++i) {
    const angel::Program program = grammar.random_program(random);
    for (const angel::Program& plainer : grammar.simplified(program)) {
      CHECK(plainer.size() <= program.size());
      CHECK(plainer != program);
      CHECK_FALSE(plainer.rules.empty());
    }
  }
}

TEST_CASE("what is printed declares nothing that it does not use") {
  for (const std::string& name : engine::builtin_scenario_names()) {
    const engine::Scenario scenario = shipped(name);
    const angel::Grammar grammar(scenario);
    Programs programs(grammar, 7);
    for (int i = 0; i < 200; ++i) {
      const std::string lua =
          "\n" + without_comments(grammar.print(grammar.normalised(programs.next()), {}));
      for (const std::string& declared_name : declared(lua)) {
        CAPTURE(name, declared_name, lua);
        CHECK(occurrences(lua, declared_name) >= 2);
      }
    }
  }
}

TEST_CASE("printed lines are short, every rule has a comment and every constant its meaning") {
  for (const std::string& name : engine::builtin_scenario_names()) {
    const engine::Scenario scenario = shipped(name);
    const angel::Grammar grammar(scenario);
    Programs programs(grammar, 8);
    for (int i = 0; i < 100; ++i) {
      const angel::Program program = grammar.normalised(programs.next());
      const std::string lua = grammar.print(program, {});
      CAPTURE(lua);
      for (std::size_t rule = 1; rule <= program.rules.size(); ++rule) {
        CHECK(lua.find("\n  -- " + std::to_string(rule) + ". ") != std::string::npos);
      }
      std::istringstream lines(lua);
      for (std::string line; std::getline(lines, line);) {
        CAPTURE(line);
        const std::size_t dots = line.find("…") == std::string::npos ? 0 : 2;  // "…" has 3 bytes
        CHECK(line.size() <= 100 + dots);
        const bool constant =
            line.starts_with("local ") && std::isupper(static_cast<unsigned char>(line[6])) != 0 &&
            std::isdigit(static_cast<unsigned char>(line[line.find("= ") + 2])) != 0;
        if (constant) CHECK(line.find("  -- ") != std::string::npos);
      }
    }
  }
}

TEST_CASE("a normalised program does the same in no more words") {
  const scripting::HostOptions host;
  for (const std::string& name : engine::builtin_scenario_names()) {
    const engine::Scenario scenario = shipped(name);
    const angel::Grammar grammar(scenario);
    const auto registry = std::make_shared<scripting::ScriptRegistry>();
    Evaluator evaluator(scenario, registry, host, 1);
    Programs programs(grammar, 9);
    int shorter = 0;
    for (int i = 0; i < 60; ++i) {
      const angel::Program program = programs.next();
      const angel::Program normal = grammar.normalised(program);
      CHECK(grammar.normalised(normal) == normal);
      REQUIRE(normal.size() <= program.size());
      if (normal.size() == program.size()) continue;
      ++shorter;
      const std::string before = grammar.print(program, {}), after = grammar.print(normal, {});
      CAPTURE(name, before, after);
      CHECK(course_of(evaluator, *registry, before, 100) ==
            course_of(evaluator, *registry, after, 100));
    }
    CHECK(shorter >= 5);
  }
}

TEST_CASE("no program makes a mistake at run time") {
  for (const std::string& name : engine::builtin_scenario_names()) {
    const engine::Scenario scenario = shipped(name);
    const angel::Grammar grammar(scenario);
    const auto registry = std::make_shared<scripting::ScriptRegistry>();
    Evaluator evaluator(scenario, registry, {}, 1);
    Programs programs(grammar, 10);
    EpisodeSpec spec;
    spec.seed = 5;
    spec.ticks_max = 120;
    for (int i = 0; i < 120; ++i) {
      const std::string source = grammar.print(programs.next(), {});
      const auto results = evaluator.run(registry->add(source)->sha256, {&spec, 1});
      const auto& faults = results.front().policy.faults;
      CAPTURE(name, source, results.front().policy.first_fault);
      CHECK(faults[static_cast<std::size_t>(scripting::FaultKind::kError)] == 0);
      CHECK(faults[static_cast<std::size_t>(scripting::FaultKind::kInvalidMemory)] == 0);
    }
  }
}

TEST_CASE("steps stay in range, and go up and down") {
  const angel::Scales scales{6, 60};
  for (const angel::Measure measure :
       {angel::Measure::kShare, angel::Measure::kDistance, angel::Measure::kCount,
        angel::Measure::kVisits, angel::Measure::kCost, angel::Measure::kTime}) {
    base::RandomStream random(2, 0, 0, base::Stream::kSearch);
    for (int i = 0; i < 100; ++i) {
      const double value = scales.draw(measure, random);
      for (int size = 0; size < angel::kStepSizes; ++size) {
        const double up = scales.stepped(measure, value, size, true);
        const double down = scales.stepped(measure, value, size, false);
        CAPTURE(static_cast<int>(measure), value, size, up, down);
        CHECK((up > value || value >= scales.high(measure)));
        CHECK((down < value || value <= scales.low(measure)));
        CHECK(up <= scales.high(measure));
        CHECK(down >= scales.low(measure));
      }
      const double round = scales.rounded(measure, value);
      CHECK(scales.rounded(measure, round) == round);
    }
  }
}

TEST_CASE("the tuner climbs to the best constants of a smooth hill") {
  const engine::Scenario scenario = shipped("pasture");
  const angel::Grammar grammar(scenario);
  angel::Program best;
  best.rules.push_back(
      {{{angel::Test::kHungry, 0, 0.95, 0}}, {angel::Deed::kEat, 1, 1, 0, 0, false}});
  const auto score = [](const angel::Program& program) {
    const double hungry = program.rules[0].conditions[0].a - 0.42;
    const double radius = (program.rules[0].action.a - 7) / 10;
    return -hungry * hungry - radius * radius;
  };
  angel::Tuner tuner;
  for (int i = 0; i < 80; ++i) {
    const auto next = tuner.next(grammar, best);
    if (next && score(*next) > score(best)) best = *next;
  }
  CHECK(score(best) > -0.002);
}

TEST_CASE("a program without constants cannot be tuned") {
  const engine::Scenario scenario = shipped("pasture");
  const angel::Grammar grammar(scenario);
  angel::Program program;
  program.rules.push_back({{}, {angel::Deed::kWander, 0, 0, 0, 0, false}});
  angel::Tuner tuner;
  CHECK_FALSE(tuner.next(grammar, program));
}

TEST_CASE("templates are different programs with a rule for every need") {
  for (const std::string& name : engine::builtin_scenario_names()) {
    const engine::Scenario scenario = shipped(name);
    const angel::Grammar grammar(scenario);
    std::set<std::string> texts;
    for (const angel::Program& program : grammar.templates()) {
      CHECK(texts.insert(grammar.text(program)).second);
      CHECK(program.rules.size() <= angel::kRulesMax);
    }
    CHECK(texts.size() >= 8);
  }
}

namespace {

// {"if":[{"test":…}],"do":{"deed":…}} with typical numbers; no test: always.
std::string rule_text(const std::string& test, const std::string& deed, const std::string& about) {
  const std::string condition =
      test.empty() ? "" : R"({"test":")" + test + R"(","thing":"farmer","a":0.5,"b":0})";
  return R"({"if":[)" + condition + R"(],"do":{"deed":")" + deed + R"(","thing":")" + about +
         R"(","a":8,"b":0,"c":0,"go_on":false}})";
}

std::string program_text(const std::string& rules) {
  return R"({"rules":[)" + rules + "]}";
}

// The mean of a metric over a few seeds.
double mean_metric(const engine::Scenario& scenario, const std::string& source,
                   const std::string& metric, std::uint64_t ticks) {
  const auto registry = std::make_shared<scripting::ScriptRegistry>();
  Evaluator evaluator(scenario, registry, {}, 2);
  std::vector<EpisodeSpec> specs(6);
  for (std::size_t i = 0; i < specs.size(); ++i) {
    specs[i].seed = 100 + i;
    specs[i].ticks_max = ticks;
  }
  std::size_t at = 0;
  while (scenario.metrics[at].name != metric) ++at;
  double sum = 0;
  for (const EpisodeResult& result : evaluator.run(registry->add(source)->sha256, specs)) {
    CHECK(result.policy.fault_count() == 0);
    sum += result.metrics[at];
  }
  return sum / static_cast<double>(specs.size());
}

}  // namespace

TEST_CASE("words exist in the worlds that have what they need, and only there") {
  const struct {
    const char* test;
    const char* deed;
    std::set<std::string> scenarios;
  } words[] = {{"", "survey", {"caves", "town", "tower"}},
               {"", "go_back", {"caves", "town", "tower"}},
               {"", "drink", {"meadow"}},
               {"", "forage", {"meadow"}},
               {"", "mate", {"meadow"}},
               {"", "pollinate", {}},
               {"thirsty", "wander", {"meadow"}},
               {"ready", "wander", {"meadow"}},
               {"reached", "wander", {"caves", "town", "tower"}}};
  for (const std::string& name : engine::builtin_scenario_names()) {
    const engine::Scenario scenario = shipped(name);
    const angel::Grammar grammar(scenario);
    for (const auto& word : words) {
      CAPTURE(name, word.test, word.deed);
      std::string text = program_text(rule_text(word.test, word.deed, ""));
      // Who is about nothing may be about anything: the first thing of the scenario.
      const std::string first = grammar.things().front().name;
      text = std::regex_replace(text, std::regex("\"thing\":\"[a-z]*\""),
                                "\"thing\":\"" + first + "\"");
      CHECK(grammar.read(text).has_value() == word.scenarios.contains(name));
    }
  }
}

TEST_CASE("roles are asked for, and nothing else is asked about them") {
  const engine::Scenario village = shipped("village");
  const angel::Grammar grammar(village);
  const auto program = grammar.read(program_text(rule_text("role", "work", "grain")));
  REQUIRE(program);
  CHECK(grammar.print(*program, {}).find("self.role == \"farmer\"") != std::string::npos);
  CHECK_FALSE(grammar.read(program_text(rule_text("sees", "work", "grain"))));
  CHECK_FALSE(grammar.read(program_text(rule_text("", "approach", "farmer"))));
  CHECK_FALSE(grammar.read(program_text(rule_text("", "approach", "grain"))));
  CHECK(grammar.read(program_text(rule_text("", "approach", "granary"))));
  CHECK_FALSE(grammar.read(program_text(rule_text("", "flee", "granary"))));
}

TEST_CASE("two rules find the target of the caves and come home") {
  const engine::Scenario caves = shipped("caves");
  const angel::Grammar grammar(caves);
  const auto thing = [](std::string text) {
    return std::regex_replace(text, std::regex("farmer"), "target");
  };
  const auto program = grammar.read(program_text(
      thing(rule_text("reached", "go_back", "target") + "," + rule_text("", "way", "target"))));
  REQUIRE(program);
  CHECK(mean_metric(caves, grammar.print(*program, {}), "returned", 0) >= 0.5);
}

TEST_CASE("who forages is less hungry than who wanders") {
  const engine::Scenario meadow = shipped("meadow");
  const angel::Grammar grammar(meadow);
  const angel::Rule wander{{}, {angel::Deed::kWander, 0, 0, 0, 0, false}};
  const angel::Rule forage{{{angel::Test::kHungry, 0, 0.15, 0}},
                           {angel::Deed::kForage, 0, 8, 0, 0, false}};
  const auto hunger_of = [&](const std::vector<angel::Rule>& rules) {
    return mean_metric(meadow, grammar.print({rules}, {}), "hunger_mean", 400);
  };
  CHECK(hunger_of({forage, wander}) < hunger_of({wander}) - 0.1);
}

}  // namespace cherub::abilities
