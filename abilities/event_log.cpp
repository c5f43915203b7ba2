#include "abilities/event_log.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <utility>

#include "abilities/compression.h"
#include "abilities/world_folder.h"
#include "engine/base/json.h"

namespace cherub::abilities {
namespace {

constexpr std::size_t kWaitingBytesMax = std::size_t{64} << 20;
constexpr std::string_view kLineStart = "{\"tick\":";

engine::Tick range_of(engine::Tick tick) {
  return tick - tick % kEventRangeTicks;
}

std::string range_name(engine::Tick from) {
  return tick_name(from) + "-" + tick_name(from + kEventRangeTicks - 1) + ".jsonl";
}

std::optional<engine::Tick> tick_of_line(std::string_view line) {
  if (!line.starts_with(kLineStart)) return std::nullopt;
  line.remove_prefix(kLineStart.size());
  engine::Tick tick = 0;
  const auto [end, status] = std::from_chars(line.data(), line.data() + line.size(), tick);
  if (status != std::errc{} || end == line.data() + line.size()) return std::nullopt;
  return tick;
}

}  // namespace

std::string event_json(const engine::Scenario& scenario, engine::Tick tick,
                       const engine::Event& event) {
  base::JsonObject json;
  json.add("tick", tick).add("kind", engine::event_name(event.kind));
  if (event.kind != engine::EventKind::kReload) {
    json.add("entity", event.entity.packed());
    if (event.species < scenario.species.size()) {
      json.add("species", scenario.species[event.species].name);
    }
    json.add("x", static_cast<double>(event.x)).add("y", static_cast<double>(event.y));
  }
  if (event.other != engine::EntityId{}) json.add("other", event.other.packed());
  if (event.kind == engine::EventKind::kDeath) {
    json.add("cause", engine::death_cause_name(static_cast<engine::DeathCause>(event.value)));
  } else if (event.value != 0 && event.kind != engine::EventKind::kSpawn) {
    json.add("value", event.value);
  }
  if (!event.text.empty()) json.add("text", event.text);
  return json.text();
}

EventLog::EventLog(FileSystem& files, std::filesystem::path folder)
    : files_(files), folder_(std::move(folder)) {}

base::Result<void> EventLog::cut(engine::Tick from) {
  waiting_.clear();
  file_.reset();
  range_ = range_of(from);
  for (const EventRange& range : event_ranges(folder_)) {
    if (range.from < range_) continue;
    std::string kept;
    if (range.from == range_) {
      const auto read = for_each_event(range, [&](engine::Tick tick, std::string_view line) {
        if (tick < from) kept.append(line).append("\n");
      });
      if (!read) return read;
      if (auto done = replace_file(files_, range.path, kept, Durable::kNo); !done) return done;
    } else if (auto done = remove_path(files_, range.path); !done) {
      return done;
    }
    auto packed = range.path;
    packed += ".zst";
    if (auto done = remove_path(files_, packed); !done) return done;
  }
  return {};
}

void EventLog::add(const engine::World& world, const engine::TickReport& report) {
  if (range_of(report.tick) != range_) {
    // What cannot be written now never will be in its range; the journal still has it.
    if (!flush()) waiting_.clear();
    file_.reset();
    range_ = range_of(report.tick);
  }
  for (const engine::Event& event : report.events) {
    waiting_ += event_json(world.scenario(), report.tick, event);
    waiting_ += '\n';
  }
}

base::Result<void> EventLog::flush() {
  if (waiting_.empty()) return {};
  const auto written = write_waiting();
  if (!written && waiting_.size() > kWaitingBytesMax) waiting_.clear();
  return written;
}

base::Result<void> EventLog::write_waiting() {
  if (!file_) {
    auto file = OutputFile::open(files_, folder_ / range_name(range_), OutputFile::Mode::kAppend);
    if (!file) return file.error();
    file_ = std::move(*file);
  }
  std::string_view rest = waiting_;
  const auto written = file_->write(rest);
  waiting_.erase(0, waiting_.size() - rest.size());
  return written;
}

std::vector<EventRange> event_ranges(const std::filesystem::path& folder) {
  std::vector<EventRange> ranges;
  for (const std::string& name : names_in(folder)) {
    const bool packed = name.ends_with(".jsonl.zst");
    const auto from = tick_of_name(std::string_view(name).substr(0, name.find('-')));
    if (!from || *from != range_of(*from)) continue;
    const std::string plain = range_name(*from);
    if (name != plain && !(packed && name == plain + ".zst")) continue;
    // Sorted, so the plain one comes first: the packed one beside it is its copy.
    if (!ranges.empty() && ranges.back().from == *from) continue;
    ranges.push_back({*from, folder / plain, packed});
  }
  std::sort(ranges.begin(), ranges.end(),
            [](const EventRange& a, const EventRange& b) { return a.from < b.from; });
  return ranges;
}

base::Result<void> pack_event_ranges(FileSystem& files, const std::filesystem::path& folder,
                                     engine::Tick now) {
  for (const EventRange& range : event_ranges(folder)) {
    if (range.packed || range.from >= range_of(now)) continue;
    const auto text = read_packed(range.path);
    if (!text) return text.error();
    const auto frame = compress(*text);
    if (!frame) return frame.error();
    auto packed = range.path;
    packed += ".zst";
    if (auto done = replace_file(files, packed, *frame, Durable::kYes); !done) return done;
    if (auto done = remove_path(files, range.path); !done) return done;
  }
  return {};
}

base::Result<void> for_each_event(
    const EventRange& range,
    const std::function<void(engine::Tick tick, std::string_view line)>& take) {
  if (!range.packed) {
    std::ifstream file(range.path, std::ios::binary);
    for (std::string line; std::getline(file, line) && !file.eof();) {
      if (const auto tick = tick_of_line(line)) take(*tick, line);
    }
    if (!file.bad()) return {};
    return base::Error{base::ErrorCode::kIo, "The events could not be read.", range.path.string()};
  }
  const auto text = read_packed(range.path);
  if (!text) return text.error();
  std::string_view rest = *text;
  for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    const std::string_view line = rest.substr(0, end);
    if (const auto tick = tick_of_line(line)) take(*tick, line);
    rest.remove_prefix(end + 1);
  }
  return {};
}

}  // namespace cherub::abilities
