#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cherub::server {

// A finished run as its folder tells it.
struct StoredRun {
  std::string run_id;
  std::string state;         // "done", "terminated", "failed"
  std::string request_json;  // an object, or "null"
  std::string summary_json;  // the summary file, one object
  std::string code;          // the best policy; empty when there is none
  std::string sha256;
};

// Reads the results of earlier runs, also of earlier processes, from the runs folder. Only finished
// runs count: those with a summary. Holds nothing in memory.
class StoredRuns {
 public:
  explicit StoredRuns(std::string runs_dir) : runs_dir_(std::move(runs_dir)) {}

  // Nothing for an id that is not a plain name, has no folder or no readable summary.
  [[nodiscard]] std::optional<StoredRun> find(std::string_view run_id) const;
  // The newest ids first, at most `max`.
  [[nodiscard]] std::vector<std::string> ids(std::size_t max) const;

 private:
  std::string runs_dir_;
};

// Letters, digits and hyphens, at most 64: nothing that could lead out of a folder.
bool is_run_id(std::string_view text);

}  // namespace cherub::server
