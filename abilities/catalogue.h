#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "abilities/database.h"
#include "abilities/file_system.h"
#include "engine/base/result.h"

namespace cherub::abilities {

// What a set of episodes says about one metric. What was not measured is NaN.
struct CatalogueResult {
  static constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
  std::string metric;  // "score", "success" (a rate), or a metric of the scenario
  std::string unit = "1";
  std::string better;       // "higher" or "lower"
  std::uint64_t count = 0;  // finite values that it is made of
  double mean = kNothing, median = kNothing, min = kNothing, max = kNothing;
  double low = kNothing, high = kNothing;  // 95 % interval of the mean, where one is computed
};

// One measuring of a script: by one run, on seeds of one use. A score belongs to the goal.
struct CatalogueMeasurement {
  std::string run_id;
  std::string seeds;  // "tuning" or "held_out"
  std::string scenario;
  std::string goal;
  bool screened_out = false;    // dropped out of its race before all seeds were run
  std::uint64_t episodes = 0;   // that ran
  std::uint64_t ticks_max = 0;  // of an episode; 0: the scenario's own length
  std::uint64_t faults = 0;     // acts that ended in one
  std::vector<CatalogueResult> results;
};

// A script and what is known of it. All texts but sha256, kind and tags may have any content.
struct CatalogueScript {
  std::string sha256;           // of the source; its name for ever
  std::string kind = "policy";  // or "ability"
  std::string name;             // for people: "reach-target-safely-3f9a2c"; need not be unique
  std::string description;
  std::string goal;               // it was first written for
  std::string scenario;           // in which it was first measured or installed
  std::vector<std::string> tags;  // sorted; lower-case letters, digits, _ and -
  std::string parent_sha256;      // what it was made from; empty: from nothing
  std::string origin;             // "builtin", a model's name, "user"
  std::string run_id;             // that made it
  std::string program;            // as Grammar::text, of the built-in angel's
  std::uint64_t diagnostics = 0;  // of the checker: warnings, since it was accepted
  std::string source;
  std::vector<CatalogueMeasurement> measurements;  // in order of run_id and seeds
};

struct CatalogueHit {
  CatalogueScript script;
  std::uint64_t relevance = 0;                    // how many words of the query it contains
  std::optional<CatalogueMeasurement> known_for;  // that gave it its place
};

struct CatalogueFilter {
  std::string scenario, kind, tag;  // empty: any
  std::string metric = "score";     // that decides among equally relevant scripts
  std::size_t limit = 20;
};

struct CatalogueAdded {
  std::uint64_t scripts = 0;       // that were not there before
  std::uint64_t measurements = 0;  // the same
};

inline constexpr std::size_t kCatalogueNameBytesMax = 100;
inline constexpr std::size_t kCatalogueTextBytesMax = 4000;  // goal, description
inline constexpr std::size_t kCatalogueProgramBytesMax = 16u << 10;
inline constexpr std::size_t kCatalogueTagsMax = 16;
inline constexpr std::size_t kCatalogueTagBytesMax = 40;
inline constexpr std::size_t kCatalogueResultsMax = 64;
// Of one script; the runs that measured it last are kept.
inline constexpr std::size_t kCatalogueMeasurementsMax = 32;
inline constexpr std::size_t kCatalogueWordsMax = 16;  // of a query; further ones are left out
inline constexpr std::size_t kCatalogueHitsMax = 100'000;
inline constexpr std::size_t kCatalogueBatch = 256;  // scripts of one transaction, for add()

// "reach-target-safely-3f9a2c": the goal's telling words and the beginning of the sha256.
std::string catalogue_name(std::string_view goal, std::string_view sha256);
// The words of a text that are worth looking for: lower case, each once, at most
// kCatalogueWordsMax, without "the", "and" and their like unless there are no others.
std::vector<std::string> catalogue_words(std::string_view text);
bool is_catalogue_tag(std::string_view tag);

class CatalogueRows;

// Every script that was generated and measured, with its results: `catalogue.sqlite` (what is known
// and a full-text index) and `scripts/<sha256>.lua` in one folder. A folder that does not exist is
// an empty catalogue; it is made by the first add(). Every call opens the database anew and leaves
// it closed, so that any number of processes may use it at once; a call that cannot get it for ten
// seconds fails with kUnavailable. Failures (kIo) leave everything as it was. One thread.
class Catalogue {
 public:
  explicit Catalogue(std::filesystem::path folder, FileSystem& files = real_file_system());

  // Keeps the scripts in one transaction. Of one that is there already, only tags and measurements
  // that are new are added, and a source that is missing or damaged is written again.
  base::Result<CatalogueAdded> add(std::span<const CatalogueScript> scripts);

  // Scripts that contain at least one of the query's words in goals, tags, name, description or
  // comments, or all scripts for a query without words. In order of relevance, then of results:
  // judged on held-out seeds, measured on all tuning seeds, screened out, never measured; by the
  // filter's metric in its better direction; then by sha256. Sources and measurements stay out of
  // the scripts of the hits. Any bytes are a query.
  [[nodiscard]] base::Result<std::vector<CatalogueHit>> search(std::string_view query,
                                                               const CatalogueFilter& filter) const;

  // Whole policies that were measured on all seeds in the scenario for goals that share words with
  // this one, in the order of search(); of those with equal scores (they do the same) only one. A
  // source that cannot be read, or is not what its name says, is passed over.
  [[nodiscard]] base::Result<std::vector<CatalogueHit>> best_for(std::string_view goal,
                                                                 std::string_view scenario,
                                                                 std::size_t count) const;

  // By sha256, the beginning of one (four digits at least), or name. kNotFound tells the nearest
  // name, kConflict the ones that are meant.
  [[nodiscard]] base::Result<CatalogueScript> find(std::string_view reference) const;
  // Calls `take` for each of the scripts, whole, in the order of the list and as they are at one
  // moment. Stops at the first error, also of `take`.
  base::Result<void> visit(
      std::span<const std::string> sha256s,
      const std::function<base::Result<void>(const CatalogueScript&)>& take) const;
  // The sha256 of all scripts, sorted.
  [[nodiscard]] base::Result<std::vector<std::string>> all() const;

  base::Result<void> add_tag(const std::string& sha256, const std::string& tag);
  base::Result<void> remove_tag(const std::string& sha256, const std::string& tag);
  // With its measurements and its source.
  base::Result<void> remove(const std::string& sha256);

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  [[nodiscard]] bool is_empty() const;
  [[nodiscard]] base::Result<Database> open_to_read() const;
  [[nodiscard]] base::Result<Database> open_to_write();
  [[nodiscard]] std::filesystem::path source_path(const std::string& sha256) const;
  base::Result<void> write_source(const CatalogueScript& script);
  [[nodiscard]] base::Result<std::string> read_source(const std::string& sha256) const;
  [[nodiscard]] base::Result<CatalogueScript> load(Database& database,
                                                   const std::string& sha256) const;
  [[nodiscard]] base::Result<std::string> resolve(Database& database,
                                                  std::string_view reference) const;
  base::Result<void> change(const std::string& sha256,
                            const std::function<base::Result<void>(CatalogueRows&)>& how);

  std::filesystem::path folder_;
  FileSystem& files_;
};

}  // namespace cherub::abilities
