#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "engine/base/hash.h"
#include "engine/heartbeat.h"

namespace cherub::engine {
namespace {

using base::Error;
using base::ErrorCode;

constexpr double kExactIntegerMax = 9007199254740992.0;  // 2^53
constexpr std::array<const char*, 4> kKindNames = {"consumption", "predation", "pollination",
                                                   "repro"};

// Reads the objects of one list; the first failure sticks.
class ReportReader {
 public:
  explicit ReportReader(std::optional<Error>& error) : error_(error) {}

  // Calls read() for each element of the member, with the reader looking at it.
  template <class Read>
  void list(const rapidjson::Value& object, const char* name, std::size_t most, Read&& read) {
    const auto member = object.FindMember(name);
    path_ = name;
    if (error_ || member == object.MemberEnd()) return;
    if (!member->value.IsArray() || member->value.Size() > most) {
      return fail("", "Must be a list of at most " + std::to_string(most) + " entries.");
    }
    for (rapidjson::SizeType i = 0; i < member->value.Size() && !error_; ++i) {
      path_ = std::string(name) + "[" + std::to_string(i) + "]";
      entry_ = &member->value[i];
      if (!entry_->IsObject()) return fail("", "Must be an object.");
      read();
    }
  }

  // Members that are none of these.
  void expect_only(std::initializer_list<std::string_view> names) {
    for (const auto& member : entry_->GetObject()) {
      const std::string_view name(member.name.GetString(), member.name.GetStringLength());
      if (std::find(names.begin(), names.end(), name) != names.end()) continue;
      return fail(std::string(name.substr(0, 64)), "No such member here.");
    }
  }

  double number(const char* name, std::optional<double> fallback = std::nullopt) {
    const auto member = entry_->FindMember(name);
    if (member == entry_->MemberEnd()) {
      if (!fallback) fail(name, "Missing.");
      return fallback.value_or(0);
    }
    if (member->value.IsNumber() && std::isfinite(member->value.GetDouble())) {
      return member->value.GetDouble();
    }
    fail(name, "Must be a finite number.");
    return 0;
  }

  [[nodiscard]] bool has(const char* name) const { return entry_->HasMember(name); }

  EntityId id(const char* name) {
    const double value = number(name);
    if (value >= 0 && value <= kExactIntegerMax && value == std::floor(value)) {
      return EntityId::unpack(static_cast<std::uint64_t>(value));
    }
    fail(name, "Must be the id of an entity.");
    return {};
  }

  ReportKind kind() {
    const auto member = entry_->FindMember("kind");
    if (member != entry_->MemberEnd() && member->value.IsString()) {
      const std::string_view text(member->value.GetString(), member->value.GetStringLength());
      const auto found = std::find(kKindNames.begin(), kKindNames.end(), text);
      if (found != kKindNames.end()) return static_cast<ReportKind>(found - kKindNames.begin());
    }
    fail("kind", "Must be consumption, predation, pollination or repro.");
    return {};
  }

 private:
  void fail(const std::string& name, std::string message) {
    if (error_) return;
    const std::string where = name.empty() ? path_ : path_ + "." + name;
    error_ = Error{ErrorCode::kInvalidArgument, std::move(message), where};
  }

