#include "abilities/catalogue_rows.h"

#include <algorithm>

#include "sandbox/syntax/lexer.h"

namespace cherub::abilities {
namespace {

constexpr std::size_t kCommentBytesMax = 8u << 10;  // that are searched

std::int64_t whole(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

// What stands between the tokens: comments and white space.
std::string comments_of(const std::string& source) {
  std::string text;
  std::size_t from = 0;
  for (const sandbox::Token& token : sandbox::lex(source).tokens) {
    if (token.begin > from) text += source.substr(from, token.begin - from);
    from = token.end;
    if (text.size() > kCommentBytesMax) break;
  }
  text.resize(std::min(text.size(), kCommentBytesMax));
  return text;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += word + " ";
  return text;
}

}  // namespace

std::int64_t CatalogueRows::id_of(const std::string& sha256) {
  Statement select(database_, "SELECT id FROM scripts WHERE sha256 = ?");
  return select.bind(sha256).step() ? select.whole() : 0;
}

bool CatalogueRows::has(const std::string& sha256) {
  return id_of(sha256) != 0;
}

std::int64_t CatalogueRows::insert(const CatalogueScript& script) {
  Statement insert(database_,
                   "INSERT INTO scripts(sha256, kind, name, description, goal, scenario,"
                   " parent_sha256, origin, run_id, program, diagnostics)"
                   " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insert.bind(script.sha256).bind(script.kind).bind(script.name).bind(script.description);
  insert.bind(script.goal).bind(script.scenario).bind(script.parent_sha256).bind(script.origin);
  insert.bind(script.run_id).bind(script.program).bind(whole(script.diagnostics)).run();
  return id_of(script.sha256);
}

CatalogueAdded CatalogueRows::add(const CatalogueScript& script) {
  CatalogueAdded added;
  std::int64_t id = id_of(script.sha256);
  if (id == 0) {
    id = insert(script);
    added.scripts = 1;
  }
  for (const std::string& tag : script.tags) add_tag(script.sha256, tag);
  added.measurements = add_measurements(id, script);
  write_words(id, comments_of(script.source));
  return added;
}

std::uint64_t CatalogueRows::add_measurements(std::int64_t id, const CatalogueScript& script) {
  Statement find(database_,
                 "SELECT 1 FROM measurements WHERE script = ? AND run_id = ? AND seeds = ?");
  Statement insert(database_,
                   "INSERT INTO measurements(script, run_id, seeds, scenario, goal, screened_out,"
                   " episodes, ticks_max, faults) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id");
  std::uint64_t added = 0;
  for (const CatalogueMeasurement& one : script.measurements) {
    const bool known = find.bind(id).bind(one.run_id).bind(one.seeds).step();
    find.reset();
    if (known) continue;
    insert.bind(id).bind(one.run_id).bind(one.seeds).bind(one.scenario).bind(one.goal);
    insert.bind(std::int64_t{one.screened_out}).bind(whole(one.episodes));
    insert.bind(whole(one.ticks_max)).bind(whole(one.faults));
    const std::int64_t made = insert.step() ? insert.whole() : 0;
    insert.reset();
    insert_results(made, one);
    ++added;
  }
  if (added > 0) drop_old_measurements(id);
  return added;
}

void CatalogueRows::insert_results(std::int64_t measurement, const CatalogueMeasurement& from) {
  Statement insert(database_, "INSERT INTO results VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (std::size_t i = 0; i < from.results.size(); ++i) {
    const CatalogueResult& result = from.results[i];
    insert.bind(measurement).bind(whole(i)).bind(result.metric).bind(result.unit);
    insert.bind(result.better).bind(whole(result.count)).bind(result.mean).bind(result.median);
    insert.bind(result.min).bind(result.max).bind(result.low).bind(result.high).run();
  }
}

// Run ids begin with the time.
void CatalogueRows::drop_old_measurements(std::int64_t id) {
  Statement select(database_,
                   "SELECT id FROM measurements WHERE script = ?"
                   " ORDER BY run_id DESC, seeds DESC LIMIT -1 OFFSET ?");
  select.bind(id).bind(whole(kCatalogueMeasurementsMax));
  std::vector<std::int64_t> old;
  while (select.step()) old.push_back(select.whole());
  Statement results(database_, "DELETE FROM results WHERE measurement = ?");
  Statement measurement(database_, "DELETE FROM measurements WHERE id = ?");
  for (const std::int64_t one : old) {
    results.bind(one).run();
    measurement.bind(one).run();
  }
}

std::vector<std::string> CatalogueRows::tags_of(std::int64_t id) {
  Statement select(database_, "SELECT tag FROM tags WHERE script = ? ORDER BY tag");
  select.bind(id);
  std::vector<std::string> tags;
  while (select.step()) tags.push_back(select.text());
  return tags;
}

bool CatalogueRows::add_tag(const std::string& sha256, const std::string& tag) {
  const std::int64_t id = id_of(sha256);
  const std::vector<std::string> tags = tags_of(id);
  if (std::find(tags.begin(), tags.end(), tag) != tags.end()) return true;
  if (tags.size() >= kCatalogueTagsMax) return false;
  Statement(database_, "INSERT INTO tags VALUES (?, ?)").bind(id).bind(tag).run();
  rewrite_words(id);
  return true;
}

void CatalogueRows::remove_tag(const std::string& sha256, const std::string& tag) {
  const std::int64_t id = id_of(sha256);
  Statement(database_, "DELETE FROM tags WHERE script = ? AND tag = ?").bind(id).bind(tag).run();
  rewrite_words(id);
}

void CatalogueRows::remove(const std::string& sha256) {
  const std::int64_t id = id_of(sha256);
  for (const char* sql :
       {"DELETE FROM results WHERE measurement IN (SELECT id FROM measurements WHERE script = ?)",
        "DELETE FROM measurements WHERE script = ?", "DELETE FROM tags WHERE script = ?",
        "DELETE FROM words WHERE rowid = ?", "DELETE FROM scripts WHERE id = ?"}) {
    Statement(database_, sql).bind(id).run();
  }
}

void CatalogueRows::rewrite_words(std::int64_t id) {
  Statement select(database_, "SELECT comments FROM words WHERE rowid = ?");
  const std::string comments = select.bind(id).step() ? select.text() : std::string();
  select.reset();
  write_words(id, comments);
}

// A script is found by the goals of all its measurings.
void CatalogueRows::write_words(std::int64_t id, std::string_view comments) {
  Statement select(database_,
                   "SELECT goal FROM scripts WHERE id = ?1 UNION"
                   " SELECT goal FROM measurements WHERE script = ?1");
  select.bind(id);
  std::vector<std::string> goals;
  while (select.step()) goals.push_back(select.text());
  Statement(database_, "DELETE FROM words WHERE rowid = ?").bind(id).run();
  Statement insert(database_,
                   "INSERT INTO words(rowid, goals, tags, name, description, comments)"
                   " SELECT id, ?, ?, name, description, ? FROM scripts WHERE id = ?");
  insert.bind(joined(goals)).bind(joined(tags_of(id))).bind(comments).bind(id).run();
}

CatalogueMeasurement CatalogueRows::load_measurement(std::int64_t id) {
  CatalogueMeasurement one;
  Statement select(database_,
                   "SELECT run_id, seeds, scenario, goal, screened_out, episodes, ticks_max,"
                   " faults FROM measurements WHERE id = ?");
  if (!select.bind(id).step()) return one;
  one.run_id = select.text(0);
  one.seeds = select.text(1);
  one.scenario = select.text(2);
  one.goal = select.text(3);
  one.screened_out = select.whole(4) != 0;
  one.episodes = static_cast<std::uint64_t>(select.whole(5));
  one.ticks_max = static_cast<std::uint64_t>(select.whole(6));
  one.faults = static_cast<std::uint64_t>(select.whole(7));
  Statement results(database_,
                    "SELECT metric, unit, better, count, mean, median, min, max, low, high"
                    " FROM results WHERE measurement = ? ORDER BY position");
  results.bind(id);
  while (results.step()) {
    CatalogueResult result;
    result.metric = results.text(0);
    result.unit = results.text(1);
    result.better = results.text(2);
    result.count = static_cast<std::uint64_t>(results.whole(3));
    result.mean = results.real(4);
    result.median = results.real(5);
    result.min = results.real(6);
    result.max = results.real(7);
    result.low = results.real(8);
    result.high = results.real(9);
    one.results.push_back(std::move(result));
  }
  return one;
}

CatalogueScript CatalogueRows::load_row(std::int64_t id) {
  CatalogueScript script;
  Statement select(database_,
                   "SELECT sha256, kind, name, description, goal, scenario, parent_sha256, origin,"
                   " run_id, program, diagnostics FROM scripts WHERE id = ?");
  if (!select.bind(id).step()) return script;
  script.sha256 = select.text(0);
  script.kind = select.text(1);
  script.name = select.text(2);
  script.description = select.text(3);
  script.goal = select.text(4);
  script.scenario = select.text(5);
  script.parent_sha256 = select.text(6);
  script.origin = select.text(7);
  script.run_id = select.text(8);
  script.program = select.text(9);
  script.diagnostics = static_cast<std::uint64_t>(select.whole(10));
  script.tags = tags_of(id);
  return script;
}

CatalogueScript CatalogueRows::load(const std::string& sha256) {
  const std::int64_t id = id_of(sha256);
  CatalogueScript script = load_row(id);
  Statement select(database_,
                   "SELECT id FROM measurements WHERE script = ? ORDER BY run_id, seeds");
  select.bind(id);
  while (select.step()) script.measurements.push_back(load_measurement(select.whole()));
  return script;
}

}  // namespace cherub::abilities
