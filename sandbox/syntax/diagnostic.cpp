#include "sandbox/syntax/diagnostic.h"

#include <algorithm>
#include <string_view>

#include "engine/base/json.h"
#include "sandbox/syntax/printable.h"

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

// Colours of a terminal, or nothing.
struct Palette {
  std::string_view place, severity, caret, end;
};

Palette palette(Severity severity, TextStyle style) {
  if (style == TextStyle::kPlain) return {};
  Palette colours{"\033[1m", "\033[1;31m", "\033[1;32m", "\033[0m"};
  if (severity == Severity::kWarning) colours.severity = "\033[1;35m";
  if (severity == Severity::kHint) colours.severity = "\033[1;36m";
  return colours;
}

bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0u) == 0x80;
}

// Of a line that is too long, only the surroundings of the caret.
std::string_view cut_around(std::string_view line, std::size_t& caret) {
  if (line.size() <= kShownBytesMax) return line;
  std::size_t cut = caret > kShownBytesMax / 2 ? caret - kShownBytesMax / 2 : 0;
  while (cut < caret && continues_character(line[cut])) ++cut;
  std::size_t end = std::min(cut + kShownBytesMax, line.size());
  while (end < line.size() && end > cut && continues_character(line[end])) --end;
  caret -= cut;
  return line.substr(cut, end - cut);
}

// The source line of the finding, and below it a caret under its stretch.
void append_excerpt(std::string& text, const Range& range, std::string_view source,
                    const Palette& colours) {
  std::size_t begin = 0;
  std::string_view line = line_around(source, range.begin, begin);
  std::size_t caret = std::min<std::size_t>(range.begin, source.size()) - begin;
  line = cut_around(line, caret);
  const std::size_t size = range.end > range.begin ? range.end - range.begin : 1;
  std::string shown, before, below;
  for (std::size_t at = 0; at < line.size();) {
    const Glyph glyph = first_glyph(line.substr(at));
    shown += glyph.text;
    if (at < caret) before.append(glyph.width, ' ');
    if (at >= caret && at < caret + size) below.append(glyph.width, '~');
    at += glyph.size;
  }
  if (below.empty()) below = "~";
  below[0] = '^';
  const std::string number = std::to_string(range.line);
  text +=
      "  " + number + " | " + shown + "\n" + std::string(number.size() + 2, ' ') + " | " + before;
  text.append(colours.caret).append(below).append(colours.end) += '\n';
}

}  // namespace

std::string diagnostics_json(const Diagnostics& diagnostics) {
  base::JsonArray array;
  for (const Diagnostic& diagnostic : diagnostics) {
    base::JsonObject object;
    object.add("line", diagnostic.range.line)
        .add("column", diagnostic.range.column)
        .add("offset", diagnostic.range.begin)
        .add("length", diagnostic.range.end - diagnostic.range.begin)
        .add("severity", severity_name(diagnostic.severity))
        .add("message", diagnostic.message)
        .add("hint", diagnostic.hint);
    array.raw(object.text());
  }
  return array.text();
}

std::string diagnostics_text(const Diagnostics& diagnostics, const std::string& source_name,
                             const std::string& source, TextStyle style) {
  std::string text;
  const std::string name = printable(source_name);
  for (const Diagnostic& diagnostic : diagnostics) {
    const Range& range = diagnostic.range;
    const Palette colours = palette(diagnostic.severity, style);
    text.append(colours.place).append(name) +=
        ":" + std::to_string(range.line) + ":" + std::to_string(range.column) + ":";
    text.append(colours.end).append(" ").append(colours.severity);
    text.append(severity_name(diagnostic.severity)).append(":").append(colours.end);
    text += " " + printable(diagnostic.message) + "\n";
    append_excerpt(text, range, source, colours);
    if (diagnostic.hint.empty()) continue;
    const std::string margin(std::to_string(range.line).size() + 2, ' ');
    text += margin + " = " + printable(diagnostic.hint) + "\n";
  }
  return text;
}

}  // namespace cherub::sandbox
