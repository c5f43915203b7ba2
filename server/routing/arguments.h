#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/json_schema.h"

namespace cherub::server {

enum class ParameterPlace { kPath, kQuery, kHeader };

struct WholeRange {
  std::uint64_t low = 0, high = 0;
};

// A parameter of a route: a text, one of several texts, or a whole number. What is not declared is
// refused in a query and ignored in a header.
struct Parameter {
  std::string name;  // as it is sent; matched without regard to case in headers
  ParameterPlace place = ParameterPlace::kQuery;
  std::string summary;
  std::vector<std::string> choices;  // of a text; empty: any
  std::optional<WholeRange> whole;   // a whole number within
  std::string fallback;              // what it is when it is not sent; empty: nothing
  std::size_t bytes_max = 200;
};

Parameter path_text(std::string name, std::string summary);
Parameter path_choice(std::string name, std::string summary, std::vector<std::string> choices);
Parameter query_text(std::string name, std::string summary, std::size_t bytes_max = 200);
Parameter query_choice(std::string name, std::string summary, std::vector<std::string> choices,
                       std::string fallback = {});
Parameter query_whole(std::string name, std::string summary, WholeRange range,
                      std::string fallback = {});
Parameter header_text(std::string name, std::string summary);

base::Schema parameter_schema(const Parameter& parameter);
// What is wrong with a value that was sent; empty: nothing.
std::string parameter_problem(const Parameter& parameter, std::string_view value);

// The parameters of one request. Asking for one that its route does not declare is a fault of the
// program.
class Arguments {
 public:
  explicit Arguments(const std::vector<Parameter>& declared) : declared_(&declared) {}
  void set(const Parameter& parameter, std::string value);

  [[nodiscard]] bool sent(std::string_view name) const;
  // As it was sent, decoded; else its fallback; else empty.
  [[nodiscard]] std::string_view text(std::string_view name) const;
  // Of a whole number; nothing when it was not sent and has no fallback.
  [[nodiscard]] std::optional<std::uint64_t> whole(std::string_view name) const;

 private:
  const Parameter& declared(std::string_view name) const;
  const std::string* find(std::string_view name) const;

  const std::vector<Parameter>* declared_;
  std::vector<std::pair<const Parameter*, std::string>> values_;
};

// "a%20b" and, in a query, "a+b" as "a b"; nothing when a '%' is not followed by two hex digits.
enum class PlusSign { kSpace, kPlus };
std::optional<std::string> percent_decoded(std::string_view text, PlusSign plus);

}  // namespace cherub::server
