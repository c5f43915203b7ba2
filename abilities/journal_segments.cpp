#include "abilities/journal_segments.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>
#include <utility>

#include "abilities/compression.h"
#include "abilities/world_folder.h"
#include "engine/journal.h"

namespace cherub::abilities {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 20;
constexpr std::size_t kNumberDigits = 4;

base::Error damaged(const std::filesystem::path& path, std::string message) {
  return {base::ErrorCode::kInvalidArgument, std::move(message), path.string()};
}

std::string segment_name(std::uint64_t number, engine::Tick first) {
  const std::string digits = std::to_string(number);
  return std::string(kNumberDigits - std::min(kNumberDigits, digits.size()), '0') + digits + "-" +
         tick_name(first) + ".jsonl";
}

std::optional<JournalSegment> segment_of(const std::filesystem::path& folder,
                                         const std::string& name) {
  JournalSegment segment;
  const std::size_t dash = name.find('-');
  const std::size_t dot = name.find('.');
  if (dash == std::string::npos || dot == std::string::npos || dot < dash) return std::nullopt;
  const auto number = std::from_chars(name.data(), name.data() + dash, segment.number);
  const auto first = tick_of_name(std::string_view(name).substr(dash + 1, dot - dash - 1));
  if (number.ec != std::errc{} || !first) return std::nullopt;
  segment.first = *first;
  const std::string plain = segment_name(segment.number, segment.first);
  segment.packed = name == plain + ".zst";
  if (name != plain && !segment.packed) return std::nullopt;
  segment.path = folder / plain;
  return segment;
}

base::Result<void> read_plain(const std::filesystem::path& path, engine::JournalReader& reader) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return base::Error{base::ErrorCode::kIo, "It cannot be opened.", path.string()};
  std::string piece(kPieceBytes, '\0');
  while (file) {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    reader.read(std::string_view(piece).substr(0, static_cast<std::size_t>(file.gcount())));
  }
  if (!file.bad()) return {};
  return base::Error{base::ErrorCode::kIo, "It could not be read to its end.", path.string()};
}

// Every number from the one of `begin` to the newest.
base::Result<void> check_complete(const std::vector<JournalSegment>& segments,
                                  std::uint64_t begin) {
  std::uint64_t expected = begin;
  for (const JournalSegment& segment : segments) {
    if (segment.number < begin) continue;
    if (segment.number != expected) {
      return damaged(segment.path.parent_path(), "The journal's segment " +
                                                     std::to_string(expected) +
                                                     " is missing; the next that is there is " +
                                                     segment.path.filename().string() +
                                                     ". Put it back, or use ticks behind it.");
    }
    ++expected;
  }
  return {};
}

}  // namespace

std::filesystem::path segment_path(const std::filesystem::path& folder, std::uint64_t number,
                                   engine::Tick first) {
  return folder / segment_name(number, first);
}

std::vector<JournalSegment> journal_segments(const std::filesystem::path& folder) {
  std::vector<JournalSegment> segments;
  for (const std::string& name : names_in(folder)) {
    auto segment = segment_of(folder, name);
    if (!segment) continue;
    // Sorted, so the plain one comes first: the packed one beside it is its copy.
    if (!segments.empty() && segments.back().path == segment->path) continue;
    segments.push_back(std::move(*segment));
  }
  std::stable_sort(
      segments.begin(), segments.end(),
      [](const JournalSegment& a, const JournalSegment& b) { return a.number < b.number; });
  return segments;
}

std::vector<JournalSegment> current_line(const std::vector<JournalSegment>& segments) {
  std::vector<JournalSegment> line;
  for (auto segment = segments.rbegin(); segment != segments.rend(); ++segment) {
    if (line.empty() || segment->first < line.back().first) line.push_back(*segment);
  }
  std::reverse(line.begin(), line.end());
  return line;
}

base::Result<engine::Recording> read_segment(const JournalSegment& segment) {
  engine::JournalReader reader;
  if (segment.packed) {
    const auto text = read_packed(segment.path);
    if (!text) return text.error();
    reader.read(*text);
  } else if (auto read = read_plain(segment.path, reader); !read) {
    return read.error();
  }
  auto recording = reader.finish();
  if (!recording) {
    base::Error error = recording.error();
    error.where = segment.path.string() + " " + error.where;
    return error;
  }
  if (recording->first != segment.first) {
    return damaged(segment.path, "It says that it begins at tick " +
                                     std::to_string(recording->first) + ", its name says another.");
  }
  return recording;
}

base::Result<engine::Recording> read_journal(const std::filesystem::path& folder, engine::Tick from,
                                             engine::Tick to) {
  const auto segments = journal_segments(folder);
  if (segments.empty()) {
    return base::Error{base::ErrorCode::kNotFound, "There is no journal of a world here.",
                       folder.string()};
  }
  const auto line = current_line(segments);
  auto next = std::find_if(line.rbegin(), line.rend(), [from](const JournalSegment& segment) {
                return segment.first <= from;
              }).base();
  if (next == line.begin()) {
    return base::Error{base::ErrorCode::kNotFound,
                       "The journal begins at tick " + std::to_string(line.front().first) +
                           " here; its segments before that are missing.",
                       folder.string()};
  }
  --next;
  if (auto complete = check_complete(segments, next->number); !complete) return complete.error();
  std::optional<engine::Recording> whole;
  std::uint64_t number_before = 0;
  for (; next != line.end() && (!whole || next->first < to); ++next) {
    auto recording = read_segment(*next);
    if (!recording) return recording.error();
    if (recording->torn_bytes > 0 && next->number != segments.back().number) {
      return damaged(next->path, "This segment of the journal is cut off behind tick " +
                                     std::to_string(recording->end()) + ": the last " +
                                     std::to_string(recording->torn_bytes) +
                                     " bytes are no record, but another segment follows it.");
    }
    const bool follows = whole && next->number == number_before + 1;
    number_before = next->number;
    if (!whole) {
      whole = std::move(*recording);
      continue;
    }
    if (follows && recording->before != whole->last_checksum) {
      return damaged(next->path, "This segment of the journal does not follow " +
                                     (next - 1)->path.filename().string() +
                                     ": one of the two was cut off or changed.");
    }
    if (auto joined = engine::join(*whole, std::move(*recording)); !joined) {
      return damaged(next->path, joined.error().message);
    }
  }
  return std::move(*whole);
}

base::Result<void> pack_journal_segments(FileSystem& files, const std::filesystem::path& folder) {
  auto segments = journal_segments(folder);
  if (!segments.empty()) segments.pop_back();
  for (const JournalSegment& segment : segments) {
    if (segment.packed) continue;
    if (auto done = pack_file(files, segment.path); !done) return done;
  }
  return {};
}

}  // namespace cherub::abilities
