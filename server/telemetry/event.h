#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/ids.h"

// What happens in runs and around them, as events with one shape: kept, asked for and watched
// beside the runs' own records (docs/PROTOCOL.md, Telemetry).
namespace cherub::server::telemetry {

enum class Level : std::uint8_t { kDebug, kInfo, kWarn, kError };
const char* level_name(Level level);  // "DEBUG" …
std::optional<Level> level_of(std::string_view name);

// Who tells it.
enum class Source : std::uint8_t { kEngine, kScript, kAngel, kServer, kClient, kTelemetry };
inline constexpr int kSourceCount = 6;
const char* source_name(Source source);  // "engine" …
std::optional<Source> source_of(std::string_view name);

// A kind of event. All that there are stand in kinds.h.
struct Kind {
  const char* name;  // its `evt`: lower-case letters and '_'
  Source source;
  Level level;        // unless one of them is worse
  const char* words;  // what it tells, for people
};

// The log of the server itself goes by this in place of a run's id, which never looks like that.
inline constexpr const char* kServerLog = "server";

// Beyond this only those members of a detail are kept that are short.
inline constexpr std::size_t kDetailBytesMax = 2048;
// No line is longer, with its end.
inline constexpr std::size_t kLineBytesMax = kDetailBytesMax + 512;

struct Event {
  const Kind* kind = nullptr;
  Level level = Level::kInfo;
  std::int64_t ts = 0;  // ms since 1970
  std::optional<base::Tick> tick;
  std::optional<std::uint64_t> entity;  // EntityId::packed
  std::string detail;                   // a JSON object; empty: none
};

// Adds one line with its end:
// {"seq":…,"ts":…,"tick":…,"level":…,"src":…,"evt":…,"run":…,"entity_id":…,"detail":{…}}.
void append_line(std::string& lines, std::uint64_t seq, std::string_view run, const Event& event);

// What such a line begins with; `evt` is good as long as the line.
struct EventHead {
  std::uint64_t seq = 0;
  std::int64_t ts = 0;
  std::optional<base::Tick> tick;
  Level level = Level::kInfo;
  Source source = Source::kEngine;
  std::string_view evt;
  std::optional<std::uint64_t> entity;
};
// Nothing for what append_line() does not write.
std::optional<EventHead> read_head(std::string_view line);

// The line as a record of a channel, which numbers it itself: without `seq`, with `type` first.
std::string record_of_line(std::string_view line);

// Whole lines only: what stands behind the last line end is cut off by a crash.
std::string_view whole_lines(std::string_view text);

}  // namespace cherub::server::telemetry
