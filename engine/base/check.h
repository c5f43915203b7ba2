#pragma once

namespace cherub::base {

// Prints the broken condition with its place on stderr and aborts.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace cherub::base

// Guards against programmer errors, also in release builds. Input from scripts, files or the
// network never reaches one: that is what Result is for.
#define CHERUB_CHECK(condition) \
  ((condition) ? void(0) : ::cherub::base::check_failed(#condition, __FILE__, __LINE__))
