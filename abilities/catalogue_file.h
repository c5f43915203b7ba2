#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "abilities/catalogue.h"
#include "engine/base/json.h"

// Catalogues as text: JSON, one object per line. The first line names the format, every other one
// is a script with its source, in the order of their sha256. The same scripts give the same bytes.
namespace cherub::abilities {

inline constexpr std::size_t kCatalogueFileBytesMax = std::size_t{256} << 20;

// The first line, with its line end.
std::string catalogue_header();
// One script as a line, with its line end.
std::string catalogue_line(const CatalogueScript& script);
// A script's members but its source, and its measurements: for programs that look at it.
base::JsonObject catalogue_json(const CatalogueScript& script);

// Reads the scripts one by one and gives them to `write` as text. Stops at the first error.
base::Result<void> export_catalogue(
    const Catalogue& catalogue, std::span<const std::string> sha256s,
    const std::function<base::Result<void>(std::string_view)>& write);

struct CatalogueRefusal {
  std::size_t line = 0;  // from 1
  std::string sha256;    // as the line tells it, at most 64 bytes; may be anything
  std::string reason;
};

struct CatalogueImport {
  std::uint64_t scripts = 0;  // that were not there before
  std::uint64_t known = 0;    // that were
  std::uint64_t measurements = 0;
  std::vector<CatalogueRefusal> refused;
};

// Takes in what another catalogue wrote. Nothing in it is believed that can be checked: every
// source must have the sha256 it comes with and be accepted by the checker, every text is bounded,
// tags are words. What fails is refused by itself. kInvalidArgument: this is no such file.
base::Result<CatalogueImport> import_catalogue(Catalogue& catalogue, std::string_view text);

}  // namespace cherub::abilities
