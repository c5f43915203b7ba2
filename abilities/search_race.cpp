#include <algorithm>
#include <cmath>
#include <numeric>

#include "abilities/search.h"
#include "abilities/shown_episode.h"
#include "abilities/stopwatch.h"

// The race of a batch of candidates, heat after heat (race.h).
namespace cherub::abilities {
namespace {

constexpr double kProgressIntervalS = 0.1;
// A crowded world is an average by itself: fewer seeds tell as much.
constexpr std::size_t kCrowdedHeat = 2;
// Drafts of a model cost more than their episodes: only what is far off drops out by its first few.
constexpr double kGapOfFew = 1.0;

// A standard deviation of scores between the seeds of a scenario with one agent is about that.
constexpr double kFlattery = 0.3;

const char* rung_of(std::size_t seeds) {
  return seeds <= 1 ? "V4" : "V5";
}

bool every_act_faulted(const Aggregate& aggregate) {
  return aggregate.acts > 0 && aggregate.faults >= aggregate.acts;
}

}  // namespace

RaceRules Search::rules(Purpose purpose) const {
  RaceRules rules;
  if (is_crowded()) rules.first_heat = kCrowdedHeat;
  if (wants_steps()) rules.hopeless_gap = kGapOfFew;
  if (purpose == Purpose::kSimplify) rules.hopeless_gap = 0;
  return rules;
}

double Search::lead(const Candidate& candidate) const {
  if (!outcome_.best) return 0;
  const auto& best = outcome_.best->episodes;
  const std::size_t shared = std::min(best.size(), candidate.episodes.size());
  const auto score_of = [&](const std::vector<EpisodeResult>& episodes) {
    return aggregate_of(setup_.scenario, setup_.objective, std::span(episodes).first(shared)).score;
  };
  return score_of(candidate.episodes) - score_of(best);
}

// Drops the later half until the rest fits; nothing remains when not even one does.
void Search::fit_budget(Running& running, std::size_t seeds) {
  while (!running.empty() && !setup_.ledger.allows_ticks(ticks_of(running.size() * seeds))) {
    running.resize(running.size() / 2);
  }
  outcome_.stopped_by = setup_.ledger.stopped_by();
}

// Runs the seeds from … to of all that are running. False: cancelled, and nothing is kept of it.
bool Search::run_heat(Field& field, const Running& running, std::size_t from, std::size_t to) {
  const std::size_t seeds = to - from;
  std::vector<EvaluationJob> jobs;
  for (const std::size_t index : running) {
    for (std::size_t i = from; i < to; ++i) {
      jobs.push_back({field[index].candidate.sha256, specs_[i]});
    }
    if (from > 0) continue;
    tell(field[index].candidate.number, "evaluating",
         base::JsonObject()
             .add("rung", rung_of(to))
             .add("episodes_done", 0)
             .add("sha256", field[index].candidate.sha256));
  }
  RateGate gate(kProgressIntervalS);
  std::vector<std::size_t> done(field.size(), from);
  const auto on_done = [&](std::size_t job, const EpisodeResult& episode) {
    const std::size_t index = running[job / seeds];
    const Candidate& candidate = field[index].candidate;
    const EpisodePlace where{iteration_, candidate.number, from + job % seeds + 1};
    setup_.observer.on_record(record(
        "episode_summary", episode_summary(setup_.scenario, setup_.objective, where, episode)));
    if (++done[index] >= specs_.size() || !gate.pass()) return;
    tell(candidate.number, "evaluating",
         base::JsonObject()
             .add("rung", rung_of(to))
             .add("episodes_done", done[index])
             .add("running", running.size())
             .add("sha256", candidate.sha256));
  };
  ShownEpisode shown(setup_.observer, {iteration_, field[running.front()].candidate.number, 1});
  const JobWatch watch{on_done, from == 0 ? &shown : nullptr, &setup_.control.cancel};
  auto results = setup_.evaluator.run(jobs, watch);
  std::uint64_t ticks = 0;
  for (const EpisodeResult& result : results) {
    ticks += result.ticks;
    outcome_.episodes += result.ticks > 0 ? 1 : 0;
    outcome_.sim_s += result.sim_s;
    acts_ += result.policy.acts;
  }
  setup_.ledger.add_ticks(ticks);
  if (cancelled()) return false;
  for (std::size_t job = 0; job < results.size(); ++job) {
    field[running[job / seeds]].candidate.episodes.push_back(std::move(results[job]));
  }
  for (const std::size_t index : running) {
    Candidate& candidate = field[index].candidate;
    candidate.aggregate = aggregate_of(setup_.scenario, setup_.objective, candidate.episodes);
  }
  return true;
}

// Candidates that do the same on the seeds of a whole heat, most often the same as the best: one of
// them is enough. A single seed would not do: it seldom shows what a rule is for.
void Search::find_twins(Field& field, const Running& running) {
  for (const std::size_t index : running) {
    Contender& contender = field[index];
    const auto& episodes = contender.candidate.episodes;
    const bool is_new = behaviours_.insert(behaviour_descriptor(setup_.scenario, episodes)).second;
    contender.is_twin = !is_new && !contender.draft.given;
  }
}

// After a heat: who faulted always, is hopeless, is somebody's twin, or in the worse half.
base::Result<void> Search::drop_out(Field& field, Running& running, std::size_t seeds,
                                    Purpose purpose) {
  const RaceRules race = rules(purpose);
  if (purpose == Purpose::kImprove && seeds < specs_.size() && seeds == race.first_heat) {
    find_twins(field, running);
  }
  std::vector<Standing> standings;
  for (const std::size_t index : running) {
    const Candidate& candidate = field[index].candidate;
    Standing standing{index, candidate.aggregate.score, std::nullopt};
    if (outcome_.best) standing.lead = lead(candidate);
    const bool faulted = every_act_faulted(candidate.aggregate);
    if (faulted || field[index].is_twin || is_hopeless(standing, seeds, race)) continue;
    standings.push_back(standing);
  }
  Running next;
  if (seeds > 1 && seeds < specs_.size()) {
    next = better_half(standings);
  } else {
    for (const Standing& standing : standings) next.push_back(standing.number);
  }
  for (const std::size_t index : running) {
    if (std::find(next.begin(), next.end(), index) != next.end()) continue;
    // Who was measured on all seeds has nothing to drop out of.
    const Finish finish = seeds < specs_.size() ? Finish::kDropped : Finish::kAllSeeds;
    if (auto kept = keep_scored(field[index], finish); !kept) return kept;
  }
  running = std::move(next);
  return {};
}

base::Result<void> Search::end_race(Field& field, const Running& running, std::size_t seeds) {
  if (running.empty() || seeds == 0) return {};
  std::size_t leader = running.front();
  for (const std::size_t index : running) {
    if (field[index].candidate.aggregate.score > field[leader].candidate.aggregate.score) {
      leader = index;
    }
  }
  for (const std::size_t index : running) {
    Finish finish = Finish::kAllSeeds;
    if (seeds < specs_.size()) {
      finish = index == leader && !outcome_.best ? Finish::kLeader : Finish::kDropped;
    }
    if (auto kept = keep_scored(field[index], finish); !kept) return kept;
  }
  return {};
}

// Seeds differ in difficulty: a few of them are only worth comparing with the best on the same.
// They also flatter, the more the fewer they are, so what chance explains is taken off; not from
// one that does just what the best does.
void Search::teach(const Field& field) {
  if (angel_ == nullptr) return;
  for (const Contender& contender : field) {
    const Candidate& candidate = contender.candidate;
    if (candidate.episodes.empty() || every_act_faulted(candidate.aggregate)) continue;
    double score = candidate.aggregate.score;
    if (candidate.episodes.size() < specs_.size() && outcome_.best) {
      const double ahead = lead(candidate);
      const double seeds = static_cast<double>(candidate.episodes.size());
      score = outcome_.best->aggregate.score + ahead;
      if (ahead != 0) score -= kFlattery / std::sqrt(seeds);
    }
    angel_->learn(contender.draft.id, score);
  }
}

base::Result<void> Search::race(Field field, Purpose purpose) {
  Running running(field.size());
  std::iota(running.begin(), running.end(), std::size_t{0});
  std::size_t done = 0;
  for (const std::size_t heat : heats_of(specs_.size(), rules(purpose))) {
    Running fitting = running;
    fit_budget(fitting, heat - done);
    if (fitting.empty()) break;
    for (std::size_t i = fitting.size(); i < running.size(); ++i) {
      if (done == 0) continue;  // never measured: nothing to say
      if (auto kept = keep_scored(field[running[i]], Finish::kDropped); !kept) return kept;
    }
    running = std::move(fitting);
    if (!run_heat(field, running, done, heat)) break;
    done = heat;
    if (auto dropped = drop_out(field, running, done, purpose); !dropped) return dropped;
    if (running.empty()) break;
  }
  if (auto ended = end_race(field, running, done); !ended) return ended;
  teach(field);
  return {};
}

}  // namespace cherub::abilities
