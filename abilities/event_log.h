#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "abilities/background_writer.h"
#include "abilities/file_system.h"
#include "engine/world.h"

namespace cherub::abilities {

inline constexpr engine::Tick kEventRangeTicks = 10'000;
// More lines than this do not wait for a disk that takes none: they are given up, and told.
inline constexpr std::size_t kEventBytesWaitingMax = std::size_t{64} << 20;

// Events of one scenario as lines of JSON: {"tick":N,"kind":"birth",…}; places in m, rounded to the
// millimetre. A million agents make tens of thousands in a tick, so nothing is allocated for one
// but what its text takes.
class EventLines {
 public:
  explicit EventLines(const engine::Scenario& scenario);
  void append(std::string& lines, engine::Tick tick, const engine::Event& event) const;

 private:
  std::vector<std::string> species_;  // ,"species":"rabbit"
};

// What happened in a world, one JSON object per line, a file per range of ticks:
// events/<from>-<to>.jsonl, and .jsonl.zst once the range is over. All of it follows from the
// journal; a loaded world writes again what came after its save. Lines are written on a thread of
// the log's own; failures are told by the call after.
class EventLog {
 public:
  EventLog(FileSystem& files, std::filesystem::path folder);

  // Drops everything from the tick on, for a world that goes on there.
  base::Result<void> cut(engine::Tick from);
  // On the world's pool when there are many. Fails when lines that waited for the disk were given
  // up because their range is over; what is added is kept nevertheless.
  base::Result<void> add(const engine::World& world, const engine::TickReport& report);
  [[nodiscard]] std::size_t waiting_bytes() const { return waiting_.size() + writer_.bytes(); }
  // Begins to write what waits, unless something is being written: then it waits on. Fails when
  // what was begun before could not be written; that waits on too, up to kEventBytesWaitingMax.
  base::Result<void> flush();
  // Flushes, and returns when all is written or something could not be.
  base::Result<void> finish();

 private:
  void add_lines(const engine::World& world, const engine::TickReport& report);
  base::Result<void> begin_writing();
  // After a failure: gives up what is too much to wait.
  base::Result<void> bounded(base::Result<void> done);

  FileSystem& files_;
  std::filesystem::path folder_;
  engine::Tick range_ = 0;  // first tick of the range that waits and is open
  std::string waiting_;
  std::optional<EventLines> lines_;  // of the world that is told of
  std::vector<std::string> parts_;   // of one tick, made side by side
  std::optional<OutputFile> file_;
  BackgroundWriter writer_;  // last: it uses the file
};

// A file of events, packed or not.
struct EventRange {
  engine::Tick from = 0;
  std::filesystem::path path;  // without .zst
  bool packed = false;
};
std::vector<EventRange> event_ranges(const std::filesystem::path& folder);

// Packs the ranges before the one that holds `now`.
base::Result<void> pack_event_ranges(FileSystem& files, const std::filesystem::path& folder,
                                     engine::Tick now);

// Calls take(tick, line) for each whole line of a range.
base::Result<void> for_each_event(
    const EventRange& range,
    const std::function<void(engine::Tick tick, std::string_view line)>& take);

}  // namespace cherub::abilities
