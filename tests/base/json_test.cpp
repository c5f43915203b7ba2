#include "engine/base/json.h"

#include <catch2/catch.hpp>
#include <limits>
#include <string>

#include "engine/base/sha256.h"

namespace cherub::base {

TEST_CASE("a document at the depth limit is read, one level more is refused") {
  const std::string open(kJsonDepthMax, '[');
  const std::string close(kJsonDepthMax, ']');
  CHECK(parse_json(open + close).ok());
  CHECK_FALSE(parse_json("[" + open + close + "]").ok());
}

TEST_CASE("a million brackets are an error, not a crash") {
  CHECK_FALSE(parse_json(std::string(1'000'000, '[')).ok());
}

TEST_CASE("a syntax error names its line and the column of the first wrong byte") {
  const auto result = parse_json("{\n  \"a\": nope\n}");
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().where.find("line 2, column 9") != std::string::npos);
}

TEST_CASE("text behind the value and invalid UTF-8 are refused") {
  CHECK_FALSE(parse_json("{} x").ok());
  CHECK_FALSE(parse_json("\"\xff\"").ok());
}

TEST_CASE("whatever bytes go in, the written string is valid JSON") {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  bytes += "\xe2\x82\xac\xed\xa0\x80\xf0\x90\x80\x80";
  const auto result = parse_json(json_string(bytes));
  REQUIRE(result.ok());
  const std::string back = result->GetString();
  CHECK(std::string(result->GetString(), result->GetStringLength()).find("\xe2\x82\xac") !=
        std::string::npos);
}

TEST_CASE("numbers read back as the same bits, what JSON cannot say becomes null") {
  for (const double value : {0.1, 1e300, -0.0, 5e-324, 123456789.125}) {
    CHECK(parse_json(json_number(value))->GetDouble() == value);
  }
  CHECK(json_number(std::numeric_limits<double>::infinity()) == "null");
  CHECK(json_number(std::numeric_limits<double>::quiet_NaN()) == "null");
}

TEST_CASE("objects keep the order of their members") {
  CHECK(JsonObject().add("b", 1).add("a", "x\"").add("c", true).raw("d", "[1]").text() ==
        R"({"b":1,"a":"x\"","c":true,"d":[1]})");
}

TEST_CASE("SHA-256 of the standard's example") {
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace cherub::base
