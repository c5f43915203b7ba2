#include "abilities/search.h"

#include <algorithm>
#include <cmath>

#include "abilities/episode.h"
#include "abilities/profile_report.h"
#include "abilities/seeds.h"
#include "abilities/shown_episode.h"
#include "abilities/stopwatch.h"
#include "engine/base/sha256.h"

namespace cherub::abilities {
namespace {

constexpr std::uint32_t kBuiltinCandidates = 80;
// With more candidates than this in an iteration only its best one is logged step by step.
constexpr std::uint32_t kLoggedCandidatesMax = 4;
// A race begins with so many episodes (one in a crowded world) and doubles them. Who is further
// behind the best on the same seeds than this, over the root of their number, drops out.
constexpr std::size_t kFirstHeat = 2;
constexpr double kHopelessGap = 0.4;
constexpr double kProgressIntervalS = 0.1;
constexpr std::size_t kAttemptsMax = 12;

std::string score_text(double score) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", score);
  return text;
}

std::string signed_text(double change) {
  char text[32];
  std::snprintf(text, sizeof text, "%+.3f", change);
  return text;
}

template <class Text>
void push_bounded(std::vector<Text>& list, Text text, std::size_t max) {
  if (list.size() >= max) list.erase(list.begin());
  list.push_back(std::move(text));
}

}  // namespace

std::uint64_t requested_ticks(const RunRequest& request, const engine::Scenario& scenario) {
  if (request.max_steps > 0) return request.max_steps;
  if (request.duration_seconds <= 0) return 0;
  const double ticks = std::round(request.duration_seconds * scenario.tick_rate);
  return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(ticks));
}

Search::Search(const SearchSetup& setup) : setup_(setup) {
  const std::uint64_t ticks = requested_ticks(setup.request, setup.scenario);
  for (const std::uint64_t seed :
       episode_seeds(setup.request.seed, SeedUse::kTuning, race_episodes())) {
    EpisodeSpec spec;
    spec.seed = seed;
    spec.ticks_max = ticks;
    specs_.push_back(spec);
  }
}

std::uint32_t Search::candidates_per_iteration() const {
  if (!setup_.request.policy_code.empty()) return 1;
  if (setup_.request.candidates > 0) return setup_.request.candidates;
  return setup_.request.provider.provider == "builtin" ? kBuiltinCandidates : 1;
}

// Whether an episode holds so many agents that it is an average by itself.
bool Search::is_crowded() const {
  double agents = 0;
  for (const engine::SpawnSpec& spawn : setup_.scenario.spawns) {
    if (spawn.species == setup_.scenario.agent_species) agents += spawn.count;
  }
  const std::uint64_t ticks =
      episode_ticks(setup_.scenario, requested_ticks(setup_.request, setup_.scenario));
  const double episodes = static_cast<double>(setup_.request.episodes) * kRaceFactor;
  return agents * static_cast<double>(ticks) * episodes > kRaceActsMax;
}

std::uint64_t Search::race_episodes() const {
  const std::uint32_t asked = setup_.request.episodes;
  if (wants_steps() || is_crowded()) return asked;
  return std::max(asked, std::min(asked * kRaceFactor, kRaceEpisodesMax));
}

std::size_t Search::first_heat() const {
  if (wants_steps()) return specs_.size();
  return std::min(specs_.size(), is_crowded() ? std::size_t{1} : kFirstHeat);
}

bool Search::spent(std::uint64_t acts_max) const {
  return setup_.request.candidates == 0 && acts_ >= acts_max;
}

std::uint64_t Search::ticks_of(std::size_t episodes) const {
  return episodes * episode_ticks(setup_.scenario, specs_.front().ticks_max);
}

RunPlan Search::plan() const {
  RunPlan plan;
  plan.calls_max = std::uint64_t{setup_.request.iterations} * candidates_per_iteration();
  if (!setup_.request.policy_code.empty()) plan.calls_max = 1;
  plan.episodes_max = plan.calls_max * specs_.size();
  plan.ticks_max = ticks_of(plan.episodes_max);
  return plan;
}

bool Search::affordable() {
  const bool room = setup_.ledger.allows_ticks(ticks_of(first_heat()));
  outcome_.stopped_by = setup_.ledger.stopped_by();
  return room && !outcome_.stopped_by;
}

bool Search::wants_steps() const {
  return candidates_per_iteration() <= kLoggedCandidatesMax;
}

std::string Search::place() const {
  return "iteration_" + std::to_string(iteration_) + "/candidate_" + std::to_string(number_) + "/";
}

