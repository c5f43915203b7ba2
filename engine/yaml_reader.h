#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace cherub::engine {

// Reads one YAML document that may come from anywhere: refuses texts over the size, depth and node
// limits, anchors and aliases (with which a short text can mean a huge document), several documents
// in one text, and tags.
base::Result<YAML::Node> load_yaml(std::string_view text, std::size_t bytes_max);

// Reads the fields of one YAML mapping. All readers of a document share one error slot: the first
// failure fills it, and everything after that leaves its target as it is. Call finish() last; it
// refuses the fields that nobody asked for. Never throws.
class FieldReader {
 public:
  FieldReader(YAML::Node node, std::string path, std::optional<base::Error>& error);

  // Each leaves the target untouched when the field is absent.
  void text(std::string_view key, std::string& out);
  void number(std::string_view key, double& out);
  void integer(std::string_view key, std::uint32_t& out);
  void choice(std::string_view key, const std::vector<std::string>& names, std::size_t& out);
  void texts(std::string_view key, std::vector<std::string>& out);
  void object(std::string_view key, const std::function<void(FieldReader&)>& read);
  void objects(std::string_view key, const std::function<void(FieldReader&)>& read);
  void require(std::string_view key);
  void refuse(std::string_view key, std::string message);  // what was read there
  void finish();

 private:
  std::optional<YAML::Node> find(std::string_view key);
  std::optional<std::string> scalar(const YAML::Node& node, const std::string& path,
                                    std::string_view wanted);
  [[nodiscard]] std::string path_to(std::string_view key) const;
  void fail(const std::string& path, std::string message);

  YAML::Node node_;
  std::string path_;
  std::optional<base::Error>& error_;
  std::vector<std::string> known_;
};

// The text in quotes for a message, cut when long.
std::string quoted(std::string_view text);

// The candidate with the smallest edit distance to `name`, or empty when none is near.
std::string nearest_word(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace cherub::engine
