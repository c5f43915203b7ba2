#pragma once

#include <filesystem>

#include "abilities/file_system.h"
#include "engine/journal.h"

namespace cherub::abilities {

// The journal of a world as a file that only grows, written by one process at a time. Records wait
// in memory until flush().
class JournalFile {
 public:
  // Appears with its first record in it, or not at all.
  static base::Result<JournalFile> create(FileSystem& files, const std::filesystem::path& path,
                                          const engine::RecordedStart& start);
  // Reads what is there, cuts the torn tail and goes on behind it.
  static base::Result<JournalFile> go_on(FileSystem& files, const std::filesystem::path& path,
                                         engine::Recording& read);

  engine::JournalWriter& records() { return writer_; }
  [[nodiscard]] std::size_t waiting_bytes() { return writer_.text().size(); }
  // One write of all that waits. What could not be written waits on, so that a disk that was full
  // for a while leaves no gap.
  base::Result<void> flush();
  // Until all that was flushed is on the disk. From any thread.
  base::Result<void> sync() { return file_.sync(); }

 private:
  JournalFile(OutputFile file, engine::JournalWriter writer)
      : file_(std::move(file)), writer_(std::move(writer)) {}

  OutputFile file_;
  engine::JournalWriter writer_;
};

// Errors name the file and the line.
base::Result<engine::Recording> read_journal(const std::filesystem::path& path);

}  // namespace cherub::abilities
