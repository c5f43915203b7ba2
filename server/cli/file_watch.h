#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>

namespace cherub::server::cli {

// Calls back with a file's text each time it has changed, from a thread of its own. Looks a few
// times a second, so it works on every file system and with editors that replace files.
class FileWatch {
 public:
  FileWatch(std::string path, std::function<void(const std::string& text)> on_change);
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

 private:
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace cherub::server::cli
