#include "abilities/angel/builtin_angel.h"

#include <algorithm>

#include "engine/base/sha256.h"

namespace cherub::abilities::angel {
namespace {

constexpr std::uint64_t kRandomDrafts = 24;  // before evolution has something to choose from
constexpr std::size_t kPopulationMax = 20;
constexpr int kTournament = 3;
constexpr double kMutationShare = 0.6, kCrossoverShare = 0.28;  // the rest is new blood
constexpr int kAttemptsMax = 64;  // to find a program that was not tried yet

}  // namespace

BuiltinAngel::BuiltinAngel(const engine::Scenario& scenario, std::uint64_t seed,
                           std::vector<std::string> heading)
    : grammar_(scenario),
      random_(seed, 0, 0, base::Stream::kSearch),
      heading_(std::move(heading)) {}

// Equal scores: the simpler program, then the older one.
bool BuiltinAngel::better(const Member& a, const Member& b) {
  if (a.score != b.score) return a.score > b.score;
  if (a.program.size() != b.program.size()) return a.program.size() < b.program.size();
  return a.born < b.born;
}

const Program& BuiltinAngel::tournament() {
  std::size_t winner = random_.below(population_.size());
  for (int i = 1; i < kTournament; ++i) {
    winner = std::min<std::size_t>(winner, random_.below(population_.size()));
  }
  return population_[winner].program;
}

Program BuiltinAngel::invent() {
  if (drafts_ < kRandomDrafts || population_.empty()) return grammar_.random_program(random_);
  const double choice = random_.uniform();
  if (choice < kMutationShare) return grammar_.mutated(tournament(), random_);
  if (choice < kMutationShare + kCrossoverShare) {
    const Program& upper = tournament();
    return grammar_.crossed(upper, tournament(), random_);
  }
  return grammar_.random_program(random_);
}

std::optional<Draft> BuiltinAngel::offer(Program program) {
  // The heading is the same for all, so the hash of the text tells programs apart by what they do.
  Draft draft;
  draft.source = grammar_.print(program, heading_);
  if (!seen_.insert(base::sha256_hex(draft.source)).second) return std::nullopt;
  offered_ = std::move(program);
  ++drafts_;
  return draft;
}

std::optional<Draft> BuiltinAngel::next(const Brief&, const std::atomic<bool>*) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    if (auto draft = offer(invent())) return draft;
  }
  return std::nullopt;
}

std::optional<Draft> BuiltinAngel::simpler() {
  if (population_.empty()) return std::nullopt;
  const Program& best = population_.front().program;
  if (!shortening_ || *shortening_ != best) {
    shortening_ = best;
    shorter_.clear();
    for (Program& program : grammar_.shortened(best)) shorter_.push_back(std::move(program));
  }
  while (!shorter_.empty()) {
    Program program = std::move(shorter_.front());
    shorter_.pop_front();
    if (auto draft = offer(std::move(program))) return draft;
  }
  return std::nullopt;
}

void BuiltinAngel::learn(double score) {
  // Programs that do the same have the same score to the last bit: one of them is enough.
  Member member{offered_, score, drafts_};
  const auto twin = std::find_if(population_.begin(), population_.end(),
                                 [&](const Member& other) { return other.score == score; });
  if (twin == population_.end()) {
    population_.push_back(std::move(member));
  } else if (better(member, *twin)) {
    *twin = std::move(member);
  }
  std::sort(population_.begin(), population_.end(), better);
  if (population_.size() > kPopulationMax) population_.resize(kPopulationMax);
}

}  // namespace cherub::abilities::angel
