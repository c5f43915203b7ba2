#include "server/telemetry/bus.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "server/telemetry/download.h"

namespace cherub::server::telemetry {
namespace {

// Beside the runs, where no run's id leads to.
constexpr const char* kServerFolder = ".server";

base::Error too_busy(const char* what) {
  return {base::ErrorCode::kUnavailable, std::string("Too many ") + what + " at a time; try again.",
          ""};
}

base::Error ended() {
  return {base::ErrorCode::kUnavailable, "The server is shutting down.", ""};
}

RecordChannelOptions all_options(const LogOptions& options) {
  RecordChannelOptions made;
  made.name = "telemetry";
  made.epoch = options.epoch;
  made.overflow = Overflow::kDropOldest;
  made.executor = options.executor;
  made.wall_ms = options.wall_ms;
  return made;
}

// Keeps the last ones of those that come.
class Newest {
 public:
  explicit Newest(std::size_t limit) : limit_(limit) {}
  void add(std::string_view line) {
    lines_.emplace_back(line);
    if (lines_.size() > limit_) lines_.pop_front();
  }
  [[nodiscard]] bool full() const { return lines_.size() == limit_; }
  [[nodiscard]] std::string text() const {
    std::string text;
    for (const std::string& line : lines_) text.append(line).append("\n");
    return text;
  }

 private:
  std::size_t limit_;
  std::deque<std::string> lines_;
};

}  // namespace

Bus::Bus(BusOptions options)
    : options_(std::move(options)),
      all_(std::make_shared<RecordChannel>(all_options(options_.log))) {
  const std::filesystem::path folder = folder_of(kServerLog);
  const auto made = abilities::make_folders(abilities::real_file_system(), folder);
  if (!made) spdlog::error("telemetry of the server: {}", made.error().text());
  server_log_ = open(kServerLog);
  writer_ = std::thread([this] { write_all(); });
  reader_ = std::thread([this] { read_all(); });
}

Bus::~Bus() {
  stop();
  server_log_.reset();  // while it can still call here
}

void Bus::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  written_.notify_all();
  asked_.notify_all();
  writer_.join();
  reader_.join();
  for (const auto& log : logs()) log->drain();
}

std::filesystem::path Bus::folder_of(const std::string& run) const {
  return std::filesystem::path(options_.runs_dir) / (run == kServerLog ? kServerFolder : run);
}

std::shared_ptr<Log> Bus::open(const std::string& run) {
  if (auto known = find(run)) return known;
  const auto log = std::make_shared<Log>(run, folder_of(run), options_.log);
  log->belong_to({[this, weak = std::weak_ptr<Log>(log)] { wake(weak); },
                  [this](const std::filesystem::path& path) { pack(path); }, all_});
  const std::lock_guard lock(mutex_);
  std::erase_if(logs_, [](const auto& entry) { return entry.second.expired(); });
  logs_[run] = log;
  return log;
}

std::shared_ptr<Log> Bus::find(std::string_view run) const {
  const std::lock_guard lock(mutex_);
  const auto found = logs_.find(run);
  return found == logs_.end() ? nullptr : found->second.lock();
}

std::vector<std::shared_ptr<Log>> Bus::logs() const {
  std::vector<std::shared_ptr<Log>> alive;
  const std::lock_guard lock(mutex_);
  for (const auto& [run, weak] : logs_) {
    if (auto log = weak.lock()) alive.push_back(std::move(log));
  }
  return alive;
}

bool Bus::knows(const std::string& run) const {
  std::error_code ignored;
  return find(run) || std::filesystem::is_directory(folder_of(run), ignored);
}

void Bus::wake(const std::weak_ptr<Log>& log) {
  {
    const std::lock_guard lock(mutex_);
    dirty_.push_back(log);
    if (dirty_.size() > 1) return;  // it is awake, or will be
  }
  written_.notify_one();
}

void Bus::write_all() {
  std::vector<std::weak_ptr<Log>> waiting;  // for their disk
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto has_work = [this] { return stopping_ || !dirty_.empty(); };
    if (waiting.empty()) {
      written_.wait(lock, has_work);
    } else {
      written_.wait_for(lock, std::chrono::milliseconds(kDiskRetryMs), has_work);
    }
    std::vector<std::weak_ptr<Log>> dirty = std::exchange(dirty_, {});
    lock.unlock();
    dirty.insert(dirty.end(), waiting.begin(), waiting.end());
    waiting.clear();
    for (const auto& weak : dirty) {
      const auto log = weak.lock();
      if (log && log->drain()) waiting.push_back(weak);
    }
    lock.lock();
    written_.wait_for(lock, kDrainInterval, [this] { return stopping_.load(); });
  }
}

