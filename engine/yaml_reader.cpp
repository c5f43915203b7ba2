#include "engine/yaml_reader.h"

#include <yaml-cpp/eventhandler.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>
#include <utility>

namespace cherub::engine {
namespace {

using base::Error;
using base::ErrorCode;

constexpr int kDepthMax = 16;
constexpr int kNodesMax = 20'000;
constexpr std::size_t kQuotedBytesMax = 60;  // of a wrong value in a message

Error invalid(std::string message, std::string where) {
  return {ErrorCode::kInvalidArgument, std::move(message), std::move(where)};
}

std::string place(const YAML::Mark& mark) {
  return "line " + std::to_string(mark.line + 1) + ", column " + std::to_string(mark.column + 1);
}

// Watches the parser's events before any document is built from them.
class BoundsHandler final : public YAML::EventHandler {
 public:
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnAnchor(const YAML::Mark& mark, const std::string&) override { refuse_alias(mark); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuse_alias(mark); }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { node(mark, anchor, ""); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string&) override {
    node(mark, anchor, tag);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    node(mark, anchor, tag);
    enter(mark);
  }
  void OnSequenceEnd() override { --depth_; }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    node(mark, anchor, tag);
    enter(mark);
  }
  void OnMapEnd() override { --depth_; }

 private:
  void fail(const YAML::Mark& mark, std::string message) {
    if (!error_) error_ = invalid(std::move(message), place(mark));
  }
  void refuse_alias(const YAML::Mark& mark) {
    fail(mark, "Anchors (&) and aliases (*) are not allowed here; write the value out.");
  }
  void node(const YAML::Mark& mark, YAML::anchor_t anchor, const std::string& tag) {
    if (anchor != 0) refuse_alias(mark);
    // Plain scalars have the tag "?", quoted ones "!".
    if (!tag.empty() && tag != "?" && tag != "!") fail(mark, "Tags (!) are not allowed here.");
    if (++nodes_ > kNodesMax) {
      fail(mark, "More than " + std::to_string(kNodesMax) + " values in one document.");
    }
  }
  void enter(const YAML::Mark& mark) {
    if (++depth_ > kDepthMax) {
      fail(mark, "Nested deeper than " + std::to_string(kDepthMax) + " levels.");
    }
  }

  std::optional<Error> error_;
  int depth_ = 0;
  int nodes_ = 0;
};

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : ", ") + word;
  return all;
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string all(1, '\'');
  all.append(text.substr(0, kQuotedBytesMax));
  all.append(text.size() > kQuotedBytesMax ? "...'" : "'");
  return all;
}

std::string nearest_word(std::string_view name, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, std::min<std::size_t>(name.size(), 32) / 3);
  if (name.size() > 64) return best;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(name, candidate);
    if (distance > best_distance || (distance == best_distance && !best.empty())) continue;
    best = candidate;
    best_distance = distance;
  }
  return best;
}

base::Result<YAML::Node> load_yaml(std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max) {
    return invalid("The text has " + std::to_string(text.size()) + " bytes, at most " +
                       std::to_string(bytes_max) + " are allowed.",
                   "YAML");
  }
  if (text.find('\0') != std::string_view::npos) return invalid("A zero byte in the text.", "YAML");
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    BoundsHandler bounds;
    if (!parser.HandleNextDocument(bounds)) return invalid("The text is empty.", "YAML");
    if (bounds.error()) return *bounds.error();
    BoundsHandler rest;
    if (parser.HandleNextDocument(rest)) {
      return invalid("One document per text, please; a second begins behind '---'.", "YAML");
    }
    return YAML::Load(std::string(text));
  } catch (const YAML::Exception& failure) {
    return invalid("Not YAML: " + failure.msg + ".", place(failure.mark));
  } catch (const std::exception& failure) {
    return invalid(std::string("Not YAML: ") + failure.what() + ".", "YAML");
  }
}

FieldReader::FieldReader(YAML::Node node, std::string path, std::optional<Error>& error)
    : node_(std::move(node)), path_(std::move(path)), error_(error) {
  if (!error_ && !node_.IsMap()) fail(path_, "Must be a mapping of field names to values.");
}

