#include "abilities/run_folder.h"

#include "abilities/file_system.h"

namespace cherub::abilities {

base::Result<RunFolder> RunFolder::create(const std::string& runs_dir, const std::string& run_id) {
  const std::filesystem::path path = std::filesystem::path(runs_dir) / run_id;
  FileSystem& files = real_file_system();
  if (std::filesystem::exists(path / "request.json")) {
    return base::Error{base::ErrorCode::kConflict, "A run of this id is kept here already.",
                       path.string()};
  }
  if (auto made = make_folders(files, path); !made) return made.error();
  return RunFolder(path);
}

base::Result<RunFolder> RunFolder::open(const std::string& runs_dir, const std::string& run_id) {
  const std::filesystem::path path = std::filesystem::path(runs_dir) / run_id;
  if (std::filesystem::is_directory(path)) return RunFolder(path);
  return base::Error{base::ErrorCode::kNotFound, "There is no run of this id.", path.string()};
}

base::Result<void> RunFolder::write(std::string_view relative, std::string_view text) const {
  const std::filesystem::path path = path_ / relative;
  FileSystem& files = real_file_system();
  if (path.parent_path() != last_folder_) {
    if (auto made = make_folders(files, path.parent_path()); !made) return made;
    last_folder_ = path.parent_path();
  }
  return replace_file(files, path, text, Durable::kNo);
}

}  // namespace cherub::abilities
