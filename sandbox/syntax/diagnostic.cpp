#include "sandbox/syntax/diagnostic.h"

#include <algorithm>
#include <string_view>

#include "engine/base/json.h"

namespace cherub::sandbox {
namespace {

constexpr std::size_t kShownBytesMax = 160;

std::string_view severity_name(Severity severity) {
  if (severity == Severity::kHint) return "hint";
  return severity == Severity::kError ? "error" : "warning";
}

bool is_newline(char c) {
  return c == '\n' || c == '\r';
}

// The line that holds the offset, without its end.
std::string_view line_around(std::string_view source, std::size_t offset, std::size_t& begin) {
  offset = std::min(offset, source.size());
  begin = offset;
  while (begin > 0 && !is_newline(source[begin - 1])) --begin;
  std::size_t end = offset;
  while (end < source.size() && !is_newline(source[end])) ++end;
  return source.substr(begin, end - begin);
}

// Control characters would move the caret or the reader's terminal; UTF-8 passes.
char printable(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f ? ' ' : c;
}

// A caret counts characters, not the bytes of UTF-8.
bool starts_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0u) != 0x80;
}

// The source line of the finding, and below it a caret under its stretch.
void append_excerpt(std::string& text, const Range& range, std::string_view source) {
  std::size_t begin = 0;
  std::string_view line = line_around(source, range.begin, begin);
  std::size_t caret = std::min<std::size_t>(range.begin, source.size()) - begin;
  // Of a line that is too long, only the surroundings of the caret are shown.
  if (line.size() > kShownBytesMax) {
    const std::size_t cut = caret > kShownBytesMax / 2 ? caret - kShownBytesMax / 2 : 0;
    line = line.substr(cut, kShownBytesMax);
    caret -= cut;
  }
  const std::string number = std::to_string(range.line);
  const std::string margin(number.size() + 2, ' ');
  text += "  " + number + " | ";
  for (const char c : line) text += printable(c);
  text += "\n" + margin + " | ";
  for (std::size_t i = 0; i < caret && i < line.size(); ++i) {
    if (starts_character(line[i])) text += ' ';
  }
  text += '^';
  const std::size_t size = range.end > range.begin ? range.end - range.begin : 1;
  for (std::size_t i = caret + 1; i < caret + size && i < line.size(); ++i) {
    if (starts_character(line[i])) text += '~';
  }
  text += '\n';
}

}  // namespace

std::string diagnostics_json(const Diagnostics& diagnostics) {
  base::JsonArray array;
  for (const Diagnostic& diagnostic : diagnostics) {
    base::JsonObject object;
    object.add("line", diagnostic.range.line)
        .add("column", diagnostic.range.column)
        .add("severity", severity_name(diagnostic.severity))
        .add("message", diagnostic.message)
        .add("hint", diagnostic.hint);
    array.raw(object.text());
  }
  return array.text();
}

std::string diagnostics_text(const Diagnostics& diagnostics, const std::string& source_name,
                             const std::string& source) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics) {
    const Range& range = diagnostic.range;
    text +=
        source_name + ":" + std::to_string(range.line) + ":" + std::to_string(range.column) + ": ";
    text += severity_name(diagnostic.severity);
    text += ": " + diagnostic.message + "\n";
    append_excerpt(text, range, source);
    if (diagnostic.hint.empty()) continue;
    const std::string margin(std::to_string(range.line).size() + 2, ' ');
    text += margin + " = " + diagnostic.hint + "\n";
  }
  return text;
}

}  // namespace cherub::sandbox
