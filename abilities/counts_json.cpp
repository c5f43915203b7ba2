#include "abilities/counts_json.h"

#include <utility>

#include "engine/base/json.h"

namespace cherub::abilities {
namespace {

using base::JsonArray;
using base::JsonCursor;
using base::JsonObject;
using scripting::AbilityStats;
using scripting::ActWindow;
using scripting::PolicyStats;
using scripting::VersionStats;

constexpr std::size_t kEntriesMax = 1024;  // of one list

template <class Numbers>
std::string numbers_json(const Numbers& numbers) {
  JsonArray array;
  for (const std::uint64_t number : numbers) array.raw(std::to_string(number));
  return array.text();
}

JsonObject& add(JsonObject& json, const PolicyStats& stats) {
  return json.add("acts", stats.acts)
      .add("fuel", stats.fuel)
      .add("fuel_max", stats.fuel_max)
      .raw("faults", numbers_json(stats.faults))
      .add("first_fault", stats.first_fault);
}

std::string version_json(const VersionStats& version) {
  JsonObject json;
  json.add("sha256", version.sha256).add("since", version.since).add("agents", version.agents);
  return add(json, version.stats).text();
}

std::string ability_json(const std::string& sha256, const AbilityStats& stats) {
  return JsonObject()
      .add("sha256", sha256)
      .add("uses", stats.uses)
      .add("accepted", stats.accepted)
      .add("refused", stats.refused)
      .add("faults", stats.faults)
      .add("fuel", stats.fuel)
      .add("fuel_max", stats.fuel_max)
      .add("first_fault", stats.first_fault)
      .text();
}

template <class Read>
void read_list(JsonCursor& cursor, Read&& read) {
  cursor.array([&](std::size_t index) {
    if (index >= kEntriesMax) return cursor.fail("Too many entries.");
    read(index);
  });
}

// False when the member is none of a policy's.
bool read_member(JsonCursor& cursor, std::string_view name, PolicyStats& stats) {
  if (name == "acts") {
    stats.acts = cursor.number<std::uint64_t>();
  } else if (name == "fuel") {
    stats.fuel = cursor.number<std::uint64_t>();
  } else if (name == "fuel_max") {
    stats.fuel_max = cursor.number<std::uint64_t>();
  } else if (name == "first_fault") {
    stats.first_fault = cursor.string();
  } else if (name == "faults") {
    read_list(cursor, [&](std::size_t kind) {
      if (kind >= stats.faults.size()) return cursor.fail("No such kind of fault.");
      stats.faults[kind] = cursor.number<std::uint64_t>();
    });
  } else {
    return false;
  }
  return true;
}

PolicyStats read_policy(JsonCursor& cursor) {
  PolicyStats stats;
  cursor.object([&](std::string_view name) {
    if (!read_member(cursor, name, stats)) cursor.fail("No such count of a policy.");
  });
  return stats;
}

VersionStats read_version(JsonCursor& cursor) {
  VersionStats version;
  cursor.object([&](std::string_view name) {
    if (name == "sha256") {
      version.sha256 = cursor.string();
    } else if (name == "since") {
      version.since = cursor.number<engine::Tick>();
    } else if (name == "agents") {
      version.agents = cursor.number<std::uint64_t>();
    } else if (!read_member(cursor, name, version.stats)) {
      cursor.fail("No such count of a version.");
    }
  });
  return version;
}

ActWindow::Mark read_mark(JsonCursor& cursor) {
  ActWindow::Mark mark;
  cursor.array([&](std::size_t index) {
    const auto number = cursor.number<std::uint64_t>();
    if (index == 0) mark.tick = number;
    if (index == 1) mark.acts = number;
    if (index == 2) mark.faults = number;
    if (index > 2) cursor.fail("A mark has three numbers.");
  });
  return mark;
}

std::pair<std::string, AbilityStats> read_ability(JsonCursor& cursor) {
  std::pair<std::string, AbilityStats> entry;
  AbilityStats& stats = entry.second;
  const std::pair<const char*, std::uint64_t*> numbers[] = {
      {"uses", &stats.uses},     {"accepted", &stats.accepted}, {"refused", &stats.refused},
      {"faults", &stats.faults}, {"fuel", &stats.fuel},         {"fuel_max", &stats.fuel_max}};
  cursor.object([&](std::string_view name) {
    for (const auto& [member, number] : numbers) {
      if (name == member) {
        *number = cursor.number<std::uint64_t>();
        return;
      }
    }
    if (name == "sha256") {
      entry.first = cursor.string();
    } else if (name == "first_fault") {
      stats.first_fault = cursor.string();
    } else {
      cursor.fail("No such count of an ability.");
    }
  });
  return entry;
}

}  // namespace

std::string counts_json(const scripting::SavedCounts& counts) {
  JsonArray versions, window, abilities;
  for (const VersionStats& version : counts.versions) versions.raw(version_json(version));
  for (const ActWindow::Mark& mark : counts.window) {
    window.raw(
        numbers_json(std::initializer_list<std::uint64_t>{mark.tick, mark.acts, mark.faults}));
  }
  for (const auto& [sha256, stats] : counts.abilities) abilities.raw(ability_json(sha256, stats));
  JsonObject total;
  return JsonObject()
      .raw("total", add(total, counts.total).text())
      .raw("versions", versions.text())
      .raw("window", window.text())
      .raw("abilities", abilities.text())
      .text();
}

scripting::SavedCounts read_counts(JsonCursor& cursor) {
  scripting::SavedCounts counts;
  cursor.object([&](std::string_view name) {
    if (name == "total") {
      counts.total = read_policy(cursor);
    } else if (name == "versions") {
      read_list(cursor, [&](std::size_t) { counts.versions.push_back(read_version(cursor)); });
    } else if (name == "window") {
      read_list(cursor, [&](std::size_t) { counts.window.push_back(read_mark(cursor)); });
    } else if (name == "abilities") {
      read_list(cursor, [&](std::size_t) { counts.abilities.insert(read_ability(cursor)); });
    } else {
      cursor.fail("No such counts.");
    }
  });
  return counts;
}

}  // namespace cherub::abilities
