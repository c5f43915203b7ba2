#include "server/idempotency.h"

#include <algorithm>

#include "engine/base/sha256.h"

namespace cherub::server {

IdempotencyKeys::IdempotencyKeys(const RunKeeper& keeper, std::int64_t now_ms) {
  for (auto& [run_id, key] : keeper.keys_since(now_ms - kIdempotencyMs, kIdempotencyKeysMax)) {
    entries_.push_front({std::move(key), run_id});
  }
}

std::optional<IdempotencyKeys::Known> IdempotencyKeys::find(const UsedKey& key) {
  while (!entries_.empty() && entries_.front().key.at_ms < key.at_ms - kIdempotencyMs) {
    entries_.pop_front();
  }
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.key.key_sha256 == key.key_sha256;
  });
  if (found == entries_.end()) return std::nullopt;
  return Known{found->run_id, found->key.body_sha256 == key.body_sha256};
}

void IdempotencyKeys::add(const UsedKey& key, const std::string& run_id) {
  entries_.push_back({key, run_id});
  if (entries_.size() > kIdempotencyKeysMax) entries_.pop_front();
}

UsedKey used_key(std::string_view key, std::string_view body, std::int64_t now_ms) {
  return {base::sha256_hex(key), base::sha256_hex(body), now_ms};
}

}  // namespace cherub::server
