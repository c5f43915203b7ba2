#include <algorithm>
#include <cstdlib>

#include "engine/economy/systems.h"

namespace cherub::engine {
namespace {

constexpr std::int32_t kTheftPoints = -10, kGiftPoints = 2, kTradePoints = 1, kBlowPoints = -5;
constexpr std::int32_t kTheftBond = -20, kGiftBond = 5, kTradeBond = 3, kBlowBond = -10;
// Good deeds count once in so many seconds, or things that go to and fro would make a good name.
constexpr double kPraiseInterval_s = 10;
// A trade is fair when neither side gives more than so many times what it gets.
constexpr double kFairFactor = 2;

void change_reputation(WorldState& state, std::uint32_t row, std::int32_t points) {
  Standing* standing = state.society.economy.standings.find(row);
  if (points > 0 && standing != nullptr && standing->praised > state.tick) return;
  if (standing == nullptr) standing = &state.society.economy.standings[row];
  standing->points = std::clamp(standing->points + points, -kReputationMax, kReputationMax);
  if (points > 0) {
    standing->praised = state.tick + static_cast<Tick>(kPraiseInterval_s / state.tick_s);
  }
}

// The one that matters least; of equal ones the one with the lowest id.
void forget_weakest(Bonds& bonds) {
  bonds.erase(std::min_element(bonds.begin(), bonds.end(), [](const Bond& a, const Bond& b) {
    return std::abs(a.points) < std::abs(b.points);
  }));
}

void change_bond(WorldState& state, std::uint32_t row, EntityId other, std::int32_t points) {
  if (state.rules_of(row).kind != Kind::kAgent || other == state.id_of(row)) return;
  Bonds& bonds = state.society.economy.bonds[row];
  const auto at = std::lower_bound(
      bonds.begin(), bonds.end(), other,
      [](const Bond& bond, EntityId wanted) { return bond.other.packed() < wanted.packed(); });
  if (at == bonds.end() || at->other != other) {
    bonds.insert(at, {other, points});
    if (bonds.size() > kBondsMax) forget_weakest(bonds);
    return;
  }
  at->points = std::clamp(at->points + points, -kBondMax, kBondMax);
  if (at->points == 0) bonds.erase(at);
  if (bonds.empty()) state.society.economy.bonds.erase(row);
}

}  // namespace

void after_theft(WorldState& state, std::uint32_t thief, EntityId victim) {
  change_reputation(state, thief, kTheftPoints);
  if (!state.exists(victim)) return;
  std::uint32_t robbed = victim.index;
  const EntityId* const owner = state.society.economy.owners.find(robbed);
  if (owner != nullptr && state.exists(*owner)) robbed = owner->index;
  change_bond(state, robbed, state.id_of(thief), kTheftBond);
}

void after_gift(WorldState& state, std::uint32_t giver, std::uint32_t to) {
  change_reputation(state, giver, kGiftPoints);
  change_bond(state, to, state.id_of(giver), kGiftBond);
}

void after_trade(WorldState& state, std::uint32_t one, std::uint32_t other, double given,
                 double got) {
  const bool fair = given <= kFairFactor * got && got <= kFairFactor * given;
  if (!fair) return;
  for (const auto& [row, partner] : {std::pair{one, other}, {other, one}}) {
    change_reputation(state, row, kTradePoints);
    change_bond(state, row, state.id_of(partner), kTradeBond);
  }
}

void after_blow(WorldState& state, std::uint32_t attacker, std::uint32_t victim) {
  if (attacker == victim || state.rules_of(victim).kind != Kind::kAgent) return;
  // Who strikes somebody of ill repute defends the others.
  if (reputation_of(state, victim) >= 0) change_reputation(state, attacker, kBlowPoints);
  change_bond(state, victim, state.id_of(attacker), kBlowBond);
}

std::int32_t reputation_of(const WorldState& state, std::uint32_t row) {
  const Standing* const standing = state.society.economy.standings.find(row);
  return standing != nullptr ? standing->points : 0;
}

std::int32_t relationship_of(const WorldState& state, std::uint32_t row, EntityId other) {
  const Bonds* const bonds = state.society.economy.bonds.find(row);
  if (bonds == nullptr) return 0;
  for (const Bond& bond : *bonds) {
    if (bond.other == other) return bond.points;
  }
  return 0;
}

}  // namespace cherub::engine
