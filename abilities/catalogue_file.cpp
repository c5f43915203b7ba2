#include "abilities/catalogue_file.h"

#include <algorithm>
#include <set>

#include "abilities/catalogue_reader.h"
#include "engine/base/base64.h"
#include "engine/base/sha256.h"
#include "engine/scenario.h"
#include "sandbox/syntax/parser.h"
#include "scripting/checker.h"

namespace cherub::abilities {
namespace {

constexpr const char* kFormatName = "cherub-catalogue";
constexpr std::uint64_t kFormatVersion = 1;
constexpr std::size_t kIdBytesMax = 200;  // of run ids, scenarios, origins, units

std::string result_json(const CatalogueResult& result) {
  return base::JsonObject()
      .add("metric", result.metric)
      .add("unit", result.unit)
      .add("better", result.better)
      .add("count", result.count)
      .add("mean", result.mean)
      .add("median", result.median)
      .add("min", result.min)
      .add("max", result.max)
      .add("low", result.low)
      .add("high", result.high)
      .text();
}

std::string measurement_json(const CatalogueMeasurement& one) {
  base::JsonArray results;
  for (const CatalogueResult& result : one.results) results.raw(result_json(result));
  return base::JsonObject()
      .add("run_id", one.run_id)
      .add("seeds", one.seeds)
      .add("scenario", one.scenario)
      .add("goal", one.goal)
      .add("screened_out", one.screened_out)
      .add("episodes", one.episodes)
      .add("ticks_max", one.ticks_max)
      .add("faults", one.faults)
      .raw("results", results.text())
      .text();
}

// JSON holds text only; a source may have other bytes in its strings.
bool is_text(const std::string& source) {
  const auto document = base::parse_json(base::json_string(source));
  return document && source == std::string_view(document->GetString(), document->GetStringLength());
}

CatalogueResult read_result(CatalogueReader reader) {
  CatalogueResult result;
  result.metric = reader.text("metric", kCatalogueNameBytesMax);
  result.unit = reader.text("unit", kIdBytesMax);
  result.better = reader.word("better", {"higher", "lower"});
  result.count = reader.whole("count");
  result.mean = reader.number("mean");
  result.median = reader.number("median");
  result.min = reader.number("min");
  result.max = reader.number("max");
  result.low = reader.number("low");
  result.high = reader.number("high");
  reader.finish();
  return result;
}

CatalogueMeasurement read_measurement(CatalogueReader reader) {
  CatalogueMeasurement one;
  one.run_id = reader.text("run_id", kIdBytesMax);
  one.seeds = reader.word("seeds", {"tuning", "held_out"});
  one.scenario = reader.text("scenario", kIdBytesMax);
  one.goal = reader.text("goal", kCatalogueTextBytesMax);
  one.screened_out = reader.flag("screened_out");
  one.episodes = reader.whole("episodes");
  one.ticks_max = reader.whole("ticks_max");
  one.faults = reader.whole("faults");
  std::set<std::string> metrics;
  reader.each("results", kCatalogueResultsMax, [&](CatalogueReader item) {
    one.results.push_back(read_result(item));
    if (!metrics.insert(one.results.back().metric).second) item.fail("names a metric twice");
  });
  reader.finish();
  return one;
}

std::string read_source(CatalogueReader& reader) {
  const std::string encoded = reader.text("source_base64", 2 * sandbox::kSourceBytesMax);
  if (encoded.empty()) return reader.text("source", sandbox::kSourceBytesMax);
  const auto bytes = base::from_base64(encoded);
  if (!bytes || bytes->size() > sandbox::kSourceBytesMax) reader.fail("source_base64 is no source");
  return bytes ? *bytes : std::string();
}

CatalogueScript read_script(CatalogueReader& reader) {
  CatalogueScript script;
  script.sha256 = reader.text("sha256", 64);
  script.kind = reader.word("kind", {"policy", "ability"});
  script.name = reader.text("name", kCatalogueNameBytesMax);
  script.description = reader.text("description", kCatalogueTextBytesMax);
  script.goal = reader.text("goal", kCatalogueTextBytesMax);
  script.scenario = reader.text("scenario", kIdBytesMax);
  script.tags = reader.words("tags", kCatalogueTagsMax, kCatalogueTagBytesMax);
  script.parent_sha256 = reader.text("parent_sha256", 64);
  script.origin = reader.text("origin", kIdBytesMax);
  script.run_id = reader.text("run_id", kIdBytesMax);
  script.diagnostics = reader.whole("diagnostics");
  reader.each("measurements", kCatalogueMeasurementsMax,
              [&](CatalogueReader item) { script.measurements.push_back(read_measurement(item)); });
  script.program = reader.text("program", kCatalogueProgramBytesMax);
  script.source = read_source(reader);
  reader.finish();
  for (const std::string& tag : script.tags) {
    if (!is_catalogue_tag(tag)) reader.fail("a tag has other characters than a-z, 0-9, _ and -");
  }
  return script;
}

sandbox::Diagnostics findings(const CatalogueScript& script) {
  if (script.kind == "ability") return sandbox::parse("ability", script.source).diagnostics;
  const auto scenario = engine::builtin_scenario(script.scenario);
  return scripting::check_policy("policy", script.source, scenario ? &*scenario : nullptr)
      .diagnostics;
}

// Why the script is not taken; empty: it is.
std::string objection(const CatalogueScript& script) {
  if (base::sha256_hex(script.source) != script.sha256) {
    return "the source has another sha256 than it comes with";
  }
  for (const sandbox::Diagnostic& found : findings(script)) {
    if (found.severity != sandbox::Severity::kError) continue;
    return "the checker refuses line " + std::to_string(found.range.line) + ": " + found.message;
  }
  return {};
}

base::Error not_a_catalogue(const std::string& why) {
  return {base::ErrorCode::kInvalidArgument, "This is not an export of a catalogue: " + why + ".",
          "line 1"};
}

base::Result<void> check_header(std::string_view line) {
  const auto header = base::parse_json(line);
  if (!header || !header->IsObject()) return not_a_catalogue("the first line is no JSON object");
  CatalogueReader reader(*header);
  const std::string format = reader.text("format", kIdBytesMax);
  const std::uint64_t version = reader.whole("version");
  if (!reader.problem().empty() || format != kFormatName) {
    std::string right = catalogue_header();
    right.pop_back();
    return not_a_catalogue("the first line must be " + right);
  }
  if (version == kFormatVersion) return {};
  return not_a_catalogue("version " + std::to_string(version) + " is not known here");
}

std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

// The scripts of the lines, kept in batches.
class Importer {
 public:
  explicit Importer(Catalogue& catalogue) : catalogue_(catalogue) {}

