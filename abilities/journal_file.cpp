#include "abilities/journal_file.h"

#include <fstream>
#include <system_error>
#include <utility>

namespace cherub::abilities {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 20;

base::Result<OutputFile> open_locked(FileSystem& files, const std::filesystem::path& path) {
  auto file = OutputFile::open(files, path, OutputFile::Mode::kAppend);
  if (!file) return file.error();
  if (auto locked = file->lock(); !locked) return locked.error();
  return file;
}

}  // namespace

base::Result<JournalFile> JournalFile::create(FileSystem& files, const std::filesystem::path& path,
                                              const engine::RecordedStart& start) {
  engine::JournalWriter writer;
  writer.start(start);
  if (auto made = replace_file(files, path, writer.text(), Durable::kYes); !made) {
    return made.error();
  }
  writer.text().clear();
  auto file = open_locked(files, path);
  if (!file) return file.error();
  return JournalFile(std::move(*file), std::move(writer));
}

base::Result<JournalFile> JournalFile::go_on(FileSystem& files, const std::filesystem::path& path,
                                             engine::Recording& read) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return read_journal(path).error();
  auto file = open_locked(files, path);
  if (!file) return file.error();
  auto recording = read_journal(path);
  if (!recording) return recording.error();
  read = std::move(*recording);
  if (read.torn_bytes > 0) {
    if (auto cut = file->truncate(read.bytes); !cut) return cut.error();
  }
  return JournalFile(std::move(*file), engine::JournalWriter(read));
}

base::Result<void> JournalFile::flush() {
  std::string& text = writer_.text();
  std::string_view rest = text;
  const auto written = file_.write(rest);
  text.erase(0, text.size() - rest.size());
  return written;
}

base::Result<engine::Recording> read_journal(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    const bool is_missing = !std::filesystem::exists(path);
    return base::Error{
        is_missing ? base::ErrorCode::kNotFound : base::ErrorCode::kIo,
        is_missing ? "There is no journal of a world here." : "The journal cannot be opened.",
        path.string()};
  }
  engine::JournalReader reader;
  std::string piece(kPieceBytes, '\0');
  while (file) {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    reader.read(std::string_view(piece).substr(0, static_cast<std::size_t>(file.gcount())));
  }
  if (file.bad()) {
    return base::Error{base::ErrorCode::kIo, "The journal could not be read to its end.",
                       path.string()};
  }
  auto recording = reader.finish();
  if (recording) return recording;
  base::Error error = recording.error();
  error.where = path.string() + " " + error.where;
  return error;
}

}  // namespace cherub::abilities
