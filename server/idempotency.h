#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "server/run_keeper.h"

namespace cherub::server {

inline constexpr std::size_t kIdempotencyKeysMax = 1024;
inline constexpr std::int64_t kIdempotencyMs = std::int64_t{24} * 3600 * 1000;

// The Idempotency-Keys of the last 24 hours, at most kIdempotencyKeysMax. One thread; times are
// milliseconds since 1970.
class IdempotencyKeys {
 public:
  // With those that earlier processes took, as their runs' folders tell.
  IdempotencyKeys(const RunKeeper& keeper, std::int64_t now_ms);

  struct Known {
    std::string run_id;
    bool same_body = false;
  };
  // What became of the request that the key came with before; nothing: it is new.
  [[nodiscard]] std::optional<Known> find(const UsedKey& key);
  void add(const UsedKey& key, const std::string& run_id);

 private:
  struct Entry {
    UsedKey key;
    std::string run_id;
  };
  std::deque<Entry> entries_;  // the oldest first
};

// Of a request with this key and body.
UsedKey used_key(std::string_view key, std::string_view body, std::int64_t now_ms);

}  // namespace cherub::server
