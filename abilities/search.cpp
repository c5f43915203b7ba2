#include "abilities/search.h"

#include <algorithm>
#include <cmath>

#include "abilities/episode.h"
#include "abilities/seeds.h"
#include "engine/base/sha256.h"

// The plan of a search, and the drafting of candidates up to their race.
namespace cherub::abilities {
namespace {

constexpr std::uint32_t kBuiltinCandidates = 192;
// With more candidates than this in an iteration only its best one is logged step by step.
constexpr std::uint32_t kLoggedCandidatesMax = 4;
constexpr std::size_t kAttemptsMax = 12;
// Drafts of the built-in angel that repeat earlier ones are thrown away, at most so many in a row.
constexpr int kRepeatsMax = 16;
// Shorter texts race one by one: of several that do the same, halving would drop some unheard.
constexpr std::size_t kSimplerMax = 1;

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
    spec.record_steps = wants_steps() && specs_.size() < kStepEpisodesMax;
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
  if (!setup_.request.existing_code.empty()) plan.episodes_max += specs_.size();
  if (has_guards(setup_.scenario, setup_.objective)) plan.episodes_max += specs_.size();
  plan.ticks_max = ticks_of(plan.episodes_max);
  return plan;
}

bool Search::affordable(std::size_t candidates) {
  const std::size_t heat =
      std::min(specs_.size(), std::max<std::size_t>(1, rules(Purpose::kImprove).first_heat));
  const std::uint64_t ticks = ticks_of(candidates + heat - 1);
  const bool room = setup_.ledger.allows_ticks(ticks);
  outcome_.stopped_by = setup_.ledger.stopped_by();
  return room && !outcome_.stopped_by;
}

bool Search::wants_steps() const {
  return candidates_per_iteration() <= kLoggedCandidatesMax;
}

std::string Search::place(std::uint32_t number) const {
  return "iteration_" + std::to_string(iteration_) + "/candidate_" + std::to_string(number) + "/";
}

void Search::note_problem(const std::string& problem) {
  if (outcome_.problems.size() < kProblemsMax) outcome_.problems.push_back(problem);
}

void Search::begin_candidate() {
  ++number_;
  answer_requests();
  tell(number_, "generating", base::JsonObject());
}

void Search::tell(std::uint32_t number, const std::string& state, base::JsonObject body) {
  base::JsonObject json;
  json.add("iteration", iteration_).add("candidate", number).add("state", state);
  json.add("episodes", specs_.size());
  if (outcome_.best) json.add("best_score", outcome_.best->aggregate.score);
  const std::string members = body.text();
  std::string text = json.text();
  if (members != "{}") text = text.substr(0, text.size() - 1) + "," + members.substr(1);
  setup_.observer.on_record({"candidate", "{\"type\":\"candidate\"," + text.substr(1)});
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
  brief.comment = parent.comment;
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

base::Result<void> Search::write_draft(const angel::Draft& draft, std::uint32_t number) {
  if (!draft.source.empty()) {
    if (auto written = setup_.folder.write(place(number) + "policy.lua", draft.source); !written) {
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
        {iteration_, number,
         base::sha256_hex(exchange.request.system + "\n" + exchange.request.user), exchange.reply});
    if (!exchange.refusal.empty()) reply += "## Refused\n\n" + exchange.refusal + "\n\n";
  }
  if (prompt.empty()) return {};
  if (auto written = setup_.folder.write(place(number) + "prompt.md", prompt); !written) {
    return written;
  }
  return setup_.folder.write(place(number) + "reply.md", reply);
}

base::Result<void> Search::write_errors(std::uint32_t number, const base::JsonObject& errors) {
  return setup_.folder.write(place(number) + "errors.json", errors.text() + "\n");
}

base::Result<void> Search::write_draft(const Contender& contender) {
  const Candidate& candidate = contender.candidate;
  auto written = write_draft(contender.draft, candidate.number);
  if (!written || candidate.aggregate.faults == 0) return written;
  return write_errors(candidate.number, base::JsonObject()
                                            .add("state", "scored")
                                            .add("faults", candidate.aggregate.faults)
                                            .add("first_fault", candidate.aggregate.first_fault));
}

base::Result<void> Search::refuse(const angel::Draft& draft, std::uint32_t number,
                                  const std::string& state, const std::string& message) {
  const std::string refusals = refusals_json(draft.refusals);
  tell(number, state, base::JsonObject().add("message", message).raw("diagnostics", refusals));
  if (auto written = write_draft(draft, number); !written) return written;
  base::JsonObject errors;
  errors.add("state", state).add("message", message).raw("diagnostics", refusals);
  if (auto written = write_errors(number, errors); !written) return written;
  const std::string text =
      draft.refusals.empty() ? message : refusals_text(draft.refusals, draft.source);
  note_problem(state + ": " + text);
  last_errors_ = {text};
  last_refused_ = draft.source;
  push_bounded(attempts_, "iteration " + std::to_string(iteration_) + ": " + state + ": " + message,
               kAttemptsMax);
  return {};
}

// A person may have anything measured that works.
bool Search::passes(const angel::Draft& draft, const LadderVerdict& verdict) const {
  const bool from_a_person = draft.given || draft.source == setup_.request.policy_code;
  return verdict.ok || (from_a_person && verdict.works());
}

// What the built-in angel writes is well-formed, and most of it is worth no more than one seed: it
// climbs V3 when it would be the best.
base::Result<Search::Field> Search::admit(Field field) {
  std::vector<std::string> sources;
  std::vector<const sandbox::ParseResult*> parsed;
  for (const Contender& contender : field) {
    sources.push_back(contender.candidate.source);
    parsed.push_back(contender.parsed.get());
  }
  const bool from_grammar = std::all_of(
      field.begin(), field.end(), [](const Contender& one) { return !one.draft.program.empty(); });
  const std::vector<LadderVerdict> verdicts =
      from_grammar ? setup_.ladders.load(sources, parsed) : setup_.ladders.climb(sources);
  Field admitted;
  for (std::size_t i = 0; i < field.size(); ++i) {
    const LadderVerdict& verdict = verdicts[i];
    angel::Draft& draft = field[i].draft;
    field[i].parsed.reset();
    if (passes(draft, verdict)) {
      field[i].owes_fixtures = from_grammar;
      field[i].candidate.diagnostics = verdict.diagnostics.size();
      field[i].candidate.sha256 = setup_.registry->add(draft.source)->sha256;
      admitted.push_back(std::move(field[i]));
      continue;
    }
    if (auto told = refuse(draft, field[i].candidate.number, verdict); !told) return told.error();
  }
  return admitted;
}

base::Result<void> Search::refuse(angel::Draft& draft, std::uint32_t number,
                                  const LadderVerdict& verdict) {
  draft.refusals = verdict.refusals;
  const Refusal& first = verdict.refusals.front();
  const std::string message =
      std::string("refused in ") + rung_name(first.rung) + ": " + first.message;
  return refuse(draft, number, verdict.faulted() ? "faulted" : "refused", message);
}

std::string Search::known_as(const angel::Draft& draft) {
  parsed_ = std::make_shared<const sandbox::ParseResult>(sandbox::parse("policy", draft.source));
  if (!parsed_->chunk) return "";
  SourceShape shape = shape_of(*parsed_->chunk);
  std::string known = sources_.find(shape);
  if (known.empty()) {
    sources_.add(std::move(shape), "candidate " + std::to_string(number_) + " of iteration " +
                                       std::to_string(iteration_));
  }
  return known;
}

base::Result<void> Search::enter(Field& field, angel::Draft draft) {
  if (draft.failure) return refuse(draft, number_, "failed", draft.message);
  if (draft.refused) return refuse(draft, number_, "refused", draft.message);
  if (setup_.asks_model || draft.given) {
    const std::string known = known_as(draft);
    if (!known.empty() && !draft.given) {
      return refuse(draft, number_, "refused",
                    "the same as " + known +
                        " but for names, comments and small changes of numbers; write something "
                        "that decides differently");
    }
  }
  Contender& contender = field.emplace_back();
  contender.candidate.iteration = iteration_;
  contender.candidate.number = number_;
  contender.candidate.source = draft.source;
  contender.candidate.parent_sha256 = draft.parent_sha256;
  contender.candidate.program = draft.program;
  contender.candidate.given = draft.given;
  const bool seen = parsed_ && parsed_->chunk && parsed_->chunk->source == draft.source;
  if (seen) contender.parsed = std::move(parsed_);
  contender.draft = std::move(draft);
  return {};
}

// What the built-in angel repeats costs nothing to leave out: nobody has to be told.
std::optional<angel::Draft> Search::ask_angel(Purpose purpose) {
  if (purpose == Purpose::kSimplify) return angel_->simpler();
  for (int repeats = 0; repeats < kRepeatsMax; ++repeats) {
    auto draft = angel_->next(brief(), &setup_.control.cancel);
    if (!draft || setup_.asks_model || known_as(*draft).empty()) return draft;
  }
  return std::nullopt;
}

base::Result<Search::Batch> Search::draft_batch(std::size_t wanted, Purpose purpose) {
  Batch batch;
  Field field;
  const bool simplify = purpose == Purpose::kSimplify;
  wanted = std::min(wanted, simplify ? kSimplerMax : kBatchMax);
  batch.last = spent(simplify ? 2 * kIterationActsMax : kIterationActsMax);
  while (batch.drafted < wanted && !batch.last) {
    batch.last = true;
    if (cancelled() || !affordable(field.size() + 1)) break;
    if (!simplify) begin_candidate();
    auto draft = ask_angel(purpose);
    if (!draft || cancelled()) break;
    if (simplify) begin_candidate();
    ++batch.drafted;
    if (draft->failure && !affordable(field.size() + 1)) {
      note_problem(draft->message);
      break;
    }
    if (auto entered = enter(field, std::move(*draft)); !entered) return entered.error();
    batch.last = false;
  }
  auto admitted = admit(std::move(field));
  if (!admitted) return admitted.error();
  batch.field = std::move(*admitted);
  return batch;
}

}  // namespace cherub::abilities
