#include "server/progress_log.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "engine/base/json.h"
#include "server/spec/record_types.h"

namespace cherub::server {
namespace {

// Details wait until so many bytes of them are worth a system call.
constexpr std::size_t kWaitingBytes = 16 * 1024;
// Every try of a run that is resumed again and again may add its end.
constexpr std::size_t kReadBytesMax = std::size_t{16} << 20;

}  // namespace

ProgressLog::ProgressLog(abilities::FileSystem& files, std::filesystem::path folder)
    : files_(files), path_(std::move(folder) / kProgressFile) {}

ProgressLog::~ProgressLog() {
  flush();
}

void ProgressLog::add(const abilities::RunRecord& record) {
  const std::lock_guard lock(mutex_);
  const bool key = is_key_record(record.type);
  const std::size_t limit = key ? kProgressBytesMax : kProgressDetailBytesMax;
  const bool fits = bytes_ + record.json.size() < limit || is_last_record(record.type);
  if (given_up_ || record.type == "connected" || !fits) return;
  waiting_ += record.json;
  waiting_ += '\n';
  bytes_ += record.json.size() + 1;
  if (key || waiting_.size() >= kWaitingBytes) flush();
  // A run that is over stays in memory for long; its descriptor need not.
  if (is_last_record(record.type)) file_.reset();
}

base::Result<void> ProgressLog::open() {
  std::error_code error;
  const auto size = std::filesystem::file_size(path_, error);
  auto file = abilities::OutputFile::open(files_, path_, abilities::OutputFile::Mode::kAppend);
  if (!file.ok()) return file.error();
  file_ = std::move(*file);
  if (error || size == 0) return {};
  // What a crash left of a last line must not become part of the next one.
  bytes_ += size;
  waiting_.insert(0, "\n");
  return {};
}

void ProgressLog::flush() {
  if (given_up_ || waiting_.empty()) return;
  base::Result<void> done = file_ ? base::Result<void>() : open();
  if (done.ok()) {
    std::string_view bytes = waiting_;
    done = file_->write(bytes);
  }
  waiting_.clear();
  if (done.ok()) return;
  given_up_ = true;
  spdlog::error("the progress of a run is not kept any more: {}", done.error().text());
}

std::vector<abilities::RunRecord> read_progress(const std::filesystem::path& folder) {
  std::vector<abilities::RunRecord> records;
  const auto text = abilities::read_text_file(folder / kProgressFile, kReadBytesMax);
  if (!text.ok()) return records;
  std::string_view rest = *text;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    if (line.empty()) continue;
    const auto document = base::parse_json(line);
    if (!document.ok() || !document->IsObject()) continue;
    const auto type = document->FindMember("type");
    if (type == document->MemberEnd() || !type->value.IsString()) continue;
    // The end of an earlier try is no end.
    if (!records.empty() && is_last_record(records.back().type)) records.pop_back();
    records.push_back({type->value.GetString(), std::string(line)});
  }
  return records;
}

}  // namespace cherub::server