  base::Result<void> take(std::size_t number, std::string_view line) {
    const auto document = base::parse_json(line);
    if (!document) return refuse(number, "", document.error().text());
    CatalogueReader reader(*document);
    CatalogueScript script = read_script(reader);
    const std::string reason = reader.problem().empty() ? objection(script) : reader.problem();
    if (!reason.empty()) return refuse(number, script.sha256, reason);
    if (script.name.empty()) script.name = catalogue_name(script.goal, script.sha256);
    batch_.push_back(std::move(script));
    return batch_.size() < kCatalogueBatch ? base::Result<void>() : flush();
  }

  base::Result<void> flush() {
    const auto added = catalogue_.add(batch_);
    if (!added) return added.error();
    done_.scripts += added->scripts;
    done_.known += batch_.size() - added->scripts;
    done_.measurements += added->measurements;
    batch_.clear();
    return {};
  }

  CatalogueImport done() { return std::move(done_); }

 private:
  base::Result<void> refuse(std::size_t number, std::string sha256, std::string reason) {
    done_.refused.push_back({number, std::move(sha256), std::move(reason)});
    return {};
  }

  Catalogue& catalogue_;
  std::vector<CatalogueScript> batch_;
  CatalogueImport done_;
};

}  // namespace

std::string catalogue_header() {
  return base::JsonObject().add("format", kFormatName).add("version", kFormatVersion).text() + "\n";
}

base::JsonObject catalogue_json(const CatalogueScript& script) {
  base::JsonArray tags, measurements;
  for (const std::string& tag : script.tags) tags.add(tag);
  for (const CatalogueMeasurement& one : script.measurements) {
    measurements.raw(measurement_json(one));
  }
  base::JsonObject json;
  json.add("sha256", script.sha256)
      .add("kind", script.kind)
      .add("name", script.name)
      .add("description", script.description)
      .add("goal", script.goal)
      .add("scenario", script.scenario)
      .raw("tags", tags.text())
      .add("parent_sha256", script.parent_sha256)
      .add("origin", script.origin)
      .add("run_id", script.run_id)
      .add("diagnostics", script.diagnostics)
      .raw("measurements", measurements.text());
  return json;
}

std::string catalogue_line(const CatalogueScript& script) {
  base::JsonObject json = catalogue_json(script);
  json.add("program", script.program);
  if (is_text(script.source)) {
    json.add("source", script.source);
  } else {
    json.add("source_base64", base::base64(script.source));
  }
  return json.text() + "\n";
}

base::Result<void> export_catalogue(
    const Catalogue& catalogue, std::span<const std::string> sha256s,
    const std::function<base::Result<void>(std::string_view)>& write) {
  std::vector<std::string> sorted(sha256s.begin(), sha256s.end());
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  if (auto written = write(catalogue_header()); !written) return written;
  return catalogue.visit(
      sorted, [&](const CatalogueScript& script) { return write(catalogue_line(script)); });
}

base::Result<CatalogueImport> import_catalogue(Catalogue& catalogue, std::string_view text) {
  if (auto right = check_header(next_line(text)); !right) return right.error();
  Importer importer(catalogue);
  for (std::size_t number = 2; !text.empty(); ++number) {
    const std::string_view line = next_line(text);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (auto taken = importer.take(number, line); !taken) return taken.error();
  }
  if (auto flushed = importer.flush(); !flushed) return flushed.error();
  return importer.done();
}

}  // namespace cherub::abilities
