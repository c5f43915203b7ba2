#include "sandbox/pattern.h"

#include <array>
#include <catch2/catch.hpp>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "lua_oracle.h"

namespace cherub::sandbox {
namespace {

constexpr std::int64_t kPlenty = 10'000'000;

// Copies without a byte to spare, so that the address sanitizer sees the first one beyond.
std::unique_ptr<char[]> exact_copy(std::string_view text) {
  auto copy = std::make_unique<char[]>(text.size());
  text.copy(copy.get(), text.size());
  return copy;
}

PatternMatch run(std::string_view subject, std::string_view pattern, std::size_t init = 0,
                 std::int64_t fuel = kPlenty) {
  PatternMatch match{};
  match.fuel = fuel;
  const auto subject_copy = exact_copy(subject);
  const auto pattern_copy = exact_copy(pattern);
  cherub_pattern_match(subject_copy.get(), subject.size(), pattern_copy.get(), pattern.size(), init,
                       &match);
  return match;
}

PatternStatus status_of(const PatternMatch& match) {
  return static_cast<PatternStatus>(match.status);
}

// The result as LuaOracle::find tells it.
std::string told(const PatternMatch& match, std::string_view subject) {
  switch (status_of(match)) {
    case PatternStatus::kNoMatch:
      return "nil ";
    case PatternStatus::kOutOfFuel:
      return "out of fuel";
    case PatternStatus::kMalformedPattern:
      return match.error;
    case PatternStatus::kTooComplex:
      return "pattern too complex";
    case PatternStatus::kMatch:
      break;
  }
  std::string text = std::to_string(match.start + 1) + " " + std::to_string(match.end) + " ";
  for (int i = 0; i < match.capture_count; ++i) {
    const PatternCapture& capture = match.captures[i];
    if (capture.length == kPositionCapture) {
      text += std::to_string(capture.start + 1) + " ";
      continue;
    }
    if (capture.length == kUnfinishedCapture) return "unfinished capture";
    const auto start = static_cast<std::size_t>(capture.start);
    const auto length = static_cast<std::size_t>(capture.length);
    text += "'" + std::string(subject.substr(start, length)) + "' ";
  }
  return text;
}

void check_same(LuaOracle& lua, const std::string& subject, const std::string& pattern,
                std::size_t init = 0) {
  // string.find looks for such texts itself. For other functions the zero is the end, and the
  // parenthesis closes nothing.
  if (pattern.find_first_of(std::string_view("\0)", 2)) != std::string::npos &&
      pattern.find_first_of("^$*+?.([%-") == std::string::npos) {
    return;
  }
  const std::string ours = told(run(subject, pattern, init), subject);
  const std::string theirs = lua.find(subject, pattern, init);
  if (ours == theirs) return;
  FAIL_CHECK("find('" << subject << "', '" << pattern << "', " << init + 1 << ") is " << theirs
                      << ", not " << ours);
}

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : engine_(seed) {}
  std::size_t below(std::size_t count) { return engine_() % count; }

  std::string subject() {
    constexpr std::string_view kBytes{"aabbc1 x()]%.\0_-\x80Z\n", 20};
    std::string text;
    for (std::size_t i = below(16); i > 0; --i) text += kBytes[below(kBytes.size())];
    return text;
  }

  std::string pattern() {
    std::string text = below(5) == 0 ? "^" : "";
    int open = 0;
    for (std::size_t i = 1 + below(6); i > 0; --i) append_piece(text, open);
    while (open-- > 0 && below(6) > 0) text += ')';
    if (below(6) == 0) text += '$';
    if (below(30) == 0) text += std::string_view("%[](\0^-", 7)[below(7)];
    if (below(40) == 0 && !text.empty()) text.erase(below(text.size()), 1);
    return text;
  }

