#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/result.h"

namespace cherub::server {

// An Idempotency-Key that a run was asked for with. The key itself is not kept.
struct UsedKey {
  std::string key_sha256, body_sha256;
  std::int64_t at_ms = 0;  // since 1970
};

// What the server itself keeps in the folder of a run, beside what the run keeps: that it was
// accepted, and with which key; that it never began; that the server's end interrupted it. So
// nothing that was accepted is forgotten, whenever the process ends. Errors (kIo) name the file.
class RunKeeper {
 public:
  explicit RunKeeper(std::filesystem::path runs_dir) : runs_dir_(std::move(runs_dir)) {}

  [[nodiscard]] std::filesystem::path folder(const std::string& run_id) const {
    return runs_dir_ / run_id;
  }
  // Makes the folder.
  [[nodiscard]] base::Result<void> accept(const std::string& run_id,
                                          const std::string& request_json,
                                          const std::optional<UsedKey>& key) const;
  // Keeps the end of a run that did not come to keeping it itself.
  [[nodiscard]] base::Result<void> end(const std::string& run_id,
                                       const std::string& summary_json) const;
  // The run is to be gone on with, whatever its summary says.
  [[nodiscard]] base::Result<void> interrupt(const std::string& run_id) const;
  // The run is gone on with: its last end counts no more, and stays as summary_before.json.
  [[nodiscard]] base::Result<void> reopen(const std::string& run_id) const;

  // Of the runs that were accepted since then, the newest `max`.
  [[nodiscard]] std::vector<std::pair<std::string, UsedKey>> keys_since(std::int64_t at_ms,
                                                                        std::size_t max) const;

 private:
  const std::filesystem::path runs_dir_;
};

inline constexpr const char* kAcceptedFile = "accepted.json";
inline constexpr const char* kInterruptedFile = "interrupted.json";

}  // namespace cherub::server
