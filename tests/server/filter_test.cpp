#include "server/filter.h"

#include <catch2/catch.hpp>

#include "engine/base/json.h"

namespace cherub::server {
namespace {

base::Result<Filter> filter(const std::string& json) {
  const auto document = base::parse_json(json);
  REQUIRE(document.ok());
  return Filter::parse(*document);
}

bool matches(const std::string& filter_json, const std::string& record) {
  const auto read = filter(filter_json);
  REQUIRE(read.ok());
  return read->matches(*base::parse_json(record));
}

std::string refusal(const std::string& json) {
  const auto read = filter(json);
  return read.ok() ? "taken" : read.error().where;
}

std::string repeated(std::string_view text, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += (i == 0 ? "" : ",") + std::string(text);
  return all;
}

}  // namespace

TEST_CASE("a filter compares members with texts, numbers, booleans and sets of them") {
  const std::string record = R"({"type":"spawn","tick":3,"ok":true,"level":"WARN"})";
  CHECK(matches("{}", record));
  CHECK(matches(R"({"type":"spawn"})", record));
  CHECK_FALSE(matches(R"({"type":"spaw"})", record));
  CHECK(matches(R"({"tick":3.0,"ok":true})", record));
  CHECK_FALSE(matches(R"({"tick":"3"})", record));
  CHECK_FALSE(matches(R"({"ok":1})", record));
  CHECK(matches(R"({"type":["best","spawn"],"tick":[1,2,3]})", record));
  CHECK_FALSE(matches(R"({"type":"spawn","tick":4})", record));
  CHECK_FALSE(matches(R"({"absent":1})", record));
  CHECK_FALSE(matches(R"({"type":"x"})", "[1]"));
}

TEST_CASE("a level is that or above, and what is no level does not match") {
  CHECK(matches(R"({"level":{"min":"WARN"}})", R"({"level":"ERROR"})"));
  CHECK(matches(R"({"level":{"min":"WARN"}})", R"({"level":"WARN"})"));
  CHECK_FALSE(matches(R"({"level":{"min":"WARN"}})", R"({"level":"INFO"})"));
  CHECK_FALSE(matches(R"({"level":{"min":"DEBUG"}})", R"({"level":"loud"})"));
  CHECK_FALSE(matches(R"({"level":{"min":"DEBUG"}})", "{}"));
}

TEST_CASE("hostile filters are refused by the path of what is wrong") {
  CHECK(refusal("[]") == "filter");
  CHECK(refusal(R"({"":1})") == "filter.");
  CHECK(refusal(R"({"a":null})") == "filter.a");
  CHECK(refusal(R"({"a":[1,[2]]})") == "filter.a[1]");
  CHECK(refusal(R"({"a":[]})") == "filter.a");
  CHECK(refusal(R"({"a":{"min":"WARN"}})") == "filter.a");
  CHECK(refusal(R"({"level":{"min":"LOUD"}})") == "filter.level.min");
  CHECK(refusal(R"({"level":{"max":"WARN"}})") == "filter.level");
  CHECK(refusal(R"({"a":")" + std::string(256, 'x') + "\"}") == "taken");
  CHECK(refusal(R"({"a":")" + std::string(257, 'x') + "\"}") == "filter.a");
  CHECK(refusal("{\"a\":[" + repeated("1", 32) + "]}") == "taken");
  CHECK(refusal("{\"a\":[" + repeated("1", 33) + "]}") == "filter.a");
  CHECK(refusal(R"({"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1})") == "taken");
  CHECK(refusal(R"({"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1})") == "filter");
}

}  // namespace cherub::server