void Search::note_problem(const std::string& problem) {
  if (outcome_.problems.size() < kProblemsMax) outcome_.problems.push_back(problem);
}

void Search::begin_candidate() {
  ++number_;
  answer_requests();
  tell("generating", base::JsonObject());
}

void Search::tell(const std::string& state, base::JsonObject body) {
  base::JsonObject json;
  json.add("iteration", iteration_).add("candidate", number_).add("state", state);
  json.add("episodes", specs_.size());
  if (outcome_.best) json.add("best_score", outcome_.best->aggregate.score);
  const std::string members = body.text();
  std::string text = json.text();
  if (members != "{}") text = text.substr(0, text.size() - 1) + "," + members.substr(1);
  setup_.observer.on_record({"candidate", "{\"type\":\"candidate\"," + text.substr(1)});
}

// There is no live world yet: what is accepted waits for it.
void Search::answer(const ReloadRequest& request) {
  if (request.slot == "ability") {
    request.refuse("slot", "Abilities come into a live world; this run has none yet.");
    return;
  }
  if (request.slot != "policy") {
    request.refuse("slot", "There is no script slot \"" + request.slot + "\".");
    return;
  }
  if (setup_.request.live_seconds <= 0) {
    request.refuse("live", "This run has no live world to reload into.");
    return;
  }
  ReloadOutcome reload;
  reload.sha256 = setup_.registry->add(request.source)->sha256;
  scripting::PolicyHost host(setup_.registry, setup_.host);
  reload.verdict = host.prepare(reload.sha256, setup_.scenario);
  if (reload.verdict.ok) outcome_.waiting_sha256 = reload.sha256;
  if (request.done) request.done(reload);
}

void Search::answer(const AskRequest& request) {
  if (std::holds_alternative<console::ShowScenario>(request.command)) {
    request.reply(scenario_report(setup_.scenario));
    return;
  }
  ProfileSources sources;
  sources.ledger = setup_.asks_model ? &setup_.ledger : nullptr;
  request.reply(profile_report(sources));
}

void Search::answer_requests() {
  for (const InboxItem& item : setup_.control.take_early()) {
    if (const auto* reload = std::get_if<ReloadRequest>(&item)) answer(*reload);
    if (const auto* ask = std::get_if<AskRequest>(&item)) answer(*ask);
  }
}

angel::Brief Search::brief() const {
  angel::Brief brief;
  brief.goal = setup_.request.user_goal;
  brief.scenario = &setup_.scenario;
  brief.weights = setup_.objective.weights;
  brief.success_share = setup_.objective.success_share;
  brief.fuel_per_act = setup_.host.fuel_per_act;
  brief.memory_per_agent_bytes = setup_.host.memory_per_agent_bytes;
  brief.attempts = attempts_;
  brief.errors = last_errors_;
  brief.refused_code = last_refused_;
  brief.priors.assign(setup_.priors.begin(), setup_.priors.end());
  if (!outcome_.best) {
    brief.parent_code = setup_.request.existing_code;
    return brief;
  }
  const Candidate& parent = *outcome_.best;
  brief.parent_code = parent.source;
  brief.critique = parent.critique.brief;
  for (const EpisodeResult& episode : parent.episodes) {
    angel::SeedRow row;
    row.seed = episode.seed;
    row.success = episode.success;
    row.metrics = episode.metrics;
    row.faults = episode.policy.fault_count();
    row.note = episode.policy.first_fault.empty() ? refusals_text(episode.receipts)
                                                  : episode.policy.first_fault;
    if (!episode.success)
      row.note = failure_reason(episode) + (row.note.empty() ? "" : "; " + row.note);
    brief.parent_results.push_back(std::move(row));
  }
  return brief;
}

double Search::lead(std::span<const EpisodeResult> first) const {
  if (!outcome_.best) return 0;
  const std::span<const EpisodeResult> best(outcome_.best->episodes.data(), first.size());
  return aggregate_of(setup_.scenario, setup_.objective, first).score -
         aggregate_of(setup_.scenario, setup_.objective, best).score;
}

std::vector<EpisodeResult> Search::run_episodes(const std::string& sha256,
                                                std::span<const EpisodeSpec> specs,
                                                std::size_t first) {
  RateGate gate(kProgressIntervalS);
  std::size_t done = first;
  const auto on_done = [&](std::size_t index, const EpisodeResult& episode) {
    ++done;
    const EpisodePlace where{iteration_, number_, first + index + 1};
    setup_.observer.on_record(record(
        "episode_summary", episode_summary(setup_.scenario, setup_.objective, where, episode)));
    if (done < specs_.size() && gate.pass()) {
      tell("evaluating", base::JsonObject().add("episodes_done", done).add("sha256", sha256));
    }
  };
  auto results = setup_.evaluator.run(sha256, specs, on_done, &setup_.control.cancel);
  std::uint64_t ticks = 0;
  for (const EpisodeResult& result : results) ticks += result.ticks;
  setup_.ledger.add_ticks(ticks);
  return results;
}

