#include "engine/base/json_cursor.h"

#include <algorithm>

#include "engine/base/json.h"

namespace cherub::base {
namespace {

constexpr std::size_t kDepthMax = 256;
constexpr std::size_t kNumberBytesMax = 64;
constexpr std::size_t kNameBytesShown = 64;

bool is_plain(char c) {
  return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

bool is_of_number(char c) {
  return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

}  // namespace

Error JsonCursor::error() const {
  return {ErrorCode::kInvalidArgument, message_, where_};
}

void JsonCursor::fail(std::string_view message) {
  if (failed_) return;
  failed_ = true;
  message_ = message;
  for (const Step& step : path_) {
    if (step.name.empty()) {
      where_ += "[" + std::to_string(step.index) + "]";
    } else {
      where_ += (where_.empty() ? "" : ".") + step.name.substr(0, kNameBytesShown);
    }
  }
  where_ += (where_.empty() ? "" : ", ") + ("byte " + std::to_string(at_));
}

void JsonCursor::skip_space() {
  while (at_ < text_.size() &&
         (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
    ++at_;
  }
}

char JsonCursor::peek() {
  skip_space();
  return at_ < text_.size() ? text_[at_] : '\0';
}

bool JsonCursor::take(char punctuation) {
  if (failed_ || peek() != punctuation) return false;
  ++at_;
  return true;
}

void JsonCursor::expect(char punctuation) {
  if (take(punctuation)) return;
  fail(std::string("Expected '") + punctuation + "' here.");
}

bool JsonCursor::open(char bracket) {
  if (path_.size() >= kDepthMax) {
    fail("Nested deeper than " + std::to_string(kDepthMax) + " levels.");
    return false;
  }
  expect(bracket);
  if (failed_) return false;
  path_.emplace_back();
  return true;
}

bool JsonCursor::take_word(std::string_view word) {
  if (failed_) return false;
  skip_space();
  if (text_.substr(at_, word.size()) != word) return false;
  at_ += word.size();
  return true;
}

void JsonCursor::expect_end() {
  if (!failed_ && peek() != '\0') fail("Nothing may follow here.");
  if (!failed_ && at_ < text_.size()) fail("A zero byte is not JSON.");
}

std::string_view JsonCursor::number_text() {
  if (failed_) return {};
  skip_space();
  std::size_t end = at_;
  while (end < text_.size() && is_of_number(text_[end]) && end - at_ <= kNumberBytesMax) ++end;
  if (end == at_ || end - at_ > kNumberBytesMax || text_[at_] == '+') {
    fail("Must be a number.");
    return {};
  }
  const std::string_view digits = text_.substr(at_, end - at_);
  at_ = end;
  return digits;
}

std::string JsonCursor::string() {
  if (failed_) return {};
  if (peek() != '"') {
    fail("Must be a string.");
    return {};
  }
  std::size_t end = at_ + 1;
  while (end < text_.size() && is_plain(text_[end])) ++end;
  if (end < text_.size() && text_[end] == '"') {
    std::string plain(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return plain;
  }
  while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2u : 1u;
  if (end >= text_.size()) {
    fail("The string does not end.");
    return {};
  }
  const auto parsed = parse_json(text_.substr(at_, end + 1 - at_));
  if (!parsed || !parsed->IsString()) {
    fail("Not a valid JSON string.");
    return {};
  }
  at_ = end + 1;
  return {parsed->GetString(), parsed->GetStringLength()};
}

}  // namespace cherub::base
