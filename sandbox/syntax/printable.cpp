#include "sandbox/syntax/printable.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace cherub::sandbox {
namespace {

constexpr std::string_view kReplacement = "\uFFFD";

struct CodeRange {
  std::uint32_t first, last;
};

// C1 controls; marks, embeddings, overrides and isolates of direction; invisible characters and
// breaks of lines.
constexpr auto kHarmful = std::to_array<CodeRange>({{0x80, 0x9f},
                                                    {0xad, 0xad},
                                                    {0x61c, 0x61c},
                                                    {0x200b, 0x200f},
                                                    {0x2028, 0x202e},
                                                    {0x2060, 0x206f},
                                                    {0xfeff, 0xfeff},
                                                    {0xfff0, 0xfffb},
                                                    {0xe0000, 0xe0fff}});

// East Asian wide characters and pictures, in the blocks that matter.
constexpr auto kWide = std::to_array<CodeRange>({{0x1100, 0x115f},
                                                 {0x2e80, 0x303e},
                                                 {0x3041, 0xa4cf},
                                                 {0xac00, 0xd7a3},
                                                 {0xf900, 0xfaff},
                                                 {0xfe30, 0xfe6f},
                                                 {0xff00, 0xff60},
                                                 {0xffe0, 0xffe6},
                                                 {0x1f300, 0x1f64f},
                                                 {0x1f680, 0x1f6ff},
                                                 {0x1f900, 0x1faff},
                                                 {0x20000, 0x3fffd}});

// Accents and selectors that are drawn onto the character before.
constexpr auto kCombining = std::to_array<CodeRange>(
    {{0x300, 0x36f}, {0x483, 0x489}, {0x1ab0, 0x1aff}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}});

template <std::size_t N>
bool is_in(std::uint32_t code, const std::array<CodeRange, N>& ranges) {
  return std::any_of(ranges.begin(), ranges.end(), [code](const CodeRange& range) {
    return code >= range.first && code <= range.last;
  });
}

// The code point at the start; `size` is 0 when the bytes are no UTF-8.
std::uint32_t decode(std::string_view text, std::size_t& size) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  size = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (first >= 0xf5 || size > text.size()) size = 0;
  if (size <= 1) return first;
  std::uint32_t code = first & (0xffu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0u) != 0x80) {
      size = 0;
      return first;
    }
    code = code << 6 | (byte(i) & 0x3fu);
  }
  const bool overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
  if (overlong || (code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) size = 0;
  return code;
}

}  // namespace

Glyph first_glyph(std::string_view text) {
  if (text[0] == '\t') return {1, 1, " "};
  std::size_t size = 0;
  const std::uint32_t code = decode(text, size);
  if (size == 0) return {1, 1, kReplacement};
  if (code < 0x20 || code == 0x7f || is_in(code, kHarmful)) return {size, 1, kReplacement};
  const std::size_t width = is_in(code, kWide) ? 2 : is_in(code, kCombining) ? 0 : 1;
  return {size, width, text.substr(0, size)};
}

std::string printable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const Glyph glyph = first_glyph(text);
    shown += glyph.text;
    text.remove_prefix(glyph.size);
  }
  return shown;
}

}  // namespace cherub::sandbox
