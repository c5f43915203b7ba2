#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "engine/base/json.h"
#include "engine/behaviour.h"
#include "fake_run.h"
#include "server/telemetry/bus.h"
#include "server/telemetry/log.h"
#include "telemetry_fixture.h"
#include "tests/abilities/faulty_file_system.h"

namespace cherub::server::telemetry {
namespace {

using abilities::FaultyFileSystem;

std::size_t count_of(const std::string& lines, const Kind& kind) {
  std::size_t count = 0;
  for_each_line(lines, [&](std::string_view, const EventHead& head) {
    count += head.evt == kind.name ? 1 : 0;
  });
  return count;
}

std::vector<std::string> drain_texts(Outbox& outbox) {
  std::vector<std::string> texts;
  while (const auto message = outbox.pop()) texts.push_back(*message->bytes);
  return texts;
}

std::string everything(Log& log) {
  return all_of(SelectedLines(log.contents(0), {}));
}

// A log in a folder that is there.
struct LogBench {
  explicit LogBench(LogOptions given = {}) : options(std::move(given)) {
    options.wall_ms = [this] { return now; };
    log.emplace("r", folder.path, options);
  }
  TelemetryFolder folder{"log"};
  std::int64_t now = 1'000'000;
  LogOptions options;
  std::optional<Log> log;
};

}  // namespace

TEST_CASE("events are numbered without gaps, kept, written and published in one order") {
  LogBench bench;
  const auto outbox = std::make_shared<Outbox>();
  JoinRequest request;
  request.form = RecordForm::kBare;
  bench.log->channel()->join(outbox, std::move(request), [](const Joined&) {});
  bench.log->take_record({"connected", R"({"type":"connected"})"});
  bench.log->emit(kinds::kCommand, {.detail = R"({"line":"pause"})"});
  bench.log->emit(kinds::kPositionAbsorbed);  // DEBUG
  bench.log->take_record({"step", R"({"type":"step"})"});
  bench.log->take_record({"best", R"({"type":"best","score":1})"});
  const std::string lines = everything(*bench.log);
  CHECK(numbers_in(lines) == counted(1, 3));
  CHECK(file_text(bench.folder.path / "telemetry.jsonl") == lines);
  const auto texts = drain_texts(*outbox);
  REQUIRE(texts.size() == 3);
  const auto last = base::parse_json(texts[2]);
  REQUIRE(last.ok());
  CHECK((*last)["type"] == "telemetry");
  CHECK((*last)["evt"] == "best");
  CHECK((*last)["seq"].GetUint64() == 3);
  CHECK((*last)["ts"].GetInt64() == bench.now);
}

TEST_CASE("at DEBUG everything is taken") {
  LogOptions options;
  options.level = Level::kDebug;
  LogBench bench(options);
  bench.log->emit(kinds::kPositionAbsorbed);
  bench.log->take_record({"step", R"({"type":"step"})"});
  CHECK(numbers_in(everything(*bench.log)) == counted(1, 2));
}

TEST_CASE("a log goes on counting where an earlier process has left it, and so does its channel") {
  LogBench bench;
  for (int i = 0; i < 5; ++i) bench.log->emit(kinds::kCommand);
  bench.log->drain();
  bench.log.emplace("r", bench.folder.path, bench.options);
  bench.log->emit(kinds::kCommand);
  CHECK(numbers_in(everything(*bench.log)) == counted(1, 6));
  const auto outbox = std::make_shared<Outbox>();
  std::uint64_t seq = 0;
  bench.log->channel()->join(outbox, {}, [&](const Joined& joined) { seq = joined.seq; });
  CHECK(seq == 6);
}

TEST_CASE("memory holds the newest, the disk the rest, and both are one sequence") {
  LogOptions options;
  options.ring = 10;
  LogBench bench(options);
  for (int i = 0; i < 100; ++i) {
    bench.log->emit(kinds::kCommand);
    if (i % 7 == 0) bench.log->drain();
  }
  CHECK(numbers_in(everything(*bench.log)) == counted(1, 100));
  CHECK(numbers_in(bench.log->contents(0).memory) == counted(91, 100));
}

TEST_CASE("lines wait for a folder that is made later") {
  LogBench bench;
  const auto folder = bench.folder.path / "later";
  Log log("r", folder, bench.options);
  log.emit(kinds::kRunQueued);
  CHECK(log.drain());
  CHECK(numbers_in(everything(log)) == counted(1, 1));
  std::filesystem::create_directories(folder);
  log.emit(kinds::kSessionInit);
  CHECK_FALSE(log.drain());
  CHECK(numbers_in(file_text(folder / "telemetry.jsonl")) == counted(1, 2));
}

TEST_CASE("a failing disk is told once, memory loses nothing, and the file catches up") {
  for (std::uint64_t nth = 1; nth <= 6; ++nth) {
    FaultyFileSystem disk(nth, FaultyFileSystem::Fault::kOnce);
    LogOptions options;
    options.file_system = &disk;
    LogBench bench(options);
    for (int i = 0; i < 20; ++i) {
      bench.log->emit(kinds::kCommand);
      bench.log->drain();
      bench.now += kDiskRetryMs / 4;
    }
    bench.now += kDiskRetryMs;
    bench.log->drain();
    const std::string lines = everything(*bench.log);
    INFO(nth);
    const bool hit = count_of(lines, kinds::kDiskError) > 0;
    CHECK(count_of(lines, kinds::kDiskError) == (hit ? 1 : 0));
    CHECK(count_of(lines, kinds::kDiskRecovered) == (hit ? 1 : 0));
    CHECK(count_of(lines, kinds::kCommand) == 20);
    CHECK(file_text(bench.folder.path / "telemetry.jsonl") == lines);
    if (nth <= 3) CHECK(hit);
  }
}

TEST_CASE("a disk that takes nothing for long costs bounded memory and no live event") {
  FaultyFileSystem disk(2, FaultyFileSystem::Fault::kForEver);
  LogOptions options;
  options.file_system = &disk;
  options.ring = 50;
  LogBench bench(options);
  const auto outbox = std::make_shared<Outbox>();
  bench.log->channel()->join(outbox, {}, [](const Joined&) {});
  std::size_t received = 0;
  const std::string detail = "{\"x\":\"" + std::string(1900, 'x') + "\"}";
  for (int i = 0; i < 6000; ++i) {
    bench.log->emit(kinds::kCommand, {.detail = detail});
    bench.log->drain();
    bench.now += kDiskRetryMs;
    received += drain_texts(*outbox).size();
  }
  CHECK(received >= 6000);
  const std::string memory = bench.log->contents(0).memory;
  CHECK(count_of(memory, kinds::kCommand) == 50);
  CHECK(count_of(memory, kinds::kDiskError) == 0);  // long ago, and once
}

TEST_CASE("a flood is cut off at the bound and told, and the emitter never waits") {
  LogBench bench;
  constexpr std::size_t kMany = kInboxEventsMax + 1000;
  for (std::size_t i = 0; i < kMany; ++i) bench.log->emit(kinds::kCommand);
  bench.log->emit(kinds::kQuarantine);
  const LogContents contents = bench.log->contents(0);
  std::string last;
  for_each_line(contents.memory, [&](std::string_view line, const EventHead&) { last = line; });
  const auto lost = base::parse_json(last);
  REQUIRE(lost.ok());
  CHECK((*lost)["evt"] == "lost");
  CHECK((*lost)["src"] == "telemetry");
  CHECK((*lost)["detail"]["events"].GetUint64() == 1001);
  bench.log->emit(kinds::kQuarantine);
  CHECK(count_of(bench.log->contents(0).memory, kinds::kQuarantine) == 1);
}

TEST_CASE("emitting goes on while somebody reads and the disk hangs") {
  class HangingDisk final : public abilities::FileSystem {
   public:
    ssize_t write(int file, const char* bytes, std::size_t size) override {
      hanging = true;
      while (!released) std::this_thread::yield();
      return FileSystem::write(file, bytes, size);
    }
    std::atomic<bool> hanging{false}, released{false};
  };
  HangingDisk disk;
  LogOptions options;
  options.file_system = &disk;
  LogBench bench(options);
  bench.log->emit(kinds::kCommand);
  std::thread writer([&] { bench.log->drain(); });
  REQUIRE(eventually([&] { return disk.hanging.load(); }));
  for (int i = 0; i < 1000; ++i) bench.log->emit(kinds::kCommand);  // returns
  disk.released = true;
  writer.join();
  CHECK(numbers_in(everything(*bench.log)) == counted(1, 1001));
}

TEST_CASE("the ticks of a world are told up to a rate, and the rest in numbers at the end") {
  LogBench bench;
  auto world = engine::World::create(*engine::builtin_scenario("pasture"), 1);
  REQUIRE(world.ok());
  engine::RandomWalker walker;
  std::uint64_t spawned = 0;
  // All within one millisecond of wall time.
  for (int i = 0; i < 30; ++i) {
    (void)(*world)->submit(engine::Spawn{"rabbit", 10, 12, 0, 600});
    const engine::TickReport report = (*world)->step(walker);
    for (const auto& event : report.events) {
      spawned += &kind_of(event) == &kinds::kSpawn ? 1 : 0;
    }
    bench.log->take_tick(**world, report);
    bench.log->drain();
  }
  bench.log->take_record({"done", R"({"type":"done"})"});
  const std::string lines = everything(*bench.log);
  std::uint64_t told = 0, omitted = 0;
  for_each_line(lines, [&](std::string_view line, const EventHead& head) {
    told += head.evt == kinds::kSpawn.name ? 1 : 0;
    if (head.evt != kinds::kOmitted.name) return;
    const auto document = base::parse_json(line);
    const auto& events = (*document)["detail"]["events"];
    for (const char* name : {"spawn", "birth"}) {
      if (events.HasMember(name)) omitted += events[name].GetUint64();
    }
  });
  CHECK(told + omitted == spawned);
  CHECK(told <= kTickEventsPerSecond + kTickEventsMax);
  CHECK(omitted > 0);
  const auto numbers = numbers_in(lines);
  CHECK(numbers == counted(1, numbers.size()));
}

TEST_CASE("a run that is over keeps little in memory, and all of it is found on disk") {
  LogBench bench;
  for (int i = 0; i < 3000; ++i) bench.log->emit(kinds::kCommand);
  bench.log->take_record({"done", R"({"type":"done"})"});
  bench.log->drain();
  CHECK(numbers_in(bench.log->contents(0).memory).size() == kRingOfEndedRun);
  CHECK(numbers_in(everything(*bench.log)) == counted(1, 3001));
}

TEST_CASE("what was emitted last is written when the log goes") {
  TelemetryFolder folder("gone");
  {
    Log log("r", folder.path, LogOptions());
    log.emit(kinds::kCommand);
  }
  CHECK(numbers_in(file_text(folder.path / "telemetry.jsonl")) == counted(1, 1));
}

}  // namespace cherub::server::telemetry
