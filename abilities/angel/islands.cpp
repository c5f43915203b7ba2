#include "abilities/angel/islands.h"

#include "engine/base/random.h"

namespace cherub::abilities::angel {

Islands::Islands(const engine::Scenario& scenario, std::uint64_t seed,
                 const std::vector<std::string>& heading, const std::vector<PriorPolicy>& priors)
    : best_(kIslands) {
  for (std::size_t island = 0; island < kIslands; ++island) {
    std::vector<PriorPolicy> share;
    for (std::size_t i = island; i < priors.size(); i += kIslands) share.push_back(priors[i]);
    islands_.emplace_back(scenario, base::mix64(seed + island), heading, std::move(share));
  }
}

// Ids of all islands in one row.
Draft Islands::mine(Draft draft, std::size_t island) {
  const std::uint64_t id = draft.id * kIslands + island;
  offered_[id] = draft;
  draft.id = id;
  return draft;
}

std::optional<Draft> Islands::next(const Brief& brief, const std::atomic<bool>* cancel) {
  for (std::size_t turn = 0; turn < kIslands; ++turn) {
    const std::size_t island = asked_++ % kIslands;
    if (auto draft = islands_[island].next(brief, cancel)) return mine(std::move(*draft), island);
  }
  return std::nullopt;
}

std::optional<Draft> Islands::simpler() {
  std::optional<std::size_t> leader;
  for (std::size_t island = 0; island < kIslands; ++island) {
    if (!best_[island]) continue;
    if (!leader || best_[island]->score > best_[*leader]->score) leader = island;
  }
  if (!leader) return std::nullopt;
  auto draft = islands_[*leader].simpler();
  if (!draft) return std::nullopt;
  return mine(std::move(*draft), *leader);
}

void Islands::learn(std::uint64_t id, double score) {
  auto offered = offered_.extract(id);
  if (offered.empty()) return;
  const std::size_t island = id % kIslands;
  islands_[island].learn(offered.mapped().id, score);
  std::optional<Resident>& best = best_[island];
  if (!best || score > best->score) best = Resident{std::move(offered.mapped()), score};
  if (++learned_ % kMigrationInterval == 0) migrate();
}

void Islands::migrate() {
  const std::vector<std::optional<Resident>> emigrants = best_;
  for (std::size_t island = 0; island < kIslands; ++island) {
    const std::size_t to = (island + 1) % kIslands;
    if (!emigrants[island]) continue;
    islands_[to].adopt(emigrants[island]->draft, emigrants[island]->score);
    if (!best_[to] || emigrants[island]->score > best_[to]->score) best_[to] = emigrants[island];
  }
}

}  // namespace cherub::abilities::angel
