#include "abilities/ledger.h"

#include <catch2/catch.hpp>
#include <random>
#include <thread>
#include <vector>

namespace cherub::abilities {
namespace {

PriceTable prices() {
  PriceTable table;
  table.models["oak"] = {3'000'000, 15'000'000};  // 3 and 15 a million tokens
  table.models["fir"] = {150'000, 600'000};
  return table;
}

Ledger::Options options(Limits limits = {}) {
  Ledger::Options made;
  made.limits = limits;
  made.prices = prices();
  return made;
}

// Whole numbers of any size.
std::uint64_t up_to(std::mt19937_64& random, std::uint64_t max) {
  return std::uniform_int_distribution<std::uint64_t>(0, max)(random);
}

}  // namespace

TEST_CASE("money is read and written exactly") {
  CHECK(micros_from_text("0") == 0);
  CHECK(micros_from_text("2.5") == 2'500'000);
  CHECK(micros_from_text("0.000001") == 1);
  CHECK(micros_from_text("1000000") == 1'000'000'000'000);
  for (const char* text :
       {"", ".", "1.", ".5", "-1", "+1", "1e3", "0.0000001", "1000000.1", "99999999", "1,5", "x"}) {
    INFO(text);
    CHECK_FALSE(micros_from_text(text));
  }
  CHECK(micros_text(0) == "0");
  CHECK(micros_text(2'500'000) == "2.5");
  CHECK(micros_text(1) == "0.000001");
  for (const Micros micros : {1u, 999'999u, 1'000'000u, 1'000'001u, 123'456'789u}) {
    CHECK(micros_from_text(micros_text(micros)) == micros);
  }
}

TEST_CASE("a call costs its tokens, rounded up to a millionth") {
  CHECK(cost_of({3'000'000, 15'000'000}, 1200, 340) == 3 * 1200 + 15 * 340);
  CHECK(cost_of({150'000, 600'000}, 1, 0) == 1);
  CHECK(cost_of({0, 0}, 1'000'000, 1'000'000) == 0);
  CHECK(cost_of({1'000'000'000'000, 0}, 18'000'000, 0) == 18'000'000'000'000);
}

TEST_CASE("what is settled is what counts, what is released does not") {
  Ledger ledger(options());
  {
    const auto forgotten = ledger.reserve("oak", {1000, 1000});
    REQUIRE(forgotten);
    CHECK(ledger.state().reserved_calls == 1);
    CHECK(ledger.state().reserved_cost == 18'000);
  }
  auto call = ledger.reserve("oak", {1000, 1000});
  REQUIRE(call);
  call->settle({10, 20, true}, false, 1.5);
  auto failed = ledger.reserve("yew", {5, 5});
  REQUIRE(failed);
  failed->settle({1, 0}, true, 0);
  const LedgerState state = ledger.state();
  CHECK(state.reserved_calls == 0);
  CHECK(state.reserved_cost == 0);
  CHECK(state.use.calls == 2);
  CHECK(state.use.errors == 1);
  CHECK(state.use.cost == 330);
  CHECK(state.use.estimated == 1);
  CHECK(state.use.unpriced == 1);
  CHECK(state.use.wall_ms == 1500);
  CHECK(state.models.at("oak").tokens_out == 20);
}

TEST_CASE("each limit refuses what could pass it, to the last unit") {
  Limits limits;
  limits.cost = 18'000;
  Ledger money(options(limits));
  CHECK_FALSE(money.reserve("oak", {1001, 1000}).ok());
  CHECK(money.stopped_by() == LimitKind::kCost);
  CHECK(money.reserve("oak", {1000, 1000}).ok());

  limits = {};
  limits.tokens = 100;
  Ledger tokens(options(limits));
  CHECK(tokens.reserve("oak", {50, 50}).ok());
  const auto refused = tokens.reserve("oak", {50, 51});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == base::ErrorCode::kRefused);
  CHECK(refused.error().where == "limits.max_tokens");
  CHECK(refused.error().message.find("101") != std::string::npos);

  limits = {};
  limits.calls = 1;
  Ledger calls(options(limits));
  {
    const auto first = calls.reserve("oak", {1, 1});
    CHECK(first.ok());
    CHECK_FALSE(calls.reserve("oak", {1, 1}).ok());
    CHECK_FALSE(calls.stopped_by());  // the first may yet come to nothing
  }
  CHECK(calls.reserve("oak", {1, 1}).ok());

  limits = {};
  limits.ticks = 100;
  Ledger ticks(options(limits));
  CHECK(ticks.allows_ticks(100));
  ticks.add_ticks(60);
  CHECK(ticks.allows_ticks(40));
  CHECK_FALSE(ticks.stopped_by());
  CHECK_FALSE(ticks.allows_ticks(41));
  CHECK(ticks.stopped_by() == LimitKind::kTicks);

  double now_s = 5;
  Ledger::Options timed = options();
  timed.limits.seconds = 10;
  timed.now_s = [&now_s] { return now_s; };
  Ledger seconds(timed);
  now_s = 14.9;
  CHECK(seconds.reserve("oak", {1, 1}).ok());
  CHECK_FALSE(seconds.stopped_by());
  now_s = 15;
  CHECK_FALSE(seconds.reserve("oak", {1, 1}).ok());
  CHECK(seconds.stopped_by() == LimitKind::kSeconds);
}

TEST_CASE("money is not limited without a price") {
  Limits limits;
  limits.cost = 1'000'000;
  Ledger ledger(options(limits));
  const auto refused = ledger.reserve("yew", {1, 1});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().where == "limits.max_cost");
  CHECK(refused.error().message.find("\"yew\"") != std::string::npos);
}

TEST_CASE("four fifths of a limit warn, once") {
  std::vector<LimitWarning> warnings;
  Ledger::Options made = options();
  made.limits.calls = 10;
  made.limits.tokens = 1000;
  made.on_warning = [&](const LimitWarning& warning) { warnings.push_back(warning); };
  Ledger ledger(made);
  for (int i = 1; i <= 10; ++i) {
    auto call = ledger.reserve("oak", {10, 10});
    REQUIRE(call);
    call->settle({5, 5}, false, 0);
    CHECK(warnings.size() == (i < 8 ? 0 : 1));
  }
  CHECK(warnings[0].kind == LimitKind::kCalls);
  CHECK(warnings[0].used == "8");
  CHECK(warnings[0].max == "10");
}

// Whatever order threads reserve, settle and give back in: no limit is passed, nothing is lost, and
// the process's ledger is the sum of its runs'.
TEST_CASE("under any interleaving nothing is overspent and the sums are exact") {
  const std::uint64_t seed = GENERATE(range<std::uint64_t>(1, 9));
  Ledger total;
  Limits limits;
  limits.cost = 400'000;
  limits.calls = 300;
  limits.tokens = 90'000;
  std::vector<std::unique_ptr<Ledger>> ledgers;
  for (int i = 0; i < 2; ++i) {
    Ledger::Options made = options(limits);
    made.total = &total;
    ledgers.push_back(std::make_unique<Ledger>(made));
  }
  std::vector<Use> settled(8);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < settled.size(); ++t) {
    threads.emplace_back([&, t] {
      std::mt19937_64 random(seed * 100 + t);
      Ledger& ledger = *ledgers[t % 2];
      std::vector<std::pair<Ledger::Reservation, Tokens>> open;
      for (int i = 0; i < 200; ++i) {
        const bool oak = up_to(random, 1) == 0;
        const Tokens most{up_to(random, 900), up_to(random, 900)};
        if (auto call = ledger.reserve(oak ? "oak" : "fir", most)) {
          open.emplace_back(std::move(*call), most);
        }
        if (open.empty() || up_to(random, 2) == 0) continue;
        auto [reservation, bound] = std::move(open.back());
        open.pop_back();
        if (up_to(random, 4) == 0) continue;  // given back
        const Tokens used{up_to(random, bound.in), up_to(random, bound.out)};
        reservation.settle(used, up_to(random, 3) == 0, 0);
        settled[t].calls += 1;
        settled[t].tokens_in += used.in;
        settled[t].tokens_out += used.out;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  Use sum, states;
  for (const Use& use : settled) sum.add(use);
  for (const auto& ledger : ledgers) {
    const LedgerState state = ledger->state();
    CHECK(state.use.cost <= *limits.cost);
    CHECK(state.use.calls <= *limits.calls);
    CHECK(state.use.tokens_in + state.use.tokens_out <= *limits.tokens);
    CHECK(state.reserved_calls == 0);
    CHECK(state.reserved_tokens == 0);
    CHECK(state.reserved_cost == 0);
    Use models;
    for (const auto& [name, use] : state.models) models.add(use);
    CHECK(models.cost == state.use.cost);
    CHECK(models.calls == state.use.calls);
    states.add(state.use);
  }
  CHECK(states.calls == sum.calls);
  CHECK(states.tokens_in == sum.tokens_in);
  CHECK(states.tokens_out == sum.tokens_out);
  CHECK(total.state().use.calls == sum.calls);
  CHECK(total.state().use.cost == states.cost);
  CHECK(sum.calls > 100);
}

TEST_CASE("what a run inside of a run uses is entered into all ledgers around it") {
  Ledger all(options()), outer({{5'000'000, 10, 1'000'000, 900, {}}, prices(), &all, {}, {}});
  {
    auto call = outer.reserve("oak", {1'000, 1'000, false});
    REQUIRE(call);
    call->settle({1'000, 100, false}, false, 0.1);
  }
  outer.add_ticks(300);
  const Limits left = outer.left();
  CHECK(left.calls == 9);
  CHECK(left.tokens == 998'900);
  CHECK(left.cost == 5'000'000 - 3'000 - 1'500);
  CHECK(left.ticks == 600);
  CHECK_FALSE(left.seconds);
  Ledger inner({left, prices(), &outer, {}, {}});
  {
    auto call = inner.reserve("fir", {100, 100, false});
    REQUIRE(call);
    call->settle({100, 100, false}, false, 0.1);
  }
  inner.add_ticks(1'000);
  for (const Ledger* ledger : {&all, &outer}) {
    CHECK(ledger->state().use.calls == 2);
    CHECK(ledger->state().models.at("fir").tokens_out == 100);
    CHECK(ledger->state().ticks == 1'300);
  }
  CHECK(outer.left().ticks == 0);
  CHECK_FALSE(outer.allows_ticks(1));
}

}  // namespace cherub::abilities
