#include "engine/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace cherub::base {

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "cherub: check failed: %s at %s:%d\n", condition, file, line);
  std::abort();
}

}  // namespace cherub::base
