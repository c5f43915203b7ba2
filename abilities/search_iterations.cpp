#include <algorithm>

#include "abilities/search.h"
#include "engine/base/sha256.h"

// The outer part of a search: iterations, their files, and when to stop.
namespace cherub::abilities {

base::Result<void> Search::run(angel::Angel* angel) {
  angel_ = angel;
  if (angel == nullptr) {
    outcome_.iterations = 1;
    angel::Draft draft;
    draft.source = setup_.request.policy_code;
    if (auto measured = measure_given(std::move(draft)); !measured) return measured;
    if (auto finished = finish_iteration(1); !finished) return finished;
    outcome_.terminated = cancelled();
    return {};
  }
  std::uint32_t quiet = 0;  // iterations since the last better policy
  for (std::uint32_t iteration = 1; iteration <= setup_.request.iterations; ++iteration) {
    const std::string before = outcome_.best ? outcome_.best->sha256 : "";
    if (auto done = iterate(iteration); !done) return done;
    const bool last = iteration == setup_.request.iterations;
    const bool reached =
        outcome_.best && outcome_.best->aggregate.interval.low >= setup_.request.success_threshold;
    quiet = outcome_.best && outcome_.best->sha256 == before ? quiet + 1 : 0;
    const bool weary = quiet >= kQuietIterationsMax;
    if ((last || reached || weary) && !cancelled()) {
      if (auto done = simplify(); !done) return done;
    }
    if (auto done = finish_iteration(iteration); !done) return done;
    outcome_.concluded_early = reached && !last;
    if (reached || cancelled() || outcome_.stopped_by) break;
    outcome_.no_gain = weary && !last;
    if (weary) break;
  }
  outcome_.terminated = cancelled();
  return {};
}

base::Result<void> Search::measure_given(angel::Draft draft) {
  begin_candidate();
  Field field;
  if (auto entered = enter(field, std::move(draft)); !entered) return entered;
  auto admitted = admit(std::move(field));
  if (!admitted) return admitted.error();
  return race(std::move(*admitted), Purpose::kImprove);
}

base::Result<void> Search::iterate(std::uint32_t iteration) {
  iteration_ = iteration;
  number_ = 0;
  acts_ = 0;
  iteration_best_.reset();
  iteration_guards_.clear();
  iteration_dropped_.clear();
  outcome_.iterations = iteration;
  parent_sha256_ = outcome_.best ? outcome_.best->sha256 : "";
  parent_episodes_ = outcome_.best ? outcome_.best->episodes : std::vector<EpisodeResult>();
  const std::uint32_t candidates = candidates_per_iteration();
  base::JsonObject json;
  json.add("iteration", iteration)
      .add("iterations", setup_.request.iterations)
      .add("candidates", candidates)
      .add("episodes", specs_.size());
  if (outcome_.best) json.add("best_score", outcome_.best->aggregate.score);
  setup_.observer.on_record(record("iteration", json));

  if (iteration == 1 && !setup_.request.existing_code.empty()) {
    angel::Draft existing;
    existing.source = setup_.request.existing_code;
    existing.given = true;
    if (auto measured = measure_given(std::move(existing)); !measured) return measured;
  }
  for (std::size_t drafted = 0; drafted < candidates && !cancelled();) {
    auto batch = draft_batch(candidates - drafted, Purpose::kImprove);
    if (!batch) return batch.error();
    drafted += batch->drafted;
    const bool last = batch->last;
    if (auto raced = race(std::move(batch->field), Purpose::kImprove); !raced) return raced;
    if (last) break;
  }
  return {};
}

// Shorter programs that score no worse are better policies: people can read them.
base::Result<void> Search::simplify() {
  for (bool last = false; !last && !cancelled();) {
    auto batch = draft_batch(kBatchMax, Purpose::kSimplify);
    if (!batch) return batch.error();
    last = batch->last && batch->drafted == 0;
    if (auto raced = race(std::move(batch->field), Purpose::kSimplify); !raced) return raced;
  }
  return {};
}

base::Result<void> Search::write_summaries(const Candidate& candidate) {
  base::JsonArray summaries;
  for (std::size_t i = 0; i < candidate.episodes.size(); ++i) {
    const EpisodePlace where{candidate.iteration, candidate.number, i + 1};
    summaries.raw(
        episode_summary(setup_.scenario, setup_.objective, where, candidate.episodes[i]).text());
  }
  return setup_.folder.write(place(candidate.number) + "summaries.json", summaries.text() + "\n");
}

base::Result<void> Search::write_steps(const Candidate& candidate) {
  const std::string folder = place(candidate.number) + "steps/";
  for (std::size_t i = 0; i < candidate.episodes.size(); ++i) {
    const std::string& steps = candidate.episodes[i].steps_jsonl;
    if (steps.empty()) continue;
    const std::string name = folder + "episode_" + std::to_string(i + 1) + ".jsonl";
    if (auto written = setup_.folder.write(name, steps); !written) return written;
  }
  return {};
}

std::string Search::parent_steps(const Candidate& candidate) {
  const EpisodeResult* const worst =
      worst_episode({&setup_.scenario, &setup_.objective, candidate.episodes, parent_episodes_});
  if (worst == nullptr || parent_sha256_.empty() || parent_sha256_ == candidate.sha256) return "";
  for (EpisodeSpec spec : specs_) {
    if (spec.seed != worst->seed) continue;
    spec.record_steps = true;
    auto result =
        setup_.evaluator.run(parent_sha256_, {&spec, 1}, {.cancel = &setup_.control.cancel});
    return std::move(result.front().steps_jsonl);
  }
  return "";
}

// A failing call leaves the critique as it is.
base::Result<void> Search::comment_on(Candidate& best) {
  const bool another = iteration_ < setup_.request.iterations && !cancelled();
  const bool wanted = setup_.request.critique_comment && setup_.asks_model && another;
  if (!wanted || !best.comment.empty()) return {};
  const auto exchange = angel_->comment(brief(), &setup_.control.cancel);
  if (!exchange) return {};
  best.comment = exchange->reply;
  outcome_.model_replies.push_back(
      {iteration_, best.number,
       base::sha256_hex(exchange->request.system + "\n" + exchange->request.user),
       exchange->reply});
  setup_.observer.on_record(record("critique_comment", base::JsonObject()
                                                           .add("iteration", iteration_)
                                                           .add("candidate", best.number)
                                                           .add("comment", best.comment)));
  return setup_.folder.write("iteration_" + std::to_string(iteration_) + "/critique_comment.md",
                             "# Asked\n\n" + exchange->request.system + "\n" +
                                 exchange->request.user + "\n# Comment\n\n" + best.comment + "\n");
}

// Logs the iteration's best candidate step by step (running it again when there were too many to
// log them all: episodes repeat exactly), and says what its episodes show.
base::Result<void> Search::finish_iteration(std::uint32_t iteration) {
  if (auto written = write_dropped(); !written) return written;
  if (!iteration_best_) return {};
  Candidate& kept = *iteration_best_;
  const bool logged = !kept.episodes.front().steps_jsonl.empty();
  if (!logged && !cancelled()) {
    std::vector<EpisodeSpec> specs = specs_;
    specs.resize(std::min({specs.size(), kept.episodes.size(), kStepEpisodesMax}));
    for (EpisodeSpec& spec : specs) spec.record_steps = true;
    auto again = setup_.evaluator.run(kept.sha256, specs, {.cancel = &setup_.control.cancel});
    for (std::size_t i = 0; i < again.size(); ++i) {
      kept.episodes[i].steps_jsonl = std::move(again[i].steps_jsonl);
    }
  }
  const std::string before = parent_steps(kept);
  kept.critique =
      make_critique({&setup_.scenario, &setup_.objective, kept.episodes, parent_episodes_, before});
  if (!iteration_guards_.empty()) {
    const std::string section = "\n## Refused as the best\n\n" + iteration_guards_ + ".\n";
    kept.critique.markdown += section;
    kept.critique.brief += section;
  }
  if (auto written = write_steps(kept); !written) return written;
  const std::string folder = "iteration_" + std::to_string(iteration) + "/";
  const std::string aggregate = aggregate_json(setup_.scenario, kept.aggregate) + "\n";
  if (auto done = setup_.folder.write(folder + "aggregate.json", aggregate); !done) return done;
  if (auto done = setup_.folder.write(folder + "critique.md", kept.critique.markdown); !done) {
    return done;
  }
  if (auto done = setup_.folder.write(folder + "critique.json", kept.critique.json + "\n"); !done) {
    return done;
  }
  setup_.observer.on_record(record("critique", base::JsonObject()
                                                   .add("iteration", iteration)
                                                   .add("candidate", kept.number)
                                                   .add("markdown", kept.critique.markdown)
                                                   .raw("facts", kept.critique.json)));
  setup_.observer.on_record(
      record("receipt_stats", base::JsonObject()
                                  .add("iteration", iteration)
                                  .add("candidate", kept.number)
                                  .add("episodes", kept.episodes.size())
                                  .raw("receipts", receipt_counts_json(kept.episodes))));
  for (EpisodeResult& episode : kept.episodes) episode.steps_jsonl.clear();
  if (outcome_.best && outcome_.best->sha256 == kept.sha256) {
    outcome_.best->critique = kept.critique;
    if (auto done = comment_on(*outcome_.best); !done) return done;
  }
  if (outcome_.best) {
    for (EpisodeResult& episode : outcome_.best->episodes) episode.steps_jsonl.clear();
  }
  return {};
}

}  // namespace cherub::abilities
