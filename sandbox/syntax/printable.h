#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Untrusted text on a terminal: nothing in it may move the cursor, change colours or turn the
// reading direction, and carets must stand below what they mean.
namespace cherub::sandbox {

// One character as it is shown.
struct Glyph {
  std::size_t size = 1;   // bytes of the text that it stands for
  std::size_t width = 1;  // columns of a terminal: 0, 1 or 2
  std::string_view text;  // what to print; lives as long as the text it was made from
};

// The character at the start of a text that is not empty. Tabs become a space, bytes that are no
// UTF-8 and characters that control the terminal or the direction become U+FFFD.
Glyph first_glyph(std::string_view text);

// A whole text that way.
std::string printable(std::string_view text);

}  // namespace cherub::sandbox
