#pragma once

#include <string>

#include "abilities/catalogue.h"

namespace cherub::abilities {

inline constexpr const char* kCatalogueFile = "catalogue.sqlite";

// Scripts as rows of the catalogue's tables, in one open transaction. What fails is known to the
// database.
class CatalogueRows {
 public:
  explicit CatalogueRows(Database& database) : database_(database) {}

  CatalogueAdded add(const CatalogueScript& script);
  [[nodiscard]] bool has(const std::string& sha256);
  // All but the source.
  [[nodiscard]] CatalogueScript load(const std::string& sha256);
  // The script's own row and tags.
  [[nodiscard]] CatalogueScript load_row(std::int64_t id);
  [[nodiscard]] CatalogueMeasurement load_measurement(std::int64_t id);
  bool add_tag(const std::string& sha256, const std::string& tag);  // false: it has too many
  void remove_tag(const std::string& sha256, const std::string& tag);
  void remove(const std::string& sha256);

 private:
  std::int64_t id_of(const std::string& sha256);  // 0: there is none
  std::int64_t insert(const CatalogueScript& script);
  std::uint64_t add_measurements(std::int64_t id, const CatalogueScript& script);
  void insert_results(std::int64_t measurement, const CatalogueMeasurement& from);
  void drop_old_measurements(std::int64_t id);
  std::vector<std::string> tags_of(std::int64_t id);
  void write_words(std::int64_t id, std::string_view comments);
  void rewrite_words(std::int64_t id);

  Database& database_;
};

}  // namespace cherub::abilities
