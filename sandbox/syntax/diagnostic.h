#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cherub::sandbox {

// A stretch of source text. Lines and columns count from 1, columns in bytes, offsets from 0.
struct Range {
  std::uint32_t begin = 0;  // offset of the first byte
  std::uint32_t end = 0;    // offset behind the last byte
  std::uint32_t line = 1;   // of `begin`
  std::uint32_t column = 1;
};

// An error refuses the source, a warning tells of what is very likely a mistake, a hint of what
// could be better.
enum class Severity { kError, kWarning, kHint };

// One finding about a source, written for people and for models: what was found, and what to write
// instead.
struct Diagnostic {
  Severity severity = Severity::kError;
  Range range;
  std::string message;
  std::string hint;  // may be empty
};

using Diagnostics = std::vector<Diagnostic>;

// `[{"line":…,"column":…,"offset":…,"length":…,"severity":…,"message":…,"hint":…},…]`; offset and
// length of the stretch in bytes, severity "error", "warning" or "hint".
std::string diagnostics_json(const Diagnostics& diagnostics);

// Each finding as a compiler prints it: place and message, the line, a caret, the hint.
//   name:3:9: error: unknown name 'wrold'
//     3 | local w = wrold.nearest("food", 20)
//       |           ^~~~~
//       = write 'world'
// Nothing of the source or its name reaches a terminal but printable characters.
enum class TextStyle { kPlain, kColour };
std::string diagnostics_text(const Diagnostics& diagnostics, const std::string& source_name,
                             const std::string& source, TextStyle style = TextStyle::kPlain);

}  // namespace cherub::sandbox
