#include "abilities/memory_json.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

namespace cherub::abilities {
namespace {

using sandbox::Value;

Value table(std::vector<std::pair<Value, Value>> entries) {
  Value::Table made;
  for (auto& [key, value] : entries) made.push_back({std::move(key), std::move(value)});
  return {std::move(made)};
}

Value text(const char* bytes) {
  return {std::string(bytes)};
}

std::string error_of(const std::string& json) {
  const auto read = memories_from_json(json);
  return read ? "" : read.error().text();
}

std::string with(const std::string& memory) {
  return "{\"cherub_memories\":1,\"tick\":0,\"agents\":[{\"id\":1,\"memory\":" + memory + "}]}";
}

}  // namespace

TEST_CASE("memories of every kind read back equal, in order") {
  const double infinity = std::numeric_limits<double>::infinity();
  Value deep{1.0};
  for (int i = 0; i < 31; ++i) deep = table({{text("$in"), deep}});
  const std::vector<Value> values = {
      {},
      {true},
      {-0.0},
      {0.1},
      {5e-324},
      {infinity},
      {-infinity},
      text("plain"),
      text("line\nbreak \"quoted\" \xc3\xa9"),
      text("\xff\x00 not UTF-8"),
      table({}),
      table({{{1.0}, {2.0}}, {{2.0}, text("b")}}),
      table({{text("b"), {1.0}}, {text("a"), {2.0}}}),
      table({{{2.0}, {1.0}}, {{1.0}, {2.0}}}),
      table({{{true}, {1.0}}, {text("x"), {2.0}}, {{0.5}, table({})}}),
      table({{text("$number"), text("nan")}}),
      table({{text("\xfe"), {1.0}}}),
      deep};
  std::vector<scripting::AgentMemory> memories;
  for (const Value& value : values) {
    memories.push_back({{static_cast<std::uint32_t>(memories.size()), 77}, value});
  }
  const auto read = memories_from_json(memories_to_json(12, memories));
  if (!read) FAIL(read.error().text());
  REQUIRE(read->size() == memories.size());
  for (std::size_t i = 0; i < memories.size(); ++i) {
    CAPTURE(i);
    CHECK((*read)[i].agent == memories[i].agent);
    CHECK((*read)[i].memory == memories[i].memory);
  }
  CHECK(std::signbit(std::get<double>((*read)[2].memory.data)));
  const auto nan = memories_from_json(with("{\"$number\":\"nan\"}"));
  REQUIRE(nan);
  CHECK(std::isnan(std::get<double>((*nan)[0].memory.data)));
}

TEST_CASE("memories that no script could have are refused with their place") {
  CHECK(error_of(with("{\"a\":[1,2]}")).empty());
  for (const char* bad : {"{\"$number\":\"nine\"}", "{\"$what\":1}", "{\"a\":1,\"$entries\":[]}",
                          "{\"$entries\":[1]}", "{\"$entries\":[null,1]}", "{\"$entries\":[[1],1]}",
                          "{\"$base64\":\"*\"}", "nan", "1e999", "\"\\u12\"", "tru", "[1,]", ""}) {
    CAPTURE(bad);
    const std::string error = error_of(with(bad));
    CHECK(error.find("agents[0]") != std::string::npos);
  }
  CHECK(error_of(with(std::string(1'000'000, '['))).find("deeper") != std::string::npos);
  CHECK_FALSE(error_of("").empty());
  CHECK_FALSE(error_of("{}").empty());
}

}  // namespace cherub::abilities
