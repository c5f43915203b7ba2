#pragma once

#include <cstdint>

namespace cherub::server {

// What the system knows of this process; what cannot be read is 0.
struct ProcessFacts {
  std::uint64_t resident_bytes = 0;
  std::uint64_t open_fds = 0, max_fds = 0;
  std::uint64_t threads = 0;
  double cpu_seconds = 0;
};
ProcessFacts process_facts();

}  // namespace cherub::server
