#include "abilities/run_loop.h"

#include <algorithm>

#include "abilities/angel/islands.h"
#include "abilities/angel/model_angel.h"
#include "abilities/angel/peer_message.h"
#include "abilities/goal.h"
#include "abilities/judgement.h"
#include "abilities/live_world.h"
#include "abilities/local_job_queue.h"
#include "abilities/measured_cache.h"
#include "abilities/resume.h"
#include "abilities/run_catalogue.h"
#include "abilities/search.h"
#include "abilities/seeds.h"
#include "abilities/stopwatch.h"
#include "abilities/world_folder.h"
#include "engine/base/hash.h"

namespace cherub::abilities {
namespace {

// Streams are told this often, not with every token.
constexpr double kModelProgressIntervalS = 0.25;

// One run from request to summary.
class Run {
 public:
  Run(const RunRequest& request, const std::string& run_id, RunControl& control,
      RunObserver& observer, const RunTools& tools)
      : request_(request),
        control_(control.state()),
        observer_(observer),
        tools_(tools),
        services_(tools.services ? tools.services : std::make_shared<angel::ModelServices>()),
        ledger_(ledger_options()),
        catalogue_(request_, run_id, observer_) {
    summary_.run_id = run_id;
    host_.jit = request.jit;
  }

  RunSummary execute();

 private:
  base::Result<void> do_it();
  base::Result<void> begin_folder();
  base::Result<void> make_evaluator(const RunFolder& folder);
  base::Result<Objective> objective_of_goal();
  base::Result<std::unique_ptr<angel::Angel>> make_angel();
  Ledger::Options ledger_options();
  [[nodiscard]] bool asks_model() const;
  void tell_estimate(const Search& search);
  base::Result<void> judge();
  base::Result<void> settle();
  base::Result<void> live();
  base::Error nothing_worked() const;
  void finish(const base::Result<void>& outcome);
  base::JsonObject summary_body() const;
  void add_results(base::JsonObject& json) const;
  std::string timing_json() const;

  RunRequest request_;
  RunControl::State& control_;
  SerialObserver observer_;
  const RunTools& tools_;
  const std::shared_ptr<angel::ModelServices> services_;
  Ledger ledger_;
  RunCatalogue catalogue_;
  Stopwatch stopwatch_;

