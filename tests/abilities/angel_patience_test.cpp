#include <algorithm>
#include <catch2/catch.hpp>
#include <deque>
#include <thread>

#include "abilities/angel/cassette.h"
#include "abilities/angel/model_services.h"
#include "abilities/angel/patient_model.h"
#include "abilities/angel/proxy.h"
#include "tests/abilities/model_server_process.h"
#include "tests/text.h"

using namespace cherub;
using namespace cherub::abilities;
using namespace cherub::abilities::angel;
using base::Error;
using base::ErrorCode;

using cherub::testing::has;

namespace {

const ModelRequest kRequest{"You write Lua.", "Reach the target."};

// A clock that only sleep() moves.
struct FakeTime {
  double now_s = 1000;
  Pacing pacing() {
    Pacing made;
    made.now_s = [this] { return now_s; };
    made.sleep = [this](double seconds, const std::atomic<bool>*) { now_s += seconds; };
    made.jitter = [] { return 0.0; };
    return made;
  }
};

Outcome says(const std::string& text) {
  ModelReply reply;
  reply.text = text;
  reply.tokens_in = 30;
  reply.tokens_out = 12;
  return {reply, {}, {30, 12, false}};
}

Outcome silent() {
  return {Error{ErrorCode::kUnavailable, "nobody there", "host"}, {true, {}}, {}};
}

Outcome refuses() {
  return {Error{ErrorCode::kRefused, "not for you", "host"}, {}, {}};
}

class ScriptedPeer final : public Peer {
 public:
  ScriptedPeer(std::string name, std::deque<Outcome> outcomes, int& asked)
      : outcomes_(std::move(outcomes)), asked_(asked) {
    config_.provider = "openai";
    config_.model = std::move(name);
    config_.max_tokens = 100;
  }
  const ProviderConfig& config() const override { return config_; }
  std::string host() const override { return config_.model + ".example"; }
  Outcome attempt(const ModelRequest&, const AttemptOptions&) override {
    ++asked_;
    Outcome outcome = outcomes_.front();
    if (outcomes_.size() > 1) outcomes_.pop_front();
    return outcome;
  }

 private:
  ProviderConfig config_;
  std::deque<Outcome> outcomes_;
  int& asked_;
};

struct Bench {
  FakeTime time;
  ModelServices services;
  Ledger ledger;
  int first = 0, second = 0;

  std::unique_ptr<PatientModel> model(std::deque<Outcome> one, std::deque<Outcome> other) {
    std::vector<std::unique_ptr<Peer>> peers;
    peers.push_back(std::make_unique<ScriptedPeer>("oak", std::move(one), first));
    if (!other.empty()) {
      peers.push_back(std::make_unique<ScriptedPeer>("fir", std::move(other), second));
    }
    CallTools tools;
    tools.pacing = time.pacing();
    tools.gate = &services.gate;
    tools.breaker = &services.breaker;
    tools.ledger = &ledger;
    return std::make_unique<PatientModel>(std::move(peers), tools);
  }
};

CassetteEntry entry(const std::string& user, const std::string& text) {
  ModelReply reply;
  reply.text = text;
  reply.model = "oak";
  reply.tokens_in = 30;
  reply.tokens_out = 12;
  return {{"oak", "system", user, 0.7, 100}, reply, {{"oak", {30, 12, false}, false}}};
}

std::unique_ptr<Cassette> opened(const std::string& path, CassetteMode mode) {
  auto cassette = Cassette::open(real_file_system(), path, mode);
  INFO((cassette ? "" : cassette.error().text()));
  REQUIRE(cassette);
  return std::move(*cassette);
}

}  // namespace

TEST_CASE("when a provider fails for good the next one answers") {
  Bench bench;
  const auto down = bench.model({silent()}, {says("hello")});
  const auto reply = down->complete(kRequest, nullptr);
  REQUIRE(reply);
  CHECK(reply->text == "hello");
  CHECK(reply->model == "fir");
  CHECK(bench.first == 3);
  CHECK(bench.second == 1);
  CHECK(bench.ledger.state().models.at("oak").errors == 3);

  Bench refused;
  CHECK(refused.model({refuses()}, {says("hello")})->complete(kRequest, nullptr).ok());
  CHECK(refused.first == 1);
}

