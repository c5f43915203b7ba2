#include "server/telemetry/event.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "engine/base/json.h"

namespace cherub::server::telemetry {
namespace {

constexpr std::array<const char*, 4> kLevels = {"DEBUG", "INFO", "WARN", "ERROR"};
constexpr std::array<const char*, kSourceCount> kSources = {"engine", "script", "angel",
                                                            "server", "client", "telemetry"};
constexpr std::string_view kSeqStart = "{\"seq\":";

template <class Enum, std::size_t size>
std::optional<Enum> find_name(const std::array<const char*, size>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

template <class Number>
void append_number(std::string& text, Number number) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  text.append(digits.data(), end);
}

void append_optional(std::string& text, const std::optional<std::uint64_t>& number) {
  if (number) {
    append_number(text, *number);
  } else {
    text += "null";
  }
}

// The members that are short, the names of the others, and how long it was.
std::string shortened(const std::string& detail) {
  constexpr std::size_t kMemberBytesMax = 200, kAround = 6;  // quotes, colon and comma
  base::JsonObject kept;
  base::JsonArray omitted;
  std::size_t room = kDetailBytesMax - kMemberBytesMax;
  const auto document = base::parse_json(detail);
  if (document.ok() && document->IsObject()) {
    for (const auto& member : document->GetObject()) {
      const std::string_view name(member.name.GetString(), member.name.GetStringLength());
      const std::string value = base::to_json(member.value);
      const std::size_t name_bytes = base::json_string(name).size() + kAround;
      const std::size_t bytes = name_bytes + value.size();
      if (bytes <= std::min(room, kMemberBytesMax)) {
        kept.raw(name, value);
        room -= bytes;
      } else if (name_bytes <= std::min(room, kMemberBytesMax)) {
        omitted.add(name);
        room -= name_bytes;
      }
    }
  }
  return kept.add("bytes", detail.size()).raw("omitted", omitted.text()).text();
}

// Reads one line from its beginning, piece by piece.
class LineReader {
 public:
  explicit LineReader(std::string_view line) : rest_(line) {}

  bool skip(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  template <class Number>
  bool number(Number& number) {
    const auto read = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
    if (read.ec != std::errc()) return false;
    rest_.remove_prefix(static_cast<std::size_t>(read.ptr - rest_.data()));
    return true;
  }
  bool number_or_null(std::optional<std::uint64_t>& number_read) {
    if (skip("null")) return true;
    return number(number_read.emplace());
  }
  // Up to the next quote; names have nothing that is escaped.
  bool name(std::string_view& name_read) {
    const std::size_t end = rest_.find('"');
    if (end == std::string_view::npos) return false;
    name_read = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return true;
  }

 private:
  std::string_view rest_;
};

}  // namespace

const char* level_name(Level level) {
  return kLevels[static_cast<std::size_t>(level)];
}

std::optional<Level> level_of(std::string_view name) {
  return find_name<Level>(kLevels, name);
}

const char* source_name(Source source) {
  return kSources[static_cast<std::size_t>(source)];
}

std::optional<Source> source_of(std::string_view name) {
  return find_name<Source>(kSources, name);
}

void append_line(std::string& lines, std::uint64_t seq, std::string_view run, const Event& event) {
  lines += kSeqStart;
  append_number(lines, seq);
  lines += ",\"ts\":";
  append_number(lines, event.ts);
  lines += ",\"tick\":";
  append_optional(lines, event.tick);
  lines += ",\"level\":\"";
  lines += level_name(event.level);
  lines += "\",\"src\":\"";
  lines += source_name(event.kind->source);
  lines += "\",\"evt\":\"";
  lines += event.kind->name;
  lines += "\",\"run\":\"";
  lines += run;
  lines += "\",\"entity_id\":";
  append_optional(lines, event.entity);
  lines += ",\"detail\":";
  const bool one_line = event.detail.find('\n') == std::string::npos;
  if (event.detail.size() > kDetailBytesMax || !one_line) {
    lines += shortened(event.detail);
  } else if (event.detail.empty()) {
    lines += "{}";
  } else {
    lines += event.detail;
  }
  lines += "}\n";
}

std::optional<EventHead> read_head(std::string_view line) {
  EventHead head;
  LineReader reader(line);
  std::string_view level, source, run;
  const bool read =
      reader.skip(kSeqStart) && reader.number(head.seq) && reader.skip(",\"ts\":") &&
      reader.number(head.ts) && reader.skip(",\"tick\":") && reader.number_or_null(head.tick) &&
      reader.skip(",\"level\":\"") && reader.name(level) && reader.skip(",\"src\":\"") &&
      reader.name(source) && reader.skip(",\"evt\":\"") && reader.name(head.evt) &&
      reader.skip(",\"run\":\"") && reader.name(run) && reader.skip(",\"entity_id\":") &&
      reader.number_or_null(head.entity) && reader.skip(",\"detail\":{") && line.ends_with("}}");
  const auto known_level = level_of(level);
  const auto known_source = source_of(source);
  if (!read || !known_level || !known_source) return std::nullopt;
  head.level = *known_level;
  head.source = *known_source;
  return head;
}

std::string record_of_line(std::string_view line) {
  std::string record = R"({"type":"telemetry")";
  record += line.substr(line.find(','));
  return record;
}

std::string_view whole_lines(std::string_view text) {
  const std::size_t last = text.rfind('\n');
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

}  // namespace cherub::server::telemetry
