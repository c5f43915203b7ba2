#include "abilities/file_system.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <utility>

namespace cherub::abilities {
namespace {

base::Error io_error(const std::string& what, const std::filesystem::path& path, int code) {
  return {base::ErrorCode::kIo,
          what + " failed: " + std::error_code(code, std::generic_category()).message(),
          path.string()};
}

}  // namespace

int FileSystem::open(const char* path, int flags) {
  return ::open(path, flags | O_CLOEXEC, 0644);
}
ssize_t FileSystem::write(int file, const char* bytes, std::size_t size) {
  return ::write(file, bytes, size);
}
int FileSystem::truncate(int file, std::uint64_t size) {
  return ::ftruncate(file, static_cast<off_t>(size));
}
int FileSystem::sync(int file) {
  return ::fsync(file);
}
int FileSystem::lock(int file) {
  return ::flock(file, LOCK_EX | LOCK_NB);
}
int FileSystem::close(int file) {
  return ::close(file);
}
int FileSystem::rename(const char* from, const char* to) {
  return ::rename(from, to);
}
int FileSystem::remove(const char* path) {
  return ::remove(path);
}
int FileSystem::make_folder(const char* path) {
  return ::mkdir(path, 0755);
}

FileSystem& real_file_system() {
  static FileSystem files;
  return files;
}

OutputFile::OutputFile(FileSystem& files, std::filesystem::path path, int file)
    : files_(&files), path_(std::move(path)), file_(file) {}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : files_(other.files_), path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)) {}

OutputFile& OutputFile::operator=(OutputFile&& other) noexcept {
  std::swap(files_, other.files_);
  std::swap(path_, other.path_);
  std::swap(file_, other.file_);
  return *this;
}

OutputFile::~OutputFile() {
  if (file_ >= 0) files_->close(file_);
}

base::Error OutputFile::failure(const char* what) const {
  return io_error(what, path_, errno);
}

base::Result<OutputFile> OutputFile::open(FileSystem& files, const std::filesystem::path& path,
                                          Mode mode) {
  const int flags = O_WRONLY | O_CREAT | (mode == Mode::kAppend ? O_APPEND : O_TRUNC);
  const int file = files.open(path.c_str(), flags);
  if (file < 0) return io_error("Opening", path, errno);
  return OutputFile(files, path, file);
}

base::Result<void> OutputFile::write(std::string_view& bytes) {
  while (!bytes.empty()) {
    const ssize_t written = files_->write(file_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failure("Writing");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

base::Result<void> OutputFile::truncate(std::uint64_t size) {
  if (files_->truncate(file_, size) != 0) return failure("Cutting");
  return {};
}

base::Result<void> OutputFile::rename(const std::filesystem::path& to) {
  if (files_->rename(path_.c_str(), to.c_str()) != 0) return failure("Renaming");
  path_ = to;
  return {};
}

base::Result<void> OutputFile::lock() {
  if (files_->lock(file_) == 0) return {};
  if (errno != EWOULDBLOCK) return failure("Locking");
  return base::Error{base::ErrorCode::kConflict, "Another process is writing this file.",
                     path_.string()};
}

base::Result<void> OutputFile::sync() {
  while (files_->sync(file_) != 0) {
    if (errno != EINTR) return failure("Syncing");
  }
  return {};
}

base::Result<void> OutputFile::close() {
  if (files_->close(std::exchange(file_, -1)) != 0 && errno != EINTR) return failure("Closing");
  return {};
}

base::Result<void> replace_file(FileSystem& files, const std::filesystem::path& path,
                                std::string_view text, Durable durable) {
  std::filesystem::path unfinished = path;
  unfinished += ".new";
  const auto write = [&]() -> base::Result<void> {
    auto file = OutputFile::open(files, unfinished, OutputFile::Mode::kReplace);
    if (!file) return file.error();
    if (auto done = file->write(text); !done) return done;
    if (durable == Durable::kYes) {
      if (auto done = file->sync(); !done) return done;
    }
    if (auto done = file->close(); !done) return done;
    return rename_path(files, unfinished, path);
  };
  if (auto written = write(); !written) {
    files.remove(unfinished.c_str());  // the first error is the one to tell
    return written;
  }
  return durable == Durable::kYes ? sync_folder(files, path.parent_path()) : base::Result<void>{};
}

base::Result<void> make_folders(FileSystem& files, const std::filesystem::path& path) {
  std::error_code ignored;
  if (path.empty() || std::filesystem::is_directory(path, ignored)) return {};
  if (auto made = make_folders(files, path.parent_path()); !made) return made;
  if (files.make_folder(path.c_str()) == 0 || errno == EEXIST) return {};
  return io_error("Making the folder", path, errno);
}

base::Result<void> rename_path(FileSystem& files, const std::filesystem::path& from,
                               const std::filesystem::path& to) {
  if (files.rename(from.c_str(), to.c_str()) == 0) return {};
  return io_error("Renaming", to, errno);
}

base::Result<void> remove_path(FileSystem& files, const std::filesystem::path& path) {
  std::error_code ignored;
  const bool is_folder = std::filesystem::is_directory(
      std::filesystem::symlink_status(path, ignored));  // a link to a folder is only a link
  if (is_folder) {
    for (const std::string& name : names_in(path)) {
      if (auto removed = remove_path(files, path / name); !removed) return removed;
    }
  }
  if (files.remove(path.c_str()) == 0 || errno == ENOENT) return {};
  return io_error("Removing", path, errno);
}

base::Result<void> sync_folder(FileSystem& files, const std::filesystem::path& path) {
  const std::filesystem::path folder = path.empty() ? "." : path;
  const int file = files.open(folder.c_str(), O_RDONLY | O_DIRECTORY);
  if (file < 0) return io_error("Opening", folder, errno);
  const int failed = files.sync(file) != 0 ? errno : 0;
  files.close(file);
  // Some file systems cannot sync folders, and say so.
  if (failed != 0 && failed != EINVAL) return io_error("Syncing", folder, failed);
  return {};
}

base::Result<std::string> read_text_file(const std::filesystem::path& path, std::size_t bytes_max) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) {
    const auto code = error == std::errc::no_such_file_or_directory ? base::ErrorCode::kNotFound
                                                                    : base::ErrorCode::kIo;
    return base::Error{code, "Reading failed: " + error.message(), path.string()};
  }
  if (size > bytes_max) {
    return base::Error{base::ErrorCode::kRefused,
                       "The file has " + std::to_string(size) + " bytes; at most " +
                           std::to_string(bytes_max) + " are read.",
                       path.string()};
  }
  std::string text(size, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(text.data(), static_cast<std::streamsize>(size));
  if (!file || static_cast<std::uintmax_t>(file.gcount()) != size) {
    return base::Error{base::ErrorCode::kIo, "The file could not be read to its end.",
                       path.string()};
  }
  return text;
}

std::vector<std::string> names_in(const std::filesystem::path& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace cherub::abilities
