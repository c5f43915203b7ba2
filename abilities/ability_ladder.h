#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "abilities/ability_fixtures.h"
#include "abilities/ladder.h"
#include "engine/scenario.h"
#include "scripting/ability_host.h"

namespace cherub::abilities {

// What whoever ordered an ability insists on.
struct AbilityDemands {
  std::string name;  // empty: any
  std::optional<double> energy_cost, cooldown_s, range_m;
};

struct AbilityLadderVerdict {
  bool ok = false;
  std::optional<Rung> reached;       // the last rung that it stands on
  std::vector<Refusal> refusals;     // why not, all of one rung
  sandbox::Diagnostics diagnostics;  // the refusals, and what else the checker found
  // From A1 on, as far as it got:
  engine::AbilitySpec spec;
  std::string description;
  std::uint64_t uses = 0;      // that were tried
  double price_max = 0;        // of one use that its energy_cost covers
  std::string price_on;        // whom that met: "a person at 12 m"
  std::uint64_t fuel_max = 0;  // of one use
  std::string effect_on;       // where a fight showed what it does
};

// The steps that a new ability takes before any world has it (docs/ABILITIES.md), cheap first; what
// fails on one is not tried on the next. Verdicts depend on nothing but scenario, source and
// demands. Takes some tenths of a second. One thread.
class AbilityLadder {
 public:
  AbilityLadder(engine::Scenario scenario, scripting::HostOptions options);
  AbilityLadderVerdict climb(const std::string& source, const AbilityDemands& demands);

  [[nodiscard]] const engine::Scenario& scenario() const { return scenario_; }

 private:
  engine::Scenario scenario_;
  scripting::HostOptions options_;
};

}  // namespace cherub::abilities
