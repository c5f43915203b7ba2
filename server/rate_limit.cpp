#include "server/rate_limit.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace cherub::server {

RateLimit::RateLimit(std::uint32_t per_minute, std::uint32_t burst, Clock clock)
    : per_second_(per_minute / 60.0), burst_(std::max(1U, burst)), clock_(std::move(clock)) {}

void RateLimit::refill(Bucket& bucket, std::chrono::steady_clock::time_point now) const {
  const double seconds = std::chrono::duration<double>(now - bucket.at).count();
  bucket.tokens = std::min(burst_, bucket.tokens + seconds * per_second_);
  bucket.at = now;
}

// Full buckets are as good as none. When all are in use, the fullest gives its place up.
void RateLimit::make_room(std::chrono::steady_clock::time_point now) {
  if (buckets_.size() < kRateAddressesMax) return;
  for (auto& [address, bucket] : buckets_) refill(bucket, now);
  std::erase_if(buckets_, [&](const auto& entry) { return entry.second.tokens >= burst_; });
  if (buckets_.size() < kRateAddressesMax) return;
  buckets_.erase(std::max_element(
      buckets_.begin(), buckets_.end(),
      [](const auto& a, const auto& b) { return a.second.tokens < b.second.tokens; }));
}

std::optional<std::uint32_t> RateLimit::take(const std::string& address) {
  if (per_second_ <= 0) return std::nullopt;
  const auto now = clock_();
  auto found = buckets_.find(address);
  if (found == buckets_.end()) {
    make_room(now);
    found = buckets_.emplace(address, Bucket{burst_, now}).first;
  }
  Bucket& bucket = found->second;
  refill(bucket, now);
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return std::nullopt;
  }
  return static_cast<std::uint32_t>(std::ceil((1 - bucket.tokens) / per_second_));
}

std::string rate_address(const std::string& peer) {
  std::array<unsigned char, 16> bytes{};
  if (::inet_pton(AF_INET6, peer.c_str(), bytes.data()) != 1) return peer;
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
  return std::string(text.data()) + "/64";
}

}  // namespace cherub::server
