#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cherub::server {

// A run as its folder tells it.
struct StoredRun {
  std::string run_id;
  // "done", "terminated" or "failed"; "interrupted" when its process ended before it; "running"
  // when another process has it.
  std::string state;
  std::string request_json;  // an object, or "null"
  std::string summary_json;  // an object; "null" while there is none
  std::string code;          // the best policy; empty when there is none
  std::string sha256;
};

// Reads the runs folder: what other processes, earlier ones too, left there. Holds nothing in
// memory.
class StoredRuns {
 public:
  explicit StoredRuns(std::string runs_dir) : runs_dir_(std::move(runs_dir)) {}

  // Nothing for an id that is not a plain name or has no folder with a run.
  [[nodiscard]] std::optional<StoredRun> find(std::string_view run_id) const;
  // The same without the code.
  [[nodiscard]] std::optional<StoredRun> find_row(std::string_view run_id) const;
  // The newest ids first. Not all of them need be runs.
  [[nodiscard]] std::vector<std::string> ids() const;
  // What the critique of a run says, an object; "null" while there is none.
  [[nodiscard]] std::string critique_json(std::string_view run_id) const;
  // The folder, which need not exist; empty for what is no id.
  [[nodiscard]] std::string folder(std::string_view run_id) const;

 private:
  std::string runs_dir_;
};

// Letters, digits and hyphens, at most 64: nothing that could lead out of a folder.
bool is_run_id(std::string_view text);

}  // namespace cherub::server