  std::optional<Error>& error_;
  std::string path_;
  const rapidjson::Value* entry_ = nullptr;
};

using Triple = std::array<std::uint64_t, 3>;

std::string triple_json(const Triple& entry) {
  return "[" + std::to_string(entry[0]) + "," + std::to_string(entry[1]) + "," +
         std::to_string(entry[2]) + "]";
}

std::string counts_json(const std::vector<ReportHistory::Count>& counts) {
  base::JsonArray array;
  for (const auto& entry : counts) array.raw(triple_json({entry.of, entry.count, entry.tick}));
  return array.text();
}

template <class Take>
void read_triples(base::JsonCursor& cursor, Take&& take) {
  cursor.array([&](std::size_t index) {
    if (index >= kPausesMax) return cursor.fail("Too many entries.");
    Triple entry{};
    std::size_t count = 0;
    cursor.array([&](std::size_t at) {
      if (at >= entry.size()) return cursor.fail("An entry has three numbers.");
      entry[at] = cursor.number<std::uint64_t>();
      count = at + 1;
    });
    if (!cursor.ok()) return;
    if (count != entry.size()) return cursor.fail("An entry has three numbers.");
    take(entry);
  });
}

std::vector<ReportHistory::Count> read_counts(base::JsonCursor& cursor) {
  std::vector<ReportHistory::Count> counts;
  read_triples(cursor, [&](const Triple& entry) {
    if (entry[1] == 0 || entry[1] > kPausesMax) return cursor.fail("Counts nothing, or too much.");
    counts.push_back({entry[0], static_cast<std::uint32_t>(entry[1]), entry[2]});
  });
  return counts;
}

}  // namespace

const char* report_kind_name(ReportKind kind) {
  const auto index = static_cast<std::size_t>(kind);
  return index < kKindNames.size() ? kKindNames[index] : "unknown";
}

std::string heartbeat_json(const Heartbeat& heartbeat) {
  base::JsonArray moves, events;
  for (const ReportedMove& move : heartbeat.moves) {
    moves.raw(base::JsonObject()
                  .add("id", move.entity.packed())
                  .add("x", move.x)
                  .add("y", move.y)
                  .text());
  }
  for (const ReportedEvent& event : heartbeat.events) {
    events.raw(base::JsonObject()
                   .add("kind", report_kind_name(event.kind))
                   .add("source", event.source.packed())
                   .add("target", event.target.packed())
                   .add("x", event.x)
                   .add("y", event.y)
                   .text());
  }
  return base::JsonObject()
      .add("type", "heartbeat")
      .raw("moves", moves.text())
      .raw("events", events.text())
      .text();
}

base::Result<Heartbeat> heartbeat_from_json(const rapidjson::Value& object) {
  Heartbeat heartbeat;
  std::optional<Error> error;
  for (const auto& member : object.GetObject()) {
    const std::string_view name(member.name.GetString(), member.name.GetStringLength());
    if (name == "type" || name == "moves" || name == "events") continue;
    return Error{ErrorCode::kInvalidArgument, "No such member in a heartbeat.",
                 std::string(name.substr(0, 64))};
  }
  ReportReader reader(error);
  reader.list(object, "moves", kHeartbeatMovesMax, [&] {
    reader.expect_only({"id", "x", "y", "z"});
    heartbeat.moves.push_back({reader.id("id"), reader.number("x"), reader.number("y")});
    (void)reader.number("z", 0);
  });
  reader.list(object, "events", kHeartbeatEventsMax, [&] {
    reader.expect_only({"kind", "source", "target", "x", "y", "z"});
    ReportedEvent event;
    event.kind = reader.kind();
    event.source = reader.id("source");
    event.target = reader.has("target") ? reader.id("target") : event.source;
    event.x = reader.number("x", 0);
    event.y = reader.number("y", 0);
    (void)reader.number("z", 0);
    heartbeat.events.push_back(event);
  });
  if (error) return *error;
  return heartbeat;
}

std::uint64_t hash_of(const ReportHistory& history) {
  base::Hasher hasher;
  for (const auto& [pair, until] : history.pauses) {
    hasher.add(pair.first);
    hasher.add(pair.second);
    hasher.add(until);
  }
  for (const auto* counts : {&history.kills, &history.births}) {
    hasher.add(std::uint64_t{counts->size()});
    for (const auto& entry : *counts) {
      hasher.add(entry.of);
      hasher.add(std::uint64_t{entry.count});
      hasher.add(entry.tick);
    }
  }
  return hasher.value();
}

std::string history_json(const ReportHistory& history) {
  base::JsonArray pauses;
  for (const auto& [pair, until] : history.pauses) {
    pauses.raw(triple_json({pair.first, pair.second, until}));
  }
  return base::JsonObject()
      .raw("pauses", pauses.text())
      .raw("kills", counts_json(history.kills))
      .raw("births", counts_json(history.births))
      .text();
}

ReportHistory read_history(base::JsonCursor& cursor) {
  ReportHistory history;
  cursor.object([&](std::string_view name) {
    if (name == "pauses") {
      read_triples(cursor, [&](const Triple& entry) {
        history.pauses[{entry[0], entry[1]}] = entry[2];
      });
    } else if (name == "kills") {
      history.kills = read_counts(cursor);
    } else if (name == "births") {
      history.births = read_counts(cursor);
    } else {
      cursor.fail("No such part of what was reported.");
    }
  });
  return history;
}

}  // namespace cherub::engine
