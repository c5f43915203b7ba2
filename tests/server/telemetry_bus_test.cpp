#include <catch2/catch.hpp>
#include <future>

#include "engine/base/json.h"
#include "fake_run.h"
#include "server/telemetry/bus.h"
#include "telemetry_fixture.h"

namespace cherub::server::telemetry {
namespace {

BusOptions options_of(const TelemetryFolder& folder) {
  BusOptions options;
  options.runs_dir = folder.path.string();
  options.log.wall_ms = [] { return std::int64_t{1'000'000}; };
  return options;
}

std::shared_ptr<Log> open_run(Bus& bus, const TelemetryFolder& folder, const std::string& run) {
  std::filesystem::create_directories(folder.path / run);
  return bus.open(run);
}

base::Result<std::string> ask(Bus& bus, const std::string& run, const Selection& selection,
                              std::size_t limit = kQueryLinesMax) {
  std::promise<base::Result<std::string>> promise;
  bus.query(run, selection, limit,
            [&](base::Result<std::string> lines) { promise.set_value(std::move(lines)); });
  return promise.get_future().get();
}

std::string statistics_of(Bus& bus, const std::string& run, const Selection& selection = {}) {
  std::promise<base::Result<std::string>> promise;
  bus.statistics(run, selection,
                 [&](base::Result<std::string> json) { promise.set_value(std::move(json)); });
  const auto json = promise.get_future().get();
  REQUIRE(json.ok());
  return *json;
}

// As a session takes it: next() until the end, woken when there is nothing yet.
std::string download_of(Bus& bus, const std::string& run, const Selection& selection = {}) {
  auto body = bus.download(run, selection);
  REQUIRE(body.ok());
  std::atomic<int> woken{0};
  (*body)->set_wake([&] { ++woken; });
  std::string text;
  for (int seen = 0;;) {
    BodyStream::Piece piece = (*body)->next();
    REQUIRE_FALSE(piece.broken);
    REQUIRE(piece.bytes.size() <= 64 * 1024);
    text += piece.bytes;
    if (piece.end) break;
    if (!piece.bytes.empty()) continue;
    REQUIRE(eventually([&] { return woken > seen; }));
    ++seen;
  }
  (*body)->set_wake({});
  return text;
}

}  // namespace

TEST_CASE("events are written without anybody asking, and again after the bus was idle") {
  const TelemetryFolder folder("bus");
  Bus bus(options_of(folder));
  const auto log = open_run(bus, folder, "r");
  const auto written = [&] { return numbers_in(file_text(folder.path / "r/telemetry.jsonl")); };
  // The loop of a system that Cherub follows ended at its first idle moment.
  for (std::uint64_t i = 1; i <= 5; ++i) {
    log->emit(kinds::kCommand);
    REQUIRE(eventually([&] { return written() == counted(1, i); }));
  }
}

TEST_CASE("queries select by every field") {
  const TelemetryFolder folder("fields");
  Bus bus(options_of(folder));
  const auto log = open_run(bus, folder, "r");
  log->emit(kinds::kSpawn, {.tick = 1, .entity = 7});
  log->emit(kinds::kFault, {.tick = 2, .entity = 8});
  log->emit(kinds::kCommand);
  log->emit(kinds::kReload, {.level = Level::kWarn, .tick = 3});
  log->emit(kinds::kDiskError, {.tick = 4});
  const auto numbers = [&](const Selection& selection) {
    const auto lines = ask(bus, "r", selection);
    REQUIRE(lines.ok());
    return numbers_in(*lines);
  };
  using Numbers = std::vector<std::uint64_t>;
  CHECK(numbers({}) == counted(1, 5));
  CHECK(numbers({.level = Level::kWarn}) == Numbers{2, 4, 5});
  CHECK(numbers({.level = Level::kError}) == Numbers{5});
  CHECK(numbers({.sources = {Source::kScript}}) == Numbers{2, 4});
  CHECK(numbers({.sources = {Source::kScript, Source::kClient}}) == Numbers{2, 3, 4});
  CHECK(numbers({.kinds = {"fault", "spawn"}}) == Numbers{1, 2});
  CHECK(numbers({.kinds = {"nothing_of_the_sort"}}).empty());
  CHECK(numbers({.entity = 8}) == Numbers{2});
  CHECK(numbers({.from_tick = 2}) == Numbers{2, 4, 5});
  CHECK(numbers({.to_tick = 2}) == Numbers{1, 2});
  CHECK(numbers({.from_tick = 2, .to_tick = 3}) == Numbers{2, 4});
  CHECK(numbers({.since_seq = 3}) == Numbers{4, 5});
  CHECK(numbers({.since_seq = 5}).empty());
  CHECK(numbers({.level = Level::kWarn, .sources = {Source::kScript}, .from_tick = 3}) ==
        Numbers{4});
}

TEST_CASE("without a place the newest come, behind a place the next; pages make the whole") {
  const TelemetryFolder folder("pages");
  BusOptions options = options_of(folder);
  options.log.ring = 20;
  options.log.files = {4000, 50};
  Bus bus(options);
  const auto log = open_run(bus, folder, "r");
  for (int i = 0; i < 200; ++i) {
    log->emit(kinds::kCommand);
    log->drain();
  }
  CHECK(numbers_in(*ask(bus, "r", {}, 10)) == counted(191, 200));
  CHECK(numbers_in(*ask(bus, "r", {}, 50)) == counted(151, 200));  // more than memory has
  CHECK(numbers_in(*ask(bus, "r", {.since_seq = 0}, 3)) == counted(1, 3));
  std::vector<std::uint64_t> all;
  for (std::uint64_t since = 0;;) {
    const auto page = numbers_in(*ask(bus, "r", {.since_seq = since}, 37));
    if (page.empty()) break;
    all.insert(all.end(), page.begin(), page.end());
    since = page.back();
  }
  CHECK(all == counted(1, 200));
  CHECK(numbers_in(download_of(bus, "r")) == counted(1, 200));
  CHECK(numbers_in(download_of(bus, "r", {.from_tick = 1})).empty());
}

TEST_CASE("the runs of an earlier process are read from their folders, torn or not") {
  const TelemetryFolder folder("restart");
  {
    Bus bus(options_of(folder));
    const auto log = open_run(bus, folder, "old");
    for (int i = 0; i < 10; ++i) log->emit(kinds::kCommand);
  }
  const auto path = folder.path / "old/telemetry.jsonl";
  std::string text = file_text(path);
  REQUIRE(numbers_in(text) == counted(1, 10));
  put_file(path, text.substr(0, text.size() - 5));
  Bus bus(options_of(folder));
  CHECK(bus.knows("old"));
  CHECK_FALSE(bus.knows("new"));
  CHECK_FALSE(bus.find("old"));
  CHECK(numbers_in(*ask(bus, "old", {})) == counted(1, 9));
  CHECK(numbers_in(download_of(bus, "old")) == counted(1, 9));
  const auto statistics = base::parse_json(statistics_of(bus, "old"));
  CHECK((*statistics)["events"].GetUint64() == 9);
  CHECK((*statistics)["last_seq"].GetUint64() == 9);
}

TEST_CASE("statistics count by level, source and kind, and tell the rate") {
  const TelemetryFolder folder("statistics");
  std::atomic<std::int64_t> now{1'000'000};
  BusOptions options = options_of(folder);
  options.log.wall_ms = [&] { return now.load(); };
  Bus bus(options);
  const auto log = open_run(bus, folder, "r");
  const auto empty = base::parse_json(statistics_of(bus, "r"));
  CHECK((*empty)["events"].GetUint64() == 0);
  CHECK((*empty)["first_seq"].IsNull());
  for (int i = 0; i < 100; ++i) {
    log->emit(kinds::kCommand);
    now += 1000;
  }
  log->emit(kinds::kFault);
  const auto all = base::parse_json(statistics_of(bus, "r"));
  CHECK((*all)["run"] == "r");
  CHECK((*all)["events"].GetUint64() == 101);
  CHECK((*all)["by_level"]["INFO"].GetUint64() == 100);
  CHECK((*all)["by_level"]["WARN"].GetUint64() == 1);
  CHECK((*all)["by_src"]["client"].GetUint64() == 100);
  CHECK((*all)["by_evt"]["fault"].GetUint64() == 1);
  CHECK((*all)["per_second"].GetDouble() == Approx(1.01));
  CHECK((*all)["per_second_last_minute"].GetDouble() == Approx(1).margin(0.1));
  const auto some = base::parse_json(statistics_of(bus, "r", {.level = Level::kWarn}));
  CHECK((*some)["events"].GetUint64() == 1);
}

TEST_CASE("without a run, what is in memory of all of them comes by time") {
  const TelemetryFolder folder("all");
  std::atomic<std::int64_t> now{5};
  BusOptions options = options_of(folder);
  options.log.wall_ms = [&] { return now.load(); };
  Bus bus(options);
  const auto first = open_run(bus, folder, "a"), second = open_run(bus, folder, "b");
  for (int i = 0; i < 4; ++i) {
    ++now;
    (i % 2 == 0 ? first : second)->emit(kinds::kCommand);
  }
  bus.server_log()->emit(kinds::kServerStarted);
  std::vector<std::string> order;
  for_each_line(*ask(bus, "", {}), [&](std::string_view line, const EventHead&) {
    order.emplace_back((*base::parse_json(line))["run"].GetString());
  });
  CHECK(order == std::vector<std::string>{"a", "b", "a", "b", "server"});
  CHECK(numbers_in(file_text(folder.path / ".server/telemetry.jsonl")) == counted(1, 1));
}

TEST_CASE("downloads are limited at a time, and places come back") {
  const TelemetryFolder folder("downloads");
  Bus bus(options_of(folder));
  const auto log = open_run(bus, folder, "r");
  log->emit(kinds::kCommand);
  std::vector<std::shared_ptr<BodyStream>> open;
  for (std::size_t i = 0; i < kDownloadsMax; ++i) open.push_back(*bus.download("r", {}));
  const auto refused = bus.download("r", {});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == base::ErrorCode::kUnavailable);
  open.pop_back();
  CHECK(bus.download("r", {}).ok());
}

