#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace cherub::server {

// Addresses that are remembered at a time.
inline constexpr std::size_t kRateAddressesMax = 1024;

// A bucket of tokens for each address: a request takes one, and they come back at a steady rate.
// One thread.
class RateLimit {
 public:
  using Clock = std::function<std::chrono::steady_clock::time_point()>;
  // `per_minute` 0: no limit. `burst`: what a bucket holds.
  RateLimit(std::uint32_t per_minute, std::uint32_t burst, Clock clock);

  // Nothing when the request may pass; else the seconds after which the next one may.
  std::optional<std::uint32_t> take(const std::string& address);

 private:
  struct Bucket {
    double tokens = 0;
    std::chrono::steady_clock::time_point at;
  };
  void refill(Bucket& bucket, std::chrono::steady_clock::time_point now) const;
  void make_room(std::chrono::steady_clock::time_point now);

  const double per_second_, burst_;
  const Clock clock_;
  std::map<std::string, Bucket> buckets_;
};

// By which a client is counted: its IPv4 address, or the half of its IPv6 address that a network
// gives to one site.
std::string rate_address(const std::string& peer);

}  // namespace cherub::server
