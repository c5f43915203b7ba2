#pragma once

#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "abilities/file_system.h"
#include "abilities/run.h"

namespace cherub::server {

inline constexpr const char* kProgressFile = "progress.jsonl";
// Details are kept up to the first, what tells the story up to the second; the end always is.
inline constexpr std::size_t kProgressDetailBytesMax = std::size_t{2} << 20;
inline constexpr std::size_t kProgressBytesMax = std::size_t{4} << 20;

// Keeps a run's records in its folder as they come, one to a line, so that who subscribes after a
// restart finds what happened. A disk that takes nothing is told of once and costs the run nothing.
// Safe from any thread.
class ProgressLog {
 public:
  // Goes on behind what an earlier try left there.
  ProgressLog(abilities::FileSystem& files, std::filesystem::path folder);
  ~ProgressLog();
  ProgressLog(const ProgressLog&) = delete;
  ProgressLog& operator=(const ProgressLog&) = delete;

  void add(const abilities::RunRecord& record);

 private:
  base::Result<void> open();
  void flush();

  abilities::FileSystem& files_;
  const std::filesystem::path path_;
  std::mutex mutex_;
  std::optional<abilities::OutputFile> file_;
  std::string waiting_;
  std::size_t bytes_ = 0;
  bool given_up_ = false;
};

// The records kept in a run's folder. What a crash tore and the ends of tries before the last are
// left out.
std::vector<abilities::RunRecord> read_progress(const std::filesystem::path& folder);

}  // namespace cherub::server
