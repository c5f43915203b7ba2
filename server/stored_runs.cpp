#include "server/stored_runs.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <utility>

#include "abilities/file_system.h"
#include "engine/base/json.h"
#include "engine/base/sha256.h"
#include "server/run_keeper.h"

namespace cherub::server {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFileBytesMax = std::size_t{16} << 20;

std::string read_bounded(const fs::path& path) {
  auto text = abilities::read_text_file(path, kFileBytesMax);
  return text.ok() ? std::move(*text) : std::string();
}

std::string read_object(const fs::path& path) {
  std::string text = read_bounded(path);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  const auto document = base::parse_json(text);
  return document.ok() && document->IsObject() ? text : std::string();
}

std::string state_of(const std::string& summary_json) {
  const auto summary = base::parse_json(summary_json);
  const auto type = summary->FindMember("type");
  const bool named = type != summary->MemberEnd() && type->value.IsString();
  const std::string name = named ? type->value.GetString() : "done";
  return name == "error" ? "failed" : name;
}

// Whether a process is at this run: it has the file of measurements while it is.
bool is_taken(const fs::path& dir) {
  const int file = ::open((dir / "measured.jsonl").c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool taken = ::flock(file, LOCK_SH | LOCK_NB) != 0;
  ::close(file);
  return taken;
}

// The request of a run that began, else of one that was accepted only; empty: there is no run.
std::string request_in(const fs::path& dir) {
  std::string request = read_object(dir / "request.json");
  if (!request.empty()) return request;
  const auto accepted = base::parse_json(read_bounded(dir / kAcceptedFile));
  if (!accepted.ok() || !accepted->IsObject() || !accepted->HasMember("request")) return {};
  return base::to_json((*accepted)["request"]);
}

}  // namespace

bool is_run_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") ==
             std::string_view::npos;
}

std::string StoredRuns::folder(std::string_view run_id) const {
  return is_run_id(run_id) ? (fs::path(runs_dir_) / std::string(run_id)).string() : std::string();
}

std::optional<StoredRun> StoredRuns::find_row(std::string_view run_id) const {
  const fs::path dir = folder(run_id);
  std::error_code error;
  if (dir.empty() || !fs::is_directory(dir, error)) return std::nullopt;
  StoredRun run;
  run.run_id = std::string(run_id);
  run.request_json = request_in(dir);
  run.summary_json = read_object(dir / "summary.json");
  const bool ended = !run.summary_json.empty() && !fs::exists(dir / kInterruptedFile, error);
  if (run.request_json.empty() && run.summary_json.empty()) return std::nullopt;
  run.state = ended ? state_of(run.summary_json) : is_taken(dir) ? "running" : "interrupted";
  if (run.request_json.empty()) run.request_json = "null";
  if (run.summary_json.empty()) run.summary_json = "null";
  return run;
}

std::optional<StoredRun> StoredRuns::find(std::string_view run_id) const {
  auto run = find_row(run_id);
  if (!run) return run;
  run->code = read_bounded(fs::path(folder(run_id)) / "best.lua");
  if (!run->code.empty()) run->sha256 = base::sha256_hex(run->code);
  return run;
}

std::string StoredRuns::critique_json(std::string_view run_id) const {
  const std::string dir = folder(run_id);
  const std::string critique = dir.empty() ? "" : read_object(fs::path(dir) / "critique.json");
  return critique.empty() ? "null" : critique;
}

std::vector<std::string> StoredRuns::ids() const {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(runs_dir_, error)) {
    std::string name = entry.path().filename().string();
    if (is_run_id(name)) names.push_back(std::move(name));
  }
  // Ids begin with the time, so their order is that of the runs.
  std::sort(names.begin(), names.end(), std::greater<>());
  return names;
}

}  // namespace cherub::server
