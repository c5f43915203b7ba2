#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "abilities/file_system.h"
#include "engine/base/result.h"

namespace cherub::server::telemetry {

struct FileLimits {
  std::size_t file_bytes = std::size_t{50} << 20;  // then another one is begun
  std::size_t files = 8;                           // beside the one that is written
};

// The lines of one log on disk: telemetry.jsonl is written, telemetry-<first seq>.jsonl.zst are
// full ones, packed, and without .zst until that is done. One thread at a time.
class EventFiles {
 public:
  EventFiles(abilities::FileSystem& files, std::filesystem::path folder, FileLimits limits);

  // The folder is there: it may come after the log, and is made by others.
  [[nodiscard]] bool ready() const;
  // The number of the newest line; 0: none. A line that a crash has torn does not count.
  [[nodiscard]] std::uint64_t last_seq() const;
  // Takes what it wrote off the front of `lines`, also when it fails; the first of them, which
  // begins with a line, is `first_seq`. Cuts off a torn line before, once. True when a file was
  // full and put aside, to be packed.
  base::Result<bool> write(std::string_view& lines, std::uint64_t first_seq);
  void close();  // until the next write

 private:
  base::Result<void> open(std::uint64_t first_seq);

  abilities::FileSystem& files_;
  const std::filesystem::path folder_;
  const FileLimits limits_;
  std::optional<abilities::OutputFile> file_;
  std::uint64_t first_seq_ = 0;  // of the open file
  std::uint64_t bytes_ = 0;      // likewise
};

// Packs the full files and removes the oldest beyond the limit. One thread at a time, beside a
// writer and readers: what it removes is good for who has it open.
base::Result<void> pack_full_files(abilities::FileSystem& files,
                                   const std::filesystem::path& folder, const FileLimits& limits);

// The lines of a log as they are on disk now, oldest first, in blocks, so that no file is in memory
// whole. Holds its files open from the start: what is packed or removed meanwhile does not matter.
class EventBlocks {
 public:
  // Nothing on disk is no failure. Files that end before `since_seq` may be left out.
  EventBlocks(const std::filesystem::path& folder, std::uint64_t since_seq);

  // The next whole lines, about a MiB; empty: the end. A torn last line is left out.
  base::Result<std::string> next();

 private:
  struct Part {
    std::ifstream file;
    std::string path;
    bool packed = false;
  };
  // Unpacks what comes next into text_; false, as below: the part is at its end.
  base::Result<bool> read_packed(Part& part);
  static base::Result<bool> read_more(Part& part, std::string& bytes);

  std::vector<Part> parts_;
  std::size_t at_ = 0;
  std::string packed_;  // of the part: read and not unpacked yet
  std::string text_;    // of the part: not told yet
};

}  // namespace cherub::server::telemetry
