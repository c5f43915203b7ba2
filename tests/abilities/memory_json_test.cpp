#include "abilities/memory_json.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "abilities/counts_json.h"

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
  return "{\"cherub_memories\":2,\"tick\":0,\"versions\":[],\"migration\":[],\"agents\":["
         "{\"id\":1,\"memory\":" +
         memory + "}]}";
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
  scripting::SavedPolicies saved;
  saved.versions = {{0, 3, std::string(64, 'a')}, {3, 17, std::string(64, 'b')}};
  saved.migration = {0, 4294967295, 77};
  auto& memories = saved.agents;
  for (const Value& value : values) {
    memories.push_back({{static_cast<std::uint32_t>(memories.size()), 77}, value});
  }
  memories[1].seat = 3;
  memories[1].drives = false;
  memories[2].saved_fuel = 79'999.9375;
  const auto read = memories_from_json(memories_to_json(12, saved));
  if (!read) FAIL(read.error().text());
  CHECK(memories_to_json(12, *read) == memories_to_json(12, saved));
  CHECK(read->migration == saved.migration);
  REQUIRE(read->versions.size() == 2);
  CHECK(read->versions[1].sha256 == saved.versions[1].sha256);
  REQUIRE(read->agents.size() == memories.size());
  for (std::size_t i = 0; i < memories.size(); ++i) {
    CAPTURE(i);
    CHECK(read->agents[i].agent == memories[i].agent);
    CHECK(read->agents[i].memory == memories[i].memory);
    CHECK(read->agents[i].seat == memories[i].seat);
    CHECK(read->agents[i].drives == memories[i].drives);
    CHECK(read->agents[i].saved_fuel == memories[i].saved_fuel);
  }
  CHECK(std::signbit(std::get<double>(read->agents[2].memory.data)));
  const auto nan = memories_from_json(with("{\"$number\":\"nan\"}"));
  REQUIRE(nan);
  CHECK(std::isnan(std::get<double>(nan->agents[0].memory.data)));
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
  for (const char* more : {",\"kept\":false", ",\"saved_fuel\":-1", ",\"seat\":256", ",\"x\":1"}) {
    CAPTURE(more);
    CHECK(error_of(with("1" + std::string(more))).find("agents[0]") != std::string::npos);
  }
}

TEST_CASE("how scripts have done is saved with the memories") {
  scripting::SavedPolicies saved;
  scripting::SavedCounts& counts = saved.counts;
  counts.total.acts = ~std::uint64_t{0};
  counts.total.faults = {1, 2, 3, 4, 5, 6, 7};
  counts.total.first_fault = "policy:3: \"no\"\nat act";
  counts.versions = {{std::string(64, 'a'), 7, 99, counts.total}};
  counts.window = {{110, 5, 1}, {120, 9, 2}};
  scripting::AbilityStats& ability = counts.abilities[std::string(64, 'b')];
  ability = {9, 4, 2, 3, 1234, 99, "ability:1: no"};
  const auto read = memories_from_json(memories_to_json(12, saved));
  REQUIRE(read);
  CHECK(memories_to_json(12, *read) == memories_to_json(12, saved));
  CHECK(read->counts.total.acts == counts.total.acts);
  CHECK(read->counts.total.faults == counts.total.faults);
  CHECK(read->counts.total.first_fault == counts.total.first_fault);
  REQUIRE(read->counts.versions.size() == 1);
  CHECK(read->counts.versions[0].since == 7);
  CHECK(read->counts.versions[0].agents == 99);
  CHECK(read->counts.window == counts.window);
  REQUIRE(read->counts.abilities.size() == 1);
  CHECK(read->counts.abilities.begin()->second.refused == 2);
  CHECK(read->counts.abilities.begin()->second.first_fault == ability.first_fault);
  for (const char* bad : {"{\"x\":1}", "{\"window\":[[1,2,3,4]]}", "{\"window\":[[1,-2,3]]}",
                          "{\"total\":{\"faults\":[1,2,3,4,5,6,7,8]}}", "{\"versions\":[1]}", "[]",
                          "{\"abilities\":[{\"uses\":\"x\"}]}"}) {
    CAPTURE(bad);
    std::string json = memories_to_json(12, {});
    const std::string good = counts_json({});
    json.replace(json.find(good), good.size(), bad);
    CHECK(error_of(json).find("counts") != std::string::npos);
  }
}

}  // namespace cherub::abilities
