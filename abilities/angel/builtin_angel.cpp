#include "abilities/angel/builtin_angel.h"

#include <algorithm>

#include "engine/base/sha256.h"

namespace cherub::abilities::angel {
namespace {

constexpr std::size_t kPopulationMax = 20;
constexpr int kTournament = 3;
constexpr double kTuningShare = 0.4, kMutationShare = 0.3, kCrossoverShare = 0.15;
// The rest is new blood.
constexpr int kAttemptsMax = 64;  // to find a program that was not tried yet

}  // namespace

BuiltinAngel::BuiltinAngel(const engine::Scenario& scenario, std::uint64_t seed,
                           std::vector<std::string> heading, std::vector<PriorPolicy> priors)
    : grammar_(scenario),
      random_(seed, 0, 0, base::Stream::kSearch),
      heading_(std::move(heading)),
      priors_(std::make_move_iterator(priors.begin()), std::make_move_iterator(priors.end())) {
  for (Program& program : grammar_.templates()) templates_.push_back(std::move(program));
}

// Equal scores: the shorter source, then the older one.
bool BuiltinAngel::better(const Member& a, const Member& b) {
  if (a.score != b.score) return a.score > b.score;
  if (a.bytes != b.bytes) return a.bytes < b.bytes;
  return a.born < b.born;
}

const BuiltinAngel::Member& BuiltinAngel::tournament() {
  std::size_t winner = random_.below(population_.size());
  for (int i = 1; i < kTournament; ++i) {
    winner = std::min<std::size_t>(winner, random_.below(population_.size()));
  }
  return population_[winner];
}

std::optional<BuiltinAngel::Idea> BuiltinAngel::tune() {
  const Member& best = population_.front();
  auto program = tuner_.next(grammar_, best.program);
  if (!program) return std::nullopt;
  return Idea{std::move(*program), best.sha256};
}

BuiltinAngel::Idea BuiltinAngel::invent() {
  if (population_.empty()) return {grammar_.composed_program(random_), ""};
  double choice = random_.uniform();
  if (choice < kTuningShare) {
    if (auto idea = tune()) return std::move(*idea);
  }
  choice -= kTuningShare;
  if (choice < kMutationShare) {
    const Member& parent = tournament();
    return {grammar_.mutated(parent.program, random_), parent.sha256};
  }
  if (choice < kMutationShare + kCrossoverShare) {
    const Member& upper = tournament();
    return {grammar_.crossed(upper.program, tournament().program, random_), upper.sha256};
  }
  return {grammar_.composed_program(random_), ""};
}

std::optional<Draft> BuiltinAngel::offer(Idea idea, std::set<std::string>& known) {
  // The heading is the same for all, so the hash of the text tells programs apart by what they do.
  idea.program = grammar_.normalised(std::move(idea.program));
  Draft draft;
  draft.source = grammar_.print(idea.program, heading_);
  std::string sha256 = base::sha256_hex(draft.source);
  if (!known.insert(sha256).second) return std::nullopt;
  draft.parent_sha256 = std::move(idea.parent_sha256);
  draft.program = grammar_.text(idea.program);
  draft.id = ++drafts_;
  offered_.emplace(draft.id, Member{std::move(idea.program), std::move(sha256), 0,
                                    draft.source.size(), draft.id});
  return draft;
}

// The source stays as it is, so that all its results are those of one script.
Draft BuiltinAngel::offer_prior() {
  const PriorPolicy prior = std::move(priors_.front());
  priors_.pop_front();
  Draft draft;
  draft.source = prior.source;
  draft.id = ++drafts_;
  auto program = grammar_.read(prior.program);
  if (!program || !prior.source.ends_with(grammar_.print(*program, {}))) return draft;
  draft.program = prior.program;
  seen_.insert(base::sha256_hex(grammar_.print(*program, heading_)));
  offered_.emplace(draft.id, Member{std::move(*program), base::sha256_hex(prior.source), 0,
                                    prior.source.size(), draft.id});
  return draft;
}

std::optional<Draft> BuiltinAngel::next(const Brief&, const std::atomic<bool>*) {
  if (!priors_.empty()) return offer_prior();
  while (!templates_.empty()) {
    Program program = std::move(templates_.front());
    templates_.pop_front();
    if (auto draft = offer({std::move(program), ""}, seen_)) return draft;
  }
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    if (auto draft = offer(invent(), seen_)) return draft;
  }
  return std::nullopt;
}

std::optional<Draft> BuiltinAngel::simpler() {
  if (population_.empty()) return std::nullopt;
  const Member& best = population_.front();
  if (!simplifying_ || simplifying_->program != best.program) {
    simplifying_ = best;
    plainer_.clear();
    for (Program& program : grammar_.simplified(best.program)) {
      plainer_.push_back(std::move(program));
    }
  }
  while (!plainer_.empty()) {
    Program program = std::move(plainer_.front());
    plainer_.pop_front();
    // What dropped out of a race early may yet be as good as the best.
    if (auto draft = offer({std::move(program), simplifying_->sha256}, simplified_)) return draft;
  }
  return std::nullopt;
}

void BuiltinAngel::learn(std::uint64_t id, double score) {
  auto offered = offered_.extract(id);
  if (offered.empty()) return;  // no program of the grammar
  offered.mapped().score = score;
  settle(std::move(offered.mapped()));
}

void BuiltinAngel::adopt(const Draft& draft, double score) {
  auto program = grammar_.read(draft.program);
  if (!program) return;
  std::string sha256 = base::sha256_hex(draft.source);
  seen_.insert(sha256);
  settle({std::move(*program), std::move(sha256), score, draft.source.size(), ++drafts_});
}

// Programs that do the same have the same score to the last bit: one of them is enough.
void BuiltinAngel::settle(Member member) {
  const auto twin = std::find_if(population_.begin(), population_.end(),
                                 [&](const Member& other) { return other.score == member.score; });
  if (twin == population_.end()) {
    population_.push_back(std::move(member));
  } else if (better(member, *twin)) {
    *twin = std::move(member);
  }
  std::sort(population_.begin(), population_.end(), better);
  if (population_.size() > kPopulationMax) population_.resize(kPopulationMax);
}

}  // namespace cherub::abilities::angel
