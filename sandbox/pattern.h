#pragma once

#include <cstddef>
#include <cstdint>

namespace cherub::sandbox {

inline constexpr int kCapturesMax = 32;

// One capture: a stretch of the subject, or a position (length == kPositionCapture). A capture that
// the pattern never closed (kUnfinishedCapture) is an error for whoever asks for it, as in the
// reference implementation.
struct PatternCapture {
  std::int32_t start;  // offset from 0
  std::int32_t length;
};
inline constexpr std::int32_t kUnfinishedCapture = -1;
inline constexpr std::int32_t kPositionCapture = -2;

enum class PatternStatus : std::int32_t {
  kNoMatch = 0,
  kMatch = 1,
  kOutOfFuel = 2,
  kMalformedPattern = 3,  // `error` says how
  kTooComplex = 4,        // recursion deeper than the bound
};

// What a match leaves behind. Plain memory: the trusted Lua code reads it through FFI.
struct PatternMatch {
  std::int32_t status;  // PatternStatus
  std::int32_t start;   // of the whole match, offset from 0
  std::int32_t end;     // behind the whole match
  std::int32_t capture_count;
  std::int64_t fuel;  // in: what may be spent; out: what was spent
  PatternCapture captures[kCapturesMax];
  char error[96];  // NUL-terminated message of kMalformedPattern
};

// Lua 5.1's pattern matching (string.find, match, gmatch, gsub) over bytes, paying one unit of fuel
// per elementary step (a character compared, a class tested, a frame entered), so that its time is
// proportional to the fuel. Looks for the first match at or behind `init` (offset from 0). A
// leading
// '^' anchors. Same results as the reference implementation, with its limits on captures; `%f`
// works. No allocation, no exceptions, no libc locale: character classes are those of the C locale.
extern "C" void cherub_pattern_match(const char* subject, std::size_t subject_size,
                                     const char* pattern, std::size_t pattern_size,
                                     std::size_t init, PatternMatch* match);

}  // namespace cherub::sandbox