 private:
  void append_piece(std::string& text, int& open) {
    static const std::vector<std::string> kItems = {
        "a",    "b",     "c",    ".",           "%a",     "%d",     "%w",    "%s",  "%p",
        "%A",   "%W",    "%c",   "%l",          "%u",     "%x",     "%X",    "%g",  "%G",
        "%z",   "%Z",    "[ab]", "[^ab]",       "[a-c]",  "[%w_]",  "[^%s]", "[]]", "[^]]",
        "[a-]", "[%a-]", "[-a]", "[c-a]",       "[%]]",   "[a-%%]", "%.",    "%%",  "x",
        "1",    " ",     "\x80", "[\x80-\xff]", "[^%W%d]"};
    static const std::vector<std::string> kRare = {"()",     "%b()", "%bab", "%f[%w]", "%f[^a]",
                                                   "%f[%z]", "%fa",  "%0",   "%1",     "%2"};
    const std::size_t choice = below(24);
    if (choice < 15) {
      text += kItems[below(kItems.size())];
      const std::size_t sign = below(8);
      if (sign < 4) text += "*+-?"[sign];
    } else if (choice < 18) {
      text += '(';
      ++open;
    } else if (choice < 21) {
      text += ')';
      if (open > 0) --open;
    } else {
      text += kRare[below(kRare.size())];
    }
  }

  std::mt19937_64 engine_;
};

}  // namespace

