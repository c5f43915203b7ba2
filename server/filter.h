#pragma once

#include <rapidjson/document.h>

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/result.h"
#include "server/telemetry/event.h"

namespace cherub::server {

inline constexpr std::size_t kFilterFieldsMax = 8;
inline constexpr std::size_t kFilterValuesMax = 32;
inline constexpr std::size_t kFilterTextBytesMax = 256;

// Which records of a channel a client wants, by their own members:
//   {"type": "best"}                  equal to a text, number or boolean
//   {"type": ["best", "done"]}        equal to one of these
//   {"level": {"min": "WARN"}}        of this level or above: DEBUG, INFO, WARN, ERROR
// All must hold. A record without the member does not match.
class Filter {
 public:
  // The error's `where` is the path within the filter, "filter.type[3]".
  static base::Result<Filter> parse(const rapidjson::Value& value);

  // `record` may be anything; what is no object does not match.
  [[nodiscard]] bool matches(const rapidjson::Value& record) const;

 private:
  using Scalar = std::variant<bool, double, std::string>;
  struct Condition {
    std::string member;
    std::vector<Scalar> one_of;
    std::optional<telemetry::Level> level_min;  // in place of one_of
  };

  static base::Result<Scalar> read_scalar(const rapidjson::Value& value, const std::string& where);
  static base::Result<Condition> read_condition(std::string_view member,
                                                const rapidjson::Value& value);
  static bool holds(const Condition& condition, const rapidjson::Value& value);

  std::vector<Condition> conditions_;
};

}  // namespace cherub::server
