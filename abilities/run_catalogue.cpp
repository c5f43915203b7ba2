#include "abilities/run_catalogue.h"

#include <algorithm>
#include <cmath>

#include "abilities/catalogue_file.h"

namespace cherub::abilities {
namespace {

constexpr std::size_t kPriorsMax = angel::kPromptPriorsMax;
constexpr const char* kBestTag = "best";         // of its run
constexpr const char* kInstalledTag = "reload";  // put into a live world

std::string short_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

// "held-out seeds, 32 episodes: score 0.81, success 0.94, time_to_goal 31.2 s (lower is better)"
std::string words_of(const CatalogueMeasurement& one) {
  std::string text = one.seeds == "held_out" ? "held-out seeds, " : "tuning seeds, ";
  text += std::to_string(one.episodes) + " episodes";
  const char* separator = ": ";
  for (const CatalogueResult& result : one.results) {
    if (!std::isfinite(result.mean)) continue;
    text += separator + result.metric + " " + short_text(result.mean);
    if (result.unit != "1") text += " " + result.unit;
    if (result.better == "lower") text += " (lower is better)";
    separator = ", ";
  }
  return text;
}

double score_of(const CatalogueMeasurement& one) {
  for (const CatalogueResult& result : one.results) {
    if (result.metric == "score") return result.mean;
  }
  return CatalogueResult::kNothing;
}

CatalogueResult result_of(const engine::MetricSpec& metric, const Spread& spread) {
  CatalogueResult result;
  result.metric = metric.name;
  result.unit = metric.unit;
  result.better = metric.better == engine::Better::kHigher ? "higher" : "lower";
  result.count = spread.count;
  result.mean = spread.mean;
  result.median = spread.median;
  result.min = spread.min;
  result.max = spread.max;
  return result;
}

CatalogueResult share_of(const char* metric, double mean, std::uint64_t count) {
  CatalogueResult result;
  result.metric = metric;
  result.better = "higher";
  result.count = count;
  result.mean = mean;
  return result;
}

constexpr const char* kPriorsFile = "priors.jsonl";
constexpr std::size_t kPriorsBytesMax = 4u << 20;

std::string priors_text(const std::vector<angel::PriorPolicy>& priors) {
  std::string text;
  for (const angel::PriorPolicy& prior : priors) {
    text += base::JsonObject()
                .add("goal", prior.goal)
                .add("results", prior.results)
                .add("source", prior.source)
                .add("program", prior.program)
                .text() +
            "\n";
  }
  return text;
}

base::Result<std::vector<angel::PriorPolicy>> priors_from_text(const std::string& text) {
  std::vector<angel::PriorPolicy> priors;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const auto line = base::parse_json(std::string_view(text).substr(begin, end - begin));
    if (!line) return line.error();
    angel::PriorPolicy prior;
    const std::pair<const char*, std::string*> members[] = {{"goal", &prior.goal},
                                                            {"results", &prior.results},
                                                            {"source", &prior.source},
                                                            {"program", &prior.program}};
    for (const auto& [name, into] : members) {
      if (!line->IsObject() || !line->HasMember(name) || !(*line)[name].IsString()) {
        return base::Error{base::ErrorCode::kInvalidArgument, "A policy lacks a text.", name};
      }
      *into = (*line)[name].GetString();
    }
    priors.push_back(std::move(prior));
    begin = end + 1;
  }
  return priors;
}

// With few candidates, half of them must still be new.
std::size_t prior_count(const RunRequest& request) {
  const bool searches = request.provider.provider == "builtin" && request.candidates > 0;
  return searches ? std::min<std::size_t>(kPriorsMax, request.candidates / 2) : kPriorsMax;
}

}  // namespace

RunCatalogue::RunCatalogue(const RunRequest& request, std::string run_id, SerialObserver& observer)
    : request_(request), run_id_(std::move(run_id)), observer_(observer) {
  if (!request.catalogue_dir.empty()) catalogue_.emplace(request.catalogue_dir);
}

void RunCatalogue::give_up(const base::Error& error) {
  catalogue_.reset();
  waiting_.clear();
  observer_.on_record(record("warning", base::JsonObject()
                                            .add("about", "catalogue")
                                            .add("message", error.message)
                                            .add("where", error.where)));
}

void RunCatalogue::look_up(const engine::Scenario& scenario) {
  scenario_ = &scenario;
  const bool searches = request_.policy_code.empty() && prior_count(request_) > 0;
  if (!catalogue_ || !searches) return;
  auto found = catalogue_->best_for(request_.user_goal, scenario.name, prior_count(request_));
  if (!found) return give_up(found.error());
  used_ = std::move(*found);
  for (const CatalogueHit& hit : used_) {
    const CatalogueMeasurement& known_for = *hit.known_for;
    priors_.push_back({known_for.goal, words_of(known_for), hit.script.source, hit.script.program});
  }
}

