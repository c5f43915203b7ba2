#include <catch2/catch.hpp>

#include "abilities/angel/retry.h"

using namespace cherub::abilities::angel;

namespace {

struct FakePacing {
  std::vector<double> waits;
  double jitter = 0;
  std::atomic<bool> cancel = false;
  bool cancel_in_wait = false;

  Pacing pacing() {
    return {[] { return 0.0; },
            [this](double seconds, const std::atomic<bool>*) {
              waits.push_back(seconds);
              if (cancel_in_wait) cancel = true;
            },
            [this] { return jitter; }};
  }
};

AttemptVerdict again() {
  return {true, {}};
}

}  // namespace

TEST_CASE("a good attempt is the only one") {
  FakePacing fake;
  const auto report = run_attempts({}, fake.pacing(), nullptr, [] { return AttemptVerdict{}; });
  CHECK(report.made == 1);
  CHECK(fake.waits.empty());
}

TEST_CASE("retries wait longer each time, less the jitter") {
  FakePacing fake;
  RetryRules rules;
  rules.retries = 6;
  auto report = run_attempts(rules, fake.pacing(), nullptr, again);
  CHECK(report.made == 7);
  CHECK(fake.waits == std::vector<double>{0.5, 1, 2, 4, 8, 8});
  fake.waits.clear();
  fake.jitter = 1;
  rules.retries = 2;
  report = run_attempts(rules, fake.pacing(), nullptr, again);
  CHECK(report.made == 3);
  CHECK(fake.waits == std::vector<double>{0.25, 0.5});
}

TEST_CASE("no retries means one attempt, too many are cut") {
  FakePacing fake;
  RetryRules rules;
  rules.retries = 0;
  CHECK(run_attempts(rules, fake.pacing(), nullptr, again).made == 1);
  rules.retries = 1'000'000;
  CHECK(run_attempts(rules, fake.pacing(), nullptr, again).made == kRetriesMax + 1);
}

TEST_CASE("the peer's own pause is kept, up to the limit") {
  FakePacing fake;
  RetryRules rules;
  rules.asked_wait_max_s = 60;
  double asked_s = 60;
  const auto ask = [&] { return AttemptVerdict{true, asked_s}; };
  auto report = run_attempts(rules, fake.pacing(), nullptr, ask);
  CHECK(report.made == 3);
  CHECK(fake.waits == std::vector<double>{60, 60});
  CHECK_FALSE(report.wait_too_long_s);

  fake.waits.clear();
  asked_s = 61;
  report = run_attempts(rules, fake.pacing(), nullptr, ask);
  CHECK(report.made == 1);
  CHECK(report.wait_too_long_s == 61);
  CHECK(fake.waits.empty());
}

TEST_CASE("cancel ends the attempts, in a wait and in an attempt") {
  FakePacing fake;
  fake.cancel_in_wait = true;
  auto report = run_attempts({}, fake.pacing(), &fake.cancel, again);
  CHECK(report.made == 1);
  CHECK(report.cancelled);
  report = run_attempts({}, fake.pacing(), &fake.cancel, again);
  CHECK(report.made == 1);
  CHECK_FALSE(report.cancelled);
}

TEST_CASE("the real sleep ends early when cancelled") {
  const std::atomic<bool> cancel = true;
  const Pacing pacing = real_pacing();
  const double start_s = pacing.now_s();
  pacing.sleep(30, &cancel);
  CHECK(pacing.now_s() - start_s < 15);
  pacing.sleep(0.01, nullptr);
  CHECK(pacing.now_s() - start_s >= 0.01);
  const double jitter = pacing.jitter();
  CHECK(jitter >= 0);
  CHECK(jitter < 1);
}

TEST_CASE("Retry-After counts seconds or gives a date") {
  constexpr std::int64_t kNow = 1445412480;  // Wed, 21 Oct 2015 07:28:00 GMT
  CHECK(parse_retry_after("0", kNow) == 0);
  CHECK(parse_retry_after(" 120 ", kNow) == 120);
  CHECK(parse_retry_after("999999999", kNow) == 999999999);
  for (const char* date : {"Wed, 21 Oct 2015 07:28:30 GMT", "Wednesday, 21-Oct-15 07:28:30 GMT",
                           "Wed Oct 21 07:28:30 2015"}) {
    INFO(date);
    CHECK(parse_retry_after(date, kNow) == 30);
    CHECK(parse_retry_after(date, kNow + 3600) == 0);
  }
  for (const char* text :
       {"", "-1", "1.5", "soon", "1 s", "1000000000", "Wed, 21 Oct 2015 07:28:00 CET",
        "Wed, 21 Oct 2015 07:28:00 GMT, or so"}) {
    INFO(text);
    CHECK_FALSE(parse_retry_after(text, kNow));
  }
}
