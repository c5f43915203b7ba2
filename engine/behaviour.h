#pragma once

#include <cstdint>
#include <vector>

#include "engine/events.h"
#include "engine/intents.h"

namespace cherub::engine {

class World;

// Fills the intents of a tick. The world is frozen meanwhile: an implementation may read all of it,
// from several threads, and writes only the slots of the rows it decides for. The engine knows no
// Lua: scripting/ implements this, and tests and baselines do in C++.
class Behaviour {
 public:
  virtual ~Behaviour() = default;
  // Appends faults (EventKind::kFault) of this tick in row order.
  virtual void decide(const World& world, Intents& intents, std::vector<Event>& faults) = 0;
  // Covers whatever the behaviour keeps between ticks (script memories); 0 if nothing.
  virtual std::uint64_t state_hash() { return 0; }
};

// What agents do without a script: eat what their diet lists when hungry (walking to the nearest),
// reproduce when ready, else wander. Serves rows with script == kNoScript; a faulted script falls
// back to decide_row.
class NativeBehaviour final : public Behaviour {
 public:
  void decide(const World& world, Intents& intents, std::vector<Event>& faults) override;
  // The same for one agent row, whatever its script.
  static void decide_row(const World& world, Intents& intents, std::uint32_t row);
};

// For tests and measurements: all agents wander, always, whatever their species.
class RandomWalker final : public Behaviour {
 public:
  void decide(const World& world, Intents& intents, std::vector<Event>& faults) override;
};

}  // namespace cherub::engine
