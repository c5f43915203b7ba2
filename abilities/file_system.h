#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace cherub::abilities {

// The system calls that change files, so that tests can make each of them fail. As in POSIX: -1 and
// errno on failure, and write() may take less than it was given.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual int open(const char* path, int flags);  // made with mode 0644
  virtual ssize_t write(int file, const char* bytes, std::size_t size);
  virtual int truncate(int file, std::uint64_t size);
  virtual int sync(int file);
  // Against other processes, until the file is closed; fails when one has it.
  virtual int lock(int file);
  virtual int close(int file);
  virtual int rename(const char* from, const char* to);
  virtual int remove(const char* path);  // a file or an empty folder
  virtual int make_folder(const char* path);
};
FileSystem& real_file_system();

// One open file that is written. Interrupted and short writes are gone on with.
class OutputFile {
 public:
  enum class Mode { kReplace, kAppend };
  static base::Result<OutputFile> open(FileSystem& files, const std::filesystem::path& path,
                                       Mode mode);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&& other) noexcept;
  ~OutputFile();

  // Takes what it wrote off the front of `bytes`, also when it fails.
  base::Result<void> write(std::string_view& bytes);
  base::Result<void> truncate(std::uint64_t size);
  base::Result<void> rename(const std::filesystem::path& to);
  // Fails with kConflict when another process has the file.
  base::Result<void> lock();
  base::Result<void> sync();  // until the bytes are on the disk
  base::Result<void> close();

 private:
  OutputFile(FileSystem& files, std::filesystem::path path, int file);
  [[nodiscard]] base::Error failure(const char* what) const;

  FileSystem* files_;
  std::filesystem::path path_;
  int file_;
};

enum class Durable { kNo, kYes };  // whether the bytes are on the disk when the call returns

// Puts the whole text there or leaves what was there before: written as `path`.new, then renamed.
base::Result<void> replace_file(FileSystem& files, const std::filesystem::path& path,
                                std::string_view text, Durable durable);
// Makes the folder and those above it.
base::Result<void> make_folders(FileSystem& files, const std::filesystem::path& path);
base::Result<void> rename_path(FileSystem& files, const std::filesystem::path& from,
                               const std::filesystem::path& to);
// A file, or a folder with all that is in it. Nothing there is no failure.
base::Result<void> remove_path(FileSystem& files, const std::filesystem::path& path);
// Until names that were made, renamed or removed in the folder are on the disk.
base::Result<void> sync_folder(FileSystem& files, const std::filesystem::path& path);

// The whole text of a file of at most `bytes_max` bytes.
base::Result<std::string> read_text_file(const std::filesystem::path& path, std::size_t bytes_max);
// Names in a folder, sorted; none when it does not exist.
std::vector<std::string> names_in(const std::filesystem::path& path);

}  // namespace cherub::abilities
