#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/telemetry/event.h"
#include "server/telemetry/event_files.h"

namespace cherub::server::telemetry {

inline constexpr std::size_t kQueryLinesMax = 1000;

// Which events somebody wants. What is empty or not set holds for all.
struct Selection {
  Level level = Level::kDebug;  // or worse
  std::vector<Source> sources = {};
  std::vector<std::string> kinds = {};  // names, `evt`
  std::optional<base::Tick> from_tick = std::nullopt,
                            to_tick =
                                std::nullopt;  // both included; an event of no tick is left out
  std::optional<std::uint64_t> entity = std::nullopt;
  std::optional<std::uint64_t> since_seq = std::nullopt;  // only later ones

  [[nodiscard]] bool matches(const EventHead& head) const;
};

// A log as it was at one moment: what is on disk, and behind it what memory has.
struct LogContents {
  EventBlocks disk;
  std::uint64_t memory_from = 1;  // number of the first line in memory: from there on memory counts
  std::string memory;             // lines
};

// The lines that are wanted, oldest first, block by block.
class SelectedLines {
 public:
  SelectedLines(LogContents contents, Selection selection);

  // The next of them, about a MiB; empty: the end.
  base::Result<std::string> next();

 private:
  [[nodiscard]] std::string selected(std::string_view lines, bool on_disk) const;

  LogContents contents_;
  const Selection selection_;
  bool disk_done_ = false;
};

// Calls take(line, head) for each line of append_line() in whole lines; others are passed over.
template <class Take>
void for_each_line(std::string_view lines, Take&& take) {
  for (std::size_t end = lines.find('\n'); end != std::string_view::npos; end = lines.find('\n')) {
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(end + 1);
    if (const auto head = read_head(line)) take(line, *head);
  }
}

// Numbers about events.
class Statistics {
 public:
  void add(const EventHead& head);
  // {"events","first_seq","last_seq","first_ts","last_ts","per_second","per_second_last_minute",
  // "by_level","by_src","by_evt"}; null where there is nothing to tell.
  [[nodiscard]] std::string json(const std::optional<std::string>& run) const;

 private:
  std::uint64_t events_ = 0;
  std::optional<EventHead> first_, last_;  // without their names, which are of lines that are gone
  std::map<std::string, std::uint64_t, std::less<>> by_level_, by_source_, by_kind_;
  std::map<std::int64_t, std::uint64_t> by_second_;  // of the last minute that was seen
};

}  // namespace cherub::server::telemetry