TEST_CASE("when all fail each is told") {
  Bench bench;
  const auto reply = bench.model({silent()}, {refuses()})->complete(kRequest, nullptr);
  REQUIRE_FALSE(reply.ok());
  CHECK(has(reply.error().message, "nobody there"));
  CHECK(has(reply.error().message, "not for you"));
}

TEST_CASE("a peer that is down is left alone, then probed") {
  Bench bench;
  const auto model =
      bench.model({silent(), silent(), silent(), silent(), silent(), says("up")}, {});
  CHECK_FALSE(model->complete(kRequest, nullptr).ok());
  CHECK_FALSE(model->complete(kRequest, nullptr).ok());
  CHECK(bench.first == 5);  // the fifth failure opened the circuit in the middle of the second call
  const auto away = model->complete(kRequest, nullptr);
  REQUIRE_FALSE(away.ok());
  CHECK(has(away.error().message, "next try is in"));
  CHECK(bench.first == 5);
  bench.time.now_s += 15;
  CHECK(model->complete(kRequest, nullptr).ok());
  CHECK(model->complete(kRequest, nullptr).ok());
  CHECK(bench.first == 7);
}

TEST_CASE("a half-open circuit lets one call through, and opens longer when it fails") {
  CircuitBreaker breaker({2, 60, 10, 15});
  const auto fail = [&](double now_s) {
    REQUIRE(breaker.ask("p", now_s).allowed);
    breaker.failed("p", now_s);
  };
  fail(0);
  fail(1);
  CHECK_FALSE(breaker.ask("p", 10.9).allowed);
  CHECK(breaker.ask("q", 10.9).allowed);
  CHECK(breaker.ask("p", 11).allowed);
  CHECK_FALSE(breaker.ask("p", 11).allowed);  // while it is probed
  breaker.failed("p", 12);
  CHECK_FALSE(breaker.ask("p", 26.9).allowed);  // 20 s, but no more than 15
  CHECK(breaker.ask("p", 27).allowed);
  breaker.abandoned("p");
  CHECK(breaker.ask("p", 27).allowed);
  breaker.succeeded("p");
  fail(28);
  CHECK(breaker.ask("p", 29).allowed);
  breaker.failed("p", 89);  // the one of 28 is too long ago
  CHECK(breaker.ask("p", 89).allowed);
}

TEST_CASE("the budget stops retries and fallbacks alike") {
  Bench bench;
  Ledger::Options options;
  options.limits.calls = 2;
  Ledger ledger(options);
  std::vector<std::unique_ptr<Peer>> peers;
  peers.push_back(std::make_unique<ScriptedPeer>("oak", std::deque{silent()}, bench.first));
  peers.push_back(std::make_unique<ScriptedPeer>("fir", std::deque{says("x")}, bench.second));
  CallTools tools;
  tools.pacing = bench.time.pacing();
  tools.ledger = &ledger;
  PatientModel model(std::move(peers), tools);
  const auto reply = model.complete(kRequest, nullptr);
  REQUIRE_FALSE(reply.ok());
  CHECK(reply.error().where == "limits.max_calls");
  CHECK(bench.first == 2);
  CHECK(bench.second == 0);
}

