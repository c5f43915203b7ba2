#include "abilities/journal_file.h"

#include <utility>

namespace cherub::abilities {

JournalFile::JournalFile(FileSystem& files, std::filesystem::path folder, std::uint64_t number,
                         engine::Tick first, OutputFile file, engine::JournalWriter writer,
                         std::uint64_t bytes)
    : files_(&files),
      folder_(std::move(folder)),
      number_(number),
      first_(first),
      file_(std::move(file)),
      writer_(std::move(writer)),
      bytes_(bytes) {}

base::Result<JournalFile> JournalFile::put(FileSystem& files, const std::filesystem::path& folder,
                                           std::uint64_t number, engine::Tick first,
                                           engine::JournalWriter writer) {
  const auto path = segment_path(folder, number, first);
  auto unfinished = path;
  unfinished += ".new";
  const auto write = [&]() -> base::Result<OutputFile> {
    auto file = OutputFile::open(files, unfinished, OutputFile::Mode::kReplace);
    if (!file) return file;
    if (auto done = file->lock(); !done) return done.error();
    std::string_view rest = writer.text();
    if (auto done = file->write(rest); !done) return done.error();
    if (auto done = file->sync(); !done) return done.error();
    // From here on it is the newest, whatever fails.
    if (auto done = file->rename(path); !done) return done.error();
    return file;
  };
  auto file = write();
  if (!file) {
    (void)remove_path(files, unfinished);  // the first error is the one to tell
    return file.error();
  }
  const std::uint64_t bytes = writer.text().size();
  writer.text().clear();
  JournalFile journal(files, folder, number, first, std::move(*file), std::move(writer), bytes);
  journal.name_synced_ = sync_folder(files, folder).ok();  // if not, the next sync() tells
  return journal;
}

base::Result<JournalFile> JournalFile::create(FileSystem& files,
                                              const std::filesystem::path& folder,
                                              const engine::RecordedStart& start) {
  if (auto made = make_folders(files, folder); !made) return made.error();
  engine::JournalWriter writer;
  writer.start(start);
  return put(files, folder, 0, 0, std::move(writer));
}

base::Result<JournalFile> JournalFile::go_on(FileSystem& files, const std::filesystem::path& folder,
                                             engine::Recording& newest) {
  const auto segments = journal_segments(folder);
  if (segments.empty()) return read_journal(folder).error();
  const JournalSegment segment = segments.back();
  if (segment.packed) {
    return base::Error{base::ErrorCode::kInvalidArgument,
                       "The journal's newest segment is missing: this one is packed, so that "
                       "another followed it.",
                       segment.path.string() + ".zst"};
  }
  auto file = OutputFile::open(files, segment.path, OutputFile::Mode::kAppend);
  if (!file) return file.error();
  if (auto locked = file->lock(); !locked) return locked.error();
  // Who had the lock before may have begun another segment.
  if (journal_segments(folder).back().number != segment.number) {
    return base::Error{base::ErrorCode::kConflict, "Another process is writing this journal.",
                       folder.string()};
  }
  auto recording = read_segment(segment);
  if (!recording) return recording.error();
  newest = std::move(*recording);
  if (newest.torn_bytes > 0) {
    if (auto cut = file->truncate(newest.bytes); !cut) return cut.error();
  }
  return JournalFile(files, folder, segment.number, segment.first, std::move(*file),
                     engine::JournalWriter(newest), newest.bytes);
}

base::Result<void> JournalFile::flush() {
  std::string& text = writer_.text();
  std::string_view rest = text;
  const auto written = file_.write(rest);
  bytes_ += text.size() - rest.size();
  text.erase(0, text.size() - rest.size());
  return written;
}

base::Result<void> JournalFile::sync() {
  if (auto done = file_.sync(); !done) return done;
  if (name_synced_) return {};
  auto synced = sync_folder(*files_, folder_);
  name_synced_ = synced.ok();
  return synced;
}

base::Result<void> JournalFile::begin_segment(const engine::Recording& beginning) {
  if (auto done = flush(); !done) return done;
  if (auto done = sync(); !done) return done;
  engine::JournalWriter writer;
  writer.segment(beginning, writer_.checksum());
  auto next = put(*files_, folder_, number_ + 1, beginning.first, std::move(writer));
  if (!next) return next.error();
  *this = std::move(*next);
  return {};
}

}  // namespace cherub::abilities
