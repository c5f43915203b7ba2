#include "server/telemetry/selection.h"

#include <algorithm>
#include <utility>

#include "engine/base/json.h"

namespace cherub::server::telemetry {
namespace {

constexpr std::int64_t kSecondMs = 1000, kMinuteS = 60;
// Files may hold anything; our own lines have fewer kinds.
constexpr std::size_t kKindsCountedMax = 1000;

template <class List, class Value>
bool among(const List& list, const Value& value) {
  return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
}

using Counts = std::map<std::string, std::uint64_t, std::less<>>;

void count(Counts& counts, std::string_view name) {
  const auto found = counts.find(name);
  if (found != counts.end()) {
    ++found->second;
  } else if (counts.size() < kKindsCountedMax) {
    counts.emplace(name, 1);
  }
}

std::string counts_json(const Counts& counts) {
  base::JsonObject json;
  for (const auto& [name, number] : counts) json.add(name, number);
  return json.text();
}

}  // namespace

bool Selection::matches(const EventHead& head) const {
  if (head.seq <= since_seq.value_or(0) || head.level < level || !among(sources, head.source) ||
      !among(kinds, head.evt)) {
    return false;
  }
  if (entity && head.entity != entity) return false;
  if (from_tick && (!head.tick || *head.tick < *from_tick)) return false;
  return !to_tick || (head.tick && *head.tick <= *to_tick);
}

SelectedLines::SelectedLines(LogContents contents, Selection selection)
    : contents_(std::move(contents)), selection_(std::move(selection)) {}

base::Result<std::string> SelectedLines::next() {
  while (!disk_done_) {
    const auto block = contents_.disk.next();
    if (!block.ok()) return block.error();
    disk_done_ = block->empty();
    std::string lines = selected(*block, true);
    if (!lines.empty()) return lines;
  }
  const std::string memory = std::exchange(contents_.memory, {});
  return selected(memory, false);
}

std::string SelectedLines::selected(std::string_view lines, bool on_disk) const {
  std::string wanted;
  for_each_line(lines, [&](std::string_view line, const EventHead& head) {
    // What is written while the disk is read is in memory as well.
    if (on_disk && head.seq >= contents_.memory_from) return;
    if (selection_.matches(head)) wanted.append(line).append("\n");
  });
  return wanted;
}

void Statistics::add(const EventHead& head) {
  ++events_;
  if (!first_) first_ = head;
  last_ = head;
  count(by_level_, level_name(head.level));
  count(by_source_, source_name(head.source));
  count(by_kind_, head.evt);
  const std::int64_t second = head.ts / kSecondMs;
  if (++by_second_[second] > 1) return;
  by_second_.erase(by_second_.begin(),
                   by_second_.upper_bound(by_second_.rbegin()->first - kMinuteS));
}

std::string Statistics::json(const std::optional<std::string>& run) const {
  base::JsonObject json;
  if (run) {
    json.add("run", *run);
  } else {
    json.raw("run", "null");
  }
  json.add("events", events_);
  if (first_ && run) {
    json.add("first_seq", first_->seq).add("last_seq", last_->seq);
  } else {
    json.raw("first_seq", "null").raw("last_seq", "null");
  }
  if (first_) {
    const double span_s = std::max(1.0, static_cast<double>(last_->ts - first_->ts) / kSecondMs);
    const double minute_s = std::min(span_s, static_cast<double>(kMinuteS));
    std::uint64_t recent = 0;
    for (const auto& [second, number] : by_second_) recent += number;
    json.add("first_ts", first_->ts)
        .add("last_ts", last_->ts)
        .add("per_second", static_cast<double>(events_) / span_s)
        .add("per_second_last_minute", static_cast<double>(recent) / minute_s);
  } else {
    for (const char* name : {"first_ts", "last_ts"}) json.raw(name, "null");
    json.add("per_second", 0).add("per_second_last_minute", 0);
  }
  return json.raw("by_level", counts_json(by_level_))
      .raw("by_src", counts_json(by_source_))
      .raw("by_evt", counts_json(by_kind_))
      .text();
}

}  // namespace cherub::server::telemetry
