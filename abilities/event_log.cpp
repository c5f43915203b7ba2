#include "abilities/event_log.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <utility>

#include "abilities/world_folder.h"
#include "engine/base/check.h"
#include "engine/base/json.h"

namespace cherub::abilities {
namespace {

// Parts of a tick's events become lines side by side.
constexpr std::size_t kEventsPerPart = 4096;
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

// Text that is put together without allocation, from what cannot be long: names of kinds and
// numbers.
class FixedText {
 public:
  FixedText& add(std::string_view text) {
    CHERUB_CHECK(text.size() <= room());
    end_ = std::copy(text.begin(), text.end(), end_);
    return *this;
  }
  FixedText& add(std::uint64_t number) { return put(number); }
  // As base::json_number, with as few digits as bring back the same float where it is one.
  FixedText& add(double number) {
    if (!std::isfinite(number)) return add("null");
    if (number == 0 && std::signbit(number)) return add("-0.0");
    const auto single = static_cast<float>(number);
    return double{single} == number ? put(single) : put(number);
  }
  // A coordinate in m, to the millimetre.
  FixedText& add_place(float metres) {
    const double millimetres = std::nearbyint(double{metres} * 1000);
    if (!(std::abs(millimetres) < 1e15)) return add(double{metres});
    auto rest = static_cast<std::uint64_t>(std::abs(millimetres));
    if (millimetres < 0) add("-");
    put(rest / 1000);
    rest %= 1000;
    if (rest == 0) return *this;
    add(".");
    for (std::uint64_t digit = 100; rest > 0; rest %= digit, digit /= 10) put(rest / digit);
    return *this;
  }

  // The text so far; what is added next begins another.
  std::string_view take() {
    const std::string_view text(bytes_.data(), static_cast<std::size_t>(end_ - bytes_.data()));
    end_ = bytes_.data();
    return text;
  }

 private:
  [[nodiscard]] std::size_t room() const {
    return static_cast<std::size_t>(bytes_.data() + bytes_.size() - end_);
  }
  template <class Number>
  FixedText& put(Number number) {
    const auto [end, status] = std::to_chars(end_, bytes_.data() + bytes_.size(), number);
    CHERUB_CHECK(status == std::errc{});
    end_ = end;
    return *this;
  }

  std::array<char, 256> bytes_;
  char* end_ = bytes_.data();
};

}  // namespace

EventLines::EventLines(const engine::Scenario& scenario) {
  for (const engine::SpeciesSpec& species : scenario.species) {
    species_.push_back(",\"species\":" + base::json_string(species.name));
  }
}

void EventLines::append(std::string& lines, engine::Tick tick, const engine::Event& event) const {
  FixedText text;
  text.add(kLineStart).add(tick).add(",\"kind\":\"").add(engine::event_name(event.kind)).add("\"");
  if (event.kind != engine::EventKind::kReload) {
    text.add(",\"entity\":").add(event.entity.packed());
    lines += text.take();
    if (event.species < species_.size()) lines += species_[event.species];
    text.add(",\"x\":").add_place(event.x).add(",\"y\":").add_place(event.y);
  }
  if (event.other != engine::EntityId{}) text.add(",\"other\":").add(event.other.packed());
  if (event.kind == engine::EventKind::kDeath) {
    const auto cause = static_cast<engine::DeathCause>(event.value);
    text.add(",\"cause\":\"").add(engine::death_cause_name(cause)).add("\"");
  } else if (event.value != 0 && event.kind != engine::EventKind::kSpawn) {
    text.add(",\"value\":").add(event.value);
  }
  lines += text.take();
  if (!event.text.empty()) lines += ",\"text\":" + base::json_string(event.text);
  lines += "}\n";
}

EventLog::EventLog(FileSystem& files, std::filesystem::path folder)
    : files_(files), folder_(std::move(folder)) {}

base::Result<void> EventLog::cut(engine::Tick from) {
  writer_.wait();
  (void)writer_.take_back(waiting_);
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

base::Result<void> EventLog::add(const engine::World& world, const engine::TickReport& report) {
  base::Result<void> done;
  if (range_of(report.tick) != range_) {
    // What cannot be written now never will be in its range; the journal still has it.
    done = finish();
    waiting_.clear();
    file_.reset();
    range_ = range_of(report.tick);
  }
  add_lines(world, report);
  return done;
}

void EventLog::add_lines(const engine::World& world, const engine::TickReport& report) {
  const std::size_t events = report.events.size();
  if (events == 0) return;
  if (!lines_) lines_.emplace(world.scenario());
  const auto append = [&](std::string& lines, std::size_t first) {
    const std::size_t last = std::min(events, first + kEventsPerPart);
    for (std::size_t i = first; i < last; ++i) lines_->append(lines, report.tick, report.events[i]);
  };
  if (events <= kEventsPerPart) return append(waiting_, 0);
  parts_.resize((events + kEventsPerPart - 1) / kEventsPerPart);
  world.pool().run(parts_.size(), [&](std::size_t part) {
    parts_[part].clear();
    append(parts_[part], part * kEventsPerPart);
  });
  for (const std::string& part : parts_) waiting_ += part;
}

base::Result<void> EventLog::flush() {
  if (writer_.busy()) {
    if (waiting_.size() <= kEventBytesWaitingMax) return {};
    writer_.wait();  // a disk this slow holds the world up: lines are lost to a broken one only
  }
  return bounded(begin_writing());
}

base::Result<void> EventLog::finish() {
  writer_.wait();
  if (auto begun = flush(); !begun) return begun;
  writer_.wait();
  return bounded(writer_.take_back(waiting_));
}

base::Result<void> EventLog::begin_writing() {
  if (auto written = writer_.take_back(waiting_); !written) return written;
  if (waiting_.empty()) return {};
  if (!file_) {
    auto file = OutputFile::open(files_, folder_ / range_name(range_), OutputFile::Mode::kAppend);
    if (!file) return file.error();
    file_ = std::move(*file);
  }
  writer_.begin(*file_, waiting_);
  return {};
}

base::Result<void> EventLog::bounded(base::Result<void> done) {
  if (!done && waiting_.size() > kEventBytesWaitingMax) waiting_.clear();
  return done;
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
    if (auto done = pack_file(files, range.path); !done) return done;
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
