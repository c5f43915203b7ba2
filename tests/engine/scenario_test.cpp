#include "engine/scenario.h"

#include "tests/engine/fixtures.h"

using namespace cherub::engine;
using namespace cherub::engine::fixtures;

namespace {

// The plain scenario with one piece of its text replaced.
std::string with(const std::string& from, const std::string& to) {
  std::string yaml = plain_yaml();
  const std::size_t at = yaml.find(from);
  REQUIRE(at != std::string::npos);
  return yaml.replace(at, from.size(), to);
}

cherub::base::Error error_of(const std::string& yaml) {
  const auto parsed = parse_scenario(yaml);
  if (parsed.ok()) return {};
  return parsed.error();
}

struct Bad {
  std::string yaml;
  std::string where;    // the field path
  std::string mention;  // part of the message
};

}  // namespace

TEST_CASE("the scenarios that ship parse and say who they are") {
  CHECK(builtin_scenario_names() ==
        std::vector<std::string>{"maze", "meadow", "pasture", "caves", "town", "tower", "village"});
  for (const std::string& name : builtin_scenario_names()) {
    const Scenario scenario = shipped(name);
    CHECK(scenario.name == name);
    CHECK_FALSE(scenario.description.empty());
    CHECK(parse_scenario(scenario.yaml).ok());
  }
  CHECK(builtin_scenario("nowhere").error().code == cherub::base::ErrorCode::kNotFound);
}

TEST_CASE("every kind of mistake is named with its place and what is right") {
  const std::vector<Bad> table = {
      {"", "YAML", "empty"},
      {"7", "document", "mapping"},
      {"[1, 2]", "document", "mapping"},
      {"name: [", "", "Not YAML"},
      {"name: plain\n\tx: 1\n", "", "Not YAML"},
      {plain_yaml("", "colour: red\n"), "colour", "No such field"},
      {plain_yaml("", "golas: []\n"), "golas", "'goals'"},
      {plain_yaml("    sped: 1\n"), "species[0].sped", "'speed'"},
      {plain_yaml("", "name: again\n"), "name", "twice"},
      {with("name: plain", "name: Not A Name"), "name", "a-z"},
      {with("name: plain\n", ""), "name", "Missing"},
      {with("agent_species: walker\n", ""), "agent_species", "Missing"},
      {with("agent_species: walker", "agent_species: walkr"), "agent_species", "'walker'"},
      {with("agent_species: walker", "agent_species: grass"), "agent_species", "kind: agent"},
      {with("speed: 2", "speed: fast"), "species[0].speed", "'fast'"},
      {with("speed: 2", "speed: [2]"), "species[0].speed", "a number"},
      {with("speed: 2", "speed: .nan"), "species[0].speed", "finite"},
      {with("speed: 2", "speed: 1e999"), "species[0].speed", "finite"},
      {with("speed: 2", "speed: -1"), "species[0].speed", "from 0 to 50"},
      {with("speed: 2", "speed: 51"), "species[0].speed", "not 51"},
      {with("sense_radius: 5", "sense_radius: 65"), "species[0].sense_radius", "from 0 to 64"},
      {plain_yaml("    radius: 0.5\n"), "species[0].radius", "0.45"},
      {plain_yaml("    kind: king\n"), "species[0].kind", "agent, plant, target, item"},
      {plain_yaml("    population_max: -1\n"), "species[0].population_max", "whole number"},
      {plain_yaml("    population_max: 1.5\n"), "species[0].population_max", "whole number"},
      {with("diet: [grass]", "diet: [gras]"), "species[0].diet[0]", "'grass'"},
      {with("diet: [grass]", "diet: grass"), "species[0].diet", "list"},
      {with("diet: [grass]", "diet: [[grass]]"), "species[0].diet[0]", "a text"},
      {with("name: stone", "name: grass"), "species[2].name", "twice"},
      {with("metrics: [{name: survival}]", "metrics: []"), "metrics", "1 to 64"},
      {with("metrics: [{name: survival}]", "metrics: [{name: surviva}]"), "metrics[0].name",
       "'survival'"},
      {with("metrics: [{name: survival}]", "metrics: {name: survival}"), "metrics", "list"},
      {with("metrics: [{name: survival}]", "metrics: [{name: survival}, {name: survival}]"),
       "metrics[0].name", "twice"},
      {with("metrics: [{name: survival}]", "metrics: [{name: survival, scale: 0}]"),
       "metrics[0].scale", "from"},
      {with("metrics: [{name: survival}]", "metrics: [{name: survival, guard: -0.1}]"),
       "metrics[0].guard", "from 0"},
      {with("metrics: [{name: survival}]", "metrics: [{name: survival, guard: .nan}]"),
       "metrics[0].guard", ""},
      {with("metrics: [{name: survival}]", "metrics: [{name: survival, better: more}]"),
       "metrics[0].better", "higher, lower"},
      {with("success: {metric: survival}", "success: {metric: survival, op: '=>'}"), "success.op",
       "'=>'"},
      {with("success: {metric: survival}", "success: {metric: reached}"), "success.metric",
       "reached"},
      {with("success: {metric: survival}", "success: survival"), "success", "mapping"},
      {with("width: 16", "width: 0"), "terrain.width", "from 1"},
      {with("width: 16", "width: 5000"), "terrain.width", "4096"},
      {with("width: 16", "width: 99999999999"), "terrain.width", "whole number"},
      {with("generator: flat", "generator: maze"), "terrain", "odd"},
      {with("generator: flat", "generator: hills"), "terrain.generator", "flat maze"},
      {with("width: 16", "openness: 0.5, width: 16"), "terrain", "maze"},
      {plain_yaml("", "actions: [fly]\n"), "actions[0]", "fly"},
      {plain_yaml("", "actions: [eat, eat]\n"), "actions[0]", "twice"},
      {plain_yaml("", "spawns: [{species: grass, place: start}]\n"), "spawns[0].place", "maze"},
      {plain_yaml("", "spawns: [{species: wolf}]\n"), "spawns[0].species", "wolf"},
      {plain_yaml("", "spawns: [{count: 3}]\n"), "spawns[0].species", "Missing"},
      {plain_yaml("", "spawns: [{species: grass, count: 3000000}]\n"), "spawns[0].count",
       "2097152"},
      {plain_yaml("",
                  "spawns: [{species: grass, count: 2000000}, {species: grass, "
                  "count: 2000000}]\n"),
       "spawns", "from 0"},
      {plain_yaml("", "tick_rate: 0\n"), "tick_rate", "0.1"},
      {plain_yaml("", "episode_s: 0\n"), "episode_s", "0.001"},
      {plain_yaml("", "? [a, b]\n: 1\n"), "document", "texts"},
  };
  for (const Bad& bad : table) {
    const cherub::base::Error error = error_of(bad.yaml);
    CAPTURE(bad.yaml, error.where, error.message);
    CHECK(error.code == cherub::base::ErrorCode::kInvalidArgument);
    if (!bad.where.empty()) CHECK(error.where == bad.where);
    CHECK(error.message.find(bad.mention) != std::string::npos);
  }
}

