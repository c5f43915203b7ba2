#include <algorithm>
#include <set>

#include "abilities/catalogue.h"
#include "abilities/catalogue_rows.h"

namespace cherub::abilities {
namespace {

constexpr std::size_t kWordBytesMax = 64;
constexpr std::size_t kPrefixLettersMin = 3;  // shorter words are looked for as they are
// Of the best scripts for a goal so many are looked at to find some that differ.
constexpr std::size_t kLookedAtPerPick = 40;

const std::set<std::string, std::less<>>& empty_words() {
  static const std::set<std::string, std::less<>> words = {
      "a",  "all",  "an",  "and",   "any",  "are",  "as",   "at",   "be", "but",  "by",   "can",
      "do", "for",  "if",  "in",    "is",   "it",   "its",  "make", "of", "on",   "or",   "should",
      "so", "that", "the", "their", "them", "then", "they", "this", "to", "will", "with", "you"};
  return words;
}

// Letters of any script count, so that goals in all languages can be found.
bool is_word_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte >= 0x80;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::vector<std::string> all_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto finish = [&] {
    const bool is_new = std::find(words.begin(), words.end(), word) == words.end();
    if (!word.empty() && word.size() <= kWordBytesMax && is_new) words.push_back(word);
    word.clear();
  };
  for (const char c : text) {
    if (is_word_byte(lower(c))) {
      word += lower(c);
    } else {
      finish();
    }
  }
  finish();
  return words;
}

struct Question {
  std::vector<std::string> words;
  std::string_view columns;  // "" or "{goals} : "
  const CatalogueFilter& filter;
  bool measured_only = false;  // on all seeds
};

struct Found {
  std::int64_t script = 0, measurement = 0;
  std::uint64_t relevance = 0;
  double value = 0;  // of the metric
};

// The word as FTS5 reads it: a quoted string has no operators in it.
std::string match_of(const Question& question, const std::string& word) {
  const char* const prefix = word.size() >= kPrefixLettersMin ? " *" : "";
  return std::string(question.columns) + "\"" + word + "\"" + prefix;
}

// Parameters: 1 metric, 2 scenario, 3 kind, 4 tag, 5 limit, then the words.
std::string sql_of(const Question& question) {
  constexpr std::size_t kFirstWord = 6;
  std::string sql = "WITH hits(id, relevance) AS (";
  if (question.words.empty()) {
    sql += "SELECT id, 0 FROM scripts";
  } else {
    sql += "SELECT id, count(*) FROM (";
    for (std::size_t i = 0; i < question.words.size(); ++i) {
      if (i > 0) sql += " UNION ALL ";
      sql += "SELECT rowid AS id FROM words WHERE words MATCH ?" + std::to_string(kFirstWord + i);
    }
    sql += ") GROUP BY id";
  }
  const auto stage = [](const std::string& row) {
    return "CASE WHEN " + row + ".seeds = 'held_out' THEN 2 WHEN " + row +
           ".screened_out THEN 0 WHEN " + row + ".id IS NOT NULL THEN 1 ELSE -1 END";
  };
  const std::string value = "CASE r.better WHEN 'lower' THEN -r.mean ELSE r.mean END";
  sql +=
      ") SELECT s.id, h.relevance, m.id, r.mean FROM hits h JOIN scripts s ON s.id = h.id"
      " LEFT JOIN measurements m ON m.id = (SELECT c.id FROM measurements c"
      " JOIN results r ON r.measurement = c.id AND r.metric = ?1 AND r.mean IS NOT NULL"
      " WHERE c.script = s.id AND (?2 = '' OR c.scenario = ?2)"
      " ORDER BY " +
      stage("c") + " DESC, " + value +
      " DESC, c.run_id, c.seeds LIMIT 1)"
      " LEFT JOIN results r ON r.measurement = m.id AND r.metric = ?1"
      " WHERE (?2 = '' OR s.scenario = ?2 OR m.id IS NOT NULL) AND (?3 = '' OR s.kind = ?3)"
      " AND (?4 = '' OR EXISTS (SELECT 1 FROM tags t WHERE t.script = s.id AND t.tag = ?4))"
      " AND (?1 = 'score' OR m.id IS NOT NULL)";
  if (question.measured_only) sql += " AND " + stage("m") + " >= 1";
  return sql + " ORDER BY h.relevance DESC, " + stage("m") + " DESC, " + value +
         " DESC, s.sha256 LIMIT ?5";
}

std::vector<Found> ask(Database& database, const Question& question) {
  const CatalogueFilter& filter = question.filter;
  Statement select(database, sql_of(question));
  select.bind(filter.metric).bind(filter.scenario).bind(filter.kind).bind(filter.tag);
  select.bind(static_cast<std::int64_t>(std::min(filter.limit, kCatalogueHitsMax)));
  for (const std::string& word : question.words) select.bind(match_of(question, word));
  std::vector<Found> found;
  while (select.step()) {
    found.push_back({select.whole(0), select.whole(2), static_cast<std::uint64_t>(select.whole(1)),
                     select.real(3)});
  }
  return found;
}

}  // namespace

std::vector<std::string> catalogue_words(std::string_view text) {
  std::vector<std::string> words = all_words(text);
  std::vector<std::string> telling;
  for (const std::string& word : words) {
    if (!empty_words().contains(word)) telling.push_back(word);
  }
  if (!telling.empty()) words = std::move(telling);
  if (words.size() > kCatalogueWordsMax) words.resize(kCatalogueWordsMax);
  return words;
}

base::Result<std::vector<CatalogueHit>> Catalogue::search(std::string_view query,
                                                          const CatalogueFilter& filter) const {
  std::vector<CatalogueHit> hits;
  if (is_empty()) return hits;
  auto opened = open_to_read();
  if (!opened) return opened.error();
  CatalogueRows rows(*opened);
  for (const Found& found : ask(*opened, {catalogue_words(query), "", filter})) {
    CatalogueHit hit{rows.load_row(found.script), found.relevance, std::nullopt};
    if (found.measurement != 0) hit.known_for = rows.load_measurement(found.measurement);
    hits.push_back(std::move(hit));
  }
  if (opened->failed()) return opened->error("The catalogue cannot be searched");
  return hits;
}

base::Result<std::vector<CatalogueHit>> Catalogue::best_for(std::string_view goal,
                                                            std::string_view scenario,
                                                            std::size_t count) const {
  std::vector<CatalogueHit> best;
  const std::vector<std::string> words = catalogue_words(goal);
  if (words.empty() || is_empty()) return best;
  auto opened = open_to_read();
  if (!opened) return opened.error();
  CatalogueFilter filter;
  filter.scenario = scenario;
  filter.kind = "policy";
  filter.limit = count * kLookedAtPerPick;
  CatalogueRows rows(*opened);
  std::set<double> scores;
  for (const Found& found : ask(*opened, {words, "{goals} : ", filter, true})) {
    if (best.size() == count) break;
    if (!scores.insert(found.value).second) continue;
    CatalogueHit hit{rows.load(rows.load_row(found.script).sha256), found.relevance,
                     rows.load_measurement(found.measurement)};
    auto source = read_source(hit.script.sha256);
    if (!source) continue;
    hit.script.source = std::move(*source);
    best.push_back(std::move(hit));
  }
  if (opened->failed()) return opened->error("The catalogue cannot be searched");
  return best;
}

}  // namespace cherub::abilities
