#include "abilities/world_index.h"

#include <sqlite3.h>

#include <memory>
#include <string>
#include <utility>

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

// An SQLite file. The first failure sticks.
class Database {
 public:
  explicit Database(const std::filesystem::path& path) {
    sqlite3* opened = nullptr;
    failed_ = sqlite3_open(path.c_str(), &opened) != SQLITE_OK;
    handle_.reset(opened);
    // No waiting for the disk: what a power cut spoils is made anew.
    run("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;");
  }
  void run(const std::string& sql) {
    if (failed_) return;
    failed_ = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK;
  }
  sqlite3* get() { return handle_.get(); }
  void fail() { failed_ = true; }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] std::string message() const { return sqlite3_errmsg(handle_.get()); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close(handle); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
  bool failed_ = false;
};

// A prepared statement whose parameters are bound one after the other.
class Statement {
 public:
  Statement(Database& database, const char* sql) : database_(database) {
    sqlite3_stmt* prepared = nullptr;
    if (database.failed()) return;
    if (sqlite3_prepare_v2(database.get(), sql, -1, &prepared, nullptr) != SQLITE_OK) {
      database.fail();
    }
    handle_.reset(prepared);
  }
  Statement& bind(std::int64_t value) {
    if (handle_) sqlite3_bind_int64(handle_.get(), ++bound_, value);
    return *this;
  }
  Statement& bind(std::string_view text) {
    const auto size = static_cast<int>(text.size());
    if (handle_) sqlite3_bind_text(handle_.get(), ++bound_, text.data(), size, SQLITE_TRANSIENT);
    return *this;
  }
  // A member of an object, of whatever type; null when it is not there.
  Statement& bind(const rapidjson::Value& object, const char* name) {
    const auto member = object.FindMember(name);
    if (!handle_) return *this;
    if (member == object.MemberEnd()) {
      sqlite3_bind_null(handle_.get(), ++bound_);
    } else if (member->value.IsInt64()) {
      bind(member->value.GetInt64());
    } else if (member->value.IsNumber()) {
      sqlite3_bind_double(handle_.get(), ++bound_, member->value.GetDouble());
    } else if (member->value.IsString()) {
      bind(std::string_view(member->value.GetString(), member->value.GetStringLength()));
    } else {
      sqlite3_bind_null(handle_.get(), ++bound_);
    }
    return *this;
  }
  // True while there is a row.
  bool step() {
    if (!handle_ || database_.failed()) return false;
    const int status = sqlite3_step(handle_.get());
    if (status != SQLITE_ROW && status != SQLITE_DONE) database_.fail();
    return status == SQLITE_ROW;
  }
  void run() {
    step();
    if (handle_) sqlite3_reset(handle_.get());
    bound_ = 0;
  }
  std::int64_t whole() { return handle_ ? sqlite3_column_int64(handle_.get(), 0) : 0; }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };
  Database& database_;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
  int bound_ = 0;
};

void add_saves(Database& database, const WorldFolder& folder) {
  database.run("DELETE FROM saves");
  Statement insert(database, "INSERT INTO saves VALUES (?, ?, ?)");
  for (const engine::Tick tick : folder.saves()) {
    const auto path = folder.path() / "saves" / tick_name(tick) / "save.json";
    const auto text = read_text_file(path, kManifestBytesMax);
    const auto manifest = text ? base::parse_json(*text) : base::parse_json("{}");
    if (!manifest || !manifest->IsObject()) continue;
    insert.bind(static_cast<std::int64_t>(tick)).bind(tick_name(tick));
    insert.bind(*manifest, "state_hash").run();
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
        insert.bind(*event, name);
      }
      insert.run();
    };
    if (!for_each_event(range, add)) database.fail();
  }
  Statement(database, "UPDATE progress SET until = ?").bind(static_cast<std::int64_t>(until)).run();
}

base::Result<void> update(const WorldFolder& folder, engine::Tick until) {
  Database database(folder.index());
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
  return base::Error{base::ErrorCode::kIo, "The index could not be written: " + database.message(),
                     folder.index().string()};
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
