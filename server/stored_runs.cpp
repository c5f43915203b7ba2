#include "server/stored_runs.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <utility>

#include "abilities/file_system.h"
#include "engine/base/json.h"
#include "engine/base/sha256.h"

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

}  // namespace

bool is_run_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") ==
             std::string_view::npos;
}

std::optional<StoredRun> StoredRuns::find(std::string_view run_id) const {
  if (!is_run_id(run_id)) return std::nullopt;
  const fs::path dir = fs::path(runs_dir_) / std::string(run_id);
  StoredRun run;
  run.summary_json = read_object(dir / "summary.json");
  if (run.summary_json.empty()) return std::nullopt;
  run.run_id = std::string(run_id);
  run.state = state_of(run.summary_json);
  run.request_json = read_object(dir / "request.json");
  if (run.request_json.empty()) run.request_json = "null";
  run.code = read_bounded(dir / "best.lua");
  if (!run.code.empty()) run.sha256 = base::sha256_hex(run.code);
  return run;
}

std::vector<std::string> StoredRuns::ids(std::size_t max) const {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(runs_dir_, error)) {
    std::string name = entry.path().filename().string();
    if (is_run_id(name) && fs::exists(entry.path() / "summary.json", error)) {
      names.push_back(std::move(name));
    }
  }
  // Ids begin with the time, so their order is that of the runs.
  std::sort(names.begin(), names.end(), std::greater<>());
  if (names.size() > max) names.resize(max);
  return names;
}

}  // namespace cherub::server
