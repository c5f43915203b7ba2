#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "abilities/file_system.h"
#include "abilities/run.h"
#include "server/record_channel.h"
#include "server/telemetry/event_files.h"
#include "server/telemetry/selection.h"
#include "server/telemetry/tick_facts.h"

namespace cherub::server::telemetry {

// Of one run, in memory until they are numbered: a flood beyond it is counted and lost.
inline constexpr std::size_t kInboxEventsMax = 1u << 16;
inline constexpr std::size_t kInboxRecordBytesMax = std::size_t{16} << 20;
// A world that is computed faster than anybody can read is told in numbers beyond this rate.
inline constexpr std::int64_t kTickEventsPerSecond = 10'000;
// Lines that wait for a disk that takes none. Beyond it the file loses them, memory does not.
inline constexpr std::size_t kDiskWaitingBytesMax = std::size_t{8} << 20;
inline constexpr std::int64_t kDiskRetryMs = 1000;
// A run that is over and whose lines are on disk keeps so many in memory.
inline constexpr std::size_t kRingOfEndedRun = 500;

// What all logs of a process share.
struct LogOptions {
  std::size_t ring = 5000;  // lines in memory
  FileLimits files;
  Level level = Level::kInfo;  // what is milder is not taken at all
  Executor executor = [](const std::function<void()>& call) { call(); };
  std::function<std::int64_t()> wall_ms = [] { return std::int64_t{0}; };
  std::string epoch = "0";
  abilities::FileSystem* file_system = nullptr;  // null: the real one
};

// What a log asks of its owner; from any thread, must not block.
struct LogOwner {
  std::function<void()> wake;                              // something waits to be drained
  std::function<void(const std::filesystem::path&)> pack;  // a file in this folder is full
  std::shared_ptr<RecordChannel> all;                      // every event of every log, if watched
};

// What an emitter may say beside the kind.
struct Said {
  std::optional<Level> level = std::nullopt;  // the kind's
  std::optional<base::Tick> tick = std::nullopt;
  std::optional<std::uint64_t> entity = std::nullopt;
  std::string detail = {};  // a JSON object
};

// The events of one run: handed over by any thread, which never waits for more than a push;
// numbered, kept, written and published by who drains it. Safe from any thread, but a run's records
// and ticks come one at a time.
class Log {
 public:
  // `folder`: of the run; it may be made later, until then lines wait.
  Log(std::string run, std::filesystem::path folder, const LogOptions& options);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  void belong_to(LogOwner owner);  // before anything else

  void emit(const Kind& kind, Said said = {});
  void take_record(const abilities::RunRecord& record);
  void take_tick(const engine::World& world, const engine::TickReport& report);

  // Numbers what waits, keeps it, writes it and publishes it. True when lines wait for the disk:
  // then it is to be called again within kDiskRetryMs.
  bool drain();
  // Drains, and tells what there is.
  [[nodiscard]] LogContents contents(std::uint64_t since_seq);
  [[nodiscard]] const std::shared_ptr<RecordChannel>& channel() const { return channel_; }
  [[nodiscard]] const std::string& run() const { return run_; }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  struct RecordItem {
    std::int64_t ts = 0;
    abilities::RunRecord record;
  };
  struct TickItem {
    std::int64_t ts = 0;
    TickFacts facts;
  };
  struct LostItem {
    std::int64_t ts = 0;
    std::uint64_t events = 0;
  };
  using Item = std::variant<Event, RecordItem, TickItem, LostItem>;

  void push(Item item, std::size_t events, std::size_t bytes);
  void push_omitted();
  [[nodiscard]] std::size_t tick_room(std::int64_t now);
  // The rest: under mutex_.
  void keep(const Item& item);
  void keep(const Event& event);
  void write();
  void tell_disk(const base::Result<void>& done);
  void publish();
  void forget();

  const std::string run_;
  const std::filesystem::path folder_;
  const LogOptions options_;
  LogOwner owner_;
  std::shared_ptr<RecordChannel> channel_;

  // Of the thread that ticks.
  std::shared_ptr<const abilities::EventLines> words_;
  const engine::Scenario* words_of_ = nullptr;
  std::int64_t tokens_ = kTickEventsPerSecond, tokens_at_ms_ = 0;
  TickFacts omitted_;  // of ticks that were not handed over

  std::mutex inbox_mutex_;  // all that an emitter ever waits for
  std::vector<Item> inbox_;
  std::size_t inbox_events_ = 0, inbox_bytes_ = 0;
  std::uint64_t inbox_lost_ = 0;

  std::mutex mutex_;
  std::uint64_t seq_ = 0;
  std::deque<std::string> ring_;  // lines; the last one is seq_
  EventFiles files_;
  std::string waiting_;            // for the disk; may begin inside of a line
  std::uint64_t waiting_seq_ = 0;  // of its first line
  std::uint64_t unwritten_ = 0;    // lines that the file has lost since the disk failed
  bool disk_failed_ = false, ended_ = false;
  std::int64_t retry_at_ms_ = 0;
  std::vector<OutgoingRecord> unpublished_;
};

}  // namespace cherub::server::telemetry