std::string FieldReader::path_to(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

void FieldReader::fail(const std::string& path, std::string message) {
  if (!error_) error_ = invalid(std::move(message), path.empty() ? "document" : path);
}

std::optional<YAML::Node> FieldReader::find(std::string_view key) {
  known_.emplace_back(key);
  if (error_) return std::nullopt;
  std::optional<YAML::Node> found;
  for (const auto& field : node_) {
    if (!field.first.IsScalar() || field.first.Scalar() != key) continue;
    if (found) fail(path_to(key), "Given twice.");
    found = field.second;
  }
  return error_ ? std::nullopt : found;
}

std::optional<std::string> FieldReader::scalar(const YAML::Node& node, const std::string& path,
                                               std::string_view wanted) {
  if (node.IsScalar()) return node.Scalar();
  fail(path, "Must be " + std::string(wanted) + ".");
  return std::nullopt;
}

void FieldReader::text(std::string_view key, std::string& out) {
  if (const auto node = find(key)) {
    if (const auto value = scalar(*node, path_to(key), "a text")) out = *value;
  }
}

void FieldReader::number(std::string_view key, double& out) {
  const auto node = find(key);
  if (!node) return;
  const auto value = scalar(*node, path_to(key), "a number");
  if (!value) return;
  double parsed = 0;
  const char* end = value->data() + value->size();
  const auto [stop, status] = std::from_chars(value->data(), end, parsed);
  if (status != std::errc() || stop != end || !std::isfinite(parsed)) {
    fail(path_to(key), "Must be a finite number, not " + quoted(*value) + ".");
    return;
  }
  out = parsed;
}

void FieldReader::integer(std::string_view key, std::uint32_t& out) {
  const auto node = find(key);
  if (!node) return;
  const auto value = scalar(*node, path_to(key), "a whole number");
  if (!value) return;
  std::uint32_t parsed = 0;
  const char* end = value->data() + value->size();
  const auto [stop, status] = std::from_chars(value->data(), end, parsed);
  if (status != std::errc() || stop != end) {
    fail(path_to(key), "Must be a whole number from 0, not " + quoted(*value) + ".");
    return;
  }
  out = parsed;
}

void FieldReader::choice(std::string_view key, const std::vector<std::string>& names,
                         std::size_t& out) {
  const auto node = find(key);
  if (!node) return;
  const auto value = scalar(*node, path_to(key), "one of " + joined(names));
  if (!value) return;
  const auto found = std::find(names.begin(), names.end(), *value);
  if (found == names.end()) {
    fail(path_to(key), "Must be one of " + joined(names) + ", not " + quoted(*value) + ".");
    return;
  }
  out = std::size_t(found - names.begin());
}

void FieldReader::texts(std::string_view key, std::vector<std::string>& out) {
  const auto node = find(key);
  if (!node) return;
  if (!node->IsSequence()) return fail(path_to(key), "Must be a list of texts.");
  out.clear();
  for (std::size_t i = 0; i < node->size(); ++i) {
    const std::string path = path_to(key) + "[" + std::to_string(i) + "]";
    const auto value = scalar((*node)[i], path, "a text");
    if (!value) return;
    out.push_back(*value);
  }
}

void FieldReader::object(std::string_view key, const std::function<void(FieldReader&)>& read) {
  const auto node = find(key);
  if (!node) return;
  FieldReader inner(*node, path_to(key), error_);
  read(inner);
  inner.finish();
}

void FieldReader::objects(std::string_view key, const std::function<void(FieldReader&)>& read) {
  const auto node = find(key);
  if (!node) return;
  if (!node->IsSequence()) return fail(path_to(key), "Must be a list.");
  for (std::size_t i = 0; i < node->size() && !error_; ++i) {
    FieldReader inner((*node)[i], path_to(key) + "[" + std::to_string(i) + "]", error_);
    read(inner);
    inner.finish();
  }
}

void FieldReader::require(std::string_view key) {
  if (error_) return;
  for (const auto& field : node_) {
    if (field.first.IsScalar() && field.first.Scalar() == key) return;
  }
  fail(path_to(key), "Missing.");
}

void FieldReader::refuse(std::string_view key, std::string message) {
  fail(path_to(key), std::move(message));
}

void FieldReader::finish() {
  if (error_) return;
  for (const auto& field : node_) {
    if (!field.first.IsScalar()) return fail(path_, "Field names must be texts.");
    const std::string& name = field.first.Scalar();
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    const std::string near = nearest_word(name, known_);
    const std::string hint =
        near.empty() ? "Known: " + joined(known_) + "." : "Did you mean " + quoted(near) + "?";
    return fail(path_to(name.substr(0, kQuotedBytesMax)), "No such field. " + hint);
  }
}

}  // namespace cherub::engine