std::vector<EpisodeResult> Search::measure(const std::string& sha256) {
  ShownEpisode shown(setup_.observer, {iteration_, number_, 1});
  std::vector<EpisodeSpec> specs = specs_;
  specs.front().viewer = &shown;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    specs[i].record_steps = wants_steps() && i < kStepEpisodesMax;
  }
  tell("evaluating", base::JsonObject().add("episodes_done", 0).add("sha256", sha256));
  const std::span<const EpisodeSpec> all(specs);
  std::vector<EpisodeResult> results;
  std::size_t heat = first_heat();
  while (heat > results.size()) {
    const std::size_t first = results.size();
    if (first > 0 && !setup_.ledger.allows_ticks(ticks_of(heat - first))) break;
    for (EpisodeResult& result : run_episodes(sha256, all.subspan(first, heat - first), first)) {
      results.push_back(std::move(result));
    }
    if (cancelled()) break;
    const double gap = kHopelessGap / std::sqrt(static_cast<double>(heat));
    if (lead(results) < -gap) break;
    heat = std::min(2 * heat, all.size());
  }
  return results;
}

base::Result<void> Search::write_draft(const angel::Draft& draft, const std::string& errors_json) {
  if (!draft.source.empty()) {
    if (auto written = setup_.folder.write(place() + "policy.lua", draft.source); !written) {
      return written;
    }
  }
  std::string prompt, reply;
  for (std::size_t i = 0; i < draft.exchanges.size(); ++i) {
    const angel::Exchange& exchange = draft.exchanges[i];
    const std::string title = "# Round " + std::to_string(i + 1) + "\n\n";
    prompt += title + "## System\n\n" + exchange.request.system + "\n\n## User\n\n" +
              exchange.request.user + "\n\n";
    reply += title + exchange.reply + "\n\n";
    outcome_.model_replies.push_back(
        {iteration_, number_,
         base::sha256_hex(exchange.request.system + "\n" + exchange.request.user), exchange.reply});
    if (!exchange.refusal.empty()) reply += "## Refused\n\n" + exchange.refusal + "\n\n";
  }
  if (!prompt.empty()) {
    if (auto written = setup_.folder.write(place() + "prompt.md", prompt); !written) return written;
    if (auto written = setup_.folder.write(place() + "reply.md", reply); !written) return written;
  }
  return setup_.folder.write(place() + "errors.json", errors_json + "\n");
}

base::Result<std::optional<double>> Search::refuse(const angel::Draft& draft,
                                                   const std::string& state,
                                                   const std::string& message) {
  const std::string refusals = refusals_json(draft.refusals);
  tell(state, base::JsonObject().add("message", message).raw("diagnostics", refusals));
  const std::string errors = base::JsonObject()
                                 .add("state", state)
                                 .add("message", message)
                                 .raw("diagnostics", refusals)
                                 .text();
  if (auto written = write_draft(draft, errors); !written) return written.error();
  const std::string text =
      draft.refusals.empty() ? message : refusals_text(draft.refusals, draft.source);
  note_problem(state + ": " + text);
  last_errors_ = {text};
  last_refused_ = draft.source;
  push_bounded(attempts_, "iteration " + std::to_string(iteration_) + ": " + state + ": " + message,
               kAttemptsMax);
  return std::optional<double>();
}

Search::Admission Search::admit(const angel::Draft& draft) {
  Admission admission;
  admission.sha256 = setup_.registry->add(draft.source)->sha256;
  const LadderVerdict& verdict = setup_.ladder.climb(draft.source);
  admission.diagnostics = verdict.diagnostics.size();
  // A person may have anything measured that works.
  const bool from_a_person = draft.given || draft.source == setup_.request.policy_code;
  if (verdict.ok || (from_a_person && verdict.works())) return admission;
  admission.state = verdict.faulted() ? "faulted" : "refused";
  admission.refusals = verdict.refusals;
  const Refusal& first = verdict.refusals.front();
  admission.message = std::string("refused in ") + rung_name(first.rung) + ": " + first.message;
  return admission;
}

