#include "server/routing/arguments.h"

#include <algorithm>
#include <charconv>

#include "engine/base/check.h"
#include "engine/base/json.h"
#include "engine/base/utf8.h"

namespace cherub::server {
namespace {

Parameter parameter_of(std::string name, ParameterPlace place, std::string summary) {
  Parameter parameter;
  parameter.name = std::move(name);
  parameter.place = place;
  parameter.summary = std::move(summary);
  return parameter;
}

std::optional<std::uint64_t> read_whole(std::string_view text) {
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string listed(const std::vector<std::string>& choices) {
  std::string text;
  for (const std::string& choice : choices) text += (text.empty() ? "" : ", ") + choice;
  return text;
}

}  // namespace

Parameter path_text(std::string name, std::string summary) {
  return parameter_of(std::move(name), ParameterPlace::kPath, std::move(summary));
}

Parameter path_choice(std::string name, std::string summary, std::vector<std::string> choices) {
  Parameter parameter = path_text(std::move(name), std::move(summary));
  parameter.choices = std::move(choices);
  return parameter;
}

Parameter query_text(std::string name, std::string summary, std::size_t bytes_max) {
  Parameter parameter = parameter_of(std::move(name), ParameterPlace::kQuery, std::move(summary));
  parameter.bytes_max = bytes_max;
  return parameter;
}

Parameter query_choice(std::string name, std::string summary, std::vector<std::string> choices,
                       std::string fallback) {
  Parameter parameter = query_text(std::move(name), std::move(summary));
  parameter.choices = std::move(choices);
  parameter.fallback = std::move(fallback);
  return parameter;
}

Parameter query_whole(std::string name, std::string summary, WholeRange range,
                      std::string fallback) {
  Parameter parameter = query_text(std::move(name), std::move(summary));
  parameter.whole = range;
  parameter.fallback = std::move(fallback);
  return parameter;
}

Parameter header_text(std::string name, std::string summary) {
  return parameter_of(std::move(name), ParameterPlace::kHeader, std::move(summary));
}

base::Schema parameter_schema(const Parameter& parameter) {
  base::Schema schema = parameter.whole
                            ? base::whole_schema(static_cast<double>(parameter.whole->low),
                                                 static_cast<double>(parameter.whole->high))
                        : parameter.choices.empty() ? base::text_schema(parameter.bytes_max)
                                                    : base::choice_schema(parameter.choices);
  if (parameter.fallback.empty()) return schema;
  return schema.with("default",
                     parameter.whole ? parameter.fallback : base::json_string(parameter.fallback));
}

std::string parameter_problem(const Parameter& parameter, std::string_view value) {
  const std::string name = "'" + parameter.name + "'";
  if (parameter.whole) {
    const auto number = read_whole(value);
    if (number && *number >= parameter.whole->low && *number <= parameter.whole->high) return {};
    return name + " must be a whole number from " + std::to_string(parameter.whole->low) + " to " +
           std::to_string(parameter.whole->high) + ".";
  }
  if (!parameter.choices.empty() && std::find(parameter.choices.begin(), parameter.choices.end(),
                                              value) == parameter.choices.end()) {
    return name + " must be one of: " + listed(parameter.choices) + ".";
  }
  if (value.size() > parameter.bytes_max) {
    return name + " has at most " + std::to_string(parameter.bytes_max) + " bytes.";
  }
  if (!base::is_utf8(value)) return name + " must be text in UTF-8.";
  return {};
}

void Arguments::set(const Parameter& parameter, std::string value) {
  values_.emplace_back(&parameter, std::move(value));
}

const Parameter& Arguments::declared(std::string_view name) const {
  const auto found = std::find_if(declared_->begin(), declared_->end(),
                                  [&](const Parameter& one) { return one.name == name; });
  CHERUB_CHECK(found != declared_->end());
  return *found;
}

const std::string* Arguments::find(std::string_view name) const {
  const Parameter* const parameter = &declared(name);
  for (const auto& [owner, value] : values_) {
    if (owner == parameter) return &value;
  }
  return parameter->fallback.empty() ? nullptr : &parameter->fallback;
}

bool Arguments::sent(std::string_view name) const {
  const Parameter* const parameter = &declared(name);
  return std::any_of(values_.begin(), values_.end(),
                     [&](const auto& entry) { return entry.first == parameter; });
}

std::string_view Arguments::text(std::string_view name) const {
  const std::string* const value = find(name);
  return value == nullptr ? std::string_view() : std::string_view(*value);
}

std::optional<std::uint64_t> Arguments::whole(std::string_view name) const {
  const std::string* const value = find(name);
  return value == nullptr ? std::nullopt : read_whole(*value);
}

std::optional<std::string> percent_decoded(std::string_view text, PlusSign plus) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus == PlusSign::kSpace) {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return decoded;
}

}  // namespace cherub::server
