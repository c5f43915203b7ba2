#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/world.h"
#include "scripting/policy_host.h"

namespace cherub::abilities {

// The agent that a log follows: the lowest row that acts. Empty when none is left.
std::optional<std::uint32_t> followed_row(const engine::World& world);

// One agent at one moment, as step logs and `step` records show it.
struct StepFacts {
  double t = 0;  // world seconds
  std::uint32_t row = 0;
  double x = 0, y = 0, heading = 0;  // m, m, rad
  double speed = 0;                  // m/s over this tick
  std::uint32_t collisions = 0;      // since birth
  double distance_to_target = 0;     // m; NaN without a target
  double health = 0, energy = 0, hunger = 0;
  std::uint8_t move_receipt = 0, ability_receipt = 0;  // engine::Receipt
  std::uint32_t alive_agents = 0;
};

// Follows one agent through an episode and turns its ticks into JSON lines.
class StepLog {
 public:
  explicit StepLog(const engine::World& world);

  // The facts behind the tick just done; empty when no agent is left. Call once per tick.
  std::optional<StepFacts> observe(const engine::World& world);

 private:
  std::optional<std::uint64_t> followed_id_;
  double last_travelled_ = 0;
};

// The members of a step, without braces: `"t":0.1,"x":…`.
std::string step_members(const StepFacts& facts);

// The line of a step with the policy's own words, ending in a newline. `notes` are of the followed
// agent; `collected` is JSON.
std::string step_line(const StepFacts& facts, const std::vector<std::string>& notes,
                      const std::string& collected);

// Of the host's "row text" lines, the texts of one row.
std::vector<std::string> notes_of_row(const std::vector<std::string>& notes, std::uint32_t row);

}  // namespace cherub::abilities
