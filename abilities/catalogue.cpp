#include "abilities/catalogue.h"

#include <algorithm>
#include <array>

#include "abilities/catalogue_rows.h"
#include "engine/base/sha256.h"
#include "sandbox/syntax/parser.h"
#include "scripting/manifest.h"

namespace cherub::abilities {
namespace {

constexpr std::size_t kPrefixDigitsMin = 4;
constexpr std::size_t kNamesTold = 5;         // of an ambiguous reference
constexpr std::size_t kNamesCompared = 2000;  // in search of the nearest
constexpr std::size_t kNameWords = 4;
constexpr std::size_t kShortDigits = 6;

constexpr std::array kMigrations = {
    // 0 -> 1
    "CREATE TABLE scripts(id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,"
    " name TEXT NOT NULL, description TEXT NOT NULL, goal TEXT NOT NULL, scenario TEXT NOT NULL,"
    " parent_sha256 TEXT NOT NULL, origin TEXT NOT NULL, run_id TEXT NOT NULL,"
    " program TEXT NOT NULL, diagnostics INTEGER NOT NULL);"
    "CREATE INDEX scripts_by_name ON scripts(name);"
    "CREATE TABLE tags(script INTEGER NOT NULL, tag TEXT NOT NULL,"
    " PRIMARY KEY(script, tag)) WITHOUT ROWID;"
    "CREATE TABLE measurements(id INTEGER PRIMARY KEY, script INTEGER NOT NULL,"
    " run_id TEXT NOT NULL, seeds TEXT NOT NULL, scenario TEXT NOT NULL, goal TEXT NOT NULL,"
    " screened_out INTEGER NOT NULL, episodes INTEGER NOT NULL, ticks_max INTEGER NOT NULL,"
    " faults INTEGER NOT NULL, UNIQUE(script, run_id, seeds));"
    "CREATE TABLE results(measurement INTEGER NOT NULL, position INTEGER NOT NULL,"
    " metric TEXT NOT NULL, unit TEXT NOT NULL, better TEXT NOT NULL, count INTEGER NOT NULL,"
    " mean REAL, median REAL, min REAL, max REAL, low REAL, high REAL,"
    " PRIMARY KEY(measurement, position)) WITHOUT ROWID;"
    "CREATE VIRTUAL TABLE words USING fts5(goals, tags, name, description, comments,"
    " tokenize = 'porter unicode61');"};
constexpr std::int64_t kFormat = kMigrations.size();

std::int64_t format_of(Database& database) {
  Statement version(database, "PRAGMA user_version");
  return version.step() ? version.whole() : 0;
}

base::Result<void> migrate(Database& database, const std::filesystem::path& path) {
  const std::int64_t found = format_of(database);
  if (found > kFormat) {
    return base::Error{base::ErrorCode::kConflict,
                       "The catalogue was written by a newer Cherub (format " +
                           std::to_string(found) + ", this one knows " + std::to_string(kFormat) +
                           ").",
                       path.string()};
  }
  if (found == kFormat || database.failed()) return {};
  database.begin();
  // Another process may have been faster.
  for (std::int64_t format = format_of(database); format < kFormat; ++format) {
    database.run(kMigrations[static_cast<std::size_t>(format)]);
    database.run("PRAGMA user_version = " + std::to_string(format + 1));
  }
  database.commit();
  return {};
}

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

base::Error unknown(Database& database, std::string_view reference) {
  Statement select(database, "SELECT DISTINCT name FROM scripts ORDER BY id DESC LIMIT ?");
  select.bind(static_cast<std::int64_t>(kNamesCompared));
  std::vector<std::string> names;
  while (select.step()) names.push_back(select.text());
  const std::string nearest = scripting::nearest_name(reference, names);
  return {base::ErrorCode::kNotFound,
          "There is no script of this name, or whose sha256 begins so" +
              (nearest.empty() ? "." : "; did you mean \"" + nearest + "\"?"),
          std::string(reference)};
}

base::Error ambiguous(std::string_view reference, const std::vector<std::string>& found) {
  std::string message = "This could be several scripts; write more of the sha256:";
  for (std::size_t i = 0; i < std::min(found.size(), kNamesTold); ++i) message += " " + found[i];
  if (found.size() > kNamesTold) message += " …";
  return {base::ErrorCode::kConflict, message, std::string(reference)};
}

// The scripts for which the condition holds, one more than are told.
std::vector<std::string> matches(Database& database, const char* condition,
                                 std::string_view value) {
  Statement select(database, std::string("SELECT sha256 FROM scripts WHERE ") + condition +
                                 " ORDER BY sha256 LIMIT ?2");
  select.bind(value).bind(static_cast<std::int64_t>(kNamesTold + 1));
  std::vector<std::string> found;
  while (select.step()) found.push_back(select.text());
  return found;
}

}  // namespace

std::string catalogue_name(std::string_view goal, std::string_view sha256) {
  std::string name;
  std::size_t count = 0;
  for (const std::string& word : catalogue_words(goal)) {
    const bool plain = std::all_of(word.begin(), word.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (!plain || word.size() > kCatalogueNameBytesMax / (kNameWords + 1)) continue;
    name += word + "-";
    if (++count == kNameWords) break;
  }
  return (name.empty() ? "script-" : name) + std::string(sha256.substr(0, kShortDigits));
}

bool is_catalogue_tag(std::string_view tag) {
  return !tag.empty() && tag.size() <= kCatalogueTagBytesMax &&
         tag.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string_view::npos;
}

Catalogue::Catalogue(std::filesystem::path folder, FileSystem& files)
    : folder_(std::move(folder)), files_(files) {}

std::filesystem::path Catalogue::source_path(const std::string& sha256) const {
  return folder_ / "scripts" / (sha256 + ".lua");
}

bool Catalogue::is_empty() const {
  std::error_code error;
  return !std::filesystem::exists(folder_ / kCatalogueFile, error) && !error;
}

base::Result<Database> Catalogue::open_to_read() const {
  const auto path = folder_ / kCatalogueFile;
  Database database(path, Database::Access::kReadWrite);
  auto ready = migrate(database, path);
  if (!ready) return ready.error();
  if (!database.failed()) return database;
  // Where nothing can be written, a database that was closed properly can still be read.
  auto log = path;
  log += "-wal";
  if (database.was_denied() && !std::filesystem::exists(log)) {
    Database frozen(path, Database::Access::kFrozen);
    if (format_of(frozen) == kFormat && !frozen.failed()) return frozen;
  }
  return database.error("The catalogue cannot be read");
}

base::Result<Database> Catalogue::open_to_write() {
  if (auto made = make_folders(files_, folder_ / "scripts"); !made) return made.error();
  const auto path = folder_ / kCatalogueFile;
  Database database(path, Database::Access::kCreate);
  // When another process is just looking, the mode stays what it was: it works in any.
  database.try_run("PRAGMA journal_mode = WAL");
  database.run("PRAGMA synchronous = NORMAL");
  if (auto ready = migrate(database, path); !ready) return ready.error();
  if (database.failed()) return database.error("The catalogue cannot be written");
  return database;
}

base::Result<void> Catalogue::write_source(const CatalogueScript& script) {
  if (read_source(script.sha256)) return {};
  return replace_file(files_, source_path(script.sha256), script.source, Durable::kNo);
}

base::Result<std::string> Catalogue::read_source(const std::string& sha256) const {
  const auto path = source_path(sha256);
  auto source = read_text_file(path, sandbox::kSourceBytesMax);
  if (source && base::sha256_hex(*source) != sha256) {
    return base::Error{base::ErrorCode::kIo, "The file is not what its name says; it was changed.",
                       path.string()};
  }
  return source;
}

base::Result<CatalogueAdded> Catalogue::add(std::span<const CatalogueScript> scripts) {
  CatalogueAdded added;
  if (scripts.empty()) return added;
  auto opened = open_to_write();
  if (!opened) return opened.error();
  Database& database = *opened;
  database.begin();
  CatalogueRows rows(database);
  for (const CatalogueScript& script : scripts) {
    if (database.failed()) break;
    // Only one process at a time is here, so nobody else writes the same file.
    if (auto written = write_source(script); !written) return written.error();
    const CatalogueAdded changed = rows.add(script);
    added.scripts += changed.scripts;
    added.measurements += changed.measurements;
  }
  database.commit();
  if (database.failed()) return database.error("The catalogue cannot be written");
  return added;
}

base::Result<std::string> Catalogue::resolve(Database& database, std::string_view reference) const {
  std::vector<std::string> found;
  if (reference.size() >= kPrefixDigitsMin && reference.size() <= 64 && is_hex(reference)) {
    found = matches(database, "substr(sha256, 1, length(?1)) = ?1", reference);
  }
  if (found.empty()) found = matches(database, "name = ?1", reference);
  if (database.failed()) return database.error("The catalogue cannot be read");
  if (found.size() > 1) return ambiguous(reference, found);
  if (found.empty()) return unknown(database, reference);
  return found.front();
}

base::Result<CatalogueScript> Catalogue::load(Database& database, const std::string& sha256) const {
  CatalogueScript script = CatalogueRows(database).load(sha256);
  if (database.failed()) return database.error("The catalogue cannot be read");
  auto source = read_source(sha256);
  if (!source) return source.error();
  script.source = std::move(*source);
  return script;
}

base::Result<CatalogueScript> Catalogue::find(std::string_view reference) const {
  if (is_empty()) {
    return base::Error{base::ErrorCode::kNotFound, "There are no scripts yet.",
                       std::string(reference)};
  }
  auto opened = open_to_read();
  if (!opened) return opened.error();
  const auto sha256 = resolve(*opened, reference);
  if (!sha256) return sha256.error();
  return load(*opened, *sha256);
}

base::Result<void> Catalogue::visit(
    std::span<const std::string> sha256s,
    const std::function<base::Result<void>(const CatalogueScript&)>& take) const {
  if (sha256s.empty()) return {};
  auto opened = open_to_read();
  if (!opened) return opened.error();
  opened->run("BEGIN");
  for (const std::string& sha256 : sha256s) {
    const auto script = load(*opened, sha256);
    if (!script) return script.error();
    if (auto taken = take(*script); !taken) return taken;
  }
  return {};
}

base::Result<std::vector<std::string>> Catalogue::all() const {
  std::vector<std::string> found;
  if (is_empty()) return found;
  auto opened = open_to_read();
  if (!opened) return opened.error();
  Statement select(*opened, "SELECT sha256 FROM scripts ORDER BY sha256");
  while (select.step()) found.push_back(select.text());
  if (opened->failed()) return opened->error("The catalogue cannot be read");
  return found;
}

base::Result<void> Catalogue::change(const std::string& sha256,
                                     const std::function<base::Result<void>(CatalogueRows&)>& how) {
  const base::Error missing{base::ErrorCode::kNotFound, "There is no such script.", sha256};
  if (is_empty()) return missing;
  auto opened = open_to_write();
  if (!opened) return opened.error();
  opened->begin();
  CatalogueRows rows(*opened);
  if (!rows.has(sha256))
    return opened->failed() ? opened->error("The catalogue cannot be read") : missing;
  if (auto changed = how(rows); !changed) return changed;
  opened->commit();
  if (opened->failed()) return opened->error("The catalogue cannot be written");
  return {};
}

base::Result<void> Catalogue::add_tag(const std::string& sha256, const std::string& tag) {
  if (!is_catalogue_tag(tag)) {
    return base::Error{base::ErrorCode::kInvalidArgument,
                       "A tag has 1 to 40 lower-case letters, digits, _ and -.", tag};
  }
  return change(sha256, [&](CatalogueRows& rows) -> base::Result<void> {
    if (rows.add_tag(sha256, tag)) return {};
    return base::Error{base::ErrorCode::kConflict, "A script has at most 16 tags.", sha256};
  });
}

base::Result<void> Catalogue::remove_tag(const std::string& sha256, const std::string& tag) {
  return change(sha256, [&](CatalogueRows& rows) -> base::Result<void> {
    rows.remove_tag(sha256, tag);
    return {};
  });
}

base::Result<void> Catalogue::remove(const std::string& sha256) {
  return change(sha256, [&](CatalogueRows& rows) {
    rows.remove(sha256);
    return remove_path(files_, source_path(sha256));
  });
}

}  // namespace cherub::abilities
