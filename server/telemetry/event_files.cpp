#include "server/telemetry/event_files.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "abilities/compression.h"
#include "server/telemetry/event.h"

namespace cherub::server::telemetry {
namespace {

namespace fs = std::filesystem;
using abilities::OutputFile;

constexpr std::string_view kActiveName = "telemetry.jsonl";
constexpr std::string_view kFullPrefix = "telemetry-", kFullSuffix = ".jsonl", kPacked = ".zst";
constexpr std::size_t kBlockBytes = std::size_t{1} << 20;
// Of a packed block: what does not compress grows a little.
constexpr std::size_t kFrameBytesMax = 2 * kBlockBytes;

struct FullFile {
  std::uint64_t first_seq = 0;
  fs::path path;
  bool packed = false;
};

base::Error unreadable(const fs::path& path) {
  return {base::ErrorCode::kIo, "The telemetry file could not be read.", path.string()};
}

// Twenty digits, so that names sort like numbers.
std::string full_name(std::uint64_t first_seq) {
  const std::string digits = std::to_string(first_seq);
  return std::string(kFullPrefix) + std::string(20 - digits.size(), '0') + digits +
         std::string(kFullSuffix);
}

std::optional<FullFile> full_file(const fs::path& folder, std::string_view name) {
  FullFile file;
  file.path = folder / name;
  file.packed = name.ends_with(kPacked);
  if (file.packed) name.remove_suffix(kPacked.size());
  if (!name.starts_with(kFullPrefix) || !name.ends_with(kFullSuffix)) return std::nullopt;
  const std::string_view digits =
      name.substr(kFullPrefix.size(), name.size() - kFullPrefix.size() - kFullSuffix.size());
  std::from_chars(digits.data(), digits.data() + digits.size(), file.first_seq);
  if (name != full_name(file.first_seq)) return std::nullopt;
  return file;
}

// Oldest first. Beside a plain file a packed one is its copy, maybe not whole yet.
std::vector<FullFile> full_files(const fs::path& folder) {
  std::vector<FullFile> found;
  for (const std::string& name : abilities::names_in(folder)) {
    auto file = full_file(folder, name);
    if (!file) continue;
    const bool is_copy = !found.empty() && found.back().first_seq == file->first_seq;
    if (!is_copy) found.push_back(std::move(*file));
  }
  return found;
}

// The number of the last line that can be read among those of the blocks; 0: none.
std::uint64_t last_seq_in(EventBlocks& blocks) {
  std::uint64_t last = 0;
  for (;;) {
    const auto block = blocks.next();
    if (!block.ok() || block->empty()) return last;
    std::string_view rest = *block;
    while (!rest.empty()) {
      rest.remove_suffix(1);
      const std::size_t begin = rest.rfind('\n') + 1;
      if (const auto head = read_head(rest.substr(begin))) {
        last = head->seq;
        break;
      }
      rest = rest.substr(0, begin);
    }
  }
}

struct WholePart {
  std::uint64_t bytes = 0;      // up to the last line end
  std::uint64_t first_seq = 0;  // of its first line; 0: none that can be read
  bool torn = false;            // more comes behind
};

base::Result<WholePart> measure(const fs::path& path) {
  WholePart part;
  std::ifstream file(path, std::ios::binary);
  std::string block(kBlockBytes, '\0');
  std::uint64_t read = 0;
  while (file) {
    file.read(block.data(), static_cast<std::streamsize>(block.size()));
    const std::string_view text(block.data(), static_cast<std::size_t>(file.gcount()));
    if (read == 0) {
      const auto head = read_head(text.substr(0, text.find('\n')));
      if (head) part.first_seq = head->seq;
    }
    const std::size_t whole = whole_lines(text).size();
    if (whole > 0) part.bytes = read + whole;
    read += text.size();
  }
  if (file.bad()) return unreadable(path);
  part.torn = read > part.bytes;
  return part;
}

// Puts `packed` in the place of `path`; at any moment one of them is whole.
base::Result<void> pack(abilities::FileSystem& files, const fs::path& path,
                        const fs::path& packed) {
  fs::path unfinished = packed;
  unfinished += ".new";
  auto file = OutputFile::open(files, unfinished, OutputFile::Mode::kReplace);
  if (!file.ok()) return file.error();
  std::ifstream plain(path, std::ios::binary);
  std::string block(kBlockBytes, '\0');
  while (plain) {
    plain.read(block.data(), static_cast<std::streamsize>(block.size()));
    const std::string_view text(block.data(), static_cast<std::size_t>(plain.gcount()));
    if (text.empty()) break;
    const auto frame = abilities::compress(text);
    if (!frame.ok()) return frame.error();
    std::string_view rest = *frame;
    if (auto written = file->write(rest); !written) return written;
  }
  if (plain.bad() || !plain.eof()) return unreadable(path);
  auto done = file->sync();
  if (done) done = file->close();
  if (done) done = abilities::rename_path(files, unfinished, packed);
  return done ? abilities::remove_path(files, path) : done;
}

}  // namespace

EventFiles::EventFiles(abilities::FileSystem& files, fs::path folder, FileLimits limits)
    : files_(files), folder_(std::move(folder)), limits_(limits) {}

bool EventFiles::ready() const {
  std::error_code ignored;
  return file_ || fs::is_directory(folder_, ignored);
}

std::uint64_t EventFiles::last_seq() const {
  // The newest file that has a line decides; most often it is the one that is written.
  EventBlocks newest(folder_, UINT64_MAX);
  const std::uint64_t last = last_seq_in(newest);
  if (last > 0) return last;
  EventBlocks all(folder_, 0);
  return last_seq_in(all);
}

base::Result<void> EventFiles::open(std::uint64_t first_seq) {
  const fs::path path = folder_ / kActiveName;
  std::error_code ignored;
  WholePart part;
  if (fs::exists(path, ignored)) {
    auto measured = measure(path);
    if (!measured.ok()) return measured.error();
    part = *measured;
  }
  auto file = OutputFile::open(files_, path, OutputFile::Mode::kAppend);
  if (!file.ok()) return file.error();
  if (part.torn) {
    if (auto cut = file->truncate(part.bytes); !cut) return cut;
  }
  file_ = std::move(*file);
  bytes_ = part.bytes;
  first_seq_ = part.first_seq > 0 ? part.first_seq : first_seq;
  return {};
}

base::Result<bool> EventFiles::write(std::string_view& lines, std::uint64_t first_seq) {
  if (!file_) {
    if (auto opened = open(first_seq); !opened) return opened.error();
  }
  const std::size_t size = lines.size();
  const auto written = file_->write(lines);
  bytes_ += size - lines.size();
  if (!written) return written.error();
  if (bytes_ < limits_.file_bytes) return false;
  if (auto renamed = file_->rename(folder_ / full_name(first_seq_)); !renamed) {
    return renamed.error();
  }
  file_.reset();
  return true;
}

void EventFiles::close() {
  file_.reset();
}

base::Result<void> pack_full_files(abilities::FileSystem& files, const fs::path& folder,
                                   const FileLimits& limits) {
  const std::vector<FullFile> full = full_files(folder);
  const std::size_t surplus = full.size() - std::min(full.size(), limits.files);
  for (std::size_t i = 0; i < full.size(); ++i) {
    fs::path packed = full[i].path;
    if (!full[i].packed) packed += kPacked;
    base::Result<void> done;
    if (i < surplus) {
      done = abilities::remove_path(files, full[i].path);
      if (done) done = abilities::remove_path(files, packed);
    } else if (!full[i].packed) {
      done = pack(files, full[i].path, packed);
    }
    if (!done) return done;
  }
  return {};
}

EventBlocks::EventBlocks(const fs::path& folder, std::uint64_t since_seq) {
  const auto open = [this](const fs::path& path, bool packed) {
    parts_.push_back({std::ifstream(path, std::ios::binary), path.string(), packed});
    if (!parts_.back().file.is_open()) parts_.pop_back();
  };
  // The file that is written is opened before the others are listed: if it is put aside meanwhile,
  // it is among them, and is known by its first line.
  std::uint64_t active_seq = UINT64_MAX;
  open(folder / kActiveName, false);
  const bool has_active = !parts_.empty();
  if (has_active) {
    std::string line;
    std::getline(parts_[0].file, line);
    parts_[0].file.clear();
    parts_[0].file.seekg(0);
    if (const auto head = read_head(line)) active_seq = head->seq;
  }
  const std::vector<FullFile> full = full_files(folder);
  for (std::size_t i = 0; i < full.size(); ++i) {
    const std::uint64_t next = i + 1 < full.size() ? full[i + 1].first_seq : active_seq;
    if (next <= since_seq || full[i].first_seq >= active_seq) continue;
    // One that cannot be opened was the oldest and is removed.
    open(full[i].path, full[i].packed);
  }
  // Oldest first.
  if (has_active) std::rotate(parts_.begin(), parts_.begin() + 1, parts_.end());
}

base::Result<std::string> EventBlocks::next() {
  for (; at_ < parts_.size(); ++at_) {
    Part& part = parts_[at_];
    for (;;) {
      const std::size_t whole = whole_lines(text_).size();
      if (whole > 0) {
        std::string block = text_.substr(0, whole);
        text_.erase(0, whole);
        return block;
      }
      if (text_.size() > kBlockBytes) text_.clear();  // no line is that long
      const auto more = part.packed ? read_packed(part) : read_more(part, text_);
      if (!more.ok()) return more.error();
      if (!*more) break;
    }
    text_.clear();
    packed_.clear();
  }
  return std::string();
}

base::Result<bool> EventBlocks::read_packed(Part& part) {
  auto frame = abilities::frame_bytes(packed_);
  while (!frame) {
    const auto more = read_more(part, packed_);
    if (!more.ok()) return more.error();
    frame = abilities::frame_bytes(packed_);
    if (frame) break;
    if (!*more && packed_.empty()) return false;
    if (!*more || packed_.size() > kFrameBytesMax) {
      return base::Error{base::ErrorCode::kIo, "The packed telemetry file is damaged.", part.path};
    }
  }
  const auto text = abilities::decompress(std::string_view(packed_).substr(0, *frame), kBlockBytes);
  if (!text.ok()) return base::Error{base::ErrorCode::kIo, text.error().message, part.path};
  text_ += *text;
  packed_.erase(0, *frame);
  return true;
}

base::Result<bool> EventBlocks::read_more(Part& part, std::string& bytes) {
  const std::size_t had = bytes.size();
  bytes.resize(had + kBlockBytes);
  part.file.read(bytes.data() + had, kBlockBytes);
  const auto read = static_cast<std::size_t>(part.file.gcount());
  bytes.resize(had + read);
  if (part.file.bad()) return unreadable(part.path);
  return read > 0;
}

}  // namespace cherub::server::telemetry
