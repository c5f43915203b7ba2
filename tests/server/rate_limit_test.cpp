#include "server/rate_limit.h"

#include <catch2/catch.hpp>

namespace cherub::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A limit whose clock a test sets.
struct Watch {
  std::chrono::steady_clock::time_point now{};
  RateLimit limit(std::uint32_t per_minute, std::uint32_t burst) {
    return {per_minute, burst, [this] { return now; }};
  }
};

}  // namespace

TEST_CASE("so many at once, then as they come back, and the wait is told") {
  Watch watch;
  RateLimit limit = watch.limit(6, 3);  // one in ten seconds
  for (int i = 0; i < 3; ++i) CHECK_FALSE(limit.take("a"));
  CHECK(limit.take("a") == 10U);
  watch.now += milliseconds(9500);
  CHECK(limit.take("a") == 1U);
  watch.now += milliseconds(500);
  CHECK_FALSE(limit.take("a"));
  CHECK(limit.take("a") == 10U);
  watch.now += seconds(3600);  // no more is saved up than a bucket holds
  for (int i = 0; i < 3; ++i) CHECK_FALSE(limit.take("a"));
  CHECK(limit.take("a"));
}

TEST_CASE("one address does not take from another") {
  Watch watch;
  RateLimit limit = watch.limit(1, 1);
  CHECK_FALSE(limit.take("a"));
  CHECK(limit.take("a") == 60U);
  CHECK_FALSE(limit.take("b"));
}

TEST_CASE("no limit is none") {
  Watch watch;
  RateLimit limit = watch.limit(0, 1);
  for (int i = 0; i < 100; ++i) CHECK_FALSE(limit.take("a"));
}

TEST_CASE("however many addresses come, who has taken all stays limited") {
  Watch watch;
  RateLimit limit = watch.limit(60, 2);
  CHECK_FALSE(limit.take("greedy"));
  CHECK_FALSE(limit.take("greedy"));
  for (std::size_t i = 0; i < 3 * kRateAddressesMax; ++i) {
    CHECK_FALSE(limit.take("other" + std::to_string(i)));
  }
  CHECK(limit.take("greedy"));
}

TEST_CASE("a site of IPv6 is one address") {
  CHECK(rate_address("10.0.0.1") == "10.0.0.1");
  CHECK(rate_address("2001:db8:1:2::1") == rate_address("2001:db8:1:2:ffff::9"));
  CHECK(rate_address("2001:db8:1:2::1") != rate_address("2001:db8:1:3::1"));
  CHECK(rate_address("") == "");
}

}  // namespace cherub::server
