#pragma once

#include <utility>

#include "abilities/angel/call_gate.h"
#include "abilities/angel/circuit_breaker.h"
#include "abilities/ledger.h"

namespace cherub::abilities::angel {

// What all runs of a process share when they ask models. Outlives the runs. Safe from any thread.
struct ModelServices {
  // `prices`: in whose currency the total is told.
  explicit ModelServices(const CallLimits& limits = {}, PriceTable prices = {})
      : gate(limits), total({{}, std::move(prices), nullptr, {}, {}}) {}

  CallGate gate;
  CircuitBreaker breaker;
  Ledger total;
};

}  // namespace cherub::abilities::angel
