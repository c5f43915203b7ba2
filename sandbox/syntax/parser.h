#pragma once

#include <optional>
#include <string>

#include "sandbox/syntax/ast.h"
#include "sandbox/syntax/diagnostic.h"

namespace cherub::sandbox {

// The bounds of a source. LuaJIT's own are 200 locals and 60 upvalues per function; the meter needs
// kMeterUpvalues of those.
inline constexpr std::size_t kSourceBytesMax = 64 * 1024;
inline constexpr int kNestingMax = 180;  // nested blocks, functions, expressions, operator chains
inline constexpr std::uint32_t kLocalsMax = 200;  // active at once in one function
inline constexpr std::uint32_t kMeterUpvalues = 12;
inline constexpr std::uint32_t kUpvaluesMax = 60 - kMeterUpvalues;
inline constexpr std::size_t kElseifMax = 500;
inline constexpr std::size_t kDiagnosticsMax = 20;

struct ParseResult {
  std::optional<Chunk> chunk;  // present when no diagnostic is an error
  Diagnostics diagnostics;
};

// Parses untrusted text. Never throws for bad input, never recurses deeper than kNestingMax allows,
// takes time proportional to the source. Refuses: more than kSourceBytesMax, NUL bytes, binary
// chunks, a byte order mark or `#!` line, bytes outside ASCII in names, the suffixes LL, ULL and i
// on numbers. After a syntax error it goes on at the next statement where that is likely to help,
// and reports at most kDiagnosticsMax findings.
ParseResult parse(std::string name, std::string source);

}  // namespace cherub::sandbox
