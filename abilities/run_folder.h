#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace cherub::abilities {

inline constexpr const char* kRepliesFile = "replies.jsonl";  // of models: a cassette

// The folder of one run. Every file appears whole or not at all: it is written under another name
// and then renamed. One thread. Errors (kIo) name the path and say what the operating system said.
class RunFolder {
 public:
  // Makes `runs_dir`/`run_id`; a folder in which a run has begun is a conflict.
  static base::Result<RunFolder> create(const std::string& runs_dir, const std::string& run_id);

  // The folder of a run that was begun before; kNotFound when there is none.
  static base::Result<RunFolder> open(const std::string& runs_dir, const std::string& run_id);

  // `relative` may name folders that do not exist yet: "iteration_1/candidate_2/policy.lua".
  base::Result<void> write(std::string_view relative, std::string_view text) const;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  explicit RunFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
  mutable std::filesystem::path last_folder_;  // that was written to: it is there
};

}  // namespace cherub::abilities
