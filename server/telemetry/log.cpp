#include "server/telemetry/log.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "engine/base/json.h"
#include "server/telemetry/kinds.h"
#include "server/telemetry/record_events.h"

namespace cherub::server::telemetry {
namespace {

RecordChannelOptions channel_options(const std::string& run, const LogOptions& options,
                                     std::uint64_t last_seq) {
  RecordChannelOptions made;
  made.name = "telemetry/" + run;
  made.epoch = options.epoch;
  made.overflow = Overflow::kDropOldest;
  made.executor = options.executor;
  made.wall_ms = options.wall_ms;
  made.last_seq = last_seq;
  return made;
}

abilities::FileSystem& file_system(const LogOptions& options) {
  return options.file_system != nullptr ? *options.file_system : abilities::real_file_system();
}

Event plain_event(const Kind& kind, std::int64_t ts, std::string detail) {
  Event event;
  event.kind = &kind;
  event.level = kind.level;
  event.ts = ts;
  event.detail = std::move(detail);
  return event;
}

std::string number_detail(const char* name, std::uint64_t number) {
  return base::JsonObject().add(name, number).text();
}

}  // namespace

Log::Log(std::string run, std::filesystem::path folder, const LogOptions& options)
    : run_(std::move(run)),
      folder_(std::move(folder)),
      options_(options),
      files_(file_system(options), folder_, options.files) {
  // A run that is resumed goes on counting.
  seq_ = files_.last_seq();
  channel_ = std::make_shared<RecordChannel>(channel_options(run_, options_, seq_));
}

// What came last must not be lost with its run.
Log::~Log() {
  drain();
}

void Log::belong_to(LogOwner owner) {
  owner_ = std::move(owner);
}

void Log::push(Item item, std::size_t events, std::size_t bytes) {
  bool first = false;
  {
    const std::lock_guard lock(inbox_mutex_);
    if (inbox_events_ + events > kInboxEventsMax || inbox_bytes_ + bytes > kInboxRecordBytesMax) {
      inbox_lost_ += events;
      return;
    }
    if (inbox_lost_ > 0) {
      const std::uint64_t lost = std::exchange(inbox_lost_, 0);
      inbox_.push_back(LostItem{options_.wall_ms(), lost});
    }
    first = inbox_.empty();
    inbox_.push_back(std::move(item));
    inbox_events_ += events;
    inbox_bytes_ += bytes;
  }
  if (first && owner_.wake) owner_.wake();
}

void Log::emit(const Kind& kind, Said said) {
  Event event = plain_event(kind, options_.wall_ms(), std::move(said.detail));
  event.level = said.level.value_or(kind.level);
  if (event.level < options_.level) return;
  event.tick = said.tick;
  event.entity = said.entity;
  const std::size_t bytes = event.detail.size();
  push(std::move(event), 1, bytes);
}

void Log::take_record(const abilities::RunRecord& record) {
  // What is DEBUG by its kind never becomes worse, and there is much of it.
  const Kind& kind = kind_of_record(record.type);
  if (kind.level == Level::kDebug && options_.level > Level::kDebug) return;
  if (&kind == &kinds::kSessionEnd) push_omitted();
  push(RecordItem{options_.wall_ms(), record}, 1, record.json.size());
}

std::size_t Log::tick_room(std::int64_t now) {
  const std::int64_t passed = std::clamp<std::int64_t>(now - tokens_at_ms_, 0, 1000);
  tokens_at_ms_ = now;
  tokens_ = std::min(kTickEventsPerSecond, tokens_ + passed * kTickEventsPerSecond / 1000);
  return static_cast<std::size_t>(std::max<std::int64_t>(0, tokens_));
}

void Log::take_tick(const engine::World& world, const engine::TickReport& report) {
  const std::int64_t now = options_.wall_ms();
  TickFacts facts = std::exchange(omitted_, {});
  const std::size_t room = tick_room(now);
  add_tick(facts, world, report, options_.level, room);
  if (facts.size() == 0 && (room == 0 || !facts.omits)) {
    omitted_ = std::move(facts);  // what cannot be told yet is told later
    return;
  }
  if (words_of_ != &world.scenario()) {
    words_of_ = &world.scenario();
    words_ = std::make_shared<const abilities::EventLines>(*words_of_);
  }
  facts.words = words_;
  const std::size_t events = facts.size() + (facts.omits ? 1 : 0);
  tokens_ -= static_cast<std::int64_t>(events);
  push(TickItem{now, std::move(facts)}, events, 0);
}

void Log::push_omitted() {
  if (!omitted_.omits) return;
  push(TickItem{options_.wall_ms(), std::exchange(omitted_, {})}, 1, 0);
}

bool Log::drain() {
  const std::lock_guard lock(mutex_);
  std::vector<Item> items;
  {
    const std::lock_guard inbox_lock(inbox_mutex_);
    items.swap(inbox_);
    inbox_events_ = inbox_bytes_ = 0;
    if (inbox_lost_ > 0) items.push_back(LostItem{options_.wall_ms(), inbox_lost_});
    inbox_lost_ = 0;
  }
  for (const Item& item : items) keep(item);
  write();
  publish();
  forget();
  return !waiting_.empty() && (files_.ready() || !ended_);
}

void Log::keep(const Item& item) {
  if (const auto* event = std::get_if<Event>(&item)) return keep(*event);
  if (const auto* taken = std::get_if<RecordItem>(&item)) {
    Event event = event_of_record(taken->record);
    event.ts = taken->ts;
    if (event.level >= options_.level) keep(event);
    if (event.kind == &kinds::kSessionEnd) ended_ = true;
    return;
  }
  if (const auto* lost = std::get_if<LostItem>(&item)) {
    return keep(plain_event(kinds::kLost, lost->ts, number_detail("events", lost->events)));
  }
  const auto& tick = std::get<TickItem>(item);
  tell_tick(tick.facts, [&](Event event) {
    event.ts = tick.ts;
    keep(event);
  });
}

void Log::keep(const Event& event) {
  if (event.kind == &kinds::kSessionInit) ended_ = false;  // it may have been resumed
  std::string line;
  append_line(line, ++seq_, run_, event);
  if (waiting_.empty()) waiting_seq_ = seq_;
  waiting_ += line;
  line.pop_back();
  unpublished_.push_back({"telemetry", record_of_line(line), false});
  line.push_back('\n');
  ring_.push_back(std::move(line));
}

void Log::write() {
  if (waiting_.empty() || (disk_failed_ && options_.wall_ms() < retry_at_ms_)) return;
  if (!files_.ready()) {
    if (waiting_.size() > kDiskWaitingBytesMax) {
      tell_disk(base::Error{base::ErrorCode::kIo, "The run has no folder.", folder_.string()});
    }
    return;
  }
  std::string_view rest = waiting_;
  const auto full = files_.write(rest, waiting_seq_);
  waiting_.erase(0, waiting_.size() - rest.size());
  if (full.ok() && *full && owner_.pack) owner_.pack(folder_);
  tell_disk(full.ok() ? base::Result<void>() : base::Result<void>(full.error()));
  if (ended_ && waiting_.empty()) files_.close();
}

// Of a disk that fails people are told once, and once more when it works again.
void Log::tell_disk(const base::Result<void>& done) {
  const std::int64_t now = options_.wall_ms();
  if (!done) {
    retry_at_ms_ = now + kDiskRetryMs;
    if (!disk_failed_) {
      disk_failed_ = true;
      spdlog::error("telemetry of {}: {}", run_, done.error().text());
      keep(plain_event(kinds::kDiskError, now,
                       base::JsonObject().add("message", done.error().text()).text()));
    }
  } else if (disk_failed_) {
    disk_failed_ = false;
    keep(plain_event(kinds::kDiskRecovered, now,
                     number_detail("lines_lost", std::exchange(unwritten_, 0))));
  }
  if (waiting_.size() <= kDiskWaitingBytesMax) return;
  // The line that is begun is finished some day; the others are given up.
  const std::size_t kept = waiting_.find('\n') + 1;
  unwritten_ += static_cast<std::uint64_t>(std::count(waiting_.begin(), waiting_.end(), '\n')) - 1;
  waiting_.resize(kept);
}

void Log::publish() {
  if (unpublished_.empty()) return;
  if (owner_.all && owner_.all->watched()) owner_.all->publish(unpublished_);
  channel_->publish(std::exchange(unpublished_, {}));
}

void Log::forget() {
  const bool on_disk = ended_ && waiting_.empty() && !disk_failed_;
  const std::size_t kept = on_disk ? std::min(options_.ring, kRingOfEndedRun) : options_.ring;
  while (ring_.size() > kept) ring_.pop_front();
}

LogContents Log::contents(std::uint64_t since_seq) {
  drain();
  const std::lock_guard lock(mutex_);
  LogContents contents{EventBlocks(folder_, since_seq), seq_ + 1 - ring_.size(), {}};
  for (const std::string& line : ring_) contents.memory += line;
  return contents;
}

}  // namespace cherub::server::telemetry
