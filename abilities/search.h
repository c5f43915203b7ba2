#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "abilities/angel/angel.h"
#include "abilities/critique.h"
#include "abilities/evaluation.h"
#include "abilities/ledger.h"
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
  std::string parent_sha256, program;  // as angel::Draft
  bool given = false;                  // by the request, not written by the angel
  std::uint64_t diagnostics = 0;       // warnings of the checker
  std::vector<EpisodeResult> episodes;
  Aggregate aggregate;
  Critique critique;
};

// What a search works with; owned by the run.
struct SearchSetup {
  const RunRequest& request;
  const engine::Scenario& scenario;
  const Objective& objective;
  scripting::HostOptions host;
  std::shared_ptr<scripting::ScriptRegistry> registry;
  Evaluator& evaluator;
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
  std::uint32_t iterations = 0;  // begun
  std::uint64_t episodes = 0;    // that ran
  std::uint64_t candidates = 0;  // scored
  double sim_s = 0;
  bool concluded_early = false;
  bool terminated = false;
  std::optional<LimitKind> stopped_by;  // the limit that ended it early
  std::vector<std::string> problems;    // refusals, faults and failures, the first of them
  std::string waiting_sha256;           // a reload that waits for the live world
  std::vector<engine::ModelReply> model_replies;
};

inline constexpr std::size_t kProblemsMax = 20;
// Of one candidate, so many episodes are logged step by step.
inline constexpr std::size_t kStepEpisodesMax = 64;

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
// episodes run on the evaluator's.
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
  // What the steps before any measuring say about a draft.
  struct Admission {
    std::string sha256;
    std::string state;    // empty: it may be measured; else "refused" or "faulted"
    std::string message;  // a sentence about that
    sandbox::Diagnostics diagnostics;
  };

  base::Result<void> iterate(std::uint32_t iteration, angel::Angel& angel);
  base::Result<void> simplify(angel::Angel& angel);
  base::Result<void> finish_iteration(std::uint32_t iteration);
  // Whether a draft is worth measuring.
  Admission admit(const angel::Draft& draft);
  // Admits and measures one draft, records all of it, and tells its score when it has one.
  base::Result<std::optional<double>> consider(const angel::Draft& draft);
  base::Result<std::optional<double>> refuse(const angel::Draft& draft, const std::string& state,
                                             const std::string& message);
  base::Result<std::optional<double>> keep_scored(Candidate candidate);
  base::Result<void> write_draft(const angel::Draft& draft, const std::string& errors_json);
  base::Result<void> write_summaries(const Candidate& candidate);
  base::Result<void> write_steps(const Candidate& candidate);
  base::Result<void> announce_best();

  std::vector<EpisodeResult> measure(const std::string& sha256);
  std::vector<EpisodeResult> run_episodes(const std::string& sha256,
                                          std::span<const EpisodeSpec> specs, std::size_t first);
  // The score on the first episodes less the best's on the same seeds; 0 without a best.
  [[nodiscard]] double lead(std::span<const EpisodeResult> first) const;
  bool always_faults(const std::string& sha256, EpisodeResult& probe);
  bool wants_steps() const;
  [[nodiscard]] bool is_crowded() const;
  [[nodiscard]] std::uint64_t race_episodes() const;
  [[nodiscard]] std::size_t first_heat() const;
  [[nodiscard]] bool spent(std::uint64_t acts_max) const;
  // Whether a limit leaves room for one more candidate.
  bool affordable();
  [[nodiscard]] std::uint64_t ticks_of(std::size_t episodes) const;
  void begin_candidate();
  void answer_requests();
  void answer(const ReloadRequest& request);
  void answer(const AskRequest& request);
  void note_problem(const std::string& problem);
  void tell(const std::string& state, base::JsonObject body);
  angel::Brief brief() const;
  [[nodiscard]] std::string place() const;  // "iteration_2/candidate_7/"
  [[nodiscard]] std::uint32_t candidates_per_iteration() const;
  [[nodiscard]] bool cancelled() const { return setup_.control.cancel; }

  SearchSetup setup_;
  SearchOutcome outcome_;
  std::vector<EpisodeSpec> specs_;        // the tuning episodes of a whole race
  std::vector<std::string> attempts_;     // for the next prompt
  std::vector<std::string> last_errors_;  // of the last candidate, when it could not be scored
  std::string last_refused_;
  std::uint32_t iteration_ = 1, number_ = 0;
  std::uint64_t acts_ = 0;  // of this iteration's candidates
  std::optional<Candidate> iteration_best_;
  std::vector<EpisodeResult> parent_episodes_;  // of the best before this iteration
};

}  // namespace cherub::abilities
