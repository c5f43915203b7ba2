#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "abilities/angel/angel.h"
#include "abilities/critique.h"
#include "abilities/evaluation.h"
#include "abilities/guards.h"
#include "abilities/ladder_pool.h"
#include "abilities/ledger.h"
#include "abilities/novelty.h"
#include "abilities/race.h"
#include "abilities/run.h"
#include "abilities/run_control.h"
#include "abilities/run_folder.h"
#include "abilities/run_model.h"
#include "abilities/run_records.h"
#include "abilities/score.h"
#include "engine/recording.h"

namespace cherub::abilities {

// One policy and what its tuning episodes say about it.
struct Candidate {
  std::uint32_t iteration = 0, number = 0;  // from 1
  std::string source, sha256;
  std::string parent_sha256, program;   // as angel::Draft
  bool given = false;                   // by the request, not written by the angel
  std::uint64_t diagnostics = 0;        // warnings of the checker
  std::vector<EpisodeResult> episodes;  // on the first of the tuning seeds
  Aggregate aggregate;
  Critique critique;
  std::string comment;  // a model's, on the critique
};

// The record "best" about it.
RunRecord best_record(const Candidate& best);

// What a search works with; owned by the run.
struct SearchSetup {
  const RunRequest& request;
  const engine::Scenario& scenario;
  const Objective& objective;
  scripting::HostOptions host;
  std::shared_ptr<scripting::ScriptRegistry> registry;
  Evaluator& evaluator;
  LadderPool& ladders;
  const RunFolder& folder;
  RunControl::State& control;
  SerialObserver& observer;
  Ledger& ledger;
  bool asks_model = false;
  std::span<const angel::PriorPolicy> priors;  // for the angel's briefs
  // Called with every candidate that was measured; `screened_out`: not on all seeds.
  std::function<void(const Candidate&, bool screened_out)> on_measured;
};

struct SearchOutcome {
  std::optional<Candidate> best;
  std::optional<Candidate> given;  // the code that the request brought, when it could be measured
  std::uint32_t iterations = 0;    // begun
  std::uint64_t episodes = 0;      // that ran
  std::uint64_t candidates = 0;    // scored
  double sim_s = 0;
  bool concluded_early = false;
  bool no_gain = false;  // the last iterations brought nothing better
  bool terminated = false;
  std::optional<LimitKind> stopped_by;  // the limit that ended it early
  std::vector<std::string> problems;    // refusals, faults and failures, the first of them
  std::string waiting_sha256;           // a reload that waits for the live world
  std::vector<engine::ModelReply> model_replies;
};

inline constexpr std::size_t kProblemsMax = 20;
// Of one candidate, so many episodes are logged step by step.
inline constexpr std::size_t kStepEpisodesMax = 64;
// Candidates that are written before the first of them is measured, and that race each other.
inline constexpr std::size_t kBatchMax = 16;
// So many iterations without a better policy end a search.
inline constexpr std::uint32_t kQuietIterationsMax = 3;

// The built-in angel tries so many programs that some look good on a few seeds by chance. Its
// candidates race over so many times the episodes that were asked for; most drop out early.
inline constexpr std::uint32_t kRaceFactor = 12;
inline constexpr std::uint32_t kRaceEpisodesMax = 128;
// A race of more acts than this is not worth it: crowded worlds average over their agents already.
inline constexpr double kRaceActsMax = 200'000;
// Unless the number of candidates is asked for, an iteration ends after so many acts of agents. The
// bound counts work, not time, so equal requests give equal runs on every machine.
inline constexpr std::uint64_t kIterationActsMax = 4'000'000;

// Ticks of an episode as the request asks for them; 0: the scenario's own length.
std::uint64_t requested_ticks(const RunRequest& request, const engine::Scenario& scenario);

// Drafts, checks, measures and keeps: the loop of a run up to the best policy on the tuning seeds.
// Everything that happens is told to the observer and written to the folder. One thread; the
// episodes run on the evaluator's, and what is kept does not depend on how many those are.
class Search {
 public:
  explicit Search(const SearchSetup& setup);

  // `angel` writes the candidates; null: request.policy_code is the only one. Errors (kIo) are of
  // the run folder; everything else is part of the outcome.
  base::Result<void> run(angel::Angel* angel);

  // The most that run() does; `calls_max` is the number of candidates.
  [[nodiscard]] RunPlan plan() const;
  // What is known so far; also after an error.
  [[nodiscard]] const SearchOutcome& outcome() const { return outcome_; }

 private:
  // A draft that is measured.
  struct Contender {
    angel::Draft draft;
    Candidate candidate;
    std::shared_ptr<const sandbox::ParseResult> parsed;  // until it is loaded; null: not parsed yet
    bool owes_fixtures = false;                          // V3 of the ladder is still to climb
    bool is_twin = false;                                // does what an earlier one did
  };
  using Field = std::vector<Contender>;
  using Running = std::vector<std::size_t>;  // indices into the field

  struct Batch {
    Field field;
    std::size_t drafted = 0;
    bool last = false;  // nothing may or can be drafted after it
  };

  enum class Purpose {
    kImprove,
    kSimplify,  // shorter texts for the best: alike is welcome, worse by anything is hopeless
  };

  // How a candidate left its race.
  enum class Finish {
    kAllSeeds,
    kDropped,  // before it was measured on all of them
    kLeader,   // of a race that a limit or the user ended, when there is no other best
  };