TEST_CASE("YAML that is meant to hurt is refused in bounded time") {
  std::string laughs = "a: &a [x, x, x, x, x, x, x, x]\n";
  for (char c = 'b'; c < 'k'; ++c) {
    laughs += std::string(1, c) + ": &" + c + " [";
    for (int i = 0; i < 8; ++i) laughs += std::string("*") + char(c - 1) + ", ";
    laughs += "x]\n";
  }
  CHECK(error_of(laughs).message.find("aliases") != std::string::npos);
  CHECK(error_of("a: &a 1\n").message.find("aliases") != std::string::npos);
  CHECK(error_of("a: !!binary abc\n").message.find("Tags") != std::string::npos);
  CHECK_FALSE(error_of(std::string(100'000, '[')).message.empty());
  CHECK_FALSE(error_of("a: " + std::string(2'000, '[') + std::string(2'000, ']')).message.empty());
  CHECK(error_of("a: " + std::string(20, '[') + std::string(20, ']')).message.find("deeper") !=
        std::string::npos);
  std::string dashes = "a:\n";
  for (int depth = 0; depth < 300; ++depth) dashes += std::string(std::size_t(depth), ' ') + "-\n";
  CHECK_FALSE(error_of(dashes).message.empty());
  std::string many = "goals: [";
  for (int i = 0; i < 30'000; ++i) many += "a, ";
  CHECK(error_of(many + "a]\n").message.find("More than") != std::string::npos);
  CHECK(error_of(std::string(kScenarioBytesMax + 1, ' ')).message.find("bytes") !=
        std::string::npos);
  CHECK(error_of(plain_yaml() + "---\nname: b\n").message.find("One document") !=
        std::string::npos);
  CHECK(error_of(std::string("name: a\0b\n", 10)).message.find("zero byte") != std::string::npos);
}

TEST_CASE("a scenario with bytes changed at random never crashes the reader") {
  const std::string yaml = shipped("pasture").yaml;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    cherub::base::RandomStream random(seed);
    std::string broken = yaml;
    for (int i = 0; i < 4; ++i) {
      broken[random.below(broken.size())] = static_cast<char>(random.below(256));
    }
    const auto parsed = parse_scenario(broken);
    if (!parsed.ok()) CHECK_FALSE(parsed.error().message.empty());
  }
}

TEST_CASE("a scenario made in C++ is checked like one that was read") {
  Scenario scenario = shipped("maze");
  scenario.species[0].speed = std::nan("");
  const auto world = World::create(scenario, 1);
  REQUIRE_FALSE(world.ok());
  CHECK(world.error().where == "species[0].speed");
  CHECK_FALSE(World::create(Scenario{}, 1).ok());
}

TEST_CASE("success predicates compare as they say") {
  const auto holds = [](const char* op, double measured) {
    return SuccessPredicate{"m", op, 1.0}.holds(measured);
  };
  CHECK(holds(">=", 1));
  CHECK_FALSE(holds(">", 1));
  CHECK(holds("<=", 1));
  CHECK_FALSE(holds("<", 1));
  CHECK(holds("==", 1));
  CHECK(holds("<", 0.5));
  CHECK_FALSE(holds(">=", std::nan("")));
}
