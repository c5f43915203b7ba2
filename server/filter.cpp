#include "server/filter.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace cherub::server {
namespace {

using base::Error;
using base::ErrorCode;

std::string_view text_of(const rapidjson::Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

std::optional<telemetry::Level> level_of(const rapidjson::Value& value) {
  return value.IsString() ? telemetry::level_of(text_of(value)) : std::nullopt;
}

Error bad_filter(std::string message, std::string where) {
  return {ErrorCode::kInvalidArgument, std::move(message), std::move(where)};
}

}  // namespace

base::Result<Filter::Scalar> Filter::read_scalar(const rapidjson::Value& value,
                                                 const std::string& where) {
  if (value.IsBool()) return Scalar(value.GetBool());
  if (value.IsNumber() && std::isfinite(value.GetDouble())) return Scalar(value.GetDouble());
  if (!value.IsString()) return bad_filter("Compare with a text, a number or a boolean.", where);
  if (value.GetStringLength() > kFilterTextBytesMax) {
    return bad_filter("A text to compare with has at most 256 bytes.", where);
  }
  return Scalar(std::string(text_of(value)));
}

base::Result<Filter::Condition> Filter::read_condition(std::string_view member,
                                                       const rapidjson::Value& value) {
  Condition condition;
  condition.member = std::string(member);
  // A name that somebody made up is told back only when it is short.
  const std::string where =
      "filter." + std::string(member.size() <= 64 ? member : member.substr(0, 64));
  if (member.empty() || member.size() > kFilterTextBytesMax) {
    return bad_filter("A member's name has 1 to 256 bytes.", where);
  }
  if (value.IsObject()) {
    const auto min = value.FindMember("min");
    if (member != "level" || value.MemberCount() != 1 || min == value.MemberEnd()) {
      return bad_filter(R"(Only "level" may be an object, and that is {"min": "WARN"}.)", where);
    }
    condition.level_min = level_of(min->value);
    if (!condition.level_min) {
      return bad_filter("A level is DEBUG, INFO, WARN or ERROR.", where + ".min");
    }
    return condition;
  }
  if (!value.IsArray()) {
    auto scalar = read_scalar(value, where);
    if (!scalar.ok()) return scalar.error();
    condition.one_of.push_back(std::move(*scalar));
    return condition;
  }
  if (value.Empty() || value.Size() > kFilterValuesMax) {
    return bad_filter("A set has 1 to 32 values.", where);
  }
  for (rapidjson::SizeType i = 0; i < value.Size(); ++i) {
    auto scalar = read_scalar(value[i], where + "[" + std::to_string(i) + "]");
    if (!scalar.ok()) return scalar.error();
    condition.one_of.push_back(std::move(*scalar));
  }
  return condition;
}

base::Result<Filter> Filter::parse(const rapidjson::Value& value) {
  if (!value.IsObject()) return bad_filter("A filter is an object of members.", "filter");
  if (value.MemberCount() > kFilterFieldsMax) {
    return bad_filter("A filter names at most 8 members.", "filter");
  }
  Filter filter;
  for (const auto& member : value.GetObject()) {
    auto condition = read_condition(text_of(member.name), member.value);
    if (!condition.ok()) return condition.error();
    filter.conditions_.push_back(std::move(*condition));
  }
  return filter;
}

bool Filter::holds(const Condition& condition, const rapidjson::Value& value) {
  if (condition.level_min) {
    const auto level = level_of(value);
    return level && *level >= *condition.level_min;
  }
  return std::any_of(condition.one_of.begin(), condition.one_of.end(), [&](const Scalar& scalar) {
    if (const auto* text = std::get_if<std::string>(&scalar)) {
      return value.IsString() && text_of(value) == *text;
    }
    if (const auto* number = std::get_if<double>(&scalar)) {
      return value.IsNumber() && value.GetDouble() == *number;
    }
    return value.IsBool() && value.GetBool() == std::get<bool>(scalar);
  });
}

bool Filter::matches(const rapidjson::Value& record) const {
  if (!record.IsObject()) return false;
  return std::all_of(conditions_.begin(), conditions_.end(), [&](const Condition& condition) {
    const rapidjson::Value name(rapidjson::StringRef(
        condition.member.data(), static_cast<rapidjson::SizeType>(condition.member.size())));
    const auto member = record.FindMember(name);
    return member != record.MemberEnd() && holds(condition, member->value);
  });
}

}  // namespace cherub::server
