#include <cstdio>

#include "abilities/search.h"

// What becomes of a candidate that was measured.
namespace cherub::abilities {
namespace {

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

}  // namespace

// Of two that do equally well the shorter one is better: people can read it.
bool Search::beats(const Candidate& candidate, const std::optional<Candidate>& other) const {
  const double score = candidate.aggregate.score;
  if (!other || score > other->aggregate.score) return true;
  const bool shorter = candidate.source.size() < other->source.size();
  return score == other->aggregate.score && shorter;
}

std::string Search::guard_reference_name() const {
  return outcome_.given ? "the code that was given" : "the random walker";
}

// Compared on the same seeds with the code that the request brought, or else with the random
// walker: what the best so far did by chance must not bind those that follow.
std::vector<BrokenGuard> Search::broken_by(const Candidate& candidate) {
  // Who asks how a policy of their own does, is to know.
  if (candidate.given || !setup_.request.policy_code.empty()) return {};
  if (!has_guards(setup_.scenario, setup_.objective)) return {};
  if (!outcome_.given && walker_episodes_.empty()) {
    if (!setup_.ledger.has_room(ticks_of(specs_.size()))) {
      note_problem(
          "Guards were not looked at: the budget leaves no room for what to compare with.");
      return {};
    }
    walker_episodes_ =
        setup_.evaluator.run_random_walker(specs_, {.cancel = &setup_.control.cancel});
    std::uint64_t ticks = 0;
    for (const EpisodeResult& episode : walker_episodes_) ticks += episode.ticks;
    setup_.ledger.add_ticks(ticks);
  }
  const auto& reference = outcome_.given ? outcome_.given->episodes : walker_episodes_;
  const std::size_t shared = std::min(reference.size(), candidate.episodes.size());
  const auto aggregate = [&](const std::vector<EpisodeResult>& episodes) {
    return aggregate_of(setup_.scenario, setup_.objective, std::span(episodes).first(shared));
  };
  return broken_guards(setup_.scenario, setup_.objective, aggregate(candidate.episodes),
                       aggregate(reference));
}

void Search::note_attempt(const Candidate& candidate, const std::string& guards) {
  const double score = candidate.aggregate.score;
  std::string attempt = "iteration " + std::to_string(iteration_) + ": score " + score_text(score);
  if (outcome_.best) attempt += " (" + signed_text(lead(candidate)) + ")";
  if (!guards.empty()) attempt += ", refused as the best: " + guards;
  if (!candidate.aggregate.first_fault.empty()) {
    attempt += ", first fault: " + candidate.aggregate.first_fault;
  }
  if (attempts_.size() >= kAttemptsMax) attempts_.erase(attempts_.begin());
  attempts_.push_back(std::move(attempt));
}

void Search::tell_scored(const Contender& contender, Finish finish, bool is_best,
                         const std::vector<BrokenGuard>& broken, const std::string& message) {
  const Candidate& candidate = contender.candidate;
  const Aggregate& aggregate = candidate.aggregate;
  base::JsonObject scored;
  scored.add("rung", candidate.episodes.size() <= 1 ? "V4" : "V5")
      .add("episodes_done", aggregate.episodes)
      .add("sha256", candidate.sha256)
      .add("score", aggregate.score)
      .raw("score_interval",
           interval_json(bootstrap_interval(aggregate.scores, setup_.request.seed)))
      .add("success_rate", aggregate.success_rate)
      .raw("success_interval", interval_json(aggregate.interval))
      .add("faults", aggregate.faults)
      .add("screened_out", finish == Finish::kDropped)
      .add("is_best", is_best);
  if (contender.is_twin) scored.add("twin", true);
  if (!broken.empty()) scored.add("message", message).raw("guards", guards_json(broken));
  tell(candidate.number, "scored", scored);
}

// Most programs of the built-in angel are thrown out by one seed. Making files for each would take
// as long as its episode, so such a candidate is a line; all others have a folder.
base::Result<void> Search::write_scored(const Contender& contender, Finish finish) {
  const Candidate& candidate = contender.candidate;
  const bool out_at_once = finish == Finish::kDropped && candidate.episodes.size() <= 1;
  if (out_at_once && !candidate.program.empty() && !candidate.given) {
    iteration_dropped_ += base::JsonObject()
                              .add("candidate", candidate.number)
                              .add("sha256", candidate.sha256)
                              .add("seed", candidate.episodes.front().seed)
                              .add("score", candidate.aggregate.score)
                              .add("source", candidate.source)
                              .text() +
                          "\n";
    return {};
  }
  if (auto written = write_draft(contender); !written) return written;
  if (auto written = write_summaries(candidate); !written) return written;
  return write_steps(candidate);
}

base::Result<void> Search::write_dropped() {
  if (iteration_dropped_.empty()) return {};
  const std::string name = "iteration_" + std::to_string(iteration_) + "/dropped.jsonl";
  return setup_.folder.write(name, iteration_dropped_);
}

base::Result<void> Search::keep_scored(Contender& contender, Finish finish) {
  Candidate& candidate = contender.candidate;
  if (candidate.aggregate.acts > 0 && candidate.aggregate.faults >= candidate.aggregate.acts) {
    return refuse(contender.draft, candidate.number, "faulted",
                  "every act faulted; the first: " + candidate.aggregate.first_fault);
  }
  const bool in_reach = finish != Finish::kDropped;
  const bool leads =
      in_reach && (beats(candidate, outcome_.best) || beats(candidate, iteration_best_));
  if (leads && contender.owes_fixtures) {
    const LadderVerdict verdict = setup_.ladders.climb({&candidate.source, 1}).front();
    if (!passes(contender.draft, verdict)) {
      candidate.episodes.clear();  // the angel must not build on what cannot be kept
      return refuse(contender.draft, candidate.number, verdict);
    }
  }
  if (auto written = write_scored(contender, finish); !written) return written;
  ++outcome_.candidates;
  last_errors_.clear();
  last_refused_.clear();
  if (candidate.given && finish == Finish::kAllSeeds) outcome_.given = candidate;
  const bool wins = in_reach && beats(candidate, outcome_.best);
  const std::vector<BrokenGuard> broken = wins ? broken_by(candidate) : std::vector<BrokenGuard>();
  const std::string message = guards_text(broken, guard_reference_name());
  const bool best = wins && broken.empty();
  if (wins && !best && !outcome_.best) note_problem("refused as the best: " + message);
  note_attempt(candidate, message);
  if (setup_.on_measured) setup_.on_measured(candidate, finish == Finish::kDropped);
  if (wants_steps() || best || !broken.empty()) {
    candidate.critique =
        make_critique({&setup_.scenario, &setup_.objective, candidate.episodes, parent_episodes_});
  }
  if (in_reach && beats(candidate, iteration_best_)) {
    iteration_best_ = candidate;
    iteration_guards_ = message;
  }
  if (best) outcome_.best = candidate;
  tell_scored(contender, finish, best, broken, message);
  return best ? announce_best() : base::Result<void>();
}

base::Result<void> Search::announce_best() {
  setup_.observer.on_record(best_record(*outcome_.best));
  return setup_.folder.write("best.lua", outcome_.best->source);
}

RunRecord best_record(const Candidate& best) {
  return record("best", base::JsonObject()
                            .add("iteration", best.iteration)
                            .add("candidate", best.number)
                            .add("sha256", best.sha256)
                            .add("score", best.aggregate.score)
                            .add("success_rate", best.aggregate.success_rate)
                            .raw("success_interval", interval_json(best.aggregate.interval))
                            .add("code", best.source));
}

}  // namespace cherub::abilities
