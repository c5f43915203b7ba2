#pragma once

#include <rapidjson/document.h>

#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace cherub::base {

inline constexpr std::size_t kJsonDepthMax = 64;

// Parses one JSON text under the limits that every untrusted document gets: iterative parser, depth
// of at most kJsonDepthMax, valid UTF-8, nothing behind the value. The error says line and column.
Result<rapidjson::Document> parse_json(std::string_view text);

// The shortest text that reads back as the same number; NaN and infinities become null.
std::string json_number(double value);

// A quoted JSON string. Bytes that are not UTF-8 become U+FFFD, so the result is always valid.
std::string json_string(std::string_view text);

// Writes a document or value as compact JSON.
std::string to_json(const rapidjson::Value& value);

// Builds one JSON object or array as text, member by member, in the order of the calls:
//   JsonObject().add("tick", 3).add("name", "oak").text()
class JsonObject {
 public:
  JsonObject& add(std::string_view name, std::string_view value) {
    return raw(name, json_string(value));
  }
  JsonObject& add(std::string_view name, const char* value) {
    return add(name, std::string_view(value));
  }
  JsonObject& add(std::string_view name, const std::string& value) {
    return add(name, std::string_view(value));
  }
  JsonObject& add(std::string_view name, double value) { return raw(name, json_number(value)); }
  JsonObject& add(std::string_view name, bool value) { return raw(name, value ? "true" : "false"); }
  template <class Integer>
  requires(std::is_integral_v<Integer> &&
           !std::is_same_v<Integer, bool>) JsonObject& add(std::string_view name, Integer value) {
    return raw(name, std::to_string(value));
  }
  // `json` must be a complete JSON value.
  JsonObject& raw(std::string_view name, std::string_view json);
  [[nodiscard]] std::string text() const { return body_ + "}"; }

 private:
  std::string body_ = "{";
};

class JsonArray {
 public:
  JsonArray& add(std::string_view value) { return raw(json_string(value)); }
  JsonArray& add(double value) { return raw(json_number(value)); }
  // `json` must be a complete JSON value.
  JsonArray& raw(std::string_view json);
  [[nodiscard]] std::string text() const { return body_ + "]"; }

 private:
  std::string body_ = "[";
};

}  // namespace cherub::base
