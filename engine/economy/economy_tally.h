#pragma once

#include <vector>

#include "engine/events.h"
#include "engine/world.h"

namespace cherub::engine {

// How a group of agents fares in an economy: what metrics of villages are made of.
struct EconomyTotals {
  double wealth = 0;      // coins that what is in their hands is worth at base prices, each
  double coins = 0;       // in their hands, each
  double reputation = 0;  // each
  double crafted = 0;     // things that they made
  double thefts = 0;      // that they tried
  double stolen = 0;      // things that others stole, from whomever
  double trades = 0;      // in which they had a part
  double gifts = 0;       // times that they gave something, to somebody or into a store
  double stock = 0;       // things in the stores that serve them
};

// Follows one episode. The dead hold nothing and have no name, good or bad.
class EconomyTally {
 public:
  // `followed` ascends by row.
  EconomyTally(const World& world, std::vector<EntityId> followed);
  void observe(const World& world, const TickReport& report);  // after every step
  [[nodiscard]] const EconomyTotals& totals() const { return totals_; }

 private:
  [[nodiscard]] bool is_followed(EntityId id) const;
  void take_event(const Event& event);
  void look_at(const World& world);

  std::vector<EntityId> followed_;
  std::vector<std::uint32_t> stores_;  // rows
  EconomyTotals totals_;
};

}  // namespace cherub::engine