TEST_CASE("patterns match as in LuaJIT, over generated patterns and subjects") {
  LuaOracle lua;
  Generator generator(8);
  int matches = 0;
  int errors = 0;
  for (int i = 0; i < 60'000; ++i) {
    const std::string subject = generator.subject();
    const std::string pattern = generator.pattern();
    const std::size_t init = generator.below(subject.size() + 1);
    check_same(lua, subject, pattern, init);
    const PatternStatus status = status_of(run(subject, pattern, init));
    if (status == PatternStatus::kMatch) ++matches;
    if (status == PatternStatus::kMalformedPattern) ++errors;
  }
  // The generator reaches all three outcomes.
  CHECK(matches > 5'000);
  CHECK(errors > 2'000);
  CHECK(errors + matches < 50'000);
}

TEST_CASE("every class means the same bytes as in LuaJIT") {
  LuaOracle lua;
  std::string bytes;
  for (int c = 0; c < 256; ++c) bytes += static_cast<char>(c);
  for (char letter = 'A'; letter <= 'z'; ++letter) {
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      check_same(lua, bytes.substr(at, 1), std::string("^%") + letter);
      check_same(lua, bytes.substr(at, 1), std::string("^[^%") + letter + "]");
    }
  }
}

TEST_CASE("malformed patterns are refused with LuaJIT's words") {
  LuaOracle lua;
  for (const std::string pattern :
       {"[a", "%", "a)%", "%1", "%0", "(%1)", "%f", "%fa", "%f[", "%b", "%bx", "[]", "[^]", "[%",
        "[%]", "[a-", "a.)", "(.)%2", "%a%"}) {
    INFO(pattern);
    check_same(lua, "aaa", pattern);
    CHECK(status_of(run("aaa", "." + pattern)) == PatternStatus::kMalformedPattern);
  }
}

TEST_CASE("a capture that is never closed is an error for whoever asks for it") {
  LuaOracle lua;
  for (const std::string pattern : {"(a", "(a(a", "(."}) {
    check_same(lua, "aaa", pattern);
    CHECK(status_of(run("aaa", pattern)) == PatternStatus::kMatch);
  }
}

TEST_CASE("edges of strings") {
  LuaOracle lua;
  using namespace std::string_literals;
  for (const std::string& pattern :
       {""s,     "^"s,  "$"s,  "^$"s,     ".-"s,     ".*"s,    "()"s,   "a"s,
        "^^"s,   "^*"s, "$a"s, "a$"s,     "\0"s,     "a\0b"s,  "a\0."s, "%z"s,
        "[%z]"s, "]"s,  ")"s,  "%f[%a]"s, "%f[%z]"s, "%b\0x"s, ".*()"s}) {
    for (const std::string& subject : {""s, "a"s, "^a"s, "a$a"s, "\0"s, "a\0b"s, "*"s, "])"s}) {
      for (std::size_t init = 0; init <= subject.size(); ++init) {
        check_same(lua, subject, pattern, init);
      }
    }
  }
  CHECK(status_of(run("abc", "", 3)) == PatternStatus::kMatch);
  CHECK(status_of(run("abc", "", 4)) == PatternStatus::kNoMatch);
  CHECK(status_of(run("abc", ".-", 4)) == PatternStatus::kNoMatch);
}

TEST_CASE("captures and recursion have LuaJIT's bounds") {
  LuaOracle lua;
  const auto repeated = [](std::string_view text, int count) {
    std::string all;
    for (int i = 0; i < count; ++i) all += text;
    return all;
  };
  check_same(lua, "abc", repeated("()", kCapturesMax));
  check_same(lua, "abc", repeated("()", kCapturesMax + 1));
  const std::string subject(300, 'a');
  for (int count : {150, 198, 199, 200, 201, 5'000}) {
    check_same(lua, subject, repeated("a?", count));
    check_same(lua, subject, repeated("a-", count));
  }
  CHECK(status_of(run(subject, repeated("a?", 200))) == PatternStatus::kTooComplex);
}

TEST_CASE("the fuel that a match takes is exactly the fuel that it needs") {
  Generator generator(9);
  int compared = 0;
  for (int i = 0; i < 3'000; ++i) {
    const std::string subject = generator.subject() + generator.subject();
    const std::string pattern = generator.pattern();
    const PatternMatch full = run(subject, pattern);
    const PatternMatch same = run(subject, pattern, 0, full.fuel);
    INFO("find('" << subject << "', '" << pattern << "') takes " << full.fuel);
    CHECK(same.fuel == full.fuel);
    CHECK(told(same, subject) == told(full, subject));
    if (full.fuel == 0) continue;
    const PatternMatch less = run(subject, pattern, 0, full.fuel - 1);
    CHECK(status_of(less) == PatternStatus::kOutOfFuel);
    CHECK(less.fuel == full.fuel - 1);
    CHECK(less.capture_count == 0);
    ++compared;
  }
  CHECK(compared > 1'500);
}

TEST_CASE("patterns that explode end with their fuel") {
  const std::string a(30'000, 'a');
  std::string lazy;
  std::string optional;
  std::string open;
  for (int i = 0; i < 30; ++i) {
    lazy += ".-";
    optional += "a?";
    open += "%b()";
  }
  const std::vector<std::pair<std::string, std::string>> cases = {
      {a, lazy + "b"},
      {a.substr(0, 30), optional + optional + a.substr(0, 60) + "b"},
      {a, "(.*)(.*)(.*)%3%2%1b"},
      {std::string(30'000, '('), "%b()"},
      {a, ".*" + lazy + "[^a]"},
      {a, a.substr(0, 15'000) + "b"},
      {a, a.substr(0, 15'000) + "b."}};
  for (const auto& [subject, pattern] : cases) {
    INFO(pattern.substr(0, 40));
    const PatternMatch match = run(subject, pattern, 0, 1'000'000);
    CHECK(status_of(match) == PatternStatus::kOutOfFuel);
    CHECK(match.fuel == 1'000'000);
  }
}

TEST_CASE("no fuel at all is no match") {
  CHECK(status_of(run("abc", "a", 0, 0)) == PatternStatus::kOutOfFuel);
  CHECK(status_of(run("abc", ".", 0, 0)) == PatternStatus::kOutOfFuel);
  const PatternMatch negative = run("abc", ".", 0, -5);
  CHECK(status_of(negative) == PatternStatus::kOutOfFuel);
  CHECK(negative.fuel == 0);
}

TEST_CASE("many sets in one pattern, of which some share a cache line") {
  LuaOracle lua;
  std::string pattern = "^";
  std::string subject;
  for (int i = 0; i < 40; ++i) {
    const char c = static_cast<char>('a' + i % 26);
    pattern += std::string("[") + c + "]" + (i % 3 == 0 ? "-" : "");
    subject += c;
  }
  check_same(lua, subject, pattern + "$");
  check_same(lua, subject, pattern + "x");
  check_same(lua, "abcabcabc", "[a-c]-[b]-[c]-[a]-[b]-[c]-[a]-[b]-[c]-$");
  check_same(lua, "aXbXc", "([%w])[X]([%w])[X]([%w])[X]?");
}

TEST_CASE("random bytes as pattern and subject stay within bounds") {
  LuaOracle lua;
  std::mt19937_64 engine(10);
  const auto bytes = [&engine](std::size_t size_max) {
    constexpr std::string_view kFavoured = "%%%[[]]()^$-*+?.abf1";
    std::string text;
    for (std::size_t i = engine() % (size_max + 1); i > 0; --i) {
      text += engine() % 3 == 0 ? static_cast<char>(engine() % 256)
                                : kFavoured[engine() % kFavoured.size()];
    }
    return text;
  };
  for (int i = 0; i < 30'000; ++i) check_same(lua, bytes(12), bytes(12));
}

}  // namespace cherub::sandbox