base::Result<void> Bus::post(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return ended();
    if (reads_.size() >= kReadsWaitingMax) return too_busy("reads");
    reads_.push_back(std::move(task));
  }
  asked_.notify_one();
  return {};
}

void Bus::read_all() {
  std::unique_lock lock(mutex_);
  for (;;) {
    asked_.wait(lock, [this] { return stopping_ || !reads_.empty(); });
    if (stopping_) return;
    const auto task = std::move(reads_.front());
    reads_.pop_front();
    lock.unlock();
    task();
    lock.lock();
  }
}

void Bus::pack(const std::filesystem::path& folder) {
  const auto task = [this, folder] {
    abilities::FileSystem& files = options_.log.file_system != nullptr
                                       ? *options_.log.file_system
                                       : abilities::real_file_system();
    const auto packed = pack_full_files(files, folder, options_.log.files);
    if (!packed) spdlog::error("telemetry stays unpacked: {}", packed.error().text());
  };
  // A file that is not packed now is read as it is, and packed with the next one.
  if (!post(task)) spdlog::warn("telemetry stays unpacked: {}", folder.string());
}

LogContents Bus::contents(const std::string& run, std::uint64_t since_seq) const {
  if (const auto log = find(run)) return log->contents(since_seq);
  return {EventBlocks(folder_of(run), since_seq), UINT64_MAX, {}};
}

std::string Bus::lines_of_all(const Selection& selection) const {
  std::vector<std::pair<std::int64_t, std::string>> lines;
  for (const auto& log : logs()) {
    const LogContents contents = log->contents(UINT64_MAX);
    for_each_line(contents.memory, [&](std::string_view line, const EventHead& head) {
      if (selection.matches(head)) lines.emplace_back(head.ts, line);
    });
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string text;
  for (const auto& [ts, line] : lines) text.append(line).append("\n");
  return text;
}

base::Result<std::string> Bus::find_lines(const std::string& run, const Selection& selection,
                                          std::size_t limit) const {
  Newest newest(limit);
  const auto add = [&](std::string_view line, const EventHead&) { newest.add(line); };
  if (run.empty()) {
    for_each_line(lines_of_all(selection), add);
    return newest.text();
  }
  LogContents found = contents(run, selection.since_seq.value_or(0));
  if (!selection.since_seq) {
    // Most often memory has enough.
    for_each_line(found.memory, [&](std::string_view line, const EventHead& head) {
      if (selection.matches(head)) newest.add(line);
    });
    if (newest.full()) return newest.text();
    newest = Newest(limit);
  }
  std::size_t taken = 0;
  SelectedLines lines(std::move(found), selection);
  for (;;) {
    if (stopping_) return ended();
    const auto block = lines.next();
    if (!block.ok() || block->empty()) return block.ok() ? newest.text() : block;
    for_each_line(*block, [&](std::string_view line, const EventHead& head) {
      if (!selection.since_seq || taken++ < limit) add(line, head);
    });
    if (selection.since_seq && taken >= limit) return newest.text();
  }
}

base::Result<std::string> Bus::count_lines(const std::string& run,
                                           const Selection& selection) const {
  Statistics statistics;
  const auto add = [&](std::string_view, const EventHead& head) { statistics.add(head); };
  if (run.empty()) {
    for_each_line(lines_of_all(selection), add);
    return statistics.json(std::nullopt);
  }
  SelectedLines lines(contents(run, selection.since_seq.value_or(0)), selection);
  for (;;) {
    if (stopping_) return ended();
    const auto block = lines.next();
    if (!block.ok()) return block;
    if (block->empty()) return statistics.json(run);
    for_each_line(*block, add);
  }
}

void Bus::query(const std::string& run, const Selection& selection, std::size_t limit,
                Ready ready) {
  const auto posted =
      post([this, run, selection, limit, ready] { ready(find_lines(run, selection, limit)); });
  if (!posted) ready(posted.error());
}

void Bus::statistics(const std::string& run, const Selection& selection, Ready ready) {
  const auto posted = post([this, run, selection, ready] { ready(count_lines(run, selection)); });
  if (!posted) ready(posted.error());
}

base::Result<std::shared_ptr<BodyStream>> Bus::download(const std::string& run,
                                                        const Selection& selection) {
  if (downloads_->load() >= kDownloadsMax) return too_busy("downloads");
  // Gives its place back with the last of the tasks that it posts.
  ++*downloads_;
  const std::shared_ptr<void> place(nullptr, [open = downloads_](void*) { --*open; });
  return std::shared_ptr<BodyStream>(std::make_shared<Download>(
      [this](std::function<void()> task) { return post(std::move(task)); },
      [this, run, selection, place] {
        return SelectedLines(contents(run, selection.since_seq.value_or(0)), selection);
      }));
}

}  // namespace cherub::server::telemetry
