#pragma once

#include <string>
#include <vector>

#include "abilities/catalogue.h"

// Scripts of a catalogue as people read them. Whatever the scripts hold is shown safely.
namespace cherub::server::cli {

// A table, one line per script; `metric` gets a column of its own unless it is the score.
std::string catalogue_table(const std::vector<abilities::CatalogueHit>& hits,
                            const std::string& metric);
// All that is known of a script, its results in tables with units, and its source.
std::string catalogue_page(const abilities::CatalogueScript& script);

}  // namespace cherub::server::cli
