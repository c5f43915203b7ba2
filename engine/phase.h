#pragma once

#include <cstdint>

namespace cherub::engine {

// The parts of a tick, in their order.
enum class Phase : std::uint8_t { kCommands, kSense, kDecide, kResolve, kLive, kPublish };
inline constexpr int kPhaseCount = 6;
const char* phase_name(Phase phase);  // "commands", "sense", …

// Is told when a phase begins, and when the tick is done. The engine has no clock; who wants to
// know how long phases take brings one.
class PhaseListener {
 public:
  virtual ~PhaseListener() = default;
  virtual void on_phase(Phase phase) = 0;
  virtual void on_tick_done() = 0;
};

}  // namespace cherub::engine
