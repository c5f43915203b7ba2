#include "server/cli/text_io.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>

namespace cherub::server::cli {
namespace {

// The beginning of a text: a character of UTF-8, or one byte that begins none.
struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 1;
  bool valid = true;
};

Character first_of(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return {first, 1, true};
  const std::size_t bytes = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  static constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  std::uint32_t code = first & (0x7fU >> bytes);
  bool valid = first >= 0xc2 && first <= 0xf4 && text.size() >= bytes;
  for (std::size_t i = 1; valid && i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    valid = (next & 0xc0) == 0x80;
    code = (code << 6) | (next & 0x3fU);
  }
  valid = valid && code >= kLeast[bytes] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return valid ? Character{code, bytes, true} : Character{first, 1, false};
}

bool is_control(std::uint32_t code) {
  const bool turns = code == 0x061c || code == 0x200e || code == 0x200f ||
                     (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || turns || code == 0x2028 || code == 0x2029;
}

std::string escape_of(const Character& character) {
  std::array<char, 16> text{};
  const char* const form = character.valid && character.code >= 0x80 ? "\\u%04x" : "\\x%02x";
  std::snprintf(text.data(), text.size(), form, character.code);
  return text.data();
}

}  // namespace

base::Result<std::string> read_text(const std::string& path, std::size_t bytes_max) {
  const bool standard = path == "-";
  std::FILE* const opened = standard ? stdin : std::fopen(path.c_str(), "rb");
  if (opened == nullptr) {
    return base::Error{base::ErrorCode::kIo, std::strerror(errno), path};
  }
  const auto close = [standard](std::FILE* file) {
    if (!standard) std::fclose(file);
  };
  const std::unique_ptr<std::FILE, decltype(close)> file(opened, close);
  std::string text;
  std::array<char, 16384> piece;
  std::size_t bytes = 0;
  while ((bytes = std::fread(piece.data(), 1, piece.size(), file.get())) > 0) {
    text.append(piece.data(), bytes);
    if (text.size() > bytes_max) {
      return base::Error{base::ErrorCode::kInvalidArgument,
                         "The file has more than " + std::to_string(bytes_max) + " bytes.", path};
    }
  }
  if (std::ferror(file.get()) != 0) {
    return base::Error{base::ErrorCode::kIo, std::strerror(errno), path};
  }
  return text;
}

std::string printable(std::string_view text, Lines lines) {
  std::string out;
  while (!text.empty()) {
    const Character next = first_of(text);
    const std::string_view bytes = text.substr(0, next.bytes);
    text.remove_prefix(next.bytes);
    if (lines == Lines::kKeep && (next.code == '\n' || next.code == '\t')) {
      out += bytes;
    } else if (next.code == '\n') {
      out += "\\n";
    } else if (!next.valid || is_control(next.code)) {
      out += escape_of(next);
    } else {
      out += bytes;
    }
  }
  return out;
}

void print_line(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fputc('\n', stdout);
  std::fflush(stdout);
}

void print_error(const base::Error& error) {
  std::fprintf(stderr, "cherub: %s\n", error.text().c_str());
}

}  // namespace cherub::server::cli