TEST_CASE("a damaged file breaks a download off and is an error of a query") {
  const TelemetryFolder folder("broken");
  std::filesystem::create_directories(folder.path / "r");
  put_file(folder.path / "r/telemetry-00000000000000000001.jsonl.zst", "no frame at all");
  Bus bus(options_of(folder));
  CHECK_FALSE(ask(bus, "r", {}).ok());
  auto body = bus.download("r", {});
  REQUIRE(body.ok());
  std::atomic<bool> woken{false};
  (*body)->set_wake([&] { woken = true; });
  REQUIRE((*body)->next().bytes.empty());
  REQUIRE(eventually([&] { return woken.load(); }));
  CHECK((*body)->next().broken);
}

TEST_CASE("once it is stopped the bus refuses to read and still takes events") {
  const TelemetryFolder folder("stopped");
  Bus bus(options_of(folder));
  const auto log = open_run(bus, folder, "r");
  log->emit(kinds::kCommand);
  bus.stop();
  CHECK(numbers_in(file_text(folder.path / "r/telemetry.jsonl")) == counted(1, 1));
  CHECK(ask(bus, "r", {}).error().code == base::ErrorCode::kUnavailable);
  log->emit(kinds::kCommand);
  bus.stop();
}

TEST_CASE("many threads emit into many logs and each log stays one sequence") {
  const TelemetryFolder folder("threads");
  Bus bus(options_of(folder));
  std::vector<std::shared_ptr<Log>> logs;
  for (int i = 0; i < 3; ++i) logs.push_back(open_run(bus, folder, "r" + std::to_string(i)));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 900; ++n) logs[static_cast<std::size_t>(n % 3)]->emit(kinds::kCommand);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& log : logs) {
    CHECK(numbers_in(download_of(bus, log->run())) == counted(1, 1200));
  }
}

}  // namespace cherub::server::telemetry
