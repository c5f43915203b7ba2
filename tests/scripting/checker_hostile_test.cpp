// Whatever comes, the checker answers soon, and points into what it was given.
#include <algorithm>
#include <catch2/catch.hpp>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <sstream>

#include "sandbox/syntax/parser.h"
#include "scripting/checker.h"
#include "tests/scripting/world_fixture.h"

using namespace cherub;

namespace {

std::vector<std::string> good_policies() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(CHERUB_TEST_DIR "/policies")) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> sources;
  for (const auto& path : paths) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    sources.push_back(text.str());
  }
  return sources;
}

// Every finding lies in the source, and its line and column are those of its offset.
bool points_into(const std::string& source, const sandbox::Diagnostic& finding) {
  const sandbox::Range& range = finding.range;
  if (range.begin > source.size() || range.end > source.size() || range.end < range.begin) {
    return false;
  }
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  const auto is_newline = [](char c) { return c == '\n' || c == '\r'; };
  for (std::uint32_t i = 0; i < range.begin; ++i) {
    ++column;
    if (!is_newline(source[i])) continue;
    // "\r\n" and "\n\r" are one end of a line.
    const bool pair =
        i + 1 < range.begin && is_newline(source[i + 1]) && source[i + 1] != source[i];
    i += pair ? 1 : 0;
    ++line;
    column = 1;
  }
  return range.line == line && range.column == column;
}

// Splices, cuts, doubles and swaps words of good policies, so that most of it still parses.
class Mutator {
 public:
  explicit Mutator(std::vector<std::string> sources) : sources_(std::move(sources)) {
    for (const std::string& source : sources_) collect_words(source);
  }

  std::string next() {
    std::string source = sources_[draw(sources_.size())];
    for (std::size_t changes = 1 + draw(2); changes > 0; --changes) change(source);
    return source;
  }

 private:
  std::size_t draw(std::size_t below) { return random_() % below; }

  static bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  }

  void collect_words(const std::string& source) {
    for (std::size_t i = 0; i < source.size();) {
      std::size_t end = i + 1;
      if (is_word(source[i])) {
        while (end < source.size() && is_word(source[end])) ++end;
        words_.push_back(source.substr(i, end - i));
      }
      i = end;
    }
  }

  void change(std::string& source) {
    if (source.empty()) return;
    std::size_t at = draw(source.size());
    while (at > 0 && is_word(source[at]) && is_word(source[at - 1])) --at;
    std::size_t end = at + 1;
    while (end < source.size() && is_word(source[at]) && is_word(source[end])) ++end;
    switch (draw(7)) {
      case 0:
        source.erase(at, end - at);
        return;
      case 1:
        source.insert(at, source.substr(at, draw(60)));
        return;
      case 2:
        source[draw(source.size())] = static_cast<char>(draw(256));
        return;
      case 3:
        source.insert(at, std::string(1, "()[]{}.,:;=<>~#\"'-"[draw(18)]));
        return;
      default:
        source.replace(at, end - at, words_[draw(words_.size())]);
        return;
    }
  }

  std::vector<std::string> sources_;
  std::vector<std::string> words_;
  std::mt19937_64 random_{20261121};
};