  // Iterations: search_iterations.cpp.
  base::Result<void> measure_given(angel::Draft draft);
  base::Result<void> iterate(std::uint32_t iteration);
  base::Result<void> simplify();
  base::Result<void> finish_iteration(std::uint32_t iteration);
  // Of the episode that is the worst under the candidate, the log that the parent left.
  std::string parent_steps(const Candidate& candidate);
  base::Result<void> comment_on(Candidate& best);
  base::Result<void> write_summaries(const Candidate& candidate);
  base::Result<void> write_steps(const Candidate& candidate);

  // Drafting: search.cpp.
  base::Result<Batch> draft_batch(std::size_t wanted, Purpose purpose);
  std::optional<angel::Draft> ask_angel(Purpose purpose);
  void begin_candidate();
  // What cannot be checked at all, or repeats what is known, is refused here: nothing is added.
  base::Result<void> enter(Field& field, angel::Draft draft);
  // Leaves those that pass the ladder; the others are refused.
  base::Result<Field> admit(Field field);
  // The name of the candidate that a draft repeats, and an entry for later ones; empty: it is new.
  std::string known_as(const angel::Draft& draft);
  base::Result<void> refuse(const angel::Draft& draft, std::uint32_t number,
                            const std::string& state, const std::string& message);
  base::Result<void> refuse(angel::Draft& draft, std::uint32_t number,
                            const LadderVerdict& verdict);
  [[nodiscard]] bool passes(const angel::Draft& draft, const LadderVerdict& verdict) const;
  base::Result<void> write_draft(const Contender& contender);
  base::Result<void> write_draft(const angel::Draft& draft, std::uint32_t number);
  base::Result<void> write_errors(std::uint32_t number, const base::JsonObject& errors);
  angel::Brief brief() const;

  // Racing: search_race.cpp. All candidates of a field run on the same seeds; the angel learns what
  // came of it.
  base::Result<void> race(Field field, Purpose purpose);
  base::Result<void> drop_out(Field& field, Running& running, std::size_t seeds, Purpose purpose);
  base::Result<void> end_race(Field& field, const Running& running, std::size_t seeds);
  bool run_heat(Field& field, const Running& running, std::size_t from, std::size_t to);
  void find_twins(Field& field, const Running& running);
  void teach(const Field& field);
  void fit_budget(Running& running, std::size_t seeds);
  [[nodiscard]] RaceRules rules(Purpose purpose) const;
  // The score on the first episodes less the best's on the same seeds; 0 without a best.
  [[nodiscard]] double lead(const Candidate& candidate) const;
  [[nodiscard]] bool beats(const Candidate& candidate, const std::optional<Candidate>& other) const;

  // Keeping: search_keep.cpp.
  base::Result<void> keep_scored(Contender& contender, Finish finish);
  base::Result<void> write_scored(const Contender& contender, Finish finish);
  base::Result<void> write_dropped();
  void tell_scored(const Contender& contender, Finish finish, bool is_best,
                   const std::vector<BrokenGuard>& broken, const std::string& message);
  std::vector<BrokenGuard> broken_by(const Candidate& candidate);
  [[nodiscard]] std::string guard_reference_name() const;
  void note_attempt(const Candidate& candidate, const std::string& guards);
  base::Result<void> announce_best();

  void answer_requests();  // search_requests.cpp
  void answer(const ReloadRequest& request);
  void answer(const AskRequest& request);

  bool wants_steps() const;
  [[nodiscard]] bool is_crowded() const;
  [[nodiscard]] std::uint64_t race_episodes() const;
  [[nodiscard]] bool spent(std::uint64_t acts_max) const;
  // Whether a limit leaves room for so many candidates up to the first heat of their race.
  bool affordable(std::size_t candidates);
  [[nodiscard]] std::uint64_t ticks_of(std::size_t episodes) const;
  void note_problem(const std::string& problem);
  void tell(std::uint32_t number, const std::string& state, base::JsonObject body);
  [[nodiscard]] std::string place(std::uint32_t number) const;  // "iteration_2/candidate_7/"
  [[nodiscard]] std::uint32_t candidates_per_iteration() const;
  [[nodiscard]] bool cancelled() const { return setup_.control.cancel; }

  SearchSetup setup_;
  SearchOutcome outcome_;
  angel::Angel* angel_ = nullptr;
  std::vector<EpisodeSpec> specs_;        // the tuning episodes of a whole race
  std::vector<std::string> attempts_;     // for the next prompt
  std::vector<std::string> last_errors_;  // of the last candidate, when it could not be scored
  std::string last_refused_;
  std::uint32_t iteration_ = 1, number_ = 0;
  std::uint64_t acts_ = 0;  // of this iteration's candidates
  std::optional<Candidate> iteration_best_;
  std::string iteration_guards_;                // that it breaks, in words
  std::string iteration_dropped_;               // lines of dropped.jsonl
  std::vector<EpisodeResult> parent_episodes_;  // of the best before this iteration
  std::string parent_sha256_;
  std::vector<EpisodeResult> walker_episodes_;  // on the tuning seeds, once guards ask for them
  KnownSources sources_;
  std::shared_ptr<const sandbox::ParseResult> parsed_;  // of the draft that known_as() saw last
  std::set<std::string> behaviours_;                    // descriptors of the first heats of V5
};

}  // namespace cherub::abilities
