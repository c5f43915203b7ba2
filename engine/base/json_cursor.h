#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "engine/base/result.h"

namespace cherub::base {

// Reads one JSON text from the front, piece by piece, for texts too large to be held as a document.
// The first failure sticks: all that is asked for afterwards is empty, and error() tells the place.
class JsonCursor {
 public:
  explicit JsonCursor(std::string_view text) : text_(text) {}

  [[nodiscard]] bool ok() const { return !failed_; }
  [[nodiscard]] Error error() const;  // when not ok()
  // Says what is wrong with the value just read or about to be read.
  void fail(std::string_view message);

  // Calls visit(name) for each member; it must read the member's value.
  template <class Visit>
  void object(Visit&& visit) {
    if (!open('{')) return;
    if (take('}')) return close();
    do {
      const std::string name = string();
      expect(':');
      if (failed_) return;
      path_.back() = {name, 0};
      visit(std::string_view(name));
      if (failed_) return;
    } while (take(','));
    path_.back() = {};
    expect('}');
    close();
  }

  // Calls visit(index) for each element; it must read the element.
  template <class Visit>
  void array(Visit&& visit) {
    if (!open('[')) return;
    if (take(']')) return close();
    do {
      visit(path_.back().index);
      if (failed_) return;
      ++path_.back().index;
    } while (take(','));
    expect(']');
    close();
  }

  std::string string();
  // Exactly this number, or a failure: no fraction for an integer, nothing out of range. Floats are
  // read back to the bits that they were written from.
  template <class Number>
  Number number() {
    const std::string_view digits = number_text();
    Number value{};
    if (failed_) return value;
    const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (status == std::errc{} && end == digits.data() + digits.size()) return value;
    fail(std::is_integral_v<Number> ? "Must be a whole number within the range of this field."
                                    : "Must be a finite number.");
    return {};
  }
  // The word at the cursor if it is this one: true, false, null.
  bool take_word(std::string_view word);
  // The next character that is not white space; 0 at the end.
  [[nodiscard]] char peek();
  void expect_end();

 private:
  struct Step {
    std::string name;  // empty: an element of an array
    std::size_t index = 0;
  };

  void skip_space();
  bool open(char bracket);
  void close() { path_.pop_back(); }
  bool take(char punctuation);
  void expect(char punctuation);
  std::string_view number_text();

  std::string_view text_;
  std::size_t at_ = 0;
  bool failed_ = false;
  std::string message_, where_;
  std::vector<Step> path_;
};

}  // namespace cherub::base