double seconds_of(const std::function<void()>& work) {
  const std::clock_t begin = std::clock();
  work();
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

// `head`, as much of `unit` as 64 KiB hold, `tail`; inside of act.
std::string filled(const std::string& head, const std::string& unit, const std::string& tail = "") {
  std::string source = "local policy = {}\nfunction policy.act(self, world)\n" + head;
  const std::string end = tail + "\nend\nreturn policy\n";
  while (source.size() + unit.size() + end.size() <= sandbox::kSourceBytesMax) source += unit;
  return source + end;
}

std::string repeated(const std::string& text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("Mutated policies get an answer that points into them", "[checker]") {
  Mutator mutator(good_policies());
  const auto pasture = engine::builtin_scenario("pasture");
  std::size_t accepted = 0;
  for (int i = 0; i < 5000; ++i) {
    const std::string source = mutator.next();
    const auto report = scripting::check_policy("policy", source, &pasture.value());
    accepted += report.ok() ? 1 : 0;
    CHECK(report.diagnostics.size() <= 2 * sandbox::kDiagnosticsMax);
    for (const sandbox::Diagnostic& finding : report.diagnostics) {
      if (points_into(source, finding) && !finding.message.empty()) continue;
      INFO(sandbox::diagnostics_text({finding}, "policy", source) << "\n" << source);
      FAIL("a finding points nowhere");
    }
  }
  // Enough of them are still policies for the rules to be reached.
  CHECK(accepted > 300);
}

TEST_CASE("What the checker accepts can be loaded", "[checker]") {
  Mutator mutator(good_policies());
  const auto pasture = engine::builtin_scenario("pasture");
  const auto registry = std::make_shared<scripting::ScriptRegistry>();
  scripting::PolicyHost host(registry, {});
  std::size_t refused = 0;
  std::string first;
  for (int i = 0; i < 1500; ++i) {
    const std::string source = mutator.next();
    if (!scripting::check_policy("policy", source, &pasture.value()).ok()) continue;
    const auto verdict = host.prepare(registry->add(source)->sha256, pasture.value());
    if (verdict.ok) continue;
    ++refused;
    first +=
        sandbox::diagnostics_text(verdict.diagnostics, "policy", source) + source + "\n#####\n";
  }
  INFO(first);
  CHECK(refused == 0);
}

// Ratios in one run: the bound is in parses of the same source. On a machine of 2020 that is 20 ms.
TEST_CASE("Sources made to be slow cost little more than to be parsed", "[checker]") {
  const std::string food = "local food = world.nearest('any', 3)\n";
  const std::string list = "local list = world.neighbors('any', 3)\n";
  const std::vector<std::string> sources{
      filled("local x\nlocal function f(a) return a end\n", "f(x) "),
      filled("", "self.memory.a = self.memory.a + 1 "),
      filled(food, "if food then food.x = 1 end "),
      filled("", "do local food = world.nearest('any', 3) food.x = 1 end "),
      filled("local x = 1\n", "if x and x and x and x and x and x and x and x then end "),
      filled(list, "list[1].x = 1 "),
      filled(list, "self:note(list[0]) "),
      filled("local list = {1, 2}\n", "self:note(list[0]) "),
      filled("", "self:fly() "),
      filled("", "unknown() "),
      filled("local t = {}\n", "function t.m(a, b) a.x = b t.m(b, a) end "),
      filled("local t = {}\n", "function t:m(b) self.x = b t:m(b) end "),
      filled("local a = 1\n" + repeated("while a do ", 170), "b = 1 ", repeated(" end", 170)),
      filled("local a = 1\n" + repeated("while a and a and a and a do ", 170), "a = 1 ",
             repeated(" end", 170)),
      filled("local x = 1\nlocal c = not x" + repeated(" and x", 150) + "\nlocal d = not c" +
                 repeated(" and c", 150) + "\n",
             "if d and d then end "),
      filled("", "if self.hunger > 0.3 then elseif self.hunger > 0.3 then end "),
      filled("local t = {", "a = function() end, ", "}"),
      filled("local t = {", "1, ", "}"),
      filled("", "self:move(1, 2) "),
      filled("", "do return end "),
      filled("", "self.memory[a].b.c.d = self.memory.q.r.s.t "),
  };
  for (const std::string& source : sources) {
    double parse = 1e9;
    double check = 1e9;
    for (int round = 0; round < 3; ++round) {
      parse = std::min(parse, seconds_of([&] { sandbox::parse("policy", source); }));
      check = std::min(check, seconds_of([&] { scripting::check_policy("policy", source); }));
    }
    INFO(source.substr(40, 120) << "\nparsed in " << parse * 1e3 << " ms, checked in "
                                << check * 1e3);
    CHECK(check < 25 * std::max(parse, 1e-3));
  }
}

TEST_CASE("Depth of any kind is answered", "[checker]") {
  for (const std::string& source : {
           repeated("(", 60'000),
           repeated("{", 60'000),
           repeated("function() ", 5'000),
           "return " + repeated("a.", 30'000) + "b",
           "return " + repeated("not ", 15'000) + "b",
           "return " + repeated("a and ", 10'000) + "b",
           "return " + repeated("a .. ", 10'000) + "b",
           repeated("if a then ", 6'000),
           "local x = a" + repeated("(1)", 20'000),
           "local x = a" + repeated(":m()", 16'000),
           std::string(65'536, '\0'),
           std::string(65'536, '\xff'),
           std::string(200'000, 'x'),
           repeated("\n", 65'000),
       }) {
    CHECK_FALSE(scripting::check_policy("policy", source).ok());
  }
}
