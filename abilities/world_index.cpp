#include "abilities/world_index.h"

#include <string>
#include <utility>

#include "abilities/database.h"
#include "abilities/event_log.h"
#include "engine/base/json.h"

namespace cherub::abilities {
namespace {

constexpr int kFormat = 1;
constexpr std::size_t kManifestBytesMax = 64 * 1024;

constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS saves(tick INTEGER PRIMARY KEY, name TEXT, state_hash TEXT);"
    "CREATE TABLE IF NOT EXISTS events(tick INTEGER, kind TEXT, entity INTEGER, species TEXT,"
    " x REAL, y REAL, other INTEGER, cause TEXT, value REAL, text TEXT);"
    "CREATE INDEX IF NOT EXISTS events_by_tick ON events(tick);"
    "CREATE INDEX IF NOT EXISTS events_by_entity ON events(entity);"
    "CREATE TABLE IF NOT EXISTS scripts(sha256 TEXT PRIMARY KEY, bytes INTEGER);"
    "CREATE VIEW IF NOT EXISTS faults AS"
    " SELECT tick, entity, species, text FROM events WHERE kind = 'fault';"
    "CREATE TABLE IF NOT EXISTS progress(one INTEGER PRIMARY KEY CHECK (one = 1), until INTEGER);"
    "INSERT OR IGNORE INTO progress VALUES (1, 0);";

// A member of an object, of whatever type; null when it is not there.
void bind_member(Statement& statement, const rapidjson::Value& object, const char* name) {
  const auto member = object.FindMember(name);
  if (member == object.MemberEnd()) {
    statement.bind_null();
  } else if (member->value.IsInt64()) {
    statement.bind(member->value.GetInt64());
  } else if (member->value.IsNumber()) {
    statement.bind(member->value.GetDouble());
  } else if (member->value.IsString()) {
    statement.bind(std::string_view(member->value.GetString(), member->value.GetStringLength()));
  } else {
    statement.bind_null();
  }
}

void add_saves(Database& database, const WorldFolder& folder) {
  database.run("DELETE FROM saves");
  Statement insert(database, "INSERT INTO saves VALUES (?, ?, ?)");
  for (const engine::Tick tick : folder.saves()) {
    const auto path = folder.path() / "saves" / tick_name(tick) / "save.json";
    const auto text = read_text_file(path, kManifestBytesMax);
    const auto manifest = text ? base::parse_json(*text) : base::parse_json("{}");
    if (!manifest || !manifest->IsObject()) continue;
    insert.bind(static_cast<std::int64_t>(tick)).bind(tick_name(tick));
    bind_member(insert, *manifest, "state_hash");
    insert.run();
  }
}

void add_scripts(Database& database, const WorldFolder& folder) {
  Statement insert(database, "INSERT OR IGNORE INTO scripts VALUES (?, ?)");
  for (const std::string& name : names_in(folder.scripts())) {
    std::error_code error;
    const auto bytes = std::filesystem::file_size(folder.scripts() / name, error);
    if (error || !name.ends_with(".lua")) continue;
    insert.bind(name.substr(0, name.size() - 4)).bind(static_cast<std::int64_t>(bytes)).run();
  }
}

void add_events(Database& database, const WorldFolder& folder, engine::Tick until) {
  Statement progress(database, "SELECT until FROM progress");
  const auto from = progress.step() ? static_cast<engine::Tick>(progress.whole()) : 0;
  // Of a world that went on from an older save, the later ticks are told again.
  const engine::Tick start = std::min(from, until);
  Statement(database, "DELETE FROM events WHERE tick >= ?")
      .bind(static_cast<std::int64_t>(start))
      .run();
  Statement insert(database, "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (const EventRange& range : event_ranges(folder.events())) {
    if (range.from + kEventRangeTicks <= start) continue;
    const auto add = [&](engine::Tick tick, std::string_view line) {
      if (tick < start || tick >= until) return;
      const auto event = base::parse_json(line);
      if (!event || !event->IsObject()) return;
      for (const char* name :
           {"tick", "kind", "entity", "species", "x", "y", "other", "cause", "value", "text"}) {
        bind_member(insert, *event, name);
      }
      insert.run();
    };
    if (!for_each_event(range, add)) database.fail();
  }
  Statement(database, "UPDATE progress SET until = ?").bind(static_cast<std::int64_t>(until)).run();
}

base::Result<void> update(const WorldFolder& folder, engine::Tick until) {
  Database database(folder.index(), Database::Access::kCreate);
  // No waiting for the disk: what a power cut spoils is made anew.
  database.run("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;");
  Statement version(database, "PRAGMA user_version");
  const auto found = version.step() ? version.whole() : 0;
  if (found != 0 && found != kFormat) database.fail();
  version.run();
  database.run("BEGIN");
  database.run(kSchema);
  add_saves(database, folder);
  add_scripts(database, folder);
  add_events(database, folder, until);
  database.run("PRAGMA user_version = " + std::to_string(kFormat));
  database.run("COMMIT");
  if (!database.failed()) return {};
  return database.error("The index could not be written");
}

}  // namespace

void remove_world_index(const WorldFolder& folder) {
  for (const char* suffix : {"", "-wal", "-shm"}) {
    auto path = folder.index();
    path += suffix;
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
}

base::Result<void> update_world_index(const WorldFolder& folder, engine::Tick until) {
  if (auto updated = update(folder, until)) return updated;
  remove_world_index(folder);
  return update(folder, until);
}

}  // namespace cherub::abilities