base::Result<std::optional<double>> Search::consider(const angel::Draft& draft) {
  if (draft.failure) return refuse(draft, "failed", draft.message);
  if (draft.refused) return refuse(draft, "refused", draft.message);
  const Admission admission = admit(draft);
  if (!admission.state.empty()) {
    angel::Draft refused = draft;
    refused.refusals = admission.refusals;
    return refuse(refused, admission.state, admission.message);
  }
  Candidate candidate;
  candidate.iteration = iteration_;
  candidate.number = number_;
  candidate.source = draft.source;
  candidate.sha256 = admission.sha256;
  candidate.parent_sha256 = draft.parent_sha256;
  candidate.program = draft.program;
  candidate.given = draft.given;
  candidate.diagnostics = admission.diagnostics;
  candidate.episodes = measure(admission.sha256);
  candidate.aggregate = aggregate_of(setup_.scenario, setup_.objective, candidate.episodes);
  outcome_.episodes += candidate.aggregate.episodes;
  outcome_.sim_s += candidate.aggregate.sim_s;
  acts_ += candidate.aggregate.acts;
  if (cancelled()) return std::optional<double>();  // half a measurement says nothing
  if (candidate.aggregate.acts > 0 && candidate.aggregate.faults >= candidate.aggregate.acts) {
    return refuse(draft, "faulted",
                  "every act faulted; the first: " + candidate.aggregate.first_fault);
  }
  const std::string errors = base::JsonObject()
                                 .add("state", "scored")
                                 .add("faults", candidate.aggregate.faults)
                                 .add("first_fault", candidate.aggregate.first_fault)
                                 .raw("diagnostics", "[]")
                                 .text();
  if (auto written = write_draft(draft, errors); !written) return written.error();
  return keep_scored(std::move(candidate));
}

base::Result<std::optional<double>> Search::keep_scored(Candidate candidate) {
  ++outcome_.candidates;
  last_errors_.clear();
  last_refused_.clear();
  const double score = candidate.aggregate.score;
  std::string attempt = "iteration " + std::to_string(iteration_) + ": score " + score_text(score);
  if (outcome_.best) attempt += " (" + signed_text(score - outcome_.best->aggregate.score) + ")";
  if (!candidate.aggregate.first_fault.empty()) {
    attempt += ", first fault: " + candidate.aggregate.first_fault;
  }
  push_bounded(attempts_, attempt, kAttemptsMax);
  if (auto written = write_summaries(candidate); !written) return written.error();
  if (auto written = write_steps(candidate); !written) return written.error();

  // Of two that do equally well the shorter one is kept: people can read it.
  const bool screened_out = candidate.episodes.size() < specs_.size();
  if (setup_.on_measured) setup_.on_measured(candidate, screened_out);
  const auto beats = [&](const std::optional<Candidate>& other) {
    if (screened_out) return false;
    if (!other || score > other->aggregate.score) return true;
    const bool shorter = candidate.source.size() < other->source.size();
    return score == other->aggregate.score && shorter;
  };
  // Seeds differ in difficulty: a few of them are only worth comparing with the best on the same.
  const double learned = screened_out && outcome_.best
                             ? outcome_.best->aggregate.score + lead(candidate.episodes)
                             : score;
  const bool best = beats(outcome_.best);
  base::JsonObject scored;
  scored.add("episodes_done", candidate.aggregate.episodes)
      .add("sha256", candidate.sha256)
      .add("score", score)
      .add("success_rate", candidate.aggregate.success_rate)
      .add("faults", candidate.aggregate.faults)
      .add("screened_out", screened_out)
      .add("is_best", best);
  if (wants_steps() || best) {
    candidate.critique =
        make_critique({&setup_.scenario, &setup_.objective, candidate.episodes, parent_episodes_});
  }
  if (beats(iteration_best_)) iteration_best_ = candidate;
  if (best) outcome_.best = std::move(candidate);
  tell("scored", scored);
  if (best) {
    if (auto told = announce_best(); !told) return told.error();
  }
  return std::optional<double>(learned);
}

base::Result<void> Search::announce_best() {
  const Candidate& best = *outcome_.best;
  setup_.observer.on_record(
      record("best", base::JsonObject()
                         .add("iteration", best.iteration)
                         .add("candidate", best.number)
                         .add("sha256", best.sha256)
                         .add("score", best.aggregate.score)
                         .add("success_rate", best.aggregate.success_rate)
                         .raw("success_interval", interval_json(best.aggregate.interval))
                         .add("code", best.source)));
  return setup_.folder.write("best.lua", best.source);
}

}  // namespace cherub::abilities
