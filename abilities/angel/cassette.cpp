#include "abilities/angel/cassette.h"

#include <algorithm>
#include <filesystem>

#include "abilities/angel/peer_message.h"

namespace cherub::abilities::angel {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t kExcerptBytesMax = 80;

bool adds(CassetteMode mode) {
  return mode == CassetteMode::kRecord || mode == CassetteMode::kAuto;
}

std::size_t common_prefix(std::string_view a, std::string_view b) {
  const auto ends = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return static_cast<std::size_t>(ends.first - a.begin());
}

std::string line_at(std::string_view text, std::size_t at) {
  const std::size_t before = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  return clean_line(text.substr(begin, text.find('\n', begin) - begin), kExcerptBytesMax);
}

std::string texts_differ(const char* name, std::string_view asked, std::string_view recorded) {
  const std::size_t at = common_prefix(asked, recorded);
  const auto line = 1 + std::count(asked.begin(), asked.begin() + std::ptrdiff_t(at), '\n');
  return std::string(name) + " line " + std::to_string(line) + ": asked \"" + line_at(asked, at) +
         "\", recorded \"" + line_at(recorded, at) + "\"";
}

// How much two requests agree, field by field in the order in which differences are told.
std::size_t likeness(const CassetteRequest& a, const CassetteRequest& b) {
  constexpr std::size_t kField = std::size_t{1} << 40;
  std::size_t like = 0;
  if (a.model == b.model) like += kField;
  if (a.temperature == b.temperature && a.max_tokens == b.max_tokens) like += kField;
  if (a.system == b.system) like += kField;
  return like + common_prefix(a.system, b.system) + common_prefix(a.user, b.user);
}

std::string first_difference(const CassetteRequest& asked, const CassetteRequest& recorded) {
  if (asked.model != recorded.model) {
    return "model: asked \"" + clean_line(asked.model, kExcerptBytesMax) + "\", recorded \"" +
           clean_line(recorded.model, kExcerptBytesMax) + "\"";
  }
  if (asked.temperature != recorded.temperature) {
    return "temperature: asked " + std::to_string(asked.temperature) + ", recorded " +
           std::to_string(recorded.temperature);
  }
  if (asked.max_tokens != recorded.max_tokens) {
    return "max_tokens: asked " + std::to_string(asked.max_tokens) + ", recorded " +
           std::to_string(recorded.max_tokens);
  }
  if (asked.system != recorded.system) {
    return texts_differ("system", asked.system, recorded.system);
  }
  if (asked.user != recorded.user) return texts_differ("user", asked.user, recorded.user);
  return "none: it was recorded less often than it is asked";
}

}  // namespace

base::Result<std::unique_ptr<Cassette>> Cassette::open(FileSystem& files, const std::string& path,
                                                       CassetteMode mode) {
  std::unique_ptr<Cassette> cassette(new Cassette(path, mode));
  std::error_code ignored;
  const bool exists = std::filesystem::exists(path, ignored);
  if (!exists && mode == CassetteMode::kStrict) {
    return Error{ErrorCode::kNotFound, "there is no such cassette; record one first", path};
  }
  if (adds(mode)) {
    auto file = OutputFile::open(files, path, OutputFile::Mode::kAppend);
    if (!file) return file.error();
    cassette->file_.emplace(std::move(*file));
    if (auto locked = cassette->file_->lock(); !locked) return locked.error();
  }
  if (!exists) return cassette;
  const auto text = read_text_file(path, kCassetteBytesMax);
  if (!text) return text.error();
  const auto whole = cassette->load(*text);
  if (!whole) return whole.error();
  cassette->size_ = *whole;
  if (adds(mode) && *whole < text->size()) {
    if (auto cut = cassette->file_->truncate(*whole); !cut) return cut.error();
  }
  return cassette;
}

