#include "server/cli/catalogue_print.h"

#include <algorithm>
#include <cmath>

#include "server/cli/json_read.h"
#include "server/cli/text_io.h"

namespace cherub::server::cli {
namespace {

using abilities::CatalogueHit;
using abilities::CatalogueMeasurement;
using abilities::CatalogueResult;
using abilities::CatalogueScript;

constexpr std::size_t kShortDigits = 12;
constexpr std::size_t kCellColumnsMax = 48;

using Row = std::vector<std::string>;

// Columns on a terminal, near enough: characters.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string cell(const std::string& text) {
  std::string shown = printable(text);
  if (width_of(shown) <= kCellColumnsMax) return shown;
  std::size_t end = 0;
  for (std::size_t columns = 0; columns < kCellColumnsMax; ++columns) {
    do ++end;
    while ((shown[end] & 0xc0) == 0x80);
  }
  return shown.substr(0, end) + "…";
}

// Columns as wide as their widest cell; nothing behind the last one.
std::string table_of(const std::vector<Row>& rows, const std::string& indent) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string out;
  for (const Row& row : rows) {
    std::string line = indent;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i] + std::string(widths[i] - width_of(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

std::string number(double value) {
  return std::isfinite(value) ? short_number(value) : "-";
}

const CatalogueResult* result_of(const CatalogueMeasurement& one, const std::string& metric) {
  for (const CatalogueResult& result : one.results) {
    if (result.metric == metric) return &result;
  }
  return nullptr;
}

std::string mean_of(const CatalogueMeasurement& one, const std::string& metric) {
  const CatalogueResult* const result = result_of(one, metric);
  if (result == nullptr) return "-";
  const std::string unit = result->unit == "1" ? "" : " " + cell(result->unit);
  return number(result->mean) + unit;
}

std::string success_of(const CatalogueMeasurement& one) {
  const CatalogueResult* const result = result_of(one, "success");
  return result == nullptr || !std::isfinite(result->mean) ? "-"
                                                           : number(100 * result->mean) + " %";
}

std::string seeds_of(const CatalogueMeasurement& one) {
  return std::to_string(one.episodes) + (one.seeds == "held_out" ? " held-out" : " tuning");
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

void add_fact(std::string& out, const char* name, const std::string& value) {
  if (value.empty()) return;
  out += "  " + std::string(name) + std::string(12 - std::string_view(name).size(), ' ') + value +
         "\n";
}

std::string measurement_text(const CatalogueMeasurement& one) {
  std::string out = "\nOn " + seeds_of(one) + " seeds in " + printable(one.scenario);
  if (!one.goal.empty()) out += ", for the goal \"" + printable(one.goal) + "\"";
  if (one.screened_out) out += ", before it dropped out of its race";
  out += ", by run " + printable(one.run_id) + "; faults: " + std::to_string(one.faults) + "\n";
  std::vector<Row> rows = {
      {"metric", "mean", "median", "min", "max", "unit", "better", "95 % interval"}};
  for (const CatalogueResult& result : one.results) {
    const bool has_interval = std::isfinite(result.low) && std::isfinite(result.high);
    rows.push_back({cell(result.metric), number(result.mean), number(result.median),
                    number(result.min), number(result.max), cell(result.unit), result.better,
                    has_interval ? number(result.low) + " to " + number(result.high) : ""});
  }
  return out + table_of(rows, "  ");
}

}  // namespace

std::string catalogue_table(const std::vector<CatalogueHit>& hits, const std::string& metric) {
  const bool own_column = metric != "score" && metric != "success";
  Row head = {"SHA256", "SCORE", "SUCCESS", "SEEDS", "SCENARIO", "TAGS", "NAME"};
  if (own_column) head.insert(head.begin() + 3, cell(metric));
  std::vector<Row> rows = {head};
  for (const CatalogueHit& hit : hits) {
    const CatalogueMeasurement none;
    const CatalogueMeasurement& one = hit.known_for ? *hit.known_for : none;
    const std::string tags = joined(hit.script.tags);
    Row row = {hit.script.sha256.substr(0, kShortDigits),
               mean_of(one, "score"),
               success_of(one),
               hit.known_for ? seeds_of(one) + (one.screened_out ? ", dropped" : "") : "-",
               cell(hit.script.scenario),
               tags.empty() ? "-" : cell(tags),
               cell(hit.script.name) + (hit.script.kind == "ability" ? " (ability)" : "")};
    if (own_column) row.insert(row.begin() + 3, mean_of(one, metric));
    rows.push_back(std::move(row));
  }
  return table_of(rows, "");
}

std::string catalogue_page(const CatalogueScript& script) {
  std::string out = printable(script.name) + "\n";
  add_fact(out, "sha256", script.sha256);
  add_fact(out, "kind", script.kind);
  add_fact(out, "goal", printable(script.goal));
  add_fact(out, "about", printable(script.description));
  add_fact(out, "scenario", printable(script.scenario));
  add_fact(out, "tags", joined(script.tags));
  add_fact(out, "written by", printable(script.origin));
  add_fact(out, "in run", printable(script.run_id));
  add_fact(out, "made from", printable(script.parent_sha256));
  add_fact(out, "warnings", std::to_string(script.diagnostics));
  if (script.measurements.empty()) out += "\nNever measured.\n";
  for (const CatalogueMeasurement& one : script.measurements) out += measurement_text(one);
  out += "\n" + printable(script.source, Lines::kKeep);
  return out.back() == '\n' ? out : out + "\n";
}

}  // namespace cherub::server::cli
