#include "server/run_keeper.h"

#include <algorithm>
#include <string_view>

#include "abilities/file_system.h"
#include "abilities/run.h"
#include "engine/base/json.h"
#include "server/stored_runs.h"

namespace cherub::server {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kIdTimeLetters = std::string_view("20261121-120000").size();
constexpr std::size_t kAcceptedBytesMax = std::size_t{2} << 20;

base::Result<void> keep(const fs::path& path, const std::string& text) {
  return abilities::replace_file(abilities::real_file_system(), path, text + "\n",
                                 abilities::Durable::kNo);
}

std::string text_member(const rapidjson::Document& document, const char* name) {
  const auto member = document.FindMember(name);
  const bool is_text = member != document.MemberEnd() && member->value.IsString();
  return is_text ? member->value.GetString() : "";
}

std::optional<UsedKey> key_in(const fs::path& file) {
  const auto text = abilities::read_text_file(file, kAcceptedBytesMax);
  if (!text.ok()) return std::nullopt;
  const auto document = base::parse_json(*text);
  if (!document.ok() || !document->IsObject()) return std::nullopt;
  UsedKey key{text_member(*document, "key_sha256"), text_member(*document, "body_sha256"), 0};
  const auto at = document->FindMember("accepted_ms");
  if (key.key_sha256.empty() || at == document->MemberEnd() || !at->value.IsInt64()) {
    return std::nullopt;
  }
  key.at_ms = at->value.GetInt64();
  return key;
}

}  // namespace

base::Result<void> RunKeeper::accept(const std::string& run_id, const std::string& request_json,
                                     const std::optional<UsedKey>& key) const {
  auto made = abilities::make_folders(abilities::real_file_system(), folder(run_id));
  if (!made.ok()) return made;
  base::JsonObject accepted;
  if (key) {
    accepted.add("accepted_ms", key->at_ms)
        .add("key_sha256", key->key_sha256)
        .add("body_sha256", key->body_sha256);
  }
  accepted.raw("request", request_json);
  return keep(folder(run_id) / kAcceptedFile, accepted.text());
}

base::Result<void> RunKeeper::end(const std::string& run_id,
                                  const std::string& summary_json) const {
  return keep(folder(run_id) / "summary.json", summary_json);
}

base::Result<void> RunKeeper::interrupt(const std::string& run_id) const {
  return keep(folder(run_id) / kInterruptedFile, R"({"reason":"server shutdown"})");
}

base::Result<void> RunKeeper::reopen(const std::string& run_id) const {
  abilities::FileSystem& files = abilities::real_file_system();
  const fs::path summary = folder(run_id) / "summary.json";
  std::error_code error;
  if (fs::exists(summary, error)) {
    auto moved = abilities::rename_path(files, summary, folder(run_id) / "summary_before.json");
    if (!moved.ok()) return moved;
  }
  return abilities::remove_path(files, folder(run_id) / kInterruptedFile);
}

std::vector<std::pair<std::string, UsedKey>> RunKeeper::keys_since(std::int64_t at_ms,
                                                                   std::size_t max) const {
  std::vector<std::pair<std::string, UsedKey>> keys;
  // Ids begin with the time, so that older runs need not be looked into.
  const std::string eldest = abilities::make_run_id(at_ms / 1000, 0).substr(0, kIdTimeLetters);
  for (const std::string& run_id : StoredRuns(runs_dir_.string()).ids()) {
    if (run_id.substr(0, kIdTimeLetters) < eldest) break;
    const auto key = key_in(folder(run_id) / kAcceptedFile);
    if (!key || key->at_ms < at_ms) continue;
    keys.emplace_back(run_id, *key);
    if (keys.size() == max) break;
  }
  return keys;
}

}  // namespace cherub::server