base::Result<void> RunCatalogue::record_used(const RunFolder& folder) {
  if (used_.empty()) return {};
  std::string text = catalogue_header();
  base::JsonArray scripts;
  for (const CatalogueHit& hit : used_) {
    text += catalogue_line(hit.script);
    scripts.raw(base::JsonObject()
                    .add("sha256", hit.script.sha256)
                    .add("name", hit.script.name)
                    .add("goal", hit.known_for->goal)
                    .add("seeds", hit.known_for->seeds)
                    .add("score", score_of(*hit.known_for))
                    .text());
  }
  observer_.on_record(
      record("catalogue",
             base::JsonObject().add("dir", request_.catalogue_dir).raw("scripts", scripts.text())));
  if (auto written = folder.write(kPriorsFile, priors_text(priors_)); !written) return written;
  return folder.write("catalogue.jsonl", text);
}

base::Result<void> RunCatalogue::take_up(const engine::Scenario& scenario,
                                         const RunFolder& folder) {
  scenario_ = &scenario;
  const std::filesystem::path path = folder.path() / kPriorsFile;
  if (!std::filesystem::exists(path)) return {};
  const auto text = read_text_file(path, kPriorsBytesMax);
  if (!text) return text.error();
  auto priors = priors_from_text(*text);
  if (!priors) return base::Error{priors.error().code, priors.error().message, path.string()};
  priors_ = std::move(*priors);
  return {};
}

CatalogueScript RunCatalogue::script_of(const std::string& source,
                                        const std::string& sha256) const {
  CatalogueScript script;
  script.source = source;
  script.sha256 = sha256;
  script.name = catalogue_name(request_.user_goal, sha256);
  script.goal = request_.user_goal;
  script.scenario = scenario_->name;
  script.run_id = run_id_;
  script.origin = "user";
  return script;
}

CatalogueMeasurement RunCatalogue::measurement_of(const Aggregate& aggregate,
                                                  const char* seeds) const {
  CatalogueMeasurement one;
  one.run_id = run_id_;
  one.seeds = seeds;
  one.scenario = scenario_->name;
  one.goal = request_.user_goal;
  one.episodes = aggregate.episodes;
  one.ticks_max = requested_ticks(request_, *scenario_);
  one.faults = aggregate.faults;
  one.results.push_back(share_of("score", aggregate.score, aggregate.episodes));
  CatalogueResult success = share_of("success", aggregate.success_rate, aggregate.episodes);
  success.low = aggregate.interval.low;
  success.high = aggregate.interval.high;
  one.results.push_back(success);
  for (std::size_t i = 0; i < aggregate.metrics.size(); ++i) {
    one.results.push_back(result_of(scenario_->metrics[i], aggregate.metrics[i]));
  }
  return one;
}

void RunCatalogue::put(CatalogueScript script) {
  waiting_.push_back(std::move(script));
  if (waiting_.size() >= kCatalogueBatch) flush();
}

void RunCatalogue::add_tuned(const Candidate& candidate, bool screened_out) {
  if (!catalogue_) return;
  CatalogueScript script = script_of(candidate.source, candidate.sha256);
  script.parent_sha256 = candidate.parent_sha256;
  script.program = candidate.program;
  script.diagnostics = candidate.diagnostics;
  const bool by_angel = request_.policy_code.empty() && !candidate.given;
  const std::string& model = request_.provider.model;
  const std::string& provider = request_.provider.provider;
  if (by_angel) script.origin = provider == "builtin" || model.empty() ? provider : model;
  script.measurements.push_back(measurement_of(candidate.aggregate, "tuning"));
  script.measurements.back().screened_out = screened_out;
  put(std::move(script));
}

void RunCatalogue::add_best(const Candidate& candidate, const Aggregate& held_out) {
  if (!catalogue_) return;
  CatalogueScript script = script_of(candidate.source, candidate.sha256);
  script.tags = {kBestTag};
  script.measurements.push_back(measurement_of(held_out, "held_out"));
  put(std::move(script));
}

void RunCatalogue::add_installed(const scripting::ScriptVersion& version) {
  if (!catalogue_) return;
  CatalogueScript script = script_of(version.source, version.sha256);
  script.tags = {kInstalledTag};
  put(std::move(script));
}

void RunCatalogue::add_ability(const WrittenAbility& written) {
  if (catalogue_) put(catalogue_script_of(written, scenario_->name, run_id_));
}

void RunCatalogue::flush() {
  if (!catalogue_ || waiting_.empty()) return;
  const auto added = catalogue_->add(waiting_);
  if (!added) return give_up(added.error());
  added_ += added->scripts;
  waiting_.clear();
}

std::string RunCatalogue::summary_json() const {
  if (request_.catalogue_dir.empty()) return "null";
  base::JsonArray used;
  for (const CatalogueHit& hit : used_) used.add(hit.script.sha256);
  return base::JsonObject()
      .add("dir", request_.catalogue_dir)
      .raw("used", used.text())
      .add("added", added_)
      .text();
}

}  // namespace cherub::abilities
