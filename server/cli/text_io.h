#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace cherub::server::cli {

// A whole file, or standard input for "-". More than `bytes_max` is an error.
base::Result<std::string> read_text(const std::string& path, std::size_t bytes_max);

// A text from anywhere, fit for a terminal: control characters, bytes that are not UTF-8 and marks
// that turn the direction of writing are shown as escapes.
enum class Lines { kEscape, kKeep };  // line ends and tabs
std::string printable(std::string_view text, Lines lines = Lines::kEscape);

// One line on standard output, at once, also into a pipe.
void print_line(const std::string& text);
// "cherub: …" on standard error.
void print_error(const base::Error& error);

}  // namespace cherub::server::cli
