#pragma once

#include "abilities/angel/call_gate.h"
#include "abilities/angel/circuit_breaker.h"
#include "abilities/ledger.h"

namespace cherub::abilities::angel {

// What all runs of a process share when they ask models. Outlives the runs. Safe from any thread.
struct ModelServices {
  explicit ModelServices(const CallLimits& limits = {}) : gate(limits) {}

  CallGate gate;
  CircuitBreaker breaker;
  Ledger total;
};

}  // namespace cherub::abilities::angel
