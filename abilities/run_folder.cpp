#include "abilities/run_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

namespace cherub::abilities {
namespace {

base::Error io_error(const std::string& what, const std::filesystem::path& path, int code) {
  return {base::ErrorCode::kIo,
          what + " failed: " + std::error_code(code, std::generic_category()).message(),
          path.string()};
}

// Owns a file descriptor; close() tells whether the last bytes arrived.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }
  int close() {
    const int result = ::close(fd_);
    fd_ = -1;
    return result;
  }

 private:
  int fd_;
};

base::Result<void> write_all(const std::filesystem::path& path, std::string_view text) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (file.get() < 0) return io_error("Opening", path, errno);
  while (!text.empty()) {
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return io_error("Writing", path, errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (file.close() != 0) return io_error("Closing", path, errno);
  return {};
}

}  // namespace

base::Result<RunFolder> RunFolder::create(const std::string& runs_dir, const std::string& run_id) {
  const std::filesystem::path path = std::filesystem::path(runs_dir) / run_id;
  std::error_code error;
  std::filesystem::create_directories(runs_dir, error);
  if (error) return io_error("Making the folder", runs_dir, error.value());
  if (!std::filesystem::create_directory(path, error)) {
    if (error) return io_error("Making the folder", path, error.value());
    return base::Error{base::ErrorCode::kConflict, "A run of this id already has a folder.",
                       path.string()};
  }
  return RunFolder(path);
}

base::Result<void> RunFolder::write(std::string_view relative, std::string_view text) const {
  const std::filesystem::path path = path_ / relative;
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  if (error) return io_error("Making the folder", path.parent_path(), error.value());
  std::filesystem::path unfinished = path;
  unfinished += ".new";
  if (auto written = write_all(unfinished, text); !written) {
    std::filesystem::remove(unfinished, error);  // the first error is the one to tell
    return written;
  }
  std::filesystem::rename(unfinished, path, error);
  if (error) return io_error("Renaming", path, error.value());
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

}  // namespace cherub::abilities