// The bytes of whole lines.
base::Result<std::size_t> Cassette::load(std::string_view text) {
  std::size_t begin = 0, number = 0;
  while (true) {
    const std::size_t end = text.find('\n', begin);
    if (end == std::string_view::npos) return begin;
    ++number;
    const std::string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    if (line.empty()) continue;
    auto entry = entry_from_json(line);
    if (!entry) {
      return Error{ErrorCode::kInvalidArgument,
                   "the cassette cannot be read: " + entry.error().message +
                       "; remove the line, or record anew",
                   path_ + ":" + std::to_string(number)};
    }
    waiting_[entry->request.key()].push_back(entries_.size());
    entries_.push_back(std::move(*entry));
  }
}

const CassetteEntry* Cassette::take(const CassetteRequest& request) {
  if (mode_ == CassetteMode::kRecord) return nullptr;
  const std::lock_guard lock(mutex_);
  const auto found = waiting_.find(request.key());
  if (found == waiting_.end() || found->second.empty()) return nullptr;
  const std::size_t index = found->second.front();
  found->second.pop_front();
  return &entries_[index];
}

base::Result<void> Cassette::append(const CassetteEntry& entry) {
  if (!adds(mode_)) return {};
  const std::string line = entry_to_json(entry) + "\n";
  const std::lock_guard lock(mutex_);
  std::string_view left = line;
  auto written = file_->write(left);
  if (written) written = file_->sync();
  if (written) {
    size_ += line.size();
  } else {
    (void)file_->truncate(size_);  // if this fails too, the next open() cuts the torn line off
  }
  return written;
}

base::Error Cassette::miss(const CassetteRequest& request) const {
  const std::lock_guard lock(mutex_);
  std::size_t nearest = 0;
  for (std::size_t i = 1; i < entries_.size(); ++i) {
    if (likeness(request, entries_[i].request) > likeness(request, entries_[nearest].request)) {
      nearest = i;
    }
  }
  std::string message = "this request was not recorded";
  if (entries_.empty()) {
    message += ", nor any other";
  } else {
    const CassetteRequest& recorded = entries_[nearest].request;
    message += "; the nearest is number " + std::to_string(nearest + 1) + " (" +
               recorded.key().substr(0, 12) +
               "), first difference: " + first_difference(request, recorded);
  }
  return {ErrorCode::kNotFound, message + ". Record again, or use --cassette-mode auto", path_};
}

std::optional<base::Result<ModelReply>> CassetteModel::recorded(const ModelRequest& request,
                                                                const CassetteRequest& asked) {
  std::optional<Ledger::Reservation> reserved;
  if (ledger_) {
    auto reservation = ledger_->reserve(asked.model, most_tokens(request, asked.max_tokens));
    if (!reservation) return base::Result<ModelReply>(reservation.error());
    reserved.emplace(std::move(*reservation));
  }
  const CassetteEntry* entry = cassette_->take(asked);
  if (!entry) return {};
  for (const PatientModel::Spent& spent : entry->spent) {
    if (!ledger_) break;
    if (!reserved || spent.model != asked.model) {
      reserved.reset();
      auto next = ledger_->reserve(spent.model, spent.used);
      if (!next) return base::Result<ModelReply>(next.error());
      reserved.emplace(std::move(*next));
    }
    reserved->settle(spent.used, spent.failed, 0);
    reserved.reset();
  }
  return entry->reply;
}

base::Result<ModelReply> CassetteModel::complete(const ModelRequest& request,
                                                 const std::atomic<bool>* cancel) {
  CassetteRequest asked = parameters_;
  asked.system = request.system;
  asked.user = request.user;
  if (cassette_->mode() != CassetteMode::kRecord) {
    if (auto reply = recorded(request, asked)) return std::move(*reply);
    if (cassette_->mode() == CassetteMode::kStrict) return cassette_->miss(asked);
  }
  PatientModel::Call call = inner_(request, cancel);
  // What the user or the budget ended says nothing about the model.
  const bool cancelled = cancel && cancel->load();
  // Who fills a cassette as it goes wants answers: a key that was wrong once would stay so.
  const bool drops = cancelled || cassette_->mode() == CassetteMode::kAuto;
  if (call.refused_by_budget || (drops && !call.reply)) return std::move(call.reply);
  const auto added = cassette_->append({asked, call.reply, std::move(call.spent)});
  if (!added) return added.error();
  return std::move(call.reply);
}

}  // namespace cherub::abilities::angel
