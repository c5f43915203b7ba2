#pragma once

#include <filesystem>

#include "abilities/file_system.h"
#include "abilities/journal_segments.h"
#include "engine/journal.h"

namespace cherub::abilities {

// The journal of a world while it is written, by one process at a time: its newest segment is a
// file that only grows. Records wait in memory until flush().
class JournalFile {
 public:
  // The folder appears with a segment and its first record in it, or none is there.
  static base::Result<JournalFile> create(FileSystem& files, const std::filesystem::path& folder,
                                          const engine::RecordedStart& start);
  // Reads the newest segment, cuts its torn tail and goes on behind it.
  static base::Result<JournalFile> go_on(FileSystem& files, const std::filesystem::path& folder,
                                         engine::Recording& newest);

  engine::JournalWriter& records() { return writer_; }
  [[nodiscard]] std::size_t waiting_bytes() { return writer_.text().size(); }
  // One write of all that waits. What could not be written waits on, so that a disk that was full
  // for a while leaves no gap.
  base::Result<void> flush();
  // Until all that was flushed is on the disk. From any thread, but not beside begin_segment().
  base::Result<void> sync();
  // Ends the segment, which is on the disk then, and goes on in another that begins with these
  // records. Where that fails the old one is gone on with.
  base::Result<void> begin_segment(const engine::Recording& beginning);

  [[nodiscard]] engine::Tick segment_first() const { return first_; }
  [[nodiscard]] std::uint64_t segment_bytes() const { return bytes_; }  // flushed

 private:
  JournalFile(FileSystem& files, std::filesystem::path folder, std::uint64_t number,
              engine::Tick first, OutputFile file, engine::JournalWriter writer,
              std::uint64_t bytes);
  // A new segment, on the disk and locked.
  static base::Result<JournalFile> put(FileSystem& files, const std::filesystem::path& folder,
                                       std::uint64_t number, engine::Tick first,
                                       engine::JournalWriter writer);

  FileSystem* files_;
  std::filesystem::path folder_;
  std::uint64_t number_;
  engine::Tick first_;
  OutputFile file_;
  engine::JournalWriter writer_;
  std::uint64_t bytes_;
  bool name_synced_ = true;  // the segment's name is on the disk
};

}  // namespace cherub::abilities
