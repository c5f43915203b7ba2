#include "engine/base/json.h"

#include <catch2/catch.hpp>
#include <cmath>
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

TEST_CASE("JSON numbers mean what they say") {
  const auto value = [](const char* text) {
    const auto document = parse_json(text);
    INFO(text);
    REQUIRE(document.ok());
    return document->GetDouble();
  };
  CHECK(value("0e80") == 0);
  CHECK(value("0e-300") == 0);
  CHECK(value(("0." + std::string(400, '0') + "1").c_str()) == 0);
  CHECK(std::signbit(value("-0")));
  CHECK(std::signbit(value("-0.0e5")));
  CHECK(value("1e-400") == 0);
  CHECK(value("1.7976931348623157e308") == 1.7976931348623157e308);
  CHECK(value("4.9e-324") == 4.9e-324);
  CHECK(value("123456789012345678901234567890") == 123456789012345678901234567890.0);
  CHECK(parse_json("18446744073709551615")->GetUint64() == 18446744073709551615u);
  CHECK(parse_json("-9223372036854775808")->GetInt64() == INT64_MIN);
  CHECK(parse_json("7")->IsInt());
  CHECK(parse_json("7.0")->IsDouble());
  const auto large = parse_json("[1, 1.8e308]");
  REQUIRE_FALSE(large.ok());
  CHECK(large.error().message == "a number too large");
  for (const char* bad : {"01", "+1", "1.", ".5", "1e", "0x10", "--1", "NaN", "Infinity", "1 2"}) {
    INFO(bad);
    CHECK_FALSE(parse_json(bad).ok());
  }
}

TEST_CASE("half of a surrogate pair is no character, a whole one is") {
  for (const char* bad : {R"("\ud800")", R"("\udfff")", R"({"\udc00":1})", R"("\ud83dx")"}) {
    INFO(bad);
    CHECK_FALSE(parse_json(bad).ok());
  }
  CHECK(parse_json(R"("\udfff")").error().message == "half a surrogate pair");
  CHECK(std::string(parse_json(R"("\ud83d\ude00")")->GetString()) == "\xf0\x9f\x98\x80");
}

}  // namespace cherub::base
