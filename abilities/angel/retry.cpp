#include "abilities/angel/retry.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <ctime>
#include <random>
#include <string>
#include <thread>

#include "engine/base/random.h"

namespace cherub::abilities::angel {
namespace {

constexpr double kCancelPollS = 0.05;
constexpr std::size_t kRetryAfterDigitsMax = 9;
constexpr std::size_t kDateBytesMax = 40;
// IMF-fixdate, RFC 850 and asctime; always in GMT.
constexpr const char* kDateForms[] = {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT",
                                      "%a %b %d %H:%M:%S %Y"};

double steady_now_s() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(since).count();
}

bool is_set(const std::atomic<bool>* flag) {
  return flag && flag->load();
}

void sleep_until_done(double seconds, const std::atomic<bool>* cancel) {
  const double end_s = steady_now_s() + seconds;
  while (!is_set(cancel)) {
    const double left_s = end_s - steady_now_s();
    if (left_s <= 0) return;
    std::this_thread::sleep_for(std::chrono::duration<double>(std::min(left_s, kCancelPollS)));
  }
}

double device_jitter() {
  std::random_device device;
  const std::uint64_t seed = (std::uint64_t{device()} << 32) | device();
  return base::RandomStream(seed, 0, 0, base::Stream::kNetwork).uniform();
}

}  // namespace

std::int64_t real_unix_s() {
  return static_cast<std::int64_t>(std::time(nullptr));
}

Pacing real_pacing() {
  return {steady_now_s, sleep_until_done, device_jitter, real_unix_s};
}

AttemptsReport run_attempts(const RetryRules& rules, const Pacing& pacing,
                            const std::atomic<bool>* cancel,
                            const std::function<AttemptVerdict()>& attempt) {
  AttemptsReport report;
  const std::uint32_t retries = std::min(rules.retries, kRetriesMax);
  while (true) {
    const AttemptVerdict verdict = attempt();
    ++report.made;
    if (!verdict.retry || report.made > retries || is_set(cancel)) return report;
    if (verdict.asked_wait_s && *verdict.asked_wait_s > rules.asked_wait_max_s) {
      report.wait_too_long_s = verdict.asked_wait_s;
      return report;
    }
    const double step = std::ldexp(rules.wait_first_s, static_cast<int>(report.made) - 1);
    double wait_s = std::min(step, rules.wait_max_s) * (1 - 0.5 * pacing.jitter());
    // What the peer asks for is a floor; the jitter then goes on top, so that many do not return at
    // once.
    if (verdict.asked_wait_s) {
      wait_s = *verdict.asked_wait_s + rules.wait_first_s * 0.5 * pacing.jitter();
    }
    pacing.sleep(wait_s, cancel);
    if (is_set(cancel)) {
      report.cancelled = true;
      return report;
    }
  }
}

std::optional<double> parse_retry_after(std::string_view value, std::int64_t now_unix_s) {
  while (value.starts_with(' ')) value.remove_prefix(1);
  while (value.ends_with(' ')) value.remove_suffix(1);
  if (value.empty() || value.size() > kDateBytesMax) return {};
  std::uint32_t seconds = 0;
  const auto [end, status] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  const bool number = status == std::errc{} && end == value.data() + value.size();
  if (number && value.size() <= kRetryAfterDigitsMax) return seconds;
  const std::string text(value);
  for (const char* form : kDateForms) {
    std::tm date{};
    const char* rest = strptime(text.c_str(), form, &date);
    if (!rest || *rest != '\0') continue;
    return std::max(0.0, static_cast<double>(timegm(&date) - now_unix_s));
  }
  return {};
}

}  // namespace cherub::abilities::angel
