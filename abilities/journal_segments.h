#pragma once

#include <filesystem>
#include <limits>
#include <vector>

#include "abilities/file_system.h"
#include "engine/recording.h"

namespace cherub::abilities {

// A journal is a folder of segments, <number>-<first tick>.jsonl, of which only the newest grows;
// older ones are packed: .jsonl.zst. Each has a head of its own and the sources that are in use, so
// that it can be read without those before it. One that begins at an earlier tick than the one
// before it ended goes on from there: a named save was loaded, and the ticks behind it were left.
struct JournalSegment {
  std::uint64_t number = 0;
  engine::Tick first = 0;      // ticks before it
  std::filesystem::path path;  // without .zst
  bool packed = false;
};

inline constexpr engine::Tick kEndOfJournal = std::numeric_limits<engine::Tick>::max();

std::filesystem::path segment_path(const std::filesystem::path& folder, std::uint64_t number,
                                   engine::Tick first);

// All of them, by their numbers.
std::vector<JournalSegment> journal_segments(const std::filesystem::path& folder);
// Those that tell how the world came to be as it is, by their ticks.
std::vector<JournalSegment> current_line(const std::vector<JournalSegment>& segments);

// Errors name the segment and the line. Bytes at the end that are no record are told only.
base::Result<engine::Recording> read_segment(const JournalSegment& segment);

// From the segment on that holds tick `from`, to the one that holds tick `to`. Only the newest may
// end in bytes that are no record; an older one that does, or is missing, is an error that names
// it.
base::Result<engine::Recording> read_journal(const std::filesystem::path& folder,
                                             engine::Tick from = 0,
                                             engine::Tick to = kEndOfJournal);

// Packs all but the newest.
base::Result<void> pack_journal_segments(FileSystem& files, const std::filesystem::path& folder);

}  // namespace cherub::abilities
