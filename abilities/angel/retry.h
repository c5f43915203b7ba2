#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace cherub::abilities::angel {

// The machine's clock, seconds since 1970.
std::int64_t real_unix_s();

// Time and chance, given so that tests need neither.
struct Pacing {
  std::function<double()> now_s;  // a clock that only goes forward, seconds
  // Waits, and returns early once `cancel` (may be null) is true.
  std::function<void(double seconds, const std::atomic<bool>* cancel)> sleep;
  std::function<double()> jitter;                      // uniform in [0, 1); called from any thread
  std::function<std::int64_t()> unix_s = real_unix_s;  // for dates only
};

// The machine's own clock, sleep and randomness.
Pacing real_pacing();

inline constexpr std::uint32_t kRetriesMax = 10;

struct RetryRules {
  std::uint32_t retries = 2;     // at most kRetriesMax
  double wait_first_s = 0.5;     // doubles with each retry …
  double wait_max_s = 8;         // … up to here; the jitter takes off up to a half
  double asked_wait_max_s = 60;  // a peer that wants a longer pause ends the attempts
};

// How one attempt went.
struct AttemptVerdict {
  bool retry = false;                  // worth another attempt
  std::optional<double> asked_wait_s;  // the peer's Retry-After
  bool is_rate_limit = false;          // the peer is well, and asks for fewer calls
};

struct AttemptsReport {
  std::uint32_t made = 0;
  bool cancelled = false;                 // during a wait; the last attempt's outcome stands
  std::optional<double> wait_too_long_s;  // the pause asked for, when it ended the attempts
};

// Calls `attempt` until it asks for no retry, the rules allow no more, or `cancel` is true.
AttemptsReport run_attempts(const RetryRules& rules, const Pacing& pacing,
                            const std::atomic<bool>* cancel,
                            const std::function<AttemptVerdict()>& attempt);

// The seconds of a Retry-After header, which counts them or gives a date (RFC 9110, in any of its
// three forms; 0 when it is over); nothing for other text, so that the own pause holds.
std::optional<double> parse_retry_after(std::string_view value, std::int64_t now_unix_s);

}  // namespace cherub::abilities::angel
