#pragma once

#include <atomic>
#include <cstdint>

namespace cherub::server {

// What all outboxes of a server gave to their clients. Any thread.
struct OutboxCounters {
  std::atomic<std::uint64_t> clients{0};   // outboxes now
  std::atomic<std::uint64_t> messages{0};  // that were taken to be sent
  std::atomic<std::uint64_t> records{0};   // in them
  std::atomic<std::uint64_t> bytes{0};     // of them
  std::atomic<std::uint64_t> dropped{0};   // records that did not fit
  std::atomic<std::uint64_t> too_slow{0};  // outboxes that were closed for that
};

}  // namespace cherub::server
