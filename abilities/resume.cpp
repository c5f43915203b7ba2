#include "abilities/resume.h"

#include <filesystem>

#include "abilities/file_system.h"
#include "engine/base/json.h"

namespace cherub::abilities {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kRequestBytesMax = 1u << 20;

// Members of `changes` take the place of those in `target`.
void overwrite(rapidjson::Value& target, const rapidjson::Value& changes,
               rapidjson::Document::AllocatorType& allocator) {
  for (const auto& member : changes.GetObject()) {
    if (target.HasMember(member.name)) {
      rapidjson::Value& old = target[member.name];
      if (old.IsObject() && member.value.IsObject()) {
        overwrite(old, member.value, allocator);
        continue;
      }
      target.RemoveMember(member.name);
    }
    target.AddMember(rapidjson::Value(member.name, allocator),
                     rapidjson::Value(member.value, allocator), allocator);
  }
}

std::string take_text(rapidjson::Document& document, const char* name) {
  if (!document.HasMember(name)) return "";
  const rapidjson::Value& found = document[name];
  std::string text = found.IsString() ? found.GetString() : "";
  document.RemoveMember(name);
  return text;
}

// Whether the search did all that it was asked for.
bool is_complete(const fs::path& dir) {
  const auto text = read_text_file(dir / "summary.json", kRequestBytesMax);
  if (!text) return false;
  const auto summary = base::parse_json(*text);
  if (!summary || !summary->IsObject()) return false;
  const auto is = [&](const char* name, std::string_view value) {
    const auto found = summary->FindMember(name);
    return found != summary->MemberEnd() && found->value.IsString() &&
           found->value.GetString() == value;
  };
  return is("type", "done") && !is("reason", "budget");
}

}  // namespace

base::Result<ResumedRun> resumed_run(const std::string& dir, std::string_view changes,
                                     RunRequest defaults) {
  const fs::path path = fs::absolute(dir).lexically_normal();
  const fs::path folder = path.has_filename() ? path : path.parent_path();
  const auto text = read_text_file(folder / "request.json", kRequestBytesMax);
  if (!text) {
    return base::Error{base::ErrorCode::kNotFound,
                       "There is no run to go on with: its request.json cannot be read.", dir};
  }
  auto document = base::parse_json(*text);
  const auto changed = base::parse_json(changes);
  if (!document) return document.error();
  if (!changed) return changed.error();
  if (!document->IsObject() || !changed->IsObject()) {
    return base::Error{base::ErrorCode::kInvalidArgument, "A request must be a JSON object.", dir};
  }
  if (changed->ObjectEmpty() && is_complete(folder)) {
    return base::Error{base::ErrorCode::kConflict,
                       "The search of this run came to its end. Give it more --iterations, or go "
                       "on with its world by --load.",
                       dir};
  }
  overwrite(*document, *changed, document->GetAllocator());
  defaults.cassette = take_text(*document, "cassette");
  defaults.scenario_source = take_text(*document, "scenario_source");
  const std::string mode = take_text(*document, "cassette_mode");
  if (!mode.empty()) defaults.cassette_mode = mode;
  auto request = run_request_from_json(base::to_json(*document), std::move(defaults));
  if (!request) return request.error();
  request->runs_dir = folder.parent_path().string();
  return ResumedRun{std::move(*request), folder.filename().string()};
}

std::string free_live_dir(const std::string& run_dir) {
  const fs::path first = fs::path(run_dir) / "live";
  fs::path path = first;
  for (int number = 2; fs::exists(path); ++number) {
    path = first.string() + "_" + std::to_string(number);
  }
  return path.string();
}

}  // namespace cherub::abilities