TEST_CASE("in no minute pass more calls or tokens than allowed, and none starves") {
  FakeTime time;
  CallGate gate({5, 1000, 0});
  const Pacing pacing = time.pacing();
  std::vector<std::pair<double, std::uint64_t>> passed;
  for (int i = 0; i < 60; ++i) {
    const std::uint64_t tokens = i % 7 == 0 ? 900 : 50 + 10 * static_cast<std::uint64_t>(i % 5);
    auto pass = gate.enter(tokens, 1e6, pacing, nullptr);
    REQUIRE(pass);
    passed.emplace_back(time.now_s, tokens);
  }
  for (const auto& [begin_s, ignored] : passed) {
    std::uint64_t calls = 0, tokens = 0;
    for (const auto& [at_s, used] : passed) {
      if (at_s < begin_s || at_s >= begin_s + 60) continue;
      ++calls;
      tokens += used;
    }
    CHECK(calls <= 5);
    CHECK(tokens <= 1000);
  }
  auto large = gate.enter(5000, 1e6, pacing, nullptr);  // more than a minute has: alone
  CHECK(large);
  large.settle(10);
  CHECK(gate.enter(900, 1, pacing, nullptr));
}

TEST_CASE("the gate gives up when cancelled or out of patience, and keeps the order") {
  FakeTime time;
  CallGate gate({0, 0, 1});
  const Pacing pacing = time.pacing();
  auto inside = gate.enter(1, 1, pacing, nullptr);
  REQUIRE(inside);
  CHECK_FALSE(gate.enter(1, 5, pacing, nullptr));
  CHECK(time.now_s >= 1005);
  const std::atomic<bool> cancel = true;
  CHECK_FALSE(gate.enter(1, 1e9, pacing, &cancel));
  { auto gone = std::move(inside); }
  CHECK(gate.enter(1, 0, pacing, nullptr));
}

TEST_CASE("at most so many threads are inside at once") {
  CallGate gate({0, 0, 2});
  const Pacing pacing = real_pacing();
  std::atomic<int> inside = 0, most = 0, through = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 5; ++j) {
        const auto pass = gate.enter(1, 60, pacing, nullptr);
        const int now = ++inside;
        for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
        }
        through += pass ? 1 : 0;
        --inside;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(through == 30);
  CHECK(most <= 2);
}

TEST_CASE("a cassette answers equal requests in order, each once, in a new process too") {
  testing::ScratchDirectory scratch;
  const std::string path = scratch.file("tape.jsonl");
  {
    const auto tape = opened(path, CassetteMode::kRecord);
    REQUIRE(tape->append(entry("a", "one \"quoted\"\n\xc3\xa4")).ok());
    REQUIRE(tape->append(entry("b", "two")).ok());
    REQUIRE(tape->append(entry("a", "three")).ok());
    auto failed = entry("c", "");
    failed.reply = Error{ErrorCode::kUnavailable, "asleep", "host"};
    REQUIRE(tape->append(failed).ok());
    CHECK_FALSE(Cassette::open(real_file_system(), path, CassetteMode::kAuto).ok());  // locked
  }
  const auto tape = opened(path, CassetteMode::kStrict);
  CHECK(tape->take(entry("a", "").request)->reply->text == "one \"quoted\"\n\xc3\xa4");
  CHECK(tape->take(entry("a", "").request)->reply->text == "three");
  CHECK(tape->take(entry("a", "").request) == nullptr);
  CHECK(tape->take(entry("b", "").request)->spent.at(0).used.out == 12);
  CHECK(tape->take(entry("c", "").request)->reply.error().text() == "host: asleep");
}

TEST_CASE("a miss names the nearest request and the first difference") {
  testing::ScratchDirectory scratch;
  const std::string path = scratch.file("tape.jsonl");
  const auto tape = opened(path, CassetteMode::kAuto);
  CHECK(has(tape->miss(entry("x", "").request).message, "nor any other"));
  REQUIRE(tape->append(entry("zebra", "1")).ok());
  REQUIRE(tape->append(entry("line one\nline 2 old\nend", "2")).ok());
  const auto again = opened(path, CassetteMode::kReplay);
  const std::string told = again->miss(entry("line one\nline 2 new\nend", "").request).message;
  CHECK(has(told, "number 2"));
  CHECK(has(told, "user line 2: asked \"line 2 new\", recorded \"line 2 old\""));
  auto other = entry("zebra", "").request;
  other.temperature = 0.1;
  CHECK(has(again->miss(other).message, "temperature"));
  other = entry("zebra", "").request;
  other.model = "elm";
  CHECK(has(again->miss(other).message, "model: asked \"elm\""));
}

