#pragma once

#include <atomic>
#include <cerrno>

#include "abilities/file_system.h"

namespace cherub::abilities {

// The real one, but its n-th operation fails, or all from there on do, as if the process had died.
// A write that fails has written half before.
class FaultyFileSystem final : public FileSystem {
 public:
  enum class Fault { kOnce, kForEver, kInterrupted, kShortWrites };
  FaultyFileSystem(std::uint64_t nth, Fault fault, int code = ENOSPC)
      : nth_(nth), fault_(fault), code_(code) {}

  [[nodiscard]] std::uint64_t operations() const { return operations_; }

  int open(const char* path, int flags) override {
    return fails() ? -1 : FileSystem::open(path, flags);
  }
  ssize_t write(int file, const char* bytes, std::size_t size) override {
    const std::uint64_t number = ++operations_;
    if (fault_ == Fault::kShortWrites) {
      return FileSystem::write(file, bytes, size > 7 ? 1 + (number * size) % 7 : size);
    }
    if (fault_ == Fault::kInterrupted && number % 3 == 0) {
      errno = EINTR;
      return -1;
    }
    if (!is_faulty(number)) return FileSystem::write(file, bytes, size);
    if (number == nth_ && size > 1) return FileSystem::write(file, bytes, size / 2);
    errno = code_;
    return -1;
  }
  int truncate(int file, std::uint64_t size) override {
    return fails() ? -1 : FileSystem::truncate(file, size);
  }
  int sync(int) override { return fails() ? -1 : 0; }  // no test pulls the plug
  int lock(int file) override { return fails() ? -1 : FileSystem::lock(file); }
  int close(int file) override {
    const bool failing = fails();
    const int closed = FileSystem::close(file);
    if (failing) errno = code_;
    return failing ? -1 : closed;
  }
  int rename(const char* from, const char* to) override {
    return fails() ? -1 : FileSystem::rename(from, to);
  }
  int remove(const char* path) override { return fails() ? -1 : FileSystem::remove(path); }
  int make_folder(const char* path) override {
    return fails() ? -1 : FileSystem::make_folder(path);
  }

 private:
  // The operation behind a half write fails too: that is how a full disk looks.
  [[nodiscard]] bool is_faulty(std::uint64_t number) const {
    if (nth_ == 0) return false;
    if (fault_ == Fault::kForEver) return number >= nth_;
    return fault_ == Fault::kOnce && (number == nth_ || number == nth_ + 1);
  }
  bool fails() {
    if (!is_faulty(++operations_)) return false;
    errno = code_;
    return true;
  }

  std::uint64_t nth_;
  Fault fault_;
  int code_;
  std::atomic<std::uint64_t> operations_{0};
};

}  // namespace cherub::abilities