  scripting::HostOptions host_;
  engine::Scenario scenario_;
  Objective objective_;
  std::shared_ptr<scripting::ScriptRegistry> registry_ =
      std::make_shared<scripting::ScriptRegistry>();
  std::optional<RunFolder> folder_;
  std::optional<Ladder> ladder_;
  std::shared_ptr<PolicyPool> policies_;
  std::optional<LadderPool> ladders_;
  std::unique_ptr<Evaluator> evaluator_;
  SearchOutcome search_;
  std::optional<Judgement> verdict_;
  std::optional<LiveResult> live_;
  double live_sim_s_ = 0;
  RunSummary summary_;
};

base::Result<Objective> Run::objective_of_goal() {
  if (request_.user_goal.empty()) return default_objective(scenario_);
  auto objective = understand(request_.user_goal, scenario_);
  if (objective) return objective;
  const bool needs_it = request_.policy_code.empty() && request_.provider.provider == "builtin";
  if (needs_it) return objective.error();
  // A model reads the goal itself; only the measuring falls back.
  Objective fallback = default_objective(scenario_);
  fallback.note = "No word of the goal names a metric: measured by the scenario's own objective.";
  return fallback;
}

Ledger::Options Run::ledger_options() {
  Ledger::Options options;
  options.limits = request_.limits;
  options.prices = request_.prices;
  options.total = tools_.within != nullptr ? tools_.within : &services_->total;
  options.on_warning = [this](const LimitWarning& warning) {
    observer_.on_record(record("warning", warning_json(warning)));
  };
  return options;
}

bool Run::asks_model() const {
  return request_.policy_code.empty() && request_.provider.provider != "builtin";
}

void Run::tell_estimate(const Search& search) {
  RunPlan plan = search.plan();
  if (asks_model()) {
    plan.calls = plan.calls_max;
    plan.calls_max *= 1 + angel::kRepairRoundsMax;
    if (request_.critique_comment) plan.calls_max += request_.iterations - 1;
    angel::Brief brief;
    brief.goal = request_.user_goal;
    brief.scenario = &scenario_;
    const angel::ModelRequest prompt = angel::build_prompt(brief);
    plan.prompt_bytes = prompt.system.size() + prompt.user.size();
  } else {
    plan.calls_max = 0;
  }
  observer_.on_record(record("estimate", estimate_json(request_, plan)));
}

base::Result<std::unique_ptr<angel::Angel>> Run::make_angel() {
  if (!request_.policy_code.empty()) return std::unique_ptr<angel::Angel>();
  if (request_.provider.provider == "builtin") {
    std::string goal(angel::utf8_prefix(request_.user_goal, 200));
    std::replace_if(
        goal.begin(), goal.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    std::vector<std::string> heading = {
        "Goal: " + goal,
        "Measured by: " + aims_text(objective_, scenario_) + "; then by what the scenario wants.",
        "Found by Cherub's built-in angel in the scenario \"" + scenario_.name + "\".",
        "Rules are tried from the top; the first one with something to do decides the tick."};
    return std::unique_ptr<angel::Angel>(
        std::make_unique<angel::Islands>(scenario_, request_.seed, heading, catalogue_.priors()));
  }
  const auto gate = std::make_shared<RateGate>(kModelProgressIntervalS);
  const auto tell = [this, gate](const angel::ModelProgress& progress) {
    if (progress.state == "streaming" && !gate->pass()) return;
    observer_.on_record(record("model", progress_json(progress)));
  };
  auto model = make_run_model(request_, {*services_, ledger_, tools_.make_model, tell});
  if (!model) return model.error();
  const angel::Check check = [this](const std::string& source) { return ladder_->climb(source); };
  return std::unique_ptr<angel::Angel>(
      std::make_unique<angel::ModelAngel>(std::move(*model), check, request_.seed));
}

base::Error Run::nothing_worked() const {
  std::string message = search_.candidates == 0 ? "No candidate could be measured."
                                                : "No candidate that was measured may be kept.";
  if (search_.stopped_by) {
    message = std::string("No candidate could be measured before the budget ended it: raise ") +
              limit_name(*search_.stopped_by) + ".";
  }
  for (const std::string& problem : search_.problems) message += "\n" + problem;
  return {base::ErrorCode::kRefused, message, "policy"};
}

// A new folder, or that of the run that is gone on with. What the angel is asked and given is kept
// there, so that it can be told again.
base::Result<void> Run::begin_folder() {
  if (!request_.world_dir.empty() && is_world(request_.world_dir)) {
    return base::Error{base::ErrorCode::kConflict,
                       "A world is kept there already; go on with it by --load.",
                       request_.world_dir};
  }
  const bool own_cassette = asks_model() && request_.cassette.empty();
  if (own_cassette) {
    // A cassette asks no model before it misses; what is wrong with this one is to be known now.
    auto model = make_run_model(request_, {*services_, ledger_, tools_.make_model, {}});
    if (!model) return model.error();
  }
  auto folder = tools_.resumes ? RunFolder::open(request_.runs_dir, summary_.run_id)
                               : RunFolder::create(request_.runs_dir, summary_.run_id);
  if (!folder) return folder.error();
  // Who has the file of measurements has the folder: nothing in it is touched before.
  if (auto done = make_evaluator(*folder); !done) return done;
  folder_ = std::move(*folder);
  summary_.dir = folder_->path().string();
  if (auto done = folder_->write("request.json", run_request_to_json(request_) + "\n"); !done) {
    return done;
  }
  if (own_cassette) {
    request_.cassette = (folder_->path() / kRepliesFile).string();
    request_.cassette_mode = "auto";
  }
  if (tools_.resumes) return catalogue_.take_up(scenario_, *folder_);
  catalogue_.look_up(scenario_);
  return {};
}

base::Result<void> Run::make_evaluator(const RunFolder& folder) {
  auto queue = std::make_unique<LocalJobQueue>(policies_, request_.threads);
  auto cache = MeasuredCache::open(real_file_system(), folder.path() / "measured.jsonl", scenario_,
                                   host_, std::move(queue));
  if (!cache) return cache.error();
  evaluator_ = std::make_unique<Evaluator>(std::move(*cache));
  return {};
}

base::Result<void> Run::do_it() {
  if (request_.live_seconds <= 0) control_.rule_out_live();
  if (tools_.scenario) {
    scenario_ = *tools_.scenario;
  } else {
    auto scenario = scenario_of(request_);
    if (!scenario) return scenario.error();
    scenario_ = std::move(*scenario);
  }
  auto objective = objective_of_goal();
  if (!objective) return objective.error();
  objective_ = std::move(*objective);
  ladder_.emplace(scenario_, registry_, host_);
  policies_ = std::make_shared<PolicyPool>(scenario_, registry_, host_);
  ladders_.emplace(policies_, request_.threads);
  if (auto done = begin_folder(); !done) return done;
  auto angel = make_angel();
  if (!angel) return angel.error();
  Search search({request_, scenario_, objective_, host_, registry_, *evaluator_, *ladders_,
                 *folder_, control_, observer_, ledger_, asks_model(), catalogue_.priors(),
                 [this](const Candidate& candidate, bool screened_out) {
                   catalogue_.add_tuned(candidate, screened_out);
                 }});
  tell_estimate(search);
  if (auto done = tools_.resumes ? base::Result<void>() : catalogue_.record_used(*folder_); !done) {
    return done;
  }
  const auto searched = search.run(angel->get());
  search_ = search.outcome();
  if (!searched) return searched;
  if (search_.terminated) return {};
  if (!search_.best) return nothing_worked();
  if (auto done = judge(); !done) return done;
  if (control_.cancel) return {};
  return live();
}

// The best policy on seeds that it has never met, beside what it is to replace.
base::Result<void> Run::judge() {
  JudgeSetup setup{scenario_, objective_, *evaluator_,   ledger_,
                   {},        0,          request_.seed, &control_.cancel};
  setup.episodes = std::clamp<std::uint64_t>(request_.episodes, kHeldOutMin, kHeldOutMax);
  for (const std::uint64_t seed : episode_seeds(request_.seed, SeedUse::kHeldOut, kHeldOutMax)) {
    EpisodeSpec spec;
    spec.seed = seed;
    spec.ticks_max = requested_ticks(request_, scenario_);
    setup.specs.push_back(spec);
  }
  const std::string given = search_.given ? search_.given->sha256 : "";
  verdict_ = abilities::judge(setup, search_.best->sha256, given);
  if (!verdict_) return {};
  if (auto settled = settle(); !settled) return settled;
  const Judged& kept = verdict_->kept();
  catalogue_.add_best(*search_.best, kept.aggregate);
  catalogue_.flush();
  for (const Judged* judged : {&verdict_->policy, verdict_->given ? &*verdict_->given : nullptr}) {
    if (judged == nullptr) continue;
    search_.episodes += judged->aggregate.episodes;
    search_.sim_s += judged->aggregate.sim_s;
  }
  search_.sim_s += verdict_->walker.aggregate.sim_s;
  const std::string aggregate =
      base::JsonObject()
          .raw("held_out", aggregate_json(scenario_, kept.aggregate))
          .raw("tuning", aggregate_json(scenario_, search_.best->aggregate))
          .raw("random_walker", aggregate_json(scenario_, verdict_->walker.aggregate))
          .raw("judgement", judgement_json(*verdict_))
          .text();
  const Critique critique =
      make_critique({&scenario_, &objective_, kept.episodes, verdict_->walker.episodes});
  if (auto done = folder_->write("aggregate.json", aggregate + "\n"); !done) return done;
  if (auto done = folder_->write("critique.md", critique.markdown); !done) return done;
  return folder_->write("critique.json", critique.json + "\n");
}

// Tells the verdict, and goes back to the given code when the best is not to replace it.
base::Result<void> Run::settle() {
  const Candidate& best = *search_.best;
  const Aggregate& judged = verdict_->policy.aggregate;
  observer_.on_record(record(
      "candidate",
      base::JsonObject()
          .add("iteration", best.iteration)
          .add("candidate", best.number)
          .add("state", "judged")
          .add("rung", "V6")
          .add("episodes", judged.episodes)
          .add("episodes_done", judged.episodes)
          .add("sha256", best.sha256)
          .add("score", judged.score)
          .raw("score_interval", interval_json(bootstrap_interval(judged.scores, request_.seed)))
          .add("success_rate", judged.success_rate)
          .raw("success_interval", interval_json(judged.interval))
          .raw("judgement", judgement_json(*verdict_))));
  if (verdict_->promoted) return {};
  search_.problems.push_back("not promoted: " + verdict_->reason());
  search_.best = search_.given;
  observer_.on_record(best_record(*search_.best));
  return folder_->write("best.lua", search_.best->source);
}

base::Result<void> Run::live() {
  if (request_.live_seconds <= 0) return {};
  LiveOptions options;
  options.seed = episode_seed(request_.seed, SeedUse::kLive, 0);
  options.seconds = request_.live_seconds;
  options.paced = request_.live_paced;
  options.host = host_;
  options.threads = request_.threads;
  options.autosave_s = request_.autosave_s;
  options.model_replies = search_.model_replies;
  options.world_dir = request_.world_dir.empty() ? free_live_dir(summary_.dir) : request_.world_dir;
  LiveTools tools;
  tools.folder = &*folder_;
  tools.ledger = asks_model() ? &ledger_ : nullptr;
  // The same provider as for policies, within the same limits.
  tools.make_ability_angel = [this] {
    return make_ability_angel(request_, {*services_, ledger_, tools_.make_model, {}});
  };
  tools.write_policy = [this](const PolicyOrder& order, RunControl& control,
                              RunObserver& observer) {
    return write_policy(request_, summary_.dir, order, control, observer, ledger_,
                        {tools_.make_model, services_, {}, nullptr, false});
  };
  LiveWorld world(scenario_, registry_, options, control_, observer_, tools);
  auto lived = world.live(search_.best->sha256, search_.waiting_sha256);
  if (!lived) return lived.error();
  live_ = std::move(*lived);
  for (const std::string& sha256 : live_->reloads) {
    catalogue_.add_installed(*registry_->find(sha256));
  }
  for (const WrittenAbility& written : live_->abilities) catalogue_.add_ability(written);
  live_sim_s_ = static_cast<double>(live_->ticks) / scenario_.tick_rate;
  return {};
}

std::string Run::timing_json() const {
  const double sim_s = search_.sim_s + live_sim_s_;
  const double wall_s = stopwatch_.seconds();
  return base::JsonObject()
      .add("sim_time_s", sim_s)
      .add("wall_time_s", wall_s)
      .add("speedup_x", wall_s > 0 ? sim_s / wall_s : 0.0)
      .add("episodes_cpu_s", evaluator_ ? evaluator_->episodes_cpu_s() : 0.0)
      .text();
}

void Run::add_results(base::JsonObject& json) const {
  if (search_.best) {
    const Aggregate& tuning = search_.best->aggregate;
    json.add("best_iteration", search_.best->iteration)
        .add("best_candidate", search_.best->number)
        .raw("tuning", base::JsonObject()
                           .add("episodes", tuning.episodes)
                           .add("success_rate", tuning.success_rate)
                           .raw("success_interval", interval_json(tuning.interval))
                           .add("score", tuning.score)
                           .raw("score_spread", score_json(tuning))
                           .text());
  }
  if (verdict_) {
    const Aggregate& policy = verdict_->kept().aggregate;
    const Aggregate& walker = verdict_->walker.aggregate;
    json.raw("metrics", metrics_json(scenario_, policy))
        .raw("held_out", base::JsonObject()
                             .add("episodes", policy.episodes)
                             .add("successes", policy.successes)
                             .add("success_rate", policy.success_rate)
                             .raw("success_interval", interval_json(policy.interval))
                             .add("score", policy.score)
                             .raw("score_spread", score_json(policy))
                             .raw("score_interval",
                                  interval_json(bootstrap_interval(policy.scores, request_.seed)))
                             .add("faults", policy.faults)
                             .text())
        .raw("judgement", judgement_json(*verdict_))
        .raw("baseline", base::JsonObject()
                             .add("policy", "random walker")
                             .add("episodes", walker.episodes)
                             .add("success_rate", walker.success_rate)
                             .add("score", walker.score)
                             .raw("metrics", metrics_json(scenario_, walker))
                             .text());
  }
}

base::JsonObject Run::summary_body() const {
  base::JsonObject json;
  json.add("run_id", summary_.run_id)
      .add("dir", summary_.dir)
      .add("user_goal", request_.user_goal)
      .add("scenario", request_.scenario)
      .add("provider", request_.policy_code.empty() ? request_.provider.provider : "policy_code")
      .add("seed", request_.seed)
      .add("success_rate", summary_.success_rate)
      .add("score", summary_.score)
      .add("hash", base::hex64(summary_.hash))
      .add("ticks", summary_.ticks)
      .add("best_sha256", summary_.best_sha256)
      .add("iterations", search_.iterations)
      .add("candidates", search_.candidates)
      .add("episodes", search_.episodes)
      .add("concluded_early", search_.concluded_early)
      .add("reason", search_.stopped_by        ? "budget"
                     : search_.concluded_early ? "goal_reached"
                     : search_.no_gain         ? "no_gain"
                     : search_.terminated      ? "terminated"
                                               : "completed");
  if (search_.stopped_by) json.add("limit", limit_name(*search_.stopped_by));
  json.raw("ledger", ledger_.json());
  base::JsonArray matches, problems;
  for (const std::string& match : objective_.matches) matches.add(match);
  for (const std::string& problem : search_.problems) problems.add(problem);
  json.raw("objective", matches.text());
  if (!objective_.note.empty()) json.add("note", objective_.note);
  json.raw("problems", problems.text());
  if (!request_.catalogue_dir.empty()) json.raw("catalogue", catalogue_.summary_json());
  add_results(json);
  json.raw("timing", timing_json());
  return json;
}

// Makes the one last record. What could be kept is written whatever happened before.
void Run::finish(const base::Result<void>& outcome) {
  if (search_.best) {
    summary_.best_code = search_.best->source;
    summary_.best_sha256 = search_.best->sha256;
    const Aggregate& judged = verdict_ ? verdict_->kept().aggregate : search_.best->aggregate;
    summary_.success_rate = judged.success_rate;
    summary_.success_lower = judged.interval.low;
    summary_.score = judged.score;
  }
  if (live_) {
    summary_.hash = live_->hash;
    summary_.ticks = live_->ticks;
  } else if (verdict_) {
    summary_.hash = verdict_->kept().episodes.back().hash;
  }
  catalogue_.flush();
  const char* type = "done";
  summary_.end = RunEnd::kDone;
  base::Result<void> written = outcome;
  base::JsonObject json = summary_body();
  if (outcome && (control_.cancel || search_.terminated)) {
    type = "terminated";
    summary_.end = RunEnd::kTerminated;
  }
  if (folder_) {
    const auto kept = folder_->write("ledger.json", ledger_.json() + "\n");
    if (written) written = kept;
    const std::string text = record(type, json).json + "\n";
    const auto saved = folder_->write("summary.json", text);
    if (written) written = saved;
  }
  if (!written) {
    type = "error";
    summary_.end = RunEnd::kFailed;
    summary_.error = written.error().text();
    json.add("message", written.error().message).add("where", written.error().where);
    // The first attempt to save may be what failed; then this one tells nothing new.
    if (folder_) (void)folder_->write("summary.json", record(type, json).json + "\n");
  }
  const RunRecord last = record(type, json);
  summary_.json = last.json;
  control_.close();
  observer_.on_record(last);
}

RunSummary Run::execute() {
  finish(do_it());
  return std::move(summary_);
}

}  // namespace

RunSummary execute_run_with(const RunRequest& request, const std::string& run_id,
                            RunControl& control, RunObserver& observer, const RunTools& tools) {
  return Run(request, run_id, control, observer, tools).execute();
}

}  // namespace cherub::abilities