TEST_CASE("a torn last line is cut off wherever it was torn; a changed one is refused") {
  testing::ScratchDirectory scratch;
  const std::string path = scratch.file("tape.jsonl");
  const std::string first = entry_to_json(entry("a", "one")) + "\n";
  const std::string second = entry_to_json(entry("b", "two")) + "\n";
  for (std::size_t cut = 0; cut < second.size(); cut += 7) {
    testing::write_text(path, first + second.substr(0, cut));
    const auto tape = opened(path, CassetteMode::kAuto);
    CHECK(tape->take(entry("a", "").request) != nullptr);
    CHECK(tape->take(entry("b", "").request) == nullptr);
    REQUIRE(tape->append(entry("b", "new")).ok());
    CHECK(testing::read_text(path) == first + entry_to_json(entry("b", "new")) + "\n");
  }
  std::string changed = first;
  changed.replace(changed.find("\"user\":\"a\""), 10, "\"user\":\"q\"");
  for (const std::string& bad : {changed, std::string("{}\n"), std::string("[\n")}) {
    testing::write_text(path, second + bad);
    const auto refused = Cassette::open(real_file_system(), path, CassetteMode::kReplay);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().where == path + ":2");
  }
  CHECK_FALSE(Cassette::open(real_file_system(), scratch.file("none"), CassetteMode::kStrict).ok());
}

TEST_CASE("a proxy is taken from the environment, but not for this machine and the exempt") {
  std::map<std::string, std::string> set;
  const Variable variable = [&](const std::string& name) {
    const auto found = set.find(name);
    return found == set.end() ? std::string() : found->second;
  };
  const auto for_url = [&](const char* url) {
    auto proxy = proxy_for(parse_url(url).value(), variable);
    INFO((proxy ? "" : proxy.error().text()));
    REQUIRE(proxy);
    return *proxy ? (*proxy)->authority() : std::string();
  };
  CHECK(for_url("https://a.example").empty());
  set = {{"HTTPS_PROXY", "http://up.example:3128"}, {"http_proxy", "down.example"}};
  CHECK(for_url("https://a.example") == "up.example:3128");
  CHECK(for_url("http://a.example") == "down.example:80");
  for (const char* own : {"http://localhost:1", "https://127.0.0.1", "http://[::1]:5"}) {
    CHECK(for_url(own).empty());
  }
  set["https_proxy"] = "http://first.example:1";
  CHECK(for_url("https://a.example") == "first.example:1");
  set["NO_PROXY"] = "b.example, .c.example,d.example:8443,10.0.0.1";
  CHECK(for_url("https://a.example") == "first.example:1");
  CHECK(for_url("https://xb.example") == "first.example:1");
  CHECK(for_url("https://d.example") == "first.example:1");
  for (const char* exempt : {"https://b.example", "https://x.b.example", "https://x.c.example",
                             "https://d.example:8443", "https://10.0.0.1"}) {
    CHECK(for_url(exempt).empty());
  }
  set["NO_PROXY"] = "*";
  CHECK(for_url("https://a.example").empty());
  set = {{"ALL_PROXY", "http://me:p%40ss@up.example:3128/"}};
  const auto with_password = proxy_for(parse_url("https://a.example").value(), variable);
  REQUIRE(with_password);
  CHECK((*with_password)->authorization == "Basic bWU6cEBzcw==");
  for (const char* bad : {"socks5://up.example:1", "http://me:secret@:1", "http://up.example:x"}) {
    set = {{"ALL_PROXY", bad}};
    const auto refused = proxy_for(parse_url("https://a.example").value(), variable);
    REQUIRE_FALSE(refused.ok());
    CHECK(has(refused.error().where, "ALL_PROXY"));
    CHECK_FALSE(has(refused.error().text(), "secret"));
  }
}
